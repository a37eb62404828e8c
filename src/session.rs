//! Open connections to the systems of one project, made when they are first needed.
//!
//! Knows where each system answers and which secret opens it; asks them nothing itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use tokio::sync::{Mutex, OnceCell};

use crate::systems::airflow::{Airflow, AirflowError};
use crate::systems::cassandra::{Cassandra, CassandraError};
use crate::systems::docker::archive::Found;
use crate::systems::docker::{DockerError, Engine};
use crate::systems::kafka::{Kafka, KafkaError};
use crate::systems::spark::{SparkError, SparkMaster};
use crate::topology::build::KEEPER;
use crate::topology::build::SECRETS_PATH;
use crate::topology::labels::engine_name;
use crate::topology::resource::{Access, Login};

/// Shorter than the look at a service's readiness, so that whoever waits for the same door learns that nobody opens.
const CONNECT_LIMIT: Duration = Duration::from_secs(8);
const CALL_LIMIT: Duration = Duration::from_secs(15);
/// Secrets are short; anything larger is not ours.
const MOST_SECRET_BYTES: usize = 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("the pipeline has no {0}")]
    NotInPipeline(&'static str),
    /// It was asked before and gave no answer: asking again would wait as long.
    #[error("{0}")]
    Silent(String),
    #[error("secret `{0}` is not in the project's secrets volume")]
    NoSecret(String),
    #[error(transparent)]
    Docker(#[from] DockerError),
    #[error(transparent)]
    Kafka(#[from] KafkaError),
    #[error(transparent)]
    Cassandra(#[from] CassandraError),
    #[error(transparent)]
    Airflow(#[from] AirflowError),
    #[error(transparent)]
    Spark(#[from] SparkError),
}

/// Cheap to clone: clones share connections.
#[derive(Clone)]
pub struct Session {
    pub docker: Engine,
    pub project: String,
    access: Arc<Access>,
    kafka: Arc<OnceCell<Kafka>>,
    cassandra: Arc<Mutex<Door>>,
    airflow: Arc<Mutex<Option<Arc<Airflow>>>>,
    /// As last read; nothing after one was written.
    secrets: Arc<Mutex<Option<Secrets>>>,
}

/// The way into the database.
#[derive(Default)]
struct Door {
    open: Option<Cassandra>,
    /// When waiting for an answer last ended without one.
    silent: Option<Instant>,
}

/// By name.
pub type Secrets = BTreeMap<String, SecretString>;

impl Session {
    #[must_use]
    pub fn new(docker: Engine, project: &str, access: Access) -> Self {
        Self {
            docker,
            project: project.to_string(),
            access: Arc::new(access),
            kafka: Arc::default(),
            cassandra: Arc::default(),
            airflow: Arc::default(),
            secrets: Arc::default(),
        }
    }

    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// What a container or volume of this project is called in the engine.
    #[must_use]
    pub fn engine_name(&self, name: &str) -> String {
        engine_name(&self.project, name)
    }

    /// The broker as the host reaches it.
    #[must_use]
    pub fn bootstrap(&self) -> Option<String> {
        self.access.kafka_port.map(|port| format!("127.0.0.1:{port}"))
    }

    pub async fn kafka(&self) -> Result<Kafka, SessionError> {
        let bootstrap = self.bootstrap().ok_or(SessionError::NotInPipeline("Kafka"))?;
        Ok(self.kafka.get_or_try_init(|| async { Kafka::open(&bootstrap) }).await?.clone())
    }

    /// Those who ask at the same time wait once, also where no answer comes.
    pub async fn cassandra(&self) -> Result<Cassandra, SessionError> {
        let asked = Instant::now();
        let mut door = self.cassandra.lock().await;
        if let Some(cassandra) = &door.open {
            return Ok(cassandra.clone());
        }
        if door.silent.is_some_and(|silent| silent > asked) {
            return Err(CassandraError::unanswered(CONNECT_LIMIT).into());
        }
        let login = self.access.cassandra.clone().ok_or(SessionError::NotInPipeline("Cassandra"))?;
        let password = self.password(&login).await?;
        match Cassandra::connect(login.port, &login.user, &password, CONNECT_LIMIT).await {
            Ok(cassandra) => {
                door.open = Some(cassandra.clone());
                Ok(cassandra)
            }
            Err(error) => {
                door.silent = matches!(error, CassandraError::Timeout { .. }).then(Instant::now);
                Err(error.into())
            }
        }
    }

    /// With the password Cassandra is born with, to put ours in its place.
    pub async fn newborn_cassandra(&self) -> Result<Cassandra, SessionError> {
        let login = self.access.cassandra.clone().ok_or(SessionError::NotInPipeline("Cassandra"))?;
        let born_with = SecretString::from(login.user.clone());
        Ok(Cassandra::connect(login.port, &login.user, &born_with, CONNECT_LIMIT).await?)
    }

    pub async fn airflow(&self) -> Result<Arc<Airflow>, SessionError> {
        let mut open = self.airflow.lock().await;
        if let Some(airflow) = &*open {
            return Ok(airflow.clone());
        }
        let login = self.access.airflow.clone().ok_or(SessionError::NotInPipeline("Airflow"))?;
        let password = self.password(&login).await?;
        let airflow = Arc::new(Airflow::open(login.port, &login.user, password, CALL_LIMIT)?);
        airflow.login().await?;
        *open = Some(airflow.clone());
        Ok(airflow)
    }

    pub fn spark(&self) -> Result<SparkMaster, SessionError> {
        let port = self.access.spark_master_page.ok_or(SessionError::NotInPipeline("Spark"))?;
        Ok(SparkMaster::open(port)?)
    }

    async fn password(&self, login: &Login) -> Result<SecretString, SessionError> {
        let mut secrets = self.secrets().await?;
        secrets.remove(&login.password_secret).ok_or_else(|| SessionError::NoSecret(login.password_secret.clone()))
    }

    /// Every secret of the project as it was last read, which several who ask at once share: each look into a container's
    /// files costs the engine a tenth of a second.
    pub async fn secrets(&self) -> Result<Secrets, SessionError> {
        let mut known = self.secrets.lock().await;
        if let Some(secrets) = &*known {
            return Ok(secrets.clone());
        }
        let read = self.read_secrets().await?;
        *known = Some(read.clone());
        Ok(read)
    }

    /// The same as the volume holds them now.
    pub async fn secrets_now(&self) -> Result<Secrets, SessionError> {
        let mut known = self.secrets.lock().await;
        *known = None;
        let read = self.read_secrets().await?;
        *known = Some(read.clone());
        Ok(read)
    }

    /// For whoever wrote one.
    pub async fn forget_secrets(&self) {
        *self.secrets.lock().await = None;
    }

    /// Through the keeper, which never runs.
    async fn read_secrets(&self) -> Result<Secrets, SessionError> {
        let keeper = self.engine_name(KEEPER);
        let found = self.docker.get_files(&keeper, SECRETS_PATH, MOST_SECRET_BYTES).await?.unwrap_or_default();
        let texts = found.into_iter().filter_map(|(path, content)| match content {
            Found::Bytes(bytes) => Some((path, SecretString::from(String::from_utf8_lossy(&bytes).into_owned()))),
            Found::Symlink(_) => None,
        });
        Ok(texts.collect())
    }
}
