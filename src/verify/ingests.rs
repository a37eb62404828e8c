//! The last run of each source: whether it came to its end, and whether Kafka holds what it acknowledged.

use std::time::{Duration, Instant};

use super::Stand;
use super::stage::{Kind, Stage};
use super::topics::Marks;
use crate::ingest::progress::Offsets;
use crate::ingest::tally::{self, RunState, RunTally};
use crate::session::SessionError;
use crate::systems::kafka::Kafka;
use crate::systems::kafka::metadata::Watermarks;
use crate::systems::with_causes;

/// A run that goes on says so every `tally::BEAT`; on a busy machine it may miss a few.
const SILENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(500);

/// A source and the last run that is known of it.
pub(super) struct LastRun<'a> {
    pub source: &'a str,
    pub topic: &'a str,
    pub found: Result<Option<RunTally>, SessionError>,
    pub pulse: Pulse,
}

/// Whether a run that has not ended gave a sign while it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulse {
    Felt,
    Missing,
}

/// Asks for the runs of all sources whose topics are there.
pub(super) async fn last_runs<'a>(stand: &Stand<'a>, marks: &Marks) -> Vec<LastRun<'a>> {
    let sources = stand.request.pipeline.sources.iter();
    let asked = sources.filter_map(|(source, declared)| {
        let partitions = i32::try_from(marks.get(&declared.to)?.len()).ok()?;
        Some(async move {
            let looked = async {
                let kafka = stand.request.session.kafka().await?;
                looked_at(stand, &kafka, source, &declared.to, partitions).await
            };
            let (found, pulse) = match looked.await {
                Ok((found, pulse)) => (Ok(found), pulse),
                Err(error) => (Err(error), Pulse::Missing),
            };
            LastRun { source, topic: &declared.to, found, pulse }
        })
    });
    futures_util::future::join_all(asked).await
}

/// The last run as it is now; one that has not ended is watched until it gives a sign, or had its time.
async fn looked_at(
    stand: &Stand<'_>,
    kafka: &Kafka,
    source: &str,
    topic: &str,
    partitions: i32,
) -> Result<(Option<RunTally>, Pulse), SessionError> {
    let clock = &stand.request.clock;
    let began = Instant::now();
    let first = tally::last(kafka, source, topic, partitions).await?;
    let mut now = first.clone();
    while now.as_ref().is_some_and(|run| run.state == RunState::Running) && now == first {
        // A proof that is cut short has not seen that nothing comes.
        if clock.stopped().is_some() {
            return Ok((now, Pulse::Felt));
        }
        if began.elapsed() > SILENCE {
            return Ok((now, Pulse::Missing));
        }
        clock.pause(PAUSE).await;
        now = tally::last(kafka, source, topic, partitions).await?;
    }
    Ok((now, Pulse::Felt))
}

/// What the last run proves.
pub(super) fn stage(last: &LastRun<'_>, marks: &[Watermarks], now_ms: i64, began: Instant) -> Stage {
    let id = format!("source/{}", last.source);
    let again = format!("run `sparkflow run source {}`, or its schedule", last.source);
    let stage = match &last.found {
        Err(error) => {
            Stage::failed(Kind::Counts, id, with_causes(error), "see `sparkflow logs kafka`, then run `sparkflow up`")
        }
        Ok(None) => Stage::not_proven(Kind::Counts, id, format!("no run of it is known: {again}")),
        Ok(Some(run)) if run.state == RunState::Running => unended(id, run, last.pulse, now_ms, &again),
        Ok(Some(run)) => ended(id, last.topic, run, marks, now_ms, &again),
    };
    stage.since(began)
}

fn unended(id: String, run: &RunTally, pulse: Pulse, now_ms: i64, again: &str) -> Stage {
    let age = ago(now_ms, run.began_ms);
    match pulse {
        Pulse::Felt => Stage::not_proven(Kind::Counts, id, format!("a run began {age} and goes on")),
        Pulse::Missing => {
            let seen = format!(
                "its last run began {age} and was cut off: no sign of it for {} s, and it never said how it ended",
                SILENCE.as_secs()
            );
            Stage::failed(Kind::Counts, id, seen, again)
        }
    }
}

