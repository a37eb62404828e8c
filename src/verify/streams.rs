//! Streaming jobs against their topics: how far behind, and whether records, rows and dead letters add up.

use std::collections::BTreeMap;

use super::balance::{self, Lag, Places, Verdict, Yield};
use super::ingests::{ago, lasting};
use super::ledger::{StreamLedger, TopicTally};
use super::ledgers::Ledgers;
use super::stage::{Kind, Stage};
use super::topics::{Marks, held};
use super::{Stand, evidence};
use crate::model::pipeline::{Job, JobCode, Pipeline, StreamFrom, Topic};
use crate::model::sql::{self, Class};
use crate::systems::kafka::metadata::Watermarks;
use crate::topology::data;
use crate::topology::jobs::container_name;

/// What the ends were when the proof began, and what they are now that streams had their time.
#[derive(Clone, Copy)]
pub(super) struct Ends<'a> {
    pub then: &'a Marks,
    pub now: &'a Marks,
}

/// The topics that a job reads.
pub(super) fn topics_of<'a>(pipeline: &'a Pipeline, job: &Job) -> Vec<(&'a String, &'a Topic)> {
    job.reads.iter().filter_map(|name| pipeline.topics.get_key_value(name)).collect()
}

/// Whether a stream has read everything that was there when the proof began, or will not by waiting.
pub(super) fn reached(pipeline: &Pipeline, name: &str, job: &Job, ledgers: &Ledgers, then: &Marks) -> bool {
    let marks = |topic: &String| then.get(topic).map(Vec::as_slice).unwrap_or_default();
    let mut topics = topics_of(pipeline, job).into_iter();
    match ledgers.stream(name, &job.writes) {
        Some(Ok(ledger)) => {
            topics.all(|(topic, _)| !matches!(balance::lag(&tally(&ledger, topic), marks(topic)), Lag::Behind { .. }))
        }
        Some(Err(_)) => true,
        // The first batch may be under way.
        None => !is_sql(job) || topics.all(|(topic, _)| held(marks(topic)) == 0),
    }
}

/// One stage per topic that the job reads.
pub(super) async fn stages(
    stand: &Stand<'_>,
    name: &str,
    job: &Job,
    ledgers: &Ledgers,
    ends: Ends<'_>,
    now_ms: i64,
) -> Vec<Stage> {
    let pipeline = stand.request.pipeline;
    let id = format!("job/{name}");
    let ledger = match ledgers.stream(name, &job.writes) {
        Some(Ok(ledger)) => ledger,
        Some(Err(error)) => return vec![Stage::not_proven(Kind::Counts, id, error.to_string())],
        None => return vec![with_evidence(stand, name, unread(id, name, job, pipeline, ends.then)).await],
    };
    let rows: BTreeMap<String, u64> = job
        .writes
        .iter()
        .filter_map(|sink| {
            let written = ledger.sinks.get(sink).map_or(0, |written| written.rows);
            Some((data::table_name(pipeline.sinks.get(sink)?), written))
        })
        .collect();
    let mut stages = Vec::new();
    for (topic, declared) in topics_of(pipeline, job) {
        let (Some(then), Some(now)) = (ends.then.get(topic), ends.now.get(topic)) else { continue };
        let seen = tally(&ledger, topic);
        let stage = match balance::beyond(&seen, now).unwrap_or_else(|| balance::lag(&seen, then)) {
            Lag::Reached => {
                let verdict = balance::account(&seen, now, places(declared), yields(job), &rows);
                balanced(&id, name, topic, verdict, &last_batch(&ledger, now_ms))
            }
            lag => behind(&id, name, topic, &lag, &last_batch(&ledger, now_ms)),
        };
        stages.push(with_evidence(stand, name, figures(stage, &seen, then, &rows)).await);
    }
    stages
}

fn unread(id: String, name: &str, job: &Job, pipeline: &Pipeline, then: &Marks) -> Stage {
    if !is_sql(job) {
        let why = "its own code keeps no ledger: only what `sparkflow_pipeline` reads and writes is counted";
        return Stage::not_proven(Kind::Counts, id, why);
    }
    let held: i64 = topics_of(pipeline, job).iter().filter_map(|(topic, _)| Some(held(then.get(*topic)?))).sum();
    let from_end = job.stream.as_ref().is_some_and(|stream| stream.from == StreamFrom::Latest);
    match held {
        0 => Stage::ok(Kind::Counts, id, "no record to read yet"),
        _ if from_end => Stage::not_proven(Kind::Counts, id, "no batch yet: it reads what comes after its start"),
        count => {
            let next = format!("see `sparkflow logs {}`", container_name(name));
            Stage::failed(Kind::Counts, id, format!("has read none of {count} records"), next)
        }
    }
}

