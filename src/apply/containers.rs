//! Networks, volumes and containers in the engine, with our labels and nothing without them.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::apply::{Site, StepError};
use crate::systems::docker::archive::{Content, UploadFile};
use crate::systems::docker::containers::{
    Access, ContainerSpec, FirstProcess, MountSpec, NetworkSpec, PortSpec, Privileges, Restart,
};
use crate::template;
use crate::topology::labels;
use crate::topology::resource::{Container, FileContent, Lifecycle, MountAccess, ResourceId};

const STOP: Duration = Duration::from_mins(1);

pub(super) fn full_name(site: &Site, name: &str) -> String {
    labels::engine_name(&site.topology.project, name)
}

fn labels_of(site: &Site, resource: &ResourceId) -> BTreeMap<String, String> {
    labels::resource(&site.topology.project, resource)
}

pub(super) async fn create_network(site: &Site) -> Result<(), StepError> {
    let labels = labels_of(site, &ResourceId::Network);
    site.session.docker.create_network(&site.topology.project, &labels).await?;
    Ok(())
}

pub(super) async fn create_volume(site: &Site, name: &str) -> Result<(), StepError> {
    let labels = labels_of(site, &ResourceId::Volume(name.to_string()));
    site.session.docker.create_volume(&full_name(site, name), &labels).await?;
    Ok(())
}

/// Creates the container and uploads its files; it is started by a step of its own.
pub(super) async fn create(site: &Site, name: &str) -> Result<(), StepError> {
    let container = declared(site, name)?;
    let mut spec = spec(site, name, container);
    if let Some(id) = site.session.docker.image_id(&container.image).await? {
        spec.labels.insert(labels::IMAGE.to_string(), id);
    }
    site.session.docker.create_container(&spec).await?;
    upload(site, &spec.name, container).await
}

/// Creates and starts a container that the topology does not hold: one run of a job.
pub async fn run_once(site: &Site, name: &str, container: &Container) -> Result<String, StepError> {
    let mut spec = spec(site, name, container);
    spec.restart = Restart::Never;
    // Not a resource of the topology: the diff must not see it.
    spec.labels.insert(labels::RESOURCE.to_string(), format!("run/{name}"));
    site.session.docker.create_container(&spec).await?;
    upload(site, &spec.name, container).await?;
    site.session.docker.start_container(&spec.name).await?;
    Ok(spec.name)
}

pub(super) async fn start(site: &Site, name: &str) -> Result<(), StepError> {
    Ok(site.session.docker.start_container(&full_name(site, name)).await?)
}

pub(super) async fn resume(site: &Site, name: &str) -> Result<(), StepError> {
    Ok(site.session.docker.unpause_container(&full_name(site, name)).await?)
}

/// Stops with the container's own grace period, then removes it. Volumes stay.
pub(super) async fn remove(site: &Site, name: &str) -> Result<(), StepError> {
    let full = full_name(site, name);
    let grace =
        site.topology.containers.get(name).map_or(STOP, |container| Duration::from_secs(container.stop_seconds.into()));
    site.session.docker.stop_container(&full, grace).await?;
    Ok(site.session.docker.remove_container(&full).await?)
}

fn declared<'a>(site: &'a Site, name: &str) -> Result<&'a Container, StepError> {
    let missing = || StepError::Other(format!("the topology has no container `{name}`"));
    site.topology.containers.get(name).ok_or_else(missing)
}

fn spec(site: &Site, name: &str, container: &Container) -> ContainerSpec {
    let project = &site.topology.project;
    let mut labels = labels_of(site, &ResourceId::Container(name.to_string()));
    labels.extend(labels::container(project, name, &container.fingerprint()));
    let ports: Vec<String> = container.ports.values().map(|port| format!("{}={}", port.container, port.host)).collect();
    labels.insert(labels::PORTS.to_string(), ports.join(","));
    labels.insert(labels::DECLARATION.to_string(), serde_json::json!(container.declaration()).to_string());
    ContainerSpec {
        name: labels::engine_name(project, name),
        image: container.image.clone(),
        // The command says the whole: an entry point of somebody's image must not change it.
        entrypoint: Vec::new(),
        command: container.command.clone(),
        user: (!container.user.is_empty()).then(|| container.user.clone()),
        workdir: None,
        env: container.env.clone(),
        labels,
        network: Some(NetworkSpec { name: project.clone(), aliases: vec![name.to_string()] }),
        hostname: Some(name.to_string()),
        mounts: container
            .mounts
            .iter()
            .map(|(volume, mount)| MountSpec {
                volume: labels::engine_name(project, volume),
                path: mount.path.clone(),
                access: match mount.access {
                    MountAccess::ReadWrite => Access::ReadWrite,
                    MountAccess::ReadOnly => Access::ReadOnly,
                },
            })
            .collect(),
        tmpfs: container.tmpfs.clone(),
        ports: container.ports.values().map(|port| PortSpec { container: port.container, host: port.host }).collect(),
        memory_bytes: Some(container.memory),
        pids: u32::try_from(container.pids).ok(),
        stop_seconds: Some(container.stop_seconds),
        restart: match container.lifecycle {
            Lifecycle::Service => Restart::UnlessStopped,
            Lifecycle::Once | Lifecycle::Keeper => Restart::Never,
        },
        // An image that is not ours may need root to start; it gains nothing more.
        privileges: if container.user.is_empty() { Privileges::Usual } else { Privileges::Dropped },
        // Our images start with an init of their own.
        first_process: if container.user.is_empty() { FirstProcess::Init } else { FirstProcess::Command },
    }
}

async fn upload(site: &Site, name: &str, container: &Container) -> Result<(), StepError> {
    if container.files.is_empty() {
        return Ok(());
    }
    let values = if container.secrets().next().is_some() { site.session.secrets().await? } else { BTreeMap::new() };
    let (uid, gid) = owner(&container.user);
    let mut files = Vec::new();
    for (path, file) in &container.files {
        let (mode, text) = match file {
            FileContent::Text(text) => (0o444, text.clone()),
            FileContent::Secret(secret) => (0o600, value_of(&values, secret)?),
            FileContent::SecretTemplate { name, source, context, uses } => {
                let mut used = BTreeMap::new();
                for secret in uses {
                    used.insert(secret.clone(), value_of(&values, secret)?);
                }
                let mut context = context.clone();
                context["secret"] = serde_json::json!(used);
                (0o600, template::render(name, source, &context)?)
            }
        };
        let path = path.trim_start_matches('/').to_string();
        files.push(UploadFile { path, mode, uid, gid, content: Content::Bytes(text.into_bytes()) });
    }
    Ok(site.session.docker.put_files(name, "/", files).await?)
}

fn value_of(values: &BTreeMap<String, secrecy::SecretString>, name: &str) -> Result<String, StepError> {
    use secrecy::ExposeSecret;
    values
        .get(name)
        .map(|value| value.expose_secret().to_string())
        .ok_or_else(|| StepError::Other(format!("secret `{name}` is not in the project's secrets volume")))
}

fn owner(user: &str) -> (u64, u64) {
    let (uid, gid) = user.split_once(':').unwrap_or((user, user));
    (uid.parse().unwrap_or(0), gid.parse().unwrap_or(0))
}
