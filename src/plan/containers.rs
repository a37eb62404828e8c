//! Containers: created when absent, replaced when their fingerprint differs, started when stopped.

use crate::blueprint::{Condition, Ready};
use crate::live::{ContainerState, Live, LiveContainer, Readiness};
use crate::plan::{Change, Draft, Risk};
use crate::topology::build::KEEPER;
use crate::topology::resource::{Container, Lifecycle, ResourceId, Topology};

pub(super) fn diff_keeper(topology: &Topology, live: &Live, draft: &mut Draft) {
    if let Some(container) = topology.containers.get(KEEPER) {
        one(KEEPER, container, topology, live, draft);
    }
}

pub(super) fn diff(topology: &Topology, live: &Live, draft: &mut Draft) {
    for name in live.containers.keys().filter(|name| !topology.containers.contains_key(*name)) {
        let id = ResourceId::Container(name.clone());
        draft.step(id, Change::RemoveContainer, "the file no longer asks for it", Risk::Restart, []);
    }
    for (name, container) in &topology.containers {
        if name != KEEPER {
            one(name, container, topology, live, draft);
        }
    }
}

/// Whether a container that is there will be removed, because its declaration changed or the file no longer asks for it.
pub(super) fn is_replaced(name: &str, topology: &Topology, live: &Live) -> bool {
    let Some(existing) = live.containers.get(name) else { return false };
    topology.containers.get(name).is_none_or(|wanted| existing.fingerprint != wanted.fingerprint())
}

fn one(name: &str, wanted: &Container, topology: &Topology, live: &Live, draft: &mut Draft) {
    let id = ResourceId::Container(name.to_string());
    let Some(existing) = live.containers.get(name) else {
        create(&id, wanted, topology, live, draft, "not there");
        return;
    };
    if existing.fingerprint != wanted.fingerprint() {
        let because = if existing.image == wanted.image {
            "its declaration changed".to_string()
        } else {
            format!("image {} -> {}", existing.image, wanted.image)
        };
        replace(&id, wanted, topology, live, draft, &because);
        return;
    }
    if wanted.lifecycle == Lifecycle::Keeper {
        return;
    }
    match &existing.state {
        // Uploads may be missing: whoever created it was interrupted before starting it.
        ContainerState::Created => replace(&id, wanted, topology, live, draft, "created but never started"),
        ContainerState::Exited { exit_code: 0, .. } if wanted.lifecycle == Lifecycle::Once => {}
        ContainerState::Exited { exit_code, out_of_memory } if wanted.lifecycle == Lifecycle::Once => {
            replace(&id, wanted, topology, live, draft, &exit_text(*exit_code, *out_of_memory));
        }
        ContainerState::Exited { exit_code, out_of_memory } => {
            start(&id, wanted, live, draft, &exit_text(*exit_code, *out_of_memory));
        }
        ContainerState::Restarting { exit_code, out_of_memory } => {
            draft.defer(id, format!("{} and is being restarted", exit_text(*exit_code, *out_of_memory)));
        }
        ContainerState::Paused => draft.block(id, "is paused", "resume it with the tool that paused it"),
        ContainerState::Running => match (&existing.readiness, &wanted.ready) {
            (Readiness::Ready, _) => {}
            (Readiness::Waiting(why), _) => draft.defer(id, why.clone()),
            (Readiness::DefaultLogin, Ready::Cassandra { password_secret, .. }) => {
                let secret = ResourceId::Secret(password_secret.clone());
                draft.step(secret, Change::SetPassword, "the password it was born with is in force", Risk::None, []);
            }
            (Readiness::DefaultLogin, _) => draft.defer(id, "it answers to the login it was born with"),
        },
    }
}

fn exit_text(exit_code: i64, out_of_memory: bool) -> String {
    if out_of_memory {
        format!("exited with {exit_code}: it ran out of its memory limit")
    } else {
        format!("exited with {exit_code}")
    }
}

fn replace(id: &ResourceId, wanted: &Container, topology: &Topology, live: &Live, draft: &mut Draft, because: &str) {
    draft.step(id.clone(), Change::RemoveContainer, because, Risk::Restart, []);
    create(id, wanted, topology, live, draft, because);
}

fn create(id: &ResourceId, wanted: &Container, topology: &Topology, live: &Live, draft: &mut Draft, because: &str) {
    // Creation waits for what the start waits for, so that "created" always means "interrupted".
    if let Some(why) = unmet(wanted, live, draft) {
        draft.defer(id.clone(), why);
        return;
    }
    let mut needs = vec![ResourceId::Network];
    needs.extend(
        topology
            .images
            .iter()
            .filter(|(_, image)| image.tag == wanted.image)
            .map(|(name, _)| ResourceId::Image(name.clone())),
    );
    needs.extend(wanted.mounts.keys().map(|volume| ResourceId::Volume(volume.clone())));
    needs.extend(wanted.secrets().map(|secret| ResourceId::Secret(secret.to_string())));
    needs.extend(wanted.needs.iter().cloned());
    draft.step(id.clone(), Change::CreateContainer, because, Risk::None, &needs);
    if wanted.lifecycle != Lifecycle::Keeper {
        draft.step(id.clone(), Change::StartContainer, because, Risk::None, []);
    }
}

fn start(id: &ResourceId, wanted: &Container, live: &Live, draft: &mut Draft, because: &str) {
    if let Some(why) = unmet(wanted, live, draft) {
        draft.defer(id.clone(), why);
        return;
    }
    draft.step(id.clone(), Change::StartContainer, because, Risk::None, &wanted.needs);
}

/// Why the container cannot start in this wave: a boot dependency that has not answered, a resource not yet known.
fn unmet(wanted: &Container, live: &Live, draft: &Draft) -> Option<String> {
    for (dependency, condition) in &wanted.after {
        if draft.changes(&ResourceId::Container(dependency.clone()))
            || !reached(live.containers.get(dependency), *condition)
        {
            let state = match condition {
                Condition::Ready => "ready",
                Condition::Done => "done",
            };
            return Some(format!("`{dependency}` is not {state} yet"));
        }
    }
    let secrets = wanted.secrets().map(|name| ResourceId::Secret(name.to_string()));
    let deferred = wanted.needs.iter().cloned().chain(secrets).find(|need| draft.is_deferred(need))?;
    Some(format!("needs {deferred}, which is not known yet"))
}

fn reached(dependency: Option<&LiveContainer>, condition: Condition) -> bool {
    let Some(dependency) = dependency else { return false };
    match condition {
        Condition::Ready => dependency.state == ContainerState::Running && dependency.readiness == Readiness::Ready,
        Condition::Done => matches!(dependency.state, ContainerState::Exited { exit_code: 0, .. }),
    }
}
