//! Jobs: what kind of code, what it reads and writes, what it asks of Spark.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Scope, contracts, duration, integer, list, memory, text, texts};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::pipeline::{Contract, Job, JobCode, Stream, StreamFrom};
use crate::model::sql;
use crate::spec::files::FileContent;
use crate::spec::node::{Entry, Node};

const MICRO_BATCH: Duration = Duration::from_secs(2);
const MEMORY: u64 = 512 << 20;

pub fn all(scope: &Scope<'_>, found: &mut Diagnostics) -> BTreeMap<String, Job> {
    let entries = scope.section("jobs").iter();
    entries.filter_map(|entry| Some((entry.key.text.clone(), job(scope, entry, found)?))).collect()
}

fn job(scope: &Scope<'_>, entry: &Entry, found: &mut Diagnostics) -> Option<Job> {
    let node = &entry.value;
    let reads = contracts::reads(scope, node, found);
    let writes = contracts::writes(scope, node, found);
    let code = code(scope, entry, found)?;
    let names = match &code {
        JobCode::Sql { query } | JobCode::SqlFile { query, .. } if reads.names.is_empty() => queried(scope, query),
        _ => reads.names,
    };
    Some(Job {
        span: entry.key.span,
        code,
        stream: node.get("stream").map(stream),
        reads: names,
        writes: writes.names,
        contract: Contract { reads: reads.columns, writes: writes.columns },
        args: list(node, "args"),
        cores: integer(node, "cores").unwrap_or(1),
        memory: memory(node, "memory").unwrap_or(MEMORY),
        driver_memory: memory(node, "driver_memory").unwrap_or(MEMORY),
        conf: texts(node, "conf"),
    })
}

fn stream(node: &Node) -> Stream {
    let from = match node.get("from").and_then(Node::text) {
        Some("latest") => StreamFrom::Latest,
        _ => StreamFrom::Earliest,
    };
    Stream { every: duration(node, "every").unwrap_or(MICRO_BATCH), from }
}

/// The topics and sinks that the query's text names.
fn queried(scope: &Scope<'_>, query: &str) -> Vec<String> {
    let tables = sql::tables(query);
    let known: Vec<&str> = scope.names("topics").into_iter().chain(scope.names("sinks")).collect();
    tables.into_iter().filter(|table| known.contains(&table.as_str())).collect()
}

fn code(scope: &Scope<'_>, entry: &Entry, found: &mut Diagnostics) -> Option<JobCode> {
    let node = &entry.value;
    if let Some(query) = text(node, "sql") {
        return Some(JobCode::Sql { query });
    }
    if let Some(folder) = node.get("maven") {
        return maven(scope, entry, folder, found);
    }
    let file = node.get("file")?;
    let path = file.text()?.to_owned();
    match extension(&path) {
        "sql" => match scope.file(file, found)? {
            FileContent::Text(query) => Some(JobCode::SqlFile { query: query.clone(), path }),
            _ => not_that(file, "a text file", found),
        },
        "py" => match scope.file(file, found)? {
            FileContent::Text(_) => Some(JobCode::Python { path }),
            _ => not_that(file, "a text file", found),
        },
        "jar" => {
            scope.file(file, found)?;
            Some(JobCode::Jar { class: class(entry, "a jar", found)?, path })
        }
        other => {
            let message = if other.is_empty() {
                format!("`{path}` has no extension")
            } else {
                format!("jobs are not made of .{other} files")
            };
            found.push(
                Diagnostic::error("SF501", message).at(file.span, "this file").help(
                    "the extension says what a job is: .sql, .py or .jar; a Maven project is named with `maven:`",
                ),
            );
            None
        }
    }
}

fn maven(scope: &Scope<'_>, entry: &Entry, folder: &Node, found: &mut Diagnostics) -> Option<JobCode> {
    let class = class(entry, "a Maven project", found);
    match scope.file(folder, found)? {
        FileContent::Directory => Some(JobCode::Maven { path: folder.text()?.to_owned(), class: class? }),
        _ => not_that(folder, "a folder with a pom.xml", found),
    }
}

fn class(entry: &Entry, what: &str, found: &mut Diagnostics) -> Option<String> {
    let class = text(&entry.value, "class");
    if class.is_none() {
        found.push(
            Diagnostic::error("SF502", format!("{what} needs the key `class`"))
                .at(entry.key.span, "this job")
                .help("name the main class: `class: com.example.Main`"),
        );
    }
    class
}

fn not_that(node: &Node, expected: &str, found: &mut Diagnostics) -> Option<JobCode> {
    found.push(
        Diagnostic::error("SF021", format!("`{}` is not {expected}", node.text().unwrap_or_default()))
            .at(node.span, "this path"),
    );
    None
}

fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}
