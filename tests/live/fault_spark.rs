//! Faults of Spark: its cluster, and the streaming job that carries the data.

use crate::fault::Deed::{Docker, Frozen, Rewritten, Sent, Thawed, Until, Up, Volume};
use crate::fault::{Deed, FROM_NOTHING, FROM_THE_START, Fault, Seen, slow};

const JOB: &str = "job-keep-crossings";
/// A streaming job and its container are one hop with two names: the driver is all that the container runs.
const STREAM: &[&str] = &["job/keep_crossings", "container/job-keep-crossings"];
/// What was changed inside a container is not in its declaration: the container is made as declared.
const JOB_ANEW: &[Deed] = &[Docker(&["rm", "--force", "{p}-job-keep-crossings"]), Up(&[])];

pub(crate) fn cluster() -> Vec<Fault> {
    /// An application that takes every core there is and keeps them; it says when it has them.
    const GREED: &str = "printf '%s\\n' 'from pyspark.sql import SparkSession' 'import time' \
        'spark = SparkSession.builder.getOrCreate()' 'spark.range(1).count()' 'open(\"/tmp/fed\", \"w\")' 'time.sleep(3600)' > /tmp/greed.py \
        && exec spark-submit --master spark://spark-master:7077 --conf spark.driver.host=greed --conf spark.ui.enabled=false \
        --executor-memory 480m --driver-memory 480m /tmp/greed.py";
    const WORKER: &[&str] = &["container/spark-worker-1"];
    vec![
        slow("the only worker is stopped", &[Docker(&["stop", "{p}-spark-worker-1"])], WORKER),
        slow(
            "the only worker hangs",
            // The master calls a worker lost after a minute without a sign of it.
            &[
                Frozen("spark-worker-1"),
                Until(Seen::Holds {
                    container: "spark-master",
                    command: "python3 -c 'import json, sys, urllib.request as web; \
                        sys.exit(json.load(web.urlopen(\"http://127.0.0.1:8080/json/\", timeout=5))[\"aliveworkers\"])'",
                }),
            ],
            WORKER,
        )
        .repaired_by(&[Thawed("spark-worker-1"), Docker(&["restart", "{p}-spark-worker-1"]), Up(&[])]),
        slow("the master is gone", &[Docker(&["stop", "{p}-spark-master"])], &["container/spark-master"]),
        slow(
            "another application has all cores",
            &[
                Docker(&["stop", "{p}-job-keep-crossings"]),
                Docker(&[
                    "run", "--detach", "--name", "{p}-greed", "--network", "{p}", "--network-alias", "greed", "--memory", "1g", "--entrypoint",
                    "/bin/sh", "{spark}", "-c", GREED,
                ]),
                Until(Seen::Holds { container: "greed", command: "test -e /tmp/fed" }),
                Docker(&["start", "{p}-job-keep-crossings"]),
            ],
            STREAM,
        )
        .repaired_by(&[Docker(&["rm", "--force", "{p}-greed"]), Up(&[])]),
    ]
}

pub(crate) fn stream() -> Vec<Fault> {
    vec![
        slow("the streaming job is stopped", &[Docker(&["stop", "{p}-job-keep-crossings"])], STREAM),
        slow(
            "the streaming job is taken off the network",
            &[Docker(&["network", "disconnect", "{p}", "{p}-job-keep-crossings"])],
            STREAM,
        ),
        slow("the streaming job hangs", &[Frozen(JOB)], STREAM).repaired_by(&[Thawed(JOB), Up(&[])]),
        slow(
            "the job is told a wrong bootstrap address",
            &[
                Volume("sed -i 's/kafka:9092/kafka:9999/' /pipeline/current/jobs/keep_crossings/sparkflow_pipeline.py"),
                Docker(&["restart", "{p}-job-keep-crossings"]),
            ],
            STREAM,
        ),
        slow(
            "the job's code breaks off at each start",
            &[
                Volume("echo 'raise SystemExit(\"no luck\")' > /pipeline/current/jobs/keep_crossings/main.py"),
                Docker(&["restart", "{p}-job-keep-crossings"]),
                Until(Seen::Crashed(JOB)),
            ],
            STREAM,
        ),
    ]
}

/// What the job cannot get past, however often it starts.
pub(crate) fn breaks() -> Vec<Fault> {
    vec![
        slow(
            "the checkpoint belongs to another topic",
            &[
                Docker(&["stop", "{p}-job-keep-crossings"]),
                // Without Spark's sums of what was written there, which would say first that it was changed.
                Volume(
                    "cd /checkpoints/keep_crossings/offsets && rm -f .*.crc && sed -i 's/\"crossings\"/\"elsewhere\"/' *",
                ),
                Docker(&["start", "{p}-job-keep-crossings"]),
                Until(Seen::Crashed(JOB)),
            ],
            STREAM,
        )
        .repaired_by(FROM_THE_START),
        slow(
            "one record can never be a row",
            // No key of Cassandra's is longer than 65,535 bytes.
            &[
                Sent {
                    topic: "crossings",
                    key_bytes: 70_000,
                    value: "{\"id\": \"{key}\", \"harbour\": \"north\"}",
                    count: 1,
                },
                Until(Seen::Crashed(JOB)),
            ],
            STREAM,
        )
        .repaired_by(FROM_NOTHING),
        slow(
            "the streaming job is killed for memory",
            &[
                Docker(&["stop", "{p}-job-keep-crossings"]),
                Docker(&["update", "--memory", "128m", "--memory-swap", "128m", "{p}-job-keep-crossings"]),
                Docker(&["start", "{p}-job-keep-crossings"]),
                Until(Seen::Crashed(JOB)),
            ],
            STREAM,
        )
        .repaired_by(JOB_ANEW),
        slow(
            "the job has a wrong password for the database",
            &[
                Rewritten {
                    container: JOB,
                    file: "/run/sparkflow/spark-secrets.conf",
                    from: "spark.cassandra.auth.password                  ",
                    to: "spark.cassandra.auth.password                  not",
                },
                Until(Seen::Crashed(JOB)),
            ],
            STREAM,
        )
        .repaired_by(JOB_ANEW),
    ]
}
