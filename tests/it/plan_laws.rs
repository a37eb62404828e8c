//! Laws of parts, orders and saved plans: every order of the steps ends the same, one changed field stays with its own, a part
//! touches nothing else, and a saved plan knows the world it was made for.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use sparkflow::plan::diff::diff;
use sparkflow::plan::part::named;
use sparkflow::plan::saved::{Origin, SavedPlan};
use sparkflow::plan::{Plan, Risk, Step};
use sparkflow::topology::resource::{Container, ResourceId, Topology};

use crate::plan_builders::{World, topology};
use crate::plan_properties::pairs;
use crate::plan_simulate::{converge, replay};

/// The same steps in another order that `after` allows, drawn by `picks`.
fn reordered(plan: &Plan, picks: &[Index]) -> Plan {
    let mut order: Vec<usize> = Vec::new();
    while order.len() < plan.steps.len() {
        let ready: Vec<usize> = (0..plan.steps.len())
            .filter(|index| !order.contains(index))
            .filter(|index| plan.steps[*index].after.iter().all(|need| order.contains(need)))
            .collect();
        order.push(*picks[order.len() % picks.len()].get(&ready));
    }
    let position = |old: &usize| order.iter().position(|index| index == old).expect("every step has a place");
    let steps = order.iter().map(|index| {
        let step = &plan.steps[*index];
        Step { after: step.after.iter().map(position).collect(), ..step.clone() }
    });
    Plan { steps: steps.collect(), ..plan.clone() }
}

type Edit = (&'static str, fn(&mut Container));

/// Every field of a container that a file can change.
fn edits() -> impl Strategy<Value = Edit> {
    let all: Vec<Edit> = vec![
        ("image", |container| container.image = "sparkflow/base:1".to_string()),
        ("command", |container| container.command.push("--more".to_string())),
        ("user", |container| container.user = "1:1".to_string()),
        ("env", |container| drop(container.env.insert("MORE".to_string(), "1".to_string()))),
        ("memory", |container| container.memory += 1),
        ("pids", |container| container.pids += 1),
        ("tmpfs", |container| container.tmpfs.push("/tmp".to_string())),
        ("stop_seconds", |container| container.stop_seconds += 1),
    ];
    select(all)
}

/// What a container holds cannot be compared while it is made anew.
fn held_by(name: &str, topology: &Topology) -> BTreeSet<ResourceId> {
    let mut held = BTreeSet::from([ResourceId::Container(name.to_string())]);
    match name {
        "kafka" => held.extend(topology.topics.keys().cloned().map(ResourceId::Topic)),
        "cassandra" => {
            held.extend(topology.keyspaces.keys().cloned().map(ResourceId::Keyspace));
            held.extend(topology.tables.keys().cloned().map(ResourceId::Table));
        }
        "airflow-api" => {
            held.extend(topology.connections.keys().cloned().map(ResourceId::Connection));
            held.extend(topology.dags.keys().cloned().map(ResourceId::Dag));
        }
        _ => {}
    }
    held
}

fn saved(topology: &Topology, world: &World) -> SavedPlan {
    let live = world.look();
    SavedPlan::new(diff(topology, &live), topology, &live, origin())
}

const NO_FILES: &BTreeMap<String, String> = &BTreeMap::new();

fn origin() -> Origin<'static> {
    Origin { version: "1", engine: "here", files: NO_FILES }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_order_that_the_plan_allows_ends_the_same(
        ((topology, world), picks) in (pairs(), proptest::collection::vec(any::<Index>(), 1..8))
    ) {
        let plan = diff(&topology, &world.look());
        let (mut one, mut other) = (world.clone(), world);
        replay(&topology, &plan, &mut one);
        replay(&topology, &reordered(&plan, &picks), &mut other);
        prop_assert_eq!(one, other);
    }

    #[test]
    fn one_changed_field_touches_its_container_and_what_that_holds((at, edit) in (any::<Index>(), edits())) {
        let old = topology();
        let names: Vec<String> = old.containers.keys().cloned().collect();
        let name = at.get(&names);
        let (key, change) = edit;
        let mut new = old.clone();
        change(new.containers.get_mut(name).expect("it is one of them"));
        prop_assume!(new.containers[name] != old.containers[name]);
        let plan = diff(&new, &World::as_declared(&old).look());
        let allowed = held_by(name, &new);
        prop_assert!(plan.resources().is_subset(&allowed), "{plan:#?}");
        let changes = plan.by_resource();
        prop_assert_eq!(changes.len(), 1);
        prop_assert_eq!(changes[0].action.sign(), "-/+");
        prop_assert!(changes[0].keys.iter().all(|one| one.key.starts_with(key)), "{:?}", changes[0].keys);
        prop_assert_eq!(changes[0].keys.len(), 1);
    }

    #[test]
    fn a_part_of_a_plan_touches_only_what_was_named_and_what_that_needs(
        ((topology, mut world), at) in (pairs(), any::<Index>())
    ) {
        let names: Vec<String> = topology.topics.keys().chain(topology.tables.keys()).chain(topology.dags.keys())
            .chain(topology.containers.keys()).cloned().collect();
        let name: &String = at.get(&names);
        let chosen = named(&topology, name).expect("it has that name");
        for _ in 0..12 {
            let part = diff(&topology, &world.look()).of(&chosen);
            prop_assert!(part.steps.iter().all(|step| chosen.contains(&step.resource)), "{part:#?}");
            if part.in_sync() {
                return Ok(());
            }
            prop_assert!(!part.steps.is_empty(), "stuck: {part:#?}");
            replay(&topology, &part, &mut world);
        }
        prop_assert!(false, "not in sync after twelve waves");
    }

    #[test]
    fn a_saved_plan_is_true_of_the_world_it_was_made_for_and_no_more_once_it_is_done(
        (topology, mut world) in pairs()
    ) {
        let saved = saved(&topology, &world);
        let text = serde_json::to_string(&saved).expect("a plan is data");
        let saved: SavedPlan = serde_json::from_str(&text).expect("it reads back");
        prop_assert_eq!(saved.drift(&topology, &world.look(), origin()), Vec::new());
        let other = Origin { engine: "elsewhere", ..origin() };
        prop_assert_eq!(saved.drift(&topology, &world.look(), other).len(), 1);
        replay(&topology, &saved.plan, &mut world);
        let drift = saved.drift(&topology, &world.look(), origin());
        prop_assert_eq!(drift.is_empty(), saved.plan.steps.is_empty(), "{:#?}", drift);
    }

    #[test]
    fn what_only_destroying_can_change_is_a_loss_and_nothing_else_is((partitions, copies, kind) in (1..9_i32, 1..3_i32, select(vec!["double", "int"]))) {
        let topology = topology();
        let mut world = World::as_declared(&topology);
        let orders = world.topics.get_mut("orders").expect("it is declared");
        (orders.partitions, orders.replication) = (partitions, copies);
        world.cassandra.tables.get_mut("shop.orders").expect("it is declared").columns
            .insert("total".to_string(), kind.to_string());
        let plan = diff(&topology, &world.look());
        let lost: BTreeSet<String> = plan.losses().map(|step| step.resource.to_string()).collect();
        let mut expected = BTreeSet::new();
        if partitions > 3 || copies != 1 {
            expected.insert("topic/orders".to_string());
        }
        if kind != "double" {
            expected.insert("table/shop.orders".to_string());
        }
        prop_assert_eq!(&lost, &expected);
        prop_assert_eq!(plan.risk() == Risk::DataLoss, !expected.is_empty());
        converge(&topology, &mut world);
        prop_assert!(diff(&topology, &world.look()).in_sync());
    }
}
