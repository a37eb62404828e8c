//! SF910, SF913, SF914: tables that a job makes by itself, and what they hold against the sink. Inferred.

use super::places::sink;
use super::{Program, alike};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::pipeline::{FieldType, Sink};
use crate::model::python::cql::{Column, Kind, Statement};
use crate::model::rules::Facts;

pub(super) fn all(facts: &Facts<'_>, program: &Program<'_>, found: &mut Diagnostics) {
    for statement in &program.reading.statements {
        side_effect(facts, program, statement, found);
        if let Some(table) = &statement.table
            && let Some((name, sink)) = sink(facts, statement.keyspace.as_deref(), table)
        {
            columns(program, statement, name, sink, found);
        }
    }
}

/// SF910.
fn side_effect(facts: &Facts<'_>, program: &Program<'_>, statement: &Statement, found: &mut Diagnostics) {
    let (what, name) = match (statement.kind, &statement.keyspace, &statement.table) {
        (Kind::MakesKeyspace, Some(keyspace), _) => ("keyspace", keyspace.clone()),
        (Kind::MakesTable, Some(keyspace), Some(table)) => ("table", format!("{keyspace}.{table}")),
        (Kind::MakesTable, None, Some(table)) => ("table", table.clone()),
        _ => return,
    };
    let message = format!("{} makes the {what} `{name}` as a side effect", program.title());
    let finding = Diagnostic::warning("SF910", message).in_file(program.path, program.span(&statement.at), "made here");
    let declared = facts.pipeline.sinks.values().find(|sink| match &statement.table {
        Some(table) => sink.table.eq_ignore_ascii_case(table),
        None => sink.keyspace.eq_ignore_ascii_case(&name),
    });
    found.push(match declared {
        Some(sink) => finding
            .at(sink.span, "declared here")
            .help("delete the statement: `up` makes keyspaces and tables from the sinks, and adds columns to them"),
        None => finding.help("declare it as a sink: `up` makes it, and `plan` compares it"),
    });
}

/// SF913, SF914: column by column; a column that is told about once is not told about twice.
fn columns(program: &Program<'_>, statement: &Statement, name: &str, sink: &Sink, found: &mut Diagnostics) {
    if statement.columns.is_empty() {
        return;
    }
    let written = |column: &str| statement.columns.iter().any(|other| other.name.eq_ignore_ascii_case(column));
    let mut missing: Vec<&str> =
        sink.columns.iter().map(|column| column.name.as_str()).filter(|column| !written(column)).collect();
    for column in &statement.columns {
        let known = sink.columns.iter().find(|known| known.name.eq_ignore_ascii_case(&column.name));
        if let Some(known) = known {
            found_type(program, column, name, known, found);
            continue;
        }
        let near = alike(&column.name, missing.iter().copied());
        missing.retain(|other| Some(*other) != near);
        let kind = column.kind.as_ref().map(|kind| format!(" {kind}")).unwrap_or_default();
        let message = match near {
            Some(near) => format!(
                "{} has a column `{}{kind}` where the sink `{name}` has `{near}` (inferred)",
                program.title(),
                column.name
            ),
            None => format!(
                "{} has a column `{}` that the sink `{name}` does not have (inferred)",
                program.title(),
                column.name
            ),
        };
        let finding = Diagnostic::warning("SF913", message).in_file(
            program.path,
            program.span(&column.at),
            "not a column of the sink",
        );
        let declared = near.and_then(|near| sink.columns.iter().find(|known| known.name == near));
        found.push(match declared {
            Some(known) => finding
                .at(known.span, format!("the sink has `{} {}`", known.name, known.kind))
                .help(format!("write `{}`", known.name)),
            None => finding.at(sink.span, "the sink").help("add the column to the sink, or leave it out here"),
        });
    }
    if statement.kind == Kind::MakesTable {
        for column in missing {
            let message = format!(
                "{} makes its table without the column `{column}` of the sink `{name}` (inferred)",
                program.title()
            );
            let declared = sink.columns.iter().find(|known| known.name == column).map_or(sink.span, |known| known.span);
            found.push(
                Diagnostic::warning("SF913", message)
                    .in_file(program.path, program.span(&statement.at), format!("no `{column}`"))
                    .at(declared, "declared here")
                    .help("delete the statement: `up` makes the table from the sink"),
            );
        }
    }
}

/// SF914.
fn found_type(
    program: &Program<'_>,
    column: &Column,
    name: &str,
    known: &crate::model::pipeline::Field,
    found: &mut Diagnostics,
) {
    let Some(kind) = column.kind.as_deref() else { return };
    if same_type(kind, &known.kind) {
        return;
    }
    let message = format!(
        "{} has the column `{}` as {kind}, and the sink `{name}` as {} (inferred)",
        program.title(),
        column.name,
        known.kind
    );
    found.push(
        Diagnostic::warning("SF914", message)
            .in_file(program.path, program.span(&column.at), kind.to_owned())
            .at(known.span, known.kind.to_string())
            .help("delete the statement: `up` makes the table from the sink"),
    );
}

/// Whether a CQL type is what the sink's type becomes. Types that are not known here are not judged.
fn same_type(cql: &str, kind: &FieldType) -> bool {
    let names: &[&str] = match kind {
        FieldType::String => &["text", "varchar", "ascii"],
        FieldType::Int => &["int"],
        FieldType::Bigint => &["bigint"],
        FieldType::Double => &["double"],
        FieldType::Boolean => &["boolean"],
        FieldType::Uuid => &["uuid", "timeuuid"],
        FieldType::Timestamp => &["timestamp"],
        FieldType::Date => &["date"],
        FieldType::Decimal { .. } => &["decimal"],
        _ => return true,
    };
    names.contains(&cql)
}
