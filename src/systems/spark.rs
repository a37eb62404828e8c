//! The Spark master's own account of itself: workers and applications.

use std::net::Ipv4Addr;
use std::time::Duration;

use reqwest::Client;
use serde::{Deserialize, Serialize};

use super::http::{HttpError, local_client, send};

const MAX_BYTES: usize = 16 * 1024 * 1024;

/// What may go wrong between us and the master.
#[derive(Debug, thiserror::Error)]
pub enum SparkError {
    #[error("the Spark master does not answer")]
    Http(#[source] HttpError),
    #[error("the Spark master answers with status {status}")]
    Status { status: u16 },
    #[error("the Spark master's answer is not what a master says")]
    Answer(#[source] serde_json::Error),
}

/// The master's page as data.
pub struct SparkMaster {
    client: Client,
    url: String,
}

/// Workers and applications, as the master sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SparkCluster {
    /// `ALIVE` when it takes work.
    pub status: String,
    pub workers: Vec<SparkWorker>,
    /// Running and waiting ones.
    pub active_apps: Vec<SparkApp>,
    /// The latest first.
    pub completed_apps: Vec<SparkApp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SparkWorker {
    pub id: String,
    pub host: String,
    /// `ALIVE`, `DEAD`, `UNKNOWN`.
    pub state: String,
    pub cores: u32,
    pub cores_used: u32,
    pub memory_mib: u64,
    pub memory_used_mib: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SparkApp {
    pub id: String,
    pub name: String,
    /// `RUNNING`, `WAITING`, `FINISHED`, `FAILED`, `KILLED`.
    pub state: String,
    /// Cores it has now; 0 while it waits for any.
    pub cores: u32,
    pub memory_per_executor_mib: u64,
    /// Milliseconds since 1970.
    pub started_ms: i64,
    pub duration_ms: i64,
}

#[derive(Deserialize)]
struct MasterAnswer {
    status: String,
    workers: Vec<WorkerAnswer>,
    activeapps: Vec<AppAnswer>,
    completedapps: Vec<AppAnswer>,
}

#[derive(Deserialize)]
struct WorkerAnswer {
    id: String,
    host: String,
    state: String,
    cores: u32,
    coresused: u32,
    memory: u64,
    memoryused: u64,
}

#[derive(Deserialize)]
struct AppAnswer {
    id: String,
    name: String,
    state: String,
    #[serde(default)]
    cores: u32,
    #[serde(default)]
    memoryperslave: u64,
    #[serde(default)]
    memoryperexecutor: u64,
    #[serde(default)]
    starttime: i64,
    #[serde(default)]
    duration: i64,
}

impl SparkCluster {
    /// Workers that take work now.
    pub fn alive_workers(&self) -> impl Iterator<Item = &SparkWorker> {
        self.workers.iter().filter(|worker| worker.state == "ALIVE")
    }
}

impl SparkMaster {
    /// Prepares to ask the master whose page is published on a loopback port.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn open(port: u16) -> Result<Self, SparkError> {
        Ok(Self {
            client: local_client().map_err(SparkError::Http)?,
            url: format!("http://{}:{port}/json/", Ipv4Addr::LOCALHOST),
        })
    }

    /// Workers and applications.
    ///
    /// # Errors
    /// When the master does not answer within `limit`, or somebody else does.
    pub async fn cluster(&self, limit: Duration) -> Result<SparkCluster, SparkError> {
        let request = self.client.get(&self.url);
        let answer = send(request, &self.url, limit, MAX_BYTES).await.map_err(SparkError::Http)?;
        if !answer.is_success() {
            return Err(SparkError::Status { status: answer.status });
        }
        let master: MasterAnswer = answer.json().map_err(SparkError::Answer)?;
        Ok(SparkCluster {
            status: master.status,
            workers: master.workers.into_iter().map(worker).collect(),
            active_apps: master.activeapps.into_iter().map(app).collect(),
            completed_apps: master.completedapps.into_iter().map(app).collect(),
        })
    }
}

fn worker(answer: WorkerAnswer) -> SparkWorker {
    SparkWorker {
        id: answer.id,
        host: answer.host,
        state: answer.state,
        cores: answer.cores,
        cores_used: answer.coresused,
        memory_mib: answer.memory,
        memory_used_mib: answer.memoryused,
    }
}

fn app(answer: AppAnswer) -> SparkApp {
    SparkApp {
        id: answer.id,
        name: answer.name,
        state: answer.state,
        cores: answer.cores,
        // The key was renamed between versions.
        memory_per_executor_mib: answer.memoryperexecutor.max(answer.memoryperslave),
        started_ms: answer.starttime,
        duration_ms: answer.duration,
    }
}
