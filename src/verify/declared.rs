//! What the file declares against what was observed: readiness of containers, and the plan read as verdicts.

use std::collections::{BTreeMap, BTreeSet};

use super::stage::{Kind, Stage};
use crate::blueprint::Ready;
use crate::live::{ContainerState, Live, LiveContainer, Observed};
use crate::plan::change::Change;
use crate::plan::{Plan, Step};
use crate::topology::resource::{Container, Lifecycle, ResourceId, Topology};

const MEND: &str = "run `sparkflow up`";

/// One stage per container that should answer.
#[must_use]
pub(super) fn ready(topology: &Topology, live: &Live) -> Vec<Stage> {
    let services = topology.containers.iter().filter(|(_, container)| container.lifecycle != Lifecycle::Keeper);
    services.map(|(name, wanted)| container(name, wanted, live.containers.get(name))).collect()
}

fn container(name: &str, wanted: &Container, found: Option<&LiveContainer>) -> Stage {
    let id = ResourceId::Container(name.to_string()).to_string();
    let look = format!("see `sparkflow logs {name}`, then {MEND}");
    let failed = |seen: String| Stage::failed(Kind::Ready, &id, seen, &look);
    let Some(found) = found else { return Stage::failed(Kind::Ready, &id, "not there", MEND) };
    // What runs in it is judged as the job; the container is there.
    let is_job = matches!(wanted.ready, Ready::SparkApplication { .. });
    match &found.state {
        ContainerState::Running if !found.connected => failed("not connected to the project's network".to_string()),
        ContainerState::Running if is_job => Stage::ok(Kind::Ready, &id, "running"),
        ContainerState::Restarting { .. } if is_job => Stage::not_proven(Kind::Ready, &id, state(&found.state)),
        ContainerState::Running => match found.readiness.obstacle() {
            None => Stage::ok(Kind::Ready, &id, "ready"),
            Some(why) => failed(why.to_string()),
        },
        ContainerState::Exited { exit_code: 0, .. } if wanted.lifecycle == Lifecycle::Once => {
            Stage::ok(Kind::Ready, &id, "done")
        }
        other => failed(state(other)),
    }
}

/// A container's state, in words.
#[must_use]
pub(super) fn state(state: &ContainerState) -> String {
    let memory = |out_of_memory: bool| if out_of_memory { ", out of its memory limit" } else { "" };
    match state {
        ContainerState::Created => "created, not started".to_string(),
        ContainerState::Running => "running".to_string(),
        ContainerState::Paused => "paused".to_string(),
        ContainerState::Restarting { exit_code, out_of_memory } => {
            format!("restarting after exit code {exit_code}{}", memory(*out_of_memory))
        }
        ContainerState::Exited { exit_code, out_of_memory } => {
            format!("exited with {exit_code}{}", memory(*out_of_memory))
        }
    }
}

/// One stage per declared resource, and one for everything else the plan would do.
#[must_use]
pub(super) fn resources(topology: &Topology, live: &Live, plan: &Plan) -> Vec<Stage> {
    let mut odd = odd(&topology.containers, plan);
    let mut stages: Vec<Stage> = listed(topology)
        .into_iter()
        .map(|id| odd.remove(&id).unwrap_or_else(|| read_back(&id, topology, live)))
        .collect();
    // What is not ready was said above, once.
    let silent: BTreeSet<ResourceId> = topology.containers.keys().cloned().map(ResourceId::Container).collect();
    let missing = |id: &ResourceId| {
        plan.steps.iter().any(|step| step.resource == *id) || plan.blocked.iter().any(|one| one.resource == *id)
    };
    stages.extend(odd.into_iter().filter(|(id, _)| !silent.contains(id) || missing(id)).map(|(_, stage)| stage));
    stages
}

fn odd(containers: &BTreeMap<String, Container>, plan: &Plan) -> BTreeMap<ResourceId, Stage> {
    let mut odd = BTreeMap::new();
    let failed = |id: &ResourceId, seen: String, next: &str| Stage::failed(Kind::Resources, id.to_string(), seen, next);
    for blocked in &plan.blocked {
        odd.entry(blocked.resource.clone())
            .or_insert_with(|| failed(&blocked.resource, blocked.why.clone(), &blocked.fix));
    }
    for step in &plan.steps {
        let seen = format!("{}: {}", step.change.describe(), step.because);
        let id = concerned(containers, step);
        odd.entry(id.clone()).or_insert_with(|| failed(&id, seen, MEND));
    }
    for deferred in &plan.deferred {
        odd.entry(deferred.resource.clone()).or_insert_with(|| failed(&deferred.resource, deferred.why.clone(), MEND));
    }
    odd
}

/// What is not as it should be. A password that is not in force is the service's fault; the secret itself is there.
fn concerned(containers: &BTreeMap<String, Container>, step: &Step) -> ResourceId {
    let takes = |container: &Container| matches!(&container.ready, Ready::Cassandra { password_secret, .. } if step.resource == ResourceId::Secret(password_secret.clone()));
    match containers.iter().find(|(_, container)| takes(container)) {
        Some((container, _)) if step.change == Change::SetPassword => ResourceId::Container(container.clone()),
        _ => step.resource.clone(),
    }
}

fn listed(topology: &Topology) -> Vec<ResourceId> {
    let mut ids = Vec::new();
    if !topology.published.files.is_empty() {
        ids.push(ResourceId::Files);
    }
    ids.extend(topology.topics.keys().cloned().map(ResourceId::Topic));
    ids.extend(topology.keyspaces.keys().cloned().map(ResourceId::Keyspace));
    ids.extend(topology.tables.keys().cloned().map(ResourceId::Table));
    ids.extend(topology.connections.keys().cloned().map(ResourceId::Connection));
    ids.extend(topology.dags.keys().cloned().map(ResourceId::Dag));
    ids
}

