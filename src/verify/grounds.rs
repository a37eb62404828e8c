//! What each stage stands on, read from the topology and the pipeline.
//!
//! Pure. A stage is a node, apart by what it says of its resource: that it is there and answers, that its records balance,
//! that a record passes it. Whom that makes the cause, `blame` says.

use std::collections::{BTreeMap, BTreeSet};

use super::reach::stage_name;
use super::skew;
use super::stage::{Kind, Stage, State};
use crate::blueprint::Ready;
use crate::ingest::task::dead_letter_topic;
use crate::model::pipeline::{Action, Job, Pipeline};
use crate::topology::build::KEEPER;
use crate::topology::resource::{Container, ResourceId, Topology};
use crate::topology::{data, jobs};

/// What a stage says of its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Aspect {
    /// It is there, as declared, and answers.
    Stands,
    /// What went through it before is complete.
    Balances,
    /// What goes through it now arrives.
    Passes,
}

impl Aspect {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Ready | Kind::Resources | Kind::Versions => Self::Stands,
            Kind::Counts => Self::Balances,
            Kind::Trace => Self::Passes,
        }
    }
}

pub(super) type Node = (Aspect, String);

/// The nodes, and what each stands on at first hand.
#[derive(Debug, Default)]
pub struct Grounds {
    causes: BTreeMap<Node, BTreeSet<Node>>,
}

impl Grounds {
    #[must_use]
    pub fn new(topology: &Topology, pipeline: &Pipeline) -> Self {
        let mut grounds = Self::default();
        for (name, one) in topology.containers.iter().filter(|(name, _)| *name != KEEPER) {
            grounds.container(topology, name, one);
        }
        grounds.resources(topology);
        for (name, job) in &pipeline.jobs {
            grounds.job(topology, pipeline, name, job);
        }
        grounds.topics(pipeline);
        grounds.schedules(topology, pipeline);
        grounds
    }

    fn container(&mut self, topology: &Topology, name: &str, one: &Container) {
        let node = stands(container(name));
        self.add(&node, [stands("network")]);
        let images = topology.images.iter().filter(|(_, image)| image.tag == one.image);
        self.add(&node, images.map(|(image, _)| stands(ResourceId::Image(image.clone()))));
        self.add(&node, one.mounts.keys().map(|volume| stands(ResourceId::Volume(volume.clone()))));
        self.add(&node, one.secrets().map(|secret| stands(ResourceId::Secret(secret.to_string()))));
        self.add(&node, one.after.keys().map(|other| stands(container(other))));
        self.add(&node, one.needs.iter().cloned().map(stands));
        // Whether it lives is asked of another one.
        let through = match &one.ready {
            Ready::AirflowHeartbeat { .. } => named(topology, |ready| matches!(ready, Ready::AirflowApi { .. })),
            Ready::SparkWorker { .. } => named(topology, |ready| matches!(ready, Ready::SparkMaster { .. })),
            _ => Vec::new(),
        };
        self.add(&node, through.into_iter().map(|other| stands(container(other))));
        for server in one.uses.iter().filter(|server| topology.containers.contains_key(*server)) {
            let way = stands(stage_name(server, name));
            self.add(&way, [stands(container(server))]);
            self.add(&node, [way]);
        }
        if matches!(one.ready, Ready::Kafka { .. }) {
            self.add(&stands(stage_name(name, "host")), [node]);
        }
    }

