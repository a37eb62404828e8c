//! SF212 to SF215 and SF503 to SF505: from what a query reads to the table it fills.

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Span};
use crate::model::field_type::{Fit, fit};
use crate::model::pipeline::{Field, FieldType, Job, JobCode};
use crate::model::sql::{self, Columns, Origin, Query, Unread};
use crate::spec::suggest;

/// SF503 to SF505: one query per job. Spark is the authority on what is one.
pub(super) fn are_queries(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, job) in &facts.pipeline.jobs {
        let Some((text, place)) = query_of(facts, name, job) else {
            continue;
        };
        let at = file_of(job);
        match sql::read(text) {
            Ok(_) => {}
            Err(Unread::Syntax(reason)) => {
                found.push(
                    Diagnostic::warning(
                        "SF503",
                        format!(
                            "the query of `{name}`{at} is not understood here, so its columns are not checked: {reason}"
                        ),
                    )
                    .at(place, "this query")
                    .help("Spark has the last word, when the job runs"),
                );
            }
            Err(error) => found.push(
                Diagnostic::error("SF504", format!("{error}{at}; a SQL job is one query"))
                    .at(place, "this job")
                    .help("write one SELECT; `writes` says where its rows go"),
            ),
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
    for (name, job) in &facts.pipeline.jobs {
        let Some((text, place)) = query_of(facts, name, job) else {
            continue;
        };
        if sql::read(text).is_err() {
            continue;
        }
        let known: Vec<&str> =
            facts.pipeline.topics.keys().chain(facts.pipeline.sinks.keys()).map(String::as_str).collect();
        for table in sql::tables(text).iter().filter(|table| !known.contains(&table.as_str())) {
            let message =
                format!("the query of `{name}`{} reads `{table}`, which is neither a topic nor a sink", file_of(job));
            found.push(
                Diagnostic::error("SF108", message).at(place, "this query").help(table_help(facts, table, &known)),
            );
        }
    }
}

/// A query names a sink by its own name, not by its table's.
fn table_help(facts: &Facts<'_>, table: &str, known: &[&str]) -> String {
    let sink = facts.pipeline.sinks.iter().find(|(_, sink)| format!("{}.{}", sink.keyspace, sink.table) == table);
    sink.map_or_else(
        || suggest::help(table, "topics and sinks", known),
        |(name, _)| format!("use the sink's name: `{name}`"),
    )
}

/// SF212: a column that the one table a query reads does not have.
pub(super) fn input_columns(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, job) in &facts.pipeline.jobs {
        let Some((Query { columns: Columns::Listed { table: Some(table), columns }, .. }, place)) =
            read(facts, name, job)
        else {
            continue;
        };
        let Some(fields) = fields_of(facts, &table) else {
            continue;
        };
        let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        for column in columns {
            let Origin::Column(column) = column.origin else {
                continue;
            };
            if find(fields, &column).is_none() {
                let message = format!(
                    "the query of `{name}`{} reads the column `{column}`, which `{table}` does not have",
                    file_of(job)
                );
                found.push(
                    Diagnostic::error("SF212", message)
                        .at(place, "this query")
                        .help(suggest::help(&column, "columns", &known)),
                );
            }
        }
    }
}

/// SF213 to SF215: what a query yields against the columns of each table it fills.
pub(super) fn result_columns(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, job) in &facts.pipeline.jobs {
        let Some((query, place)) = read(facts, name, job) else {
            continue;
        };
        let Some(results) = results(facts, &query.columns) else {
            continue;
        };
        for sink_name in &job.writes {
            let Some(sink) = facts.pipeline.sinks.get(sink_name) else {
                continue;
            };
            let edge = Edge { job: name, sink: sink_name, at: file_of(job), place };
            edge.check(&results, &sink.columns, &sink.partition_key, &sink.clustering_key, found);
        }
    }
}

/// A column of a result: its name, its type where it can be told, and where it was declared.
type ResultColumn = (String, Option<FieldType>, Option<Span>);

