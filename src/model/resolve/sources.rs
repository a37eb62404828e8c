//! Sources: the request, and how each field is made.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Scope, duration, integer, list, schemas, text, texts};
use crate::diagnostic::Diagnostics;
use crate::model::pipeline::{Generated, HttpSource, Projection, Schema, Source, Topic};
use crate::spec::node::{Entry, Node};
use crate::spec::scalar;

const EVERY: Duration = Duration::from_secs(1);
const TIMEOUT: Duration = Duration::from_secs(5);
const RETRIES: u32 = 5;

type Schemas = BTreeMap<String, Schema>;

pub fn all(
    scope: &Scope<'_>,
    topics: &BTreeMap<String, Topic>,
    schemas: &Schemas,
    found: &mut Diagnostics,
) -> BTreeMap<String, Source> {
    let mut sources = BTreeMap::new();
    for entry in scope.section("sources") {
        let to = entry.value.get("to").and_then(|to| scope.refer(to, "topics", found)).unwrap_or_default();
        let schema = topics.get(&to).and_then(|topic| schemas.get(&topic.schema));
        sources.insert(entry.key.text.clone(), source(scope, entry, to, schema, found));
    }
    sources
}

fn source(scope: &Scope<'_>, entry: &Entry, to: String, schema: Option<&Schema>, found: &mut Diagnostics) -> Source {
    let node = &entry.value;
    let replay = node.get("replay");
    if let Some(path) = replay {
        scope.file(path, found);
    }
    Source {
        span: entry.key.span,
        http: node.get("http").map_or_else(|| http(node), http),
        to,
        map: map(node, schema, found),
        replay: replay.and_then(Node::text).map(str::to_owned),
    }
}

fn http(node: &Node) -> HttpSource {
    HttpSource {
        url: node.text().map(str::to_owned).or_else(|| text(node, "url")).unwrap_or_default(),
        query: texts(node, "query"),
        records: text(node, "records").unwrap_or_else(|| "$".to_owned()),
        every: duration(node, "every").unwrap_or(EVERY),
        timeout: duration(node, "timeout").unwrap_or(TIMEOUT),
        retries: integer(node, "retries").unwrap_or(RETRIES),
    }
}

/// One projection per field, in the schema's order; without a map, every field from the key of the same name.
fn map(node: &Node, schema: Option<&Schema>, found: &mut Diagnostics) -> Vec<(String, Projection)> {
    let fields = schema.map_or(&[][..], |schema| &schema.fields);
    let Some(map) = node.get("map") else {
        let same_name = |name: &str| Projection::Path { path: format!("$.{name}"), cast: None };
        return fields.iter().map(|field| (field.name.clone(), same_name(&field.name))).collect();
    };
    let entries = map.entries().iter();
    let mut made: Vec<(String, Projection)> =
        entries.filter_map(|entry| Some((entry.key.text.clone(), projection(&entry.value, found)?))).collect();
    made.sort_by_key(|(name, _)| fields.iter().position(|field| field.name == *name).unwrap_or(usize::MAX));
    made
}

fn projection(node: &Node, found: &mut Diagnostics) -> Option<Projection> {
    if let Some(path) = node.text() {
        return Some(Projection::Path { path: path.to_owned(), cast: None });
    }
    if let Some(path) = text(node, "path") {
        let cast = node.get("cast").and_then(|cast| schemas::kind(cast, found));
        return Some(Projection::Path { path, cast });
    }
    if node.get("join").is_some() {
        let with = node.get("with").and_then(Node::scalar).map_or_else(|| " ".to_owned(), |with| with.text.clone());
        return Some(Projection::Join { paths: list(node, "join"), with });
    }
    if let Some(constant) = node.get("const") {
        return scalar::json(constant).ok().map(Projection::Const);
    }
    if node.get("hash").is_some() {
        return Some(Projection::Hash(list(node, "hash")));
    }
    match node.get("generate")?.text()? {
        "uuid" => Some(Projection::Generate(Generated::Uuid)),
        "now" => Some(Projection::Generate(Generated::Now)),
        _ => None,
    }
}
