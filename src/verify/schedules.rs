//! Schedules by their last finished run: that a DAG is there and enabled is known from the plan; whether it works, a run shows.

use std::time::Instant;

use futures_util::future::join_all;

use super::Stand;
use super::stage::{Kind, Stage};
use crate::doctor::cause;
use crate::live::Observed;
use crate::session::SessionError;
use crate::systems::airflow::Airflow;
use crate::systems::airflow::runs::{DagRun, TaskInstance, TaskTry};
use crate::systems::with_causes;

/// The last finished run is among the latest few; the others are still under way.
const LATEST_RUNS: u8 = 5;
const LOG_LINES: usize = 2000;
const SHOWN: usize = 300;

/// One stage per declared schedule.
pub(super) async fn run(stand: &Stand<'_>) -> Vec<Stage> {
    let named = stand.request.topology.dags.iter().filter(|(name, _)| stand.wants([format!("dag/{name}").as_str()]));
    join_all(named.map(|(name, dag)| one(stand, name, dag.enabled))).await
}

async fn one(stand: &Stand<'_>, name: &str, enabled: bool) -> Stage {
    let began = Instant::now();
    let id = format!("dag/{name}");
    if let Observed::Waiting(why) = &stand.live.airflow {
        return Stage::not_proven(Kind::Trace, id, format!("Airflow cannot be asked for its runs: {why}")).since(began);
    }
    let stage = match looked_at(stand, name).await {
        Ok(Some(last)) => verdict(id, name, &last),
        Ok(None) if !enabled => Stage::not_proven(Kind::Trace, id, "not enabled, and never ran"),
        Ok(None) => Stage::not_proven(Kind::Trace, id, format!("never ran: `sparkflow run schedule {name}`")),
        Err(SessionError::Airflow(error)) if error.is_absent() => {
            Stage::not_proven(Kind::Trace, id, "Airflow knows no such DAG")
        }
        Err(error) => Stage::failed(Kind::Trace, id, with_causes(&error), "see `sparkflow logs airflow-api`"),
    };
    stage.since(began)
}

/// The last finished run, and where it failed what is known of that.
struct Last {
    run: DagRun,
    failed: Option<(String, Option<String>)>,
}

async fn looked_at(stand: &Stand<'_>, name: &str) -> Result<Option<Last>, SessionError> {
    let airflow = stand.request.session.airflow().await?;
    let runs = airflow.latest_runs(name, LATEST_RUNS).await?;
    let Some(run) = runs.into_iter().find(|run| matches!(run.state.as_str(), "success" | "failed")) else {
        return Ok(None);
    };
    if run.state == "success" {
        return Ok(Some(Last { run, failed: None }));
    }
    let tasks = airflow.tasks(name, &run.run_id).await?;
    let failed = match first_failed(&tasks) {
        None => None,
        Some(task) => Some((task.task_id.clone(), task_cause(&airflow, &run, task).await)),
    };
    Ok(Some(Last { run, failed }))
}

/// The first that failed by itself; those after it failed because of it.
fn first_failed(tasks: &[TaskInstance]) -> Option<&TaskInstance> {
    let failed = tasks.iter().filter(|task| task.state.as_deref() == Some("failed"));
    failed.min_by(|one, other| one.ended_at.cmp(&other.ended_at))
}

async fn task_cause(airflow: &Airflow, run: &DagRun, task: &TaskInstance) -> Option<String> {
    let task =
        TaskTry { dag_id: &run.dag_id, run_id: &run.run_id, task_id: &task.task_id, try_number: task.try_number };
    let lines = match airflow.task_log(task, LOG_LINES).await {
        Ok(lines) => lines.into_iter().map(|line| line.text).collect::<Vec<_>>(),
        Err(error) => return Some(format!("its log could not be read: {}", with_causes(&error))),
    };
    let cause = cause::deepest(&lines).or_else(|| lines.into_iter().rev().find(|line| !line.trim().is_empty()))?;
    Some(cause.chars().take(SHOWN).collect())
}

fn verdict(id: String, name: &str, last: &Last) -> Stage {
    let run = &last.run;
    let ended = run.ended_at.as_deref().unwrap_or("an unknown time");
    if run.state == "success" {
        return Stage::ok(Kind::Trace, id, format!("its last run succeeded, at {ended}"));
    }
    let task = match &last.failed {
        None => String::new(),
        Some((task, None)) => format!(": task `{task}`"),
        Some((task, Some(cause))) => format!(": task `{task}`: {cause}"),
    };
    let seen = format!("its last run failed at {ended}{task}");
    Stage::failed(Kind::Trace, id, seen, format!("mend it, then `sparkflow run schedule {name}`"))
}

#[cfg(test)]
mod tests {
    use super::super::stage::State;
    use super::*;

    fn task(id: &str, state: &str, ended: &str) -> TaskInstance {
        TaskInstance {
            task_id: id.to_string(),
            state: Some(state.to_string()),
            try_number: 1,
            started_at: None,
            ended_at: Some(ended.to_string()),
            duration_seconds: None,
        }
    }

    #[test]
    fn the_first_task_that_failed_is_the_one_that_is_named() {
        let tasks = [
            task("z", "failed", "2026-01-02"),
            task("a", "upstream_failed", "2026-01-01"),
            task("b", "failed", "2026-01-03"),
        ];
        assert_eq!(first_failed(&tasks).map(|task| task.task_id.as_str()), Some("z"));
    }

    #[test]
    fn a_failed_run_says_which_task_and_why() {
        let run = DagRun {
            dag_id: "d".to_string(),
            run_id: "r".to_string(),
            state: "failed".to_string(),
            started_at: None,
            ended_at: Some("then".to_string()),
        };
        let last = Last { run, failed: Some(("load".to_string(), Some("Caused by: no room".to_string()))) };
        let stage = verdict("dag/d".to_string(), "d", &last);
        assert_eq!(stage.state, State::Failed);
        assert_eq!(stage.seen, "its last run failed at then: task `load`: Caused by: no room");
    }
}
