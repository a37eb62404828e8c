//! One file per service: which keys it takes (first document) and which containers it is (second document).
//!
//! Data only. The second document is a template rendered with the service's settings and the facts of the
//! pipeline; `topology` gives the result names, fingerprints and places.

pub mod serves;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::blueprint::serves::Serves;
use crate::spec::service_keys::{BlueprintKeys, SettingKind};
use crate::template::{self, TemplateError};

#[derive(Debug, Clone)]
pub struct Blueprint {
    pub keys: BlueprintKeys,
    template: String,
}

#[derive(Debug, thiserror::Error)]
pub enum BlueprintError {
    #[error("blueprint `{name}` needs two YAML documents: the keys it takes, `---`, then its containers")]
    OneDocument { name: String },
    #[error("blueprint `{name}` is wrong: {reason}")]
    Malformed { name: String, reason: String },
    #[error(transparent)]
    Template(#[from] TemplateError),
}

impl Blueprint {
    /// Reads a blueprint file.
    ///
    /// # Errors
    /// When it is not two documents or the first one has unknown or missing keys.
    pub fn parse(name: &str, text: &str) -> Result<Self, BlueprintError> {
        let Some((keys, template)) = text.split_once("\n---\n") else {
            return Err(BlueprintError::OneDocument { name: name.to_string() });
        };
        let keys = serde_yaml::from_str(keys)
            .map_err(|error| BlueprintError::Malformed { name: name.to_string(), reason: error.to_string() })?;
        Ok(Self { keys, template: template.to_string() })
    }

    /// Names of the ports the template speaks of.
    #[must_use]
    pub fn named_ports(&self) -> BTreeSet<String> {
        template::members(&self.template, "ports.").collect()
    }

    /// Whether a setting's value is the path of a file of the project.
    #[must_use]
    pub fn names_file(&self, setting: &str) -> bool {
        self.keys.settings.get(setting).is_some_and(|setting| setting.kind == SettingKind::File)
    }

    /// The service's containers, volumes and secrets for one set of settings and facts.
    ///
    /// # Errors
    /// When the template does not render or its result has unknown or missing keys.
    pub fn render<S: Serialize>(&self, name: &str, context: &S) -> Result<Parts, BlueprintError> {
        let text = template::render(&format!("blueprints/{name}.yaml"), &self.template, context)?;
        serde_yaml::from_str(&text)
            .map_err(|error| BlueprintError::Malformed { name: name.to_string(), reason: error.to_string() })
    }
}

/// What a service consists of.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    #[serde(default)]
    pub volumes: Vec<String>,
    #[serde(default)]
    pub secrets: BTreeMap<String, SecretShape>,
    pub containers: BTreeMap<String, ContainerPart>,
    #[serde(default)]
    pub endpoints: BTreeMap<String, EndpointPart>,
    /// The container every Spark job runs in when it is not Airflow's: `spark-submit` and what all jobs share.
    #[serde(default)]
    pub job: Option<ContainerPart>,
}

/// How a generated secret looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretShape {
    /// Random bytes behind it.
    pub bytes: usize,
    pub form: SecretForm,
    /// The service's setting that gives it instead, where the file does.
    #[serde(default)]
    pub given: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretForm {
    Hex,
    /// URL-safe base64 of 32 bytes, as Fernet wants it.
    Fernet,
    /// A Kafka cluster id: URL-safe base64 without padding of 16 bytes.
    Uuid,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContainerPart {
    pub image: String,
    pub command: Vec<String>,
    pub user: String,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    #[serde(default)]
    pub after: BTreeMap<String, Condition>,
    #[serde(default)]
    pub files: BTreeMap<String, FilePart>,
    #[serde(default)]
    pub mounts: BTreeMap<String, String>,
    #[serde(default)]
    pub ports: BTreeMap<String, PortPart>,
    /// Container limit in bytes.
    pub memory: u64,
    #[serde(default = "default_pids")]
    pub pids: i64,
    #[serde(default)]
    pub tmpfs: Vec<String>,
    #[serde(default = "default_stop_seconds")]
    pub stop_seconds: u32,
    #[serde(default)]
    pub once: bool,
    pub ready: Ready,
    /// Containers whose service it uses: `verify` asks them from inside this one.
    #[serde(default)]
    pub uses: BTreeSet<String>,
    /// How others reach it inside the stack; absent where nobody does.
    #[serde(default)]
    pub serves: Option<Serves>,
}

fn default_pids() -> i64 {
    1000
}

fn default_stop_seconds() -> u32 {
    20
}

/// What another container must have reached before this one may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    Ready,
    /// A one-shot container that exited with 0.
    Done,
}

/// Where an uploaded file's content comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "FileKeys")]
pub enum FilePart {
    Template(String),
    Secret(String),
    SecretTemplate { template: String, uses: Vec<String> },
    ProjectFile(String),
}

/// A file as a blueprint writes it: exactly one of the first four keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileKeys {
    template: Option<String>,
    secret: Option<String>,
    secret_template: Option<String>,
    project_file: Option<String>,
    #[serde(default)]
    uses: Vec<String>,
}

impl TryFrom<FileKeys> for FilePart {
    type Error = String;

    fn try_from(keys: FileKeys) -> Result<Self, String> {
        match keys {
            FileKeys { template: Some(name), secret: None, secret_template: None, project_file: None, .. } => {
                Ok(Self::Template(name))
            }
            FileKeys { template: None, secret: Some(name), secret_template: None, project_file: None, .. } => {
                Ok(Self::Secret(name))
            }
            FileKeys { template: None, secret: None, secret_template: Some(template), project_file: None, uses } => {
                Ok(Self::SecretTemplate { template, uses })
            }
            FileKeys { template: None, secret: None, secret_template: None, project_file: Some(path), .. } => {
                Ok(Self::ProjectFile(path))
            }
            _ => Err("a file has one of `template`, `secret`, `secret_template`, `project_file`".to_string()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortPart {
    pub container: u16,
    /// The documented host port.
    pub host: u16,
}

/// The protocol exchange that proves a container ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Ready {
    /// Metadata through the advertised address behind this published port.
    Kafka {
        port: String,
    },
    /// An authenticated query.
    Cassandra {
        port: String,
        user: String,
        password_secret: String,
    },
    SparkMaster {
        port: String,
    },
    /// The master lists this worker as alive.
    SparkWorker {
        host: String,
    },
    /// A token is issued, and the metadata database is healthy.
    AirflowApi {
        port: String,
        user: String,
        password_secret: String,
    },
    /// A heartbeat no older than the process's own interval allows, as the API server reports it.
    AirflowHeartbeat {
        process: AirflowProcess,
    },
    Http {
        port: String,
        path: String,
    },
    /// A client of the service's protocol inside its own container, for services without a published port.
    Exec {
        command: Vec<String>,
    },
    Exited {},
    /// Plain containers: something accepts connections on the port.
    Tcp {
        port: String,
    },
    /// Plain containers without a port: nothing better can be asked.
    Running {},
    /// The master runs this application and gave it cores.
    SparkApplication {
        name: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AirflowProcess {
    Scheduler,
    DagProcessor,
}

/// An address worth printing after `up`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointPart {
    pub container: String,
    pub port: String,
    /// `http` makes a URL; anything else prints host:port.
    #[serde(default)]
    pub scheme: Option<String>,
    #[serde(default)]
    pub user: Option<String>,
    #[serde(default)]
    pub password_secret: Option<String>,
}
