//! Which files of the project the pipeline names. The caller reads them; this room touches no disk.

use std::collections::BTreeMap;

use super::Document;
use super::node::Node;
use super::service_keys::{ServiceKeys, SettingKind};
use crate::diagnostic::Span;

/// What the caller found at a path of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    Text(String),
    /// Not text.
    Bytes(Vec<u8>),
    Directory,
    Missing,
    /// A link that leads out of the project folder, or something that is no file.
    Outside,
    /// Below a named folder: a link in a circle, or more than is read; in words that follow its path.
    TooMuch(&'static str),
}

/// By path as the file writes it. Of a folder that is named, its Python files and what must not
/// be read are here too, each with its own path.
pub type ProjectFiles = BTreeMap<String, FileContent>;

/// Every path the file names, with its place. Paths that leave the project by their text are left out: see `escapes`.
#[must_use]
pub fn named(document: &Document, services: &ServiceKeys) -> Vec<(String, Span)> {
    let mut paths = Vec::new();
    for job in section(&document.root, "jobs") {
        paths.extend(["file", "maven"].iter().filter_map(|key| job.get(key)));
    }
    paths.extend(section(&document.root, "sources").filter_map(|source| source.get("replay")));
    if let Some(node) = document.root.get("services") {
        for entry in node.entries() {
            let settings = services.get(&entry.key.text).map(|blueprint| &blueprint.settings);
            let keys = settings.into_iter().flatten().filter(|(_, setting)| setting.kind.is_path());
            paths.extend(keys.filter_map(|(key, _)| dotted(&entry.value, key)));
        }
    }
    let texts = paths.into_iter().filter_map(|node| Some((node.text()?.to_owned(), node.span)));
    texts.filter(|(path, _)| escapes(path).is_none()).collect()
}

/// The folders that services name, as far as they can be inside the project.
#[must_use]
pub fn named_folders(document: &Document, services: &ServiceKeys) -> Vec<String> {
    let mut paths = Vec::new();
    for entry in document.root.get("services").map_or(&[][..], Node::entries) {
        let settings = services.get(&entry.key.text).map(|blueprint| &blueprint.settings);
        let keys = settings.into_iter().flatten().filter(|(_, setting)| setting.kind == SettingKind::Folder);
        paths.extend(keys.filter_map(|(key, _)| dotted(&entry.value, key)?.text().map(str::to_owned)));
    }
    paths.retain(|path| escapes(path).is_none());
    paths
}

/// Why a path cannot be inside the project folder, judged by its text.
#[must_use]
pub fn escapes(path: &str) -> Option<&'static str> {
    let drive = path.get(1..2) == Some(":");
    if path.is_empty() {
        return Some("is empty");
    }
    if path.starts_with(['/', '\\', '~']) || drive {
        return Some("is not relative to the project folder");
    }
    if path.split(['/', '\\']).any(|part| part == "..") {
        return Some("leads out of the project folder");
    }
    None
}

/// The value of a dotted key: `worker.cores`.
#[must_use]
pub fn dotted<'node>(node: &'node Node, key: &str) -> Option<&'node Node> {
    key.split('.').try_fold(node, |node, part| node.get(part))
}

fn section<'node>(root: &'node Node, name: &str) -> impl Iterator<Item = &'node Node> {
    root.get(name).into_iter().flat_map(|node| node.entries().iter().map(|entry| &entry.value))
}
