//! What comes before what: waves, chains of schema changes, and taking everything down.

use sparkflow::live::ContainerState;
use sparkflow::plan::diff::{Volumes, diff, teardown};
use sparkflow::plan::{Plan, Risk};

use crate::plan_builders::{World, table, topic, topology};
use crate::plan_diff::{after, lines};
use crate::plan_simulate::{converge, replay};

#[test]
fn from_nothing_the_first_wave_holds_all_that_needs_no_answer() {
    let topology = topology();
    let plan = diff(&topology, &World::default().look());
    assert_eq!(
        lines(&plan),
        [
            "+ image/base build: `sparkflow/base:1` is not there",
            "+ image/airflow build: `sparkflow/airflow:1` is not there",
            "+ image/cassandra build: `sparkflow/cassandra:1` is not there",
            "+ image/kafka build: `sparkflow/kafka:1` is not there",
            "+ image/spark build: `sparkflow/spark:1` is not there",
            "+ network create: not there",
            "+ volume/cassandra-data create: not there",
            "+ volume/kafka-data create: not there",
            "+ volume/pipeline create: not there",
            "+ volume/secrets create: not there",
            "+ container/keeper create: not there",
            "+ secret/cassandra-password generate: not there",
            "+ files publish: nothing is published yet",
            "+ container/airflow-init create: not there",
            "~ container/airflow-init start: not there",
            "+ container/cassandra create: not there",
            "~ container/cassandra start: not there",
            "+ container/kafka create: not there",
            "~ container/kafka start: not there",
        ]
    );
    let deferred: Vec<String> = plan.deferred.iter().map(|deferred| deferred.resource.to_string()).collect();
    assert_eq!(
        deferred,
        [
            "topic/orders",
            "topic/orders.dlq",
            "keyspace/shop",
            "table/shop.orders",
            "container/airflow-api",
            "container/job-store",
            "connection/spark-conn",
            "dag/nightly",
        ]
    );
}

#[test]
fn from_nothing_everything_comes_about_in_a_few_waves() {
    let topology = topology();
    let mut world = World::default();
    let waves = converge(&topology, &mut world);
    assert_eq!(waves.len(), 4, "{waves:#?}");
    assert_eq!(diff(&topology, &world.look()), Plan::default());
}

#[test]
fn what_a_service_holds_waits_until_it_answers() {
    let stopped = ContainerState::Exited { exit_code: 143, out_of_memory: false };
    let plan = after(|world| world.containers.get_mut("kafka").unwrap().state = stopped);
    assert_eq!(lines(&plan), ["~ container/kafka start: exited with 143"]);
    let deferred: Vec<String> = plan.deferred.iter().map(|deferred| deferred.resource.to_string()).collect();
    assert_eq!(deferred, ["topic/orders", "topic/orders.dlq"]);
    assert!(!plan.in_sync());
}

#[test]
fn schema_changes_run_one_after_another() {
    let mut topology = topology();
    topology.tables.insert("shop.totals".to_string(), table("totals", &[("id", "uuid")]));
    topology.topics.insert("returns".to_string(), topic(1));
    let mut world = World::as_declared(&topology);
    world.cassandra = sparkflow::live::CassandraState::default();
    let plan = diff(&topology, &world.look());
    let after: Vec<(String, Vec<usize>)> =
        plan.steps.iter().map(|step| (step.resource.to_string(), step.after.clone())).collect();
    let chain = [("keyspace/shop", vec![]), ("table/shop.orders", vec![0]), ("table/shop.totals", vec![0, 1])];
    assert_eq!(after, chain.map(|(name, after)| (name.to_string(), after)));
    replay(&topology, &plan, &mut world);
    assert!(diff(&topology, &world.look()).in_sync());
}

#[test]
fn down_keeps_volumes_unless_it_is_told_not_to() {
    let topology = topology();
    let live = World::as_declared(&topology).look();
    let keep = teardown(&topology, &live, Volumes::Keep);
    assert_eq!(keep.risk(), Risk::Restart);
    assert_eq!(keep.steps.len(), live.containers.len() + 1);
    let remove = teardown(&topology, &live, Volumes::Remove);
    assert_eq!(remove.risk(), Risk::DataLoss);
    assert_eq!(remove.steps.len(), live.containers.len() + 1 + live.volumes.len());
    let (containers, others) = remove.steps.split_at(live.containers.len());
    let place =
        |name: &str| containers.iter().position(|step| step.resource.to_string() == format!("container/{name}"));
    let (init, api) = (place("airflow-init").expect("it is there"), place("airflow-api").expect("it is there"));
    assert_eq!(containers[init].after, [api], "who stands on another goes first");
    assert!(containers.iter().enumerate().all(|(index, step)| index == init || step.after.is_empty()));
    assert!(others.iter().all(|step| step.after.len() == containers.len()), "a mounted volume cannot be removed");
}
