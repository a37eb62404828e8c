//! What `verify.expect` asks of a table: rows by a bounded look, nulls by the ledgers of those who write to it.
//!
//! `min_rows` counts rows that are there. `max_null_rate` is a share of the rows written: by streams since their
//! checkpoints began, by batch jobs in their last run. A row written twice counts twice.

use std::collections::BTreeMap;
use std::time::Instant;

use super::ledger::Written;
use super::ledgers::Ledgers;
use super::stage::{Kind, Stage};
use super::{Stand, tables};
use crate::model::pipeline::{Expectation, Pipeline, Sink};
use crate::systems::with_causes;
use crate::topology::data;

/// More rows are not counted one by one.
const MOST_COUNTED: u64 = 100_000;

pub(super) async fn stages(stand: &Stand<'_>, ledgers: &Ledgers) -> Vec<Stage> {
    let pipeline = stand.request.pipeline;
    let mut stages = Vec::new();
    for (name, expected) in &pipeline.verify.expect {
        let Some(sink) = pipeline.sinks.get(name) else { continue };
        let id = format!("table/{}", data::table_name(sink));
        if !stand.wants([id.as_str()]) {
            continue;
        }
        let began = Instant::now();
        let written = written(pipeline, name, ledgers);
        stages.push(table(stand, id, sink, expected, written.as_ref()).await.since(began));
    }
    stages
}

async fn table(stand: &Stand<'_>, id: String, sink: &Sink, expected: &Expectation, written: Option<&Written>) -> Stage {
    let mut found = Found::default();
    match expected.min_rows {
        Some(min) if min > MOST_COUNTED => {
            found.unknown.push(format!("at most {MOST_COUNTED} rows are counted, {min} are asked for"));
        }
        Some(min) => match tables::at_least(stand, sink, min).await {
            Ok(rows) => found.rows(rows, min),
            Err(error) => {
                return Stage::failed(Kind::Counts, id, with_causes(&error), "see `sparkflow logs cassandra`");
            }
        },
        None => {}
    }
    let key = super::route::key_columns(sink);
    // A key column is never null.
    let watched = expected.max_null_rate.iter().filter(|(name, _)| key.iter().all(|column| column.name != **name));
    found.nulls(written, watched);
    found.stage(id)
}

/// What was seen, what is wrong, and what could not be told.
#[derive(Debug, Default)]
struct Found {
    facts: Vec<String>,
    faults: Vec<String>,
    unknown: Vec<String>,
}

impl Found {
    fn rows(&mut self, rows: u64, min: u64) {
        if rows < min {
            self.faults.push(format!("{rows} rows, expected at least {min}"));
        } else {
            self.facts.push(format!("at least {min} rows"));
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a share; the counts are shown whole")]
    fn nulls<'a>(&mut self, written: Option<&Written>, watched: impl Iterator<Item = (&'a String, &'a f64)>) {
        for (column, allowed) in watched {
            let Some(written) = written.filter(|written| written.rows > 0) else {
                self.unknown.push(format!("no ledger counts the nulls of {column}"));
                continue;
            };
            let nulls = written.nulls.get(column).copied().unwrap_or(0);
            let rows = written.rows;
            if nulls as f64 / rows as f64 > *allowed {
                self.faults.push(format!(
                    "{column} is null in {nulls} of {rows} rows written, allowed is a share of {allowed}"
                ));
            } else {
                self.facts.push(format!("{column} null in {nulls} of {rows} rows written"));
            }
        }
    }

    fn stage(self, id: String) -> Stage {
        let all = |texts: &[String]| texts.join("; ");
        if !self.faults.is_empty() {
            return Stage::failed(Kind::Counts, id, all(&self.faults), "run the source, or change `verify.expect`");
        }
        if !self.unknown.is_empty() {
            return Stage::not_proven(Kind::Counts, id, all(&[self.unknown, self.facts].concat()));
        }
        let facts = if self.facts.is_empty() { "its key is never null".to_string() } else { all(&self.facts) };
        Stage::ok(Kind::Counts, id, format!("as `verify.expect` asks: {facts}"))
    }
}

/// Everything that jobs say they wrote into a table; `None` when no ledger speaks of it.
fn written(pipeline: &Pipeline, sink: &str, ledgers: &Ledgers) -> Option<Written> {
    let mut whole: Option<Written> = None;
    for (name, job) in pipeline.jobs.iter().filter(|(_, job)| job.writes.iter().any(|one| one == sink)) {
        let sinks: BTreeMap<String, Written> = if job.stream.is_some() {
            ledgers.stream(name, &job.writes).and_then(Result::ok).map(|ledger| ledger.sinks).unwrap_or_default()
        } else {
            ledgers.batch(name).and_then(Result::ok).map(|ledger| ledger.run.sinks).unwrap_or_default()
        };
        if let Some(more) = sinks.get(sink) {
            whole.get_or_insert_with(Written::default).add(more);
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::stage::State;

    fn judged(rows: u64, nulls: Option<u64>) -> Stage {
        let mut found = Found::default();
        found.rows(rows, 5);
        let written = nulls.map(|nulls| Written { rows: 10, nulls: [("ship".to_string(), nulls)].into() });
        found.nulls(written.as_ref(), [(&"ship".to_string(), &0.25)].into_iter());
        found.stage("table/k.t".to_string())
    }

    #[test]
    fn too_few_rows_and_too_many_nulls_fail() {
        assert_eq!(
            judged(5, Some(2)).seen,
            "as `verify.expect` asks: at least 5 rows; ship null in 2 of 10 rows written"
        );
        assert_eq!(judged(4, Some(2)).seen, "4 rows, expected at least 5");
        assert_eq!(judged(5, Some(3)).state, State::Failed);
    }

    #[test]
    fn nulls_that_nobody_counted_are_not_proven() {
        assert_eq!(judged(5, None).state, State::NotProven);
        assert_eq!(judged(4, None).state, State::Failed);
    }
}
