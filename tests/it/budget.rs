//! The flagship against engines of 4, 8 and 16 GiB: whether it fits, and the smallest change that makes it fit.

use std::collections::BTreeMap;
use std::path::Path;

use sparkflow::blueprint::Blueprint;
use sparkflow::diagnostic::Diagnostics;
use sparkflow::embedded;
use sparkflow::model::pipeline::{Pipeline, Setting};
use sparkflow::spec::files::{FileContent, ProjectFiles};
use sparkflow::spec::service_keys::ServiceKeys;
use sparkflow::template::Templates;
use sparkflow::topology::budget::{self, OverBudget};
use sparkflow::topology::build::Inputs;
use sparkflow::topology::host::Material;

const GIB: u64 = 1 << 30;

struct Flagship {
    pipeline: Pipeline,
    blueprints: BTreeMap<String, Blueprint>,
    templates: Templates,
}

impl Flagship {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let nowhere = root.join("tests/cases");
        let texts = embedded::blueprints(&nowhere).expect("our blueprints");
        let blueprints: BTreeMap<String, Blueprint> =
            texts.iter().map(|(name, text)| (name.clone(), Blueprint::parse(name, text).expect(name))).collect();
        let keys: ServiceKeys = blueprints.iter().map(|(name, one)| (name.clone(), one.keys.clone())).collect();
        let mut found = Diagnostics::default();
        let text = std::fs::read(root.join("pipeline.yaml")).expect("the flagship");
        let document = sparkflow::spec::parse(&text, &mut found).expect("the flagship is a map");
        let named = sparkflow::spec::named_files(&document, &keys);
        let content = |path: &str| {
            let path = root.join(path);
            match std::fs::read_to_string(&path) {
                Ok(text) => FileContent::Text(text),
                Err(_) if path.is_dir() => FileContent::Directory,
                Err(_) => FileContent::Missing,
            }
        };
        let files: ProjectFiles = named.iter().map(|(path, _)| (path.clone(), content(path))).collect();
        let pipeline = sparkflow::model::resolve(&document, &keys, &files, &mut found).expect("the flagship is sound");
        let templates = Templates::new(embedded::templates(&nowhere).expect("our templates"));
        Self { pipeline, blueprints, templates }
    }

    fn judge(&self, pipeline: &Pipeline, free: u64) -> Option<OverBudget> {
        let (ports, files, certificates) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let inputs = Inputs {
            project: "flagship",
            pipeline,
            blueprints: &self.blueprints,
            templates: &self.templates,
            host_ports: &ports,
            files: &files,
            binary: &Material::whole(Vec::new()),
            certificates: &certificates,
        };
        budget::judge(&inputs, free).expect("the blueprints render")
    }

    /// The pipeline with the change that was proposed.
    fn changed(&self, over: &OverBudget) -> Pipeline {
        let mut pipeline = self.pipeline.clone();
        for change in &over.fits.as_ref().expect("a change").changes {
            let service = pipeline.services.get_mut(&change.service).expect("a service of the pipeline");
            service.settings.insert(change.setting.clone(), Setting::Int(change.to));
        }
        pipeline
    }
}

#[test]
fn a_large_engine_holds_the_flagship_and_a_tiny_one_holds_nothing_of_it() {
    let flagship = Flagship::read();
    assert_eq!(flagship.judge(&flagship.pipeline, 16 * GIB), None);
    assert_eq!(flagship.judge(&flagship.pipeline, 12 * GIB), None);
    let over = flagship.judge(&flagship.pipeline, GIB).expect("it does not fit");
    assert_eq!(over.fits, None);
    assert_eq!(over.wanted, over.shares.iter().map(|share| share.limit).sum::<u64>());
    assert!(over.shares.iter().all(|share| !share.made_of.is_empty()), "{over:?}");
}

#[test]
fn what_is_proposed_fits_and_nothing_less_does() {
    let flagship = Flagship::read();
    let wanted = flagship.judge(&flagship.pipeline, GIB).expect("it does not fit").wanted;
    for free in [wanted - 1, wanted - GIB / 2, wanted - GIB, 8 * GIB, 7 * GIB, 6 * GIB] {
        let Some(over) = flagship.judge(&flagship.pipeline, free) else { continue };
        let Some(fits) = &over.fits else { continue };
        assert_eq!(flagship.judge(&flagship.changed(&over), free), None, "{fits:?}");
        assert!(fits.saves >= wanted - free, "{fits:?}");
        // One change would be proposed where one is enough.
        if fits.changes.len() == 1 {
            let change = &fits.changes[0];
            let gentler =
                change.to + if change.setting == "workers" || change.setting == "worker.cores" { 1 } else { 128 << 20 };
            if gentler < change.from {
                let mut pipeline = flagship.pipeline.clone();
                let service = pipeline.services.get_mut(&change.service).expect("a service");
                service.settings.insert(change.setting.clone(), Setting::Int(gentler));
                assert!(flagship.judge(&pipeline, free).is_some(), "{change:?}");
            }
        }
    }
}

#[test]
fn engines_of_four_and_eight_and_sixteen_gibibytes_are_told_apart() {
    let flagship = Flagship::read();
    let said = |free: u64| match flagship.judge(&flagship.pipeline, free) {
        None => "fits".to_string(),
        Some(over) => over.fits.map_or("too large".to_string(), |fits| {
            fits.changes.iter().map(budget::Change::words).collect::<Vec<_>>().join(", ")
        }),
    };
    let wanted = flagship.judge(&flagship.pipeline, GIB).expect("it does not fit").wanted;
    let all = [said(16 * GIB), said(8 * GIB), said(wanted - GIB), said(6 * GIB), said(4 * GIB)];
    assert_eq!(
        all,
        [
            "fits",
            "services.spark.workers: 2 -> 1",
            "services.spark.worker.memory: 1g -> 896m",
            "too large",
            "too large"
        ]
    );
}
