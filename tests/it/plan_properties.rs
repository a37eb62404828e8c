//! What holds for every topology and every world: the loop ends, in order, at nothing left to do, and touches nothing of others.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use sparkflow::live::{ContainerState, Live, LiveConnection, LiveTopic};
use sparkflow::plan::Risk;
use sparkflow::plan::diff::diff;
use sparkflow::topology::build::KEEPER;
use sparkflow::topology::resource::{Dag, ResourceId, Topology};

use crate::plan_builders::{World, live_table, published, table, topic, topology};
use crate::plan_simulate::converge;

/// A topology with some of everything, or little of it. `generation` tells two of a pair apart.
fn topologies(generation: &'static str) -> impl Strategy<Value = Topology> {
    let names = || proptest::collection::btree_set(select(vec!["a", "b", "c"]), 0..3);
    (names(), names(), names(), any::<bool>(), any::<bool>()).prop_map(move |(topics, tables, dags, conn, changed)| {
        let mut wanted = topology();
        // Only ever more partitions and columns in the newer one: fewer are blocked, which is another test.
        let (partitions, columns) = match generation {
            "old" => (2, vec![("id", "uuid")]),
            _ => (4, vec![("id", "uuid"), ("note", "text")]),
        };
        wanted.topics.extend(topics.iter().map(|name| ((*name).to_string(), topic(partitions))));
        for name in tables {
            wanted.tables.insert(format!("shop.{name}"), table(name, &columns));
        }
        let paths: Vec<(String, String)> =
            dags.iter().map(|dag| ((*dag).to_string(), format!("dags/{dag}.py"))).collect();
        let mut files = vec![("dags/nightly.py", ResourceId::Dag("nightly".to_string()), generation)];
        for (dag, path) in &paths {
            wanted.dags.insert(dag.clone(), Dag { file: path.clone(), enabled: changed });
            files.push((path, ResourceId::Dag(dag.clone()), "dag"));
        }
        wanted.published = published(&files);
        if !conn {
            wanted.connections.clear();
        }
        if changed {
            let kafka = wanted.containers.get_mut("kafka").expect("it is in the small topology");
            kafka.env.insert("GENERATION".to_string(), generation.to_string());
        }
        wanted
    })
}

/// One thing done behind our back.
#[derive(Debug, Clone)]
enum Mischief {
    RemoveContainer(Index),
    SetState(Index, ContainerState),
    Redeclare(Index),
    RemoveNetwork,
    RemoveVolume(Index),
    RemoveImage(Index),
    RebuildImage(Index),
    LoseSecrets,
    LoseFiles,
    RemoveTopic(Index),
    ClearConfig(Index),
    RemoveTable(Index),
    RemoveKeyspaces,
    RemoveConnections,
    PauseDags,
    ForgetDags,
    AddTheirs,
}

fn mischief() -> impl Strategy<Value = Mischief> {
    let index = any::<Index>;
    let state = select(vec![
        ContainerState::Created,
        ContainerState::Exited { exit_code: 0, out_of_memory: false },
        ContainerState::Exited { exit_code: 137, out_of_memory: true },
    ]);
    prop_oneof![
        index().prop_map(Mischief::RemoveContainer),
        (index(), state).prop_map(|(at, state)| Mischief::SetState(at, state)),
        index().prop_map(Mischief::Redeclare),
        Just(Mischief::RemoveNetwork),
        index().prop_map(Mischief::RemoveVolume),
        index().prop_map(Mischief::RemoveImage),
        index().prop_map(Mischief::RebuildImage),
        Just(Mischief::LoseSecrets),
        Just(Mischief::LoseFiles),
        index().prop_map(Mischief::RemoveTopic),
        index().prop_map(Mischief::ClearConfig),
        index().prop_map(Mischief::RemoveTable),
        Just(Mischief::RemoveKeyspaces),
        Just(Mischief::RemoveConnections),
        Just(Mischief::PauseDags),
        Just(Mischief::ForgetDags),
        Just(Mischief::AddTheirs),
    ]
}

fn pick<T: Ord + Clone>(from: impl IntoIterator<Item = T>, at: Index) -> Option<T> {
    let all: Vec<T> = from.into_iter().collect();
    (!all.is_empty()).then(|| at.get(&all).clone())
}