/// What the service said about a resource the plan leaves alone.
fn read_back(id: &ResourceId, topology: &Topology, live: &Live) -> Stage {
    let seen = evidence(id, topology, live);
    Stage::ok(Kind::Resources, id.to_string(), seen.unwrap_or_else(|| "as declared".to_string()))
}

fn evidence(id: &ResourceId, topology: &Topology, live: &Live) -> Option<String> {
    match (id, &live.kafka, &live.cassandra, &live.airflow) {
        (ResourceId::Files, ..) => Some(format!("{} files, as rendered", topology.published.files.len())),
        (ResourceId::Topic(name), Observed::Known(topics), ..) => {
            let topic = topics.get(name)?;
            Some(format!("{} partitions, replication {}", topic.partitions, topic.replication))
        }
        (ResourceId::Keyspace(name), _, Observed::Known(state), _) => {
            Some(format!("replication {}", state.keyspaces.get(name)?))
        }
        (ResourceId::Table(name), _, Observed::Known(state), _) => {
            let table = state.tables.get(name)?;
            let key: Vec<&str> = table.partition_key.iter().chain(&table.clustering_key).map(String::as_str).collect();
            Some(format!("{} columns, key {}", table.columns.len(), key.join(", ")))
        }
        (ResourceId::Connection(name), .., Observed::Known(state)) => {
            let connection = state.connections.get(name)?;
            let port = connection.port.map(|port| format!(":{port}")).unwrap_or_default();
            Some(format!("{} {}{port}", connection.kind, connection.host))
        }
        (ResourceId::Dag(name), .., Observed::Known(state)) => {
            let dag = state.dags.get(name)?;
            Some(if dag.paused { "parsed, paused".to_string() } else { "parsed, enabled".to_string() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Readiness;
    use crate::plan::change::Change;
    use crate::plan::{Deferred, Risk, Step};
    use crate::verify::stage::State;

    fn wanted(lifecycle: Lifecycle) -> Container {
        Container {
            service: "s".to_string(),
            image: "i".to_string(),
            command: Vec::new(),
            user: String::new(),
            env: BTreeMap::new(),
            after: BTreeMap::new(),
            files: BTreeMap::new(),
            mounts: BTreeMap::new(),
            ports: BTreeMap::new(),
            memory: 0,
            pids: 0,
            tmpfs: Vec::new(),
            stop_seconds: 0,
            lifecycle,
            ready: Ready::Running {},
            needs: BTreeSet::new(),
            uses: BTreeSet::new(),
            serves: None,
        }
    }

    #[test]
    fn running_is_not_ready() {
        let found = LiveContainer::of(ContainerState::Running, Readiness::Waiting("no answer".to_string()));
        let stage = container("kafka", &wanted(Lifecycle::Service), Some(&found));
        assert_eq!((stage.state, stage.seen.as_str()), (State::Failed, "no answer"));
        assert_eq!(stage.name, "container/kafka");
    }

    #[test]
    fn a_migration_that_ended_well_is_done_and_a_service_that_ended_is_not() {
        let ended = ContainerState::Exited { exit_code: 0, out_of_memory: false };
        let found = LiveContainer::of(ended, Readiness::Waiting("not asked".to_string()));
        assert_eq!(container("init", &wanted(Lifecycle::Once), Some(&found)).state, State::Ok);
        assert_eq!(container("kafka", &wanted(Lifecycle::Service), Some(&found)).state, State::Failed);
        assert_eq!(container("kafka", &wanted(Lifecycle::Service), None).state, State::Failed);
    }

    #[test]
    fn a_job_that_is_restarted_again_and_again_is_judged_as_the_job() {
        let job = Container { ready: Ready::SparkApplication { name: "a".to_string() }, ..wanted(Lifecycle::Service) };
        let state = ContainerState::Restarting { exit_code: 1, out_of_memory: false };
        let found = LiveContainer::of(state, Readiness::Waiting("not asked".to_string()));
        assert_eq!(container("job-a", &job, Some(&found)).state, State::NotProven);
        assert_eq!(container("kafka", &wanted(Lifecycle::Service), Some(&found)).state, State::Failed);
    }

    #[test]
    fn a_container_outside_of_the_network_is_not_ready() {
        let alone = LiveContainer { connected: false, ..LiveContainer::of(ContainerState::Running, Readiness::Ready) };
        assert_eq!(container("kafka", &wanted(Lifecycle::Service), Some(&alone)).state, State::Failed);
    }

    #[test]
    fn every_step_and_every_wait_is_a_failing_stage_with_its_name() {
        let topic = ResourceId::Topic("t".to_string());
        let dag = ResourceId::Dag("d".to_string());
        let step = Step {
            resource: topic.clone(),
            change: Change::CreateTopic,
            because: "not there".to_string(),
            keys: Vec::new(),
            after: Vec::new(),
            risk: Risk::None,
        };
        let deferred = Deferred { resource: dag.clone(), why: "airflow-api is not running".to_string() };
        let plan = Plan { steps: vec![step], deferred: vec![deferred], ..Plan::default() };
        let odd = odd(&BTreeMap::new(), &plan);
        assert_eq!(odd[&topic].seen, "create: not there");
        assert_eq!(odd[&dag].name, "dag/d");
        assert!(odd.values().all(|stage| stage.state == State::Failed && stage.next.is_some()));
    }
}
