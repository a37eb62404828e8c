//! Tables that batch jobs write: a proof must leave them as they were.
//!
//! Shown without reading them whole: nothing that writes them ran meanwhile, by Spark's list of applications and by the
//! jobs' own ledgers, and their first rows are untouched, by the moments they were written.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::Stand;
use super::ledgers::Ledgers;
use super::stage::{Kind, Stage};
use super::tables::{self, Glance};
use crate::model::pipeline::{Pipeline, Sink};
use crate::systems::spark::SparkApp;
use crate::systems::with_causes;
use crate::topology::data;
use crate::topology::jobs::application_name;

const LIMIT: Duration = Duration::from_secs(5);

/// All of them at one moment.
pub(super) struct Picture<'a> {
    tables: Vec<(&'a Sink, Result<Glance, String>)>,
    applications: Applications,
}

/// Runs of batch jobs, by application id.
#[derive(Debug, Default, PartialEq, Eq)]
struct Applications {
    running: BTreeSet<String>,
    known: BTreeSet<String>,
}

pub(super) async fn picture<'a>(stand: &Stand<'a>) -> Picture<'a> {
    let sinks: Vec<&Sink> = written_by_batch(stand.request.pipeline)
        .into_iter()
        .filter(|sink| stand.wants([format!("table/{}", data::table_name(sink)).as_str()]))
        .collect();
    let glances = join_all(sinks.iter().map(|sink| tables::glance(stand, sink))).await;
    let tables = sinks.into_iter().zip(glances.into_iter().map(|seen| seen.map_err(|error| with_causes(&error))));
    Picture { tables: tables.collect(), applications: applications(stand).await }
}

/// One stage per table: what is there now against what was there before.
pub(super) async fn compare(stand: &Stand<'_>, before: Picture<'_>) -> Vec<Stage> {
    let began = Instant::now();
    let after = picture(stand).await;
    let ran = after.applications.ran_since(&before.applications);
    let pairs = before.tables.into_iter().zip(after.tables);
    pairs
        .map(|((sink, before), (_, after))| {
            let id = format!("table/{}", data::table_name(sink));
            verdict(id, before, after, ran).since(began)
        })
        .collect()
}

fn verdict(id: String, before: Result<Glance, String>, after: Result<Glance, String>, ran: bool) -> Stage {
    let (before, after) = match (before, after) {
        (Ok(before), Ok(after)) => (before, after),
        (Err(why), _) | (_, Err(why)) => return Stage::failed(Kind::Trace, id, why, "see `sparkflow logs cassandra`"),
    };
    let rows = after.rows;
    let stage = if ran {
        Stage::not_proven(Kind::Trace, id, "a batch job ran during the trace: what it wrote is its own")
    } else if before == after {
        let seen = format!("as before the trace: no batch job ran, and its first {rows} rows are untouched");
        Stage::ok(Kind::Trace, id, seen)
    } else {
        let seen = format!(
            "changed during the trace, while no batch job ran: {} of its first rows before, {rows} after",
            before.rows
        );
        Stage::failed(Kind::Trace, id, seen, "run `sparkflow verify` again; if it stays so, a job reads tracers")
    };
    stage.figure("rows_looked_at", rows)
}

impl Applications {
    fn ran_since(&self, before: &Self) -> bool {
        !before.running.is_empty() || !self.running.is_empty() || self.known != before.known
    }
}

async fn applications(stand: &Stand<'_>) -> Applications {
    let batch: BTreeSet<String> = stand
        .request
        .pipeline
        .jobs
        .iter()
        .filter(|(_, job)| job.stream.is_none())
        .map(|(name, _)| application_name(name))
        .collect();
    let mut found = from_ledgers(stand).await;
    let Ok(spark) = stand.request.session.spark() else { return found };
    let Ok(cluster) = spark.cluster(LIMIT).await else { return found };
    let ids = |apps: &[SparkApp]| -> BTreeSet<String> {
        apps.iter().filter(|app| batch.contains(&app.name)).map(|app| app.id.clone()).collect()
    };
    found.running = ids(&cluster.active_apps);
    found.known.extend(found.running.iter().cloned().chain(ids(&cluster.completed_apps)));
    found
}

/// The master forgets old runs; a ledger knows its job's last one, also of a run that no master saw.
async fn from_ledgers(stand: &Stand<'_>) -> Applications {
    let Ok(ledgers) = Ledgers::fetch(stand).await else { return Applications::default() };
    let batch = stand.request.pipeline.jobs.iter().filter(|(_, job)| job.stream.is_none());
    let last = batch.filter_map(|(name, _)| Some(ledgers.batch(name)?.ok()?.run.application));
    Applications { running: BTreeSet::new(), known: last.collect() }
}

fn written_by_batch(pipeline: &Pipeline) -> Vec<&Sink> {
    let mut streamed: BTreeMap<&str, bool> = BTreeMap::new();
    for job in pipeline.jobs.values() {
        for sink in &job.writes {
            *streamed.entry(sink).or_default() |= job.stream.is_some();
        }
    }
    let batch = streamed.into_iter().filter(|(_, streams)| !streams);
    batch.filter_map(|(name, _)| pipeline.sinks.get(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::stage::State;

    fn glance(digest: &str) -> Glance {
        Glance { rows: 2, digest: digest.to_string() }
    }

    #[test]
    fn a_changed_row_fails_and_a_run_meanwhile_proves_nothing() {
        let state = |after, ran| verdict(String::new(), Ok(glance("a")), after, ran).state;
        assert_eq!(state(Ok(glance("a")), false), State::Ok);
        assert_eq!(state(Ok(glance("b")), false), State::Failed);
        assert_eq!(state(Ok(glance("b")), true), State::NotProven);
        assert_eq!(state(Err("no answer".to_string()), false), State::Failed);
    }

    #[test]
    fn a_run_that_began_and_ended_meanwhile_is_noticed() {
        let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_string()).collect::<BTreeSet<_>>();
        let before = Applications { running: set(&[]), known: set(&["1"]) };
        assert!(!Applications { running: set(&[]), known: set(&["1"]) }.ran_since(&before));
        assert!(Applications { running: set(&[]), known: set(&["1", "2"]) }.ran_since(&before));
        assert!(Applications { running: set(&["2"]), known: set(&["1", "2"]) }.ran_since(&before));
    }
}
