//! `run schedule`: starts the DAG through Airflow's API, shows its tasks, and on failure the task's own words.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, Output, signals};
use crate::doctor::cause::deepest;
use crate::report::progress::{Outcome, Progress};
use crate::report::{json, text};
use crate::systems::airflow::runs::{TaskInstance, TaskTry};
use crate::systems::airflow::{Airflow, AirflowError};

const POLL: Duration = Duration::from_millis(500);
const LOG_LINES: usize = 25;
const MOST_LOG_LINES: usize = 2000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    No,
    AtMost(Duration),
}

pub(super) async fn run(global: &Global, name: &str, wait: Wait) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    if !stack.project.pipeline.schedules.contains_key(name) {
        return Err(super::unknown("schedule", name, stack.project.pipeline.schedules.keys()));
    }
    let airflow = stack.session().airflow().await?;
    let run_id = format!("sparkflow-{}", uuid::Uuid::now_v7());
    airflow
        .trigger_run(name, &run_id, &json!({}))
        .await
        .map_err(|error| Failure::new(Exit::Failed, error).hint("`sparkflow up` first"))?;
    let Wait::AtMost(limit) = wait else {
        text::out(format!("started run `{run_id}` of `{name}`"));
        return Ok(Exit::Done);
    };
    let progress = global.progress();
    let ended = follow(&airflow, name, &run_id, limit, &progress).await;
    progress.clear();
    let (state, tasks) = ended?;
    if global.output == Output::Json {
        json::print_json(&json!({"schedule": name, "run": run_id, "state": state, "tasks": tasks}))?;
    } else {
        text::out(format!("{name}: {state}"));
    }
    if state == "success" {
        return Ok(Exit::Done);
    }
    Err(explain(&airflow, name, &run_id, &tasks).await)
}

async fn follow(
    airflow: &Airflow,
    dag: &str,
    run_id: &str,
    limit: Duration,
    progress: &Progress,
) -> Result<(String, Vec<TaskInstance>), Failure> {
    let started = Instant::now();
    let interrupt = signals::watch_interrupt();
    let mut shown: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let asked = tokio::try_join!(airflow.run(dag, run_id), airflow.tasks(dag, run_id));
        let (Some(run), tasks) = asked.map_err(|error: AirflowError| Failure::new(Exit::Failed, error))? else {
            return Err(Failure::new(Exit::Failed, format!("run `{run_id}` of `{dag}` is gone from Airflow")));
        };
        for task in &tasks {
            show(task, dag, &mut shown, progress);
        }
        if run.state == "success" || run.state == "failed" {
            return Ok((run.state, tasks));
        }
        if *interrupt.borrow() {
            return Err(Failure::new(Exit::Interrupted, format!("run `{run_id}` of `{dag}` goes on in Airflow")));
        }
        if started.elapsed() > limit {
            let reason = format!("`{dag}` is {} after {}", run.state, humantime::format_duration(limit));
            return Err(Failure::new(Exit::TimedOut, reason).hint("the run goes on in Airflow; look at its page"));
        }
        tokio::time::sleep(POLL).await;
    }
}

fn show(task: &TaskInstance, dag: &str, shown: &mut BTreeMap<String, String>, progress: &Progress) {
    let Some(state) = &task.state else { return };
    if shown.get(&task.task_id) == Some(state) {
        return;
    }
    if shown.insert(task.task_id.clone(), state.clone()).is_none() {
        progress.begin(&task.task_id, &format!("{dag}/{}", task.task_id));
    }
    let seconds = || task.duration_seconds.map(|seconds| format!(" in {seconds:.1} s")).unwrap_or_default();
    match state.as_str() {
        "success" => progress.finish(&task.task_id, &Outcome::Done(format!("success{}", seconds()))),
        "skipped" => progress.finish(&task.task_id, &Outcome::Skipped("skipped".to_string())),
        "failed" | "upstream_failed" => {
            progress.finish(&task.task_id, &Outcome::Failed(format!("{state}{}", seconds())));
        }
        other => progress.phase(&task.task_id, other),
    }
}

/// The end of the first failed task's log, the driver's cause on top.
async fn explain(airflow: &Airflow, dag: &str, run_id: &str, tasks: &[TaskInstance]) -> Failure {
    let Some(task) = tasks.iter().find(|task| task.state.as_deref() == Some("failed")) else {
        return Failure::new(Exit::Failed, format!("run `{run_id}` of `{dag}` failed"));
    };
    let failure = Failure::new(Exit::Failed, format!("task `{}` of `{dag}` failed", task.task_id));
    let attempt = TaskTry { dag_id: dag, run_id, task_id: &task.task_id, try_number: task.try_number };
    match airflow.task_log(attempt, MOST_LOG_LINES).await {
        Err(error) => failure.hint(format!("its log could not be read: {error}")),
        Ok(lines) => {
            let lines: Vec<String> = lines.into_iter().map(|line| line.text).collect();
            let failure = match deepest(&lines) {
                Some(cause) => failure.hint(format!("cause: {cause}")),
                None => failure,
            };
            let from = lines.len().saturating_sub(LOG_LINES);
            failure.hint(format!("the end of its log:\n{}", lines[from..].join("\n")))
        }
    }
}
