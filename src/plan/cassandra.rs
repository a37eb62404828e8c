//! Keyspaces and tables: created, changed in place where Cassandra can, replaced with their rows where it cannot.

use crate::live::{CassandraState, Live, LiveTable};
use crate::plan::cause::{Cause, KeyChange};
use crate::plan::change::Change;
use crate::plan::draft::Draft;
use crate::plan::{Risk, containers};
use crate::topology::resource::{ResourceId, Table, Topology};

pub(super) fn diff(topology: &Topology, live: &Live, draft: &mut Draft) {
    let state = match containers::held("cassandra", &live.cassandra, topology, live, draft) {
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
    // Schema changes run one after another: concurrent ones disagree about table ids.
    let mut previous: Option<ResourceId> = None;
    for (name, wanted) in &topology.keyspaces {
        let id = ResourceId::Keyspace(name.clone());
        let needs: Vec<ResourceId> = previous.iter().cloned().collect();
        match state.keyspaces.get(name) {
            None => draft.step(id.clone(), Change::CreateKeyspace, "not there", Risk::None, &needs),
            Some(factor) if *factor != wanted.replication => {
                let (before, after) = (Some(factor.to_string()), Some(wanted.replication.to_string()));
                let change = Change::AlterKeyspace { replication: wanted.replication };
                let because = vec![KeyChange::new("replication", before, after)];
                draft.step(id.clone(), change, because, Risk::None, &needs);
            }
            Some(_) => continue,
        }
        previous = Some(id);
    }
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
    undeclared(topology, state, draft);
}

fn undeclared(topology: &Topology, state: &CassandraState, draft: &mut Draft) {
    for name in state.tables.keys().filter(|name| !topology.tables.contains_key(*name)) {
        let keyspace = name.split('.').next().unwrap_or_default();
        if topology.keyspaces.contains_key(keyspace) {
            draft.undeclared(ResourceId::Table(name.clone()));
        }
    }
}

fn table(id: ResourceId, wanted: &Table, existing: &LiveTable, needs: &[ResourceId], draft: &mut Draft) {
    let mut fixed = Vec::new();
    if wanted.partition_key != existing.partition_key || wanted.clustering_key != existing.clustering_key {
        let before = key_words(&existing.partition_key, &existing.clustering_key);
        fixed.push(KeyChange::new("key", Some(before), Some(key_words(&wanted.partition_key, &wanted.clustering_key))));
    }
    let mut missing = Vec::new();
    for (column, kind) in &wanted.columns {
        match existing.columns.get(column) {
            None => missing.push((column.clone(), kind.clone())),
            Some(found) if found != kind => {
                fixed.push(KeyChange::new(format!("column {column}"), Some(found.clone()), Some(kind.clone())));
            }
            Some(_) => {}
        }
    }
    let added = |(name, kind): &(String, String)| KeyChange::new(format!("column {name}"), None, Some(kind.clone()));
    if !fixed.is_empty() {
        fixed.extend(missing.iter().map(added));
        draft.step(id.clone(), Change::RemoveTable, fixed.clone(), Risk::DataLoss, needs);
        draft.step(id, Change::CreateTable, fixed, Risk::None, needs);
        return;
    }
    if missing.is_empty() {
        return;
    }
    let names: Vec<_> = missing.iter().map(|(name, _)| name.as_str()).collect();
    let because = format!("column {} not there", names.join(", "));
    let because = Cause::with_keys(because, missing.iter().map(added).collect());
    draft.step(id, Change::AddColumns { columns: missing }, because, Risk::None, needs);
}

/// `((port), arrived_at, call_id)`, as CQL writes it.
fn key_words(partition: &[String], clustering: &[String]) -> String {
    let mut parts = vec![format!("({})", partition.join(", "))];
    parts.extend(clustering.iter().cloned());
    format!("({})", parts.join(", "))
}
