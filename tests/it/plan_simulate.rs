//! Replays a plan onto a world, one arm per change. A step that an engine or a service would refuse panics with its reason.

use std::collections::BTreeMap;

use sparkflow::blueprint::Condition;
use sparkflow::live::{ContainerState, LiveContainer, LiveDag, SecretState};
use sparkflow::plan::change::Change;
use sparkflow::plan::diff::diff;
use sparkflow::plan::{Plan, Step};
use sparkflow::topology::build::KEEPER;
use sparkflow::topology::resource::{ResourceId, Topology};

use crate::plan_builders::{
    World, image_id, live_connection, live_container, live_files, live_table, live_topic, settled,
};

/// More waves than any topology of these tests is deep.
const MOST_WAVES: usize = 12;

/// The loop of `up`, without a clock: the plans of all waves, the last one empty.
pub(crate) fn converge(topology: &Topology, world: &mut World) -> Vec<Plan> {
    let mut waves = Vec::new();
    for _ in 0..MOST_WAVES {
        let plan = diff(topology, &world.look());
        assert!(plan.blocked.is_empty(), "nothing here is beyond repair: {:#?}", plan.blocked);
        let done = plan.in_sync();
        assert!(done || !plan.steps.is_empty(), "stuck, waiting for nothing: {:#?}", plan.deferred);
        replay(topology, &plan, world);
        waves.push(plan);
        if done {
            return waves;
        }
    }
    panic!("not converged after {MOST_WAVES} waves: {:#?}", waves.last());
}

/// Every step in order, then time passes: what was started is ready, what runs once is done.
pub(crate) fn replay(topology: &Topology, plan: &Plan, world: &mut World) {
    for (index, step) in plan.steps.iter().enumerate() {
        assert!(step.after.iter().all(|earlier| *earlier < index), "a step comes before what it needs: {step:?}");
        assert!(!step.because.is_empty(), "every step has its cause: {step:?}");
        apply(topology, step, world);
    }
    for (name, container) in &mut world.containers {
        if container.state == ContainerState::Running
            && let Some(wanted) = topology.containers.get(name)
        {
            container.state = settled(wanted.lifecycle);
        }
    }
}

fn apply(topology: &Topology, step: &Step, world: &mut World) {
    match &step.resource {
        ResourceId::Image(name) => {
            let image = &topology.images[name];
            assert!(
                image.from.iter().all(|from| world.images.contains_key(&topology.images[from].tag)),
                "no parent: {step:?}"
            );
            world.images.insert(image.tag.clone(), image_id(&image.tag));
        }
        ResourceId::Network => world.network = true,
        ResourceId::Volume(name) => {
            world.volumes.insert(name.clone());
        }
        ResourceId::Container(name) => container(topology, step, name, world),
        ResourceId::Secret(name) => secret(step, name, world),
        ResourceId::Files => {
            keeper_is_there(step, world);
            world.files = live_files(&topology.published);
        }
        ResourceId::Topic(name) => self::topic(topology, step, name, world),
        ResourceId::Keyspace(name) => {
            answers("cassandra", step, world);
            world.cassandra.keyspaces.insert(name.clone(), topology.keyspaces[name].replication);
        }
        ResourceId::Table(name) => table(topology, step, name, world),
        ResourceId::Connection(name) => {
            answers("airflow-api", step, world);
            let there = world.airflow.connections.insert(name.clone(), live_connection(&topology.connections[name]));
            assert_eq!(there.is_some(), step.change == Change::ReplaceConnection, "{step:?}");
        }
        ResourceId::File(_) | ResourceId::Job(_) => file(topology, step, world),
        ResourceId::Dag(name) => dag(topology, step, name, world),
    }
}

fn answers(service: &str, step: &Step, world: &World) {
    assert!(world.runs(service), "{service} does not run: {step:?}");
}

fn keeper_is_there(step: &Step, world: &World) {
    assert!(world.containers.contains_key(KEEPER), "no keeper: {step:?}");
}

