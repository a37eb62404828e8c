//! How the entries of a YAML map come together: keys are text, each there once, and `<<` merges another map.

use std::collections::{BTreeMap, BTreeSet};

use super::map::Map;
use super::node::{Entry, Key, Kind, Node};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};

/// The key that a node written before a `:` is.
pub(super) fn key_of(node: Node) -> Result<Key, Diagnostic> {
    match node.kind {
        Kind::Scalar(scalar) if !scalar.is_null() => Ok(Key { text: scalar.text, span: node.span }),
        _ => Err(Diagnostic::error("SF003", format!("a key must be text, found {}", node.describe()))
            .at(node.span, "used as a key")
            .help("a value that starts with `{` or `[` may need quotes")),
    }
}

/// Adds an entry whose key is new; a key that is there already shows both places.
pub(super) fn add_entry(
    entries: &mut Vec<Entry>,
    seen: &mut BTreeMap<String, Span>,
    entry: Entry,
    found: &mut Diagnostics,
) {
    let Some(first) = seen.get(&entry.key.text) else {
        seen.insert(entry.key.text.clone(), entry.key.span);
        entries.push(entry);
        return;
    };
    found.push(
        Diagnostic::error("SF004", format!("the key `{}` is there twice", entry.key.text))
            .at(entry.key.span, "again here")
            .at(*first, "first here")
            .help("keep one of them"),
    );
}

/// `<<: *base` adds what the map does not say itself.
pub(super) fn merged(entries: Vec<Entry>, found: &mut Diagnostics) -> Map {
    let (merges, mut own): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|entry| entry.key.text == "<<");
    if merges.is_empty() {
        return Map::new(own);
    }
    let mut said: BTreeSet<String> = own.iter().map(|entry| entry.key.text.clone()).collect();
    for merge in merges {
        let single = std::slice::from_ref(&merge.value);
        let bases = if merge.value.items().is_empty() { single } else { merge.value.items() };
        for base in bases {
            if !matches!(base.kind, Kind::Map(_)) {
                found.push(
                    Diagnostic::error("SF008", format!("`<<` takes a map, found {}", base.describe()))
                        .at(merge.key.span, "merged here"),
                );
            }
            own.extend(base.entries().iter().filter(|entry| said.insert(entry.key.text.clone())).cloned());
        }
    }
    Map::new(own)
}
