//! What Kafka says of the topics without being read: how far their partitions go, and how new the newest record is.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::{Stand, balance};
use crate::ingest::task::dead_letter_topic;
use crate::live::{LiveTopic, Observed};
use crate::session::{Session, SessionError};
use crate::systems::kafka::metadata::Watermarks;
use crate::systems::kafka::reader::{OffsetRange, ReadBound, Record};
use crate::topology::data::with_dead_letters;

const LIMIT: Duration = Duration::from_secs(10);
const READ_LIMIT: Duration = Duration::from_secs(15);
/// Partitions whose last record is looked at.
const MOST_PARTITIONS: usize = 32;
const MOST_BYTES: usize = 8 * 1024 * 1024;

const LARGEST_BATCH: &str = "max.message.bytes";
/// Kafka's record batch of format 2 begins with 61 bytes, and its smallest record takes 7.
const SMALLEST_BATCH: u32 = 68;
const SHOWN: usize = 200;

/// How far each partition goes, by topic.
pub(super) type Marks = BTreeMap<String, Vec<Watermarks>>;

/// The declared topics that are there, with their dead letters.
pub(super) fn present(stand: &Stand<'_>) -> BTreeMap<String, i32> {
    let Observed::Known(live) = &stand.live.kafka else { return BTreeMap::new() };
    let names = stand.request.pipeline.topics.keys().flat_map(|name| with_dead_letters(name));
    names.filter_map(|name| Some((name.clone(), live.get(&name)?.partitions))).collect()
}

/// # Errors
/// When Kafka does not answer, or a topic has gone since it was seen.
pub(super) async fn marks(session: &Session, topics: &BTreeMap<String, i32>) -> Result<Marks, SessionError> {
    Ok(session.kafka().await?.watermarks(topics, LIMIT).await?)
}

/// Why a topic takes no record at all, whatever it is asked to hold.
#[must_use]
pub(super) fn refuses_all(topic: &LiveTopic) -> Option<String> {
    let most: u32 = topic.config.get(LARGEST_BATCH)?.parse().ok()?;
    (most < SMALLEST_BATCH).then(|| format!("it takes no record: its {LARGEST_BATCH} is {most}"))
}

/// Records by offsets: what was written and not deleted.
#[must_use]
pub(super) fn held(marks: &[Watermarks]) -> i64 {
    marks.iter().map(|mark| mark.high - mark.low).sum()
}

/// Records that were ever written.
#[must_use]
pub(super) fn ever(marks: &[Watermarks]) -> u64 {
    marks.iter().map(|mark| u64::try_from(mark.high).unwrap_or(0)).sum()
}

/// The newest record that says when it was written; read from the end of each partition. `None` when there is none to be seen.
///
/// # Errors
/// When Kafka does not answer.
pub(super) async fn newest(
    session: &Session,
    topic: &str,
    marks: &[Watermarks],
) -> Result<Option<(i64, Record)>, SessionError> {
    let filled = marks.iter().zip(0..).filter(|(mark, _)| mark.high > mark.low).take(MOST_PARTITIONS);
    let ends: Vec<OffsetRange> =
        filled.map(|(mark, partition)| OffsetRange { partition, from: mark.high - 1, until: mark.high }).collect();
    if ends.is_empty() {
        return Ok(None);
    }
    let bound = ReadBound { records: ends.len(), bytes: MOST_BYTES, time: READ_LIMIT };
    let batch = session.kafka().await?.read(topic, ends, bound).await?;
    let timed = batch.records.into_iter().filter_map(|record| Some((record.timestamp_ms?, record)));
    Ok(timed.max_by_key(|(at_ms, _)| *at_ms))
}

/// Whether the newest dead letters of a topic are a pile, told in words. By the time that records carry, so that a fault of the
/// night is seen in the morning, and good records that have come since speak for its end.
///
/// # Errors
/// When Kafka does not answer.
pub(super) async fn pile(session: &Session, topic: &str, now: &Marks) -> Result<Option<String>, SessionError> {
    let letters = dead_letter_topic(topic);
    let (Some(marks), Some(of_topic)) = (now.get(&letters), now.get(topic)) else { return Ok(None) };
    let Some((newest_ms, newest)) = newest(session, &letters, marks).await? else { return Ok(None) };
    let back = Duration::from_mins(balance::PILE_MINUTES);
    let since = newest_ms - i64::try_from(back.as_millis()).unwrap_or(i64::MAX);
    let asked = [(topic, of_topic), (letters.as_str(), marks)];
    let asked = asked.map(|(name, marks)| (name.to_string(), i32::try_from(marks.len()).unwrap_or(i32::MAX))).into();
    let counts = session.kafka().await?.count_since(&asked, since, LIMIT).await?;
    let of = |name: &str| counts.get(name).copied().unwrap_or(0);
    let found = balance::pile(of(&letters), of(topic));
    Ok(found.map(|found| format!("{found}; the newest says: {}", reason(&newest))))
}

/// What a dead letter says of itself.
fn reason(letter: &Record) -> String {
    let read = |value: &Vec<u8>| serde_json::from_slice::<Value>(value).ok()?["reason"].as_str().map(str::to_string);
    let reason = letter.value.as_ref().and_then(read).unwrap_or_else(|| "nothing that sparkflow wrote".to_string());
    reason.chars().take(SHOWN).collect()
}
