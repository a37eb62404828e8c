//! `reads` and `writes` of a job: the names, and the columns it says it takes or gives.

use std::collections::BTreeMap;

use super::{Scope, schemas, unknown_name};
use crate::diagnostic::{Diagnostics, Span};
use crate::model::pipeline::DeclaredColumn;
use crate::spec::node::{Kind, Node};

/// What one of the two keys says. A name without columns is only among the names.
#[derive(Debug, Default)]
pub struct Declared {
    pub names: Vec<String>,
    pub columns: BTreeMap<String, Vec<DeclaredColumn>>,
}

/// Topics or sinks, with `topic/` or `sink/` before a name that both have.
pub fn reads(scope: &Scope<'_>, node: &Node, found: &mut Diagnostics) -> Declared {
    declared(node.get("reads"), found, |written, span, found| read_name(scope, written, span, found))
}

/// Sinks.
pub fn writes(scope: &Scope<'_>, node: &Node, found: &mut Diagnostics) -> Declared {
    declared(node.get("writes"), found, |written, span, found| {
        known(written, "sinks", &scope.names("sinks"), span, found)
    })
}

fn declared(
    node: Option<&Node>,
    found: &mut Diagnostics,
    mut refer: impl FnMut(&str, Span, &mut Diagnostics) -> Option<String>,
) -> Declared {
    let mut declared = Declared::default();
    let Some(node) = node else { return declared };
    for item in node.one_or_many() {
        let name = item.text().and_then(|written| refer(written, item.span, found));
        declared.names.extend(name);
    }
    for entry in node.entries() {
        let Some(name) = refer(&entry.key.text, entry.key.span, found) else { continue };
        declared.names.push(name.clone());
        if !entry.value.is_null() {
            declared.columns.insert(name, columns(&entry.value, found));
        }
    }
    declared
}

/// `[id, name]`, or `{ id: uuid, name: }`.
fn columns(node: &Node, found: &mut Diagnostics) -> Vec<DeclaredColumn> {
    if let Kind::Map(entries) = &node.kind {
        let typed = entries.iter().map(|entry| DeclaredColumn {
            name: entry.key.text.clone(),
            kind: schemas::kind(&entry.value, found),
            span: entry.key.span,
        });
        return typed.collect();
    }
    let named = node.one_or_many().iter().filter_map(|item| {
        let name = item.text()?.to_owned();
        Some(DeclaredColumn { name, kind: None, span: item.span })
    });
    named.collect()
}

fn read_name(scope: &Scope<'_>, written: &str, span: Span, found: &mut Diagnostics) -> Option<String> {
    let (sections, name): (&[&str], &str) = match written.split_once('/') {
        Some(("topic", name)) => (&["topics"], name),
        Some(("sink", name)) => (&["sinks"], name),
        _ => (&["topics", "sinks"], written),
    };
    let names: Vec<&str> = sections.iter().flat_map(|section| scope.names(section)).collect();
    let what = if sections.len() == 1 { sections[0] } else { "topics or sinks" };
    known(name, what, &names, span, found)
}

fn known(name: &str, what: &str, names: &[&str], span: Span, found: &mut Diagnostics) -> Option<String> {
    if names.contains(&name) {
        return Some(name.to_owned());
    }
    found.push(unknown_name(name, what, names).at(span, "named here"));
    None
}
