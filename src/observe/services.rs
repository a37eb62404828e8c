//! What the services hold: secrets and files in volumes, topics, tables, the connection and DAGs.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;

use crate::live::{
    AirflowState, CassandraState, ContainerState, LiveConnection, LiveContainer, LiveDag, LiveTable, LiveTopic,
    Observed, PublishedState, SecretState,
};
use crate::session::{Session, SessionError};
use crate::systems::airflow::dags::Dag;
use crate::systems::cassandra::schema::{Column, ColumnRole};
use crate::systems::docker::archive::Found;
use crate::topology::build::KEEPER;
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
    let present = session.secrets_now().await?;
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
    // The link and what it leads to in one look: earlier publications are gone from the volume.
    let keeper = session.engine_name(KEEPER);
    let mut found = session.docker.get_files(&keeper, PIPELINE_PATH, MOST_PUBLISHED_BYTES).await?.unwrap_or_default();
    let Some(Found::Symlink(current)) = found.remove(CURRENT) else {
        return Ok(Observed::Known(PublishedState::default()));
    };
    let files = found.into_iter().filter_map(|(path, content)| match (path.split_once('/'), content) {
        (Some((folder, path)), Found::Bytes(bytes)) if folder == current => Some((path.to_string(), digest(&bytes))),
        _ => None,
    });
    let files = files.collect();
    Ok(Observed::Known(PublishedState { current: Some(current), files }))
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
    let named: Vec<String> =
        topology.topics.keys().filter(|name| cluster.topics.contains_key(*name)).cloned().collect();
    let mut settings = kafka.topic_settings(&named, super::ready::LIMIT).await?;
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
    for (name, keyspace) in cassandra.keyspaces(super::ready::LIMIT).await? {
        if !topology.keyspaces.contains_key(&name) {
            continue;
        }
        let factor = keyspace.replication.get("replication_factor").and_then(|text| text.parse().ok()).unwrap_or(0);
        state.keyspaces.insert(name.clone(), factor);
        for (table, found) in keyspace.tables {
            state.tables.insert(format!("{name}.{table}"), live_table(found.columns));
        }
    }
    Ok(state)
}

fn live_table(columns: Vec<Column>) -> LiveTable {
    let mut table = LiveTable::default();
    for column in columns {
        match column.role {
            ColumnRole::PartitionKey => table.partition_key.push(column.name.clone()),
            ColumnRole::Clustering => table.clustering_key.push(column.name.clone()),
            ColumnRole::Static | ColumnRole::Regular => {}
        }
        table.columns.insert(column.name, column.cql_type);
    }
    table
}

pub(super) async fn airflow(session: &Session, topology: &Topology, containers: &Containers) -> Observed<AirflowState> {
    if topology.dags.is_empty() && topology.connections.is_empty() {
        return Observed::Known(AirflowState::default());
    }
    if !running(containers, "airflow-api") {
        return Observed::Waiting("airflow-api is not running".to_string());
    }
    known(airflow_state(session, topology).await)
}

async fn airflow_state(session: &Session, topology: &Topology) -> Result<AirflowState, SessionError> {
    let airflow = session.airflow().await?;
    let (connections, dags, errors) = tokio::try_join!(airflow.connections(), airflow.dags(), airflow.import_errors())?;
    let mut state = AirflowState::default();
    for (id, connection) in connections {
        // Of what is not ours the name is enough, and the rest may be secret.
        if !topology.connections.contains_key(&id) {
            state.connections.insert(id, LiveConnection::default());
            continue;
        }
        let extra: BTreeMap<String, String> = serde_json::from_value(connection.extra).unwrap_or_default();
        let live = LiveConnection {
            kind: connection.conn_type,
            host: connection.host.unwrap_or_default(),
            port: connection.port,
            extra,
        };
        state.connections.insert(id, live);
    }
    // Airflow keeps the entry of a DAG whose file is gone. The DAGs of the project's own files go by names that only
    // those files know: declared is the file.
    let own = |dag: &Dag| dag.file.as_ref().is_some_and(|file| topology.published.is_own_dag_file(file));
    let present = dags.into_iter().filter(|(_, dag)| !dag.is_stale && !own(dag));
    state.dags = present.map(|(id, dag)| (id, LiveDag { paused: dag.is_paused })).collect();
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
        Err(error) => Observed::Waiting(crate::systems::one_line(&error)),
    }
}
