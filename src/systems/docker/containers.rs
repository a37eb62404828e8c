//! Containers we make: create from a plain description, start, stop, wait, remove.
//!
//! Looking at containers is `inspect`'s business.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bollard::errors::Error as BollardError;
use bollard::models::{
    ContainerCreateBody, EndpointSettings, HostConfig, HostConfigLogConfig, Mount, MountType, NetworkingConfig,
    PortBinding, RestartPolicy, RestartPolicyNameEnum,
};
use bollard::query_parameters::{
    CreateContainerOptions, RemoveContainerOptions, StartContainerOptions, StopContainerOptions, WaitContainerOptions,
};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use super::volumes::as_hash_map;
use super::{DockerError, Engine, SHORT, absent_is_done, call};

/// What a container is made of. Empty lists and `None` leave the image's or the engine's own choice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerSpec {
    pub name: String,
    pub image: String,
    /// Replaces the image's entry point.
    pub entrypoint: Vec<String>,
    pub command: Vec<String>,
    /// Number, or number:number.
    pub user: Option<String>,
    pub workdir: Option<String>,
    pub env: BTreeMap<String, String>,
    pub labels: BTreeMap<String, String>,
    pub network: Option<NetworkSpec>,
    pub hostname: Option<String>,
    pub mounts: Vec<MountSpec>,
    /// Paths in memory. Files put there before the start are lost.
    pub tmpfs: Vec<String>,
    pub ports: Vec<PortSpec>,
    pub memory_bytes: Option<u64>,
    pub pids: Option<u32>,
    pub stop_seconds: Option<u32>,
    pub restart: Restart,
    pub privileges: Privileges,
    pub first_process: FirstProcess,
}

/// The network a container joins, and the names it answers to there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkSpec {
    pub name: String,
    pub aliases: Vec<String>,
}

/// A named volume at a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MountSpec {
    pub volume: String,
    pub path: String,
    pub access: Access,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    #[default]
    ReadWrite,
    ReadOnly,
}

/// A container's TCP port on the host's loopback address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortSpec {
    pub container: u16,
    pub host: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restart {
    #[default]
    Never,
    UnlessStopped,
}

/// What a process may do beyond its own files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privileges {
    /// No capabilities, and no way to gain any.
    #[default]
    Dropped,
    /// The engine's usual set, for images that need root to start; still no way to gain more.
    Usual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstProcess {
    /// The engine's small init reaps what the command leaves behind and passes signals on.
    #[default]
    Init,
    Command,
}

impl Engine {
    /// Creates a container without starting it; answers its id.
    ///
    /// # Errors
    /// When the name is taken (`is_conflict`), the image is missing (`is_absent`), or the engine refuses.
    pub async fn create_container(&self, spec: &ContainerSpec) -> Result<String, DockerError> {
        let options = CreateContainerOptions { name: Some(spec.name.clone()), ..CreateContainerOptions::default() };
        let request = self.docker.create_container(Some(options), create_body(spec));
        let action = || format!("create container `{}`", spec.name);
        Ok(call(action, SHORT, request).await?.id)
    }

    /// Starts a container; one that runs already is fine.
    ///
    /// # Errors
    /// When a port is held by somebody else (`is_port_taken`), or the engine refuses.
    pub async fn start_container(&self, name: &str) -> Result<(), DockerError> {
        let action = || format!("start container `{name}`");
        let request = self.docker.start_container(name, None::<StartContainerOptions>);
        call(action, Duration::from_mins(1), request).await
    }

