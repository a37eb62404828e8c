//! The resolved pipeline: every name refers to something, every default is filled in, every value has its type.
//!
//! Types only. `resolve` makes them, `rules` judge them; nothing here knows an engine, a file or a clock.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::diagnostic::Span;

/// What `pipeline.yaml` says, after profile, interpolation and defaults.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// `[a-z][a-z0-9-]{0,39}`: also the default project name.
    pub name: String,
    pub ports: PortPolicy,
    /// By service name: what the file names plus what the flow needs.
    pub services: BTreeMap<String, Service>,
    pub schemas: BTreeMap<String, Schema>,
    pub sources: BTreeMap<String, Source>,
    pub topics: BTreeMap<String, Topic>,
    pub jobs: BTreeMap<String, Job>,
    pub sinks: BTreeMap<String, Sink>,
    pub schedules: BTreeMap<String, Schedule>,
    pub verify: Verify,
}

/// Host ports: the documented ones, or free ones reserved by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PortPolicy {
    #[default]
    Fixed,
    Auto,
}

/// One service of the stack. Its `kind` is the blueprint's name (or `container` for any other image).
#[derive(Debug, Clone)]
pub struct Service {
    pub kind: String,
    /// Where the file names it; `None` when the flow needs it and the file does not say so.
    pub span: Option<Span>,
    /// Another image than our own build, if the file names one.
    pub image: Option<String>,
    pub ports: Option<PortPolicy>,
    /// Host ports the file fixes, by the blueprint's port name (or container port for plain containers).
    pub host_ports: BTreeMap<String, u16>,
    /// Typed values of the keys the blueprint declares, defaults filled in; nested maps are dotted (`worker.cores`).
    pub settings: BTreeMap<String, Setting>,
    /// Plain containers only.
    pub env: BTreeMap<String, String>,
    /// Secrets the file gives by reference, by key (`password`).
    pub secrets: BTreeMap<String, SecretString>,
}

/// A typed setting of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Setting {
    Bool(bool),
    Int(i64),
    /// Memory is held in bytes under this variant too; the blueprint knows the unit.
    Text(String),
    List(Vec<String>),
}

/// Fields in the order the file gives them: the order is the record's and the table's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    pub fields: Vec<Field>,
}

impl Schema {
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    pub kind: FieldType,
    pub required: bool,
    #[serde(skip)]
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    String,
    Int,
    Bigint,
    Double,
    Boolean,
    Uuid,
    Timestamp,
    Date,
    Decimal {
        precision: u8,
        scale: u8,
    },
    List(Box<FieldType>),
    Map(Box<FieldType>, Box<FieldType>),
    /// Values of several types: the JSON of one record has text where another's has a number. Two or more, none of them
    /// a union itself.
    #[serde(rename = "any_of")]
    AnyOf(Vec<FieldType>),
}

#[derive(Debug, Clone)]
pub struct Source {
    pub span: Span,
    pub http: HttpSource,
    /// The topic that records go to.
    pub to: String,
    /// One entry per field of the topic's schema that the source fills, in the schema's order.
    pub map: Vec<(String, Projection)>,
    /// Recorded answers served by the replay service instead of the address above. Path relative to the project folder.
    pub replay: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpSource {
    pub url: String,
    pub query: BTreeMap<String, String>,
    /// JSON path of the list of records; `$` when the body is the list itself.
    pub records: String,
    pub every: Duration,
    pub timeout: Duration,
    pub retries: u32,
}

/// How one field is made from a source record. Never an expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Projection {
    /// `cast` is needed where the source sends several types.
    Path {
        path: String,
        cast: Option<FieldType>,
    },
    Join {
        paths: Vec<String>,
        with: String,
    },
    Const(serde_json::Value),
    /// A stable UUID (version 5) of the joined values: a retry makes the same key.
    Hash(Vec<String>),
    Generate(Generated),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Generated {
    Uuid,
    Now,
}

#[derive(Debug, Clone)]
pub struct Topic {
    pub span: Span,
    pub schema: String,
    pub key: Option<String>,
    pub partitions: i32,
    pub replication: i32,
    /// Kafka's own configuration keys, as text.
    pub config: BTreeMap<String, String>,
}

#[derive(Debug, Clone)]
pub struct Job {
    pub span: Span,
    pub code: JobCode,
    pub stream: Option<Stream>,
    /// Topics and tables: declared, or read from the query. By name of topic or sink.
    pub reads: Vec<String>,
    /// Sinks.
    pub writes: Vec<String>,
    /// The columns it says it takes from what it reads and gives to what it writes, where the file says so.
    pub contract: Contract,
    pub args: Vec<String>,
    pub cores: u32,
    /// Executor memory in bytes.
    pub memory: u64,
    pub driver_memory: u64,
    pub conf: BTreeMap<String, String>,
}

/// The columns a job declares: by topic or sink it reads, and by sink it writes. What it names without columns is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contract {
    pub reads: BTreeMap<String, Vec<DeclaredColumn>>,
    pub writes: BTreeMap<String, Vec<DeclaredColumn>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredColumn {
    pub name: String,
    /// Nothing where the job only names it.
    pub kind: Option<FieldType>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobCode {
    Sql { query: String },
    SqlFile { path: String, query: String },
    Python { path: String },
    Jar { path: String, class: String },
    Maven { path: String, class: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    pub every: Duration,
    pub from: StreamFrom,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamFrom {
    Earliest,
    Latest,
}

/// A Cassandra table. (Other kinds of sink are reserved and refused by `resolve`.)
#[derive(Debug, Clone)]
pub struct Sink {
    pub span: Span,
    pub keyspace: String,
    pub table: String,
    pub columns: Vec<Field>,
    /// First the partition key, then clustering columns.
    pub partition_key: Vec<String>,
    pub clustering_key: Vec<String>,
    pub replication: u32,
}

#[derive(Debug, Clone)]
pub struct Schedule {
    pub span: Span,
    pub when: When,
    pub enabled: bool,
    pub catchup: bool,
    pub retries: u32,
    /// Airflow's connection id for Spark tasks.
    pub connection: String,
    /// In the order of the file.
    pub tasks: Vec<Task>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// `@daily` and its kin, or five cron fields.
    Cron(String),
    Every(Duration),
    Manual,
}

#[derive(Debug, Clone)]
pub struct Task {
    pub name: String,
    pub span: Span,
    pub action: Action,
    pub after: Vec<String>,
    /// Whether Airflow may expand `{{ }}` in the task's values.
    pub template: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Print(String),
    Ingest { source: String, limit: IngestLimit },
    Job(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IngestLimit {
    Count(u64),
    For(Duration),
}

#[derive(Debug, Clone)]
pub struct Verify {
    pub trace_within: Duration,
    pub expect: BTreeMap<String, Expectation>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expectation {
    pub min_rows: Option<u64>,
    /// Column -> share of nulls allowed, 0 to 1.
    pub max_null_rate: BTreeMap<String, f64>,
}
