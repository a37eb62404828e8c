//! What the tracer's arrival in a table proves: the job brought it, the row holds what was sent, and it is gone again.

use std::time::Duration;

use serde_json::Value;

use super::compare::{self, Compared};
use super::route::Route;
use super::stage::{Kind, Stage, State};
use super::{Stand, evidence};
use crate::ingest::cast::plain_text;
use crate::ingest::mapping::MappedRecord;
use crate::session::SessionError;
use crate::systems::cassandra::rows::StoredRow;
use crate::systems::with_causes;
use crate::topology::jobs::container_name;

pub(super) const CASSANDRA_NEXT: &str = "see `sparkflow logs cassandra`, then run `sparkflow up`";

/// What became of one tracer on one route.
pub(super) enum Arrived {
    Row { row: StoredRow, after: Duration },
    Absent { after: Duration },
    Broken(SessionError),
}

/// What became of all tracers on one route.
pub(super) struct Outcome {
    /// The one that is compared.
    pub record: MappedRecord,
    pub arrived: Arrived,
    /// How many were sent that the job must leave out, and the keys of those it did not.
    pub left_out: usize,
    pub strays: Result<Vec<String>, SessionError>,
    /// Whether all their rows are removed, or why not.
    pub removed: Result<(), String>,
    /// When Kafka had it, in milliseconds since 1970.
    pub sent_ms: Option<i64>,
}

pub(super) async fn verdicts(stand: &Stand<'_>, route: &Route<'_>, outcome: Outcome) -> Vec<Stage> {
    let (job, table) = (format!("job/{}", route.job), format!("table/{}", route.table()));
    let logs = format!("see `sparkflow logs {}`", container_name(route.job));
    match outcome.arrived {
        Arrived::Broken(error) => vec![Stage::failed(Kind::Trace, table, with_causes(&error), CASSANDRA_NEXT)],
        Arrived::Absent { after } if stand.request.clock.stopped().is_some() => {
            let seen = format!("stopped after {:.1} s without a row", after.as_secs_f64());
            vec![Stage::not_proven(Kind::Trace, job, seen)]
        }
        Arrived::Absent { after } => {
            let key = outcome.record.key.as_deref().unwrap_or_default();
            let facts = evidence::job(stand.request.session, route.job).await;
            let waited = after.as_secs_f64();
            let seen = format!("tracer {key} is in the topic, but not in {table} after {waited:.0} s; {facts}");
            let mut stage = Stage::failed(Kind::Trace, job, seen, logs);
            stage.seconds = waited;
            vec![stage]
        }
        Arrived::Row { row, after } => {
            let compared = compare::row(route, &outcome.record, &row.columns);
            let mut passed = passing(job, &table, outcome.left_out, outcome.strays.as_deref(), after);
            if let Some(written_ms) = row.written_us.values().max().map(|moment| moment / 1000) {
                passed = passed.figure("written_ms", written_ms);
                if let Some(sent_ms) = outcome.sent_ms {
                    passed = passed.figure("topic_to_row_ms", written_ms - sent_ms);
                }
            }
            vec![passed, contents(table, &compared, outcome.removed)]
        }
    }
}

/// Whether the job brought what it keeps, and nothing that it leaves out.
fn passing(
    job: String,
    table: &str,
    left_out: usize,
    strays: Result<&[String], &SessionError>,
    after: Duration,
) -> Stage {
    let after_ms = after.as_millis();
    let mut stage = match (left_out, strays) {
        (0, _) => Stage::ok(Kind::Trace, job, format!("row after {after_ms} ms")),
        (count, Err(error)) => {
            let why = with_causes(error);
            let seen = format!("row after {after_ms} ms; whether {count} to be left out came could not be read: {why}");
            Stage::not_proven(Kind::Trace, job, seen)
        }
        (count, Ok([])) => {
            let seen = format!("row after {after_ms} ms; {count} to be left out did not come");
            Stage::ok(Kind::Trace, job, seen).figure("left_out", count)
        }
        (_, Ok(keys)) => {
            let seen = format!("its condition leaves out {}, which came into {table}", keys.join(", "));
            Stage::failed(Kind::Trace, job, seen, "compare the job's query with what is published: `sparkflow plan`")
        }
    };
    stage = stage.figure("arrived_ms", u64::try_from(after_ms).unwrap_or(u64::MAX));
    stage.seconds = after.as_secs_f64();
    stage
}

/// Whether the row holds what was sent, and is gone again.
fn contents(table: String, compared: &Compared, removed: Result<(), String>) -> Stage {
    let unlike: Vec<String> = compared
        .differences
        .iter()
        .map(|one| format!("{}: expected {}, found {}", one.column, shown(&one.expected), shown(&one.found)))
        .collect();
    if !unlike.is_empty() {
        let next = "compare the column's type in `sinks` with the field's in `schemas`, and the query";
        return Stage::failed(Kind::Trace, table, unlike.join("; "), next);
    }
    if let Err(why) = removed {
        return Stage::failed(
            Kind::Trace,
            table,
            format!("the tracer arrived whole, but {why}"),
            "run `sparkflow verify` again",
        );
    }
    let computed = match compared.computed {
        0 => String::new(),
        count => format!(", {count} computed by the query are not compared"),
    };
    let seen = format!("{} columns as sent{computed}; row removed", compared.equal);
    let mut stage = Stage::ok(Kind::Trace, table, seen).figure("columns_equal", compared.equal);
    if compared.equal == 0 {
        stage.state = State::NotProven;
    }
    stage
}

fn shown(value: &Value) -> String {
    if value.is_null() { "null".to_string() } else { format!("`{}`", plain_text(value)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::compare::Difference;

    fn arrived(equal: usize, differences: Vec<Difference>) -> Compared {
        Compared { equal, computed: 0, differences }
    }

    #[test]
    fn a_row_that_differs_names_the_column_and_both_values() {
        let difference = Difference { column: "age".to_string(), expected: Value::from(7), found: Value::Null };
        let stage = contents("table/t".to_string(), &arrived(1, vec![difference]), Ok(()));
        assert_eq!(stage.state, State::Failed);
        assert_eq!(stage.seen, "age: expected `7`, found null");
    }

    #[test]
    fn a_filter_that_lets_everything_through_fails() {
        let state = |left_out, strays: Result<&[String], &SessionError>| {
            passing("job/j".to_string(), "table/t", left_out, strays, Duration::ZERO).state
        };
        assert_eq!(state(0, Ok(&[])), State::Ok);
        assert_eq!(state(1, Ok(&[])), State::Ok);
        assert_eq!(state(1, Ok(&["key".to_string()])), State::Failed);
        assert_eq!(state(1, Err(&SessionError::Silent("no answer".to_string()))), State::NotProven);
    }

    #[test]
    fn a_row_that_stays_fails_and_one_without_a_comparison_proves_nothing() {
        let state = |equal, removed| contents(String::new(), &arrived(equal, Vec::new()), removed).state;
        assert_eq!(state(3, Ok(())), State::Ok);
        assert_eq!(state(3, Err("it stays".to_string())), State::Failed);
        assert_eq!(state(0, Ok(())), State::NotProven);
    }
}
