//! SF213 to SF215, SF220, SF221 and SF223: what a job yields against the columns of each table it fills.
//!
//! The generated writer takes exactly the table's columns, in types that fit without a cast: what does not match stops
//! the job before its first row. A job of own code may do as it likes, so less is certain there.

use std::ops::Range;

use super::Facts;
use super::query_place::Query;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Span};
use crate::model::field_type::{Fit, fit};
use crate::model::near;
use crate::model::pipeline::{Field, FieldType, Job, Sink};
use crate::model::sql::reading::{Making, Nulls, OutputColumn};
use crate::spec::suggest;

/// SF213 to SF215, SF220, SF221, SF223.
pub(super) fn result_columns(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, job) in &facts.pipeline.jobs {
        let query = Query::of(facts, name, job);
        for sink_name in &job.writes {
            let Some(sink) = facts.pipeline.sinks.get(sink_name).filter(|sink| !sink.columns.is_empty()) else {
                continue;
            };
            let Some(yields) = yields(facts, name, job, sink_name) else { continue };
            Edge { facts, job: name, query, sink_name, sink }.check(&yields, found);
        }
    }
}

/// A column of what a job yields.
struct Yielded {
    name: String,
    kind: Option<FieldType>,
    nulls: Nulls,
    place: Place,
    /// Where its type was declared, for a value that comes unchanged.
    declared: Option<Span>,
}

/// In the query, or in the job's contract.
enum Place {
    Query(Option<Range<usize>>),
    Contract(Span),
}

/// Nothing where it is not known what the job yields.
fn yields(facts: &Facts<'_>, name: &str, job: &Job, sink: &str) -> Option<Vec<Yielded>> {
    if let Some(read) = facts.queries.get(name) {
        let columns = read.as_ref().ok()?.columns.as_ref()?;
        return columns.iter().map(|column| yielded(facts, column)).collect();
    }
    let declared = job.contract.writes.get(sink)?.iter().map(|column| Yielded {
        name: column.name.clone(),
        kind: column.kind.clone(),
        nulls: Nulls::Unknown,
        place: Place::Contract(column.span),
        declared: None,
    });
    Some(declared.collect())
}

fn yielded(facts: &Facts<'_>, column: &OutputColumn) -> Option<Yielded> {
    let unchanged = (column.making == Making::Unchanged).then(|| column.from.first()).flatten();
    Some(Yielded {
        name: column.name.clone()?,
        kind: column.kind.clone(),
        nulls: column.nulls,
        place: Place::Query(column.place.clone()),
        declared: unchanged.and_then(|from| facts.column_place(&from.table, &from.column)),
    })
}

/// One job and one table it fills.
struct Edge<'a> {
    facts: &'a Facts<'a>,
    job: &'a str,
    /// Of a job whose rows the generated writer writes.
    query: Option<Query<'a>>,
    sink_name: &'a str,
    sink: &'a Sink,
}

