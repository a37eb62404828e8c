//! SF108, SF212, SF228, SF229 and SF503 to SF505: what a query is, and what it reads.

use super::Facts;
use super::query_place::Query;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::near;
use crate::model::pipeline::Job;
use crate::model::sql::reading::{Authority, MissingColumn, QueryReading};
use crate::model::sql::{self, Unread};
use crate::spec::suggest;

/// SF503 to SF505: one query per job. Spark is the authority on what is one.
pub(super) fn are_queries(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, job, query) in queries(facts) {
        match facts.queries.get(name) {
            Some(Err(Unread::Syntax(reason))) => {
                let message = format!("the query of `{name}` is not understood here, so it is not checked: {reason}");
                found.push(
                    query
                        .label(Diagnostic::warning("SF503", message), None, "this query")
                        .help("Spark has the last word, when the job runs"),
                );
            }
            Some(Err(error)) => found.push(
                query
                    .label(Diagnostic::error("SF504", format!("{error}; a SQL job is one query")), None, "this job")
                    .help("write one SELECT; `writes` says where its rows go"),
            ),
            Some(Ok(_)) | None => {}
        }
        if facts.scope.root.get("jobs").and_then(|jobs| jobs.get(name)?.get("writes")).is_none() {
            found.push(
                Diagnostic::warning("SF505", format!("the rows of `{name}` go nowhere"))
                    .at(job.span, "no `writes`")
                    .help("name a sink with `writes:`"),
            );
        }
    }
}

/// SF108: a table that is neither a topic nor a sink.
pub(super) fn tables_are_declared(facts: &Facts<'_>, found: &mut Diagnostics) {
    let pipeline = facts.pipeline;
    for (name, _, query) in queries(facts) {
        if !matches!(facts.queries.get(name), Some(Ok(reading)) if reading.authority == Authority::Inferred) {
            continue;
        }
        for (table, place) in sql::tables_at(query.text) {
            if pipeline.topics.contains_key(&table) || pipeline.sinks.contains_key(&table) {
                continue;
            }
            let message = format!("the query of `{name}` reads `{table}`, which is neither a topic nor a sink");
            found.push(
                query
                    .label(Diagnostic::error("SF108", message), Some(&place), "read here")
                    .help(table_help(facts, &table)),
            );
        }
    }
}

/// A query names a sink by its own name, not by its table's.
fn table_help(facts: &Facts<'_>, table: &str) -> String {
    let pipeline = facts.pipeline;
    let sink = pipeline.sinks.iter().find(|(_, sink)| format!("{}.{}", sink.keyspace, sink.table) == table);
    let known: Vec<&str> = pipeline.topics.keys().chain(pipeline.sinks.keys()).map(String::as_str).collect();
    sink.map_or_else(
        || suggest::help(table, "topics and sinks", &known),
        |(name, _)| format!("use the sink's name: `{name}`"),
    )
}

/// SF212: a column that none of the tables at that point has.
pub(super) fn input_columns(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, query, reading) in readings(facts) {
        for missing in &reading.missing {
            found.push(missing_column(facts, name, query, missing));
        }
    }
}

fn missing_column(facts: &Facts<'_>, job: &str, query: Query<'_>, missing: &MissingColumn) -> Diagnostic {
    let column = &missing.name;
    let message = match missing.tables.as_slice() {
        [] => format!("the query of `{job}` reads the column `{column}`, which nothing there has"),
        [only] => format!("the query of `{job}` reads the column `{column}`, which `{only}` does not have"),
        several => {
            let names: Vec<&str> = several.iter().map(String::as_str).collect();
            format!("the query of `{job}` reads the column `{column}`, which none of {} has", suggest::list(&names))
        }
    };
    let mut diagnostic = query.label(Diagnostic::error("SF212", message), Some(&missing.place), "read here");
    let known: Vec<&str> = missing.known.iter().map(String::as_str).collect();
    if let Some(meant) = near::nearest(column, known.iter().copied())
        && let Some(span) = missing.tables.iter().find_map(|table| facts.column_place(table, meant))
    {
        diagnostic = diagnostic.at(span, "declared here");
    }
    diagnostic.help(suggest::help(column, "columns", &known))
}

/// SF228: what was left out of the checks, so that silence is not taken for soundness.
pub(super) fn unchecked_parts(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, query, reading) in readings(facts) {
        let Some(first) = reading.unchecked.first() else { continue };
        let mut parts: Vec<&str> = reading.unchecked.iter().map(|part| part.what.as_str()).collect();
        parts.sort_unstable();
        parts.dedup();
        let message = format!("parts of the query of `{name}` are not checked: {}", parts.join(", "));
        found.push(
            query
                .label(Diagnostic::note("SF228", message), first.place.as_ref(), "left to Spark")
                .help("nothing is wrong with it: this part is not understood without Spark"),
        );
    }
}

/// SF229: a name such as `count(1)` is no column's.
pub(super) fn columns_are_named(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, query, reading) in readings(facts) {
        let columns = reading.columns.iter().flatten().enumerate();
        for (index, column) in columns.filter(|(_, column)| column.name.is_none()) {
            let message = format!("column {} of the query of `{name}` has no name", index + 1);
            found.push(
                query.label(Diagnostic::error("SF229", message), column.place.as_ref(), "in this query").help(
                    "end it with `AS name`: Spark's own name for it, such as `count(1)`, is no column of a table",
                ),
            );
        }
    }
}

fn queries<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = (&'a str, &'a Job, Query<'a>)> {
    let jobs = facts.pipeline.jobs.iter();
    jobs.filter_map(|(name, job)| Some((name.as_str(), job, Query::of(facts, name, job)?)))
}

/// The queries that this program reads by itself; what Spark says of one is told from its own words.
fn readings<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = (&'a str, Query<'a>, &'a QueryReading)> {
    queries(facts).filter_map(|(name, _, query)| {
        let reading = facts.queries.get(name)?.as_ref().ok()?;
        (reading.authority == Authority::Inferred).then_some((name, query, reading))
    })
}
