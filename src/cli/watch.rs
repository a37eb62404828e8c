//! `status --watch`: the same look again and again. On a terminal the table is drawn in its place; elsewhere each change is a line.
//!
//! Ctrl-C ends the program as it ends any other: nothing is being changed that would have to be finished.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::status::{Row, look, table};
use crate::cli::{Failure, Global, Output};
use crate::report::{failure, json, text};

const PAUSE: Duration = Duration::from_secs(2);
/// An engine that fails this often in a row does not come back by looking.
const MOST_FAILURES: u32 = 5;

/// Ends only by a failure: whoever watches says when it is enough.
pub(super) async fn run(global: &Global, stack: &Stack) -> Result<Exit, Failure> {
    let shows_changes = global.output == Output::Json || !text::is_terminal();
    let mut before = BTreeMap::new();
    let mut failures = 0;
    loop {
        match look(stack).await {
            Ok(seen) if shows_changes => {
                failures = 0;
                let now = states(&seen.rows);
                for change in changes(&before, &now) {
                    show(global, &change)?;
                }
                before = now;
            }
            Ok(seen) => {
                failures = 0;
                text::redraw(&format!("{}\nevery {} s, Ctrl-C ends", table(&seen.rows), PAUSE.as_secs()));
            }
            Err(wrong) if failures + 1 >= MOST_FAILURES => return Err(wrong),
            Err(wrong) => {
                failures += 1;
                text::say(failure::warning(&format!(
                    "could not look ({failures} of {MOST_FAILURES}): {}",
                    wrong.line()
                )));
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn states(rows: &[Row]) -> BTreeMap<String, String> {
    rows.iter().map(|row| (row.resource.clone(), row.state.clone())).collect()
}

/// What became of one resource. Without a state before, it is seen for the first time; without one after, it is gone.
#[derive(Debug, PartialEq, Eq)]
struct Change<'a> {
    resource: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
}

fn changes<'a>(before: &'a BTreeMap<String, String>, now: &'a BTreeMap<String, String>) -> Vec<Change<'a>> {
    let mut found: Vec<Change<'_>> = now
        .iter()
        .map(|(resource, state)| Change {
            resource,
            before: before.get(resource).map(String::as_str),
            after: Some(state),
        })
        .filter(|change| change.before != change.after)
        .collect();
    let gone = before.iter().filter(|(resource, _)| !now.contains_key(*resource));
    found.extend(gone.map(|(resource, state)| Change { resource, before: Some(state), after: None }));
    found
}

fn show(global: &Global, change: &Change<'_>) -> Result<(), Failure> {
    let Change { resource, before, after } = change;
    if global.output == Output::Json {
        text::out(serde_json::to_string(&json::document(
            &json!({"resource": resource, "before": before, "state": after}),
        )?)?);
        return Ok(());
    }
    let after = after.unwrap_or("gone");
    text::out(match before {
        Some(before) => format!("{resource}: {before} -> {after}"),
        None => format!("{resource}: {after}"),
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(states: &[(&str, &str)]) -> BTreeMap<String, String> {
        states.iter().map(|(resource, state)| ((*resource).to_string(), (*state).to_string())).collect()
    }

    #[test]
    fn only_what_changed_is_a_line() {
        let before = seen(&[("container/a", "ready"), ("container/b", "ready"), ("topic/c", "as declared")]);
        let now = seen(&[("container/a", "ready"), ("container/b", "exited with 137"), ("topic/d", "as declared")]);
        let change = |resource, before, after| Change { resource, before, after };
        let expected = [
            change("container/b", Some("ready"), Some("exited with 137")),
            change("topic/d", None, Some("as declared")),
            change("topic/c", Some("as declared"), None),
        ];
        assert_eq!(changes(&before, &now), expected);
        assert_eq!(changes(&now, &now), []);
    }
}
