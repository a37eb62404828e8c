//! The ledgers that generated jobs keep: which offsets they read, what became of the records, how many rows they wrote.
//!
//! Pure. Who reads the files is `ledgers`; what they prove is for `balance` and `runs` to say.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The format this version reads; the generated module writes the same.
const FORMAT: u32 = 1;

/// What a stream has done since its checkpoint began. Every record counts once, also where a batch ran twice.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct StreamLedger {
    /// Spark's id of the checkpoint whose batches it counts.
    pub checkpoint: String,
    /// Batches that are written.
    pub batches: u64,
    pub topics: BTreeMap<String, TopicTally>,
    /// By sink.
    pub sinks: BTreeMap<String, Written>,
    pub last: Option<LastBatch>,
    /// By topic: dead letters of batches that were cut off, which were perhaps sent, and then sent again.
    pub letters_repeated: BTreeMap<String, u64>,
}

/// What was read of a topic, and what it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct TopicTally {
    /// By partition, the first offset this ledger covers. Batch jobs read all there is, and say none.
    pub first: BTreeMap<i32, i64>,
    /// By partition, the first offset it does not cover yet.
    pub next: BTreeMap<i32, i64>,
    /// Absent where the job does not count what it reads.
    pub records: Option<u64>,
    pub good: u64,
    pub bad: u64,
    /// Dead letters sent; none where another job sends them.
    pub letters: u64,
    pub tracers_kept: u64,
    pub tracers_left_out: u64,
    pub newest_ms: Option<i64>,
}

/// Rows upserted into a table, and how many of them have null in each column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Written {
    pub rows: u64,
    #[serde(default)]
    pub nulls: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastBatch {
    pub number: u64,
    pub began_ms: i64,
    pub ended_ms: i64,
}

/// The last run of a batch job, and the one before it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct BatchLedger {
    pub run: Run,
    pub previous: Option<Run>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Run {
    /// Spark's id of it.
    pub application: String,
    pub state: RunState,
    pub error: Option<String>,
    pub began_ms: i64,
    pub ended_ms: Option<i64>,
    #[serde(default)]
    pub topics: BTreeMap<String, TopicTally>,
    #[serde(default)]
    pub sinks: BTreeMap<String, Written>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RunState {
    Running,
    Ok,
    Failed,
}

/// Why a file is not a ledger we can go by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum LedgerError {
    #[error("its ledger is of format {found}, this sparkflow reads format {FORMAT}: run `sparkflow up`")]
    OtherFormat { found: u32 },
    #[error("its ledger cannot be read: {0}")]
    Unreadable(String),
    #[error("its ledger is that of a {found} job, declared is a {expected} job: run `sparkflow up`, then the job")]
    OtherKind { found: String, expected: &'static str },
}

#[derive(Deserialize)]
struct Head {
    format: u32,
    kind: String,
}

/// The file of a stream: the settled batches, and the last one apart.
#[derive(Deserialize)]
struct StreamFile {
    before: Before,
    last: Option<BatchEntry>,
    letters_repeated: BTreeMap<String, u64>,
    checkpoint: String,
}

#[derive(Deserialize)]
struct Before {
    batches: u64,
    topics: BTreeMap<String, TopicTally>,
    sinks: BTreeMap<String, Written>,
}

#[derive(Deserialize)]
struct BatchEntry {
    batch: u64,
    began_ms: i64,
    ended_ms: i64,
    topics: BTreeMap<String, TopicTally>,
    sinks: BTreeMap<String, Written>,
}

impl StreamLedger {
    /// # Errors
    /// The bytes are not the ledger of a stream in this format.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, LedgerError> {
        let file: StreamFile = read(bytes, "stream")?;
        let mut ledger = Self {
            checkpoint: file.checkpoint,
            batches: file.before.batches,
            topics: file.before.topics,
            sinks: file.before.sinks,
            last: None,
            letters_repeated: file.letters_repeated,
        };
        if let Some(last) = file.last {
            ledger.add(last);
        }
        Ok(ledger)
    }

    /// Two queries of one job: what neither has read yet is not read.
    #[must_use]
    pub(super) fn beside(mut self, other: Self) -> Self {
        for (topic, seen) in other.topics {
            let known = self.topics.entry(topic).or_insert_with(|| seen.clone());
            for (partition, next) in &seen.next {
                known.next.entry(*partition).and_modify(|own| *own = (*own).min(*next)).or_insert(*next);
            }
        }
        for (sink, written) in other.sinks {
            self.sinks.entry(sink).or_default().add(&written);
        }
        self.batches += other.batches;
        self.last = self.last.into_iter().chain(other.last).max_by_key(|last| last.ended_ms);
        self
    }

    fn add(&mut self, batch: BatchEntry) {
        self.batches += 1;
        self.last = Some(LastBatch { number: batch.batch, began_ms: batch.began_ms, ended_ms: batch.ended_ms });
        for (topic, seen) in batch.topics {
            self.topics.entry(topic).or_default().add(seen);
        }
        for (sink, written) in batch.sinks {
            self.sinks.entry(sink).or_default().add(&written);
        }
    }
}

