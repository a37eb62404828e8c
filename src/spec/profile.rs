//! Profiles: named parts of a file laid over the rest. Maps merge, everything else is replaced; places stay the winner's.

use super::Document;
use super::map::Map;
use super::node::{Entry, Kind, Node};
use super::suggest;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};

/// Lays the named profiles over the file, in order.
pub fn apply(document: &mut Document, names: &[String], found: &mut Diagnostics) {
    for name in names {
        match document.profiles.iter().find(|entry| entry.key.text == *name) {
            Some(entry) => overlay(&mut document.root, &entry.value),
            None => found.push(unknown(name, &document.profiles, document.root.head())),
        }
    }
}

/// Takes the section out of the tree: what no one chose is not part of the pipeline.
#[must_use]
pub fn split(mut root: Node) -> Document {
    let mut profiles = Vec::new();
    if let Kind::Map(map) = &mut root.kind {
        let (taken, kept): (Vec<Entry>, Vec<Entry>) =
            std::mem::take(map).into_entries().into_iter().partition(|entry| entry.key.text == "profiles");
        *map = Map::new(kept);
        profiles = taken.into_iter().flat_map(|entry| entry.value.entries().to_vec()).collect();
    }
    Document { root, profiles }
}

fn overlay(base: &mut Node, over: &Node) {
    match (&mut base.kind, &over.kind) {
        (Kind::Map(map), Kind::Map(additions)) => {
            let mut new = Vec::new();
            for addition in additions.entries() {
                match map.value_mut(&addition.key.text) {
                    Some(value) => overlay(value, &addition.value),
                    None => new.push(addition.clone()),
                }
            }
            if !new.is_empty() {
                let mut entries = std::mem::take(map).into_entries();
                entries.append(&mut new);
                *map = Map::new(entries);
            }
        }
        _ => *base = over.clone(),
    }
}

fn unknown(name: &str, profiles: &[Entry], root: Span) -> Diagnostic {
    let known: Vec<&str> = profiles.iter().map(|entry| entry.key.text.as_str()).collect();
    let span = profiles.first().map_or(root, |entry| entry.key.span);
    Diagnostic::error("SF015", format!("there is no profile `{name}`"))
        .at(span, "profiles stand here")
        .help(suggest::help(name, "profiles", &known))
}
