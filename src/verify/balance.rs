//! What a stream's ledger and Kafka's offsets say together: how far it is behind, and whether its numbers add up.
//!
//! Pure. Offsets are counted, records are not read.

use std::collections::BTreeMap;

use super::ledger::TopicTally;
use crate::systems::kafka::metadata::Watermarks;

/// Fewer dead letters are no pile, whatever their share.
const PILE: u64 = 10;
/// Dead letters from so long before the newest on are held against the records of that time and since.
pub(super) const PILE_MINUTES: u64 = 5;
/// Partitions whose offsets are told one by one.
const MOST_TOLD: usize = 4;

/// How far a stream is from the end of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lag {
    Reached,
    Behind {
        records: i64,
    },
    /// It has read further than the partition goes.
    Beyond {
        partition: i32,
        next: i64,
        end: i64,
    },
    /// Deleted before it was read.
    Missed {
        partition: i32,
        records: i64,
    },
}

/// How many rows a job makes of its good records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Yield {
    /// Each becomes a row: copy and map.
    Each,
    /// Some do: a filter.
    Some,
    /// Only the query knows.
    Any,
}

/// Whether places without a record are to be expected between two offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Places {
    Full,
    /// The topic is compacted.
    Sparse,
}

/// What adding up gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Holds(String),
    /// Nothing is shown to be wrong, but not all is shown to be right.
    Open(String),
    Broken(String),
}

/// Against the ends that were seen when the proof began: what came since is not waited for.
#[must_use]
pub(super) fn lag(tally: &TopicTally, marks: &[Watermarks]) -> Lag {
    let mut behind = 0;
    for (mark, partition) in marks.iter().zip(0..) {
        let next = tally.next.get(&partition).copied().unwrap_or(0);
        if mark.low > next {
            return Lag::Missed { partition, records: mark.low - next };
        }
        behind += (mark.high - next).max(0);
    }
    if behind == 0 { Lag::Reached } else { Lag::Behind { records: behind } }
}

/// A stream that has read what the topic, as it is now, does not have.
#[must_use]
pub(super) fn beyond(tally: &TopicTally, marks: &[Watermarks]) -> Option<Lag> {
    marks.iter().zip(0..).find_map(|(mark, partition)| {
        let next = tally.next.get(&partition).copied().filter(|next| *next > mark.high)?;
        Some(Lag::Beyond { partition, next, end: mark.high })
    })
}

/// Whether offsets, records and rows add up. `rows` holds what was written, by table.
#[must_use]
pub(super) fn account(
    tally: &TopicTally,
    marks: &[Watermarks],
    places: Places,
    yields: Yield,
    rows: &BTreeMap<String, u64>,
) -> Verdict {
    let covered = format!("{}{}", span(tally), cut(tally, marks));
    let Some(records) = tally.records else {
        return match tally.span() {
            0 => Verdict::Holds(format!("no record since offset {}; {}", ends(tally), written(rows))),
            _ => Verdict::Open(format!("{covered}: its own code does not count what they are; {}", written(rows))),
        };
    };
    let parts = parts(tally);
    let offsets = u64::try_from(tally.span()).unwrap_or(0);
    if tally.good + tally.bad + tally.tracers() != records || records > offsets {
        return Verdict::Broken(format!("{covered} gave {records} records = {parts}: that does not add up"));
    }
    let told = format!("{covered} = {parts}; {}", written(rows));
    let wanted = tally.good + tally.tracers_kept;
    for (table, count) in rows {
        let wrong = match yields {
            Yield::Each => *count != wanted,
            Yield::Some => *count > wanted,
            Yield::Any => false,
        };
        if wrong {
            return Verdict::Broken(format!("{told}, but {wanted} records were to become rows of {table}"));
        }
    }
    match (records == offsets, places) {
        (true, _) => Verdict::Holds(told),
        (false, Places::Sparse) => Verdict::Holds(format!("{told}; {} places are compacted", offsets - records)),
        (false, Places::Full) => {
            let empty = offsets - records;
            Verdict::Open(format!(
                "{told}; {empty} offsets hold no record: transactions, or deleted before they were read"
            ))
        }
    }
}