impl BatchLedger {
    /// # Errors
    /// The bytes are not the ledger of a batch job in this format.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, LedgerError> {
        read(bytes, "batch")
    }
}

impl TopicTally {
    fn add(&mut self, later: Self) {
        for (partition, offset) in later.first {
            self.first.entry(partition).or_insert(offset);
        }
        self.next.extend(later.next);
        self.records = match (self.records, later.records) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        self.good += later.good;
        self.bad += later.bad;
        self.letters += later.letters;
        self.tracers_kept += later.tracers_kept;
        self.tracers_left_out += later.tracers_left_out;
        self.newest_ms = self.newest_ms.max(later.newest_ms);
    }

    #[must_use]
    pub(super) fn tracers(&self) -> u64 {
        self.tracers_kept + self.tracers_left_out
    }

    /// How many offsets lie between the first and the next.
    #[must_use]
    pub(super) fn span(&self) -> i64 {
        self.next.iter().map(|(partition, next)| next - self.first.get(partition).copied().unwrap_or(0)).sum()
    }
}

impl Written {
    pub(super) fn add(&mut self, more: &Self) {
        self.rows += more.rows;
        for (column, count) in &more.nulls {
            *self.nulls.entry(column.clone()).or_default() += count;
        }
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8], expected: &'static str) -> Result<T, LedgerError> {
    let unreadable = |error: serde_json::Error| LedgerError::Unreadable(error.to_string());
    let head: Head = serde_json::from_slice(bytes).map_err(unreadable)?;
    if head.format != FORMAT {
        return Err(LedgerError::OtherFormat { found: head.format });
    }
    if head.kind != expected {
        return Err(LedgerError::OtherKind { found: head.kind, expected });
    }
    serde_json::from_slice(bytes).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stream(last: &serde_json::Value) -> Vec<u8> {
        let orders = json!({"first": {"0": 5}, "next": {"0": 15}, "records": 10, "good": 9, "bad": 1, "letters": 1,
            "tracers_kept": 0, "tracers_left_out": 0, "newest_ms": 100});
        json!({"format": 1, "kind": "stream", "job": "copy", "checkpoint": "x", "began_ms": 0,
            "before": {"batches": 3, "topics": {"orders": orders}, "sinks": {"t": {"rows": 9, "nulls": {"a": 2}}}},
            "last": last, "letters_begun": null, "letters_repeated": {}})
        .to_string()
        .into_bytes()
    }

    #[test]
    fn the_last_batch_is_added_to_the_settled_ones() {
        let seen = json!({"first": {"0": 15, "1": 0}, "next": {"0": 20, "1": 2}, "records": 7, "good": 6, "bad": 0,
            "tracers_kept": 1, "tracers_left_out": 0, "newest_ms": 90});
        let last = json!({"batch": 3, "began_ms": 1, "ended_ms": 2, "topics": {"orders": seen},
            "sinks": {"t": {"rows": 7, "nulls": {"a": 1}}}});
        let ledger = StreamLedger::parse(&stream(&last)).unwrap();
        let orders = &ledger.topics["orders"];
        assert_eq!((ledger.batches, orders.records, orders.span()), (4, Some(17), 17));
        assert_eq!((orders.good, orders.bad, orders.letters, orders.tracers()), (15, 1, 1, 1));
        assert_eq!((orders.first[&0], orders.next[&0], orders.newest_ms), (5, 20, Some(100)));
        assert_eq!((ledger.sinks["t"].rows, ledger.sinks["t"].nulls["a"]), (16, 3));
        assert_eq!(ledger.last.map(|last| last.number), Some(3));
    }

    #[test]
    fn what_is_no_ledger_says_why() {
        assert!(StreamLedger::parse(&stream(&json!(null))).is_ok());
        assert_eq!(StreamLedger::parse(br#"{"format": 2, "kind": "x"}"#), Err(LedgerError::OtherFormat { found: 2 }));
        assert!(matches!(BatchLedger::parse(&stream(&json!(null))), Err(LedgerError::OtherKind { .. })));
        assert!(matches!(StreamLedger::parse(b"{"), Err(LedgerError::Unreadable(_))));
    }

    #[test]
    fn a_run_that_has_not_ended_is_a_ledger_too() {
        let run = json!({"application": "app-1", "state": "running", "error": null, "began_ms": 5, "ended_ms": null,
            "topics": {"orders": {"next": {"0": 3}}}, "sinks": {}});
        let text = json!({"format": 1, "kind": "batch", "job": "sum", "run": run, "previous": null}).to_string();
        let ledger = BatchLedger::parse(text.as_bytes()).unwrap();
        assert_eq!((ledger.run.state, ledger.run.topics["orders"].records), (RunState::Running, None));
    }
}
