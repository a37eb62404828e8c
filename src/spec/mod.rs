//! `pipeline.yaml` as it is written: a tree with places, checked against the one table of keys. Pure.
//!
//! In order: [`parse`] bytes, [`apply_profile`], [`interpolate`], [`named_files`] (the caller reads them),
//! then `model::resolve`. Each step reports everything it finds and goes on where it can.
//! Nothing here knows what a topic means, reads an environment or opens a file.

pub mod bytes;
pub mod check;
mod entries;
pub mod files;
pub mod interpolate;
pub mod keys;
pub mod map;
pub mod node;
pub mod profile;
pub mod read;
pub mod scalar;
pub mod schema;
pub mod service_keys;
mod services;
pub mod shape;
pub mod suggest;
mod syntax;
pub mod trials;

use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use node::{Entry, Kind, Node};
use service_keys::ServiceKeys;

pub use services::{host_port, published};

/// A file that could be read: the tree without its `profiles`, and those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub root: Node,
    pub profiles: Vec<Entry>,
}

/// The tree of a file, or nothing where it is not one YAML map. Findings of any severity go to `found`.
pub fn parse(text: &[u8], found: &mut Diagnostics) -> Option<Document> {
    let text = bytes::decode(text, found)?;
    let root = read::read(text, found)?;
    if !matches!(root.kind, Kind::Map(_)) {
        let message = format!("a pipeline is a map of keys, found {}", root.describe());
        found.push(Diagnostic::error("SF005", message).at(root.head(), "not a map").help("start with `name:`"));
        return None;
    }
    Some(profile::split(root))
}

/// The tree of a file of another kind, which has neither profiles nor variables.
pub fn parse_plain(text: &[u8], found: &mut Diagnostics) -> Option<Node> {
    let text = bytes::decode(text, found)?;
    read::read(text, found)
}

/// Lays profiles over the tree, in the order given.
pub fn apply_profile(document: &mut Document, names: &[String], found: &mut Diagnostics) {
    profile::apply(document, names, found);
}

/// Fills `${...}` from the environment given. Profiles that were not chosen are left alone.
pub fn interpolate(document: &mut Document, environment: &interpolate::Environment, found: &mut Diagnostics) {
    interpolate::apply(&mut document.root, environment, found);
}

/// Paths the file names, for the caller to read into a `files::ProjectFiles`.
#[must_use]
pub fn named_files(document: &Document, services: &ServiceKeys) -> Vec<(String, Span)> {
    files::named(document, services)
}

/// The folders among them that services name: their Python files are read too.
#[must_use]
pub fn named_folders(document: &Document, services: &ServiceKeys) -> Vec<String> {
    files::named_folders(document, services)
}

/// Everything about the tree that the table of keys can judge; profiles not chosen included.
pub fn check(document: &Document, services: &ServiceKeys, found: &mut Diagnostics) {
    check::whole(&document.root, services, found);
    for profile in &document.profiles {
        check::part(&profile.value, services, found);
    }
}
