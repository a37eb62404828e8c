//! The facts as data: the files below `data/`, read once when something first needs judging.
//!
//! Types only; the judging is in the modules beside this one.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;

use super::version::{Range, Version};

/// A part of the stack that has a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    Spark,
    Scala,
    Java,
    Python,
    Hadoop,
    /// The Kafka client inside Spark's connector.
    KafkaClient,
    CassandraConnector,
    Airflow,
    SparkProvider,
    Kafka,
    /// Confluent's own numbering; it only says which Kafka is inside.
    Confluent,
    Zookeeper,
    Cassandra,
    Postgres,
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Spark => "Spark",
            Self::Scala => "Scala",
            Self::Java => "Java",
            Self::Python => "Python",
            Self::Hadoop => "Hadoop",
            Self::KafkaClient => "Kafka client",
            Self::CassandraConnector => "Cassandra connector",
            Self::Airflow => "Airflow",
            Self::SparkProvider => "Spark provider",
            Self::Kafka => "Kafka",
            Self::Confluent => "Confluent Platform",
            Self::Zookeeper => "ZooKeeper",
            Self::Cassandra => "Cassandra",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// Where a fact comes from, so that it can be looked up and renewed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Fact {
    pub id: String,
    pub says: String,
    /// What to do, where the fact alone does not tell.
    #[serde(default)]
    pub help: Option<String>,
    pub source: String,
    pub checked: String,
}

/// What one version works with. Neither in `works` nor in `untested` means that it is known not to work.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Case {
    pub(super) of: Range,
    pub(super) works: Vec<Range>,
    #[serde(default)]
    pub(super) untested: Vec<Range>,
}

/// How two versions must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Equal {
    Minor,
    Exact,
}

/// `spark` where `in` says which images, else `airflow/python`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Pair {
    pub(super) code: String,
    #[serde(flatten)]
    pub(super) fact: Fact,
    #[serde(default, rename = "in")]
    pub(super) images: Vec<String>,
    pub(super) of: String,
    #[serde(default)]
    pub(super) on: Option<String>,
    /// Only judged where the stack has no such service.
    #[serde(default)]
    pub(super) without: Option<String>,
    #[serde(default)]
    pub(super) equal: Option<Equal>,
    #[serde(default)]
    pub(super) cases: Vec<Case>,
    /// Versions by `image/part` with which it must be found, and with which not.
    #[cfg(test)]
    pub(super) fires: BTreeMap<String, Version>,
    #[cfg(test)]
    pub(super) silent: BTreeMap<String, Version>,
}

/// A Maven or Python package and what it needs.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Package {
    pub(super) code: String,
    #[serde(flatten)]
    pub(super) fact: Fact,
    pub(super) packages: Vec<String>,
    #[serde(default)]
    pub(super) on: Option<Part>,
    #[serde(default)]
    pub(super) follows: Option<Part>,
    /// `follows` to the last number.
    #[serde(default)]
    pub(super) exact: bool,
    #[serde(default)]
    pub(super) cases: Vec<Case>,
    #[cfg(test)]
    pub(super) fires: Example,
    #[cfg(test)]
    pub(super) silent: Example,
}

/// A package alone (on the shipped stack), or with versions of the stack that differ from the shipped ones.
#[cfg(test)]
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum Example {
    Alone(String),
    With(BTreeMap<String, String>),
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct KnownImage {
    pub(super) images: Vec<String>,
    pub(super) tags: Vec<String>,
    #[serde(default)]
    pub(super) brings: Vec<Brings>,
    #[serde(default)]
    pub(super) lacks: Vec<Part>,
    /// An image, and what it is said to hold.
    #[cfg(test)]
    pub(super) fires: BTreeMap<String, String>,
}

/// Parts with versions, where the parts under `with` have such versions.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Brings {
    pub(super) with: BTreeMap<Part, Range>,
    #[serde(flatten)]
    pub(super) parts: BTreeMap<Part, Version>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Withdrawn {
    #[serde(flatten)]
    pub(super) fact: Fact,
    pub(super) images: Vec<String>,
    #[cfg(test)]
    pub(super) fires: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Images {
    pub(super) known: Vec<KnownImage>,
    pub(super) withdrawn: Vec<Withdrawn>,
}

/// What Spark brings inside itself.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Carries {
    pub(super) spark: Range,
    pub(super) hadoop: Version,
    #[serde(rename = "kafka-client")]
    pub(super) kafka_client: Version,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct RemovedName {
    pub(super) name: String,
    #[serde(default = "three")]
    pub(super) since: Version,
    pub(super) instead: String,
}

fn three() -> Version {
    Version::read("3").expect("a number is a version")
}

pub(super) static PAIRS: LazyLock<Vec<Pair>> = LazyLock::new(|| read(include_str!("data/pairs.yaml")));
pub(super) static PACKAGES: LazyLock<Vec<Package>> = LazyLock::new(|| read(include_str!("data/packages.yaml")));
pub(super) static REQUIREMENTS: LazyLock<Vec<Package>> = LazyLock::new(|| read(include_str!("data/requirements.yaml")));
pub(super) static IMAGES: LazyLock<Images> = LazyLock::new(|| read(include_str!("data/images.yaml")));
pub(super) static CARRIES: LazyLock<Vec<Carries>> = LazyLock::new(|| read(include_str!("data/carries.yaml")));
pub(super) static REMOVED_IN_AIRFLOW_3: LazyLock<Vec<RemovedName>> =
    LazyLock::new(|| read(include_str!("data/dags.yaml")));

pub(super) fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_yaml::from_str(text).expect("our own facts are sound: a test reads them all")
}