fn results(facts: &Facts<'_>, columns: &Columns) -> Option<Vec<ResultColumn>> {
    match columns {
        Columns::Unknown => None,
        Columns::All { table } => Some(
            fields_of(facts, table)?
                .iter()
                .map(|field| (field.name.clone(), Some(field.kind.clone()), Some(field.span)))
                .collect(),
        ),
        Columns::Listed { table, columns } => {
            let fields = table.as_ref().and_then(|table| fields_of(facts, table)).unwrap_or_default();
            columns
                .iter()
                .map(|column| {
                    let name = column.name.clone()?;
                    Some(match &column.origin {
                        Origin::Typed(kind) => (name, Some(kind.clone()), None),
                        Origin::Column(from) => {
                            let field = find(fields, from);
                            (name, field.map(|field| field.kind.clone()), field.map(|field| field.span))
                        }
                        Origin::Unknown => (name, None, None),
                    })
                })
                .collect()
        }
    }
}

/// One job and one table it fills.
struct Edge<'a> {
    job: &'a str,
    sink: &'a str,
    at: String,
    place: Span,
}

impl Edge<'_> {
    fn check(
        &self,
        results: &[ResultColumn],
        columns: &[Field],
        partition: &[String],
        clustering: &[String],
        found: &mut Diagnostics,
    ) {
        let known: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        for (name, kind, declared) in results {
            match find(columns, name) {
                None => found.push(
                    Diagnostic::error(
                        "SF213",
                        format!(
                            "the job `{}`{} yields `{name}`, which the sink `{}` has no column for",
                            self.job, self.at, self.sink
                        ),
                    )
                    .at(self.place, "yielded here")
                    .help(suggest::help(name, "columns", &known)),
                ),
                Some(column) => self.fit(name, kind.as_ref(), *declared, column, found),
            }
        }
        for column in
            columns.iter().filter(|column| !results.iter().any(|(name, ..)| name.eq_ignore_ascii_case(&column.name)))
        {
            let in_key = partition.contains(&column.name) || clustering.contains(&column.name);
            let message = format!(
                "the job `{}`{} never fills the column `{}` of `{}`",
                self.job, self.at, column.name, self.sink
            );
            let diagnostic = if in_key {
                Diagnostic::error("SF214", message).help("it is part of the key: no row can be written without it")
            } else {
                Diagnostic::warning("SF214", message).help("it stays null: add it to the query, or drop the column")
            };
            found.push(diagnostic.at(self.place, "not yielded here").at(column.span, "declared here"));
        }
    }

    fn fit(
        &self,
        name: &str,
        kind: Option<&FieldType>,
        declared: Option<Span>,
        column: &Field,
        found: &mut Diagnostics,
    ) {
        let Some(kind) = kind else { return };
        let (severity, verb) = match fit(kind, &column.kind) {
            Fit::Exact => return,
            Fit::Narrowing => (Severity::Warning, "loses values in"),
            Fit::None => (Severity::Error, "does not fit"),
        };
        let message = format!(
            "`{name}` of the job `{}`{} is {kind}, and {verb} the column `{}` of `{}`, which is {}",
            self.job, self.at, column.name, self.sink, column.kind
        );
        let mut diagnostic =
            Diagnostic::error("SF215", message).at(self.place, "yielded here").at(column.span, "the column");
        diagnostic.severity = severity;
        if let Some(span) = declared.filter(|span| *span != column.span) {
            diagnostic = diagnostic.at(span, "its type is declared here");
        }
        found.push(diagnostic.help(format!("declare the column as {kind}, or cast in the query")));
    }
}

fn read(facts: &Facts<'_>, name: &str, job: &Job) -> Option<(Query, Span)> {
    let (text, place) = query_of(facts, name, job)?;
    Some((sql::read(text).ok()?, place))
}

/// The text of a SQL job, and where the file names it.
fn query_of<'a>(facts: &Facts<'_>, name: &str, job: &'a Job) -> Option<(&'a str, Span)> {
    match &job.code {
        JobCode::Sql { query } => Some((query, facts.place(&["jobs", name, "sql"]))),
        JobCode::SqlFile { query, .. } => Some((query, facts.place(&["jobs", name, "file"]))),
        _ => None,
    }
}

fn file_of(job: &Job) -> String {
    match &job.code {
        JobCode::SqlFile { path, .. } => format!(" ({path})"),
        _ => String::new(),
    }
}

fn fields_of<'a>(facts: &'a Facts<'_>, table: &str) -> Option<&'a [Field]> {
    let sink = facts.pipeline.sinks.get(table).map(|sink| sink.columns.as_slice());
    facts.topic_schema(table).map(|schema| schema.fields.as_slice()).or(sink).filter(|fields| !fields.is_empty())
}

/// Spark's column names ignore case.
fn find<'a>(fields: &'a [Field], name: &str) -> Option<&'a Field> {
    fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
}
