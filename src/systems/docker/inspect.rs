//! Looking at containers: those of a project in detail, those of everybody for the memory and ports they hold.

use std::collections::BTreeMap;

use bollard::models::{ContainerInspectResponse, ContainerSummary, ContainerSummaryStateEnum, PortMap, PortSummary};
use bollard::query_parameters::{InspectContainerOptions, ListContainersOptions};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use super::volumes::label_filter;
use super::{DockerError, Engine, SHORT, call};

/// How many containers are asked about at once.
const PARALLEL: usize = 8;

/// A container as the engine sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    pub id: String,
    pub name: String,
    /// As it was named when the container was made.
    pub image: String,
    pub image_id: String,
    pub labels: BTreeMap<String, String>,
    pub state: ContainerState,
    /// The engine's own sentence (`Up 3 minutes`, `Exited (137) 2 hours ago`).
    pub status: String,
    /// Seconds since 1970.
    pub created_at: i64,
    pub ports: Vec<PublishedPort>,
    /// Names of the networks it is connected to.
    pub networks: Vec<String>,
    /// Names of the volumes it mounts.
    pub volumes: Vec<String>,
    /// None for one that went away while it was looked at.
    pub past: Option<ContainerPast>,
}

/// What became of a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerPast {
    pub exit_code: i64,
    pub oom_killed: bool,
    /// Why the engine could not start it; empty when it could.
    pub error: String,
    pub restart_count: i64,
    /// RFC 3339; the year 1 means never.
    pub started_at: String,
    pub finished_at: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContainerState {
    Created,
    Running,
    Paused,
    Restarting,
    Removing,
    Exited,
    Dead,
}

/// A container's port on an address of the host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PublishedPort {
    pub address: String,
    pub host: u16,
    pub container: u16,
}

/// A running container, whoever made it, and what it holds of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    /// 0 when it has no limit.
    pub memory_bytes: u64,
    pub ports: Vec<PublishedPort>,
}

