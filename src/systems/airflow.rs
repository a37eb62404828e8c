//! Airflow 3 by its REST API (v2): health, connections, DAGs, runs, task logs.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(15);
/// Entries of one page; a pipeline has far fewer DAGs and connections.
const PAGE: u32 = 100;

#[derive(Debug, thiserror::Error)]
pub enum AirflowError {
    #[error("could not make an HTTP client")]
    Client(#[source] reqwest::Error),
    #[error("Airflow does not answer at {address}; could not {action}")]
    NoAnswer {
        address: String,
        action: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("Airflow refused the login of `{user}`")]
    Login { user: String },
    #[error("Airflow answered {status} and would not {action}: {said}")]
    Refused { action: String, status: u16, said: String },
}

/// Logged in; the token lasts a day. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Airflow {
    client: reqwest::Client,
    address: String,
    token: Arc<str>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Health {
    pub metadatabase: Part,
    pub scheduler: Part,
    pub dag_processor: Part,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Part {
    /// `None` when it was never seen.
    pub status: Option<String>,
}

impl Part {
    #[must_use]
    pub fn healthy(&self) -> bool {
        self.status.as_deref() == Some("healthy")
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct ConnectionState {
    #[serde(rename = "connection_id")]
    pub id: String,
    #[serde(rename = "conn_type")]
    pub kind: String,
    pub host: Option<String>,
    pub port: Option<u16>,
    pub extra: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConnection {
    pub id: String,
    pub kind: String,
    pub host: String,
    pub port: u16,
    /// A JSON object.
    pub extra: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct DagState {
    #[serde(rename = "dag_id")]
    pub id: String,
    #[serde(rename = "is_paused")]
    pub paused: bool,
    /// Its file is gone; Airflow keeps the entry.
    #[serde(default, rename = "is_stale")]
    pub stale: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ImportError {
    #[serde(rename = "filename")]
    pub file: String,
    #[serde(rename = "stack_trace")]
    pub trace: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunState {
    #[serde(rename = "dag_run_id")]
    pub id: String,
    /// `queued`, `running`, `success`, `failed`.
    pub state: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TaskState {
    #[serde(rename = "task_id")]
    pub id: String,
    /// `None` before the scheduler has looked at it.
    pub state: Option<String>,
    pub try_number: u32,
    /// Seconds.
    pub duration: Option<f64>,
}

impl Airflow {
    /// # Errors
    /// When Airflow does not answer, or does not accept the login.
    pub async fn connect(port: u16, user: &str, password: &str) -> Result<Self, AirflowError> {
        let client = super::http::loopback_client(LIMIT).map_err(AirflowError::Client)?;
        let address = format!("http://127.0.0.1:{port}");
        let failed = |source| AirflowError::NoAnswer { address: address.clone(), action: "log in".to_string(), source };
        let login = json!({"username": user, "password": password});
        let response = client.post(format!("{address}/auth/token")).json(&login).send().await.map_err(failed)?;
        if response.status() == StatusCode::UNAUTHORIZED {
            return Err(AirflowError::Login { user: user.to_string() });
        }
        let answer: Value = response.error_for_status().map_err(failed)?.json().await.map_err(failed)?;
        let token = answer["access_token"].as_str().unwrap_or_default();
        Ok(Self { client, token: Arc::from(token), address })
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>, action: &str) -> Result<Value, AirflowError> {
        let failed =
            |source| AirflowError::NoAnswer { address: self.address.clone(), action: action.to_string(), source };
        let mut request = self.client.request(method, format!("{}/api/v2{path}", self.address)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(failed)?;
        let status = response.status();
        let text = response.text().await.map_err(failed)?;
        if !status.is_success() {
            let said = text.chars().take(500).collect();
            return Err(AirflowError::Refused { action: action.to_string(), status: status.as_u16(), said });
        }
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, key: &str, action: &str) -> Result<T, AirflowError> {
        let mut answer = self.call(Method::GET, path, None, action).await?;
        let value = if key.is_empty() { answer } else { answer[key].take() };
        serde_json::from_value(value).map_err(|error| AirflowError::Refused {
            action: action.to_string(),
            status: 200,
            said: format!("an answer of another shape than expected: {error}"),
        })
    }

    pub async fn health(&self) -> Result<Health, AirflowError> {
        self.get("/monitor/health", "", "say how it is").await
    }

    pub async fn connections(&self) -> Result<Vec<ConnectionState>, AirflowError> {
        self.get(&format!("/connections?limit={PAGE}"), "connections", "list connections").await
    }

    pub async fn create_connection(&self, connection: &NewConnection) -> Result<(), AirflowError> {
        let action = format!("create connection `{}`", connection.id);
        self.call(Method::POST, "/connections", Some(&connection_body(connection)), &action).await.map(drop)
    }

    pub async fn replace_connection(&self, connection: &NewConnection) -> Result<(), AirflowError> {
        let action = format!("change connection `{}`", connection.id);
        let path = format!("/connections/{}", connection.id);
        self.call(Method::PATCH, &path, Some(&connection_body(connection)), &action).await.map(drop)
    }

    pub async fn delete_connection(&self, id: &str) -> Result<(), AirflowError> {
        let action = format!("delete connection `{id}`");
        self.call(Method::DELETE, &format!("/connections/{id}"), None, &action).await.map(drop)
    }

    /// DAGs whose files are there; entries of files that are gone are left out.
    pub async fn dags(&self) -> Result<Vec<DagState>, AirflowError> {
        let dags: Vec<DagState> =
            self.get(&format!("/dags?limit={PAGE}&exclude_stale=true"), "dags", "list DAGs").await?;
        Ok(dags.into_iter().filter(|dag| !dag.stale).collect())
    }

    pub async fn import_errors(&self) -> Result<Vec<ImportError>, AirflowError> {
        self.get(&format!("/importErrors?limit={PAGE}"), "import_errors", "list import errors").await
    }

    pub async fn set_paused(&self, dag: &str, paused: Paused) -> Result<(), AirflowError> {
        let body = json!({"is_paused": paused == Paused::Yes});
        let action = format!("change DAG `{dag}`");
        self.call(Method::PATCH, &format!("/dags/{dag}"), Some(&body), &action).await.map(drop)
    }

    /// Starts a run outside the schedule.
    pub async fn trigger(&self, dag: &str, run_id: &str) -> Result<RunState, AirflowError> {
        // `logical_date` must be there, and null is allowed.
        let body = json!({"dag_run_id": run_id, "logical_date": null});
        let action = format!("start a run of `{dag}`");
        let answer = self.call(Method::POST, &format!("/dags/{dag}/dagRuns"), Some(&body), &action).await?;
        serde_json::from_value(answer).map_err(|error| AirflowError::Refused { action, status: 200, said: error.to_string() })
    }

    pub async fn run(&self, dag: &str, run_id: &str) -> Result<RunState, AirflowError> {
        self.get(&format!("/dags/{dag}/dagRuns/{run_id}"), "", "say how the run is").await
    }

    pub async fn tasks(&self, dag: &str, run_id: &str) -> Result<Vec<TaskState>, AirflowError> {
        let path = format!("/dags/{dag}/dagRuns/{run_id}/taskInstances?limit={PAGE}");
        self.get(&path, "task_instances", "list the run's tasks").await
    }

    /// The lines of one try of a task, as Airflow kept them.
    pub async fn task_log(&self, dag: &str, run_id: &str, task: &str, attempt: u32) -> Result<Vec<String>, AirflowError> {
        let path = format!("/dags/{dag}/dagRuns/{run_id}/taskInstances/{task}/logs/{attempt}?full_content=true");
        let content: Value = self.get(&path, "content", "show the task's log").await?;
        let lines = content.as_array().into_iter().flatten();
        Ok(lines.filter_map(log_line).collect())
    }
}

/// Whether a DAG's schedule is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paused {
    Yes,
    No,
}

/// Airflow's log is a list of events; the message is what people read, an exception comes as `error_detail`.
fn log_line(event: &Value) -> Option<String> {
    let mut line = event.as_str().or_else(|| event["event"].as_str())?.to_string();
    for error in event["error_detail"].as_array().into_iter().flatten() {
        let kind = error["exc_type"].as_str().unwrap_or("error");
        line = format!("{line}: {kind}: {}", error["exc_value"].as_str().unwrap_or_default());
    }
    Some(line)
}

fn connection_body(connection: &NewConnection) -> Value {
    json!({
        "connection_id": connection.id,
        "conn_type": connection.kind,
        "host": connection.host,
        "port": connection.port,
        "extra": connection.extra,
    })
}
