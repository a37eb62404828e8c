//! The end of a topic, held open: a record that is written after that is seen at once, without a new connection.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::Offset;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError as LibraryError;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::TopicPartitionList;

use super::metadata::Watermarks;
use super::producer::Delivered;
use super::reader::{Record, reader, record};
use super::{Kafka, KafkaError, Silent};

/// Joins no group and commits nothing.
pub struct Tail {
    consumer: Arc<BaseConsumer<Silent>>,
    topic: String,
    bootstrap: String,
}

impl Kafka {
    /// Connects and stands at the end of every partition. `ends` is how far each goes.
    ///
    /// # Errors
    /// When a partition is missing (`is_absent`), or no broker answers within `limit`.
    pub async fn tail(&self, topic: &str, ends: &[Watermarks], limit: Duration) -> Result<Tail, KafkaError> {
        let (bootstrap, name, ends) = (self.bootstrap.clone(), topic.to_owned(), ends.to_vec());
        let opening = tokio::task::spawn_blocking(move || open(&bootstrap, &name, &ends, limit));
        let action = || format!("stand at the end of topic `{topic}`");
        match opening.await {
            Ok(Ok(Some(consumer))) => {
                Ok(Tail { consumer: Arc::new(consumer), topic: topic.to_owned(), bootstrap: self.bootstrap.clone() })
            }
            Ok(Ok(None)) => Err(KafkaError::Timeout { action: action(), seconds: limit.as_secs() }),
            Ok(Err(source)) => Err(self.failed(action(), limit, source)),
            Err(_) => Err(KafkaError::Stopped { action: action() }),
        }
    }
}

impl Tail {
    /// Records at places that were written since, in the order asked for; `None` where another one came, or none.
    ///
    /// # Errors
    /// When no broker answers within `limit`.
    pub async fn records_at(&self, places: &[Delivered], limit: Duration) -> Result<Vec<Option<Record>>, KafkaError> {
        let (consumer, wanted) = (Arc::clone(&self.consumer), places.to_vec());
        let looking = tokio::task::spawn_blocking(move || find(&consumer, &wanted, limit));
        let action = || format!("read back records of `{}`", self.topic);
        match looking.await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(source)) => Err(super::failed(&self.bootstrap, action(), limit, source)),
            Err(_) => Err(KafkaError::Stopped { action: action() }),
        }
    }
}

/// Ready once every partition has told that there is no more; nothing when one does not in time.
fn open(
    bootstrap: &str,
    topic: &str,
    ends: &[Watermarks],
    limit: Duration,
) -> Result<Option<BaseConsumer<Silent>>, LibraryError> {
    let consumer = reader(bootstrap)?;
    let mut assignment = TopicPartitionList::new();
    let mut open = BTreeSet::new();
    for (end, partition) in ends.iter().zip(0..) {
        assignment.add_partition_offset(topic, partition, Offset::Offset(end.high))?;
        open.insert(partition);
    }
    consumer.assign(&assignment)?;
    let deadline = Instant::now() + limit;
    while !open.is_empty() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        let message = consumer.poll(left);
        match message {
            // A record of somebody else's came meanwhile: its partition is connected too.
            Some(Ok(message)) => drop(open.remove(&message.partition())),
            Some(Err(LibraryError::PartitionEOF(partition))) => drop(open.remove(&partition)),
            Some(Err(error)) => return Err(error),
            None => {}
        }
    }
    Ok(Some(consumer))
}

fn find(
    consumer: &BaseConsumer<Silent>,
    wanted: &[Delivered],
    limit: Duration,
) -> Result<Vec<Option<Record>>, LibraryError> {
    let deadline = Instant::now() + limit;
    let mut found: Vec<Option<Record>> = vec![None; wanted.len()];
    // A partition gives its records in order: one behind a place means that nothing came at it.
    let mut open: BTreeSet<usize> = (0..wanted.len()).collect();
    while !open.is_empty() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        match consumer.poll(left) {
            Some(Ok(message)) => {
                let (partition, offset) = (message.partition(), message.offset());
                for (index, place) in wanted.iter().enumerate().filter(|(_, place)| place.partition == partition) {
                    if place.offset == offset {
                        found[index] = Some(record(&message));
                    }
                    if place.offset <= offset {
                        open.remove(&index);
                    }
                }
            }
            None | Some(Err(LibraryError::PartitionEOF(_))) => {}
            Some(Err(error)) => return Err(error),
        }
    }
    Ok(found)
}
