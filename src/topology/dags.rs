//! Schedules as Airflow sees them: the connection they submit through, the DAGs, and what a DAG file is rendered from.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::model::pipeline::{Action, IngestLimit, Pipeline, Schedule, Task, When};
use crate::topology::build::{CURRENT, PIPELINE_PATH};
use crate::topology::facts::{Facts, SPARK_HOST, SPARK_PORT};
use crate::topology::jobs::Submission;
use crate::topology::resource::{Connection, Dag};

pub(super) fn connections(pipeline: &Pipeline) -> BTreeMap<String, Connection> {
    let submits = |schedule: &&Schedule| schedule.tasks.iter().any(|task| matches!(task.action, Action::Job(_)));
    pipeline
        .schedules
        .values()
        .filter(submits)
        .map(|schedule| {
            let extra = BTreeMap::from([
                ("deploy-mode".to_string(), "client".to_string()),
                ("spark-binary".to_string(), "spark-submit".to_string()),
            ]);
            let connection =
                Connection { kind: "spark".to_string(), host: SPARK_HOST.to_string(), port: SPARK_PORT, extra };
            (schedule.connection.clone(), connection)
        })
        .collect()
}

pub(super) fn dags(pipeline: &Pipeline) -> BTreeMap<String, Dag> {
    pipeline
        .schedules
        .iter()
        .map(|(name, schedule)| (name.clone(), Dag { file: dag_path(name), enabled: schedule.enabled }))
        .collect()
}

/// Where DAG files lie below the published directory, generated ones and the project's own.
pub const FOLDER: &str = "dags";

/// Where a schedule's DAG lies below the published directory.
pub(super) fn dag_path(schedule: &str) -> String {
    format!("{FOLDER}/{schedule}.py")
}

/// What `templates/dags/schedule.py.j2` is rendered with.
pub(super) fn dag_context(
    pipeline: &str,
    name: &str,
    schedule: &Schedule,
    facts: &Facts,
    submissions: &BTreeMap<String, Submission>,
) -> Value {
    let when = match &schedule.when {
        When::Cron(cron) => json!({"cron": cron}),
        When::Every(every) => json!({"every_seconds": every.as_secs()}),
        When::Manual => json!({"manual": true}),
    };
    let tasks: Vec<Value> = schedule.tasks.iter().map(|task| task_context(task, submissions)).collect();
    json!({
        "schedule": {
            "name": name,
            "pipeline": pipeline,
            "description": format!("{name} of the pipeline {pipeline}"),
            "when": when,
            "enabled": schedule.enabled,
            "catchup": schedule.catchup,
            "retries": schedule.retries,
            "connection": schedule.connection,
            "slots": facts.slots,
            "tasks": tasks,
        }
    })
}

fn task_context(task: &Task, submissions: &BTreeMap<String, Submission>) -> Value {
    let action = match &task.action {
        Action::Print(text) => json!({"print": text}),
        Action::Ingest { source, limit } => {
            let (count, seconds) = match limit {
                IngestLimit::Count(count) => (json!(count), Value::Null),
                IngestLimit::For(duration) => (Value::Null, json!(duration.as_secs())),
            };
            let task_file = format!("{PIPELINE_PATH}/{CURRENT}/{}", super::publish::source_path(source));
            json!({"ingest": {"source": source, "task_file": task_file, "count": count, "seconds": seconds}})
        }
        Action::Job(name) => json!({"job": submissions.get(name)}),
    };
    json!({"name": task.name, "after": task.after, "action": action})
}
