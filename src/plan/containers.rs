//! Containers: created when absent, replaced when they are not as declared, started when stopped, resumed when paused.

use crate::blueprint::{Condition, Ready};
use crate::live::{ContainerState, Live, LiveContainer, Observed, Readiness};
use crate::plan::Risk;
use crate::plan::cause::{Cause, KeyChange, differences};
use crate::plan::change::Change;
use crate::plan::draft::Draft;
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

/// What a service holds, or why that cannot be changed in this wave. A container that is about to be replaced takes no changes.
pub(super) fn held<'a, T>(
    name: &str,
    observed: &'a Observed<T>,
    topology: &Topology,
    live: &Live,
    draft: &Draft,
) -> Result<&'a T, String> {
    match observed {
        Observed::Waiting(why) => Err(why.clone()),
        Observed::Known(_) if is_replaced(name, topology, live, draft) => Err(format!("`{name}` is made anew first")),
        Observed::Known(value) => Ok(value),
    }
}

/// Whether a container that is there will be removed, because it is not as declared or the file no longer asks for it.
fn is_replaced(name: &str, topology: &Topology, live: &Live, draft: &Draft) -> bool {
    let Some(existing) = live.containers.get(name) else { return false };
    topology.containers.get(name).is_none_or(|wanted| replacement(wanted, existing, topology, live, draft).is_some())
}

/// Why a container that is there has to be made anew.
fn replacement(
    wanted: &Container,
    existing: &LiveContainer,
    topology: &Topology,
    live: &Live,
    draft: &Draft,
) -> Option<Cause> {
    if existing.fingerprint != wanted.fingerprint() {
        return Some(redeclared(wanted, existing));
    }
    if let Some(because) = image_made_anew(wanted, existing, live) {
        return Some(because.into());
    }
    if wanted.lifecycle == Lifecycle::Keeper {
        return None;
    }
    if let Some(secret) = wanted.secrets().find(|secret| draft.makes_secret(secret)) {
        return Some(format!("holds secret/{secret}, which is made anew").into());
    }
    let once = wanted.lifecycle == Lifecycle::Once;
    match &existing.state {
        ContainerState::Exited { exit_code: 0, .. } if once => None,
        ContainerState::Exited { exit_code, out_of_memory } if once => {
            Some(exit_text(*exit_code, *out_of_memory).into())
        }
        // Uploads may be missing: whoever created it was interrupted before starting it.
        ContainerState::Created => Some("created but never started".into()),
        _ if !live.network => Some("its network is gone".into()),
        ContainerState::Running | ContainerState::Paused if !existing.connected => {
            Some("not connected to the network".into())
        }
        ContainerState::Running => match &existing.readiness {
            Readiness::Over(why) => Some(why.clone().into()),
            _ => cut_off(wanted, existing, topology, live, draft).map(Cause::from),
        },
        _ => None,
    }
}

/// A driver whose master has ended: Spark lets it wait for that one, without executors, and never takes it to another. (Spark's
/// standalone mode without recovery; `StandaloneAppClient` waits "for master to reconnect".)
fn cut_off(
    wanted: &Container,
    existing: &LiveContainer,
    topology: &Topology,
    live: &Live,
    draft: &Draft,
) -> Option<String> {
    if !matches!(wanted.ready, Ready::SparkApplication { .. }) {
        return None;
    }
    let mut masters =
        topology.containers.iter().filter(|(_, container)| matches!(container.ready, Ready::SparkMaster { .. }));
    let (master, _) = masters.find(|(master, declared)| {
        let Some(found) = live.containers.get(*master) else { return true };
        let began_later = existing.started_ms.is_some() && found.started_ms > existing.started_ms;
        began_later
            || !matches!(found.state, ContainerState::Running | ContainerState::Paused)
            || replacement(declared, found, topology, live, draft).is_some()
    })?;
    Some(format!("`{master}` began after it, and a driver does not follow its master"))
}

/// The same tag stands for another image since: `build --pull`, or somebody pulled it.
fn image_made_anew(wanted: &Container, existing: &LiveContainer, live: &Live) -> Option<String> {
    let (before, now) = (existing.image_id.as_ref()?, live.images.get(&wanted.image)?);
    (before != now).then(|| format!("`{}` was made anew: {} -> {}", wanted.image, short(before), short(now)))
}