    fn resources(&mut self, topology: &Topology) {
        let keeper = || [stands(container(KEEPER))];
        self.add(&stands(ResourceId::Files), keeper());
        for secret in topology.secrets.keys() {
            self.add(&stands(ResourceId::Secret(secret.clone())), keeper());
        }
        for file in topology.published.files.values() {
            if let ResourceId::File(_) = &file.owner {
                self.add(&stands(file.owner.clone()), [stands(ResourceId::Files)]);
            }
        }
        for kafka in named(topology, |ready| matches!(ready, Ready::Kafka { .. })) {
            for topic in topology.topics.keys() {
                self.add(&stands(ResourceId::Topic(topic.clone())), [stands(stage_name(kafka, "host"))]);
            }
        }
        for cassandra in named(topology, |ready| matches!(ready, Ready::Cassandra { .. })) {
            for keyspace in topology.keyspaces.keys() {
                self.add(&stands(ResourceId::Keyspace(keyspace.clone())), [stands(container(cassandra))]);
            }
        }
        for (id, table) in &topology.tables {
            let keyspace = ResourceId::Keyspace(table.keyspace.clone());
            self.add(&stands(ResourceId::Table(id.clone())), [stands(keyspace)]);
        }
        for api in named(topology, |ready| matches!(ready, Ready::AirflowApi { .. })) {
            for connection in topology.connections.keys() {
                self.add(&stands(ResourceId::Connection(connection.clone())), [stands(container(api))]);
            }
            let service = topology.containers.get(api).map(|api| api.service.as_str());
            let own = topology.containers.iter().filter(|(_, one)| Some(one.service.as_str()) == service);
            let airflow: Vec<Node> = own.map(|(name, _)| stands(container(name))).collect();
            for dag in topology.dags.keys() {
                self.add(&stands(ResourceId::Dag(dag.clone())), airflow.iter().cloned());
                self.add(&stands(ResourceId::Dag(dag.clone())), [stands(ResourceId::Files)]);
            }
        }
    }

    fn job(&mut self, topology: &Topology, pipeline: &Pipeline, name: &str, job: &Job) {
        let id = format!("job/{name}");
        let own = jobs::container_name(name);
        self.add(&stands(&id), jobs::needs(pipeline, job).into_iter().map(stands));
        if topology.containers.contains_key(&own) {
            self.add(&stands(&id), [stands(container(&own))]);
        }
        for (other, one) in &topology.containers {
            if matches!(one.ready, Ready::SparkWorker { .. } | Ready::SparkMaster { .. }) {
                self.add(&stands(&id), [stands(container(other)), stands(stage_name(&own, other))]);
            }
        }
        for aspect in [Aspect::Passes, Aspect::Balances] {
            let node = (aspect, id.clone());
            self.add(&node, [stands(&id), stands(skew::NAME)]);
            let topics = job.reads.iter().filter(|read| pipeline.topics.contains_key(*read));
            self.add(&node, topics.map(|topic| (aspect, format!("topic/{topic}"))));
            for sink in job.writes.iter().filter_map(|sink| pipeline.sinks.get(sink)) {
                let table = ResourceId::Table(data::table_name(sink)).to_string();
                self.add(&(aspect, table.clone()), [stands(&table), node.clone()]);
            }
        }
        // What was lost is lost because nothing passes, where that is so.
        self.add(&(Aspect::Balances, id.clone()), [(Aspect::Passes, id)]);
    }

    fn topics(&mut self, pipeline: &Pipeline) {
        for (name, source) in &pipeline.sources {
            let passes = (Aspect::Passes, format!("source/{name}"));
            if source.replay.is_some() {
                self.add(&passes, [stands(container("replay"))]);
            }
            self.add(&(Aspect::Balances, format!("source/{name}")), [passes.clone()]);
            // A tracer needs no source; a record that was to come does.
            self.add(&(Aspect::Balances, format!("topic/{}", source.to)), [passes]);
        }
        for name in pipeline.topics.keys() {
            let letters = dead_letter_topic(name);
            for aspect in [Aspect::Passes, Aspect::Balances] {
                for topic in [name, &letters] {
                    let id = format!("topic/{topic}");
                    self.add(&(aspect, id.clone()), [stands(id), stands(skew::NAME)]);
                }
            }
            let readers = pipeline.jobs.iter().filter(|(_, job)| job.stream.is_some() && job.reads.contains(name));
            let readers: Vec<Node> = readers.map(|(job, _)| stands(format!("job/{job}"))).collect();
            self.add(&(Aspect::Balances, format!("topic/{letters}")), readers);
        }
    }

