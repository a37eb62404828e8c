//! A few records of a topic, from its end and from anywhere, and whether each has its row. A bounded number, however
//! many there are: what a scan would prove of all, this proves of some, and says of how many.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::judge::{Judged, RowKey, judge, row_key, words};
use super::ledger::TopicTally;
use super::route::Route;
use super::stage::{Kind, Stage};
use super::{Stand, tables};
use crate::session::SessionError;
use crate::systems::kafka::metadata::Watermarks;
use crate::systems::kafka::reader::{OffsetRange, ReadBound};
use crate::systems::with_causes;

/// Half of them from the ends, half from anywhere.
const MOST_RECORDS: i64 = 50;
const MOST_BYTES: usize = 16 * 1024 * 1024;
const READ_LIMIT: Duration = Duration::from_secs(15);
const ROW_LIMIT: Duration = Duration::from_secs(5);
const AT_ONCE: usize = 8;

/// Looks up the rows of records that the ledger says are written.
pub(super) async fn stage(
    stand: &Stand<'_>,
    route: &Route<'_>,
    tally: &TopicTally,
    marks: &[Watermarks],
    seed: u64,
) -> Stage {
    let id = format!("table/{}", route.table());
    let Some(columns) = route.row_key() else {
        return Stage::not_proven(
            Kind::Counts,
            id,
            "its key is computed by the query, so no row can be looked up by its record",
        );
    };
    let (tail, anywhere) = chosen(&covered(tally, marks), seed);
    let mut keys: BTreeMap<String, RowKey> = BTreeMap::new();
    for ranges in [tail, anywhere] {
        match read(stand, route, ranges).await {
            Ok(found) => {
                let good = found.iter().filter_map(|good| row_key(good, &columns));
                keys.extend(good.map(|key| (words(&key), key)));
            }
            Err(error) => {
                let next = "see `sparkflow logs kafka`, then run `sparkflow up`";
                return Stage::failed(Kind::Counts, format!("topic/{}", route.topic), with_causes(&error), next);
            }
        }
    }
    let count = keys.len();
    if count == 0 {
        return Stage::ok(Kind::Counts, id, "no row to be expected yet").figure("sampled", 0);
    }
    let lookups = keys.into_iter().map(|(words, key)| async move { Ok((words, is_there(stand, route, &key).await?)) });
    let found: Result<Vec<(String, bool)>, SessionError> =
        stream::iter(lookups).buffer_unordered(AT_ONCE).try_collect().await;
    match found {
        Ok(found) => verdict(id, route, &found),
        Err(error) => {
            let next = "see `sparkflow logs cassandra`, then run `sparkflow up`";
            Stage::failed(Kind::Counts, id, with_causes(&error), next)
        }
    }
}

fn verdict(id: String, route: &Route<'_>, found: &[(String, bool)]) -> Stage {
    let missing: BTreeSet<&str> = found.iter().filter(|(_, there)| !there).map(|(words, _)| words.as_str()).collect();
    let count = found.len();
    let stage = match missing.first() {
        None => {
            Stage::ok(Kind::Counts, id, format!("each of {count} sampled keys of topic {} has its row", route.topic))
        }
        Some(one) => {
            let seen = format!(
                "{} of {count} sampled keys of topic {} have no row (one is {one})",
                missing.len(),
                route.topic
            );
            let next = format!("the rows were written and are gone: see who deletes from `{}`", route.table());
            Stage::failed(Kind::Counts, id, seen, next)
        }
    };
    stage.figure("sampled", count).figure("missing", missing.len())
}

/// The values of the good records in some ranges.
async fn read(
    stand: &Stand<'_>,
    route: &Route<'_>,
    ranges: Vec<OffsetRange>,
) -> Result<Vec<BTreeMap<String, serde_json::Value>>, SessionError> {
    if ranges.is_empty() {
        return Ok(Vec::new());
    }
    let records = usize::try_from(MOST_RECORDS).unwrap_or(usize::MAX);
    let bound = ReadBound { records, bytes: MOST_BYTES, time: READ_LIMIT };
    let batch = stand.request.session.kafka().await?.read(route.topic, ranges, bound).await?;
    let judged = batch.records.iter().map(|record| judge(record.value.as_deref(), route.schema, route.key));
    Ok(judged
        .filter_map(|judged| match judged {
            Judged::Good(values) => Some(values),
            Judged::Bad | Judged::Tracer(_) => None,
        })
        .collect())
}