/// As much of an image's id as engines show.
fn short(id: &str) -> &str {
    let hash = id.rsplit(':').next().unwrap_or(id);
    hash.get(..12).unwrap_or(hash)
}

/// Key by key, where the container says what it was made from.
fn redeclared(wanted: &Container, existing: &LiveContainer) -> Cause {
    let keys = differences(&existing.declaration, &wanted.declaration());
    if !existing.declaration.is_empty() && !keys.is_empty() {
        return keys.into();
    }
    if existing.image == wanted.image {
        return "its declaration changed".into();
    }
    vec![KeyChange::new("image", Some(existing.image.clone()), Some(wanted.image.clone()))].into()
}

fn one(name: &str, wanted: &Container, topology: &Topology, live: &Live, draft: &mut Draft) {
    let id = ResourceId::Container(name.to_string());
    let Some(existing) = live.containers.get(name) else {
        create(&id, wanted, topology, live, draft, &"not there".into());
        return;
    };
    if let Some(because) = replacement(wanted, existing, topology, live, draft) {
        draft.step(id.clone(), Change::RemoveContainer, because.clone(), Risk::Restart, []);
        create(&id, wanted, topology, live, draft, &because);
        return;
    }
    if wanted.lifecycle == Lifecycle::Keeper {
        return;
    }
    match &existing.state {
        // What is not as it should be was replaced above.
        ContainerState::Created => {}
        ContainerState::Exited { .. } if wanted.lifecycle == Lifecycle::Once => {}
        ContainerState::Exited { exit_code, out_of_memory } => {
            start(&id, wanted, topology, live, draft, exit_text(*exit_code, *out_of_memory));
        }
        ContainerState::Restarting { exit_code, out_of_memory } => {
            draft.defer(id, format!("{} and is being restarted", exit_text(*exit_code, *out_of_memory)));
        }
        ContainerState::Paused => draft.step(id, Change::ResumeContainer, "is paused", Risk::None, []),
        ContainerState::Running => match (&existing.readiness, &wanted.ready) {
            // What is over was replaced above.
            (Readiness::Over(_), _) => {}
            (Readiness::DefaultLogin, Ready::Cassandra { password_secret, .. }) => {
                let secret = ResourceId::Secret(password_secret.clone());
                if draft.is_deferred(&secret) {
                    return draft
                        .defer(id, "it answers to the login it was born with, and its secret is not known yet");
                }
                draft.step(secret, Change::SetPassword, "the password it was born with is in force", Risk::None, []);
            }
            (readiness, _) => {
                if let Some(why) = readiness.obstacle() {
                    draft.defer(id, why);
                }
            }
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

fn create(id: &ResourceId, wanted: &Container, topology: &Topology, live: &Live, draft: &mut Draft, because: &Cause) {
    // Creation waits for what the start waits for, so that "created" always means "interrupted".
    if let Some(why) = unmet(wanted, topology, live, draft) {
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
    draft.step(id.clone(), Change::CreateContainer, because.clone(), Risk::None, &needs);
    if wanted.lifecycle != Lifecycle::Keeper {
        draft.step(id.clone(), Change::StartContainer, because.clone(), Risk::None, []);
    }
}

fn start(id: &ResourceId, wanted: &Container, topology: &Topology, live: &Live, draft: &mut Draft, because: String) {
    if let Some(why) = unmet(wanted, topology, live, draft) {
        draft.defer(id.clone(), why);
        return;
    }
    draft.step(id.clone(), Change::StartContainer, because, Risk::None, &wanted.needs);
}

/// Why the container cannot start in this wave: a boot dependency that has not answered, a resource not yet known.
fn unmet(wanted: &Container, topology: &Topology, live: &Live, draft: &Draft) -> Option<String> {
    for (dependency, condition) in &wanted.after {
        // A dependency whose turn comes later in this plan may be about to go.
        if draft.changes(&ResourceId::Container(dependency.clone()))
            || is_replaced(dependency, topology, live, draft)
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
        Condition::Ready => {
            dependency.state == ContainerState::Running
                && matches!(dependency.readiness, Readiness::Ready | Readiness::Running)
        }
        Condition::Done => matches!(dependency.state, ContainerState::Exited { exit_code: 0, .. }),
    }
}
