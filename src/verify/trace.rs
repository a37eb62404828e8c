//! The tracer's way: written to the topic, read back, awaited in every table, compared, removed.
//!
//! What may have to be removed is noted before anything is sent and removed before this room is left. In the topic the
//! record stays; generated readers drop it once it is old, and until then its row is buried.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use uuid::Uuid;

use super::arrival::{Arrived, CASSANDRA_NEXT, Outcome, verdicts};
use super::counts::runs;
use super::removal::{self, Owed};
use super::route::{Route, traced};
use super::sending::{self, Tracer};
use super::stage::{Kind, Stage};
use super::{Stand, bystanders, evidence, tables, tracer};
use crate::ingest::mapping::MappedRecord;
use crate::live::Observed;
use crate::model::sql::witness::Values;
use crate::session::SessionError;
use crate::systems::cassandra::rows::StoredRow;
use crate::topology::tracing::Passage;

/// Between two looks for a row: short at first, so that what is fast is measured as fast.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// A record that must not arrive is looked for once more, after the one that must.
const SECOND_LOOK: Duration = Duration::from_millis(300);
const ROW_LIMIT: Duration = Duration::from_secs(5);
/// Questions that may fail in a row before the table is called broken.
const MOST_ERRORS: u32 = 5;
/// Generated readers drop older tracers, so waiting longer is in vain.
const LONGEST_WAIT: Duration = Duration::from_mins(10);
const KAFKA_NEXT: &str = "see `sparkflow logs kafka`, then run `sparkflow up`";

/// Real records of the sources, by the topic they go to.
pub(super) type Models = BTreeMap<String, MappedRecord>;

/// What goes to one topic, and the routes it takes from there.
struct Flight<'r, 'a> {
    topic: &'a str,
    open: Vec<&'r Route<'a>>,
    tracers: Vec<Tracer>,
}

impl Flight<'_, '_> {
    /// Every row that may come of it.
    fn owed(&self) -> Vec<Owed> {
        let pairs = self.open.iter().flat_map(|route| self.tracers.iter().map(move |tracer| (route, tracer)));
        pairs.map(|(route, tracer)| owed(route, &tracer.record)).collect()
    }
}

pub(super) async fn run(stand: &Stand<'_>, models: &Models) -> Vec<Stage> {
    let all = wanted(stand);
    if all.is_empty() {
        return Vec::new();
    }
    let before = bystanders::picture(stand).await;
    let mut by_topic: BTreeMap<&str, Vec<&Route<'_>>> = BTreeMap::new();
    for route in &all {
        by_topic.entry(route.topic).or_default().push(route);
    }
    let mut stages = Vec::new();
    let mut flights = Vec::new();
    for (topic, own) in by_topic {
        let (open, closed) = passable(stand, &own).await;
        stages.extend(closed);
        if !open.is_empty() {
            let tracers = tracers(&open, models.get(topic));
            flights.push(Flight { topic, open, tracers });
        }
    }
    stages.extend(fly(stand, &flights).await);
    stages.extend(bystanders::compare(stand, before).await);
    stages
}

/// What would have been proven, each not proven for the same reason.
pub(super) fn unsent(stand: &Stand<'_>, why: &str) -> Vec<Stage> {
    wanted(stand).iter().map(|route| Stage::not_proven(Kind::Trace, format!("job/{}", route.job), why)).collect()
}

/// Notes what is owed, sends everything, and crosses the note out once all is removed.
async fn fly(stand: &Stand<'_>, flights: &[Flight<'_, '_>]) -> Vec<Stage> {
    let session = stand.request.session;
    let rows: Vec<Owed> = flights.iter().flat_map(Flight::owed).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let noted = async {
        // What an earlier proof still owes is not forgotten.
        let earlier = removal::owed(session).await?;
        let all: Vec<Owed> = earlier.iter().chain(&rows).cloned().collect();
        removal::note(session, &all).await.map(|()| earlier)
    };
    let earlier = match noted.await {
        Ok(earlier) => earlier,
        Err(error) => {
            let seen = format!("no tracer sent, for it could not be noted what to remove: {error}");
            return vec![Stage::failed(Kind::Trace, "files", seen, "run `sparkflow up`")];
        }
    };
    let traces = flights.iter().map(|flight| async move {
        let id = format!("trace-{}", flight.topic);
        stand.told(&id, &format!("topic/{}: sending a tracer", flight.topic), one(stand, flight)).await
    });
    let flown = join_all(traces).await;
    let clean = flown.iter().all(|flown| flown.clean);
    let mut stages: Vec<Stage> = flown.into_iter().flat_map(|flown| flown.stages).collect();
    if clean && let Err(error) = removal::note(session, &earlier).await {
        stages.push(Stage::failed(Kind::Trace, "files", error.to_string(), "run `sparkflow up`"));
    }
    stages
}

