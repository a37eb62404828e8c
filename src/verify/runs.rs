//! The last run of each batch job, by its own ledger: when it was, how it ended, what it read and wrote, and what has come since.

use std::collections::BTreeMap;

use super::Stand;
use super::ingests::{ago, lasting};
use super::ledger::{BatchLedger, LedgerError, Run, RunState};
use super::stage::{Kind, Stage};
use super::topics::Marks;
use crate::model::pipeline::{Action, Job, JobCode, Pipeline};
use crate::systems::kafka::metadata::Watermarks;
use crate::systems::spark::SparkCluster;
use crate::topology::jobs::application_name;

/// What the last run of a job proves. `cluster` is what the Spark master says, where it answers.
pub(super) fn stage(
    stand: &Stand<'_>,
    name: &str,
    job: &Job,
    ledger: Option<Result<BatchLedger, LedgerError>>,
    marks: &Marks,
    cluster: Option<&SparkCluster>,
    now_ms: i64,
) -> Stage {
    let id = format!("job/{name}");
    let again = how_to_run(stand.request.pipeline, name);
    match ledger {
        None if matches!(job.code, JobCode::Jar { .. } | JobCode::Maven { .. }) => {
            Stage::not_proven(Kind::Counts, id, "a compiled job keeps no ledger of what it reads and writes")
        }
        None => {
            let own = match job.code {
                JobCode::Python { .. } => "; only what a job does through `sparkflow_pipeline` is counted",
                _ => "",
            };
            Stage::not_proven(Kind::Counts, id, format!("no run of it is known: {again}{own}"))
        }
        Some(Err(error)) => Stage::not_proven(Kind::Counts, id, error.to_string()),
        Some(Ok(ledger)) => judged(id, name, &ledger, marks, cluster, now_ms, &again),
    }
}

fn judged(
    id: String,
    name: &str,
    ledger: &BatchLedger,
    marks: &Marks,
    cluster: Option<&SparkCluster>,
    now_ms: i64,
    again: &str,
) -> Stage {
    let run = &ledger.run;
    let age = ago(now_ms, run.ended_ms.unwrap_or(run.began_ms));
    match run.state {
        RunState::Running => unended(id, name, run, cluster, &age, again),
        RunState::Failed => {
            let why = run.error.as_deref().unwrap_or("it says no reason");
            Stage::failed(Kind::Counts, id, format!("its last run, {age}, failed: {why}"), again)
        }
        RunState::Ok => ended(id, ledger, marks, &age, again),
    }
}

fn unended(id: String, name: &str, run: &Run, cluster: Option<&SparkCluster>, age: &str, again: &str) -> Stage {
    let Some(cluster) = cluster else {
        return Stage::not_proven(Kind::Counts, id, format!("a run began {age} and has not ended"));
    };
    if cluster.active_apps.iter().any(|app| app.id == run.application || app.name == application_name(name)) {
        return Stage::not_proven(Kind::Counts, id, format!("it runs now, since {}", age.trim_end_matches(" ago")));
    }
    let seen = format!("its last run began {age} and was cut off: it never said how it ended");
    Stage::failed(Kind::Counts, id, seen, again)
}

fn ended(id: String, ledger: &BatchLedger, marks: &Marks, age: &str, again: &str) -> Stage {
    let run = &ledger.run;
    let rows: u64 = run.sinks.values().map(|written| written.rows).sum();
    let good: u64 = run.topics.values().map(|seen| seen.good).sum();
    let since: i64 =
        run.topics.iter().filter_map(|(topic, seen)| Some(came_since(&seen.next, marks.get(topic)?))).sum();
    let took = run.ended_ms.map(|ended| format!(" took {},", lasting(ended - run.began_ms))).unwrap_or_default();
    let mut seen = format!("last run, {age},{took}");
    for (topic, tally) in &run.topics {
        let bad = if tally.bad > 0 { format!(" + {} bad", tally.bad) } else { String::new() };
        let counted = tally.records.map_or("an unknown number of".to_string(), |_| format!("{} good{bad}", tally.good));
        seen = format!("{seen} read {counted} of topic {topic},");
    }
    let written: Vec<String> =
        run.sinks.iter().map(|(sink, written)| format!("{} rows into {sink}", written.rows)).collect();
    seen = format!("{seen} wrote {}", if written.is_empty() { "no table".to_string() } else { written.join(", ") });
    if since > 0 {
        seen = format!("{seen}; {since} records have come since");
    }
    if let Some(before) = &ledger.previous {
        let rows: u64 = before.sinks.values().map(|written| written.rows).sum();
        seen = format!("{seen}; the run before wrote {rows}");
    }
    let stage = if rows == 0 && good > 0 && !run.sinks.is_empty() {
        Stage::failed(
            Kind::Counts,
            id,
            format!("green without a row: {seen}"),
            format!("look at its query, then {again}"),
        )
    } else {
        Stage::ok(Kind::Counts, id, seen)
    };
    stage.figure("rows", rows).figure("good", good).figure("since", since)
}

