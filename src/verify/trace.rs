//! The tracer's way: written to the topic, read back, awaited in every table, compared, removed.
//!
//! Whatever happens in between, the rows are removed before this room is left; leftovers of a killed run are removed by
//! the next one. In the topic the record stays; generated readers drop it once it is old.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::Value;
use uuid::Uuid;

use super::arrival::{Arrived, CASSANDRA_NEXT, verdicts};
use super::counts::runs;
use super::route::{Route, routes};
use super::stage::{Kind, Stage};
use super::{Stand, bystanders, evidence, tables, tracer};
use crate::ingest::mapping::MappedRecord;
use crate::ingest::spelling::normal;
use crate::live::Observed;
use crate::session::SessionError;
use crate::systems::cassandra::rows::StoredRow;
use crate::systems::kafka::producer::{Delivered, NewRecord, Producer};
use crate::systems::with_causes;

const POLL: Duration = Duration::from_millis(200);
const KAFKA_LIMIT: Duration = Duration::from_secs(15);
const ROW_LIMIT: Duration = Duration::from_secs(5);
/// How long a stopped proof still waits for its own row, to remove it.
const GRACE: Duration = Duration::from_secs(20);
/// Questions that may fail in a row before the table is called broken.
const MOST_ERRORS: u32 = 5;
/// Generated readers drop older tracers, so waiting longer is in vain.
const LONGEST_WAIT: Duration = Duration::from_mins(10);
const KAFKA_NEXT: &str = "see `sparkflow logs kafka`, then run `sparkflow up`";

/// Removes rows that tracers of killed runs left behind; says so only where that fails.
pub(super) async fn sweep(stand: &Stand<'_>) -> Vec<Stage> {
    let mut stages = Vec::new();
    if matches!(stand.live.cassandra, Observed::Waiting(_)) {
        return stages;
    }
    let all = wanted(stand);
    let sinks: BTreeMap<&str, &Route<'_>> = all.iter().map(|route| (route.sink_name, route)).collect();
    for route in sinks.values() {
        if let Err(error) = sweep_table(stand, route).await {
            stages.push(Stage::failed(
                Kind::Trace,
                format!("table/{}", route.table()),
                with_causes(&error),
                CASSANDRA_NEXT,
            ));
        }
    }
    stages
}

async fn sweep_table(stand: &Stand<'_>, route: &Route<'_>) -> Result<(), SessionError> {
    let session = stand.request.session;
    for key in tables::read(session, route.sink, &[]).await?.tracers {
        tables::remove(session, route.sink, &key).await?;
    }
    Ok(())
}

pub(super) async fn run(stand: &Stand<'_>) -> Vec<Stage> {
    let all = wanted(stand);
    if all.is_empty() {
        return Vec::new();
    }
    let before = bystanders::picture(stand).await;
    let mut by_topic: BTreeMap<&str, Vec<&Route<'_>>> = BTreeMap::new();
    for route in &all {
        by_topic.entry(route.topic).or_default().push(route);
    }
    let traces = by_topic.iter().map(|(name, own)| async move {
        let id = format!("trace-{name}");
        stand.told(&id, &format!("topic/{name}: sending a tracer"), topic(stand, name, own)).await
    });
    let mut stages: Vec<Stage> = join_all(traces).await.into_iter().flatten().collect();
    stages.extend(bystanders::compare(stand, before).await);
    stages
}

fn wanted<'a>(stand: &Stand<'a>) -> Vec<Route<'a>> {
    let mut all = routes(stand.request.pipeline);
    all.retain(|route| {
        let names =
            [format!("topic/{}", route.topic), format!("job/{}", route.job), format!("table/{}", route.table())];
        stand.wants(names.iter().map(String::as_str))
    });
    all
}

async fn topic(stand: &Stand<'_>, name: &str, own: &[&Route<'_>]) -> Vec<Stage> {
    let (open, mut stages) = passable(stand, own).await;
    if open.is_empty() {
        return stages;
    }
    let began = Instant::now();
    let reserved: BTreeSet<&str> = open.iter().flat_map(|(_, reserved)| reserved).copied().collect();
    let (schema, key) = (open[0].0.schema, open[0].0.key.map_or("", |key| key.name.as_str()));
    let record = tracer::record(schema, key, &reserved, Uuid::new_v4());
    let id = format!("topic/{name}");
    match sent(stand, name, &record).await {
        Ok(stage) => stages.push(stage.since(began)),
        Err(why) => {
            // It may be there all the same, so the rows are looked after below.
            stages.push(Stage::failed(Kind::Trace, id, why, KAFKA_NEXT).since(began));
            remove_all(stand, &open, &record).await;
            return stages;
        }
    }
    let arrivals = open.iter().map(|(route, _)| arrival(stand, route, &record));
    let arrived = join_all(arrivals).await;
    join_all(open.iter().zip(&arrived).map(|((route, _), arrived)| late(stand, route, &record, arrived))).await;
    let removed = remove_all(stand, &open, &record).await;
    for (((route, _), arrived), removed) in open.iter().zip(arrived).zip(removed) {
        stages.extend(verdicts(stand, route, &record, arrived, removed).await);
    }
    stages
}

