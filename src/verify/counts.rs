//! Records against rows: what each topic holds, whether every good key has its row, and what `verify.expect` asks for.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::balance::{Allowed, Balance};
use super::route::{Route, key_columns, key_field, routes};
use super::stage::{Kind, Stage};
use super::topics::{MOST_RECORDS, Reading, Scan, watermarks};
use super::{Stand, evidence, tables};
use crate::ingest::task::dead_letter_topic;
use crate::live::{ContainerState, Observed};
use crate::model::pipeline::{Expectation, Sink, StreamFrom, Topic};
use crate::session::SessionError;
use crate::systems::with_causes;
use crate::topology::{data, jobs};

const PAUSE: Duration = Duration::from_secs(1);

pub(super) async fn run(stand: &Stand<'_>) -> Vec<Stage> {
    let pipeline = stand.request.pipeline;
    let all = routes(pipeline);
    let counted = pipeline.topics.iter().map(|(name, declared)| {
        let own: Vec<&Route<'_>> = all.iter().filter(|route| route.topic == name).collect();
        async move {
            let id = format!("topic/{name}");
            let tables: Vec<String> = own.iter().map(|route| format!("table/{}", route.table())).collect();
            let jobs: Vec<String> = own.iter().map(|route| format!("job/{}", route.job)).collect();
            let names = [&id].into_iter().chain(&tables).chain(&jobs).map(String::as_str);
            if !stand.wants(names) {
                return Vec::new();
            }
            let what = format!("{id}: counting records and rows");
            stand.told(&format!("count-{name}"), &what, topic(stand, name, declared, &own)).await
        }
    });
    let mut stages: Vec<Stage> = join_all(counted).await.into_iter().flatten().collect();
    for (name, expected) in &pipeline.verify.expect {
        if let Some(sink) = pipeline.sinks.get(name) {
            stages.extend(expectation(stand, sink, expected).await);
        }
    }
    stages
}

async fn topic(stand: &Stand<'_>, name: &str, topic: &Topic, own: &[&Route<'_>]) -> Vec<Stage> {
    let began = Instant::now();
    let id = format!("topic/{name}");
    let next = "see `sparkflow logs kafka`, then run `sparkflow up`";
    if let Observed::Waiting(why) = &stand.live.kafka {
        return vec![Stage::failed(Kind::Counts, id, why, next)];
    }
    match count(stand, name, topic, own).await {
        Ok(count) => verdicts(stand, &count, name, own).await.into_iter().map(|stage| stage.since(began)).collect(),
        Err(error) => vec![Stage::failed(Kind::Counts, id, with_causes(&error), next).since(began)],
    }
}

/// What was found when everything balanced, or when the time was over.
struct Count {
    scan: Scan,
    letters: Option<Letters>,
    /// Per route.
    balances: Vec<Result<Balanced, SessionError>>,
}

/// Dead letters, and how many bad records should be among them.
struct Letters {
    count: i64,
    wanted: u64,
}

impl Letters {
    fn hold(&self) -> bool {
        u64::try_from(self.count).unwrap_or(0) >= self.wanted
    }
}

struct Balanced {
    balance: Balance,
    allowed: Allowed,
    /// False when the table is too large to be read.
    complete: bool,
}

impl Count {
    fn settled(&self) -> bool {
        let holds = |one: &Result<Balanced, SessionError>| one.as_ref().is_ok_and(|one| one.balance.holds(one.allowed));
        self.scan.unread || (self.balances.iter().all(holds) && self.letters.as_ref().is_none_or(Letters::hold))
    }
}

