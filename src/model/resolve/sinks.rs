//! Sinks: Cassandra tables, their columns and keys.

use std::collections::BTreeMap;

use super::{Scope, integer, schemas, text};
use crate::diagnostic::Diagnostics;
use crate::model::pipeline::{Field, Schema, Sink};
use crate::spec::node::{Entry, Kind, Node};

pub fn all(scope: &Scope<'_>, schemas: &BTreeMap<String, Schema>, found: &mut Diagnostics) -> BTreeMap<String, Sink> {
    let keyspace = text(scope.root, "name").unwrap_or_default().replace('-', "_");
    let entries = scope.section("sinks").iter();
    entries.map(|entry| (entry.key.text.clone(), sink(scope, entry, schemas, &keyspace, found))).collect()
}

fn sink(
    scope: &Scope<'_>,
    entry: &Entry,
    schemas: &BTreeMap<String, Schema>,
    default_keyspace: &str,
    found: &mut Diagnostics,
) -> Sink {
    let node = &entry.value;
    let cassandra = node.get("cassandra");
    let written = cassandra.and_then(|cassandra| text(cassandra, "table"));
    let (keyspace, table) =
        match written.as_deref().map(|table| table.split_once('.').unwrap_or((default_keyspace, table))) {
            Some((keyspace, table)) => (keyspace.to_owned(), table.to_owned()),
            None => (default_keyspace.to_owned(), entry.key.text.clone()),
        };
    let (partition_key, clustering_key) =
        cassandra.and_then(|cassandra| cassandra.get("key")).map(key).unwrap_or_default();
    Sink {
        span: entry.key.span,
        keyspace,
        table,
        columns: columns(scope, node, schemas, found),
        partition_key,
        clustering_key,
        replication: cassandra.and_then(|cassandra| integer(cassandra, "replication")).unwrap_or(1),
    }
}

fn columns(scope: &Scope<'_>, node: &Node, schemas: &BTreeMap<String, Schema>, found: &mut Diagnostics) -> Vec<Field> {
    if let Some(columns) = node.get("columns") {
        return schemas::fields(columns, found);
    }
    let schema = node.get("schema").and_then(|schema| scope.refer(schema, "schemas", found));
    schema.and_then(|name| schemas.get(&name)).map(|schema| schema.fields.clone()).unwrap_or_default()
}

/// `[a, b]` is partition key a and clustering column b, as in CQL; `[[a, b], c]` has a partition key of two columns.
fn key(node: &Node) -> (Vec<String>, Vec<String>) {
    let mut columns = node.one_or_many().iter();
    let names = |node: &Node| -> Vec<String> {
        match &node.kind {
            Kind::Seq(parts) => parts.iter().filter_map(|part| part.text().map(str::to_owned)).collect(),
            _ => node.text().map(str::to_owned).into_iter().collect(),
        }
    };
    let partition = columns.next().map(names).unwrap_or_default();
    (partition, columns.flat_map(names).collect())
}
