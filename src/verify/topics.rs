//! What a topic holds: how many records, which good keys, how many bad ones. Reads at most a bounded number of them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::balance::{Judged, Key, judge, row_key};
use super::clock::Clock;
use crate::model::pipeline::{Field, Schema};
use crate::session::{Session, SessionError};
use crate::systems::kafka::metadata::Watermarks;
use crate::systems::kafka::reader::{OffsetRange, ReadBound};

/// Topics with more records are counted by their offsets alone.
pub(super) const MOST_RECORDS: i64 = 200_000;
const CHUNK_RECORDS: usize = 20_000;
const CHUNK_BYTES: usize = 32 * 1024 * 1024;
const CHUNK_TIME: Duration = Duration::from_secs(20);
const LIMIT: Duration = Duration::from_secs(10);

/// How to read one topic.
pub(super) struct Reading<'a> {
    pub topic: &'a str,
    pub partitions: i32,
    pub schema: &'a Schema,
    pub key: Option<&'a Field>,
    /// Per kind of key that is wanted: the columns, with the fields they come from.
    pub key_sets: Vec<Vec<(&'a Field, &'a Field)>>,
}

/// What was found so far. Reading goes on from where it stopped.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub marks: Vec<Watermarks>,
    next: Vec<i64>,
    round: u32,
    pub good: u64,
    pub bad: u64,
    pub tracers: u64,
    /// Per key set: each key, and the round in which it was first seen.
    pub keys: Vec<BTreeMap<Key, u32>>,
    /// There are more records than are read.
    pub unread: bool,
}

impl Scan {
    /// Records by offsets: what was written and not deleted.
    #[must_use]
    pub(super) fn records(&self) -> i64 {
        self.marks.iter().map(|mark| mark.high - mark.low).sum()
    }

    /// Whether the topic has lost its oldest records to retention.
    #[must_use]
    pub(super) fn is_cut(&self) -> bool {
        self.marks.iter().any(|mark| mark.low > 0)
    }

    /// Reads what came since the last time. The first time is round 0.
    ///
    /// # Errors
    /// When Kafka does not answer.
    pub(super) async fn advance(
        &mut self,
        session: &Session,
        reading: &Reading<'_>,
        clock: &Clock,
    ) -> Result<(), SessionError> {
        let first = self.marks.is_empty();
        self.marks = watermarks(session, reading.topic, reading.partitions).await?;
        if first {
            self.next = self.marks.iter().map(|mark| mark.low).collect();
            self.keys = reading.key_sets.iter().map(|_| BTreeMap::new()).collect();
        } else {
            self.round += 1;
        }
        self.unread = self.unread || self.records() > MOST_RECORDS;
        while !self.unread && clock.stopped().is_none() {
            if !self.chunk(session, reading, clock).await? {
                break;
            }
        }
        Ok(())
    }

    /// One bounded read; false when everything up to the end was read.
    async fn chunk(&mut self, session: &Session, reading: &Reading<'_>, clock: &Clock) -> Result<bool, SessionError> {
        let ends = self.next.iter().zip(&self.marks).zip(0..);
        let ranges: Vec<OffsetRange> = ends
            .filter(|((next, mark), _)| **next < mark.high)
            .map(|((next, mark), partition)| OffsetRange { partition, from: (*next).max(mark.low), until: mark.high })
            .collect();
        if ranges.is_empty() {
            return Ok(false);
        }
        let bound = ReadBound { records: CHUNK_RECORDS, bytes: CHUNK_BYTES, time: clock.at_most(CHUNK_TIME) };
        let batch = session.kafka().await?.read(reading.topic, ranges, bound).await?;
        for record in &batch.records {
            if let Some(next) = usize::try_from(record.partition).ok().and_then(|index| self.next.get_mut(index)) {
                *next = (*next).max(record.offset + 1);
            }
            self.take(judge(record.value.as_deref(), reading.schema, reading.key), reading);
        }
        if batch.ended.is_none() {
            // Offsets without a record (compacted, transactional) lie behind us too.
            self.next = self.marks.iter().map(|mark| mark.high).collect();
        }
        Ok(batch.ended.is_some() && !batch.records.is_empty())
    }

    fn take(&mut self, judged: Judged, reading: &Reading<'_>) {
        match judged {
            Judged::Bad => self.bad += 1,
            Judged::Tracer => self.tracers += 1,
            Judged::Good(values) => {
                self.good += 1;
                for (keys, columns) in self.keys.iter_mut().zip(&reading.key_sets) {
                    if let Some(key) = row_key(&values, columns) {
                        keys.entry(key).or_insert(self.round);
                    }
                }
            }
        }
    }
}

/// How far each partition goes.
///
/// # Errors
/// When Kafka does not answer, or has no such topic.
pub(super) async fn watermarks(
    session: &Session,
    topic: &str,
    partitions: i32,
) -> Result<Vec<Watermarks>, SessionError> {
    let asked = BTreeMap::from([(topic.to_string(), partitions)]);
    let mut found = session.kafka().await?.watermarks(&asked, LIMIT).await?;
    Ok(found.remove(topic).unwrap_or_default())
}
