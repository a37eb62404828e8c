//! What exists: asks the engine and every service at the same time and writes the answers down as `Live`.
//!
//! Reads only. A service that does not answer is `Waiting`, with what it said; it is never taken for empty.

mod engine;
mod ready;
mod services;

use std::collections::BTreeMap;

use crate::live::{FORMAT_VERSION, Live, Observed};
use crate::session::{Session, SessionError};
use crate::topology::host::Host;
use crate::topology::resource::Topology;

/// How far a look may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// Commands inside containers too, where a service answers nowhere else.
    Everything,
    /// Nothing that the engine would count as a change: no command is run.
    OnlyLooking,
}

/// Everything `topology` speaks of, as it is now.
///
/// # Errors
/// When the engine does not answer. Services that do not answer are part of the result.
pub async fn observe(session: &Session, topology: &Topology, asking: Asking) -> Result<Live, SessionError> {
    let (info, listed, images) = tokio::try_join!(
        engine::info(session, topology),
        engine::containers(session),
        engine::images(session, topology),
    )?;
    let (network, volumes) = engine::network_and_volumes(session).await?;
    // Secrets first: whoever needs a password waits for that one reading.
    let (secrets, readiness, files, kafka, cassandra, airflow) = tokio::join!(
        services::secrets(session, topology, &listed),
        ready::all(session, topology, &listed, asking),
        services::files(session, topology, &listed),
        services::kafka(session, topology, &listed),
        services::cassandra(session, topology, &listed),
        services::airflow(session, topology, &listed),
    );
    let mut containers = listed;
    for (name, state) in readiness {
        if let Some(container) = containers.get_mut(&name) {
            container.readiness = state;
        }
    }
    Ok(Live {
        format_version: FORMAT_VERSION,
        engine: info,
        host: topology.host.clone(),
        images,
        network,
        volumes,
        containers,
        secrets: secrets?,
        files: files?,
        kafka,
        cassandra,
        airflow,
    })
}

/// What the engine alone knows: enough to take a project down.
///
/// # Errors
/// When the engine does not answer.
pub async fn engine_only(session: &Session) -> Result<Live, SessionError> {
    let containers = engine::containers(session).await?;
    let (network, volumes) = engine::network_and_volumes(session).await?;
    let not_asked = || "not asked".to_string();
    Ok(Live {
        format_version: FORMAT_VERSION,
        engine: crate::live::Engine::default(),
        host: Host::default(),
        images: BTreeMap::new(),
        network,
        volumes,
        containers,
        secrets: Observed::Waiting(not_asked()),
        files: Observed::Waiting(not_asked()),
        kafka: Observed::Waiting(not_asked()),
        cassandra: Observed::Waiting(not_asked()),
        airflow: Observed::Waiting(not_asked()),
    })
}