/// Dead letters, by the offsets of their topic, against what those who send them say.
#[must_use]
pub(super) fn letters(in_topic: u64, counted: u64, perhaps: u64, surely_all: bool) -> Verdict {
    let of = if counted == 1 { "1 was sent".to_string() } else { format!("{counted} were sent") };
    if in_topic == counted {
        return Verdict::Holds(format!("{in_topic} dead letters, {of}"));
    }
    if in_topic < counted {
        return Verdict::Open(format!("{in_topic} dead letters, but {of}: the topic was made anew, or has lost them"));
    }
    let more = in_topic - counted;
    if more <= perhaps {
        return Verdict::Holds(format!("{in_topic} dead letters, {of}, {more} of them twice: a batch ran again"));
    }
    let by = if surely_all { "by somebody else" } else { "by runs that were cut off, or by somebody else" };
    Verdict::Holds(format!("{in_topic} dead letters, {of}; {more} {by}"))
}

/// Dead letters against the records of the same time: where every second one becomes a letter, it is not the record that is broken.
#[must_use]
pub(super) fn pile(letters: u64, records: u64) -> Option<String> {
    let is_pile = letters >= PILE && letters * 2 > records;
    is_pile.then(|| {
        format!("{letters} dead letters for {records} records since {PILE_MINUTES} min before the newest of them")
    })
}

fn parts(tally: &TopicTally) -> String {
    let mut parts = vec![format!("{} good", tally.good), format!("{} bad", tally.bad)];
    if tally.tracers() > 0 {
        parts.push(format!("{} tracers", tally.tracers()));
    }
    parts.join(" + ")
}

fn written(rows: &BTreeMap<String, u64>) -> String {
    match rows.len() {
        0 => "no rows written".to_string(),
        _ => rows.iter().map(|(table, rows)| format!("{rows} rows written to {table}")).collect::<Vec<_>>().join(", "),
    }
}

/// `101 offsets (0: 0-51, 1: 0-50)`: from the first one to the one before the next.
fn span(tally: &TopicTally) -> String {
    let first = |partition: &i32| tally.first.get(partition).copied().unwrap_or(0);
    let count = tally.span();
    if tally.next.len() > MOST_TOLD {
        return format!("{count} offsets in {} partitions", tally.next.len());
    }
    let filled = tally.next.iter().filter(|(partition, next)| **next > first(partition));
    let told: Vec<String> =
        filled.map(|(partition, next)| format!("{partition}: {}-{}", first(partition), next - 1)).collect();
    if told.is_empty() { format!("{count} offsets") } else { format!("{count} offsets ({})", told.join(", ")) }
}

fn ends(tally: &TopicTally) -> String {
    let told: Vec<String> =
        tally.next.iter().take(MOST_TOLD).map(|(partition, next)| format!("{partition}: {next}")).collect();
    told.join(", ")
}

