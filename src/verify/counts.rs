//! Balance: what the last run of each source acknowledged, what each topic holds, what each job has read, and what came of it.
//!
//! By offsets and ledgers: the cost grows with the number of topics and jobs, not with the number of records and rows.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::ingests::{LastRun, ago, last_runs};
use super::ledgers::Ledgers;
use super::route::{Route, routes};
use super::stage::{Kind, Stage};
use super::streams::{self, Ends, topics_of};
use super::topics::{Marks, ever, held};
use super::{Stand, balance, expectations, ingests, runs, sample, topics};
use crate::ingest::task::dead_letter_topic;
use crate::live::{ContainerState, Observed};
use crate::model::pipeline::Job;
use crate::session::SessionError;
use crate::systems::spark::SparkCluster;
use crate::systems::with_causes;
use crate::topology::{data, jobs};

/// A stream may fail once while what it needs comes back; more often, and it will not get on.
const MOST_CRASHES: i64 = 1;
const PAUSE: Duration = Duration::from_millis(300);
const SPARK_LIMIT: Duration = Duration::from_secs(5);
const KAFKA_NEXT: &str = "see `sparkflow logs kafka`, then run `sparkflow up`";

pub(super) async fn run(stand: &Stand<'_>) -> Vec<Stage> {
    stand.told("counts", "holding offsets, ledgers and rows against each other", stages(stand)).await
}

async fn stages(stand: &Stand<'_>) -> Vec<Stage> {
    let began = Instant::now();
    let names = stand.request.pipeline.topics.keys();
    let absent = |why: String| -> Vec<Stage> {
        let ids = names.clone().map(|name| format!("topic/{name}")).filter(|id| stand.wants([id.as_str()]));
        ids.map(|id| Stage::failed(Kind::Counts, id, why.clone(), KAFKA_NEXT).since(began)).collect()
    };
    if let Observed::Waiting(why) = &stand.live.kafka {
        return absent(why.clone());
    }
    match Books::open(stand).await {
        Ok(books) => books.stages(began).await,
        Err(error) => absent(with_causes(&error)),
    }
}

/// Everything that was asked, once.
struct Books<'s, 'a> {
    stand: &'s Stand<'a>,
    /// The ends when the proof began, and after streams had their time.
    then: Marks,
    now: Marks,
    ledgers: Ledgers,
    last_runs: Vec<LastRun<'a>>,
    cluster: Option<SparkCluster>,
    now_ms: i64,
}

impl<'s, 'a> Books<'s, 'a> {
    async fn open(stand: &'s Stand<'a>) -> Result<Self, SessionError> {
        let session = stand.request.session;
        let present = topics::present(stand);
        let then = topics::marks(session, &present).await?;
        let last_runs = last_runs(stand, &then).await;
        let ledgers = settled(stand, &then).await?;
        let now = topics::marks(session, &present).await?;
        let cluster = match session.spark() {
            // A master that does not answer is a stage of its own.
            Ok(spark) => spark.cluster(SPARK_LIMIT).await.ok(),
            Err(_) => None,
        };
        Ok(Self { stand, then, now, ledgers, last_runs, cluster, now_ms: jiff::Timestamp::now().as_millisecond() })
    }

    async fn stages(&self, began: Instant) -> Vec<Stage> {
        let pipeline = self.stand.request.pipeline;
        let mut stages = Vec::new();
        for last in &self.last_runs {
            let names = [format!("source/{}", last.source), format!("topic/{}", last.topic)];
            if self.stand.wants(names.iter().map(String::as_str)) {
                stages.push(ingests::stage(last, &self.then[last.topic], self.now_ms, began));
            }
        }
        for name in pipeline.topics.keys() {
            stages.extend(self.topic(name).await);
        }
        for (name, job) in &pipeline.jobs {
            stages.extend(self.job(name, job).await);
        }
        let all = routes(pipeline);
        for route in &all {
            stages.extend(self.rows(route).await);
        }
        stages.extend(expectations::stages(self.stand, &self.ledgers).await);
        stages
    }

