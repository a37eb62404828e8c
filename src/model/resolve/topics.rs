//! Topics and what they default to.

use std::collections::BTreeMap;

use super::{Scope, integer, text, texts};
use crate::diagnostic::Diagnostics;
use crate::model::pipeline::Topic;
use crate::spec::check::not_yet;
use crate::spec::node::Entry;

pub fn all(scope: &Scope<'_>, found: &mut Diagnostics) -> BTreeMap<String, Topic> {
    scope.section("topics").iter().map(|entry| (entry.key.text.clone(), topic(scope, entry, found))).collect()
}

fn topic(scope: &Scope<'_>, entry: &Entry, found: &mut Diagnostics) -> Topic {
    let node = &entry.value;
    if let Some(format) = node.get("format").filter(|format| format.text() == Some("avro")) {
        found.push(not_yet("the format avro").at(format.span, "reserved"));
    }
    Topic {
        span: entry.key.span,
        schema: node.get("schema").and_then(|schema| scope.refer(schema, "schemas", found)).unwrap_or_default(),
        key: text(node, "key"),
        partitions: integer(node, "partitions").unwrap_or(1),
        replication: integer(node, "replication").unwrap_or(1),
        config: texts(node, "config"),
    }
}
