//! SF210, SF211, SF405: keys of tables, and copies of rows.

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::pipeline::FieldType;
use crate::spec::suggest;

/// SF210, SF211: every key column is a column once, of a type that can be compared.
pub(super) fn key_columns(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, sink) in &facts.pipeline.sinks {
        if sink.columns.is_empty() {
            continue;
        }
        let place = facts.place(&["sinks", name, "cassandra", "key"]);
        let known: Vec<&str> = sink.columns.iter().map(|column| column.name.as_str()).collect();
        let key: Vec<&String> = sink.partition_key.iter().chain(&sink.clustering_key).collect();
        for (index, column) in key.iter().enumerate() {
            if key[..index].contains(column) {
                found.push(
                    Diagnostic::error("SF210", format!("the column `{column}` is in the key twice"))
                        .at(place, "this key"),
                );
            }
            match sink.columns.iter().find(|field| field.name == **column) {
                None => found.push(
                    Diagnostic::error("SF210", format!("the sink `{name}` has no column `{column}`"))
                        .at(place, "in this key")
                        .help(suggest::help(column, "columns", &known)),
                ),
                Some(field) if matches!(field.kind, FieldType::List(_) | FieldType::Map(..)) => {
                    found.push(
                        Diagnostic::error(
                            "SF211",
                            format!("the column `{column}` is {}, which cannot be in a key", field.kind),
                        )
                        .at(place, "in this key")
                        .at(field.span, "declared here"),
                    );
                }
                Some(_) => {}
            }
        }
    }
}

/// SF405: copies <= nodes.
pub(super) fn replication(facts: &Facts<'_>, found: &mut Diagnostics) {
    let nodes = facts.number("cassandra", "nodes").unwrap_or(1);
    for (name, sink) in &facts.pipeline.sinks {
        if i64::from(sink.replication) > nodes {
            let message =
                format!("the sink `{name}` wants {} copies of a row, and there is room for {nodes}", sink.replication);
            found.push(
                Diagnostic::error("SF405", message)
                    .at(facts.place(&["sinks", name, "cassandra", "replication"]), "more than there are nodes")
                    .help(format!("write `replication: {nodes}`")),
            );
        }
    }
}
