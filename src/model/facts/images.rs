//! Images: what their tags say is inside, whether they will be the same tomorrow, and whether they are still there.

use std::collections::BTreeMap;

use super::Finding;
use super::stack::SERVICES;
use super::tables::{Fact, IMAGES, KnownImage, Part};
use super::version::Version;
use crate::diagnostic::Severity;

/// What is wrong with an image, as far as its name and tag tell. `service` is the service that names it.
#[must_use]
pub fn judge_image(image: &str, service: &str) -> Vec<Finding> {
    let mut found: Vec<Finding> = floating(image).into_iter().chain(withdrawn(image)).collect();
    if SERVICES.contains(&service) {
        found.extend(unknown(image));
        found.extend(lacking(image, service));
    }
    found
}

/// The versions that the name and tag of a public image tell, if anything is known of it.
#[must_use]
pub fn carried(image: &str) -> Option<BTreeMap<Part, Version>> {
    let name = Name::read(image);
    let known = known(&name)?;
    let mut parts = known.tags.iter().find_map(|pattern| matched(pattern, name.tag?))?;
    for brings in &known.brings {
        let holds =
            brings.with.iter().all(|(part, range)| parts.get(part).is_some_and(|has| range.holds_throughout(has)));
        if holds {
            for (part, version) in &brings.parts {
                parts.entry(*part).or_insert_with(|| version.clone());
            }
        }
    }
    Some(parts)
}

/// Whether it is left open which Spark an image holds: its tag floats, or says no more than a major version.
#[must_use]
pub(super) fn leaves_spark_open(image: &str) -> bool {
    let short = |parts: &BTreeMap<Part, Version>| parts.get(&Part::Spark).is_some_and(|spark| !spark.is_precise());
    floats(&Name::read(image)) || (!Name::read(image).has_digest && carried(image).as_ref().is_some_and(short))
}

/// `registry/repository:tag@digest`, without the registry and Docker Hub's own prefixes.
struct Name<'a> {
    repository: &'a str,
    tag: Option<&'a str>,
    has_digest: bool,
}

impl<'a> Name<'a> {
    fn read(image: &'a str) -> Self {
        let (name, has_digest) = image.split_once('@').map_or((image, false), |(name, _)| (name, true));
        let after_path = name.rfind('/').map_or(0, |slash| slash + 1);
        let (repository, tag) = match name[after_path..].find(':') {
            Some(colon) => (&name[..after_path + colon], Some(&name[after_path + colon + 1..])),
            None => (name, None),
        };
        let hub = ["docker.io/library/", "index.docker.io/", "docker.io/", "library/"];
        let repository = hub.iter().find_map(|prefix| repository.strip_prefix(prefix)).unwrap_or(repository);
        Self { repository, tag, has_digest }
    }

    fn is(&self, pattern: &str) -> bool {
        match pattern.strip_suffix('*') {
            Some(start) => self.repository.starts_with(start),
            None => self.repository == pattern,
        }
    }
}

fn known(name: &Name<'_>) -> Option<&'static KnownImage> {
    IMAGES.known.iter().find(|known| known.images.iter().any(|pattern| name.is(pattern)))
}

/// The versions a tag gives to the `{part}`s of a pattern.
fn matched(pattern: &str, tag: &str) -> Option<BTreeMap<Part, Version>> {
    let mut parts = BTreeMap::new();
    let (mut pattern, mut tag) = (pattern, tag);
    while let Some((before, rest)) = pattern.split_once('{') {
        let (name, after) = rest.split_once('}')?;
        tag = tag.strip_prefix(before)?;
        let length = tag.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(tag.len());
        parts.insert(super::pairs::part(name), Version::read(&tag[..length])?);
        tag = &tag[length..];
        pattern = after;
    }
    let fits = match pattern.strip_suffix('*') {
        Some(start) => tag.starts_with(start),
        None => tag == pattern,
    };
    fits.then_some(parts)
}

fn floats(name: &Name<'_>) -> bool {
    !name.has_digest && name.tag.is_none_or(|tag| tag == "latest" || tag.starts_with("latest-"))
}

/// SF702: an image that is the same tomorrow.
fn floating(image: &str) -> Option<Finding> {
    let fact = Fact {
        id: "floating-tag".to_owned(),
        says: "a floating tag names another image after the next pull".to_owned(),
        help: Some("name a version, or a digest: `image@sha256:...`".to_owned()),
        source: String::new(),
        checked: "2026-11-24".to_owned(),
    };
    let message = format!("the image `{image}` may be another one tomorrow");
    floats(&Name::read(image)).then(|| Finding::new("SF702", Severity::Warning, message, &fact))
}

/// SF705.
fn withdrawn(image: &str) -> Option<Finding> {
    let name = Name::read(image);
    let gone = IMAGES.withdrawn.iter().find(|gone| gone.images.iter().any(|pattern| name.is(pattern)))?;
    let message = format!("the image `{image}`: {}", gone.fact.says);
    let help = "leave `image` out to use sparkflow's own build, or name an image that is maintained".to_owned();
    Some(Finding { help, ..Finding::new("SF705", Severity::Warning, message, &gone.fact) })
}

/// SF820: a service of ours on an image that nothing is known of.
fn unknown(image: &str) -> Option<Finding> {
    if carried(image).is_some() {
        return None;
    }
    let fact = Fact {
        id: "unknown-image".to_owned(),
        says: "versions are told from the names and tags of public images".to_owned(),
        help: Some("`sparkflow verify` asks the running containers for their versions".to_owned()),
        source: String::new(),
        checked: "2026-11-24".to_owned(),
    };
    let message = format!("nothing is known of the versions in the image `{image}`, so they are not checked");
    Some(Finding::new("SF820", Severity::Warning, message, &fact))
}

/// SF816: drivers run in Airflow's containers, and need Spark and Java there.
fn lacking(image: &str, service: &str) -> Option<Finding> {
    let lacks = &known(&Name::read(image))?.lacks;
    if lacks.is_empty() || service != "airflow" {
        return None;
    }
    let names: Vec<String> = lacks.iter().map(Part::to_string).collect();
    let message =
        format!("the image `{image}` has no {}, which Airflow's tasks submit jobs with", names.join(" and no "));
    let fact = Fact {
        id: "airflow-without-java".to_owned(),
        says: "spark-submit runs inside Airflow's containers".to_owned(),
        help: Some("leave `image` out for sparkflow's own, or build one that has them".to_owned()),
        source: "apache/airflow issue 29813: JAVA_HOME is not set".to_owned(),
        checked: "2026-11-24".to_owned(),
    };
    Some(Finding::new("SF816", Severity::Error, message, &fact))
}
