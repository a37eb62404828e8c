//! A plan that was written down, and whether the world is still the one it was made for.
//!
//! It holds no secret: declarations and files go in by hash, and what is live as it is shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Plan;
use super::change::Change;
use crate::live::{ContainerState, Live, Observed};
use crate::topology::host::Host;
use crate::topology::resource::{ResourceId, Topology, digest};

pub const FORMAT_VERSION: u32 = 1;

/// Everything that is needed to do exactly this later, or to say why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPlan {
    pub format_version: u32,
    /// Version of the program that made it.
    pub sparkflow: String,
    pub engine: String,
    pub project: String,
    /// SHA-256 of the pipeline and of every file it names, by path.
    pub files: BTreeMap<String, String>,
    /// What each resource is declared to be, by hash: the resolved pipeline.
    pub declared: BTreeMap<ResourceId, String>,
    pub host: Host,
    /// What was live of each resource that has a step.
    pub facts: BTreeMap<ResourceId, String>,
    pub plan: Plan,
}

/// Something that is not as it was when the plan was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    pub what: String,
    pub before: String,
    pub now: String,
}

impl std::fmt::Display for Drift {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {} -> {}", self.what, self.before, self.now)
    }
}

/// What a plan is made from besides what is live.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    pub version: &'a str,
    pub engine: &'a str,
    pub files: &'a BTreeMap<String, String>,
}

impl SavedPlan {
    #[must_use]
    pub fn new(plan: Plan, topology: &Topology, live: &Live, origin: Origin<'_>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            sparkflow: origin.version.to_string(),
            engine: origin.engine.to_string(),
            project: topology.project.clone(),
            files: origin.files.clone(),
            declared: declared(topology),
            host: topology.host.clone(),
            facts: facts(&plan, topology, live),
            plan,
        }
    }

    /// Everything that changed since: of the program, the engine, the files, the declarations, and of what is live of the
    /// resources the plan touches. What it does not touch may have changed.
    #[must_use]
    pub fn drift(&self, topology: &Topology, live: &Live, origin: Origin<'_>) -> Vec<Drift> {
        let mut found = Vec::new();
        let mut compare = |what: &str, before: &str, now: &str| {
            if before != now {
                found.push(Drift { what: what.to_string(), before: before.to_string(), now: now.to_string() });
            }
        };
        compare("sparkflow", &self.sparkflow, origin.version);
        compare("engine", &self.engine, origin.engine);
        compare("project", &self.project, &topology.project);
        compare("the program in images", short(&self.host.binary), short(&topology.host.binary));
        for (path, before, now) in sides(&self.files, origin.files) {
            compare(&format!("file `{path}`"), short(before), short(now));
        }
        for (id, before, now) in sides(&self.declared, &declared(topology)) {
            compare(&format!("declaration of {id}"), short(before), short(now));
        }
        for (id, before, now) in sides(&self.facts, &facts(&self.plan, topology, live)) {
            compare(&id.to_string(), before, now);
        }
        found
    }
}

/// Every key of either side with both values.
fn sides<'a, K: Ord>(
    before: &'a BTreeMap<K, String>,
    now: &'a BTreeMap<K, String>,
) -> impl Iterator<Item = (&'a K, &'a str, &'a str)> {
    let value = |map: &'a BTreeMap<K, String>, key: &K| map.get(key).map_or("not there", String::as_str);
    let added = now.keys().filter(|key| !before.contains_key(*key));
    before.keys().chain(added).map(move |key| (key, value(before, key), value(now, key)))
}

fn short(hash: &str) -> &str {
    if hash.len() == 64 { &hash[..12] } else { hash }
}

