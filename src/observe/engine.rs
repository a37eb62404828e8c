//! The engine's own objects: containers, images, networks, volumes, and what others hold of the host.

use std::collections::{BTreeMap, BTreeSet};

use crate::live::{ContainerState, Engine, LiveContainer, Neighbour, Readiness};
use crate::session::{Session, SessionError};
use crate::systems::docker::inspect::{Container, ContainerState as EngineState};
use crate::topology::labels;
use crate::topology::resource::{ResourceId, Topology};

pub(super) async fn info(session: &Session, topology: &Topology) -> Result<Engine, SessionError> {
    let (info, tenants) = tokio::try_join!(session.docker.info(), session.docker.tenants())?;
    let mut others = BTreeMap::new();
    for tenant in tenants {
        if tenant.labels.get(labels::PROJECT) == Some(&session.project) {
            continue;
        }
        let ports = tenant.ports.iter().map(|port| port.host).collect();
        others.insert(tenant.name, Neighbour { memory_limit: tenant.memory_bytes, ports });
    }
    let ports_held = ports_held(topology, &others);
    Ok(Engine {
        disk_free: info.free_disk_bytes(),
        id: info.id,
        version: info.server_version,
        api_version: info.api_version,
        architecture: info.architecture,
        memory: info.memory_bytes,
        cores: u64::from(info.cpu_count),
        others,
        ports_held,
    })
}

/// Ports this project wants that another container holds. Ports held by processes show when a container starts.
fn ports_held(topology: &Topology, others: &BTreeMap<String, Neighbour>) -> BTreeMap<u16, String> {
    let wanted: BTreeSet<u16> =
        topology.containers.values().flat_map(|container| container.ports.values().map(|port| port.host)).collect();
    let mut held = BTreeMap::new();
    for (name, other) in others {
        for port in other.ports.intersection(&wanted) {
            held.insert(*port, format!("container `{name}`"));
        }
    }
    held
}

/// This project's containers, by short name. One-time runs of jobs are not part of the topology and left out.
pub(super) async fn containers(session: &Session) -> Result<BTreeMap<String, LiveContainer>, SessionError> {
    let listed = session.docker.containers(&labels::of_project(&session.project)).await?;
    let mut containers = BTreeMap::new();
    for container in listed {
        let Some(ResourceId::Container(name)) = resource_of(&container.labels) else { continue };
        containers.insert(name, live(container, &session.project));
    }
    Ok(containers)
}

fn resource_of(labels: &BTreeMap<String, String>) -> Option<ResourceId> {
    ResourceId::try_from(labels.get(labels::RESOURCE)?.clone()).ok()
}

fn live(container: Container, network: &str) -> LiveContainer {
    let past = container.past.as_ref();
    let exit_code = past.map_or(0, |past| past.exit_code);
    let out_of_memory = past.is_some_and(|past| past.oom_killed);
    let state = match container.state {
        EngineState::Created => ContainerState::Created,
        EngineState::Running => ContainerState::Running,
        EngineState::Paused => ContainerState::Paused,
        EngineState::Restarting => ContainerState::Restarting { exit_code, out_of_memory },
        EngineState::Exited | EngineState::Dead | EngineState::Removing => {
            ContainerState::Exited { exit_code, out_of_memory }
        }
    };
    LiveContainer {
        fingerprint: container.labels.get(labels::FINGERPRINT).cloned().unwrap_or_default(),
        declaration: labels::declaration_of(&container.labels),
        connected: container.networks.iter().any(|name| name == network),
        ports: container.ports.iter().map(|port| (port.container, port.host)).collect(),
        restart_count: past.and_then(|past| u64::try_from(past.restart_count).ok()).unwrap_or(0),
        started_ms: past
            .filter(|_| container.state == EngineState::Running)
            .and_then(|past| past.started_at.parse::<jiff::Timestamp>().ok())
            .map(jiff::Timestamp::as_millisecond),
        readiness: Readiness::Waiting("not asked yet".to_string()),
        id: container.id,
        image: container.image,
        image_id: container.labels.get(labels::IMAGE).cloned(),
        state,
    }
}

/// Which of the wanted tags are there, and for what they stand.
pub(super) async fn images(session: &Session, topology: &Topology) -> Result<BTreeMap<String, String>, SessionError> {
    let wanted: BTreeSet<&String> = topology.images.values().map(|image| &image.tag).collect();
    let mut present = BTreeMap::new();
    for image in session.docker.images().await? {
        let tags = image.tags.into_iter().filter(|tag| wanted.contains(tag));
        present.extend(tags.map(|tag| (tag, image.id.clone())));
    }
    Ok(present)
}

pub(super) async fn network_and_volumes(session: &Session) -> Result<(bool, BTreeSet<String>), SessionError> {
    let label = labels::of_project(&session.project);
    let (networks, volumes) = tokio::try_join!(session.docker.networks(&label), session.docker.volumes(&label))?;
    let prefix = session.engine_name("");
    let volumes = volumes.into_iter().filter_map(|volume| volume.name.strip_prefix(&prefix).map(str::to_string));
    Ok((networks.iter().any(|network| network.name == session.project), volumes.collect()))
}
