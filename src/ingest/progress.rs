//! What a run tells while it goes and when it ends: numbers for people and machines, no text for a screen.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Something happened that a person may want to see.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// After each answer, and twice a second while the last records are on their way.
    Progress(Progress),
    /// The source is asked again.
    Retrying { attempt: u32, wait: Duration, why: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Progress {
    pub fetched: u64,
    pub accepted: u64,
    pub dead_letters: u64,
    pub acknowledged: u64,
    /// Records and dead letters handed over and not yet acknowledged.
    pub in_flight: u64,
    /// Accepted records per second since the start.
    pub per_second: f64,
    pub elapsed: Duration,
}

impl Progress {
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    pub fn of(summary: &Summary, acknowledged: u64, in_flight: u64, elapsed: Duration) -> Self {
        Self {
            fetched: summary.fetched,
            accepted: summary.accepted,
            dead_letters: summary.dead_letters,
            acknowledged,
            in_flight,
            per_second: summary.accepted as f64 / elapsed.as_secs_f64().max(0.001),
            elapsed,
        }
    }
}

/// What a run did, also when it failed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Answers that were used, failed attempts not counted.
    pub requests: u64,
    pub retries: u64,
    /// Records looked at.
    pub fetched: u64,
    /// Records that mapped and were handed to Kafka.
    pub accepted: u64,
    /// Records that did not map and were handed to the dead-letter topic.
    pub dead_letters: u64,
    /// Accepted records that Kafka has.
    pub acknowledged: u64,
    /// Dead letters that Kafka has.
    pub acknowledged_letters: u64,
    /// Handed over, records and dead letters, and not known to be in Kafka.
    pub unacknowledged: u64,
    /// By partition of the topic; the counts add up to `acknowledged`.
    pub offsets: BTreeMap<i32, Offsets>,
    /// Why the first dead letter is one.
    pub first_rejection: Option<String>,
    /// Why the source was last asked again.
    pub last_fault: Option<String>,
    pub interrupted: bool,
    pub elapsed: Duration,
}

/// Where this run's records are in a partition; another producer's may lie between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offsets {
    pub first: i64,
    pub last: i64,
    pub count: u64,
}

impl Offsets {
    #[must_use]
    pub fn of(offset: i64) -> Self {
        Self { first: offset, last: offset, count: 1 }
    }

    /// The span with one more record in it.
    #[must_use]
    pub fn with(self, offset: i64) -> Self {
        Self { first: self.first.min(offset), last: self.last.max(offset), count: self.count + 1 }
    }
}
