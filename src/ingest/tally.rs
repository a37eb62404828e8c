//! What became of the last run of a source, as it is noted in Kafka beside its topic: where its records are, how many
//! were acknowledged, and whether it came to its end. Whoever runs the source, on the host or in Airflow, notes it there.
//!
//! The tally itself is pure; `begin`, `beat` and `end` keep it, `last` reads it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ingest::failure::FeedFailure;
use crate::ingest::progress::{Offsets, Summary};
use crate::ingest::task::IngestTask;
use crate::systems::kafka::groups::Note;
use crate::systems::kafka::{Kafka, KafkaError};

const FORMAT: u32 = 1;
/// The partition whose note tells of the whole run; every topic has it.
const HEAD: i32 = 0;
const LIMIT: Duration = Duration::from_secs(10);
/// How often a run that goes on says so.
pub const BEAT: Duration = Duration::from_secs(2);
/// A note is at most 4096 bytes.
const MOST_ERROR_LETTERS: usize = 300;

/// One run of a source, and what all its runs together sent to the dead-letter topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTally {
    pub run: String,
    pub state: RunState,
    pub began_ms: i64,
    pub ended_ms: Option<i64>,
    pub acknowledged: u64,
    pub dead_letters: u64,
    /// Of all runs since the topic was made.
    pub dead_letters_total: u64,
    /// Runs before this one that never came to their end: nobody knows what they still sent.
    pub unfinished_runs: u64,
    /// How often it has said that it goes on: who looks twice can tell it from one that was killed, whatever the clocks say.
    #[serde(default)]
    pub beats: u64,
    /// Where its records are, by partition.
    #[serde(skip)]
    pub offsets: BTreeMap<i32, Offsets>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It goes on, or was killed.
    Running,
    Ok,
    Interrupted,
    Failed(String),
}

/// What a partition's note says.
#[derive(Serialize, Deserialize)]
struct Part {
    format: u32,
    run: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    offsets: Option<Offsets>,
    #[serde(skip_serializing_if = "Option::is_none")]
    whole: Option<RunTally>,
}

impl RunTally {
    /// A run that begins now, after the one that is known.
    #[must_use]
    pub fn begun(before: Option<&Self>, run: String, now_ms: i64) -> Self {
        let unfinished = before.is_some_and(|before| before.state == RunState::Running);
        Self {
            run,
            state: RunState::Running,
            began_ms: now_ms,
            ended_ms: None,
            acknowledged: 0,
            dead_letters: 0,
            dead_letters_total: before.map_or(0, |before| before.dead_letters_total),
            unfinished_runs: before.map_or(0, |before| before.unfinished_runs) + u64::from(unfinished),
            beats: 0,
            offsets: BTreeMap::new(),
        }
    }

    /// The same run at its end.
    #[must_use]
    pub fn ended(mut self, result: &Result<Summary, FeedFailure>, now_ms: i64) -> Self {
        let (summary, state) = match result {
            Ok(summary) if summary.interrupted => (summary, RunState::Interrupted),
            Ok(summary) => (summary, RunState::Ok),
            Err(failure) => {
                let why = failure.error.to_string().chars().take(MOST_ERROR_LETTERS).collect();
                (failure.summary.as_ref(), RunState::Failed(why))
            }
        };
        self.state = state;
        self.ended_ms = Some(now_ms);
        self.acknowledged = summary.acknowledged;
        self.dead_letters = summary.acknowledged_letters;
        self.dead_letters_total += summary.acknowledged_letters;
        self.offsets.clone_from(&summary.offsets);
        self
    }

    /// One note per partition with records of this run; the first partition always has one.
    #[must_use]
    fn notes(&self) -> BTreeMap<i32, Note> {
        let mut notes = BTreeMap::new();
        for partition in self.offsets.keys().copied().chain([HEAD]) {
            let offsets = self.offsets.get(&partition).copied();
            let whole = (partition == HEAD).then(|| self.clone());
            let part = Part { format: FORMAT, run: self.run.clone(), offsets, whole };
            let text = serde_json::to_string(&part).expect("a tally is numbers and text");
            notes.insert(partition, Note { offset: offsets.map_or(0, |offsets| offsets.last + 1), text });
        }
        notes
    }

