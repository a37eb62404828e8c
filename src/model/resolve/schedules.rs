//! Schedules and their tasks.

use std::collections::BTreeMap;

use super::{Scope, boolean, duration, integer, text, unknown_name};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::pipeline::{Action, IngestLimit, Schedule, Task, When};
use crate::spec::node::{Entry, Node};

pub fn all(scope: &Scope<'_>, found: &mut Diagnostics) -> BTreeMap<String, Schedule> {
    scope.section("schedules").iter().map(|entry| (entry.key.text.clone(), schedule(scope, entry, found))).collect()
}

fn schedule(scope: &Scope<'_>, entry: &Entry, found: &mut Diagnostics) -> Schedule {
    let node = &entry.value;
    let entries = node.get("tasks").map_or(&[][..], Node::entries);
    if node.get("tasks").is_some() && entries.is_empty() {
        found.push(
            Diagnostic::error("SF607", format!("the schedule `{}` has no tasks", entry.key.text))
                .at(entry.key.span, "empty"),
        );
    }
    Schedule {
        span: entry.key.span,
        when: node.get("when").and_then(Node::text).map_or(When::Manual, when),
        enabled: boolean(node, "enabled").unwrap_or(true),
        catchup: boolean(node, "catchup").unwrap_or(false),
        retries: integer(node, "retries").unwrap_or(1),
        connection: text(node, "connection").unwrap_or_else(|| "spark-conn".to_owned()),
        tasks: entries.iter().filter_map(|task| self::task(scope, task, node, found)).collect(),
    }
}

/// Whether the text is sound is a rule's question; here it only gets its form.
fn when(written: &str) -> When {
    let written = written.trim();
    if written == "manual" {
        return When::Manual;
    }
    match humantime::parse_duration(written) {
        Ok(every) => When::Every(every),
        Err(_) => When::Cron(written.to_owned()),
    }
}

fn task(scope: &Scope<'_>, entry: &Entry, schedule: &Node, found: &mut Diagnostics) -> Option<Task> {
    let node = &entry.value;
    let tasks = schedule.get("tasks");
    let mut after = Vec::new();
    for name in node.get("after").map_or(&[][..], Node::one_or_many) {
        match name.text() {
            Some(text) if tasks.is_some_and(|tasks| tasks.entry(text).is_some()) => after.push(text.to_owned()),
            Some(text) => {
                let names = || tasks.map_or(&[][..], Node::entries).iter().map(|task| task.key.text.as_str()).collect();
                let unknown = unknown_name(text, "tasks", names, found);
                found.push(unknown.at(name.span, "named in this schedule"));
            }
            None => {}
        }
    }
    Some(Task {
        name: entry.key.text.clone(),
        span: entry.key.span,
        action: action(scope, entry, found)?,
        after,
        template: boolean(node, "template").unwrap_or(false),
    })
}

fn action(scope: &Scope<'_>, entry: &Entry, found: &mut Diagnostics) -> Option<Action> {
    let node = &entry.value;
    if let Some(source) = node.get("ingest") {
        let limit = ingest_limit(entry, found);
        return Some(Action::Ingest { source: scope.refer(source, "sources", found)?, limit: limit? });
    }
    for key in ["for", "count"] {
        if let Some(extra) = node.entry(key) {
            found.push(
                Diagnostic::error("SF011", format!("`{key}` goes with `ingest`"))
                    .at(extra.key.span, "has no meaning here"),
            );
        }
    }
    if let Some(job) = node.get("job") {
        return scope.refer(job, "jobs", found).map(Action::Job);
    }
    text(node, "print").map(Action::Print)
}

fn ingest_limit(entry: &Entry, found: &mut Diagnostics) -> Option<IngestLimit> {
    let node = &entry.value;
    match (node.entry("for"), node.entry("count")) {
        (Some(time), Some(count)) => {
            found.push(
                Diagnostic::error("SF011", "an ingest takes either `for` or `count`")
                    .at(count.key.span, "this one too")
                    .at(time.key.span, "already said here"),
            );
            None
        }
        (Some(_), None) => duration(node, "for").map(IngestLimit::For),
        (None, Some(_)) => integer(node, "count").map(IngestLimit::Count),
        (None, None) => {
            found.push(
                Diagnostic::error("SF007", "an ingest task needs `for` or `count`")
                    .at(entry.key.span, "would never end")
                    .help("add `for: 60s`, or `count: 1000`"),
            );
            None
        }
    }
}
