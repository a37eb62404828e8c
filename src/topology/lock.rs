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
/// The name of this program among what is locked.
const PROGRAM: &str = "sparkflow";
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

    /// This lock with what one name stands for as it is now, and nothing else touched; nothing where neither lock has the
    /// name. A name is an image's (with the locks it is made from), a lock's path, a package's, or `sparkflow`. Those of
    /// other people's images and packages are taken with and without their versions.
    #[must_use]
    pub fn upgraded(&self, now: &Self, name: &str) -> Option<Self> {
        let mut upgraded = self.clone();
        let folder = format!("templates/images/{name}/");
        let is_lock = |path: &str| path == name || path.starts_with(&folder);
        let is_package = |package: &str| package == name || package.rsplit_once(':').is_some_and(|(id, _)| id == name);
        let mut is_known = name == PROGRAM;
        if is_known {
            upgraded.sparkflow.clone_from(&now.sparkflow);
        }
        is_known |= replace(&mut upgraded.images, &now.images, |image| image == name || repository(image) == name);
        is_known |= replace(&mut upgraded.locks, &now.locks, is_lock);
        is_known |= upgraded.packages.iter().chain(&now.packages).any(|package| is_package(package));
        upgraded.packages.retain(|package| !is_package(package));
        upgraded.packages.extend(now.packages.iter().filter(|package| is_package(package)).cloned());
        is_known.then_some(upgraded)
    }

    /// Every name that `upgraded` takes, of this lock and another.
    #[must_use]
    pub fn names<'a>(&'a self, other: &'a Self) -> BTreeSet<&'a str> {
        let keys = |lock: &'a Self| lock.images.keys().chain(lock.locks.keys()).chain(&lock.packages);
        keys(self).chain(keys(other)).map(String::as_str).chain([PROGRAM]).collect()
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

/// `example/page` of `example/page:1`.
fn repository(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    let path = name.rfind('/').map_or(0, |slash| slash + 1);
    name[path..].find(':').map_or(name, |colon| &name[..path + colon])
}

/// Puts the chosen entries of `now` in place of those of `locked`, and says whether either has one.
fn replace(
    locked: &mut BTreeMap<String, String>,
    now: &BTreeMap<String, String>,
    is_chosen: impl Fn(&str) -> bool,
) -> bool {
    let is_known = locked.keys().chain(now.keys()).any(|key| is_chosen(key));
    locked.retain(|key, _| !is_chosen(key));
    let chosen = now.iter().filter(|(key, _)| is_chosen(key));
    locked.extend(chosen.map(|(key, value)| (key.clone(), value.clone())));
    is_known
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

    /// Another version of everything that `lock` has.
    fn later() -> Lock {
        let mut now = lock();
        now.sparkflow = "0.2.0".to_string();
        now.images.insert("kafka".to_string(), "sparkflow/kafka:3.9.2-b".to_string());
        now.images.insert("spark".to_string(), "sparkflow/spark:3.5.7-a".to_string());
        now.locks.insert("templates/images/kafka/jars.lock".to_string(), "b".repeat(64));
        now.locks.insert("requirements.txt".to_string(), "c".repeat(64));
        now.packages = BTreeSet::from(["a:b:2".to_string(), "a:c:1".to_string()]);
        now
    }

    #[test]
    fn an_upgrade_takes_what_the_name_stands_for_and_nothing_else() {
        let (locked, now) = (lock(), later());
        let differences = |name: &str| locked.differences(&locked.upgraded(&now, name).unwrap());
        let kafka = [
            "image kafka: sparkflow/kafka:3.9.2-a -> sparkflow/kafka:3.9.2-b",
            "lock templates/images/kafka/jars.lock: aaaaaaaaaaaa -> bbbbbbbbbbbb",
        ];
        assert_eq!(differences("kafka"), kafka);
        assert_eq!(differences("templates/images/kafka/jars.lock"), kafka[1..]);
        assert_eq!(differences("spark"), ["image spark: sparkflow/spark:3.5.7-a is not in the lock"]);
        assert_eq!(differences("requirements.txt"), ["lock requirements.txt: cccccccccccc is not in the lock"]);
        assert_eq!(differences("a:b"), ["package a:b:1: no longer named", "package a:b:2: not in the lock"]);
        assert_eq!(differences("a:c:1"), ["package a:c:1: not in the lock"]);
        assert_eq!(differences("sparkflow"), ["sparkflow: 0.1.0 -> 0.2.0"]);
    }

    #[test]
    fn an_image_of_the_file_is_upgraded_by_its_name_without_the_version() {
        let with = |tag: &str| {
            let image = format!("localhost:5000/example/page{tag}");
            Lock { images: BTreeMap::from([(image.clone(), image)]), ..lock() }
        };
        for (old, new) in [(":1", ":2"), ("", ":2"), (":1@sha256:00", "@sha256:11")] {
            assert_eq!(with(old).upgraded(&with(new), "localhost:5000/example/page"), Some(with(new)), "{old} {new}");
        }
    }

    #[test]
    fn an_upgrade_of_every_name_is_the_lock_of_now() {
        let now = later();
        let upgrade = |lock: Lock, name: &&str| lock.upgraded(&now, name).unwrap();
        assert_eq!(lock().names(&now).iter().fold(lock(), upgrade), now);
        assert_eq!(lock().upgraded(&now, "kafak"), None);
    }
}