    /// The run that the notes tell of; `None` when they tell of none, or in a format that is not ours.
    #[must_use]
    fn of_notes(notes: &BTreeMap<i32, Note>) -> Option<Self> {
        let part = |note: &Note| -> Option<Part> {
            let part: Part = serde_json::from_str(&note.text).ok()?;
            (part.format == FORMAT).then_some(part)
        };
        let mut tally = part(notes.get(&HEAD)?)?.whole?;
        // Notes of earlier runs stay where this one wrote nothing.
        let own = notes.iter().filter_map(|(partition, note)| {
            let part = part(note).filter(|part| part.run == tally.run)?;
            Some((*partition, part.offsets?))
        });
        tally.offsets = own.collect();
        Some(tally)
    }

    /// How many records the delivery reports name: the same number as was acknowledged.
    #[must_use]
    pub fn placed(&self) -> u64 {
        self.offsets.values().map(|offsets| offsets.count).sum()
    }
}

/// Notes that a run begins.
///
/// # Errors
/// When Kafka does not answer, or has no such topic.
pub async fn begin(kafka: &Kafka, task: &IngestTask, now_ms: i64) -> Result<RunTally, KafkaError> {
    let before = kafka.notes(&group(&task.source), &task.topic, HEAD + 1, LIMIT).await?;
    let tally = RunTally::begun(RunTally::of_notes(&before).as_ref(), Uuid::new_v4().to_string(), now_ms);
    kafka.note(&group(&task.source), &task.topic, tally.notes(), LIMIT).await?;
    Ok(tally)
}

/// Notes that a run goes on.
///
/// # Errors
/// When Kafka does not answer, or the topic is gone.
pub async fn beat(kafka: &Kafka, task: &IngestTask, tally: &mut RunTally) -> Result<(), KafkaError> {
    tally.beats += 1;
    kafka.note(&group(&task.source), &task.topic, tally.notes(), LIMIT).await
}

/// Notes how a run ended.
///
/// # Errors
/// When Kafka does not answer, or the topic is gone.
pub async fn end(kafka: &Kafka, task: &IngestTask, tally: &RunTally) -> Result<(), KafkaError> {
    kafka.note(&group(&task.source), &task.topic, tally.notes(), LIMIT).await
}

/// The last run of a source that is known.
///
/// # Errors
/// When Kafka does not answer, or has no such topic.
pub async fn last(kafka: &Kafka, source: &str, topic: &str, partitions: i32) -> Result<Option<RunTally>, KafkaError> {
    Ok(RunTally::of_notes(&kafka.notes(&group(source), topic, partitions, LIMIT).await?))
}

/// Under which name a source keeps its notes.
fn group(source: &str) -> String {
    format!("sparkflow-ingest.{source}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(acknowledged: u64, letters: u64, offsets: &[(i32, Offsets)]) -> Summary {
        let offsets = offsets.iter().copied().collect();
        Summary { acknowledged, acknowledged_letters: letters, offsets, ..Summary::default() }
    }

    #[test]
    fn a_run_is_read_as_it_was_noted_and_the_one_before_it_is_not_mixed_in() {
        let first = RunTally::begun(None, "1".to_owned(), 10);
        let places = [(0, Offsets { first: 3, last: 9, count: 7 }), (2, Offsets { first: 0, last: 0, count: 1 })];
        let first = first.ended(&Ok(summary(8, 2, &places)), 20);
        let mut notes = first.notes();
        assert_eq!((notes[&0].offset, notes[&2].offset), (10, 1));
        assert_eq!(RunTally::of_notes(&notes), Some(first.clone()));
        assert_eq!(first.placed(), first.acknowledged);

        let second = RunTally::begun(Some(&first), "2".to_owned(), 30);
        notes.extend(second.notes());
        let read = RunTally::of_notes(&notes).unwrap();
        assert_eq!((&read.state, read.offsets.len(), read.dead_letters_total), (&RunState::Running, 0, 2));
        let third = RunTally::begun(Some(&read), "3".to_owned(), 40).ended(&Ok(summary(0, 1, &[])), 50);
        assert_eq!((third.unfinished_runs, third.dead_letters_total, third.dead_letters), (1, 3, 1));
    }

    #[test]
    fn notes_of_somebody_else_tell_of_no_run() {
        let note = |text: &str| BTreeMap::from([(0, Note { offset: 1, text: text.to_owned() })]);
        assert_eq!(RunTally::of_notes(&BTreeMap::new()), None);
        assert_eq!(RunTally::of_notes(&note("")), None);
        assert_eq!(RunTally::of_notes(&note("{\"format\": 2}")), None);
    }
}
