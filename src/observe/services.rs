//! What the services hold: secrets and files in volumes, topics, tables, the connection and DAGs.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;

use crate::live::{
    AirflowState, CassandraState, ContainerState, LiveConnection, LiveContainer, LiveDag, LiveTable, LiveTopic,
    Observed, PublishedState, SecretState,
};
use crate::plan::KEEPER;
use crate::session::{Session, SessionError};
use crate::systems::docker::archive::Found;
use crate::topology::build::{CURRENT, PIPELINE_PATH};
use crate::topology::resource::{Topology, digest};

type Containers = BTreeMap<String, LiveContainer>;

/// Published files are code and small data; a jar is the largest.
const MOST_PUBLISHED_BYTES: usize = 1024 * 1024 * 1024;

pub(super) async fn secrets(
    session: &Session,
    topology: &Topology,
    containers: &Containers,
) -> Result<Observed<BTreeMap<String, SecretState>>, SessionError> {
    if !containers.contains_key(KEEPER) {
        return Ok(Observed::Waiting("its keeper is not there yet".to_string()));
    }
    let present = session.secrets().await?;
    let state = |name: &String| match topology.secrets.get(name).and_then(|secret| secret.given.as_ref()) {
        Some(given) if given.expose_secret() != present[name].expose_secret() => SecretState::Differs,
        _ => SecretState::Present,
    };
    Ok(Observed::Known(present.keys().map(|name| (name.clone(), state(name))).collect()))
}

pub(super) async fn files(
    session: &Session,
    topology: &Topology,
    containers: &Containers,
) -> Result<Observed<PublishedState>, SessionError> {
    if topology.published.files.is_empty() {
        return Ok(Observed::Known(PublishedState::default()));
    }
    if !containers.contains_key(KEEPER) {
        return Ok(Observed::Waiting("its keeper is not there yet".to_string()));
    }
    let keeper = session.engine_name(KEEPER);
    let link = session.docker.get_files(&keeper, &format!("{PIPELINE_PATH}/{CURRENT}"), MOST_PUBLISHED_BYTES).await?;
    let Some(Found::Symlink(current)) = link.unwrap_or_default().into_values().next() else {
        return Ok(Observed::Known(PublishedState::default()));
    };
    let folder = format!("{PIPELINE_PATH}/{current}");
    let found = session.docker.get_files(&keeper, &folder, MOST_PUBLISHED_BYTES).await?.unwrap_or_default();
    let files = found.into_iter().filter_map(|(path, content)| match content {
        Found::Bytes(bytes) => Some((path, digest(&bytes))),
        Found::Symlink(_) => None,
    });
    Ok(Observed::Known(PublishedState { current: Some(current), files: files.collect() }))
}

/// Whether the container that answers for a system runs; asking before that would only wait.
fn running(containers: &Containers, name: &str) -> bool {
    containers.get(name).is_some_and(|container| container.state == ContainerState::Running)
}

pub(super) async fn kafka(
    session: &Session,
    topology: &Topology,
    containers: &Containers,
) -> Observed<BTreeMap<String, LiveTopic>> {
    if topology.topics.is_empty() {
        return Observed::Known(BTreeMap::new());
    }
    if !running(containers, "kafka") {
        return Observed::Waiting("kafka is not running".to_string());
    }
    known(topics(session, topology).await)
}

async fn topics(session: &Session, topology: &Topology) -> Result<BTreeMap<String, LiveTopic>, SessionError> {
    let kafka = session.kafka().await?;
    let cluster = kafka.cluster(super::ready::LIMIT).await?;
    let named: Vec<String> = topology.topics.keys().filter(|name| cluster.topics.contains_key(*name)).cloned().collect();
    let names: Vec<&str> = named.iter().map(String::as_str).collect();
    let mut settings = kafka.topic_settings(&names, super::ready::LIMIT).await?;
    let topics = cluster.topics.into_iter().map(|(name, state)| {
        let config = settings.remove(&name).unwrap_or_default();
        let topic = LiveTopic { partitions: state.partitions, replication: state.replication, config };
        (name, topic)
    });
    Ok(topics.collect())
}

pub(super) async fn cassandra(
    session: &Session,
    topology: &Topology,
    containers: &Containers,
) -> Observed<CassandraState> {
    if topology.keyspaces.is_empty() {
        return Observed::Known(CassandraState::default());
    }
    if !running(containers, "cassandra") {
        return Observed::Waiting("cassandra is not running".to_string());
    }
    known(schema(session, topology).await)
}

async fn schema(session: &Session, topology: &Topology) -> Result<CassandraState, SessionError> {
    let cassandra = session.cassandra().await?;
    let mut state = CassandraState::default();
    for (name, keyspace) in cassandra.keyspaces().await? {
        if !topology.keyspaces.contains_key(&name) {
            continue;
        }
        state.keyspaces.insert(name.clone(), keyspace.replication);
        for (table, columns) in keyspace.tables {
            let live = LiveTable {
                columns: columns.columns,
                partition_key: columns.partition_key,
                clustering_key: columns.clustering_key,
            };
            state.tables.insert(format!("{name}.{table}"), live);
        }
    }
    Ok(state)
}

pub(super) async fn airflow(
    session: &Session,
    topology: &Topology,
    containers: &Containers,
) -> Observed<AirflowState> {
    if topology.dags.is_empty() && topology.connections.is_empty() {
        return Observed::Known(AirflowState::default());
    }
    if !running(containers, "airflow-api") {
        return Observed::Waiting("airflow-api is not running".to_string());
    }
    known(airflow_state(session).await)
}

async fn airflow_state(session: &Session) -> Result<AirflowState, SessionError> {
    let airflow = session.airflow().await?;
    let (connections, dags, errors) =
        tokio::try_join!(airflow.connections(), airflow.dags(), airflow.import_errors())?;
    let mut state = AirflowState::default();
    for connection in connections {
        let extra: BTreeMap<String, String> = connection
            .extra
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let live = LiveConnection {
            kind: connection.kind,
            host: connection.host.unwrap_or_default(),
            port: connection.port,
            extra,
        };
        state.connections.insert(connection.id, live);
    }
    state.dags = dags.into_iter().map(|dag| (dag.id, LiveDag { paused: dag.paused })).collect();
    for error in errors {
        // Airflow names the file by where it found it; we know it below the published directory.
        let file = error.file.rsplit_once("/dags/").map_or(error.file.clone(), |(_, name)| format!("dags/{name}"));
        let file = if file.starts_with("dags/") { file } else { format!("dags/{file}") };
        state.import_errors.insert(file, error.trace);
    }
    Ok(state)
}

/// A service that refuses is waited for; what it said is kept.
fn known<T>(asked: Result<T, SessionError>) -> Observed<T> {
    match asked {
        Ok(value) => Observed::Known(value),
        Err(error) => Observed::Waiting(super::ready::whole(&error)),
    }
}
