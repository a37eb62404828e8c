//! What Airflow holds: the connection jobs are submitted through, and the DAGs it has parsed.

use std::collections::BTreeMap;

use crate::live::{AirflowState, Live, LiveConnection};
use crate::plan::cause::{KeyChange, differences};
use crate::plan::change::Change;
use crate::plan::draft::Draft;
use crate::plan::{Risk, containers};
use crate::topology::resource::{Connection, Dag, ResourceId, Topology};

pub(super) fn diff(topology: &Topology, live: &Live, draft: &mut Draft) {
    let state = match containers::held("airflow-api", &live.airflow, topology, live, draft) {
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
                let keys = connection_differences(wanted, existing);
                if !keys.is_empty() {
                    draft.step(id, Change::ReplaceConnection, keys, Risk::None, []);
                }
            }
        }
    }
    for (name, wanted) in &topology.dags {
        dag(name, wanted, state, draft);
    }
    for name in state.connections.keys().filter(|name| !topology.connections.contains_key(*name)) {
        draft.undeclared(ResourceId::Connection(name.clone()));
    }
    for name in state.dags.keys().filter(|name| !topology.dags.contains_key(*name)) {
        draft.undeclared(ResourceId::Dag(name.clone()));
    }
}

fn dag(name: &str, wanted: &Dag, state: &AirflowState, draft: &mut Draft) {
    let id = ResourceId::Dag(name.to_string());
    let stale = draft.changes(&id) || draft.changes(&ResourceId::Files);
    if let Some(error) = state.import_errors.get(&wanted.file).filter(|_| !stale) {
        draft.block(id, format!("Airflow cannot import it:\n{error}"), "mend the file that the error names");
        return;
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

fn connection_differences(wanted: &Connection, existing: &LiveConnection) -> Vec<KeyChange> {
    let keys = |kind: &str, host: &str, port: Option<u16>, extra: &BTreeMap<String, String>| {
        let mut keys = BTreeMap::from([("type".to_string(), kind.to_string()), ("host".to_string(), host.to_string())]);
        keys.extend(port.map(|port| ("port".to_string(), port.to_string())));
        keys.extend(extra.iter().map(|(key, value)| (format!("extra.{key}"), value.clone())));
        keys
    };
    differences(
        &keys(&existing.kind, &existing.host, existing.port, &existing.extra),
        &keys(&wanted.kind, &wanted.host, Some(wanted.port), &wanted.extra),
    )
}
