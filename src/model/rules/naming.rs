//! SF017, SF103, SF104: names that engines, CQL and Python accept, and that stay apart.

use std::collections::BTreeMap;

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::names::{self, Kind};

const SECTIONS: [(&str, &str, Kind); 7] = [
    ("services", "service", Kind::Service),
    ("schemas", "schema", Kind::Thing),
    ("sources", "source", Kind::Thing),
    ("topics", "topic", Kind::Topic),
    ("jobs", "job", Kind::Thing),
    ("sinks", "sink", Kind::Thing),
    ("schedules", "schedule", Kind::Airflow),
];

fn check(kind: Kind, what: &str, name: &str, span: Span, found: &mut Diagnostics) {
    if let Some(allowed) = names::problem(kind, name) {
        found.push(
            Diagnostic::error("SF017", format!("`{name}` is no name for a {what}"))
                .at(span, "this name")
                .help(format!("allowed: {allowed}")),
        );
    }
}

/// SF017: the pipeline, every section, every task, every connection.
pub(super) fn names(facts: &Facts<'_>, found: &mut Diagnostics) {
    let pipeline = facts.pipeline;
    if facts.scope.root.get("name").is_some_and(|node| node.text().is_some()) {
        check(Kind::Pipeline, "pipeline", &pipeline.name, facts.place(&["name"]), found);
    }
    for (section, what, kind) in SECTIONS {
        for entry in facts.scope.section(section) {
            check(kind, what, &entry.key.text, entry.key.span, found);
        }
    }
    for (name, schedule) in &pipeline.schedules {
        check(
            Kind::Connection,
            "connection",
            &schedule.connection,
            facts.place(&["schedules", name, "connection"]),
            found,
        );
        for task in &schedule.tasks {
            check(Kind::Airflow, "task", &task.name, task.span, found);
        }
    }
}

/// SF017: fields, columns, keyspaces and tables become CQL.
pub(super) fn columns(facts: &Facts<'_>, found: &mut Diagnostics) {
    for field in facts.pipeline.schemas.values().flat_map(|schema| &schema.fields) {
        check(Kind::Cql, "field", &field.name, field.span, found);
    }
    for (name, sink) in &facts.pipeline.sinks {
        let place = facts.place(&["sinks", name, "cassandra", "table"]);
        let own_keyspace = sink.keyspace != facts.pipeline.name.replace('-', "_");
        if own_keyspace || names::problem(Kind::Pipeline, &facts.pipeline.name).is_none() {
            check(Kind::Cql, "keyspace", &sink.keyspace, place, found);
        }
        check(Kind::Cql, "table", &sink.table, place, found);
        if facts.scope.root.get("sinks").and_then(|sinks| sinks.get(name)?.get("columns")).is_some() {
            sink.columns.iter().for_each(|column| check(Kind::Cql, "column", &column.name, column.span, found));
        }
    }
}

/// SF104: names that Kafka or the dead letters use.
pub(super) fn reserved_topics(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, topic) in &facts.pipeline.topics {
        if name.starts_with("__") {
            found.push(
                Diagnostic::error("SF104", format!("`{name}`: topics that start with `__` are Kafka's own"))
                    .at(topic.span, "this name"),
            );
        }
        if name.strip_suffix(".dlq").is_some_and(|other| facts.pipeline.topics.contains_key(other)) {
            found.push(
                Diagnostic::error(
                    "SF104",
                    format!("`{name}` is made by itself, for the dead letters of another topic"),
                )
                .at(topic.span, "this name")
                .help("delete it"),
            );
        }
    }
}

/// SF103: Kafka's metrics cannot tell `a.b` from `a_b`.
pub(super) fn topics_that_differ_by_dots(facts: &Facts<'_>, found: &mut Diagnostics) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (name, topic) in &facts.pipeline.topics {
        if let Some(other) = seen.insert(name.replace('.', "_"), name) {
            let first = facts.pipeline.topics.get(other).map_or(topic.span, |other| other.span);
            found.push(
                Diagnostic::warning("SF103", format!("the topics `{other}` and `{name}` differ only by `.` and `_`"))
                    .at(topic.span, "this one")
                    .at(first, "and this one")
                    .help("Kafka's metrics mix them up: rename one"),
            );
        }
    }
}
