//! What exists: asks the engine and every service at the same time and writes the answers down as `Live`.
//!
//! Reads only. A service that does not answer is `Waiting`, with what it said; it is never taken for empty.

mod engine;
mod ready;
mod services;

use std::collections::BTreeSet;

use crate::live::{FORMAT_VERSION, Live, Observed};
use crate::session::{Session, SessionError};
use crate::topology::resource::Topology;

/// Everything `topology` speaks of, as it is now.
///
/// # Errors
/// When the engine does not answer. Services that do not answer are part of the result.
pub async fn observe(session: &Session, topology: &Topology) -> Result<Live, SessionError> {
    let (info, listed, images) = tokio::try_join!(
        engine::info(session, topology),
        engine::containers(session),
        engine::images(session, topology),
    )?;
    let (network, volumes) = engine::network_and_volumes(session).await?;
    let (readiness, secrets, files, kafka, cassandra, airflow) = tokio::join!(
        ready::all(session, topology, &listed),
        services::secrets(session, topology, &listed),
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
        images: BTreeSet::new(),
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
