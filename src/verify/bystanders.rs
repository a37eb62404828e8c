//! Tables that batch jobs write: a proof must leave them as they were.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::Stand;
use super::stage::{Kind, Stage};
use super::tables::{self, Print};
use crate::model::pipeline::{Pipeline, Sink};
use crate::systems::spark::SparkApp;
use crate::systems::with_causes;
use crate::topology::data;
use crate::topology::jobs::application_name;

const LIMIT: Duration = Duration::from_secs(5);

/// All of them at one moment.
pub(super) struct Picture<'a> {
    tables: Vec<(&'a Sink, Result<Print, String>)>,
    applications: Applications,
}

/// Runs of batch jobs, by application id.
#[derive(Debug, Default, PartialEq, Eq)]
struct Applications {
    running: BTreeSet<String>,
    known: BTreeSet<String>,
}

pub(super) async fn picture<'a>(stand: &Stand<'a>) -> Picture<'a> {
    let session = stand.request.session;
    let sinks: Vec<&Sink> = written_by_batch(stand.request.pipeline)
        .into_iter()
        .filter(|sink| stand.wants([format!("table/{}", data::table_name(sink)).as_str()]))
        .collect();
    let prints = join_all(sinks.iter().map(|sink| tables::print(session, sink))).await;
    let tables = sinks.into_iter().zip(prints.into_iter().map(|print| print.map_err(|error| with_causes(&error))));
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

fn verdict(id: String, before: Result<Print, String>, after: Result<Print, String>, ran: bool) -> Stage {
    let next = "run `sparkflow verify` again; if it stays so, a job reads tracers";
    let (before, after) = match (before, after) {
        (Ok(before), Ok(after)) => (before, after),
        (Err(why), _) | (_, Err(why)) => return Stage::failed(Kind::Trace, id, why, "see `sparkflow logs cassandra`"),
    };
    let stage = if before == after {
        let depth = if after.digest.is_some() { "compared whole" } else { "counted" };
        Stage::ok(Kind::Trace, id, format!("as before the trace: {} rows, {depth}", after.rows))
    } else if ran {
        Stage::not_proven(Kind::Trace, id, "changed during the trace, while a batch job ran")
    } else {
        let seen = format!("changed during the trace: {} rows before, {} after", before.rows, after.rows);
        Stage::failed(Kind::Trace, id, seen, next)
    };
    stage.figure("rows", after.rows)
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
    let Ok(spark) = stand.request.session.spark() else { return Applications::default() };
    let Ok(cluster) = spark.cluster(LIMIT).await else { return Applications::default() };
    let ids = |apps: &[SparkApp]| -> BTreeSet<String> {
        apps.iter().filter(|app| batch.contains(&app.name)).map(|app| app.id.clone()).collect()
    };
    let running = ids(&cluster.active_apps);
    let known = running.union(&ids(&cluster.completed_apps)).cloned().collect();
    Applications { running, known }
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

    #[expect(clippy::unnecessary_wraps, reason = "the shape `verdict` takes")]
    fn print(rows: u64, digest: &str) -> Result<Print, String> {
        Ok(Print { rows, digest: Some(digest.to_string()) })
    }

    #[test]
    fn a_changed_row_fails_even_where_the_count_is_the_same() {
        let state = |after, ran| verdict(String::new(), print(2, "a"), after, ran).state;
        assert_eq!(state(print(2, "a"), false), State::Ok);
        assert_eq!(state(print(2, "b"), false), State::Failed);
        assert_eq!(state(print(3, "b"), true), State::NotProven);
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
