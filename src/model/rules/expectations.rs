//! SF216: what `verify` expects is about columns that are there.

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::spec::suggest;

/// SF216.
pub(super) fn columns(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, expectation) in &facts.pipeline.verify.expect {
        let Some(sink) = facts.pipeline.sinks.get(name).filter(|sink| !sink.columns.is_empty()) else {
            continue;
        };
        let known: Vec<&str> = sink.columns.iter().map(|column| column.name.as_str()).collect();
        for column in expectation.max_null_rate.keys().filter(|column| !known.contains(&column.as_str())) {
            let message = format!("the sink `{name}` has no column `{column}`");
            found.push(
                Diagnostic::error("SF216", message)
                    .at(facts.place(&["verify", "expect", name, "max_null_rate", column]), "expected here")
                    .help(suggest::help(column, "columns", &known)),
            );
        }
    }
}