    fn schedules(&mut self, topology: &Topology, pipeline: &Pipeline) {
        for (name, schedule) in &pipeline.schedules {
            let id = format!("dag/{name}");
            let connection = ResourceId::Connection(schedule.connection.clone());
            for aspect in [Aspect::Passes, Aspect::Balances] {
                let node = (aspect, id.clone());
                self.add(&node, [stands(&id)]);
                if topology.connections.contains_key(&schedule.connection) {
                    self.add(&node, [stands(connection.clone())]);
                }
                for task in &schedule.tasks {
                    self.task(pipeline, &node, &task.action);
                }
            }
        }
    }

    /// What a run of a schedule stands on, and what stands on it.
    fn task(&mut self, pipeline: &Pipeline, node: &Node, action: &Action) {
        match action {
            Action::Print(_) => {}
            Action::Ingest { source, .. } => {
                let id = format!("source/{source}");
                self.add(node, [(Aspect::Passes, id.clone()), (Aspect::Balances, id)]);
                let topic = pipeline.sources.get(source).map(|source| format!("topic/{}", source.to));
                self.add(node, topic.map(stands));
            }
            Action::Job(job) => {
                let id = format!("job/{job}");
                self.add(node, [stands(&id), (Aspect::Passes, id.clone())]);
                // The last run of the one was the last run of the other, and the schedule's says which task it was.
                self.add(&(Aspect::Balances, id), [(Aspect::Passes, node.1.clone())]);
                // What a run was to bring is not there where it failed.
                let sinks = pipeline.jobs.get(job).into_iter().flat_map(|job| &job.writes);
                for sink in sinks.filter_map(|sink| pipeline.sinks.get(sink)) {
                    let table = ResourceId::Table(data::table_name(sink)).to_string();
                    self.add(&(Aspect::Balances, table), [node.clone()]);
                }
            }
        }
    }

    fn add(&mut self, node: &Node, causes: impl IntoIterator<Item = Node>) {
        let known = self.causes.entry(node.clone()).or_default();
        known.extend(causes.into_iter().filter(|cause| cause != node));
    }

    /// Everything a node stands on, near and far.
    fn below(&self, node: &Node) -> BTreeSet<&Node> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&Node> = self.causes.get(node).into_iter().flatten().collect();
        while let Some(next) = open.pop() {
            if found.insert(next) {
                open.extend(self.causes.get(next).into_iter().flatten());
            }
        }
        found
    }

    /// The deepest of the failing nodes that this one stands on.
    pub(super) fn cause<'f>(&self, node: &Node, failed: &'f BTreeSet<Node>) -> Option<&'f Node> {
        let below = self.below(node);
        let mut broken = failed.iter().filter(|one| below.contains(one));
        broken.find(|cause| self.below(cause).into_iter().all(|deeper| !failed.contains(deeper)))
    }

    /// Nodes that stand on themselves: with one of these no cause could be told.
    #[must_use]
    pub fn circles(&self) -> Vec<String> {
        let nodes = self.causes.keys().filter(|node| self.below(node).contains(node));
        nodes.map(|(aspect, name)| format!("{name} {aspect:?}")).collect()
    }
}

/// What failed, as nodes.
#[must_use]
pub(super) fn failed(stages: &[Stage]) -> BTreeSet<Node> {
    stages.iter().filter(|stage| stage.state == State::Failed).map(node).collect()
}

pub(super) fn node(stage: &Stage) -> Node {
    (Aspect::of(stage.kind), stage.name.clone())
}

fn stands(id: impl Into<String>) -> Node {
    (Aspect::Stands, id.into())
}

fn container(name: &str) -> ResourceId {
    ResourceId::Container(name.to_string())
}

fn named(topology: &Topology, is_it: impl Fn(&Ready) -> bool) -> Vec<&str> {
    let found = topology.containers.iter().filter(|(_, one)| is_it(&one.ready));
    found.map(|(name, _)| name.as_str()).collect()
}
