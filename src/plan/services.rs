//! What services hold: topics, keyspaces, tables, the connection, DAGs.
//!
//! Kafka and Cassandra keep no labels of ours, so attributes are compared, and only the declared ones.

use std::collections::BTreeMap;

use crate::live::{CassandraState, Live, LiveConnection, LiveTable, LiveTopic, Observed};
use crate::plan::{Change, Draft, Risk};
use crate::topology::resource::{Connection, ResourceId, Table, TopicResource, Topology};

/// What a service holds, or why that cannot be changed in this wave. A container that is about to be replaced takes no changes.
fn held<'a, T>(container: &str, observed: &'a Observed<T>, topology: &Topology, live: &Live) -> Result<&'a T, String> {
    match observed {
        Observed::Waiting(why) => Err(why.clone()),
        Observed::Known(_) if super::containers::is_replaced(container, topology, live) => {
            Err(format!("`{container}` is made anew first"))
        }
        Observed::Known(value) => Ok(value),
    }
}

pub(super) fn diff_kafka(topology: &Topology, live: &Live, draft: &mut Draft) {
    let topics = match held("kafka", &live.kafka, topology, live) {
        Ok(topics) => topics,
        Err(why) => {
            for name in topology.topics.keys() {
                draft.defer(ResourceId::Topic(name.clone()), why.clone());
            }
            return;
        }
    };
    for (name, wanted) in &topology.topics {
        let id = ResourceId::Topic(name.clone());
        match topics.get(name) {
            None => draft.step(id, Change::CreateTopic, "not there", Risk::None, []),
            Some(existing) => topic(id, wanted, existing, draft),
        }
    }
    // Kafka's own topics start with two underscores.
    for name in topics.keys().filter(|name| !topology.topics.contains_key(*name) && !name.starts_with("__")) {
        draft.undeclared(ResourceId::Topic(name.clone()));
    }
}