fn wanted<'a>(stand: &Stand<'a>) -> Vec<Route<'a>> {
    let mut all = traced(stand.request.pipeline);
    all.retain(|route| {
        let names =
            [format!("topic/{}", route.topic), format!("job/{}", route.job), format!("table/{}", route.table())];
        stand.wants(names.iter().map(String::as_str))
    });
    all
}

/// The records that prove these routes: one for all that keep everything, and two for each that does not.
fn tracers(open: &[&Route<'_>], model: Option<&MappedRecord>) -> Vec<Tracer> {
    let reserved: BTreeSet<&str> = open
        .iter()
        .filter_map(|route| route.passage.as_ref().ok())
        .flat_map(|passage| &passage.reserved)
        .copied()
        .collect();
    let (schema, key) = (open[0].schema, open[0].key.map_or("", |key| key.name.as_str()));
    let fresh = |values: &Values| tracer::record(schema, key, &reserved, Uuid::new_v4(), model, values);
    let mut tracers = Vec::new();
    let filters: Vec<_> = open
        .iter()
        .filter_map(|route| route.passage.as_ref().ok())
        .filter_map(|passage| passage.filter.as_ref())
        .collect();
    if filters.len() < open.len() {
        tracers.push(Tracer { record: fresh(&Values::new()), partition: None });
    }
    for filter in filters {
        // In one partition, so that whoever has come as far as the second has seen the first.
        let both = filter.witnesses.left_out.iter().chain([&filter.witnesses.kept]);
        tracers.extend(both.map(|values| Tracer { record: fresh(values), partition: Some(0) }));
    }
    tracers
}

struct Flown {
    stages: Vec<Stage>,
    /// Whether every row that may have come is removed.
    clean: bool,
}

impl AsRef<[Stage]> for Flown {
    fn as_ref(&self) -> &[Stage] {
        &self.stages
    }
}

async fn one(stand: &Stand<'_>, flight: &Flight<'_, '_>) -> Flown {
    let began = Instant::now();
    let id = format!("topic/{}", flight.topic);
    let sent = match sending::send(stand, flight.topic, &flight.tracers).await {
        Ok(sent) => sent,
        Err(why) => {
            // It may be there all the same, so its rows are looked after.
            let clean = remove(stand, &flight.owed()).await.iter().all(Result::is_ok);
            let stage = Stage::failed(Kind::Trace, id, why, KAFKA_NEXT).since(began);
            return Flown { stages: vec![stage], clean };
        }
    };
    let arrivals = flight.open.iter().map(|route| outcome(stand, route, &flight.tracers));
    let arrived = join_all(arrivals).await;
    let mut stages = vec![sent.stage.since(began)];
    let mut clean = true;
    for (route, mut outcome) in flight.open.iter().zip(arrived) {
        let rows: Vec<Owed> = flight.tracers.iter().map(|tracer| owed(route, &tracer.record)).collect();
        outcome.removed = remove(stand, &rows).await.into_iter().collect();
        clean &= outcome.removed.is_ok();
        outcome.sent_ms = sent.timestamp_ms;
        stages.extend(verdicts(stand, route, outcome).await);
    }
    Flown { stages, clean }
}

/// The routes a tracer can take now, and verdicts on the others.
async fn passable<'r, 'a>(stand: &Stand<'_>, own: &[&'r Route<'a>]) -> (Vec<&'r Route<'a>>, Vec<Stage>) {
    let (mut open, mut stages) = (Vec::new(), Vec::new());
    for route in own {
        let job = format!("job/{}", route.job);
        match (&route.passage, &stand.live.kafka, &stand.live.cassandra) {
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
            _ if stand.hopeless.contains_key(route.job) => {
                let seen = format!("no tracer sent: {} fails", stand.hopeless[route.job]);
                stages.push(Stage::not_proven(Kind::Trace, job, seen));
            }
            _ if !runs(stand, route.job) => {
                let seen = format!("no tracer sent: {}", evidence::job(stand.request.session, route.job).await);
                stages.push(Stage::failed(Kind::Trace, job, seen, "run `sparkflow up`"));
            }
            (Ok(_), ..) => open.push(*route),
        }
    }
    (open, stages)
}

/// Awaits what must arrive on a route, then looks for what must not.
async fn outcome(stand: &Stand<'_>, route: &Route<'_>, tracers: &[Tracer]) -> Outcome {
    let (kept, left_out): (Vec<_>, Vec<_>) = tracers.iter().partition(|tracer| route.keeps(&tracer.record));
    let witnesses = route.passage.as_ref().ok().and_then(|passage: &Passage<'_>| passage.filter.as_ref());
    // The one made for this route is compared; it was sent after the one to be left out.
    let is_own = |tracer: &&&Tracer| {
        witnesses.is_some_and(|filter| {
            filter.witnesses.kept.iter().all(|(name, value)| tracer.record.get(name) == Some(value))
        })
    };
    let own = kept.iter().rev().find(is_own).or(kept.first()).map_or(&tracers[0], |own| *own);
    // The others need not be waited for: their rows are buried, whenever they come.
    let arrived = arrival(stand, route, &own.record).await;
    let strays = if matches!(arrived, Arrived::Row { .. }) && !left_out.is_empty() {
        stand.request.clock.pause(SECOND_LOOK).await;
        strays(stand, route, &left_out).await
    } else {
        Ok(Vec::new())
    };
    Outcome { record: own.record.clone(), arrived, left_out: left_out.len(), strays, removed: Ok(()), sent_ms: None }
}

/// The keys of those that came though they are to be left out.
async fn strays(stand: &Stand<'_>, route: &Route<'_>, left_out: &[&Tracer]) -> Result<Vec<String>, SessionError> {
    let mut found = Vec::new();
    for tracer in left_out {
        if look(stand, route, &tracer.record).await?.is_some() {
            found.push(tracer.record.key.clone().unwrap_or_default());
        }
    }
    Ok(found)
}

async fn arrival(stand: &Stand<'_>, route: &Route<'_>, record: &MappedRecord) -> Arrived {
    let clock = &stand.request.clock;
    let began = Instant::now();
    let within = stand.request.pipeline.verify.trace_within.min(LONGEST_WAIT);
    let (mut errors, mut pause) = (0, FIRST_PAUSE);
    loop {
        match look(stand, route, record).await {
            Ok(Some(row)) => return Arrived::Row { row, after: began.elapsed() },
            Ok(None) => errors = 0,
            Err(error) if errors >= MOST_ERRORS => return Arrived::Broken(error),
            Err(_) => errors += 1,
        }
        if began.elapsed() > within || clock.stopped().is_some() {
            return Arrived::Absent { after: began.elapsed() };
        }
        clock.pause(pause).await;
        pause = (pause * 5 / 4).min(LONGEST_PAUSE);
    }
}

async fn look(stand: &Stand<'_>, route: &Route<'_>, record: &MappedRecord) -> Result<Option<StoredRow>, SessionError> {
    let columns: Vec<String> = route.sink.columns.iter().map(|column| column.name.clone()).collect();
    let cassandra = stand.cassandra().await?;
    Ok(cassandra.row(tables::table_name(route.sink), &route.row_key_of(record), &columns, ROW_LIMIT).await?)
}

fn owed(route: &Route<'_>, record: &MappedRecord) -> Owed {
    Owed { keyspace: route.sink.keyspace.clone(), table: route.sink.table.clone(), key: route.row_key_of(record) }
}

/// Removes rows, also the ones that were never seen and those still to come. Per row: gone, or why not.
async fn remove(stand: &Stand<'_>, rows: &[Owed]) -> Vec<Result<(), String>> {
    join_all(rows.iter().map(|row| removal::bury(stand.request.session, row))).await
}
