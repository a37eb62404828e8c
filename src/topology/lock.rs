//! What a pipeline runs on, exactly: the content of `sparkflow.lock`.
//!
//! Pure, and the same on every machine: our own images are named by what they are made from, without the binary and the certificates of
//! the machine that builds them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::pipeline::{Pipeline, Setting};
use crate::template::Templates;
use crate::topology::build::{self, BuildError, Inputs};
use crate::topology::host;
use crate::topology::resource::digest;

pub const FORMAT_VERSION: u32 = 1;
/// Where jobs name packages for Spark to fetch.
const PACKAGES: &str = "spark.jars.packages";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    pub format_version: u32,
    /// The version of this program.
    pub sparkflow: String,
    /// By name: a content tag of ours, or what the file names.
    pub images: BTreeMap<String, String>,
    /// SHA-256 of every lock that images are made from, and of the requirements that the file names.
    pub locks: BTreeMap<String, String>,
    /// Maven coordinates that the file names.
    pub packages: BTreeSet<String>,
}

impl Lock {
    /// The lock of a pipeline. `inputs.binary` and `inputs.certificates` are not looked at.
    ///
    /// # Errors
    /// As `build`.
    pub fn of(inputs: &Inputs<'_>, version: &str) -> Result<Self, BuildError> {
        let certificates = BTreeMap::new();
        let neutral = Inputs { binary: &host::UNKNOWN, certificates: &certificates, ..*inputs };
        let topology = build::build(&neutral)?;
        let mut locks = template_locks(inputs.templates);
        for path in requirements(inputs.pipeline) {
            locks.extend(inputs.files.get(path).map(|bytes| (path.to_string(), digest(bytes))));
        }
        Ok(Self {
            format_version: FORMAT_VERSION,
            sparkflow: version.to_string(),
            images: topology.images.into_iter().map(|(name, image)| (name, image.tag)).collect(),
            locks,
            packages: packages(inputs.pipeline),
        })
    }

    /// What differs from the lock in this one, a line each.
    #[must_use]
    pub fn differences(&self, now: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.sparkflow != now.sparkflow {
            lines.push(format!("sparkflow: {} -> {}", self.sparkflow, now.sparkflow));
        }
        lines.extend(between("image", &self.images, &now.images));
        lines.extend(between("lock", &shortened(&self.locks), &shortened(&now.locks)));
        lines.extend(self.packages.difference(&now.packages).map(|name| format!("package {name}: no longer named")));
        lines.extend(now.packages.difference(&self.packages).map(|name| format!("package {name}: not in the lock")));
        lines
    }
}

fn template_locks(templates: &Templates) -> BTreeMap<String, String> {
    let locks = templates.under("images/").filter(|(path, _)| path.ends_with(".lock"));
    locks.map(|(path, text)| (format!("templates/images/{path}"), digest(text.as_bytes()))).collect()
}

fn requirements(pipeline: &Pipeline) -> impl Iterator<Item = &str> {
    pipeline.services.values().filter_map(|service| match service.settings.get("python") {
        Some(Setting::Text(path)) => Some(path.as_str()),
        _ => None,
    })
}

fn packages(pipeline: &Pipeline) -> BTreeSet<String> {
    let services = pipeline.services.values().filter_map(|service| match service.settings.get("packages") {
        Some(Setting::List(packages)) => Some(packages.clone()),
        _ => None,
    });
    let jobs = pipeline.jobs.values().filter_map(|job| job.conf.get(PACKAGES));
    let jobs = jobs.flat_map(|list| list.split(',').map(|coordinate| coordinate.trim().to_string()));
    services.flatten().chain(jobs).collect()
}

/// Hashes as people compare them.
fn shortened(hashes: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    hashes.iter().map(|(name, hash)| (name.clone(), hash.chars().take(12).collect())).collect()
}

fn between(kind: &str, locked: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<String> {
    let names: BTreeSet<&String> = locked.keys().chain(now.keys()).collect();
    let lines = names.into_iter().filter_map(|name| match (locked.get(name), now.get(name)) {
        (Some(was), Some(is)) if was == is => None,
        (Some(was), Some(is)) => Some(format!("{kind} {name}: {was} -> {is}")),
        (Some(was), None) => Some(format!("{kind} {name}: {was} is no longer used")),
        (None, Some(is)) => Some(format!("{kind} {name}: {is} is not in the lock")),
        (None, None) => None,
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Lock {
        let map = |name: &str, value: &str| BTreeMap::from([(name.to_string(), value.to_string())]);
        Lock {
            format_version: FORMAT_VERSION,
            sparkflow: "0.1.0".to_string(),
            images: map("kafka", "sparkflow/kafka:3.9.2-a"),
            locks: map("templates/images/kafka/jars.lock", &"a".repeat(64)),
            packages: BTreeSet::from(["a:b:1".to_string()]),
        }
    }

    #[test]
    fn the_same_lock_differs_in_nothing() {
        assert_eq!(lock().differences(&lock()), [""; 0]);
    }

    #[test]
    fn every_difference_is_named_with_both_sides() {
        let mut now = lock();
        now.sparkflow = "0.2.0".to_string();
        now.images.insert("kafka".to_string(), "sparkflow/kafka:3.9.2-b".to_string());
        now.images.insert("grafana".to_string(), "grafana/grafana:11.2".to_string());
        now.locks.insert("templates/images/kafka/jars.lock".to_string(), "b".repeat(64));
        now.packages = BTreeSet::from(["a:b:2".to_string()]);
        assert_eq!(
            lock().differences(&now),
            [
                "sparkflow: 0.1.0 -> 0.2.0",
                "image grafana: grafana/grafana:11.2 is not in the lock",
                "image kafka: sparkflow/kafka:3.9.2-a -> sparkflow/kafka:3.9.2-b",
                "lock templates/images/kafka/jars.lock: aaaaaaaaaaaa -> bbbbbbbbbbbb",
                "package a:b:1: no longer named",
                "package a:b:2: not in the lock",
            ]
        );
    }
}