/// Records that came after the run had looked at the ends.
fn came_since(next: &BTreeMap<i32, i64>, marks: &[Watermarks]) -> i64 {
    let of = |(mark, partition): (&Watermarks, i32)| {
        (mark.high - next.get(&partition).copied().unwrap_or(0).max(mark.low)).max(0)
    };
    marks.iter().zip(0..).map(of).sum()
}

fn how_to_run(pipeline: &Pipeline, job: &str) -> String {
    let runs = |action: &Action| matches!(action, Action::Job(one) if one == job);
    let mut schedules = pipeline.schedules.iter();
    match schedules.find(|(_, schedule)| schedule.tasks.iter().any(|task| runs(&task.action))) {
        Some((schedule, _)) => format!("run `sparkflow run schedule {schedule}`"),
        None => format!("run `sparkflow run job {job}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::ledger::{TopicTally, Written};
    use crate::verify::stage::State;

    fn ledger(state: RunState, good: u64, rows: u64) -> BatchLedger {
        let read =
            TopicTally { next: [(0, 10)].into(), records: Some(good + 1), good, bad: 1, ..TopicTally::default() };
        let run = Run {
            application: "app-1".to_string(),
            state,
            error: (state == RunState::Failed).then(|| "the hold is empty".to_string()),
            began_ms: 1000,
            ended_ms: Some(14_000),
            topics: [("calls".to_string(), read)].into(),
            sinks: [("by_flag".to_string(), Written { rows, nulls: BTreeMap::new() })].into(),
        };
        BatchLedger { run, previous: None }
    }

    fn judged_of(ledger: &BatchLedger, cluster: Option<&SparkCluster>) -> Stage {
        let marks = Marks::from([("calls".to_string(), vec![Watermarks { low: 0, high: 13 }])]);
        judged("job/sum".to_string(), "sum", ledger, &marks, cluster, 74_000, "run it")
    }

    fn cluster() -> SparkCluster {
        SparkCluster {
            status: "ALIVE".to_string(),
            workers: Vec::new(),
            active_apps: Vec::new(),
            completed_apps: Vec::new(),
        }
    }

    #[test]
    fn a_run_is_told_with_what_it_read_and_wrote_and_what_came_since() {
        let stage = judged_of(&ledger(RunState::Ok, 9, 4), None);
        assert_eq!(
            (stage.state, stage.seen.as_str()),
            (
                State::Ok,
                "last run, 60 s ago, took 13 s, read 9 good + 1 bad of topic calls, wrote 4 rows into by_flag; 3 records have come since"
            )
        );
    }

    #[test]
    fn a_green_run_without_a_row_fails_where_there_was_something_to_write() {
        assert_eq!(judged_of(&ledger(RunState::Ok, 9, 0), None).state, State::Failed);
        assert_eq!(judged_of(&ledger(RunState::Ok, 0, 0), None).state, State::Ok);
    }

    #[test]
    fn a_run_that_failed_or_was_cut_off_fails() {
        let failed = judged_of(&ledger(RunState::Failed, 9, 0), None);
        assert_eq!(
            (failed.state, failed.seen.as_str()),
            (State::Failed, "its last run, 60 s ago, failed: the hold is empty")
        );
        assert_eq!(judged_of(&ledger(RunState::Running, 9, 0), Some(&cluster())).state, State::Failed);
        assert_eq!(judged_of(&ledger(RunState::Running, 9, 0), None).state, State::NotProven);
    }
}