fn balanced(id: &str, name: &str, topic: &str, verdict: Verdict, last: &str) -> Stage {
    match verdict {
        Verdict::Holds(words) => Stage::ok(Kind::Counts, id, format!("0 behind topic {topic}: {words}{last}")),
        Verdict::Open(words) => Stage::not_proven(Kind::Counts, id, format!("0 behind topic {topic}: {words}{last}")),
        Verdict::Broken(words) => {
            let next = format!("see `sparkflow logs {}`", container_name(name));
            Stage::failed(Kind::Counts, id, format!("topic {topic}: {words}{last}"), next)
        }
    }
}

fn behind(id: &str, name: &str, topic: &str, lag: &Lag, last: &str) -> Stage {
    let logs = format!("see `sparkflow logs {}`", container_name(name));
    let (seen, next) = match lag {
        Lag::Reached => (String::new(), logs),
        Lag::Behind { records } => (format!("{records} records of topic {topic} are not read{last}"), logs),
        Lag::Beyond { partition, next, end } => (
            format!(
                "its checkpoint is at offset {next} of partition {partition} of topic {topic}, which ends at {end}: the topic was made anew under it"
            ),
            "what it reads next is lost to it until the offsets meet: give the job another name, so that it begins a new checkpoint"
                .to_string(),
        ),
        Lag::Missed { partition, records } => (
            format!("{records} records of partition {partition} of topic {topic} were deleted before it had read them"),
            "keep records longer (`retention.ms` of the topic), or run their source again".to_string(),
        ),
    };
    Stage::failed(Kind::Counts, id, seen, next)
}

fn last_batch(ledger: &StreamLedger, now_ms: i64) -> String {
    ledger.last.map_or_else(String::new, |last| {
        let took = last.ended_ms - last.began_ms;
        let took = if took < 10_000 { format!("{took} ms") } else { lasting(took) };
        format!("; batch {} took {took}, {}", last.number, ago(now_ms, last.ended_ms))
    })
}

fn figures(stage: Stage, seen: &TopicTally, then: &[Watermarks], rows: &BTreeMap<String, u64>) -> Stage {
    let lag: i64 = match balance::lag(seen, then) {
        Lag::Behind { records } | Lag::Missed { records, .. } => records,
        Lag::Reached | Lag::Beyond { .. } => 0,
    };
    stage
        .figure("lag", lag)
        .figure("offsets", seen.span())
        .figure("records", seen.records)
        .figure("good", seen.good)
        .figure("bad", seen.bad)
        .figure("tracers", seen.tracers())
        .figure("rows", rows.values().sum::<u64>())
}

async fn with_evidence(stand: &Stand<'_>, name: &str, mut stage: Stage) -> Stage {
    if stage.next.is_some() {
        stage.seen = format!("{}; {}", stage.seen, evidence::job(stand.request.session, name).await);
    }
    stage
}

fn tally(ledger: &StreamLedger, topic: &str) -> TopicTally {
    ledger.topics.get(topic).cloned().unwrap_or_default()
}

fn is_sql(job: &Job) -> bool {
    matches!(job.code, JobCode::Sql { .. } | JobCode::SqlFile { .. })
}

fn places(topic: &Topic) -> Places {
    match topic.config.get("cleanup.policy") {
        Some(policy) if policy.contains("compact") => Places::Sparse,
        _ => Places::Full,
    }
}

/// With several topics, rows are made of pairs.
fn yields(job: &Job) -> Yield {
    let (JobCode::Sql { query } | JobCode::SqlFile { query, .. }) = &job.code else { return Yield::Any };
    if job.reads.len() != 1 {
        return Yield::Any;
    }
    match sql::read(query).map(|read| read.class) {
        Ok(Class::Copy | Class::Map) => Yield::Each,
        Ok(Class::Filter) => Yield::Some,
        _ => Yield::Any,
    }
}
