//! What can be done to a stack behind our back, and the plan that must say so: one row per kind.

use crate::stack::Stack;
use crate::{broker, by_hand};

/// One kind of change, the lines of the plan after it, and what `up` is told besides.
pub(crate) struct Mutation {
    pub(crate) name: &'static str,
    pub(crate) how: How,
    /// `sign address verbs: cause`; `? address` is known later, `. address` is nobody's.
    pub(crate) plan: &'static [&'static str],
    pub(crate) up: &'static [&'static str],
    /// What is not ours is left alone: the test takes it away itself.
    pub(crate) undo: Option<How>,
}

/// `{p}` stands for the project, `{image}` for an image that is there.
pub(crate) enum How {
    /// The engine's own client, command by command.
    Docker(&'static [&'static [&'static str]]),
    Cql(&'static [&'static str]),
    /// Airflow's own client in the scheduler's container.
    Airflow(&'static [&'static [&'static str]]),
    /// As an administrator: the volumes of secrets and published files are mounted, writable.
    Volume(&'static str),
    Kafka(fn(&str)),
    Do(fn(&Stack)),
}

const fn row(name: &'static str, how: How, plan: &'static [&'static str]) -> Mutation {
    Mutation { name, how, plan, up: &[], undo: None }
}

const TABLE: &str = "DROP TABLE counts.returns_by_depot";
const LOSES_TABLE: &[&str] = &["--allow-loss", "counts.returns_by_depot"];
const DELETE: &[&str] = &["connections", "delete", "spark-conn"];

/// Every kind, quick ones first.
pub(crate) fn all() -> Vec<Mutation> {
    [engine(), files(), kafka(), cassandra(), airflow(), slow()].into_iter().flatten().collect()
}

fn engine() -> Vec<Mutation> {
    use How::Docker;
    vec![
        row(
            "a container is removed",
            Docker(&[&["rm", "--force", "{p}-replay"]]),
            &["+ container/replay create: not there"],
        ),
        row("a container is stopped", Docker(&[&["stop", "{p}-replay"]]), &["~ container/replay start: exited with 0"]),
        row(
            "a container is killed",
            Docker(&[&["kill", "{p}-replay"]]),
            &["~ container/replay start: exited with 137"],
        ),
        row("a container is paused", Docker(&[&["pause", "{p}-replay"]]), &["~ container/replay resume: is paused"]),
        row(
            "a container is taken off the network",
            Docker(&[&["network", "disconnect", "{p}", "{p}-replay"]]),
            &["-/+ container/replay replace: not connected to the network"],
        ),
        row(
            "a container has an older declaration",
            How::Do(by_hand::older_declaration),
            &["-/+ container/replay replace: pids 7 -> 50"],
        ),
        row(
            "a container has our labels and no place in the file",
            How::Do(by_hand::stray),
            &["- container/stray remove: the file no longer asks for it"],
        ),
        row("an image loses its tag", How::Do(by_hand::untag), &["+ image/sparkflow build: `{tag}` is not there"]),
    ]
}

fn files() -> Vec<Mutation> {
    use How::Volume;
    vec![
        row(
            "a published DAG is removed",
            Volume("rm /pipeline/current/dags/count.py"),
            &["~ dag/count publish dags/count.py: its file is gone (dags/count.py)"],
        ),
        row(
            "a published DAG is changed",
            Volume("echo '# by hand' >> /pipeline/current/dags/count.py"),
            &["~ dag/count publish dags/count.py: its file was changed (dags/count.py)"],
        ),
        row(
            "a published DAG cannot be imported",
            Volume("echo 'import nothing_of_this_name' > /pipeline/current/dags/rest.py"),
            &["~ dag/rest publish dags/rest.py: its file was changed (dags/rest.py)"],
        ),
        row(
            "an ingest task is removed",
            Volume("rm /pipeline/current/sources/parcels.json"),
            &["~ file/sources/parcels.json publish sources/parcels.json: its file is gone (sources/parcels.json)"],
        ),
        row(
            "a job's code is changed",
            Volume("echo 'print(1)' > /pipeline/current/jobs/count_returns/main.py"),
            &[
                "~ job/count_returns publish jobs/count_returns/main.py: its file was changed (jobs/count_returns/main.py)",
            ],
        ),
        row(
            "a job's module is removed",
            Volume("rm /pipeline/current/jobs/count_returns/sparkflow_pipeline.py"),
            &[
                "~ job/count_returns publish jobs/count_returns/sparkflow_pipeline.py: its file is gone (jobs/count_returns/sparkflow_pipeline.py)",
            ],
        ),
        row(
            "another set of files is in force",
            Volume(
                "rm -rf /pipeline/other && cp -a /pipeline/current/. /pipeline/other && ln -sfn other /pipeline/current",
            ),
            &["~ files publish: content other -> {hash}"],
        ),
    ]
}

fn kafka() -> Vec<Mutation> {
    use How::Kafka;
    vec![
        row(
            "a topic of dead letters is deleted",
            Kafka(|project| broker::delete_topic(project, "returns.dlq")),
            &["+ topic/returns.dlq create: not there"],
        ),
        row(
            "a topic with settings is deleted",
            Kafka(|project| broker::delete_topic(project, "returns")),
            &["+ topic/returns create: not there"],
        ),
        row(
            "a setting of a topic is changed",
            Kafka(|project| broker::set(project, "returns", "retention.ms", "1000")),
            &["~ topic/returns set retention.ms=86400000: retention.ms 1000 -> 86400000"],
        ),
        row(
            "another setting of a topic is changed",
            Kafka(|project| broker::set(project, "returns", "cleanup.policy", "compact")),
            &["~ topic/returns set cleanup.policy=delete: cleanup.policy compact -> delete"],
        ),
        Mutation {
            up: &["--allow-loss", "returns"],
            ..row(
                "a topic has more partitions",
                Kafka(|project| broker::grow(project, "returns", 4)),
                &["-/+ topic/returns replace: partitions 4 -> 2"],
            )
        },
        Mutation {
            undo: Some(Kafka(|project| broker::delete_topic(project, "theirs"))),
            ..row("a topic is added", Kafka(|project| broker::create(project, "theirs")), &[". topic/theirs"])
        },
    ]
}

fn cassandra() -> Vec<Mutation> {
    use How::Cql;
    let loses = |mutation: Mutation| Mutation { up: LOSES_TABLE, ..mutation };
    vec![
        row("a table is dropped", Cql(&[TABLE]), &["+ table/counts.returns_by_depot create: not there"]),
        row(
            "a column is dropped",
            Cql(&["ALTER TABLE counts.returns_by_depot DROP returns"]),
            &["~ table/counts.returns_by_depot add returns bigint: column returns not there"],
        ),
        row(
            "a keyspace is dropped",
            Cql(&["DROP KEYSPACE counts"]),
            &["+ keyspace/counts create: not there", "+ table/counts.returns_by_depot create: not there"],
        ),
        row(
            "a keyspace has other copies",
            Cql(&["ALTER KEYSPACE counts WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2}"]),
            &["~ keyspace/counts set replication 1: replication 2 -> 1"],
        ),
        loses(row(
            "a table has another key",
            Cql(&[
                TABLE,
                "CREATE TABLE counts.returns_by_depot (depot text, returns bigint, PRIMARY KEY (depot, returns))",
            ]),
            &["-/+ table/counts.returns_by_depot replace: key ((depot), returns) -> ((depot))"],
        )),
        loses(row(
            "a column has another type",
            Cql(&[TABLE, "CREATE TABLE counts.returns_by_depot (depot text PRIMARY KEY, returns int)"]),
            &["-/+ table/counts.returns_by_depot replace: column returns int -> bigint"],
        )),
        Mutation {
            undo: Some(Cql(&["DROP TABLE counts.theirs"])),
            ..row(
                "a table is added",
                Cql(&["CREATE TABLE counts.theirs (id int PRIMARY KEY)"]),
                &[". table/counts.theirs"],
            )
        },
    ]
}

fn airflow() -> Vec<Mutation> {
    use How::Airflow;
    vec![
        row("the connection is deleted", Airflow(&[DELETE]), &["+ connection/spark-conn create: not there"]),
        row(
            "the connection has another host",
            How::Do(|stack| by_hand::connect(stack, "spark", "spark://elsewhere", "7077", "client")),
            &["~ connection/spark-conn set: host spark://elsewhere -> spark://spark-master"],
        ),
        row(
            "the connection has another port",
            How::Do(|stack| by_hand::connect(stack, "spark", "spark://spark-master", "7078", "client")),
            &["~ connection/spark-conn set: port 7078 -> 7077"],
        ),
        row(
            "the connection has another type",
            How::Do(|stack| by_hand::connect(stack, "generic", "spark://spark-master", "7077", "client")),
            &["~ connection/spark-conn set: type generic -> spark"],
        ),
        row(
            "the connection has other extras",
            How::Do(|stack| by_hand::connect(stack, "spark", "spark://spark-master", "7077", "cluster")),
            &["~ connection/spark-conn set: extra.deploy-mode cluster -> client"],
        ),
        Mutation {
            undo: Some(Airflow(&[&["connections", "delete", "theirs"]])),
            ..row(
                "a connection is added",
                Airflow(&[&["connections", "add", "theirs", "--conn-type", "http"]]),
                &[". connection/theirs"],
            )
        },
        row(
            "a schedule is paused",
            Airflow(&[&["dags", "pause", "count"]]),
            &["~ dag/count enable: paused, the file enables it"],
        ),
        row(
            "a schedule is enabled",
            Airflow(&[&["dags", "unpause", "rest"]]),
            &["~ dag/rest pause: enabled, the file pauses it"],
        ),
    ]
}

/// What takes a service or several with it.
fn slow() -> Vec<Mutation> {
    use How::{Docker, Volume};
    vec![
        row(
            "a streaming job is stopped",
            Docker(&[&["stop", "{p}-job-keep-parcels"]]),
            &["~ container/job-keep-parcels start: exited with 0"],
        ),
        row(
            "a streaming job is removed",
            Docker(&[&["rm", "--force", "{p}-job-keep-parcels"]]),
            &["+ container/job-keep-parcels create: not there"],
        ),
        row(
            "a process of Airflow is removed",
            Docker(&[&["rm", "--force", "{p}-airflow-dag-processor"]]),
            &["+ container/airflow-dag-processor create: not there"],
        ),
        row(
            "a secret is lost",
            Volume("rm /secrets/airflow-secret-key"),
            &[
                "+ secret/airflow-secret-key generate: not there",
                "-/+ container/airflow-api replace: holds secret/airflow-secret-key, which is made anew",
                "-/+ container/airflow-dag-processor replace: holds secret/airflow-secret-key, which is made anew",
                "-/+ container/airflow-init replace: holds secret/airflow-secret-key, which is made anew",
                "-/+ container/airflow-scheduler replace: holds secret/airflow-secret-key, which is made anew",
                "? connection/spark-conn",
                "? container/airflow-api",
                "? container/airflow-dag-processor",
                "? container/airflow-scheduler",
                "? dag/count",
                "? dag/rest",
            ],
        ),
    ]
}
