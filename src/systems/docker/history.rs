//! What the engine remembers: events of the recent past, all it knows of one container, and the machine it runs on.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::query_parameters::{EventsOptions, InspectContainerOptions};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use super::{DockerError, Engine, SHORT, call, failed};

/// More events than this are a storm, of which the last part tells enough.
const MOST_EVENTS: usize = 5000;

/// Something that happened to a container or a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Seconds since 1970.
    pub at: i64,
    /// `die`, `oom`, `kill`, `restart`, `connect`, `disconnect`, ...
    pub action: String,
    /// Labels of a container; name, exit code and signal of what happened.
    pub attributes: BTreeMap<String, String>,
}

/// The machine the engine runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineMachine {
    /// Where it keeps images and volumes, on its own machine.
    pub root_folder: String,
    /// RFC 3339.
    pub clock: String,
}

impl Engine {
    /// Events of containers and networks between two moments (seconds since 1970), oldest first; whose they are is in
    /// their attributes.
    ///
    /// # Errors
    /// When the engine refuses or does not end its answer in time.
    pub async fn events(&self, since: i64, until: i64, limit: Duration) -> Result<Vec<Event>, DockerError> {
        let action = || "list events".to_owned();
        let kinds = ["container", "network"].map(str::to_owned).to_vec();
        let options = EventsOptions {
            since: Some(since.to_string()),
            until: Some(until.to_string()),
            filters: Some([("type".to_owned(), kinds)].into()),
        };
        let mut stream = Box::pin(self.docker.events(Some(options)));
        let reading = async {
            let mut events = Vec::new();
            while let Some(message) = stream.next().await {
                let message = message.map_err(|source| failed(action(), source))?;
                let attributes = message.actor.and_then(|actor| actor.attributes).unwrap_or_default();
                events.push(Event {
                    at: message.time.unwrap_or(0),
                    action: message.action.unwrap_or_default(),
                    attributes: attributes.into_iter().collect(),
                });
            }
            Ok(events)
        };
        let mut events: Vec<Event> = tokio::time::timeout(limit, reading)
            .await
            .map_err(|_| DockerError::Timeout { action: action(), seconds: limit.as_secs() })??;
        let surplus = events.len().saturating_sub(MOST_EVENTS);
        events.drain(..surplus);
        Ok(events)
    }

    /// Everything the engine says of a container, as it says it; `None` when there is no such container.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn container_document(&self, name: &str) -> Result<Option<serde_json::Value>, DockerError> {
        let action = || format!("look at container `{name}`");
        let request = self.docker.inspect_container(name, None::<InspectContainerOptions>);
        match call(action, SHORT, request).await {
            Ok(answer) => serde_json::to_value(answer)
                .map(Some)
                .map_err(|error| DockerError::Refused { action: action(), reason: error.to_string() }),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Where and when the engine is.
    ///
    /// # Errors
    /// When the engine does not answer in time.
    pub async fn machine(&self) -> Result<EngineMachine, DockerError> {
        let info = call(|| "describe itself".to_owned(), SHORT, self.docker.info()).await?;
        Ok(EngineMachine {
            root_folder: info.docker_root_dir.unwrap_or_default(),
            clock: info.system_time.unwrap_or_default(),
        })
    }
}
