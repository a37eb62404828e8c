//! Networks and named volumes: list by label, create with labels, remove.

use std::collections::{BTreeMap, HashMap};

use bollard::models::{NetworkCreateRequest, VolumeCreateRequest};
use bollard::query_parameters::{ListNetworksOptions, ListVolumesOptions, RemoveVolumeOptions};
use serde::{Deserialize, Serialize};

use super::{DockerError, Engine, SHORT, absent_is_done, call};

/// A network as the engine lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    pub id: String,
    pub name: String,
    pub labels: BTreeMap<String, String>,
}

/// A named volume as the engine lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    pub name: String,
    pub labels: BTreeMap<String, String>,
}

impl Engine {
    /// Networks that carry a label (`key` or `key=value`), sorted by name.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn networks(&self, label: &str) -> Result<Vec<Network>, DockerError> {
        let options = ListNetworksOptions { filters: Some(label_filter(label)) };
        let mut found: Vec<Network> =
            call(|| "list networks".to_owned(), SHORT, self.docker.list_networks(Some(options)))
                .await?
                .into_iter()
                .map(|network| Network {
                    id: network.id.unwrap_or_default(),
                    name: network.name.unwrap_or_default(),
                    labels: network.labels.unwrap_or_default().into_iter().collect(),
                })
                .collect();
        found.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(found)
    }

    /// Creates a bridge network. Fails when one of that name exists: older engines would make a second one.
    ///
    /// # Errors
    /// When the name is taken, or the engine refuses or does not answer in time.
    pub async fn create_network(&self, name: &str, labels: &BTreeMap<String, String>) -> Result<(), DockerError> {
        let action = || format!("create network `{name}`");
        let inspected = call(action, SHORT, self.docker.inspect_network(name, None)).await;
        match inspected {
            Ok(_) => {
                return Err(DockerError::Refused {
                    action: action(),
                    reason: "a network of that name exists".to_owned(),
                });
            }
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(error),
        }
        let request = NetworkCreateRequest {
            name: name.to_owned(),
            driver: Some("bridge".to_owned()),
            labels: Some(as_hash_map(labels)),
            ..NetworkCreateRequest::default()
        };
        call(action, SHORT, self.docker.create_network(request)).await?;
        Ok(())
    }

    /// Removes a network, by name or id; one that is gone already is fine.
    ///
    /// # Errors
    /// When containers still use it, or the engine does not answer in time.
    pub async fn remove_network(&self, name: &str) -> Result<(), DockerError> {
        let action = || format!("remove network `{name}`");
        absent_is_done(call(action, SHORT, self.docker.remove_network(name)).await)
    }

    /// Named volumes that carry a label (`key` or `key=value`), sorted by name.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn volumes(&self, label: &str) -> Result<Vec<Volume>, DockerError> {
        let options = ListVolumesOptions { filters: Some(label_filter(label)) };
        let mut found: Vec<Volume> = call(|| "list volumes".to_owned(), SHORT, self.docker.list_volumes(Some(options)))
            .await?
            .volumes
            .unwrap_or_default()
            .into_iter()
            .map(|volume| Volume { name: volume.name, labels: volume.labels.into_iter().collect() })
            .collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// One volume by its exact name, with whatever labels it has; `None` when there is none.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn volume(&self, name: &str) -> Result<Option<Volume>, DockerError> {
        let action = || format!("look at volume `{name}`");
        match call(action, SHORT, self.docker.inspect_volume(name)).await {
            Ok(volume) => Ok(Some(Volume { name: volume.name, labels: volume.labels.into_iter().collect() })),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Creates a named volume. The engine answers with the existing one when the name is taken: look first.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn create_volume(&self, name: &str, labels: &BTreeMap<String, String>) -> Result<(), DockerError> {
        let request = VolumeCreateRequest {
            name: Some(name.to_owned()),
            labels: Some(as_hash_map(labels)),
            ..VolumeCreateRequest::default()
        };
        let action = || format!("create volume `{name}`");
        call(action, SHORT, self.docker.create_volume(request)).await?;
        Ok(())
    }

    /// Removes a volume and what it holds; one that is gone already is fine.
    ///
    /// # Errors
    /// When a container still uses it, or the engine does not answer in time.
    pub async fn remove_volume(&self, name: &str) -> Result<(), DockerError> {
        let action = || format!("remove volume `{name}`");
        let request = self.docker.remove_volume(name, None::<RemoveVolumeOptions>);
        absent_is_done(call(action, SHORT, request).await)
    }
}

pub(super) fn label_filter(label: &str) -> HashMap<String, Vec<String>> {
    HashMap::from([("label".to_owned(), vec![label.to_owned()])])
}

pub(super) fn as_hash_map(labels: &BTreeMap<String, String>) -> HashMap<String, String> {
    labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}