    /// What a topic holds and its dead letters.
    async fn topic(&self, name: &str) -> Vec<Stage> {
        let began = Instant::now();
        let id = format!("topic/{name}");
        let readers =
            self.stand.request.pipeline.jobs.iter().filter(|(_, job)| job.reads.iter().any(|read| read == name));
        let names = readers.flat_map(|(job, declared)| self.names(job, declared)).chain([id.clone()]);
        if !self.stand.wants(names.collect::<Vec<_>>().iter().map(String::as_str)) {
            return Vec::new();
        }
        let Some(marks) = self.now.get(name) else {
            return vec![Stage::failed(Kind::Counts, id, "it is not in Kafka", "run `sparkflow up`").since(began)];
        };
        let (held, ever) = (held(marks), ever(marks));
        let mut seen = format!("{held} records by offsets");
        if ever > u64::try_from(held).unwrap_or(0) {
            seen = format!("{seen}, {ever} since it was made");
        }
        if let Some(why) = self.stand.live.kafka.known().and_then(|live| topics::refuses_all(live.get(name)?)) {
            let next = format!("declare a `max.message.bytes` under `config` of topic {name}, then `sparkflow up`");
            return vec![Stage::failed(Kind::Counts, id, format!("{why}; {seen}"), next).since(began)];
        }
        let stage = match topics::newest(self.stand.request.session, name, marks).await {
            Err(error) => Stage::failed(Kind::Counts, id, with_causes(&error), KAFKA_NEXT),
            Ok(None) => Stage::ok(Kind::Counts, id, seen),
            Ok(Some((newest, _))) => {
                let stage =
                    Stage::ok(Kind::Counts, id, format!("{seen}; the newest came {}", ago(self.now_ms, newest)));
                stage.figure("newest_age_ms", (self.now_ms - newest).max(0))
            }
        };
        let mut stages = vec![stage.figure("records", held).since(began)];
        stages.extend(self.letters(name).await);
        stages
    }

    /// The dead letters of a topic against what its sources and its streams say they sent.
    async fn letters(&self, topic: &str) -> Option<Stage> {
        let letters = dead_letter_topic(topic);
        let in_topic = ever(self.now.get(&letters)?);
        let (mut counted, mut perhaps, mut surely_all) = (0, 0, true);
        for last in self.last_runs.iter().filter(|last| last.topic == topic) {
            match &last.found {
                Ok(Some(run)) => {
                    counted += run.dead_letters_total;
                    surely_all &= run.unfinished_runs == 0;
                }
                Ok(None) | Err(_) => surely_all = false,
            }
        }
        for (name, job) in self.stand.request.pipeline.jobs.iter().filter(|(_, job)| job.stream.is_some()) {
            if let Some(Ok(ledger)) = self.ledgers.stream(name, &job.writes) {
                counted += ledger.topics.get(topic).map_or(0, |tally| tally.letters);
                perhaps += ledger.letters_repeated.get(topic).copied().unwrap_or(0);
            }
        }
        let id = format!("topic/{letters}");
        let began = Instant::now();
        let stage = match balance::letters(in_topic, counted, perhaps, surely_all) {
            balance::Verdict::Holds(words) => Stage::ok(Kind::Counts, id, words),
            balance::Verdict::Open(words) => Stage::not_proven(Kind::Counts, id, words),
            balance::Verdict::Broken(words) => Stage::failed(Kind::Counts, id, words, KAFKA_NEXT),
        };
        let stage = match topics::pile(self.stand.request.session, topic, &self.now).await {
            Ok(None) => stage,
            Ok(Some(words)) => {
                let next = format!(
                    "mend what sends such records: topic {letters} has each with its reason; then send what was lost again"
                );
                Stage::failed(Kind::Counts, stage.name, format!("{words}; {}", stage.seen), next)
            }
            Err(error) => Stage::failed(Kind::Counts, stage.name, with_causes(&error), KAFKA_NEXT),
        };
        Some(stage.figure("dead_letters", in_topic).figure("counted", counted).since(began))
    }

