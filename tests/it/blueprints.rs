//! What blueprints say of themselves at the top is what their containers do.

use std::collections::BTreeMap;
use std::path::Path;

use sparkflow::blueprint::Blueprint;
use sparkflow::diagnostic::Diagnostics;
use sparkflow::spec::files::{FileContent, ProjectFiles};
use sparkflow::spec::service_keys::ServiceKeys;
use sparkflow::template::Templates;
use sparkflow::topology::build::{Inputs, ports_needed};
use sparkflow::{embedded, model, spec};

use crate::sources::root;

const EVERY_SERVICE: &str = "tests/cases/validate/a_whole_pipeline_is_sound.in";

#[test]
fn documented_ports_are_those_that_containers_publish() {
    let blueprints = ours();
    let keys: ServiceKeys = blueprints.iter().map(|(name, blueprint)| (name.clone(), blueprint.keys.clone())).collect();
    let pipeline = pipeline(&keys);
    let mut declared = BTreeMap::new();
    for name in pipeline.services.keys() {
        declared.extend(keys[name].ports.iter().map(|(port, number)| (port.clone(), *number)));
    }
    let (none, files, certificates) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let templates = Templates::new(embedded::templates(Path::new("/nonexistent")).expect("templates are embedded"));
    let inputs = Inputs {
        project: "test",
        pipeline: &pipeline,
        blueprints: &blueprints,
        templates: &templates,
        host_ports: &none,
        files: &files,
        binary: &[],
        certificates: &certificates,
    };
    let published: BTreeMap<String, u16> = ports_needed(&inputs)
        .expect("our blueprints render")
        .into_iter()
        .map(|need| (need.port, need.documented))
        .collect();
    assert_eq!(declared, published);
    assert!(published.len() > 4, "every service is looked at: {published:?}");
}

fn ours() -> BTreeMap<String, Blueprint> {
    let texts = embedded::blueprints(Path::new("/nonexistent")).expect("blueprints are embedded");
    let parsed = texts.iter().map(|(name, text)| (name.clone(), Blueprint::parse(name, text).expect("ours is sound")));
    parsed.collect()
}

/// The flagship, with recorded answers, so that the replay service is part of it.
fn pipeline(keys: &ServiceKeys) -> model::pipeline::Pipeline {
    let folder = root().join(EVERY_SERVICE);
    let bytes = std::fs::read(folder.join("pipeline.yaml")).expect("the case has a pipeline");
    let mut found = Diagnostics::default();
    let mut document = spec::parse(&bytes, &mut found).expect("it is YAML");
    spec::apply_profile(&mut document, &["offline".to_owned()], &mut found);
    spec::interpolate(&mut document, &BTreeMap::new(), &mut found);
    let look = |path: &str| match std::fs::read_to_string(folder.join(path)) {
        Ok(text) => FileContent::Text(text),
        Err(_) => FileContent::Directory,
    };
    let named = spec::named_files(&document, keys);
    let files: ProjectFiles = named.into_iter().map(|(path, _)| (path.clone(), look(&path))).collect();
    model::resolve(&document, keys, &files, &mut found).expect("the flagship is sound")
}
