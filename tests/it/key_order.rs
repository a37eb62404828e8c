//! The order of keys in the file means nothing: the same topology comes of it, resource by resource.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use sparkflow::blueprint::Blueprint;
use sparkflow::diagnostic::Diagnostics;
use sparkflow::embedded;
use sparkflow::live::Live;
use sparkflow::plan::diff::diff;
use sparkflow::plan::saved::{Origin, SavedPlan};
use sparkflow::template::Templates;
use sparkflow::topology::build::{Inputs, build};
use sparkflow::topology::host::Material;
use sparkflow::topology::resource::Topology;
use sparkflow::{model, spec};

use crate::plan_builders::World;

/// Sections, and the entries of each: both may stand in any order.
const SECTIONS: &[(&str, &[&str])] = &[
    ("services", &["kafka: { mode: zookeeper }", "spark: { workers: 2 }", "airflow: { admin: root }"]),
    (
        "schemas",
        &[
            "order: { id: { type: uuid, required: true }, total: double }",
            "person: { id: { type: uuid, required: true }, name: string }",
        ],
    ),
    (
        "sources",
        &[
            "orders: { http: { url: \"http://orders.invalid/\" }, to: orders }",
            "people: { http: { url: \"http://people.invalid/\" }, to: people }",
        ],
    ),
    ("topics", &["orders: { schema: order, key: id, partitions: 3 }", "people: { schema: person, key: id }"]),
    (
        "jobs",
        &[
            "keep: { sql: \"SELECT * FROM orders\", stream: {}, writes: kept }",
            "names: { sql: \"SELECT id, name FROM people\", writes: names }",
        ],
    ),
    (
        "sinks",
        &[
            "kept: { cassandra: { table: shop.kept, key: [id] }, schema: order }",
            "names: { cassandra: { table: shop.names, key: [id] }, schema: person }",
        ],
    ),
    (
        "schedules",
        &[
            "nightly: { when: manual, tasks: { names: { job: names } } }",
            "idle: { when: manual, enabled: false, tasks: { say: { print: hello } } }",
        ],
    ),
];

fn shuffled() -> impl Strategy<Value = String> {
    let sections: Vec<_> = SECTIONS
        .iter()
        .map(|(name, entries)| {
            Just(entries.to_vec()).prop_shuffle().prop_map(move |entries| {
                format!("{name}:\n{}", entries.iter().map(|entry| format!("  {entry}\n")).collect::<String>())
            })
        })
        .collect();
    sections
        .prop_flat_map(|sections| Just(sections).prop_shuffle())
        .prop_map(|texts| format!("name: shop\n{}", texts.concat()))
}

struct Kit {
    blueprints: BTreeMap<String, Blueprint>,
    templates: Templates,
}

impl Kit {
    fn ours() -> Self {
        let nowhere = Path::new("/nonexistent");
        let texts = embedded::blueprints(nowhere).expect("ours are in the program");
        let parsed = texts.into_iter().map(|(name, text)| {
            let blueprint = Blueprint::parse(&name, &text).expect("ours are well formed");
            (name, blueprint)
        });
        Self {
            blueprints: parsed.collect(),
            templates: Templates::new(embedded::templates(nowhere).expect("ours are in the program")),
        }
    }

    fn topology(&self, text: &str) -> Topology {
        let mut found = Diagnostics::default();
        let keys = self.blueprints.iter().map(|(name, blueprint)| (name.clone(), blueprint.keys.clone())).collect();
        let document = spec::parse(text.as_bytes(), &mut found).expect("it is YAML");
        let pipeline = model::resolve(&document, &keys, &BTreeMap::new(), &mut found);
        let pipeline = pipeline.unwrap_or_else(|| panic!("{:#?}\n{text}", found.sorted()));
        let none = BTreeMap::new();
        let inputs = Inputs {
            project: "shop",
            pipeline: &pipeline,
            blueprints: &self.blueprints,
            templates: &self.templates,
            host_ports: &BTreeMap::new(),
            files: &BTreeMap::new(),
            binary: &Material::Known { digest: "0".to_string() },
            certificates: &none,
        };
        build(&inputs).expect("it has all it names")
    }
}

/// Everything a plan depends on, and the plan itself.
fn said(topology: &Topology, live: &Live) -> String {
    let none = BTreeMap::new();
    let origin = Origin { version: "1", engine: "here", files: &none };
    serde_json::to_string(&SavedPlan::new(diff(topology, live), topology, live, origin)).expect("a plan is data")
}

#[test]
fn the_order_of_sections_and_entries_changes_nothing() {
    let kit = Kit::ours();
    let plain: String = SECTIONS
        .iter()
        .map(|(name, entries)| {
            format!("{name}:\n{}", entries.iter().map(|entry| format!("  {entry}\n")).collect::<String>())
        })
        .collect();
    let first = kit.topology(&format!("name: shop\n{plain}"));
    let worlds = [World::default().look(), World::as_declared(&first).look()];
    let expected: Vec<String> = worlds.iter().map(|live| said(&first, live)).collect();
    let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    let result = proptest::test_runner::TestRunner::new(config).run(&shuffled(), |text| {
        let topology = kit.topology(&text);
        let found: Vec<String> = worlds.iter().map(|live| said(&topology, live)).collect();
        prop_assert_eq!(&found, &expected);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}