    async fn job(&self, name: &str, job: &Job) -> Vec<Stage> {
        let began = Instant::now();
        // A job that touches nothing declared has nothing to balance.
        let touches = !topics_of(self.stand.request.pipeline, job).is_empty() || !job.writes.is_empty();
        if !touches || !self.stand.wants(self.names(name, job).iter().map(String::as_str)) {
            return Vec::new();
        }
        let stages = if job.stream.is_some() {
            let ends = Ends { then: &self.then, now: &self.now };
            streams::stages(self.stand, name, job, &self.ledgers, ends, self.now_ms).await
        } else {
            let ledger = self.ledgers.batch(name);
            vec![runs::stage(self.stand, name, job, ledger, &self.now, self.cluster.as_ref(), self.now_ms)]
        };
        stages.into_iter().map(|stage| stage.since(began)).collect()
    }

    /// Rows of sampled records, where a record can be followed to its row.
    async fn rows(&self, route: &Route<'_>) -> Option<Stage> {
        let began = Instant::now();
        let names =
            [format!("topic/{}", route.topic), format!("job/{}", route.job), format!("table/{}", route.table())];
        if !self.stand.wants(names.iter().map(String::as_str))
            || matches!(self.stand.live.cassandra, Observed::Waiting(_))
        {
            return None;
        }
        let ledger = self.ledgers.stream(route.job, &[])?.ok()?;
        let tally = ledger.topics.get(route.topic)?;
        let seed = u64::try_from(self.now_ms).unwrap_or(0);
        Some(sample::stage(self.stand, route, tally, self.now.get(route.topic)?, seed).await.since(began))
    }

    /// By which a job's stage may be asked for.
    fn names(&self, name: &str, job: &Job) -> Vec<String> {
        let pipeline = self.stand.request.pipeline;
        let tables = job.writes.iter().filter_map(|sink| pipeline.sinks.get(sink));
        let tables = tables.map(|sink| format!("table/{}", data::table_name(sink)));
        let topics = topics_of(pipeline, job).into_iter().map(|(topic, _)| format!("topic/{topic}"));
        tables.chain(topics).chain([format!("job/{name}")]).collect()
    }
}

/// The ledgers once every stream has read what was there when the proof began, or has had its time.
async fn settled(stand: &Stand<'_>, then: &Marks) -> Result<Ledgers, SessionError> {
    let (pipeline, clock) = (stand.request.pipeline, &stand.request.clock);
    let until = Instant::now() + pipeline.verify.trace_within;
    let mut open: Vec<_> = pipeline.jobs.iter().filter(|(_, job)| job.stream.is_some()).collect();
    // Nobody waits for one that cannot get on.
    open.retain(|(name, _)| !stand.hopeless.contains_key(*name) && runs(stand, name));
    loop {
        let ledgers = Ledgers::fetch(stand).await?;
        open.retain(|(name, job)| !streams::reached(pipeline, name, job, &ledgers, then));
        if open.is_empty() || Instant::now() > until || clock.stopped().is_some() {
            return Ok(ledgers);
        }
        let crashes = join_all(open.iter().map(|(name, _)| crashes(stand, name))).await;
        let mut crashes = crashes.into_iter();
        open.retain(|_| crashes.next().is_some_and(|count| count <= MOST_CRASHES));
        clock.pause(PAUSE).await;
    }
}

/// How often a streaming job had to be started again since the proof began.
async fn crashes(stand: &Stand<'_>, job: &str) -> i64 {
    let (session, name) = (stand.request.session, jobs::container_name(job));
    let before = stand.live.containers.get(&name).map_or(0, |found| found.restart_count);
    // An engine that does not answer now is no crash.
    let now = session.docker.container_past(&session.engine_name(&name)).await.ok().flatten();
    now.map_or(0, |past| past.restart_count - i64::try_from(before).unwrap_or(i64::MAX))
}

/// Whether the container of a streaming job runs.
pub(super) fn runs(stand: &Stand<'_>, job: &str) -> bool {
    let found = stand.live.containers.get(&jobs::container_name(job));
    found.is_some_and(|container| container.state == ContainerState::Running)
}