/// The routes a tracer can take now, and verdicts on the others.
async fn passable<'r, 'a>(
    stand: &Stand<'_>,
    own: &[&'r Route<'a>],
) -> (Vec<(&'r Route<'a>, BTreeSet<&'a str>)>, Vec<Stage>) {
    let (mut open, mut stages) = (Vec::new(), Vec::new());
    for route in own {
        let job = format!("job/{}", route.job);
        match (route.reserved(), &stand.live.kafka, &stand.live.cassandra) {
            (Err(why), ..) => stages.push(Stage::not_proven(Kind::Trace, job, why)),
            (_, Observed::Waiting(why), _) => {
                let id = format!("topic/{}", route.topic);
                if !stages.iter().any(|stage: &Stage| stage.name == id) {
                    stages.push(Stage::failed(Kind::Trace, id, why, KAFKA_NEXT));
                }
            }
            (_, _, Observed::Waiting(why)) => {
                stages.push(Stage::failed(Kind::Trace, format!("table/{}", route.table()), why, CASSANDRA_NEXT));
            }
            _ if !runs(stand, route.job) => {
                let seen = format!("no tracer sent: {}", evidence::job(stand.request.session, route.job).await);
                stages.push(Stage::failed(Kind::Trace, job, seen, "run `sparkflow up`"));
            }
            (Ok(reserved), ..) => open.push((*route, reserved)),
        }
    }
    (open, stages)
}

/// Writes the record and reads it back from where Kafka says it is.
async fn sent(stand: &Stand<'_>, topic: &str, record: &MappedRecord) -> Result<Stage, String> {
    let session = stand.request.session;
    let new = NewRecord {
        topic: topic.to_string(),
        key: record.key.clone().map(String::into_bytes),
        value: Some(record.to_json().into_bytes()),
        ..NewRecord::default()
    };
    let bootstrap = session.bootstrap().ok_or("the pipeline has no Kafka")?;
    let producer = Producer::open(&bootstrap, KAFKA_LIMIT).map_err(|error| with_causes(&error))?;
    let began = Instant::now();
    let Delivered { partition, offset } = producer.send(&new).await.map_err(|error| with_causes(&error))?;
    let acknowledged = milliseconds(began);
    let reading = Instant::now();
    let kafka = session.kafka().await.map_err(|error| with_causes(&error))?;
    let found = kafka.record_at(topic, partition, offset, KAFKA_LIMIT).await.map_err(|error| with_causes(&error))?;
    let read = milliseconds(reading);
    let place = format!("partition {partition}, offset {offset}");
    match found {
        Some(found) if found.key == new.key && found.value == new.value => {
            let seen = format!("tracer at {place}: acknowledged in {acknowledged} ms, read back in {read} ms");
            let stage = Stage::ok(Kind::Trace, format!("topic/{topic}"), seen);
            Ok(stage.figure("acknowledged_ms", acknowledged).figure("read_back_ms", read))
        }
        Some(_) => Err(format!("another record is at {place}, where Kafka acknowledged the tracer")),
        None => Err(format!("no record is at {place}, where Kafka acknowledged the tracer")),
    }
}

async fn arrival(stand: &Stand<'_>, route: &Route<'_>, record: &MappedRecord) -> Arrived {
    let clock = &stand.request.clock;
    let began = Instant::now();
    let within = stand.request.pipeline.verify.trace_within.min(LONGEST_WAIT);
    let mut errors = 0;
    loop {
        match look(stand, route, record).await {
            Ok(Some(row)) => return Arrived::Row { row, after_ms: milliseconds(began) },
            Ok(None) => errors = 0,
            Err(error) if errors >= MOST_ERRORS => return Arrived::Broken(error),
            Err(_) => errors += 1,
        }
        if began.elapsed() > within || clock.stopped().is_some() {
            return Arrived::Absent { after: began.elapsed() };
        }
        clock.pause(POLL).await;
    }
}

/// Stopped before the row came: it may be under way, and would stay if it came after its removal.
async fn late(stand: &Stand<'_>, route: &Route<'_>, record: &MappedRecord, arrived: &Arrived) {
    let began = Instant::now();
    let awaited = matches!(arrived, Arrived::Absent { .. }) && stand.request.clock.stopped().is_some();
    while awaited && began.elapsed() < GRACE {
        if !matches!(look(stand, route, record).await, Ok(None)) {
            return;
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn look(stand: &Stand<'_>, route: &Route<'_>, record: &MappedRecord) -> Result<Option<StoredRow>, SessionError> {
    let columns: Vec<String> = route.sink.columns.iter().map(|column| column.name.clone()).collect();
    let cassandra = stand.request.session.cassandra().await?;
    Ok(cassandra.row(tables::table_name(route.sink), &row_key(route, record), &columns, ROW_LIMIT).await?)
}

/// The key the tracer's row has.
fn row_key(route: &Route<'_>, record: &MappedRecord) -> BTreeMap<String, Value> {
    let columns = route.row_key().unwrap_or_default().into_iter();
    columns
        .filter_map(|(column, field)| {
            let (_, value) = record.value.iter().find(|(name, _)| **name == *field.name)?;
            Some((column.name.clone(), normal(value, &column.kind)))
        })
        .collect()
}

/// Removes the tracer's rows, also the ones that were never seen. Per route: gone, or why not.
async fn remove_all(
    stand: &Stand<'_>,
    open: &[(&Route<'_>, BTreeSet<&str>)],
    record: &MappedRecord,
) -> Vec<Result<(), String>> {
    let removals = open.iter().map(|(route, _)| async {
        match tables::remove(stand.request.session, route.sink, &row_key(route, record)).await {
            Ok(true) => Ok(()),
            Ok(false) => Err("its row is still there after it was deleted".to_string()),
            Err(error) => Err(format!("its row could not be deleted: {}", with_causes(&error))),
        }
    });
    join_all(removals).await
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
