//! What Airflow knows of failures: files it cannot read, the latest run of each DAG, the log of the task that failed.

use super::containers::clipped;
use super::{Asked, Request, gap};
use crate::doctor::evidence::{Evidence, Kind, Line, Passage, Standing};
use crate::live::{ContainerState, Live};
use crate::systems::airflow::Airflow;
use crate::systems::airflow::runs::{DagRun, TaskTry};
use crate::systems::one_line;

const LOG_LINES: usize = 400;
/// A run may wait this long for the scheduler.
const PATIENT_SECONDS: i64 = 60;

pub(super) async fn airflow(request: &Request<'_>, live: Option<&Live>) -> Evidence {
    if request.topology.dags.is_empty() {
        return Evidence::default();
    }
    let api = live.and_then(|live| live.containers.get("airflow-api"));
    if api.is_none_or(|api| api.state != ContainerState::Running) {
        return Evidence { passages: Vec::new(), gaps: vec!["Airflow: airflow-api is not running".to_string()] };
    }
    let airflow = match request.session.airflow().await {
        Ok(airflow) => airflow,
        Err(error) => return gap("Airflow", &error),
    };
    let mut evidence = Evidence::default();
    match airflow.import_errors().await {
        Ok(errors) => evidence.passages.extend(errors.into_iter().map(|error| {
            let file = error.file.rsplit_once("/dags/").map_or(error.file.as_str(), |(_, name)| name);
            let lines = error.trace.lines().map(|line| Line::new(error.at.clone(), clipped(line))).collect();
            Passage::new(Kind::Import, format!("dag file/{file}"), Standing::Troubled, lines)
        })),
        Err(error) => evidence.gaps.push(format!("import errors: {}", one_line(&error))),
    }
    for dag in request.topology.dags.keys() {
        runs(request, &airflow, dag, &mut evidence).await;
    }
    evidence
}

/// The latest run says how a DAG is; one that somebody asked about tells its tasks, too.
async fn runs(request: &Request<'_>, airflow: &Airflow, dag: &str, evidence: &mut Evidence) {
    let latest = match airflow.latest_runs(dag, 1).await {
        Ok(runs) => runs.into_iter().next(),
        // A DAG that is not there has no runs; the plan names it.
        Err(error) if error.is_absent() => None,
        Err(error) => {
            evidence.gaps.push(format!("runs of {dag}: {}", one_line(&error)));
            None
        }
    };
    let Some(run) = latest else { return };
    let subject = format!("dag/{dag}");
    let at = run.ended_at.clone().or_else(|| run.started_at.clone()).unwrap_or_default();
    let line = |text: String| vec![Line::new(at.clone(), text)];
    if run.state == "failed" {
        let text = format!("run {} failed", run.run_id);
        evidence.passages.push(Passage::new(Kind::Run, &subject, Standing::Troubled, line(text)));
        failed_task(airflow, &run, evidence).await;
        return;
    }
    let waiting = queued_seconds(&run, request.now);
    let (text, standing) = match waiting {
        Some(seconds) if seconds > PATIENT_SECONDS => {
            (format!("run {} is queued since {seconds} s", run.run_id), Standing::Troubled)
        }
        _ => (format!("run {} is {}", run.run_id, run.state), Standing::Healthy),
    };
    evidence.passages.push(Passage::new(Kind::Run, &subject, standing, line(text)));
    let is_asked = matches!(&request.asked, Asked::Of(scope) if scope.dags.contains(dag));
    if is_asked && run.state == "running" {
        failed_task(airflow, &run, evidence).await;
    }
}

/// Our own run ids carry their time; for others it is not known how long they wait.
fn queued_seconds(run: &DagRun, now: jiff::Timestamp) -> Option<i64> {
    if run.state != "queued" {
        return None;
    }
    let (_, id) = run.run_id.split_once("sparkflow-")?;
    let (seconds, _) = uuid::Uuid::parse_str(id).ok()?.get_timestamp()?.to_unix();
    Some(now.as_second() - i64::try_from(seconds).ok()?)
}

/// The log of the first task of the run that failed, or is about to be tried again.
async fn failed_task(airflow: &Airflow, run: &DagRun, evidence: &mut Evidence) {
    let tasks = match airflow.tasks(&run.dag_id, &run.run_id).await {
        Ok(tasks) => tasks,
        Err(error) => {
            evidence.gaps.push(format!("tasks of {}: {}", run.dag_id, one_line(&error)));
            return;
        }
    };
    let mut failed: Vec<_> =
        tasks.into_iter().filter(|task| matches!(task.state.as_deref(), Some("failed" | "up_for_retry"))).collect();
    failed.sort_by(|a, b| a.ended_at.cmp(&b.ended_at));
    let Some(task) = failed.first() else { return };
    let subject = format!("dag/{} task {}", run.dag_id, task.task_id);
    let attempt =
        TaskTry { dag_id: &run.dag_id, run_id: &run.run_id, task_id: &task.task_id, try_number: task.try_number };
    match airflow.task_log(attempt, LOG_LINES).await {
        Ok(lines) => {
            let lines = lines.into_iter().flat_map(|line| {
                let at = line.at.unwrap_or_default();
                let parts: Vec<Line> = line.text.lines().map(|part| Line::new(at.clone(), clipped(part))).collect();
                parts
            });
            evidence.passages.push(Passage::new(Kind::Task, subject, Standing::Troubled, lines.collect()));
        }
        Err(error) => evidence.gaps.push(format!("the log of {subject}: {}", one_line(&error))),
    }
}
