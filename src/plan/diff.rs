//! The one comparison: what the file asks for against what exists.

use std::collections::BTreeSet;

use crate::live::Live;
use crate::plan::change::Change;
use crate::plan::draft::Draft;
use crate::plan::{Plan, Risk};
use crate::topology::resource::{ResourceId, Topology};

/// The steps that make `live` match `topology`, as far as they can be known now.
#[must_use]
pub fn diff(topology: &Topology, live: &Live) -> Plan {
    let mut draft = Draft::default();
    super::images::diff(topology, live, &mut draft);
    network_and_volumes(topology, live, &mut draft);
    super::containers::diff_keeper(topology, live, &mut draft);
    secrets(topology, live, &mut draft);
    super::files::diff(topology, live, &mut draft);
    super::kafka::diff(topology, live, &mut draft);
    super::cassandra::diff(topology, live, &mut draft);
    super::containers::diff(topology, live, &mut draft);
    super::airflow::diff(topology, live, &mut draft);
    draft.finish()
}

/// What makes every image anew, whether it is there or not.
#[must_use]
pub fn images_anew(topology: &Topology) -> Plan {
    let mut draft = Draft::default();
    super::images::anew(topology, &mut draft);
    draft.finish()
}

/// What removes the project: containers and the network; volumes only where asked for. Images are no project's alone.
///
/// Whoever uses a container goes before it: a broker that outlives ZooKeeper cannot sign off there, and the next one is refused
/// until the session of the last is over.
#[must_use]
pub fn teardown(topology: &Topology, live: &Live, volumes: Volumes) -> Plan {
    let mut draft = Draft::default();
    let mut removed = Vec::new();
    let mut left: BTreeSet<&String> = live.containers.keys().collect();
    while !left.is_empty() {
        let unused: BTreeSet<&String> =
            left.iter().filter(|name| !left.iter().any(|user| uses(topology, user, name))).copied().collect();
        // In a circle nobody is the first.
        let next = if unused.is_empty() { left.clone() } else { unused };
        for name in &next {
            let id = ResourceId::Container((*name).clone());
            let users: Vec<ResourceId> = live
                .containers
                .keys()
                .filter(|user| uses(topology, user, name))
                .cloned()
                .map(ResourceId::Container)
                .collect();
            draft.step(id.clone(), Change::RemoveContainer, "down", Risk::Restart, &users);
            removed.push(id);
        }
        left.retain(|name| !next.contains(name));
    }
    if live.network {
        draft.step(ResourceId::Network, Change::RemoveNetwork, "down", Risk::None, &removed);
    }
    if volumes == Volumes::Remove {
        for name in &live.volumes {
            let id = ResourceId::Volume(name.clone());
            draft.step(id, Change::RemoveVolume, "down --volumes", Risk::DataLoss, &removed);
        }
    }
    draft.finish()
}

fn uses(topology: &Topology, user: &str, other: &str) -> bool {
    let declared = topology.containers.get(user);
    declared.is_some_and(|user| user.after.contains_key(other) || user.uses.iter().any(|used| used == other))
}

/// What `down` does with data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Volumes {
    Keep,
    Remove,
}

fn network_and_volumes(topology: &Topology, live: &Live, draft: &mut Draft) {
    if !live.network {
        draft.step(ResourceId::Network, Change::CreateNetwork, "not there", Risk::None, []);
    }
    for name in topology.volumes.iter().filter(|name| !live.volumes.contains(*name)) {
        draft.step(ResourceId::Volume(name.clone()), Change::CreateVolume, "not there", Risk::None, []);
    }
    for name in live.volumes.iter().filter(|name| !topology.volumes.contains(*name)) {
        draft.undeclared(ResourceId::Volume(name.clone()));
    }
}

fn secrets(topology: &Topology, live: &Live, draft: &mut Draft) {
    use crate::live::{Observed, SecretState};
    let keeper = ResourceId::Container(crate::topology::build::KEEPER.to_string());
    let none = std::collections::BTreeMap::new();
    let present = match &live.secrets {
        Observed::Known(present) => present,
        // Without a keeper nothing can be read; a volume that is there already may hold them.
        Observed::Waiting(_) if !live.volumes.contains("secrets") => &none,
        Observed::Waiting(why) => {
            for name in topology.secrets.keys() {
                draft.defer(ResourceId::Secret(name.clone()), why.clone());
            }
            return;
        }
    };
    for name in topology.secrets.keys() {
        let because = match present.get(name) {
            Some(SecretState::Present) => continue,
            Some(SecretState::Differs) => "the file gives another value",
            None => "not there",
        };
        draft.step(ResourceId::Secret(name.clone()), Change::CreateSecret, because, Risk::None, [&keeper]);
    }
}
