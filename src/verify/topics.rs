//! What Kafka says of the topics without being read: how far their partitions go, and how new the newest record is.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Stand;
use crate::ingest::task::dead_letter_topic;
use crate::live::Observed;
use crate::session::{Session, SessionError};
use crate::systems::kafka::metadata::Watermarks;
use crate::systems::kafka::reader::{OffsetRange, ReadBound};

const LIMIT: Duration = Duration::from_secs(10);
const READ_LIMIT: Duration = Duration::from_secs(15);
/// Partitions whose last record is looked at.
const MOST_PARTITIONS: usize = 32;
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// How far each partition goes, by topic.
pub(super) type Marks = BTreeMap<String, Vec<Watermarks>>;

/// The declared topics that are there, with their dead letters.
pub(super) fn present(stand: &Stand<'_>) -> BTreeMap<String, i32> {
    let Observed::Known(live) = &stand.live.kafka else { return BTreeMap::new() };
    let names = stand.request.pipeline.topics.keys().flat_map(|name| [name.clone(), dead_letter_topic(name)]);
    names.filter_map(|name| Some((name.clone(), live.get(&name)?.partitions))).collect()
}

/// # Errors
/// When Kafka does not answer, or a topic has gone since it was seen.
pub(super) async fn marks(session: &Session, topics: &BTreeMap<String, i32>) -> Result<Marks, SessionError> {
    Ok(session.kafka().await?.watermarks(topics, LIMIT).await?)
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

/// When the newest record was written; read from the end of each partition. `None` when there is none to be seen.
///
/// # Errors
/// When Kafka does not answer.
pub(super) async fn newest_ms(
    session: &Session,
    topic: &str,
    marks: &[Watermarks],
) -> Result<Option<i64>, SessionError> {
    let filled = marks.iter().zip(0..).filter(|(mark, _)| mark.high > mark.low).take(MOST_PARTITIONS);
    let ends: Vec<OffsetRange> =
        filled.map(|(mark, partition)| OffsetRange { partition, from: mark.high - 1, until: mark.high }).collect();
    if ends.is_empty() {
        return Ok(None);
    }
    let bound = ReadBound { records: ends.len(), bytes: MOST_BYTES, time: READ_LIMIT };
    let batch = session.kafka().await?.read(topic, ends, bound).await?;
    Ok(batch.records.iter().filter_map(|record| record.timestamp_ms).max())
}
