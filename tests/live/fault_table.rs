//! What can go wrong in a stack, and the name that `verify` must give it: one row per fault. Does nothing itself.
//!
//! The names were written down before any of these faults was injected. A row names one stage. It names two where both are
//! right, and says why: either of them, or both, is then exactly right. A third failed stage never is.

use crate::fault::Deed::{
    AnHourAhead, Cql, CutOff, Docker, Frozen, Joined, Rewritten, Sent, SmallDisk, Sparkflow, Thawed, TopicDeleted,
    TopicSet, Until, Up, Volume,
};
use crate::fault::{Deed, FROM_NOTHING, FROM_THE_START, Fault, Seen, slow};
use crate::{fault_airflow, fault_spark};

/// Every fault, each kind together, the quick ones first.
pub(crate) fn all() -> Vec<Fault> {
    let kinds = [
        fault_airflow::source(),
        fault_airflow::schedules(),
        fault_airflow::airflow(),
        machine(),
        network(),
        fault_spark::cluster(),
        fault_spark::stream(),
        fault_spark::breaks(),
        broker(),
        database(),
    ];
    kinds.into_iter().flatten().collect()
}

const KEPT: &[&str] = &["table/ferry.crossings_kept"];

fn machine() -> Vec<Fault> {
    // Every container has the clock of the engine's machine; seen from one of them, that machine is an hour ahead of this one.
    const ANEW: &[Deed] = &[Docker(&["rm", "--force", "{p}-spark-worker-1"]), Up(&[])];
    vec![
        slow("the clock of the engine's machine is an hour ahead", &[AnHourAhead("spark-worker-1")], &["clock"])
            .repaired_by(ANEW),
    ]
}

/// Two services that do not reach each other, in a network that is whole otherwise.
fn network() -> Vec<Fault> {
    vec![
        slow(
            "the job does not reach the database",
            &[CutOff { from: "cassandra", to: "job-keep-crossings" }],
            &["cassandra from job-keep-crossings"],
        )
        .repaired_by(&[Joined("cassandra"), Up(&[])]),
        slow(
            "the worker does not reach the database",
            &[CutOff { from: "cassandra", to: "spark-worker-1" }],
            &["cassandra from spark-worker-1"],
        )
        .repaired_by(&[Joined("cassandra"), Up(&[])]),
        slow(
            "the worker does not reach the master",
            &[CutOff { from: "spark-master", to: "spark-worker-1" }],
            &["spark-master from spark-worker-1"],
        )
        .repaired_by(&[Joined("spark-master"), Up(&[])]),
        slow(
            "the ingest task does not reach the broker",
            &[CutOff { from: "kafka", to: "airflow-scheduler" }],
            &["kafka from airflow-scheduler"],
        )
        .repaired_by(&[Joined("kafka"), Up(&[])]),
        slow(
            "the scheduler does not reach its database",
            &[CutOff { from: "postgres", to: "airflow-scheduler" }],
            &["postgres from airflow-scheduler"],
        )
        .repaired_by(&[Joined("postgres"), Up(&[])]),
    ]
}

fn broker() -> Vec<Fault> {
    const FILE: &str = "/etc/sparkflow/server.properties";
    const BROKER: &[&str] = &["container/kafka"];
    const ANEW: &[Deed] = &[Docker(&["rm", "--force", "{p}-kafka"]), Up(&[])];
    vec![
        slow("the topic of dead letters is deleted", &[TopicDeleted("crossings.dlq")], &["topic/crossings.dlq"]),
        slow(
            "the topic takes no record",
            &[TopicSet { topic: "crossings", key: "max.message.bytes", value: "10" }],
            &["topic/crossings"],
        )
        .repaired_by(&[TopicSet { topic: "crossings", key: "max.message.bytes", value: "1048588" }]),
        slow(
            "dead letters pile up",
            // More than all that a launch a moment ago may have sent.
            &[Sent { topic: "crossings", key_bytes: 8, value: "{\"id\": \"{key}\"}", count: 3000 }],
            &["topic/crossings.dlq"],
        )
        .repaired_by(FROM_NOTHING),
        slow("the topic is deleted", &[TopicDeleted("crossings")], &["topic/crossings"]).repaired_by(FROM_THE_START),
        slow("the broker is stopped", &[Docker(&["stop", "{p}-kafka"])], BROKER),
        slow("the broker hangs", &[Frozen("kafka")], BROKER).repaired_by(&[Thawed("kafka"), Up(&[])]),
        slow(
            "the broker sends clients of this machine to an address nobody has",
            &[Rewritten {
                container: "kafka",
                file: FILE,
                from: "EXTERNAL://127.0.0.1:",
                to: "EXTERNAL://unknown.invalid:",
            }],
            BROKER,
        )
        .repaired_by(ANEW),
        slow(
            "the broker sends clients in the stack to an address nobody has",
            &[Rewritten {
                container: "kafka",
                file: FILE,
                from: "INTERNAL://kafka:",
                to: "INTERNAL://unknown.invalid:",
            }],
            // The broker says it; the job is the hop of the data that goes wrong by it.
            &["container/kafka", "kafka from job-keep-crossings"],
        )
        .repaired_by(ANEW),
        slow(
            "the broker's disk is full",
            &[
                // With its records a stream's checkpoint is gone as well: that is not what is tried here.
                Docker(&["rm", "--force", "{p}-job-keep-crossings"]),
                Volume("rm -rf /checkpoints/keep_crossings"),
                SmallDisk { container: "kafka", volume: "kafka-data", owner: 10001 },
                Until(Seen::Crashed("kafka")),
            ],
            BROKER,
        )
        .repaired_by(&[
            Docker(&["rm", "--force", "{p}-ballast", "{p}-kafka", "{p}-job-keep-crossings"]),
            Docker(&["volume", "rm", "{p}-kafka-data"]),
            Volume("rm -rf /checkpoints/keep_crossings"),
            Up(&[]),
            Sparkflow(&["run", "source", "crossings", "--count", "40"]),
        ]),
    ]
}

