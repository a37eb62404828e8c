//! Runs of a DAG: start one, follow its tasks, read their logs, end it.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Airflow, AirflowError};

/// One run of a DAG.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DagRun {
    pub dag_id: String,
    #[serde(rename = "dag_run_id")]
    pub run_id: String,
    /// `queued`, `running`, `success`, `failed`.
    pub state: String,
    #[serde(rename = "start_date")]
    pub started_at: Option<String>,
    #[serde(rename = "end_date")]
    pub ended_at: Option<String>,
}

/// One task of a run, at its latest try.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskInstance {
    pub task_id: String,
    /// `scheduled`, `running`, `success`, `failed`, `up_for_retry`, ...; absent before it is due.
    pub state: Option<String>,
    /// From 1; 0 before the first.
    pub try_number: u32,
    #[serde(rename = "start_date")]
    pub started_at: Option<String>,
    #[serde(rename = "end_date")]
    pub ended_at: Option<String>,
    #[serde(rename = "duration")]
    pub duration_seconds: Option<f64>,
}

/// Which try of which task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskTry<'a> {
    pub dag_id: &'a str,
    pub run_id: &'a str,
    pub task_id: &'a str,
    pub try_number: u32,
}

/// A line of a task's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskLogLine {
    /// RFC 3339; Airflow's own headings have none.
    pub at: Option<String>,
    pub level: Option<String>,
    pub text: String,
}

#[derive(Deserialize)]
struct RunPage {
    dag_runs: Vec<DagRun>,
}

#[derive(Deserialize)]
struct TaskPage {
    task_instances: Vec<TaskInstance>,
}

#[derive(Deserialize)]
struct LogAnswer {
    content: Vec<Value>,
}

impl Airflow {
    /// Starts a run under an id of our own, so that a repeated request starts no second one. It belongs to no date.
    ///
    /// # Errors
    /// When there is no such DAG (`is_absent`), the run id is taken (`is_conflict`), or Airflow refuses.
    pub async fn trigger_run(&self, dag_id: &str, run_id: &str, conf: &Value) -> Result<DagRun, AirflowError> {
        let action = format!("start a run of DAG `{dag_id}`");
        // The date must be named, even where there is none.
        let body = json!({ "dag_run_id": run_id, "logical_date": null, "conf": conf });
        let path = ["dags", dag_id, "dagRuns"];
        self.ask(&action, Method::POST, &path, &[], Some(&body)).await
    }

    /// One run; `None` when there is no such DAG or run.
    ///
    /// # Errors
    /// When Airflow refuses us or does not answer in time.
    pub async fn run(&self, dag_id: &str, run_id: &str) -> Result<Option<DagRun>, AirflowError> {
        let action = format!("look at run `{run_id}` of DAG `{dag_id}`");
        let path = ["dags", dag_id, "dagRuns", run_id];
        match self.ask(&action, Method::GET, &path, &[], None).await {
            Ok(run) => Ok(Some(run)),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The latest runs of a DAG, newest first, a hundred at most.
    ///
    /// # Errors
    /// When there is no such DAG (`is_absent`), or Airflow does not answer in time.
    pub async fn latest_runs(&self, dag_id: &str, count: u8) -> Result<Vec<DagRun>, AirflowError> {
        let action = format!("list runs of DAG `{dag_id}`");
        let count = count.to_string();
        let query = [("order_by", "-run_after"), ("limit", count.as_str())];
        let path = ["dags", dag_id, "dagRuns"];
        let page: RunPage = self.ask(&action, Method::GET, &path, &query, None).await?;
        Ok(page.dag_runs)
    }

    /// Ends a run as failed; Airflow ends its running tasks.
    ///
    /// # Errors
    /// When there is no such run (`is_absent`), or Airflow does not answer in time.
    pub async fn fail_run(&self, dag_id: &str, run_id: &str) -> Result<(), AirflowError> {
        let action = format!("end run `{run_id}` of DAG `{dag_id}`");
        let path = ["dags", dag_id, "dagRuns", run_id];
        let body = json!({ "state": "failed" });
        self.request(&action, Method::PATCH, &path, &[], Some(&body)).await?;
        Ok(())
    }

    /// The tasks of a run, by id; a hundred at most.
    ///
    /// # Errors
    /// When there is no such run (`is_absent`), or Airflow does not answer in time.
    pub async fn tasks(&self, dag_id: &str, run_id: &str) -> Result<Vec<TaskInstance>, AirflowError> {
        let action = format!("list tasks of run `{run_id}` of DAG `{dag_id}`");
        let path = ["dags", dag_id, "dagRuns", run_id, "taskInstances"];
        let query = [("limit", "100")];
        let page: TaskPage = self.ask(&action, Method::GET, &path, &query, None).await?;
        let mut tasks = page.task_instances;
        tasks.sort_by(|a, b| a.task_id.cmp(&b.task_id));
        Ok(tasks)
    }

    /// The last lines of a task's log.
    ///
    /// # Errors
    /// When there is no such try (`is_absent`), or Airflow does not answer in time.
    pub async fn task_log(&self, task: TaskTry<'_>, tail: usize) -> Result<Vec<TaskLogLine>, AirflowError> {
        let action = format!("read the log of task `{}`", task.task_id);
        let number = task.try_number.to_string();
        let path =
            ["dags", task.dag_id, "dagRuns", task.run_id, "taskInstances", task.task_id, "logs", number.as_str()];
        let query = [("full_content", "true")];
        let answer: LogAnswer = self.ask(&action, Method::GET, &path, &query, None).await?;
        let skipped = answer.content.len().saturating_sub(tail);
        Ok(answer.content.iter().skip(skipped).map(log_line).collect())
    }
}

/// Airflow sends events, or bare lines where it could not read them as such.
fn log_line(entry: &Value) -> TaskLogLine {
    let field = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    TaskLogLine {
        at: field("timestamp"),
        level: field("level"),
        text: field("event").or_else(|| entry.as_str().map(str::to_owned)).unwrap_or_else(|| entry.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read_as_events_or_as_bare_lines() {
        let event = log_line(&json!({ "timestamp": "t", "level": "info", "event": "hello" }));
        assert_eq!(event.text, "hello");
        assert_eq!(event.level.as_deref(), Some("info"));
        assert_eq!(log_line(&json!("bare")).text, "bare");
    }
}