/// Counts until everything balances, the stream had its time, or nobody is there who could still bring rows.
async fn count(stand: &Stand<'_>, name: &str, topic: &Topic, own: &[&Route<'_>]) -> Result<Count, SessionError> {
    let (pipeline, clock) = (stand.request.pipeline, &stand.request.clock);
    let session = stand.request.session;
    let schema = &pipeline.schemas[&topic.schema];
    let key = key_field(topic, schema);
    let mut key_sets = vec![key.map(|key| (key, key)).into_iter().collect::<Vec<_>>()];
    key_sets.extend(own.iter().map(|route| route.row_key().unwrap_or_default()));
    let reading = Reading { topic: name, partitions: topic.partitions, schema, key, key_sets };
    let waits = own.iter().any(|route| runs(stand, route.job));
    let until = Instant::now() + pipeline.verify.trace_within;
    let mut scan = Scan::default();
    scan.advance(session, &reading, clock).await?;
    loop {
        let rows = join_all(own.iter().map(|route| tables::read(session, route.sink, &[]))).await;
        // Once more, so that a row that arrived meanwhile finds its record.
        scan.advance(session, &reading, clock).await?;
        let letters = letters(stand, name, &scan).await?;
        let balances = rows.into_iter().zip(own).zip(scan.keys.iter().skip(1)).map(|((rows, route), keys)| {
            rows.map(|rows| Balanced {
                balance: Balance::of(keys, &rows.keys),
                allowed: Allowed {
                    more_rows: scan.is_cut() || route.shared,
                    fewer_rows: route.from == StreamFrom::Latest,
                },
                complete: rows.complete,
            })
        });
        let balances = balances.collect();
        let count = Count { scan, letters, balances };
        if count.settled() || !waits || Instant::now() > until || clock.stopped().is_some() {
            return Ok(count);
        }
        scan = count.scan;
        clock.pause(PAUSE).await;
    }
}

/// Whether the container of a streaming job runs.
pub(super) fn runs(stand: &Stand<'_>, job: &str) -> bool {
    let found = stand.live.containers.get(&jobs::container_name(job));
    found.is_some_and(|container| container.state == ContainerState::Running)
}

/// Streams that read a topic from its start leave a letter for each bad record in it.
async fn letters(stand: &Stand<'_>, topic: &str, scan: &Scan) -> Result<Option<Letters>, SessionError> {
    let name = dead_letter_topic(topic);
    if !stand.request.topology.topics.contains_key(&name) {
        return Ok(None);
    }
    let marks = watermarks(stand.request.session, &name, 1).await?;
    let read = stand.request.pipeline.jobs.values().any(|job| {
        let from_start = job.stream.as_ref().is_some_and(|stream| stream.from == StreamFrom::Earliest);
        from_start && job.reads.iter().any(|read| read == topic)
    });
    let cut = scan.is_cut() || marks.iter().any(|mark| mark.low > 0);
    let wanted = if read && !cut { scan.bad } else { 0 };
    Ok(Some(Letters { count: marks.iter().map(|mark| mark.high - mark.low).sum(), wanted }))
}

async fn verdicts(stand: &Stand<'_>, count: &Count, name: &str, own: &[&Route<'_>]) -> Vec<Stage> {
    let mut stages = vec![records(count, name)];
    if let Some(letters) = &count.letters {
        stages.push(dead_letters(letters, name, own));
    }
    for (route, balance) in own.iter().zip(&count.balances) {
        let mut stage = balanced(&count.scan, route, balance);
        if stage.next.is_some() {
            stage.seen = format!("{}; {}", stage.seen, evidence::job(stand.request.session, route.job).await);
        }
        stages.push(stage);
    }
    stages
}

fn records(count: &Count, name: &str) -> Stage {
    let scan = &count.scan;
    let id = format!("topic/{name}");
    let total = scan.records();
    if scan.unread {
        let seen = format!("{total} records by offsets; more than {MOST_RECORDS}, so keys are not counted");
        return Stage::ok(Kind::Counts, id, seen).figure("records", total);
    }
    let keys = scan.keys.first().map_or(0, std::collections::BTreeMap::len);
    let mut seen = format!("{total} records");
    if keys > 0 {
        seen = format!("{seen}, {keys} distinct good keys");
    }
    seen = format!("{seen}, {} bad", scan.bad);
    if scan.tracers > 0 {
        seen = format!("{seen}, {} tracers", scan.tracers);
    }
    Stage::ok(Kind::Counts, id, seen)
        .figure("records", total)
        .figure("good", scan.good)
        .figure("distinct_keys", keys)
        .figure("bad", scan.bad)
        .figure("tracers", scan.tracers)
}