/// What of the covered offsets the topic no longer has.
fn cut(tally: &TopicTally, marks: &[Watermarks]) -> String {
    let lost =
        |(mark, partition): (&Watermarks, i32)| (mark.low - tally.first.get(&partition).copied().unwrap_or(0)).max(0);
    match marks.iter().zip(0..).map(lost).sum::<i64>() {
        0 => String::new(),
        lost => format!(", {lost} of them deleted since"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(ends: &[(i64, i64)]) -> Vec<Watermarks> {
        ends.iter().map(|(low, high)| Watermarks { low: *low, high: *high }).collect()
    }

    fn tally(first: &[i64], next: &[i64], good: u64, bad: u64) -> TopicTally {
        TopicTally {
            first: (0..).zip(first.iter().copied()).collect(),
            next: (0..).zip(next.iter().copied()).collect(),
            records: Some(good + bad),
            good,
            bad,
            ..TopicTally::default()
        }
    }

    fn rows(count: u64) -> BTreeMap<String, u64> {
        BTreeMap::from([("k.t".to_string(), count)])
    }

    #[test]
    fn a_stream_is_behind_by_offsets_and_by_nothing_else() {
        let read = tally(&[0, 0], &[5, 7], 12, 0);
        assert_eq!(lag(&read, &marks(&[(0, 5), (0, 7)])), Lag::Reached);
        assert_eq!(lag(&read, &marks(&[(0, 9), (0, 6)])), Lag::Behind { records: 4 });
        assert_eq!(lag(&read, &marks(&[(0, 5), (0, 7), (0, 2)])), Lag::Behind { records: 2 }, "a partition was added");
        assert_eq!(lag(&read, &marks(&[(8, 9), (0, 7)])), Lag::Missed { partition: 0, records: 3 });
        assert_eq!(beyond(&read, &marks(&[(0, 5), (0, 2)])), Some(Lag::Beyond { partition: 1, next: 7, end: 2 }));
        assert_eq!(beyond(&read, &marks(&[(0, 5), (0, 9)])), None);
    }

    #[test]
    fn offsets_records_and_rows_must_be_equal_to_the_last_one() {
        let now = marks(&[(0, 5), (0, 7)]);
        let of = |tally: &TopicTally, yields, count| account(tally, &now, Places::Full, yields, &rows(count));
        let read = tally(&[0, 0], &[5, 7], 10, 2);
        assert_eq!(
            of(&read, Yield::Each, 10),
            Verdict::Holds("12 offsets (0: 0-4, 1: 0-6) = 10 good + 2 bad; 10 rows written to k.t".to_string())
        );
        assert!(matches!(of(&read, Yield::Each, 9), Verdict::Broken(_)));
        assert!(matches!(of(&read, Yield::Some, 3), Verdict::Holds(_)));
        assert!(matches!(of(&read, Yield::Some, 11), Verdict::Broken(_)));
        assert!(matches!(of(&read, Yield::Any, 99), Verdict::Holds(_)));
        assert!(matches!(of(&tally(&[0, 0], &[5, 6], 10, 2), Yield::Each, 10), Verdict::Broken(_)));
    }

    #[test]
    fn a_tracer_that_is_kept_is_a_row_and_one_that_is_left_out_is_none() {
        let mut read = tally(&[0], &[4], 2, 0);
        (read.records, read.tracers_kept, read.tracers_left_out) = (Some(4), 1, 1);
        let verdict = account(&read, &marks(&[(0, 4)]), Places::Full, Yield::Each, &rows(3));
        assert_eq!(
            verdict,
            Verdict::Holds("4 offsets (0: 0-3) = 2 good + 0 bad + 2 tracers; 3 rows written to k.t".to_string())
        );
    }

    #[test]
    fn retention_is_said_and_places_without_a_record_are_proven_only_where_they_belong() {
        let read = tally(&[2], &[12], 8, 0);
        let of = |places| account(&read, &marks(&[(6, 12)]), places, Yield::Each, &rows(8));
        assert!(matches!(of(Places::Sparse), Verdict::Holds(text) if text.contains("2 places are compacted")));
        assert!(matches!(of(Places::Full), Verdict::Open(text) if text.contains("4 of them deleted since")));
    }

    #[test]
    fn every_dead_letter_has_a_sender_or_is_said_to_have_none() {
        assert_eq!(letters(1, 1, 0, true), Verdict::Holds("1 dead letters, 1 was sent".to_string()));
        assert!(matches!(letters(1, 2, 0, true), Verdict::Open(_)));
        assert!(matches!(letters(5, 3, 2, true), Verdict::Holds(text) if text.contains("2 of them twice")));
        assert!(matches!(letters(5, 3, 1, true), Verdict::Holds(text) if text.ends_with("2 by somebody else")));
    }

    #[test]
    fn dead_letters_pile_up_when_every_second_record_becomes_one() {
        assert_eq!(pile(9, 0), None);
        assert_eq!(pile(10, 20), None);
        assert!(pile(10, 19).is_some_and(|words| words.starts_with("10 dead letters for 19 records")));
    }
}