async fn is_there(stand: &Stand<'_>, route: &Route<'_>, key: &RowKey) -> Result<bool, SessionError> {
    let columns: Vec<String> = key.keys().cloned().collect();
    let cassandra = stand.cassandra().await?;
    Ok(cassandra.row(tables::table_name(route.sink), key, &columns, ROW_LIMIT).await?.is_some())
}

/// Per partition: what the ledger covers and the topic still has.
fn covered(tally: &TopicTally, marks: &[Watermarks]) -> Vec<OffsetRange> {
    let of = |(mark, partition): (&Watermarks, i32)| {
        let from = tally.first.get(&partition).copied().unwrap_or(0).max(mark.low);
        let until = tally.next.get(&partition).copied().unwrap_or(0).min(mark.high);
        (from < until).then_some(OffsetRange { partition, from, until })
    };
    marks.iter().zip(0..).filter_map(of).collect()
}

/// Where to look: the last offsets of each partition, and one stretch anywhere before them. The same seed gives the same places.
fn chosen(covered: &[OffsetRange], seed: u64) -> (Vec<OffsetRange>, Vec<OffsetRange>) {
    let most = usize::try_from(MOST_RECORDS / 2).unwrap_or(1);
    let skipped = if covered.len() > most { place(seed, 0, covered.len() - most + 1) } else { 0 };
    let some = &covered[skipped..covered.len().min(skipped + most)];
    let each = MOST_RECORDS / 2 / i64::try_from(some.len()).unwrap_or(1).max(1);
    let (mut tail, mut anywhere) = (Vec::new(), Vec::new());
    for (range, index) in some.iter().zip(1_u64..) {
        let border = (range.until - each).max(range.from);
        tail.push(OffsetRange { from: border, ..range.clone() });
        let room = usize::try_from(border - range.from).unwrap_or(0);
        if room > 0 {
            let length = each.min(border - range.from);
            let last_start = usize::try_from(border - length - range.from).unwrap_or(0) + 1;
            let from = range.from + i64::try_from(place(seed, index, last_start)).unwrap_or(0);
            anywhere.push(OffsetRange { partition: range.partition, from, until: from + length });
        }
    }
    (tail, anywhere)
}

/// A number below `room`, spread well for neighbouring seeds.
fn place(seed: u64, index: u64, room: usize) -> usize {
    let mixed = seed.wrapping_add(index).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from((mixed >> 16) % u64::try_from(room.max(1)).unwrap_or(1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(partition: i32, from: i64, until: i64) -> OffsetRange {
        OffsetRange { partition, from, until }
    }

    fn count(ranges: &[OffsetRange]) -> i64 {
        ranges.iter().map(|range| range.until - range.from).sum()
    }

    #[test]
    fn a_sample_is_bounded_and_lies_within_what_is_covered() {
        for seed in 0..500 {
            for covered in [vec![range(0, 5, 9)], vec![range(0, 0, 1_000_000), range(1, 7, 70)], vec![range(3, 10, 62)]]
            {
                let (tail, anywhere) = chosen(&covered, seed);
                assert!(count(&tail) + count(&anywhere) <= MOST_RECORDS, "{tail:?} {anywhere:?}");
                for one in tail.iter().chain(&anywhere) {
                    let whole = covered.iter().find(|whole| whole.partition == one.partition).unwrap();
                    assert!(whole.from <= one.from && one.from < one.until && one.until <= whole.until, "{one:?}");
                }
                assert!(covered.iter().all(|whole| tail.iter().any(|one| one.until == whole.until)));
            }
        }
        let many: Vec<OffsetRange> = (0..200).map(|partition| range(partition, 0, 1000)).collect();
        let (tail, anywhere) = chosen(&many, 7);
        assert_eq!((count(&tail), count(&anywhere)), (25, 25));
    }

    #[test]
    fn a_small_topic_is_looked_at_whole_and_another_seed_looks_elsewhere() {
        assert_eq!(chosen(&[range(0, 0, 20)], 1), (vec![range(0, 0, 20)], Vec::new()));
        assert_eq!(chosen(&[], 1), (Vec::new(), Vec::new()));
        let large = [range(0, 0, 1_000_000)];
        assert_ne!(chosen(&large, 1).1, chosen(&large, 2).1);
    }

    #[test]
    fn only_what_is_read_and_still_there_is_covered() {
        let tally = TopicTally {
            first: BTreeMap::from([(0, 5)]),
            next: BTreeMap::from([(0, 20), (1, 3)]),
            ..TopicTally::default()
        };
        let marks = [Watermarks { low: 8, high: 30 }, Watermarks { low: 3, high: 9 }];
        assert_eq!(covered(&tally, &marks), [range(0, 8, 20)]);
    }
}
