//! SF222 and SF225: columns that a job of own code says it reads, and columns no table can hold.

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::model::field_type::{Fit, fit};
use crate::model::near;
use crate::model::pipeline::{DeclaredColumn, Field, FieldType};
use crate::spec::suggest;

/// SF225: what a job says it reads is there, in the type it says.
pub(super) fn declared_reads(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (job_name, job) in &facts.pipeline.jobs {
        for (table, columns) in &job.contract.reads {
            let Some(fields) = facts.fields_of(table) else { continue };
            for column in columns {
                match fields.iter().find(|field| field.name == column.name) {
                    None => found.push(missing(job_name, table, column, fields)),
                    Some(field) => found.extend(other_type(job_name, table, column, field)),
                }
            }
        }
    }
}

fn missing(job: &str, table: &str, column: &DeclaredColumn, fields: &[Field]) -> Diagnostic {
    let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let message = format!("the job `{job}` reads `{}`, which `{table}` does not have", column.name);
    let mut diagnostic = Diagnostic::error("SF225", message).at(column.span, "read here: always null");
    let meant = near::nearest(&column.name, known.iter().copied());
    if let Some(field) = meant.and_then(|meant| fields.iter().find(|field| field.name == meant)) {
        diagnostic = diagnostic.at(field.span, "probably meant");
    }
    diagnostic.help(suggest::help(&column.name, "columns", &known))
}

fn other_type(job: &str, table: &str, column: &DeclaredColumn, field: &Field) -> Option<Diagnostic> {
    let kind = column.kind.as_ref()?;
    let fit = fit(&field.kind, kind);
    if fit == Fit::Exact {
        return None;
    }
    let message = format!("the job `{job}` reads `{}` of `{table}` as {kind}, and it is {}", column.name, field.kind);
    let mut diagnostic =
        Diagnostic::error("SF225", message).at(column.span, "read here").at(field.span, "declared here");
    if fit != Fit::None {
        diagnostic.severity = Severity::Warning;
    }
    Some(diagnostic.help(format!("write {}, or cast in the job", field.kind)))
}

/// SF222: a column has one type.
pub(super) fn columns_are_of_one_type(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, sink) in &facts.pipeline.sinks {
        for column in sink.columns.iter().filter(|column| has_union(&column.kind)) {
            let message =
                format!("the column `{}` of `{name}` is {}, and a column has one type", column.name, column.kind);
            let mut diagnostic = Diagnostic::error("SF222", message).at(column.span, "several types");
            let schema = facts.written(&["sinks", name, "schema"]);
            if let Some(span) = schema {
                diagnostic = diagnostic.at(span, "the table takes its columns from it");
            }
            let fix = if schema.is_some() { "give the sink `columns:` of its own, with" } else { "write" };
            found.push(diagnostic.help(format!("{fix} one type, and cast in the job")));
        }
    }
}

fn has_union(kind: &FieldType) -> bool {
    match kind {
        FieldType::AnyOf(_) => true,
        FieldType::List(item) => has_union(item),
        FieldType::Map(key, value) => has_union(key) || has_union(value),
        _ => false,
    }
}