fn database() -> Vec<Fault> {
    const DATABASE: &[&str] = &["container/cassandra"];
    const COUNTS: &str = "counts.crossings_by_harbour";
    // Cassandra lets in by what it knew for two seconds more: until it refuses the job's password, nothing is wrong.
    const REFUSES: &str = r#"python3 -c '
import re, socket, struct, sys
password = re.search(r"cassandra.auth.password\s+(\S+)", open("/run/sparkflow/spark-secrets.conf").read())[1]
with socket.create_connection(("cassandra", 9042), 5) as stream:
    def ask(opcode, body):
        stream.sendall(struct.pack(">BBhBi", 4, 0, 0, opcode, len(body)) + body)
        return stream.recv(65536)[4]
    ask(0x01, b"\0\1\0\x0bCQL_VERSION\0\x053.0.0")
    token = ("\0cassandra\0" + password).encode()
    sys.exit(ask(0x0F, struct.pack(">i", len(token)) + token) != 0x00)
'"#;
    vec![
        slow("the database is stopped", &[Docker(&["stop", "{p}-cassandra"])], DATABASE),
        slow("the database hangs", &[Frozen("cassandra")], DATABASE).repaired_by(&[Thawed("cassandra"), Up(&[])]),
        slow(
            "the database has another password",
            &[
                Cql("ALTER ROLE cassandra WITH PASSWORD = 'cassandra'"),
                Until(Seen::Holds { container: "job-keep-crossings", command: REFUSES }),
            ],
            DATABASE,
        ),
        slow("a keyspace is dropped", &[Cql("DROP KEYSPACE ferry")], &["keyspace/ferry"]).repaired_by(FROM_THE_START),
        slow("a table is dropped", &[Cql("DROP TABLE ferry.crossings_kept")], KEPT).repaired_by(FROM_THE_START),
        slow("a column is dropped", &[Cql("ALTER TABLE ferry.crossings_kept DROP fare")], KEPT)
            .repaired_by(FROM_THE_START),
        slow(
            "a column has another type",
            &[
                Cql("DROP TABLE counts.crossings_by_harbour"),
                Cql("CREATE TABLE counts.crossings_by_harbour (harbour text PRIMARY KEY, crossings text)"),
            ],
            &["table/counts.crossings_by_harbour"],
        )
        .repaired_by(&[Up(&["--allow-loss", COUNTS]), Sparkflow(&["run", "schedule", "count"])]),
        slow(
            "rows vanish",
            &[Cql("TRUNCATE ferry.crossings_kept")],
            // The balance that is broken lies between the two.
            &["table/ferry.crossings_kept", "job/keep_crossings"],
        )
        .repaired_by(FROM_THE_START),
    ]
}

#[test]
fn every_fault_has_a_name_of_its_own_and_one_right_answer_or_two() {
    let faults = all();
    let names: std::collections::BTreeSet<&str> = faults.iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), faults.len());
    assert!(faults.len() >= 34, "{}", faults.len());
    for fault in &faults {
        assert!(matches!(fault.named.len(), 1 | 2), "{}", fault.name);
        assert!(!fault.repair.is_empty(), "{}", fault.name);
    }
}