    /// Lets a paused container go on; one that runs, or is gone, is fine.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn unpause_container(&self, name: &str) -> Result<(), DockerError> {
        let action = || format!("resume container `{name}`");
        match call(action, SHORT, self.docker.unpause_container(name)).await {
            // The engine's word for "it is not paused".
            Err(error) if error.is_conflict() => Ok(()),
            other => absent_is_done(other),
        }
    }

    /// Asks a container to stop and kills it after `grace`; one that is stopped or gone is fine.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn stop_container(&self, name: &str, grace: Duration) -> Result<(), DockerError> {
        let limit = grace + SHORT;
        let docker = self.patient(limit);
        let options =
            StopContainerOptions { t: i32::try_from(grace.as_secs()).ok(), ..StopContainerOptions::default() };
        let action = || format!("stop container `{name}`");
        absent_is_done(call(action, limit, docker.stop_container(name, Some(options))).await)
    }

    /// Removes a container, running or not; one that is gone already is fine. Its named volumes stay.
    ///
    /// # Errors
    /// When the engine refuses or does not answer in time.
    pub async fn remove_container(&self, name: &str) -> Result<(), DockerError> {
        let options = RemoveContainerOptions { force: true, v: true, ..RemoveContainerOptions::default() };
        let action = || format!("remove container `{name}`");
        let limit = Duration::from_mins(1);
        let docker = self.patient(limit);
        absent_is_done(call(action, limit, docker.remove_container(name, Some(options))).await)
    }

    /// Waits until a container is not running and answers its exit code.
    ///
    /// # Errors
    /// When it still runs after `limit` (`Timeout`), is gone, or the engine refuses.
    pub async fn wait_container(&self, name: &str, limit: Duration) -> Result<i64, DockerError> {
        let docker = self.patient(limit);
        let options = WaitContainerOptions { condition: "not-running".to_owned() };
        let mut answers = Box::pin(docker.wait_container(name, Some(options)));
        let action = || format!("see container `{name}` finish");
        let answer = tokio::time::timeout(limit, answers.next()).await;
        match answer {
            Ok(Some(Ok(answer))) => Ok(answer.status_code),
            // The client turns every exit code but 0 into an error.
            Ok(Some(Err(BollardError::DockerContainerWaitError { code, .. }))) => Ok(code),
            Ok(Some(Err(source))) => Err(super::failed(action(), source)),
            Ok(None) => {
                Err(DockerError::Refused { action: action(), reason: "the engine closed the connection".to_owned() })
            }
            Err(_) => Err(DockerError::Timeout { action: action(), seconds: limit.as_secs() }),
        }
    }
}

fn create_body(spec: &ContainerSpec) -> ContainerCreateBody {
    let networking = spec.network.as_ref().map(|network| NetworkingConfig {
        endpoints_config: Some(HashMap::from([(
            network.name.clone(),
            EndpointSettings { aliases: Some(network.aliases.clone()), ..EndpointSettings::default() },
        )])),
    });
    ContainerCreateBody {
        hostname: spec.hostname.clone(),
        user: spec.user.clone(),
        working_dir: spec.workdir.clone(),
        env: Some(spec.env.iter().map(|(key, value)| format!("{key}={value}")).collect()),
        cmd: unless_empty(&spec.command),
        entrypoint: unless_empty(&spec.entrypoint),
        image: Some(spec.image.clone()),
        exposed_ports: Some(spec.ports.iter().map(|port| port_key(port.container)).collect()),
        labels: Some(as_hash_map(&spec.labels)),
        stop_timeout: spec.stop_seconds.map(i64::from),
        host_config: Some(host_config(spec)),
        networking_config: networking,
        ..ContainerCreateBody::default()
    }
}

fn host_config(spec: &ContainerSpec) -> HostConfig {
    let memory = spec.memory_bytes.and_then(|bytes| i64::try_from(bytes).ok());
    let tmpfs = spec.tmpfs.iter().map(|path| (path.clone(), String::new())).collect();
    HostConfig {
        memory,
        // As much swap as memory would be added otherwise: a limit means what it says.
        memory_swap: memory,
        pids_limit: spec.pids.map(i64::from),
        init: Some(spec.first_process == FirstProcess::Init),
        network_mode: spec.network.as_ref().map(|network| network.name.clone()),
        port_bindings: Some(spec.ports.iter().copied().map(port_binding).collect()),
        mounts: Some(spec.mounts.iter().map(volume_mount).collect()),
        tmpfs: Some(tmpfs),
        restart_policy: Some(RestartPolicy {
            name: Some(match spec.restart {
                Restart::Never => RestartPolicyNameEnum::NO,
                Restart::UnlessStopped => RestartPolicyNameEnum::UNLESS_STOPPED,
            }),
            maximum_retry_count: None,
        }),
        cap_drop: (spec.privileges == Privileges::Dropped).then(|| vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        log_config: Some(HostConfigLogConfig {
            typ: Some("json-file".to_owned()),
            config: Some(HashMap::from([
                ("max-size".to_owned(), "10m".to_owned()),
                ("max-file".to_owned(), "3".to_owned()),
            ])),
        }),
        ..HostConfig::default()
    }
}

fn unless_empty(list: &[String]) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.to_vec())
}

fn port_key(container: u16) -> String {
    format!("{container}/tcp")
}

fn port_binding(port: PortSpec) -> (String, Option<Vec<PortBinding>>) {
    let binding = PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: Some(port.host.to_string()) };
    (port_key(port.container), Some(vec![binding]))
}

fn volume_mount(mount: &MountSpec) -> Mount {
    Mount {
        target: Some(mount.path.clone()),
        source: Some(mount.volume.clone()),
        typ: Some(MountType::VOLUME),
        read_only: Some(mount.access == Access::ReadOnly),
        ..Mount::default()
    }
}