impl Engine {
    /// Containers that carry a label (`key` or `key=value`), running or not, sorted by name.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn containers(&self, label: &str) -> Result<Vec<Container>, DockerError> {
        let options =
            ListContainersOptions { all: true, filters: Some(label_filter(label)), ..ListContainersOptions::default() };
        let listed = self.list(options).await?;
        let mut found: Vec<Container> = stream::iter(listed)
            .map(|summary| self.with_past(from_summary(summary)))
            .buffered(PARALLEL)
            .try_filter_map(|container| async { Ok(container) })
            .try_collect()
            .await?;
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// Every running container of the engine, with its memory limit and published ports, sorted by name.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn tenants(&self) -> Result<Vec<Tenant>, DockerError> {
        let listed = self.list(ListContainersOptions::default()).await?;
        let mut found: Vec<Tenant> = stream::iter(listed)
            .map(|summary| self.tenant(from_summary(summary)))
            .buffered(PARALLEL)
            .try_filter_map(|tenant| async { Ok(tenant) })
            .try_collect()
            .await?;
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// What became of one container; `None` when there is no such container.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn container_past(&self, name: &str) -> Result<Option<ContainerPast>, DockerError> {
        Ok(self.inspect(name).await?.map(|answer| past(&answer)))
    }

    async fn list(&self, options: ListContainersOptions) -> Result<Vec<ContainerSummary>, DockerError> {
        let request = self.docker.list_containers(Some(options));
        call(|| "list containers".to_owned(), SHORT, request).await
    }

    async fn inspect(&self, name: &str) -> Result<Option<ContainerInspectResponse>, DockerError> {
        let action = || format!("look at container `{name}`");
        let request = self.docker.inspect_container(name, None::<InspectContainerOptions>);
        match call(action, SHORT, request).await {
            Ok(answer) => Ok(Some(answer)),
            // Gone between the list and the look.
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn with_past(&self, mut container: Container) -> Result<Option<Container>, DockerError> {
        let Some(answer) = self.inspect(&container.id).await? else {
            return Ok(None);
        };
        container.past = Some(past(&answer));
        if container.state != ContainerState::Running
            && let Some(bindings) = answer.host_config.and_then(|host| host.port_bindings)
        {
            container.ports = declared_ports(&bindings);
        }
        Ok(Some(container))
    }

    async fn tenant(&self, container: Container) -> Result<Option<Tenant>, DockerError> {
        let Some(answer) = self.inspect(&container.id).await? else {
            return Ok(None);
        };
        let memory = answer.host_config.and_then(|host| host.memory);
        Ok(Some(Tenant {
            name: container.name,
            labels: container.labels,
            memory_bytes: memory.and_then(|n| n.try_into().ok()).unwrap_or(0),
            ports: container.ports,
        }))
    }
}

fn from_summary(summary: ContainerSummary) -> Container {
    let names = summary.names.unwrap_or_default();
    let mounts = summary.mounts.unwrap_or_default();
    let networks = summary.network_settings.and_then(|settings| settings.networks).unwrap_or_default();
    Container {
        id: summary.id.unwrap_or_default(),
        name: names.first().map(|name| name.trim_start_matches('/').to_owned()).unwrap_or_default(),
        image: summary.image.unwrap_or_default(),
        image_id: summary.image_id.unwrap_or_default(),
        labels: summary.labels.unwrap_or_default().into_iter().collect(),
        state: state(summary.state),
        status: summary.status.unwrap_or_default(),
        created_at: summary.created.unwrap_or(0),
        ports: published_ports(summary.ports.unwrap_or_default()),
        networks: networks.into_keys().collect(),
        volumes: mounts.into_iter().filter_map(|mount| mount.name).collect(),
        past: None,
    }
}

fn state(state: Option<ContainerSummaryStateEnum>) -> ContainerState {
    match state {
        Some(ContainerSummaryStateEnum::RUNNING | ContainerSummaryStateEnum::STOPPING) => ContainerState::Running,
        Some(ContainerSummaryStateEnum::PAUSED) => ContainerState::Paused,
        Some(ContainerSummaryStateEnum::RESTARTING) => ContainerState::Restarting,
        Some(ContainerSummaryStateEnum::REMOVING) => ContainerState::Removing,
        Some(ContainerSummaryStateEnum::EXITED) => ContainerState::Exited,
        Some(ContainerSummaryStateEnum::DEAD) => ContainerState::Dead,
        Some(ContainerSummaryStateEnum::CREATED | ContainerSummaryStateEnum::EMPTY) | None => ContainerState::Created,
    }
}

fn published_ports(ports: Vec<PortSummary>) -> Vec<PublishedPort> {
    let mut found: Vec<PublishedPort> = ports
        .into_iter()
        .filter_map(|port| {
            Some(PublishedPort {
                address: port.ip.unwrap_or_default(),
                host: port.public_port?,
                container: port.private_port,
            })
        })
        .collect();
    found.sort();
    found
}

/// A container that does not run publishes nothing; what it asked for says which port it will want.
fn declared_ports(bindings: &PortMap) -> Vec<PublishedPort> {
    let mut found = Vec::new();
    for (key, hosts) in bindings {
        let Some(container) = key.split('/').next().and_then(|port| port.parse().ok()) else {
            continue;
        };
        for binding in hosts.iter().flatten() {
            let host = binding.host_port.as_deref().and_then(|port| port.parse().ok());
            let Some(host) = host else { continue };
            found.push(PublishedPort { address: binding.host_ip.clone().unwrap_or_default(), host, container });
        }
    }
    found.sort();
    found
}

fn past(answer: &ContainerInspectResponse) -> ContainerPast {
    let state = answer.state.clone().unwrap_or_default();
    ContainerPast {
        exit_code: state.exit_code.unwrap_or(0),
        oom_killed: state.oom_killed.unwrap_or(false),
        error: state.error.unwrap_or_default(),
        restart_count: answer.restart_count.unwrap_or(0),
        started_at: state.started_at.unwrap_or_default(),
        finished_at: state.finished_at.unwrap_or_default(),
    }
}
