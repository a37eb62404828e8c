//! The faults of `blame`: what fails when each happens, and the one hop that must be named for it.

use sparkflow::verify::stage::Kind;

use Kind::{Counts, Ready, Resources, Trace};

pub(crate) struct Fault {
    pub what: &'static str,
    /// What fails when it happens, in the order in which it is found.
    pub failing: &'static [(Kind, &'static str)],
    pub named: &'static str,
}

const fn fault(what: &'static str, failing: &'static [(Kind, &'static str)], named: &'static str) -> Fault {
    Fault { what, failing, named }
}

pub(crate) const FAULTS: &[Fault] = &[
    fault(
        "a job is given a wrong bootstrap address, and restarts for ever",
        &[(Ready, "kafka from job-store"), (Ready, "job/store"), (Trace, "job/store"), (Counts, "job/store")],
        "kafka from job-store",
    ),
    fault(
        "the broker advertises an address inside the stack that nobody reaches",
        &[
            (Ready, "container/kafka"),
            (Ready, "kafka from airflow-scheduler"),
            (Ready, "kafka from job-store"),
            (Ready, "kafka from spark-worker-1"),
            (Ready, "kafka from spark-worker-2"),
            (Ready, "job/store"),
            (Trace, "job/store"),
        ],
        "container/kafka",
    ),
    fault(
        "the broker advertises an address to this machine that it does not reach",
        &[(Ready, "kafka from host"), (Resources, "topic/orders"), (Counts, "topic/orders"), (Trace, "topic/orders")],
        "kafka from host",
    ),
    fault(
        "a topic is deleted",
        &[
            (Ready, "job/store"),
            (Resources, "topic/orders"),
            (Counts, "topic/orders"),
            (Counts, "job/store"),
            (Trace, "topic/orders"),
        ],
        "topic/orders",
    ),
    fault(
        "a column is dropped",
        &[
            (Ready, "job/store"),
            (Resources, "table/shop.orders_kept"),
            (Trace, "job/store"),
            (Trace, "table/shop.orders_kept"),
        ],
        "table/shop.orders_kept",
    ),
    fault(
        "a column has another type",
        &[(Resources, "table/shop.orders_kept"), (Trace, "table/shop.orders_kept"), (Trace, "job/store")],
        "table/shop.orders_kept",
    ),
    fault(
        "one of two workers is stopped",
        &[(Ready, "container/spark-worker-1"), (Resources, "container/spark-worker-1"), (Ready, "job/store")],
        "container/spark-worker-1",
    ),
    fault(
        "somebody else holds all cores",
        &[(Ready, "job/store"), (Trace, "job/store"), (Counts, "job/store"), (Counts, "table/shop.orders_kept")],
        "job/store",
    ),
    fault(
        "the master is gone",
        &[
            (Ready, "container/spark-master"),
            (Ready, "container/spark-worker-1"),
            (Ready, "container/spark-worker-2"),
            (Ready, "spark-master from spark-worker-1"),
            (Ready, "spark-master from airflow-scheduler"),
            (Ready, "job/store"),
            (Trace, "job/store"),
            (Trace, "dag/nightly"),
        ],
        "container/spark-master",
    ),
    fault(
        "a streaming job crashes again and again",
        &[(Ready, "job/store"), (Trace, "job/store"), (Counts, "job/store"), (Counts, "topic/orders.dlq")],
        "job/store",
    ),
    fault("a stream has the checkpoint of another topic", &[(Ready, "job/store"), (Trace, "job/store")], "job/store"),
    fault(
        "a record stops a stream",
        &[(Trace, "job/store"), (Counts, "job/store"), (Counts, "table/shop.orders_kept")],
        "job/store",
    ),
    fault(
        "Cassandra is down",
        &[
            (Ready, "container/cassandra"),
            (Ready, "cassandra from job-store"),
            (Ready, "cassandra from spark-worker-1"),
            (Ready, "cassandra from airflow-scheduler"),
            (Ready, "job/store"),
            (Resources, "keyspace/shop"),
            (Resources, "table/shop.orders_kept"),
            (Resources, "table/shop.by_city"),
            (Trace, "table/shop.orders_kept"),
        ],
        "container/cassandra",
    ),
    fault(
        "Cassandra has another password",
        &[
            (Ready, "container/cassandra"),
            (Ready, "cassandra from job-store"),
            (Resources, "keyspace/shop"),
            (Ready, "job/store"),
        ],
        "container/cassandra",
    ),
    fault(
        "a job has another password than Cassandra",
        &[(Ready, "cassandra from job-store"), (Ready, "job/store"), (Trace, "job/store")],
        "cassandra from job-store",
    ),
    fault(
        "a keyspace is dropped",
        &[
            (Ready, "job/store"),
            (Resources, "keyspace/shop"),
            (Resources, "table/shop.orders_kept"),
            (Resources, "table/shop.by_city"),
            (Counts, "table/shop.orders_kept"),
            (Trace, "table/shop.by_city"),
            (Trace, "dag/nightly"),
        ],
        "keyspace/shop",
    ),
    fault(
        "the connection is deleted or changed",
        &[(Resources, "connection/spark-conn"), (Trace, "dag/nightly"), (Counts, "table/shop.by_city")],
        "connection/spark-conn",
    ),
    fault("a DAG is paused", &[(Resources, "dag/nightly"), (Trace, "dag/nightly")], "dag/nightly"),
    fault("a DAG has a syntax error", &[(Resources, "dag/nightly"), (Trace, "dag/nightly")], "dag/nightly"),
    fault("a DAG's file is gone", &[(Resources, "dag/nightly"), (Trace, "dag/nightly")], "dag/nightly"),
    fault(
        "other files are published",
        &[(Resources, "files"), (Resources, "dag/nightly"), (Ready, "job/store")],
        "files",
    ),
    fault(
        "the scheduler is dead",
        &[(Ready, "container/airflow-scheduler"), (Trace, "dag/ingest")],
        "container/airflow-scheduler",
    ),
    fault(
        "Airflow's API is dead",
        &[
            (Ready, "container/airflow-api"),
            (Ready, "container/airflow-scheduler"),
            (Ready, "container/airflow-dag-processor"),
            (Ready, "airflow-api from airflow-scheduler"),
            (Resources, "connection/spark-conn"),
            (Resources, "dag/nightly"),
            (Trace, "dag/nightly"),
        ],
        "container/airflow-api",
    ),
    fault(
        "the migration is missing",
        &[
            (Ready, "container/airflow-init"),
            (Ready, "container/airflow-api"),
            (Ready, "container/airflow-scheduler"),
            (Resources, "dag/nightly"),
        ],
        "container/airflow-init",
    ),
    fault(
        "PostgreSQL is gone",
        &[
            (Ready, "container/postgres"),
            (Ready, "container/airflow-api"),
            (Ready, "postgres from airflow-api"),
            (Ready, "postgres from airflow-scheduler"),
            (Ready, "container/airflow-scheduler"),
            (Resources, "dag/nightly"),
        ],
        "container/postgres",
    ),
    fault(
        "a source answers 429, 500, HTML, or nothing",
        &[
            (Trace, "source/orders_api"),
            (Counts, "source/orders_api"),
            (Trace, "dag/ingest"),
            (Counts, "table/shop.orders_kept"),
        ],
        "source/orders_api",
    ),
    fault(
        "an ingest was killed half-way",
        &[(Counts, "source/orders_api"), (Trace, "dag/ingest")],
        "source/orders_api",
    ),
    fault("a task is green and brought nothing", &[(Counts, "dag/ingest")], "dag/ingest"),
    fault(
        "a batch job fails in its schedule",
        &[(Counts, "job/count"), (Trace, "dag/nightly"), (Counts, "table/shop.by_city")],
        "dag/nightly",
    ),
    fault("a batch job fails when it is run by hand", &[(Counts, "job/count")], "job/count"),
    fault("the last run of a schedule failed", &[(Trace, "dag/nightly")], "dag/nightly"),
    fault(
        "a broker's disk is full",
        &[
            (Ready, "container/kafka"),
            (Ready, "kafka from job-store"),
            (Ready, "job/store"),
            (Resources, "topic/orders"),
        ],
        "container/kafka",
    ),
    fault(
        "a service is killed for its memory",
        &[(Ready, "container/spark-worker-2"), (Ready, "job/store"), (Trace, "job/store")],
        "container/spark-worker-2",
    ),
    fault("a streaming job is killed for its memory", &[(Ready, "job/store"), (Trace, "job/store")], "job/store"),
    fault(
        "the network is cut between a driver and Cassandra",
        &[(Ready, "cassandra from job-store"), (Ready, "job/store"), (Trace, "job/store"), (Counts, "job/store")],
        "cassandra from job-store",
    ),
    fault(
        "the network is cut between a worker and Kafka",
        &[(Ready, "kafka from spark-worker-1"), (Ready, "job/store"), (Trace, "job/store")],
        "kafka from spark-worker-1",
    ),
    fault(
        "the network is cut between a worker and a driver",
        &[(Ready, "job-store from spark-worker-1"), (Ready, "job/store"), (Trace, "job/store")],
        "job-store from spark-worker-1",
    ),
    fault(
        "the network is cut between the scheduler and PostgreSQL",
        &[(Ready, "postgres from airflow-scheduler"), (Ready, "container/airflow-scheduler"), (Trace, "dag/nightly")],
        "postgres from airflow-scheduler",
    ),
    fault(
        "a container is out of the network",
        &[(Ready, "container/spark-worker-1"), (Ready, "job/store"), (Resources, "container/spark-worker-1")],
        "container/spark-worker-1",
    ),
    fault("the clocks differ", &[(Ready, "clock"), (Trace, "job/store"), (Counts, "topic/orders")], "clock"),
    fault(
        "ZooKeeper is gone",
        &[
            (Ready, "container/zookeeper"),
            (Ready, "zookeeper from kafka"),
            (Ready, "container/kafka"),
            (Trace, "topic/orders"),
        ],
        "container/zookeeper",
    ),
    fault("dead letters are growing", &[(Counts, "topic/orders.dlq")], "topic/orders.dlq"),
    fault("a table holds something else than was sent", &[(Trace, "table/shop.orders_kept")], "table/shop.orders_kept"),
];