impl Edge<'_> {
    fn check(&self, yields: &[Yielded], found: &mut Diagnostics) {
        let columns = &self.sink.columns;
        let filled = |column: &&Field| yields.iter().any(|one| one.name.eq_ignore_ascii_case(&column.name));
        let mut unfilled: Vec<&Field> = columns.iter().filter(|column| !filled(column)).collect();
        for one in yields {
            if let Some(column) = columns.iter().find(|column| column.name.eq_ignore_ascii_case(&one.name)) {
                self.fits(one, column, found);
                self.key_is_not_null(one, column, found);
                continue;
            }
            let meant = near::nearest(&one.name, unfilled.iter().map(|column| column.name.as_str()));
            match meant.and_then(|name| unfilled.iter().position(|column| column.name == name)) {
                Some(index) => found.push(self.misnamed(one, unfilled.remove(index))),
                None => found.push(self.without_column(one)),
            }
        }
        unfilled.into_iter().for_each(|column| found.push(self.unfilled(column)));
    }

    /// SF223.
    fn misnamed(&self, one: &Yielded, column: &Field) -> Diagnostic {
        let message = format!(
            "the job `{}` yields `{}`, and the column of `{}` is `{}`",
            self.job, one.name, self.sink_name, column.name
        );
        let (always, fix) = if self.query.is_some() {
            ("never filled", format!("write `{} AS {}` in the query", one.name, column.name))
        } else {
            ("always null", format!("write `{}` in the job", column.name))
        };
        self.place(Diagnostic::error("SF223", message), one, "yielded here")
            .at(column.span, always)
            .help(format!("{fix}, or name the column `{}`", one.name))
    }

    /// SF213.
    fn without_column(&self, one: &Yielded) -> Diagnostic {
        let known: Vec<&str> = self.sink.columns.iter().map(|column| column.name.as_str()).collect();
        let message = format!(
            "the job `{}` yields `{}`, which the sink `{}` has no column for",
            self.job, one.name, self.sink_name
        );
        self.place(Diagnostic::error("SF213", message), one, "yielded here")
            .help(suggest::help(&one.name, "columns", &known))
    }

    /// SF214.
    fn unfilled(&self, column: &Field) -> Diagnostic {
        let message =
            format!("the job `{}` never fills the column `{}` of `{}`", self.job, column.name, self.sink_name);
        let (severity, help) = match (self.is_key(column), self.query.is_some()) {
            (true, _) => (Severity::Error, "it is part of the key: no row can be written without it".to_owned()),
            (false, true) => (
                Severity::Error,
                format!(
                    "yield it (`CAST(NULL AS {}) AS {}` says that it stays null), or drop the column",
                    spark_name(&column.kind),
                    column.name
                ),
            ),
            (false, false) => (Severity::Warning, "it stays null: write it, or drop the column".to_owned()),
        };
        let mut diagnostic = Diagnostic::error("SF214", message);
        diagnostic.severity = severity;
        let place = self.facts.place(&["jobs", self.job, "writes"]);
        let diagnostic = match self.query {
            Some(query) => query.label(diagnostic, None, "not yielded here"),
            None => diagnostic.at(place, "not written here"),
        };
        diagnostic.at(column.span, "declared here").help(help)
    }

    /// SF215 and SF220.
    fn fits(&self, one: &Yielded, column: &Field, found: &mut Diagnostics) {
        let Some(kind) = &one.kind else { return };
        let fit = fit(kind, &column.kind);
        if fit == Fit::Exact {
            return;
        }
        let what = format!("`{}` of the job `{}` is {kind}", one.name, self.job);
        let column_words = format!("the column `{}` of `{}`, which is {}", column.name, self.sink_name, column.kind);
        let cast = format!("CAST({} AS {}) AS {}", one.name, spark_name(&column.kind), column.name);
        let is_union = matches!(kind, FieldType::AnyOf(_)) && fit != Fit::None;
        let (code, message, fix) = match fit {
            _ if is_union => {
                ("SF220", format!("{what}: a value of several types needs a cast into {column_words}"), cast)
            }
            Fit::Exact | Fit::Cast => ("SF215", format!("{what}, and needs a cast into {column_words}"), cast),
            Fit::Narrowing => ("SF215", format!("{what}, and loses values in {column_words}"), cast),
            Fit::None => ("SF215", format!("{what}, and does not fit {column_words}"), String::new()),
        };
        let mut diagnostic =
            self.place(Diagnostic::error(code, message), one, "yielded here").at(column.span, "the column");
        diagnostic.severity = self.severity(fit, kind, &column.kind);
        if let Some(span) = one.declared.filter(|span| *span != column.span) {
            diagnostic = diagnostic.at(span, "its type is declared here");
        }
        let help = if fix.is_empty() || self.query.is_none() {
            format!("declare the column as {kind}, or write another value")
        } else {
            format!("write `{fix}`, or declare the column as {}", if is_union { &column.kind } else { kind })
        };
        found.push(diagnostic.help(help));
    }

    /// The generated writer refuses what Spark would have to cast; what is text to Spark either way it cannot tell apart.
    fn severity(&self, fit: Fit, from: &FieldType, to: &FieldType) -> Severity {
        let same_to_spark = matches!((from, to), (FieldType::String, FieldType::Uuid));
        match (fit, self.query) {
            (Fit::None, _) => Severity::Error,
            (_, Some(_)) if !same_to_spark => Severity::Error,
            _ => Severity::Warning,
        }
    }

    /// SF221.
    fn key_is_not_null(&self, one: &Yielded, column: &Field, found: &mut Diagnostics) {
        if one.nulls != Nulls::Possible || !self.is_key(column) {
            return;
        }
        let message =
            format!("`{}` of the job `{}` may be null, and is in the key of `{}`", one.name, self.job, self.sink_name);
        let mut diagnostic = self
            .place(Diagnostic::warning("SF221", message), one, "yielded here")
            .at(self.facts.place(&["sinks", self.sink_name, "cassandra", "key"]), "the key");
        if let Some(span) = one.declared {
            diagnostic = diagnostic.at(span, "not required here");
        }
        found.push(diagnostic.help(format!(
            "leave such rows out (`WHERE {} IS NOT NULL`), or make the field required: one null stops the job",
            one.name
        )));
    }

    fn is_key(&self, column: &Field) -> bool {
        self.sink.partition_key.iter().chain(&self.sink.clustering_key).any(|key| *key == column.name)
    }

    fn place(&self, diagnostic: Diagnostic, one: &Yielded, text: &str) -> Diagnostic {
        match (&one.place, self.query) {
            (Place::Query(part), Some(query)) => query.label(diagnostic, part.as_ref(), text),
            (Place::Contract(span), _) => diagnostic.at(*span, text),
            (Place::Query(_), None) => diagnostic.at(self.facts.place(&["jobs", self.job]), text),
        }
    }
}

/// The type as a CAST names it.
fn spark_name(kind: &FieldType) -> String {
    match kind {
        FieldType::Uuid | FieldType::AnyOf(_) => "string".to_owned(),
        FieldType::List(item) => format!("array<{}>", spark_name(item)),
        FieldType::Map(key, value) => format!("map<{},{}>", spark_name(key), spark_name(value)),
        other => other.to_string(),
    }
}
