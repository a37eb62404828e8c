//! The resources of a topology and the names they go by.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::blueprint::serves::Serves;
use crate::blueprint::{Condition, Ready, SecretShape};
use crate::topology::host::{Host, Material};
use crate::topology::published::Published;

/// What one pipeline wants to exist.
#[derive(Debug, Clone)]
pub struct Topology {
    pub project: String,
    /// By image name (`kafka`), not by tag.
    pub images: BTreeMap<String, Image>,
    pub volumes: BTreeSet<String>,
    pub secrets: BTreeMap<String, Secret>,
    pub containers: BTreeMap<String, Container>,
    pub published: Published,
    pub topics: BTreeMap<String, TopicResource>,
    pub keyspaces: BTreeMap<String, Keyspace>,
    /// By `keyspace.table`.
    pub tables: BTreeMap<String, Table>,
    pub connections: BTreeMap<String, Connection>,
    pub dags: BTreeMap<String, Dag>,
    pub endpoints: Vec<Endpoint>,
    /// What runs one job on demand; a streaming job is among `containers` instead.
    pub jobs: BTreeMap<String, Container>,
    /// How clients reach the services that hold resources.
    pub access: Access,
    /// What of it comes from the machine and not from the file.
    pub host: Host,
}

impl Topology {
    /// Where the replay service answers on this machine; empty where there is none.
    #[must_use]
    pub fn replay_address(&self) -> String {
        let port = self.containers.get("replay").and_then(|container| container.ports.values().next());
        port.map(|port| format!("http://127.0.0.1:{}", port.host)).unwrap_or_default()
    }
}

/// A name that stays the same from file to plan to engine: `container/kafka`, `table/user_data.users`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum ResourceId {
    Image(String),
    Network,
    Volume(String),
    Secret(String),
    Container(String),
    /// The whole set of published files.
    Files,
    /// One published file that is neither a DAG nor part of a job.
    File(String),
    Topic(String),
    Keyspace(String),
    Table(String),
    Connection(String),
    Dag(String),
    Job(String),
}

impl fmt::Display for ResourceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(name) => write!(formatter, "image/{name}"),
            Self::Network => formatter.write_str("network"),
            Self::Volume(name) => write!(formatter, "volume/{name}"),
            Self::Secret(name) => write!(formatter, "secret/{name}"),
            Self::Container(name) => write!(formatter, "container/{name}"),
            Self::Files => formatter.write_str("files"),
            Self::File(name) => write!(formatter, "file/{name}"),
            Self::Topic(name) => write!(formatter, "topic/{name}"),
            Self::Keyspace(name) => write!(formatter, "keyspace/{name}"),
            Self::Table(name) => write!(formatter, "table/{name}"),
            Self::Connection(name) => write!(formatter, "connection/{name}"),
            Self::Dag(name) => write!(formatter, "dag/{name}"),
            Self::Job(name) => write!(formatter, "job/{name}"),
        }
    }
}

impl From<ResourceId> for String {
    fn from(id: ResourceId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for ResourceId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (kind, name) = text.split_once('/').unwrap_or((text.as_str(), ""));
        let name = name.to_string();
        Ok(match kind {
            "image" => Self::Image(name),
            "network" => Self::Network,
            "volume" => Self::Volume(name),
            "secret" => Self::Secret(name),
            "container" => Self::Container(name),
            "files" => Self::Files,
            "file" => Self::File(name),
            "topic" => Self::Topic(name),
            "keyspace" => Self::Keyspace(name),
            "table" => Self::Table(name),
            "connection" => Self::Connection(name),
            "dag" => Self::Dag(name),
            "job" => Self::Job(name),
            _ => return Err(format!("`{text}` names no kind of resource")),
        })
    }
}

/// An image, by content: the tag holds the hash of everything that goes in.
#[derive(Debug, Clone)]
pub struct Image {
    pub tag: String,
    pub origin: ImageOrigin,
    /// Names of our images it is built from.
    pub from: Vec<String>,
}

#[derive(Debug, Clone)]
pub enum ImageOrigin {
    /// Built from this context with the classic builder.
    Build(BTreeMap<String, ContextFile>),
    /// Taken as it is from the engine or a registry.
    Named,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextFile {
    pub mode: u32,
    pub content: Material,
}

/// A generated secret, or one the file gives by reference. The value never leaves this type unasked.
#[derive(Debug, Clone)]
pub struct Secret {
    pub shape: SecretShape,
    pub given: Option<SecretString>,
}

/// One container. Serialised, it is what the fingerprint is taken of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Container {
    pub service: String,
    /// Tag of the image.
    pub image: String,
    pub command: Vec<String>,
    /// `uid:gid`.
    pub user: String,
    pub env: BTreeMap<String, String>,
    pub after: BTreeMap<String, Condition>,
    pub files: BTreeMap<String, FileContent>,
    /// Volume -> path; read only where the flag says so.
    pub mounts: BTreeMap<String, Mount>,
    pub ports: BTreeMap<String, Port>,
    /// Bytes.
    pub memory: u64,
    pub pids: i64,
    pub tmpfs: Vec<String>,
    pub stop_seconds: u32,
    pub lifecycle: Lifecycle,
    pub ready: Ready,
    /// What must exist before it may start, besides the containers in `after`.
    pub needs: BTreeSet<ResourceId>,
    /// Containers whose service it uses: who is asked, not what it is made of, and no part of its fingerprint.
    #[serde(skip)]
    pub uses: BTreeSet<String>,
    #[serde(skip)]
    pub serves: Option<Serves>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    pub path: String,
    pub access: MountAccess,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MountAccess {
    ReadWrite,
    ReadOnly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    pub container: u16,
    /// On 127.0.0.1.
    pub host: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// Restarted by the engine unless stopped.
    Service,
    /// Runs once; done when it exits with 0.
    Once,
    /// Created and never started: a handle on the volumes that hold secrets and published files.
    Keeper,
}

/// A file uploaded into a created container, owned by the container's user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileContent {
    Text(String),
    Secret(String),
    /// Rendered when it is uploaded, with the secrets it uses in the context as `secret`.
    SecretTemplate {
        name: String,
        source: String,
        context: serde_json::Value,
        uses: Vec<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicResource {
    pub partitions: i32,
    pub replication: i32,
    /// Only the keys the file declares.
    pub config: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyspace {
    pub replication: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub keyspace: String,
    pub name: String,
    /// Column -> CQL type, in the order of the file.
    pub columns: Vec<(String, String)>,
    pub partition_key: Vec<String>,
    pub clustering_key: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub kind: String,
    pub host: String,
    pub port: u16,
    pub extra: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dag {
    /// Path below the published directory.
    pub file: String,
    pub enabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    pub name: String,
    pub address: String,
    pub user: Option<String>,
    pub password_secret: Option<String>,
}

/// How a client on the host reaches each system that holds resources; `None` where the pipeline has none.
#[derive(Debug, Clone, Default)]
pub struct Access {
    pub kafka_port: Option<u16>,
    pub cassandra: Option<Login>,
    pub airflow: Option<Login>,
    pub spark_master_page: Option<u16>,
}

#[derive(Debug, Clone)]
pub struct Login {
    pub port: u16,
    pub user: String,
    pub password_secret: String,
}

/// SHA-256 in lower-case hexadecimal.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        write!(text, "{byte:02x}").expect("a String takes every write");
        text
    })
}
