//! What somebody means by a name: the containers whose output matters for it, and the DAGs that run it.

use std::collections::BTreeSet;

use crate::model::pipeline::{Action, Pipeline};
use crate::topology::data::{table_name, with_dead_letters};
use crate::topology::jobs::container_name;
use crate::topology::resource::{Lifecycle, Topology};

/// What is asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    pub containers: BTreeSet<String>,
    pub dags: BTreeSet<String>,
    /// Sources, topics, jobs, tables and what they need, as plans and proofs name them.
    pub data: BTreeSet<String>,
}

impl Scope {
    /// Whether a difference of the plan, or a stage of `verify`, belongs to what is asked about. Some belong to everything.
    #[must_use]
    pub fn is_about(&self, stage: &str) -> bool {
        let is_own = |name: &str| {
            let container = name.strip_prefix("container/").unwrap_or(name);
            let dag = name.strip_prefix("dag/").unwrap_or_default();
            self.containers.contains(container) || self.dags.contains(dag) || self.data.contains(name)
        };
        stage == "clock" || stage == "files" || stage.starts_with("secret/") || stage.split(" from ").any(is_own)
    }
}

/// What a name stands for; `None` where nothing of the pipeline is called so.
///
/// A kind may stand in front: `topic/orders`. Without one, all kinds are looked through.
#[must_use]
pub fn of(pipeline: &Pipeline, topology: &Topology, name: &str) -> Option<Scope> {
    let (kind, own) = name.split_once('/').map_or((None, name), |(kind, own)| (Some(kind), own));
    let is = |word: &str| kind.is_none_or(|kind| kind == word);
    let mut scope = Scope::default();
    let mut known = false;
    for (container, wanted) in &topology.containers {
        let called = (is("container") && container == own) || (is("service") && wanted.service == own);
        if called && wanted.lifecycle != Lifecycle::Keeper {
            scope.containers.insert(container.clone());
            known = true;
        }
    }
    if is("job") && pipeline.jobs.contains_key(own) {
        add_job(pipeline, topology, own, &mut scope);
        known = true;
    }
    if (is("schedule") || is("dag")) && pipeline.schedules.contains_key(own) {
        add_schedule(topology, own, &mut scope);
        known = true;
    }
    if let Some(source) = pipeline.sources.get(own).filter(|_| is("source")) {
        scope.data.extend([format!("source/{own}"), format!("file/sources/{own}.json")]);
        add_topic(&source.to, &mut scope);
        let ingests = |action: &Action| matches!(action, Action::Ingest { source, .. } if source == own);
        add_services(topology, &["replay", "kafka"], &mut scope);
        add_schedules_that(pipeline, topology, &ingests, &mut scope);
        known = true;
    }
    if is("topic") && pipeline.topics.contains_key(own) {
        add_topic(own, &mut scope);
        add_services(topology, &["kafka"], &mut scope);
        add_jobs_of(pipeline, topology, own, &mut scope);
        known = true;
    }
    for (sink_name, sink) in &pipeline.sinks {
        if (is("table") || is("sink")) && (sink_name == own || table_name(sink) == own) {
            scope.data.extend([format!("table/{}", table_name(sink)), format!("keyspace/{}", sink.keyspace)]);
            add_services(topology, &["cassandra"], &mut scope);
            add_jobs_of(pipeline, topology, sink_name, &mut scope);
            known = true;
        }
    }
    known.then_some(scope)
}

fn add_topic(topic: &str, scope: &mut Scope) {
    scope.data.extend(with_dead_letters(topic).map(|name| format!("topic/{name}")));
}

fn add_job(pipeline: &Pipeline, topology: &Topology, job: &str, scope: &mut Scope) {
    scope.data.insert(format!("job/{job}"));
    let container = container_name(job);
    if topology.containers.contains_key(&container) {
        scope.containers.insert(container);
    }
    let runs = |action: &Action| matches!(action, Action::Job(name) if name == job);
    add_schedules_that(pipeline, topology, &runs, scope);
}

fn add_jobs_of(pipeline: &Pipeline, topology: &Topology, data: &str, scope: &mut Scope) {
    for (name, job) in &pipeline.jobs {
        if job.reads.iter().chain(&job.writes).any(|one| one == data) {
            add_job(pipeline, topology, name, scope);
        }
    }
}

fn add_schedules_that(pipeline: &Pipeline, topology: &Topology, wanted: &dyn Fn(&Action) -> bool, scope: &mut Scope) {
    for (name, schedule) in &pipeline.schedules {
        if schedule.tasks.iter().any(|task| wanted(&task.action)) {
            add_schedule(topology, name, scope);
        }
    }
}

fn add_schedule(topology: &Topology, name: &str, scope: &mut Scope) {
    scope.dags.insert(name.to_string());
    scope.data.extend(topology.connections.keys().map(|connection| format!("connection/{connection}")));
    add_services(topology, &["airflow"], scope);
}

fn add_services(topology: &Topology, services: &[&str], scope: &mut Scope) {
    let named = topology.containers.iter().filter(|(_, wanted)| services.contains(&wanted.service.as_str()));
    let running = named.filter(|(_, wanted)| wanted.lifecycle == Lifecycle::Service);
    scope.containers.extend(running.map(|(name, _)| name.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_about_is_told_from_the_rest_by_any_of_its_names() {
        let texts = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
        let scope = Scope {
            containers: texts(&["kafka", "job-keep"]),
            dags: texts(&["nightly"]),
            data: texts(&["job/keep", "topic/orders"]),
        };
        for own in
            ["container/kafka", "kafka from airflow-scheduler", "dag/nightly", "job/keep", "topic/orders", "clock"]
        {
            assert!(scope.is_about(own), "{own}");
        }
        for other in ["container/cassandra", "dag/hourly", "job/count", "topic/orders.dlq", "table/shop.orders"] {
            assert!(!scope.is_about(other), "{other}");
        }
    }
}
