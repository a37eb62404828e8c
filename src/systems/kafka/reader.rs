//! Reading records at known places: ranges of offsets, or one exact record. Joins no group and commits nothing.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::Offset;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError as LibraryError;
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::topic_partition_list::TopicPartitionList;
use serde::{Deserialize, Serialize};

use super::{Kafka, KafkaError, Silent, client_settings};

/// Records of one partition from `from` up to, but not including, `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetRange {
    pub partition: i32,
    pub from: i64,
    pub until: i64,
}

/// How much is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadBound {
    pub records: usize,
    pub bytes: usize,
    pub time: Duration,
}

/// A record as it is in the topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// Milliseconds since 1970.
    pub timestamp_ms: Option<i64>,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: BTreeMap<String, Vec<u8>>,
}

/// What was read, by partition in order of offsets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    pub records: Vec<Record>,
    pub ended: Option<ReadEnd>,
}

/// Why a read ended before all ranges were through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadEnd {
    Records,
    Bytes,
    Time,
}

impl Kafka {
    /// Reads ranges of offsets of one topic. A range ends early where the partition ends.
    ///
    /// # Errors
    /// When the topic or partition is missing (`is_absent`), a range begins where the partition has nothing
    /// (`is_offset_absent`), or no broker answers.
    pub async fn read(&self, topic: &str, ranges: Vec<OffsetRange>, bound: ReadBound) -> Result<Batch, KafkaError> {
        let action = || format!("read records of topic `{topic}`");
        let bootstrap = self.bootstrap.clone();
        let name = topic.to_owned();
        let reading = tokio::task::spawn_blocking(move || read(&bootstrap, &name, &ranges, bound));
        match reading.await {
            Ok(Ok(batch)) => Ok(batch),
            Ok(Err(source)) => Err(self.failed(action(), bound.time, source)),
            Err(_) => Err(KafkaError::Stopped { action: action() }),
        }
    }

    /// The record at one exact place; `None` when the partition has none there, not yet or not any more.
    ///
    /// # Errors
    /// When the topic or partition is missing (`is_absent`), or no broker answers in time.
    pub async fn record_at(
        &self,
        topic: &str,
        partition: i32,
        offset: i64,
        limit: Duration,
    ) -> Result<Option<Record>, KafkaError> {
        let range = OffsetRange { partition, from: offset, until: offset + 1 };
        let bound = ReadBound { records: 1, bytes: usize::MAX, time: limit };
        let batch = match self.read(topic, vec![range], bound).await {
            Err(error) if error.is_offset_absent() => return Ok(None),
            other => other?,
        };
        if batch.ended == Some(ReadEnd::Time) {
            return Err(KafkaError::Timeout {
                action: format!("read record {offset} of `{topic}` partition {partition}"),
                seconds: limit.as_secs(),
            });
        }
        Ok(batch.records.into_iter().next())
    }
}

fn read(bootstrap: &str, topic: &str, ranges: &[OffsetRange], bound: ReadBound) -> Result<Batch, LibraryError> {
    let mut open: BTreeMap<i32, i64> = BTreeMap::new();
    let mut assignment = TopicPartitionList::new();
    for range in ranges.iter().filter(|range| range.from < range.until) {
        assignment.add_partition_offset(topic, range.partition, Offset::Offset(range.from))?;
        open.insert(range.partition, range.until);
    }
    let mut batch = Batch::default();
    if open.is_empty() {
        return Ok(batch);
    }
    let reader = reader(bootstrap)?;
    reader.assign(&assignment)?;
    let deadline = Instant::now() + bound.time;
    let mut bytes = 0;
    while !open.is_empty() {
        batch.ended = reached(bound, batch.records.len(), bytes, deadline);
        if batch.ended.is_some() {
            break;
        }
        let message = match reader.poll(deadline.saturating_duration_since(Instant::now())) {
            None => continue,
            Some(Ok(message)) => message,
            Some(Err(LibraryError::PartitionEOF(partition))) => {
                open.remove(&partition);
                continue;
            }
            Some(Err(error)) => return Err(error),
        };
        let partition = message.partition();
        let Some(until) = open.get(&partition).copied() else {
            continue;
        };
        if message.offset() < until {
            bytes += message.payload_len() + message.key_len();
            batch.records.push(record(&message));
        }
        if message.offset() + 1 >= until {
            open.remove(&partition);
        }
    }
    batch.records.sort_by_key(|record| (record.partition, record.offset));
    Ok(batch)
}

fn reached(bound: ReadBound, records: usize, bytes: usize, deadline: Instant) -> Option<ReadEnd> {
    if records >= bound.records {
        return Some(ReadEnd::Records);
    }
    if bytes >= bound.bytes {
        return Some(ReadEnd::Bytes);
    }
    (Instant::now() >= deadline).then_some(ReadEnd::Time)
}

pub(super) fn reader(bootstrap: &str) -> Result<BaseConsumer<Silent>, LibraryError> {
    client_settings(bootstrap)
        // The library wants a name even where no group is joined.
        .set("group.id", "sparkflow-reader")
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("enable.partition.eof", "true")
        .set("auto.offset.reset", "error")
        .set("allow.auto.create.topics", "false")
        .set("topic.metadata.propagation.max.ms", "3000")
        .set("isolation.level", "read_committed")
        .set("fetch.wait.max.ms", "50")
        .set("fetch.queue.backoff.ms", "20")
        .set("queued.max.messages.kbytes", "32768")
        .create_with_context(Silent)
}

pub(super) fn record(message: &BorrowedMessage<'_>) -> Record {
    let mut headers = BTreeMap::new();
    if let Some(found) = message.headers() {
        for header in found.iter() {
            let value = header.value.unwrap_or_default().to_vec();
            headers.insert(header.key.to_owned(), value);
        }
    }
    Record {
        topic: message.topic().to_owned(),
        partition: message.partition(),
        offset: message.offset(),
        timestamp_ms: message.timestamp().to_millis(),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers,
    }
}