/// What every resource is declared to be, by hash.
fn declared(topology: &Topology) -> BTreeMap<ResourceId, String> {
    let mut all: BTreeMap<ResourceId, String> = BTreeMap::new();
    let mut say = |id: ResourceId, words: String| drop(all.insert(id, digest(words.as_bytes())));
    for (name, image) in &topology.images {
        say(ResourceId::Image(name.clone()), image.tag.clone());
    }
    for (name, container) in &topology.containers {
        say(ResourceId::Container(name.clone()), container.fingerprint());
    }
    say(ResourceId::Files, topology.published.hash.clone());
    for (name, topic) in &topology.topics {
        say(ResourceId::Topic(name.clone()), json(topic));
    }
    for (name, keyspace) in &topology.keyspaces {
        say(ResourceId::Keyspace(name.clone()), json(keyspace));
    }
    for (name, table) in &topology.tables {
        say(ResourceId::Table(name.clone()), json(table));
    }
    for (name, connection) in &topology.connections {
        say(ResourceId::Connection(name.clone()), json(connection));
    }
    for (name, dag) in &topology.dags {
        say(ResourceId::Dag(name.clone()), json(dag));
    }
    all
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("declarations are made of maps, lists and text")
}

/// What is live of each resource that has a step, in words that can be compared and read.
fn facts(plan: &Plan, topology: &Topology, live: &Live) -> BTreeMap<ResourceId, String> {
    let mut facts: BTreeMap<ResourceId, String> = BTreeMap::new();
    for step in &plan.steps {
        let fact = match &step.change {
            Change::PublishFile { path } => {
                let hash = live.files.known().and_then(|state| state.files.get(path));
                format!("{path} {}", hash.map_or("not there", |hash| short(hash)))
            }
            _ => fact(&step.resource, topology, live),
        };
        let known = facts.entry(step.resource.clone()).or_default();
        if !known.split("; ").any(|part| part == fact) {
            *known = if known.is_empty() { fact } else { format!("{known}; {fact}") };
        }
    }
    facts
}

fn fact(id: &ResourceId, topology: &Topology, live: &Live) -> String {
    let there = |is_there: bool| if is_there { "there" } else { "not there" }.to_string();
    match id {
        ResourceId::Image(name) => {
            let tag = topology.images.get(name).map_or(name, |image| &image.tag);
            there(live.images.contains_key(tag))
        }
        ResourceId::Network => there(live.network),
        ResourceId::Volume(name) => there(live.volumes.contains(name)),
        ResourceId::Container(name) => container(name, live),
        ResourceId::Secret(name) => seen(&live.secrets, |secrets| Some(json(secrets.get(name)?))),
        ResourceId::Files => seen(&live.files, |files| files.current.clone()),
        ResourceId::File(_) | ResourceId::Job(_) => "there".to_string(),
        ResourceId::Topic(name) => seen(&live.kafka, |topics| {
            let topic = topics.get(name)?;
            let wanted = topology.topics.get(name)?;
            let config = wanted
                .config
                .keys()
                .map(|key| format!(", {key} {}", topic.config.get(key).map_or("unset", String::as_str)));
            let words = format!("partitions {}, replication {}", topic.partitions, topic.replication);
            Some(words + &config.collect::<String>())
        }),
        ResourceId::Keyspace(name) => {
            seen(&live.cassandra, |state| Some(format!("replication {}", state.keyspaces.get(name)?)))
        }
        ResourceId::Table(name) => seen(&live.cassandra, |state| Some(json(state.tables.get(name)?))),
        ResourceId::Connection(name) => seen(&live.airflow, |state| Some(json(state.connections.get(name)?))),
        ResourceId::Dag(name) => seen(&live.airflow, |state| {
            Some(if state.dags.get(name)?.paused { "paused" } else { "enabled" }.to_string())
        }),
    }
}

fn seen<T>(observed: &Observed<T>, fact: impl FnOnce(&T) -> Option<String>) -> String {
    match observed {
        Observed::Waiting(_) => "not known".to_string(),
        Observed::Known(state) => fact(state).unwrap_or_else(|| "not there".to_string()),
    }
}

/// The container itself, not how it feels: a readiness that comes and goes is no change of the world.
fn container(name: &str, live: &Live) -> String {
    let Some(found) = live.containers.get(name) else { return "not there".to_string() };
    let state = match &found.state {
        ContainerState::Created => "created".to_string(),
        ContainerState::Running | ContainerState::Restarting { .. } => "running".to_string(),
        ContainerState::Paused => "paused".to_string(),
        ContainerState::Exited { exit_code, .. } => format!("exited with {exit_code}"),
    };
    let connected = if found.connected { "" } else { ", not connected" };
    let id: String = found.id.chars().take(12).collect();
    format!("{id} of {}, {state}{connected}", found.fingerprint)
}
