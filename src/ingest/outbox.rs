//! Between the loop and the producer: batches go in, counts of what Kafka has acknowledged come out.
//!
//! Bounded on both sides: a broker that is slow fills the producer's queue, then the channel, and then the loop waits
//! and the source is not asked. Delivery is never assumed: a record counts when its report has arrived.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use crate::ingest::progress::Offsets;
use crate::ingest::task::IngestTask;
use crate::systems::kafka::KafkaError;
use crate::systems::kafka::producer::{Delivered, Delivery, Enqueued, NewRecord, Producer};

/// A record that Kafka has not acknowledged after this has failed: long enough for a broker to restart on a busy laptop.
pub const DELIVERY_LIMIT: Duration = Duration::from_mins(1);

/// Batches waiting for room in the producer's queue.
const WAITING_BATCHES: usize = 2;
/// Deliveries waiting for their reports; the producer's own queue is bounded in bytes.
const WAITING_DELIVERIES: usize = 100_000;
/// Reports taken together.
const REPORTS_AT_ONCE: usize = 1024;
const PAUSE_WHEN_FULL: Duration = Duration::from_millis(10);

/// One message to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub lane: Lane,
    pub key: Option<String>,
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Record,
    DeadLetter,
}

/// What became of the messages so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    pub records: u64,
    pub dead_letters: u64,
    pub offsets: BTreeMap<i32, Offsets>,
    pub failed: u64,
    pub first_failure: Option<String>,
}

/// The loop's end.
pub struct Outbox {
    batches: mpsc::Sender<Vec<Outgoing>>,
    settled: watch::Receiver<Settled>,
    offered: u64,
}

/// The producer's end.
pub struct Courier {
    pub batches: mpsc::Receiver<Vec<Outgoing>>,
    pub settled: watch::Sender<Settled>,
}

/// Both ends, connected.
#[must_use]
pub fn pair() -> (Outbox, Courier) {
    let (send_batches, batches) = mpsc::channel(WAITING_BATCHES);
    let (settled, read_settled) = watch::channel(Settled::default());
    (Outbox { batches: send_batches, settled: read_settled, offered: 0 }, Courier { batches, settled })
}

/// An outbox that writes to the task's topics. Needs a running async runtime.
///
/// # Errors
/// The client library refuses its settings.
pub fn open(task: &IngestTask) -> Result<Outbox, KafkaError> {
    let producer = Producer::open(&task.bootstrap, DELIVERY_LIMIT)?;
    let (outbox, courier) = pair();
    let (waiting, deliveries) = mpsc::channel(WAITING_DELIVERIES);
    let settled = Arc::new(courier.settled);
    tokio::spawn(collect(deliveries, Arc::clone(&settled)));
    let topics = Topics { records: task.topic.clone(), dead_letters: task.dead_letter_topic.clone() };
    tokio::spawn(enqueue(producer, topics, courier.batches, waiting, settled));
    Ok(outbox)
}

impl Outbox {
    /// Hands a batch over; `false` when there was no room within `limit` or nobody takes batches any more.
    pub async fn send(&mut self, batch: Vec<Outgoing>, limit: Duration) -> bool {
        if batch.is_empty() {
            return true;
        }
        self.offered += batch.len() as u64;
        matches!(timeout(limit, self.batches.send(batch)).await, Ok(Ok(())))
    }

    #[must_use]
    pub fn settled(&self) -> Settled {
        self.settled.borrow().clone()
    }

    /// Messages handed over and not yet reported.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        self.offered - self.settled.borrow().total()
    }

    /// Waits until every message is reported, at most `limit`; `false` when some are not.
    pub async fn wait(&mut self, limit: Duration) -> bool {
        let offered = self.offered;
        let all = self.settled.wait_for(|settled| settled.total() >= offered);
        matches!(timeout(limit, all).await, Ok(Ok(_)))
    }
}