fn ended(id: String, topic: &str, run: &RunTally, marks: &[Watermarks], now_ms: i64, again: &str) -> Stage {
    let age = ago(now_ms, run.ended_ms.unwrap_or(run.began_ms));
    let counted = format!("{} acknowledged, {} dead letters", run.acknowledged, run.dead_letters);
    let at = places(run);
    let figures =
        |stage: Stage| stage.figure("acknowledged", run.acknowledged).figure("dead_letters", run.dead_letters);
    if let RunState::Failed(why) = &run.state {
        return figures(Stage::failed(Kind::Counts, id, format!("its last run, {age}, failed: {why}"), again));
    }
    if run.placed() != run.acknowledged {
        let seen = format!("{counted}, but its delivery reports name {} places", run.placed());
        return figures(Stage::failed(Kind::Counts, id, seen, again));
    }
    if let Some((partition, offsets, high)) = beyond(run, marks) {
        let seen = format!(
            "its last run, {age}, was acknowledged up to offset {} of partition {partition} of topic {topic}, which ends at {high}",
            offsets.last
        );
        return figures(Stage::failed(Kind::Counts, id, seen, format!("the records are lost: {again}")));
    }
    let cut = if run.state == RunState::Interrupted { ", interrupted" } else { "" };
    figures(Stage::ok(Kind::Counts, id, format!("last run, {age}{cut}: {counted}; topic {topic} has them at {at}")))
}

/// A partition that ends before the last record that Kafka acknowledged.
fn beyond(run: &RunTally, marks: &[Watermarks]) -> Option<(i32, Offsets, i64)> {
    run.offsets.iter().find_map(|(partition, offsets)| {
        let high = usize::try_from(*partition).ok().and_then(|index| marks.get(index)).map_or(0, |mark| mark.high);
        (offsets.last >= high).then_some((*partition, *offsets, high))
    })
}

/// `offsets 0: 0-47, 1: 0-50`, and what lies between that is not its own.
fn places(run: &RunTally) -> String {
    const MOST_TOLD: usize = 4;
    let spans: u64 = run.offsets.values().map(|one| u64::try_from(one.last - one.first + 1).unwrap_or(0)).sum();
    let between = match spans.saturating_sub(run.placed()) {
        0 => String::new(),
        more => format!(" ({more} of others between them)"),
    };
    if run.offsets.len() > MOST_TOLD {
        return format!("{} places in {} partitions{between}", run.placed(), run.offsets.len());
    }
    let told: Vec<String> =
        run.offsets.iter().map(|(partition, one)| format!("{partition}: {}-{}", one.first, one.last)).collect();
    format!("offsets {}{between}", told.join(", "))
}

/// How long ago, in the largest unit that says enough.
#[must_use]
pub(super) fn ago(now_ms: i64, then_ms: i64) -> String {
    format!("{} ago", lasting(now_ms - then_ms))
}

#[must_use]
pub(super) fn lasting(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::stage::State;

    fn run(state: RunState) -> RunTally {
        let mut run = RunTally::begun(None, "a".to_string(), 1000);
        (run.state, run.acknowledged, run.ended_ms) = (state, 5, Some(2000));
        run.offsets =
            [(0, Offsets { first: 2, last: 6, count: 3 }), (1, Offsets { first: 0, last: 1, count: 2 })].into();
        run
    }

    fn stage_of(run: RunTally, high: i64) -> Stage {
        let last = LastRun { source: "s", topic: "t", found: Ok(Some(run)), pulse: Pulse::Felt };
        stage(&last, &[Watermarks { low: 0, high }, Watermarks { low: 0, high: 2 }], 65_000, Instant::now())
    }

    #[test]
    fn what_was_acknowledged_must_be_in_the_topic() {
        let found = stage_of(run(RunState::Ok), 7);
        assert_eq!(found.state, State::Ok);
        assert_eq!(
            found.seen,
            "last run, 63 s ago: 5 acknowledged, 0 dead letters; topic t has them at offsets 0: 2-6, 1: 0-1 (2 of others between them)"
        );
        assert_eq!(stage_of(run(RunState::Ok), 6).state, State::Failed);
        let mut unequal = run(RunState::Ok);
        unequal.acknowledged = 6;
        assert_eq!(stage_of(unequal, 7).state, State::Failed);
    }

    #[test]
    fn a_run_that_failed_or_was_cut_off_fails_and_one_that_goes_on_proves_nothing() {
        let failed = stage_of(run(RunState::Failed("status 500".to_string())), 7);
        assert_eq!((failed.state, failed.seen.as_str()), (State::Failed, "its last run, 63 s ago, failed: status 500"));
        assert_eq!(stage_of(run(RunState::Running), 7).state, State::NotProven);
        let silent =
            LastRun { source: "s", topic: "t", found: Ok(Some(run(RunState::Running))), pulse: Pulse::Missing };
        assert_eq!(stage(&silent, &[], 65_000, Instant::now()).state, State::Failed);
        assert_eq!(stage_of(run(RunState::Interrupted), 7).state, State::Ok);
    }
}