fn upset(world: &mut World, topology: &Topology, mischief: &Mischief) {
    match mischief {
        Mischief::RemoveContainer(at) => {
            let name = pick(world.containers.keys().cloned(), *at);
            name.map(|name| world.containers.remove(&name));
        }
        Mischief::SetState(at, state) => {
            // The keeper is never started, so it is always as it was made.
            let name = pick(world.containers.keys().filter(|name| *name != KEEPER).cloned(), *at);
            if let Some(found) = name.and_then(|name| world.containers.get_mut(&name)) {
                found.state = state.clone();
            }
        }
        Mischief::Redeclare(at) => {
            let name = pick(world.containers.keys().cloned(), *at);
            if let Some(found) = name.and_then(|name| world.containers.get_mut(&name)) {
                found.fingerprint = "old".to_string();
            }
        }
        // An engine refuses to remove what a container uses, so the containers are gone as well.
        Mischief::RemoveNetwork => {
            world.containers.clear();
            world.network = false;
        }
        Mischief::RemoveVolume(at) => {
            let Some(volume) = pick(world.volumes.iter().cloned(), *at) else { return };
            let uses =
                |name: &String| topology.containers.get(name).is_none_or(|found| found.mounts.contains_key(&volume));
            world.containers.retain(|name, _| !uses(name));
            world.volumes.remove(&volume);
            empty(world, &volume);
        }
        Mischief::RemoveImage(at) => {
            let tag = pick(world.images.keys().cloned(), *at);
            tag.map(|tag| world.images.remove(&tag));
        }
        Mischief::RebuildImage(at) => {
            let tag = pick(world.images.keys().cloned(), *at);
            tag.map(|tag| world.images.insert(tag, "sha256:newer".to_string()));
        }
        Mischief::LoseSecrets => world.secrets.clear(),
        Mischief::LoseFiles => world.files.files.clear(),
        Mischief::RemoveTopic(at) => {
            let name = pick(world.topics.keys().cloned(), *at);
            name.map(|name| world.topics.remove(&name));
        }
        Mischief::ClearConfig(at) => {
            let name = pick(world.topics.keys().cloned(), *at);
            if let Some(found) = name.and_then(|name| world.topics.get_mut(&name)) {
                found.config.clear();
            }
        }
        Mischief::RemoveTable(at) => {
            let name = pick(world.cassandra.tables.keys().cloned(), *at);
            name.map(|name| world.cassandra.tables.remove(&name));
        }
        Mischief::RemoveKeyspaces => world.cassandra = sparkflow::live::CassandraState::default(),
        Mischief::RemoveConnections => world.airflow.connections.clear(),
        Mischief::PauseDags => world.airflow.dags.values_mut().for_each(|dag| dag.paused = !dag.paused),
        Mischief::ForgetDags => world.airflow.dags.clear(),
        Mischief::AddTheirs => add_theirs(world),
    }
}

/// What a volume held is gone with it.
fn empty(world: &mut World, volume: &str) {
    match volume {
        "secrets" => world.secrets.clear(),
        "pipeline" => world.files = sparkflow::live::PublishedState::default(),
        "kafka-data" => world.topics.clear(),
        _ => {
            world.cassandra = sparkflow::live::CassandraState::default();
            world.password_in_force = false;
        }
    }
}

fn add_theirs(world: &mut World) {
    world.topics.insert("theirs".to_string(), LiveTopic::default());
    world.cassandra.tables.insert("other.theirs".to_string(), live_table(&table("theirs", &[("id", "uuid")])));
    world.volumes.insert("theirs".to_string());
    world.airflow.connections.insert("theirs".to_string(), LiveConnection::default());
}

/// A topology and a world that was true to another one, then upset.
pub(crate) fn pairs() -> impl Strategy<Value = (Topology, World)> {
    let upsets = proptest::collection::vec(mischief(), 0..6);
    (topologies("old"), topologies("new"), upsets, any::<bool>()).prop_map(|(old, new, upsets, from_nothing)| {
        let mut world = if from_nothing { World::default() } else { World::as_declared(&old) };
        for one in &upsets {
            upset(&mut world, &old, one);
        }
        (new, world)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn from_every_world_the_loop_ends_with_nothing_left_to_do((topology, mut world) in pairs()) {
        converge(&topology, &mut world);
        let again = diff(&topology, &world.look());
        prop_assert!(again.in_sync(), "{again:#?}");
    }

    #[test]
    fn the_same_file_and_the_same_world_give_the_same_bytes((topology, world) in pairs()) {
        let live = world.look();
        let bytes = |live: &Live| serde_json::to_string(&diff(&topology, live)).expect("a plan is data");
        let saved: Live = serde_json::from_str(&serde_json::to_string(&live).expect("live is data")).expect("it reads back");
        prop_assert_eq!(&saved, &live);
        prop_assert_eq!(bytes(&live), bytes(&saved));
        prop_assert_eq!(bytes(&live), bytes(&live.clone()));
    }

    #[test]
    fn no_plan_loses_data_or_touches_what_the_file_does_not_name((topology, mut world) in pairs()) {
        let theirs = |world: &World, topology: &Topology| -> BTreeSet<String> {
            let topics = world.topics.keys().filter(|name| !topology.topics.contains_key(*name));
            let tables = world.cassandra.tables.keys().filter(|name| !topology.tables.contains_key(*name));
            let volumes = world.volumes.iter().filter(|name| !topology.volumes.contains(*name));
            topics.chain(tables).chain(volumes).cloned().collect()
        };
        let before = theirs(&world, &topology);
        let held: BTreeSet<String> = world.volumes.clone();
        for plan in converge(&topology, &mut world) {
            prop_assert!(plan.risk() < Risk::DataLoss, "{plan:#?}");
        }
        prop_assert_eq!(before, theirs(&world, &topology));
        prop_assert!(held.is_subset(&world.volumes));
    }

    #[test]
    fn a_plan_that_was_cut_off_anywhere_is_gone_on_with(((topology, mut world), cut) in (pairs(), any::<Index>())) {
        let mut plan = diff(&topology, &world.look());
        plan.steps.truncate(cut.index(plan.steps.len() + 1));
        crate::plan_simulate::replay(&topology, &plan, &mut world);
        converge(&topology, &mut world);
        prop_assert!(diff(&topology, &world.look()).in_sync());
    }
}
