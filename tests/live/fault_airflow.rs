//! Faults of sources and schedules: what should bring the data in, and what should set the jobs going.

use crate::fault::Deed::{
    Airflow, Answering, Cql, Docker, Frozen, IngestKilled, Inside, Sparkflow, Thawed, Tried, Until, Up, Volume,
};
use crate::fault::{Answer, Deed, Fault, Seen, quick, slow};

const SOURCE: &[&str] = &["source/crossings"];
const JSON: &str = "application/json";
/// The recorded answers again, and nobody in their place.
const OWN_SOURCE: &[Deed] = &[Docker(&["rm", "--force", "{p}-replay"]), Up(&[])];

pub(crate) fn source() -> Vec<Fault> {
    let page = |name, status, kind, body| {
        // A constant would have to be written six times.
        let answer: &'static [Deed] = Vec::leak(vec![Answering(Answer::Page { status, kind, body })]);
        quick(name, answer, SOURCE).repaired_by(OWN_SOURCE)
    };
    vec![
        page("the source asks for patience (429)", 429, JSON, "{\"error\": \"slow down\"}"),
        page("the source fails (500)", 500, JSON, "{\"error\": \"no luck\"}"),
        page("the source answers with a web page", 200, "text/html", "<html><body>Please log in</body></html>"),
        page("the source has no records", 200, JSON, "[]"),
        page(
            "the source calls a required field by another name",
            200,
            JSON,
            "[{\"no\": \"C-1\", \"harbour\": \"north\"}]",
        ),
        quick("the source says nothing", &[Answering(Answer::Silence)], SOURCE).repaired_by(OWN_SOURCE),
        quick("the source's stand-in is gone", &[Docker(&["rm", "--force", "{p}-replay"])], &["container/replay"]),
        // The file is the source's task and nothing else.
        quick(
            "the ingest task is told a wrong bootstrap address",
            &[Volume("sed -i 's/kafka:9092/kafka:9999/' /pipeline/current/sources/crossings.json")],
            &["file/sources/crossings.json", "source/crossings"],
        ),
        slow("an ingest is killed half-way", &[IngestKilled], SOURCE).repaired_by(&[Sparkflow(&[
            "run",
            "source",
            "crossings",
            "--count",
            "40",
        ])]),
    ]
}

pub(crate) fn airflow() -> Vec<Fault> {
    const SCHEDULER: &[&str] = &["container/airflow-scheduler"];
    vec![
        quick("the scheduler is stopped", &[Docker(&["stop", "{p}-airflow-scheduler"])], SCHEDULER),
        slow(
            "the scheduler hangs",
            // Airflow calls a heartbeat old after half a minute.
            &[
                Frozen("airflow-scheduler"),
                Until(Seen::Holds { container: "airflow-api", command: "! airflow jobs check --job-type SchedulerJob" }),
            ],
            SCHEDULER,
        )
        .repaired_by(&[Thawed("airflow-scheduler"), Up(&[])]),
        slow(
            "the scheduler is killed for memory",
            &[
                Docker(&["stop", "{p}-airflow-scheduler"]),
                Docker(&["update", "--memory", "96m", "--memory-swap", "96m", "{p}-airflow-scheduler"]),
                Docker(&["start", "{p}-airflow-scheduler"]),
                Until(Seen::Crashed("airflow-scheduler")),
            ],
            SCHEDULER,
        )
        // A limit that was changed behind its declaration: the container is made as declared.
        .repaired_by(&[Docker(&["rm", "--force", "{p}-airflow-scheduler"]), Up(&[])]),
        quick(
            "nobody parses the schedules",
            &[Docker(&["stop", "{p}-airflow-dag-processor"])],
            &["container/airflow-dag-processor"],
        ),
        slow("Airflow's interface is stopped", &[Docker(&["stop", "{p}-airflow-api"])], &["container/airflow-api"]),
        slow("Airflow's database is stopped", &[Docker(&["stop", "{p}-postgres"])], &["container/postgres"]),
        slow(
            "Airflow's migration is missing",
            &[Inside {
                container: "postgres",
                command: "psql -h /run/postgresql -U airflow -d airflow -c 'DROP SCHEMA public CASCADE' -c 'CREATE SCHEMA public'",
            }],
            // The migration should have made the tables; the interface is the first that misses them.
            &["container/airflow-init", "container/airflow-api"],
        )
        .repaired_by(&[
            Docker(&["rm", "--force", "{p}-airflow-init", "{p}-airflow-api"]),
            Docker(&["rm", "--force", "{p}-airflow-scheduler", "{p}-airflow-dag-processor"]),
            Up(&[]),
        ]),
    ]
}

pub(crate) fn schedules() -> Vec<Fault> {
    const CONNECTION: &[&str] = &["connection/spark-conn"];
    const DELETE: Deed = Airflow(&["connections", "delete", "spark-conn"]);
    const LEAD_ELSEWHERE: Deed = Airflow(&[
        "connections",
        "add",
        "spark-conn",
        "--conn-type",
        "spark",
        "--conn-host",
        "spark://elsewhere",
        "--conn-port",
        "7077",
        "--conn-extra",
        "{\"deploy-mode\": \"client\", \"spark-binary\": \"spark-submit\"}",
    ]);
    vec![
        quick("the connection is deleted", &[DELETE], CONNECTION),
        quick("the connection leads elsewhere", &[DELETE, LEAD_ELSEWHERE], CONNECTION),
        quick("a schedule is paused", &[Airflow(&["dags", "pause", "count"])], &["dag/count"]),
        quick(
            "a schedule has a syntax error",
            &[Volume("echo 'with DAG(' >> /pipeline/current/dags/count.py")],
            &["dag/count"],
        ),
        quick("a schedule's file is gone", &[Volume("rm /pipeline/current/dags/load.py")], &["dag/load"]),
        slow(
            "a task is green with 0 records",
            &[
                Answering(Answer::Page { status: 200, kind: JSON, body: "[]" }),
                Tried(&["run", "schedule", "load"]),
                // By now the source is well again: what is wrong is the run that brought nothing.
                Docker(&["rm", "--force", "{p}-replay"]),
                Up(&[]),
            ],
            // What ran is the schedule; what it brought nothing from is the source.
            &["dag/load", "source/crossings"],
        )
        .repaired_by(&[Sparkflow(&["run", "schedule", "load"])]),
        slow(
            "the last run of a schedule failed",
            &[
                Cql("DROP TABLE counts.crossings_by_harbour"),
                Tried(&["run", "schedule", "count"]),
                // The table is back; the run that failed is not mended by that.
                Up(&[]),
            ],
            &["dag/count"],
        )
        .repaired_by(&[Sparkflow(&["run", "schedule", "count"])]),
    ]
}