fn topic(id: ResourceId, wanted: &TopicResource, existing: &LiveTopic, draft: &mut Draft) {
    if wanted.partitions < existing.partitions {
        let why = format!("has {} partitions, the file asks for {}", existing.partitions, wanted.partitions);
        let fix = format!("Kafka cannot take partitions away: write `partitions: {}`", existing.partitions);
        draft.block(id, why, fix);
        return;
    }
    if wanted.replication != existing.replication {
        let why = format!("has replication {}, the file asks for {}", existing.replication, wanted.replication);
        let fix = format!("write `replication: {}`, or move the replicas with Kafka's own tool", existing.replication);
        draft.block(id, why, fix);
        return;
    }
    if wanted.partitions > existing.partitions {
        let because = format!("partitions {} -> {}", existing.partitions, wanted.partitions);
        draft.step(id.clone(), Change::GrowPartitions { to: wanted.partitions }, because, Risk::None, []);
    }
    let changed: BTreeMap<String, String> = wanted
        .config
        .iter()
        .filter(|(key, value)| existing.config.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if changed.is_empty() {
        return;
    }
    let causes: Vec<_> = changed
        .iter()
        .map(|(key, value)| {
            let old = existing.config.get(key).map_or("unset", String::as_str);
            format!("{key} {old} -> {value}")
        })
        .collect();
    draft.step(id, Change::AlterTopic { config: changed }, causes.join(", "), Risk::None, []);
}

pub(super) fn diff_cassandra(topology: &Topology, live: &Live, draft: &mut Draft) {
    let state = match held("cassandra", &live.cassandra, topology, live) {
        Ok(state) => state,
        Err(why) => {
            for name in topology.keyspaces.keys() {
                draft.defer(ResourceId::Keyspace(name.clone()), why.clone());
            }
            for name in topology.tables.keys() {
                draft.defer(ResourceId::Table(name.clone()), why.clone());
            }
            return;
        }
    };
    for (name, wanted) in &topology.keyspaces {
        let id = ResourceId::Keyspace(name.clone());
        match state.keyspaces.get(name) {
            None => draft.step(id, Change::CreateKeyspace, "not there", Risk::None, []),
            Some(factor) if *factor != wanted.replication => {
                let why = format!("has replication {factor}, the file asks for {}", wanted.replication);
                draft.block(id, why, format!("write `replication: {factor}`"));
            }
            Some(_) => {}
        }
    }
    // Schema changes run one after another: concurrent ones disagree about table ids.
    let mut previous: Option<ResourceId> = None;
    for (name, wanted) in &topology.tables {
        let id = ResourceId::Table(name.clone());
        let needs: Vec<ResourceId> =
            [Some(ResourceId::Keyspace(wanted.keyspace.clone())), previous.take()].into_iter().flatten().collect();
        match state.tables.get(name) {
            None => draft.step(id.clone(), Change::CreateTable, "not there", Risk::None, &needs),
            Some(existing) => table(id.clone(), wanted, existing, &needs, draft),
        }
        previous = Some(id);
    }
    undeclared_tables(topology, state, draft);
}

fn undeclared_tables(topology: &Topology, state: &CassandraState, draft: &mut Draft) {
    for name in state.tables.keys().filter(|name| !topology.tables.contains_key(*name)) {
        let keyspace = name.split('.').next().unwrap_or_default();
        if topology.keyspaces.contains_key(keyspace) {
            draft.undeclared(ResourceId::Table(name.clone()));
        }
    }
}

fn table(id: ResourceId, wanted: &Table, existing: &LiveTable, needs: &[ResourceId], draft: &mut Draft) {
    if wanted.partition_key != existing.partition_key || wanted.clustering_key != existing.clustering_key {
        let key = |partition: &[String], clustering: &[String]| {
            format!("(({}), {})", partition.join(", "), clustering.join(", "))
        };
        let why = format!(
            "has the key {}, the file asks for {}",
            key(&existing.partition_key, &existing.clustering_key),
            key(&wanted.partition_key, &wanted.clustering_key)
        );
        draft.block(id, why, "Cassandra cannot change a key: write the table under a new name and copy the rows");
        return;
    }
    let mut missing = Vec::new();
    for (column, kind) in &wanted.columns {
        match existing.columns.get(column) {
            None => missing.push((column.clone(), kind.clone())),
            Some(found) if found != kind => {
                let why = format!("column `{column}` is {found}, the file asks for {kind}");
                draft.block(id.clone(), why, "Cassandra cannot change a type: add a column under a new name");
            }
            Some(_) => {}
        }
    }
    if !missing.is_empty() {
        let names: Vec<_> = missing.iter().map(|(name, _)| name.as_str()).collect();
        let because = format!("column {} not there", names.join(", "));
        draft.step(id, Change::AddColumns { columns: missing }, because, Risk::None, needs);
    }
}

pub(super) fn diff_airflow(topology: &Topology, live: &Live, draft: &mut Draft) {
    let state = match held("airflow-api", &live.airflow, topology, live) {
        Ok(state) => state,
        Err(why) => {
            for name in topology.connections.keys() {
                draft.defer(ResourceId::Connection(name.clone()), why.clone());
            }
            for name in topology.dags.keys() {
                draft.defer(ResourceId::Dag(name.clone()), why.clone());
            }
            return;
        }
    };
    for (name, wanted) in &topology.connections {
        let id = ResourceId::Connection(name.clone());
        match state.connections.get(name) {
            None => draft.step(id, Change::CreateConnection, "not there", Risk::None, []),
            Some(existing) => {
                if let Some(because) = connection_difference(wanted, existing) {
                    draft.step(id, Change::ReplaceConnection, because, Risk::None, []);
                }
            }
        }
    }
    for (name, wanted) in &topology.dags {
        let id = ResourceId::Dag(name.clone());
        let stale = draft.changes(&id) || draft.changes(&ResourceId::Files);
        if let Some(error) = state.import_errors.get(&wanted.file).filter(|_| !stale) {
            draft.block(id, format!("Airflow cannot import it:\n{error}"), "mend the file that the error names");
            continue;
        }
        match state.dags.get(name) {
            // Its file is put back in this wave. Whether Airflow has noticed the loss is a matter of seconds, and no second change.
            None if draft.changes(&id) => {}
            None if draft.is_deferred(&ResourceId::Files) => draft.defer(id, "its file is not known yet"),
            None => draft.step(id, Change::RegisterDag, "Airflow does not know it", Risk::None, [&ResourceId::Files]),
            Some(dag) if dag.paused && wanted.enabled => {
                draft.step(id, Change::EnableDag, "paused, the file enables it", Risk::None, []);
            }
            Some(dag) if !dag.paused && !wanted.enabled => {
                draft.step(id, Change::PauseDag, "enabled, the file pauses it", Risk::None, []);
            }
            Some(_) => {}
        }
    }
    for name in state.connections.keys().filter(|name| !topology.connections.contains_key(*name)) {
        draft.undeclared(ResourceId::Connection(name.clone()));
    }
    for name in state.dags.keys().filter(|name| !topology.dags.contains_key(*name)) {
        draft.undeclared(ResourceId::Dag(name.clone()));
    }
}

fn connection_difference(wanted: &Connection, existing: &LiveConnection) -> Option<String> {
    let mut causes = Vec::new();
    if wanted.kind != existing.kind {
        causes.push(format!("type {} -> {}", existing.kind, wanted.kind));
    }
    if wanted.host != existing.host {
        causes.push(format!("host {} -> {}", existing.host, wanted.host));
    }
    if Some(wanted.port) != existing.port {
        let old = existing.port.map_or_else(|| "unset".to_string(), |port| port.to_string());
        causes.push(format!("port {old} -> {}", wanted.port));
    }
    if wanted.extra != existing.extra {
        causes.push("extra differs".to_string());
    }
    (!causes.is_empty()).then(|| causes.join(", "))
}
