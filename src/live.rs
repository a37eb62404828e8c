//! What exists, as data: the engine's objects and what the services hold.
//!
//! Types only. It serialises so that a plan can be made anywhere and a bug report is a test case; the format
//! carries a number and promises nothing else. Secrets appear by name, never by value.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::topology::host::Host;

pub const FORMAT_VERSION: u32 = 3;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Live {
    pub format_version: u32,
    pub engine: Engine,
    /// What the machine that looked puts into the stack: a plan made elsewhere takes it from here.
    pub host: Host,
    /// Tags present, of the ones asked about, and the image each stands for now.
    pub images: BTreeMap<String, String>,
    /// Whether the project's network exists.
    pub network: bool,
    pub volumes: BTreeSet<String>,
    pub containers: BTreeMap<String, LiveContainer>,
    pub secrets: Observed<BTreeMap<String, SecretState>>,
    pub files: Observed<PublishedState>,
    pub kafka: Observed<BTreeMap<String, LiveTopic>>,
    pub cassandra: Observed<CassandraState>,
    pub airflow: Observed<AirflowState>,
}

/// What a service holds can only be seen once it answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed<T> {
    /// Not there yet, and why.
    Waiting(String),
    Known(T),
}

impl<T> Observed<T> {
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Waiting(_) => None,
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    pub id: String,
    pub version: String,
    pub api_version: String,
    /// As the engine writes it: `x86_64`, `aarch64`.
    pub architecture: String,
    /// Bytes.
    pub memory: u64,
    pub cores: u64,
    /// Bytes free where it keeps images and volumes; none where that cannot be seen.
    #[serde(default)]
    pub disk_free: Option<u64>,
    /// Memory limits of running containers that are not this project's, by name.
    pub others: BTreeMap<String, Neighbour>,
    /// Host ports this project wants that something else holds, and what.
    pub ports_held: BTreeMap<u16, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbour {
    /// Bytes; 0 = no limit.
    pub memory_limit: u64,
    pub ports: BTreeSet<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveContainer {
    pub id: String,
    pub fingerprint: String,
    /// What it was made from, key by key; empty where its maker did not say.
    pub declaration: BTreeMap<String, String>,
    pub image: String,
    /// What the tag stood for when the container was made; none where its maker did not say.
    pub image_id: Option<String>,
    pub state: ContainerState,
    pub readiness: Readiness,
    /// Whether it is in the project's network.
    pub connected: bool,
    /// Container port -> host port.
    pub ports: BTreeMap<u16, u16>,
    pub restart_count: u64,
    /// When its process began, in milliseconds since 1970; none where it does not run.
    #[serde(default)]
    pub started_ms: Option<i64>,
}

#[cfg(test)]
impl LiveContainer {
    /// A container of which only this matters.
    pub(crate) fn of(state: ContainerState, readiness: Readiness) -> Self {
        Self {
            id: String::new(),
            fingerprint: String::new(),
            declaration: BTreeMap::new(),
            image: String::new(),
            image_id: None,
            state,
            readiness,
            connected: true,
            ports: BTreeMap::new(),
            restart_count: 0,
            started_ms: None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContainerState {
    Created,
    Running,
    /// The engine restarts it after a crash.
    Restarting {
        exit_code: i64,
        out_of_memory: bool,
    },
    Exited {
        exit_code: i64,
        out_of_memory: bool,
    },
    Paused,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// A real protocol exchange succeeded.
    Ready,
    /// It runs, and whether it answers could only be asked by a command inside it: who only looks runs none.
    Running,
    /// It answers, but still to the login it was born with.
    DefaultLogin,
    /// What the last exchange said.
    Waiting(String),
    /// It was ready a moment ago, and will be again, or will end so that the engine starts it anew.
    Wavering(String),
    /// It runs, but what it was started for has ended, and does not come back by itself.
    Over(String),
}

impl Readiness {
    /// What keeps it from being ready, as far as it was asked.
    #[must_use]
    pub fn obstacle(&self) -> Option<&str> {
        match self {
            Self::Ready | Self::Running => None,
            Self::DefaultLogin => Some("it answers to the login it was born with"),
            Self::Waiting(why) | Self::Wavering(why) | Self::Over(why) => Some(why),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretState {
    Present,
    /// The file gives another value than the one in use.
    Differs,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedState {
    /// Where `current` points; `None` before the first publication.
    pub current: Option<String>,
    /// Path below `current` -> SHA-256 of the content.
    pub files: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveTopic {
    pub partitions: i32,
    pub replication: i32,
    pub config: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CassandraState {
    /// Keyspace -> replication factor.
    pub keyspaces: BTreeMap<String, u32>,
    /// `keyspace.table`.
    pub tables: BTreeMap<String, LiveTable>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveTable {
    pub columns: BTreeMap<String, String>,
    pub partition_key: Vec<String>,
    pub clustering_key: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AirflowState {
    pub connections: BTreeMap<String, LiveConnection>,
    pub dags: BTreeMap<String, LiveDag>,
    /// File -> the error Airflow met while importing it.
    pub import_errors: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveConnection {
    pub kind: String,
    pub host: String,
    pub port: Option<u16>,
    pub extra: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveDag {
    pub paused: bool,
}