fn dead_letters(letters: &Letters, topic: &str, own: &[&Route<'_>]) -> Stage {
    let id = format!("topic/{}", dead_letter_topic(topic));
    let count = letters.count;
    if letters.hold() {
        let seen = format!("{count} dead letters for {} bad records", letters.wanted);
        return Stage::ok(Kind::Counts, id, seen).figure("dead_letters", count);
    }
    let seen = format!("{count} dead letters, but the topic holds {} bad records", letters.wanted);
    let logs = own.first().map_or("NAME".to_string(), |route| jobs::container_name(route.job));
    Stage::failed(Kind::Counts, id, seen, format!("see `sparkflow logs {logs}`")).figure("dead_letters", count)
}

fn balanced(scan: &Scan, route: &Route<'_>, balance: &Result<Balanced, SessionError>) -> Stage {
    let id = format!("job/{}", route.job);
    let table = route.table();
    let found = match balance {
        Ok(found) => found,
        Err(error) => {
            let next = "see `sparkflow logs cassandra`, then run `sparkflow up`";
            return Stage::failed(Kind::Counts, format!("table/{table}"), with_causes(error), next);
        }
    };
    if route.row_key().is_none() {
        return Stage::not_proven(Kind::Counts, id, format!("the query computes a key column of `{table}`"));
    }
    if scan.unread || !found.complete {
        let why = format!(
            "more than {MOST_RECORDS} records or rows in `{}` and `{table}`: keys are not compared",
            route.topic
        );
        return Stage::not_proven(Kind::Counts, id, why);
    }
    let balance = &found.balance;
    let seen = format!("topic {} -> table {table}: {}", route.topic, balance.words());
    let stage = if balance.holds(found.allowed) {
        Stage::ok(Kind::Counts, id, seen)
    } else {
        let next = format!("see `sparkflow logs {}`", jobs::container_name(route.job));
        Stage::failed(Kind::Counts, id, seen, next)
    };
    stage
        .figure("distinct_keys", balance.keys)
        .figure("rows", balance.rows)
        .figure("missing", balance.missing)
        .figure("surplus", balance.surplus)
}

async fn expectation(stand: &Stand<'_>, sink: &Sink, expected: &Expectation) -> Option<Stage> {
    let began = Instant::now();
    let id = format!("table/{}", data::table_name(sink));
    if !stand.wants([id.as_str()]) {
        return None;
    }
    let keys: BTreeSet<&str> = key_columns(sink).into_iter().map(|column| column.name.as_str()).collect();
    // A key column is never null.
    let watched: Vec<String> =
        expected.max_null_rate.keys().filter(|name| !keys.contains(name.as_str())).cloned().collect();
    let stage = match tables::read(stand.request.session, sink, &watched).await {
        Ok(rows) => judged(id, &rows, expected),
        Err(error) => Stage::failed(Kind::Counts, id, with_causes(&error), "see `sparkflow logs cassandra`"),
    };
    Some(stage.since(began))
}

#[expect(clippy::cast_precision_loss, reason = "a share of at most 200,000 rows")]
fn judged(id: String, rows: &tables::Rows, expected: &Expectation) -> Stage {
    let count = rows.keys.len();
    let at_least = if rows.complete { "" } else { "at least " };
    let mut facts = vec![format!("{at_least}{count} rows")];
    let mut faults = Vec::new();
    if let Some(min) = expected.min_rows.filter(|min| (count as u64) < *min) {
        faults.push(format!("{count} rows, expected at least {min}"));
    }
    for (column, allowed) in &expected.max_null_rate {
        let nulls = rows.nulls.get(column).copied().unwrap_or(0);
        let rate = if count == 0 { 0.0 } else { nulls as f64 / count as f64 };
        facts.push(format!("{column} null in {nulls}"));
        if rate > *allowed {
            faults.push(format!("{column} is null in {nulls} of {count} rows, allowed is a share of {allowed}"));
        }
    }
    let stage = if faults.is_empty() {
        Stage::ok(Kind::Counts, id, format!("as `verify.expect` asks: {}", facts.join(", ")))
    } else {
        Stage::failed(Kind::Counts, id, faults.join("; "), "run the source, or change `verify.expect`")
    };
    stage.figure("rows", count)
}
