//! The Spark master, by the page it publishes as JSON.

use std::time::Duration;

use serde::Deserialize;

const LIMIT: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum SparkError {
    #[error("could not make an HTTP client")]
    Client(#[source] reqwest::Error),
    #[error("the Spark master does not answer at {url}")]
    NoAnswer {
        url: String,
        #[source]
        source: reqwest::Error,
    },
}

/// What the master knows.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Master {
    pub workers: Vec<Worker>,
    #[serde(rename = "activeapps")]
    pub apps: Vec<App>,
    #[serde(default, rename = "completedapps")]
    pub completed: Vec<App>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Worker {
    pub host: String,
    pub state: String,
    pub cores: u32,
    #[serde(rename = "coresused")]
    pub cores_used: u32,
}

impl Worker {
    #[must_use]
    pub fn alive(&self) -> bool {
        self.state == "ALIVE"
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct App {
    pub id: String,
    pub name: String,
    pub state: String,
    /// Cores it has now.
    #[serde(default)]
    pub cores: u32,
}

impl App {
    #[must_use]
    pub fn running(&self) -> bool {
        self.state == "RUNNING"
    }
}

#[derive(Debug, Clone)]
pub struct Spark {
    client: reqwest::Client,
    url: String,
}

impl Spark {
    /// Prepares questions to the master's page on a port of this host.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn open(port: u16) -> Result<Self, SparkError> {
        let client = super::http::loopback_client(LIMIT).map_err(SparkError::Client)?;
        Ok(Self { client, url: format!("http://127.0.0.1:{port}/json/") })
    }

    /// Workers and applications as they are now.
    ///
    /// # Errors
    /// When the master does not answer in time, or not in its format.
    pub async fn master(&self) -> Result<Master, SparkError> {
        let failed = |source| SparkError::NoAnswer { url: self.url.clone(), source };
        let response = self.client.get(&self.url).send().await.map_err(failed)?;
        response.error_for_status().map_err(failed)?.json().await.map_err(failed)
    }
}