impl Settled {
    /// Messages with a report, good or bad.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.records + self.dead_letters + self.failed
    }

    /// Counts one report.
    pub fn add(&mut self, lane: Lane, report: Result<Delivered, String>) {
        match (report, lane) {
            (Ok(Delivered { partition, offset }), Lane::Record) => {
                self.records += 1;
                let more = |known: &mut Offsets| *known = known.with(offset);
                self.offsets.entry(partition).and_modify(more).or_insert_with(|| Offsets::of(offset));
            }
            (Ok(_), Lane::DeadLetter) => self.dead_letters += 1,
            (Err(why), _) => {
                self.failed += 1;
                self.first_failure.get_or_insert(why);
            }
        }
    }
}

struct Topics {
    records: String,
    dead_letters: String,
}

/// Moves batches into the producer's queue as it has room.
async fn enqueue(
    producer: Producer,
    topics: Topics,
    mut batches: mpsc::Receiver<Vec<Outgoing>>,
    waiting: mpsc::Sender<(Lane, Delivery)>,
    settled: Arc<watch::Sender<Settled>>,
) {
    while let Some(batch) = batches.recv().await {
        for Outgoing { lane, key, value } in batch {
            let topic = match lane {
                Lane::Record => topics.records.clone(),
                Lane::DeadLetter => topics.dead_letters.clone(),
            };
            let record = NewRecord {
                topic,
                key: key.map(String::into_bytes),
                value: Some(value.into_bytes()),
                ..NewRecord::default()
            };
            match when_there_is_room(&producer, &record).await {
                // A closed channel means that nobody counts any more: the run is over.
                Ok(delivery) => match waiting.send((lane, delivery)).await {
                    Ok(()) => {}
                    Err(_) => return,
                },
                Err(error) => settled.send_modify(|settled| {
                    settled.add(lane, Err(with_cause(&error)));
                }),
            }
        }
    }
}

/// Bounded by [`DELIVERY_LIMIT`]: by then every record in the queue has left it, one way or the other.
async fn when_there_is_room(producer: &Producer, record: &NewRecord) -> Result<Delivery, KafkaError> {
    loop {
        match producer.enqueue(record)? {
            Enqueued::Queued(delivery) => return Ok(delivery),
            Enqueued::Full => sleep(PAUSE_WHEN_FULL).await,
        }
    }
}

/// Counts reports in the order of sending. Waiting for the first holds up only the counting.
async fn collect(mut deliveries: mpsc::Receiver<(Lane, Delivery)>, settled: Arc<watch::Sender<Settled>>) {
    let mut taken = Vec::with_capacity(REPORTS_AT_ONCE);
    while deliveries.recv_many(&mut taken, REPORTS_AT_ONCE).await > 0 {
        let mut reports = Vec::with_capacity(taken.len());
        for (lane, delivery) in taken.drain(..) {
            reports.push((lane, delivery.settled().await.map_err(|error| with_cause(&error))));
        }
        settled.send_modify(|settled| {
            for (lane, report) in reports {
                settled.add(lane, report);
            }
        });
    }
}

fn with_cause(error: &KafkaError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_counted_by_lane_and_partition() {
        let mut settled = Settled::default();
        for (partition, offset) in [(0, 7), (1, 3), (0, 9), (0, 8)] {
            settled.add(Lane::Record, Ok(Delivered { partition, offset }));
        }
        settled.add(Lane::DeadLetter, Ok(Delivered { partition: 0, offset: 0 }));
        settled.add(Lane::Record, Err("first".into()));
        settled.add(Lane::Record, Err("second".into()));
        assert_eq!((settled.records, settled.dead_letters, settled.failed, settled.total()), (4, 1, 2, 7));
        assert_eq!(settled.offsets[&0], Offsets { first: 7, last: 9, count: 3 });
        assert_eq!(settled.first_failure.as_deref(), Some("first"));
    }

    #[tokio::test]
    async fn a_full_outbox_refuses_in_bounded_time() {
        let (mut outbox, _courier) = pair();
        let one = || vec![Outgoing { lane: Lane::Record, key: None, value: "{}".into() }];
        for _ in 0..WAITING_BATCHES {
            assert!(outbox.send(one(), Duration::from_secs(1)).await);
        }
        assert!(!outbox.send(one(), Duration::from_millis(20)).await);
        assert_eq!(outbox.in_flight(), 3);
        assert!(!outbox.wait(Duration::from_millis(20)).await);
    }
}
