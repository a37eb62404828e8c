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

/// What became of the tracer on one route.
pub(super) enum Arrived {
    Row { row: StoredRow, after_ms: u64 },
    Absent { after: Duration },
    Broken(SessionError),
}

pub(super) async fn verdicts(
    stand: &Stand<'_>,
    route: &Route<'_>,
    record: &MappedRecord,
    arrived: Arrived,
    removed: Result<(), String>,
) -> Vec<Stage> {
    let (job, table) = (format!("job/{}", route.job), format!("table/{}", route.table()));
    let logs = format!("see `sparkflow logs {}`", container_name(route.job));
    match arrived {
        Arrived::Broken(error) => vec![Stage::failed(Kind::Trace, table, with_causes(&error), CASSANDRA_NEXT)],
        Arrived::Absent { after } if stand.request.clock.stopped().is_some() => {
            vec![Stage::not_proven(
                Kind::Trace,
                job,
                format!("stopped after {:.1} s without a row", after.as_secs_f64()),
            )]
        }
        Arrived::Absent { after } => {
            let key = record.key.as_deref().unwrap_or_default();
            let facts = evidence::job(stand.request.session, route.job).await;
            let waited = after.as_secs_f64();
            let seen = format!("tracer {key} is in the topic, but not in {table} after {waited:.0} s; {facts}");
            let mut stage = Stage::failed(Kind::Trace, job, seen, logs);
            stage.seconds = waited;
            vec![stage]
        }
        Arrived::Row { row, after_ms } => {
            let seen = format!("row after {after_ms} ms");
            let mut arrival = Stage::ok(Kind::Trace, job, seen).figure("arrived_ms", after_ms);
            arrival.seconds = Duration::from_millis(after_ms).as_secs_f64();
            vec![arrival, contents(table, &compare::row(route, record, &row.columns), removed)]
        }
    }
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
    fn a_row_that_stays_fails_and_one_without_a_comparison_proves_nothing() {
        let state = |equal, removed| contents(String::new(), &arrived(equal, Vec::new()), removed).state;
        assert_eq!(state(3, Ok(())), State::Ok);
        assert_eq!(state(3, Err("it stays".to_string())), State::Failed);
        assert_eq!(state(0, Ok(())), State::NotProven);
    }
}
