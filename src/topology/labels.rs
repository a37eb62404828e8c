//! Names and labels in the engine: how what is ours is known.

use std::collections::BTreeMap;

use crate::topology::resource::ResourceId;

pub const PROJECT: &str = "io.sparkflow.project";
pub const RESOURCE: &str = "io.sparkflow.resource";
pub const FINGERPRINT: &str = "io.sparkflow.fingerprint";
/// What a container was made from, key by key: a JSON object.
pub const DECLARATION: &str = "io.sparkflow.declaration";
/// On containers only: the image their tag stood for when they were made. The same tag stands for another one after
/// `build --pull`.
pub const IMAGE: &str = "io.sparkflow.image";
/// On containers only: other tools group them by these, and cannot take our volumes with them.
const COMPOSE_PROJECT: &str = "com.docker.compose.project";
const COMPOSE_SERVICE: &str = "com.docker.compose.service";

/// What a container or volume is called in the engine.
#[must_use]
pub fn engine_name(project: &str, name: &str) -> String {
    format!("{project}-{name}")
}

/// The label filter that finds everything of a project.
#[must_use]
pub fn of_project(project: &str) -> String {
    format!("{PROJECT}={project}")
}

#[must_use]
pub fn resource(project: &str, id: &ResourceId) -> BTreeMap<String, String> {
    BTreeMap::from([(PROJECT.to_string(), project.to_string()), (RESOURCE.to_string(), id.to_string())])
}

#[must_use]
pub fn container(project: &str, name: &str, fingerprint: &str) -> BTreeMap<String, String> {
    BTreeMap::from([
        (FINGERPRINT.to_string(), fingerprint.to_string()),
        (COMPOSE_PROJECT.to_string(), project.to_string()),
        (COMPOSE_SERVICE.to_string(), name.to_string()),
    ])
}

/// What `DECLARATION` says; empty where the container's maker did not say, or not in this form.
#[must_use]
pub fn declaration_of(labels: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    labels.get(DECLARATION).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// Host ports as they were chosen, so that a stopped container keeps them: `19092=9092,...`.
pub const PORTS: &str = "io.sparkflow.ports";

/// What `PORTS` says: container port -> host port.
#[must_use]
pub fn ports_of(labels: &BTreeMap<String, String>) -> BTreeMap<u16, u16> {
    let pairs = labels.get(PORTS).map(String::as_str).unwrap_or_default().split(',');
    pairs
        .filter_map(|pair| pair.split_once('='))
        .filter_map(|(inside, host)| Some((inside.parse().ok()?, host.parse().ok()?)))
        .collect()
}
