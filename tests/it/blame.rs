//! Which hop each kind of fault is blamed on: `faults` has the stages that fail when it happens, and the one that must be named.
//!
//! Stage names are a contract: `container/NAME`, `SERVICE from CONTAINER`, `clock`, `files`, `topic/`, `keyspace/`, `table/`,
//! `connection/`, `source/`, `job/` and `dag/`. The streaming job of this pipeline is `store`, its batch job `count`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sparkflow::blueprint::Blueprint;
use sparkflow::diagnostic::Diagnostics;
use sparkflow::model::pipeline::Pipeline;
use sparkflow::template::Templates;
use sparkflow::topology::build::{Inputs, build};
use sparkflow::topology::host::Material;
use sparkflow::topology::resource::Topology;
use sparkflow::verify::blame::judge;
use sparkflow::verify::grounds::Grounds;
use sparkflow::verify::stage::{Kind, Stage, State};
use sparkflow::{embedded, model, spec};

use crate::faults::FAULTS;

const PIPELINE: &str = r#"
name: shop
services: { kafka: { mode: zookeeper }, spark: { workers: 2 }, airflow: { admin: root } }
schemas: { order: { id: { type: uuid, required: true }, city: string } }
sources:
  orders_api: { http: { url: "http://shop.invalid/", records: $ }, to: orders, map: { id: $.id, city: $.city } }
topics: { orders: { schema: order, key: id } }
jobs:
  store: { sql: "SELECT * FROM orders", stream: { every: 2s }, writes: orders_kept }
  count: { sql: "SELECT city, count(*) AS orders FROM orders GROUP BY city", writes: by_city }
sinks:
  orders_kept: { cassandra: { table: shop.orders_kept, key: [id] }, schema: order }
  by_city: { cassandra: { table: shop.by_city, key: [city] }, columns: { city: string, orders: bigint } }
schedules:
  ingest: { when: manual, tasks: { load: { ingest: orders_api, count: 10 } } }
  nightly: { when: "@daily", tasks: { count: { job: count } } }
"#;

fn stack() -> (Pipeline, Topology) {
    let nowhere = Path::new("/nonexistent");
    let texts = embedded::blueprints(nowhere).expect("ours are in the program");
    let parsed = texts.into_iter().map(|(name, text)| {
        let blueprint = Blueprint::parse(&name, &text).expect("ours are well formed");
        (name, blueprint)
    });
    let blueprints: BTreeMap<String, Blueprint> = parsed.collect();
    let mut found = Diagnostics::default();
    let keys = blueprints.iter().map(|(name, blueprint)| (name.clone(), blueprint.keys.clone())).collect();
    let document = spec::parse(PIPELINE.as_bytes(), &mut found).expect("it is YAML");
    let pipeline = model::resolve(&document, &keys, &BTreeMap::new(), &mut found);
    let pipeline = pipeline.unwrap_or_else(|| panic!("{:#?}", found.sorted()));
    let topology = build(&Inputs {
        project: "shop",
        pipeline: &pipeline,
        blueprints: &blueprints,
        templates: &Templates::new(embedded::templates(nowhere).expect("ours are in the program")),
        host_ports: &BTreeMap::new(),
        files: &BTreeMap::new(),
        binary: &Material::Known { digest: "0".to_string() },
        certificates: &BTreeMap::new(),
    });
    (pipeline, topology.expect("it has all it names"))
}

fn failing(kind: Kind, name: &str) -> Stage {
    Stage {
        kind,
        name: name.to_string(),
        state: State::Failed,
        seen: "seen".to_string(),
        next: Some("next".to_string()),
        seconds: 0.0,
        figures: BTreeMap::new(),
    }
}

#[test]
fn every_kind_of_fault_is_blamed_on_one_hop() {
    let (pipeline, topology) = stack();
    let grounds = Grounds::new(&topology, &pipeline);
    let mut wrong = Vec::new();
    for fault in FAULTS {
        let stages: Vec<Stage> = fault.failing.iter().map(|(kind, name)| failing(*kind, name)).collect();
        let judged = judge(stages, &grounds);
        let named: Vec<&str> =
            judged.iter().filter(|stage| stage.state == State::Failed).map(|stage| stage.name.as_str()).collect();
        if named != [fault.named] {
            wrong.push(format!("{}: {named:?} instead of {}", fault.what, fault.named));
        }
    }
    crate::tidy::none(&wrong);
}

#[test]
fn the_order_in_which_stages_were_found_changes_no_blame() {
    let (pipeline, topology) = stack();
    let grounds = Grounds::new(&topology, &pipeline);
    for fault in FAULTS {
        let stages = fault.failing.iter().rev().map(|(kind, name)| failing(*kind, name)).collect();
        let judged = judge(stages, &grounds);
        let named: BTreeSet<&str> =
            judged.iter().filter(|stage| stage.state == State::Failed).map(|stage| stage.name.as_str()).collect();
        assert_eq!(named, BTreeSet::from([fault.named]), "{}", fault.what);
    }
}

#[test]
fn two_faults_are_both_named() {
    let (pipeline, topology) = stack();
    let stages = vec![
        failing(Kind::Ready, "container/zookeeper"),
        failing(Kind::Trace, "source/orders_api"),
        failing(Kind::Trace, "dag/ingest"),
    ];
    let judged = judge(stages, &Grounds::new(&topology, &pipeline));
    let states: Vec<State> = judged.iter().map(|stage| stage.state).collect();
    assert_eq!(states, [State::Failed, State::Failed, State::NotProven]);
    assert!(judged[2].seen.starts_with("not judged, "), "{}", judged[2].seen);
    assert!(judged[2].seen.ends_with(" fails: seen"), "{}", judged[2].seen);
    assert_eq!(judged[2].next, None);
}

#[test]
fn nothing_stands_on_itself() {
    let (pipeline, topology) = stack();
    assert_eq!(Grounds::new(&topology, &pipeline).circles(), Vec::<String>::new());
}