fn container(topology: &Topology, step: &Step, name: &str, world: &mut World) {
    if step.change == Change::RemoveContainer {
        assert!(world.containers.remove(name).is_some(), "nothing to remove: {step:?}");
        return;
    }
    let wanted = &topology.containers[name];
    if step.change == Change::CreateContainer {
        assert!(world.network, "no network: {step:?}");
        assert!(world.images.contains_key(&wanted.image), "no image: {step:?}");
        assert!(wanted.mounts.keys().all(|volume| world.volumes.contains(volume)), "no volume: {step:?}");
        assert!(wanted.secrets().all(|secret| world.secrets.contains_key(secret)), "no secret: {step:?}");
        let image_id = world.images.get(&wanted.image).cloned();
        let made = LiveContainer { image_id, ..live_container(wanted, ContainerState::Created) };
        let there = world.containers.insert(name.to_string(), made);
        assert!(there.is_none(), "the name is taken: {step:?}");
        return;
    }
    let resumes = step.change == Change::ResumeContainer;
    assert!(resumes || step.change == Change::StartContainer, "{step:?}");
    for (dependency, condition) in &wanted.after {
        let done = ContainerState::Exited { exit_code: 0, out_of_memory: false };
        let wanted = if *condition == Condition::Done { done } else { ContainerState::Running };
        assert_eq!(world.containers.get(dependency).map(|found| &found.state), Some(&wanted), "too early: {step:?}");
    }
    for need in &wanted.needs {
        let there = match need {
            ResourceId::Topic(name) => world.topics.contains_key(name),
            ResourceId::Table(name) => world.cassandra.tables.contains_key(name),
            ResourceId::Files => world.files.current.is_some(),
            _ => true,
        };
        assert!(there, "{need} is not there: {step:?}");
    }
    world.containers.get_mut(name).expect("it was created").state = ContainerState::Running;
}

fn secret(step: &Step, name: &str, world: &mut World) {
    if step.change == Change::SetPassword {
        answers("cassandra", step, world);
        assert!(world.secrets.contains_key(name), "no secret: {step:?}");
        world.password_in_force = true;
        return;
    }
    keeper_is_there(step, world);
    world.secrets.insert(name.to_string(), SecretState::Present);
}

fn topic(topology: &Topology, step: &Step, name: &str, world: &mut World) {
    answers("kafka", step, world);
    let wanted = &topology.topics[name];
    if step.change == Change::CreateTopic {
        assert!(world.topics.insert(name.to_string(), live_topic(wanted)).is_none(), "it exists: {step:?}");
        return;
    }
    if step.change == Change::RemoveTopic {
        assert!(world.topics.remove(name).is_some(), "nothing to remove: {step:?}");
        return;
    }
    let existing = world.topics.get_mut(name).expect("only a topic that is there is altered");
    match &step.change {
        Change::GrowPartitions { to } => {
            assert!(*to > existing.partitions, "{step:?}");
            existing.partitions = *to;
        }
        Change::AlterTopic { config } => existing.config.extend(config.clone()),
        other => panic!("no change of a topic: {other:?}"),
    }
}

fn table(topology: &Topology, step: &Step, name: &str, world: &mut World) {
    answers("cassandra", step, world);
    let wanted = &topology.tables[name];
    assert!(world.cassandra.keyspaces.contains_key(&wanted.keyspace), "no keyspace: {step:?}");
    if step.change == Change::CreateTable {
        let there = world.cassandra.tables.insert(name.to_string(), live_table(wanted));
        assert!(there.is_none(), "it exists: {step:?}");
        return;
    }
    if step.change == Change::RemoveTable {
        assert!(world.cassandra.tables.remove(name).is_some(), "nothing to remove: {step:?}");
        return;
    }
    let Change::AddColumns { columns } = &step.change else { panic!("no change of a table: {step:?}") };
    let existing = world.cassandra.tables.get_mut(name).expect("only a table that is there is altered");
    let added: BTreeMap<String, String> = columns.iter().cloned().collect();
    assert!(added.keys().all(|column| !existing.columns.contains_key(column)), "it exists: {step:?}");
    existing.columns.extend(added);
}

fn file(topology: &Topology, step: &Step, world: &mut World) {
    keeper_is_there(step, world);
    let Change::PublishFile { path } = &step.change else { panic!("no change of a file: {step:?}") };
    let digest = topology.published.files[path].content.digest().expect("these tests publish bytes");
    world.files.files.insert(path.clone(), digest);
}

fn dag(topology: &Topology, step: &Step, name: &str, world: &mut World) {
    if matches!(step.change, Change::PublishFile { .. }) {
        file(topology, step, world);
        return;
    }
    answers("airflow-api", step, world);
    // Airflow keeps what it read: one that it knows can be paused and enabled without its file.
    let known = step.change != Change::RegisterDag || world.files.files.contains_key(&topology.dags[name].file);
    assert!(known, "its file is not published: {step:?}");
    world.airflow.dags.insert(name.to_string(), LiveDag { paused: !topology.dags[name].enabled });
}
