//! The loop: ask the source, map its records, hand them over, and end only when Kafka has acknowledged every one.
//!
//! It decides when a run is over and whether it succeeded. A run in which no record was accepted has failed: a green
//! task with nothing in it is the worst answer. It paces from the start of one request to the start of the next.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use crate::ingest::answer::{self, Again, NoAnswer, Response};
use crate::ingest::cast::format_timestamp;
use crate::ingest::dead_letter::{self, MAX_RECORD_BYTES};
use crate::ingest::failure::{BARREN_ANSWERS, FeedError, FeedFailure};
use crate::ingest::mapping::Mapper;
use crate::ingest::outbox::{DELIVERY_LIMIT, Lane, Outbox, Outgoing};
use crate::ingest::path::Path;
use crate::ingest::progress::{Event, Progress, Summary};
use crate::ingest::retry::Patience;
use crate::ingest::task::IngestTask;
use crate::model::pipeline::{Generated, IngestLimit};

const PROGRESS_EVERY: Duration = Duration::from_millis(500);

/// A run to be made.
pub struct Feed {
    task: IngestTask,
    mapper: Mapper,
    list: Path,
    pub limit: IngestLimit,
    pub patience: Patience,
    /// How long the last records may take; longer than a delivery may, so that its failure is heard.
    pub settle_within: Duration,
}

/// Why the asking ended.
enum End {
    Reached,
    Interrupted,
    /// Kafka refuses records, or takes none.
    Stuck,
}

/// Where in an answer of the task's source its records stand.
///
/// # Errors
/// It is no path.
pub fn list_path(task: &IngestTask) -> Result<Path, FeedError> {
    Path::parse(&task.http.records).map_err(|source| FeedError::Records {
        source_name: task.source.clone(),
        path: task.http.records.clone(),
        source,
    })
}

impl Feed {
    /// # Errors
    /// The task's paths or map cannot work for any record.
    pub fn new(task: IngestTask, limit: IngestLimit) -> Result<Self, FeedError> {
        let mapper = Mapper::compile(&task)?;
        let list = list_path(&task)?;
        let patience = Patience::with_retries(task.http.retries);
        Ok(Self { task, mapper, list, limit, patience, settle_within: DELIVERY_LIMIT + Duration::from_secs(5) })
    }

    /// Runs until the limit is reached, the source fails for good, or `stop` says true; then waits for Kafka.
    ///
    /// # Errors
    /// The source failed, nothing was accepted, or not everything was acknowledged.
    pub async fn run(
        &self,
        get: &impl AsyncFn() -> Result<Response, NoAnswer>,
        outbox: &mut Outbox,
        mut stop: watch::Receiver<bool>,
        on_event: &mut impl FnMut(Event),
    ) -> Result<Summary, FeedFailure> {
        let started = Instant::now();
        let mut summary = Summary::default();
        let asked = self.ask(get, outbox, &mut stop, &mut summary, started, on_event).await;
        // Also after a failure: what was accepted before it is still on its way.
        self.settle(outbox, &summary, started, on_event).await;
        take_settled(&mut summary, outbox);
        summary.elapsed = started.elapsed();
        summary.interrupted = matches!(asked, Ok(End::Interrupted));
        match self.verdict(asked, &summary, outbox) {
            Ok(()) => Ok(summary),
            Err(error) => Err(FeedFailure { summary: Box::new(summary), error }),
        }
    }

    async fn ask(
        &self,
        get: &impl AsyncFn() -> Result<Response, NoAnswer>,
        outbox: &mut Outbox,
        stop: &mut watch::Receiver<bool>,
        summary: &mut Summary,
        started: Instant,
        on_event: &mut impl FnMut(Event),
    ) -> Result<End, FeedError> {
        let end_at = match self.limit {
            IngestLimit::For(duration) => started.checked_add(duration),
            IngestLimit::Count(_) => None,
        };
        let mut barren_answers = 0;
        while self.wanted(summary) > 0 {
            let next_request = Instant::now() + self.task.http.every;
            let on_retry = |again: Again<'_>| {
                let why = answer::one_line(again.fault);
                summary.retries += 1;
                summary.last_fault = Some(why.clone());
                on_event(Event::Retrying { attempt: again.attempt, wait: again.wait, why });
            };
            let records = tokio::select! {
                biased;
                () = stopped(stop) => return Ok(End::Interrupted),
                () = reached(end_at) => return Ok(End::Reached),
                records = answer::records(&self.task, &self.list, &self.patience, get, on_retry) => records.map_err(Box::new)?,
            };
            let accepted_before = summary.accepted;
            let batch = self.map(records, summary);
            let taken = outbox.send(batch, self.settle_within).await;
            on_event(Event::Progress(progress(summary, outbox, started)));
            if !taken || outbox.settled().failed > 0 {
                return Ok(End::Stuck);
            }
            barren_answers = if summary.accepted > accepted_before { 0 } else { barren_answers + 1 };
            if let IngestLimit::Count(wanted) = self.limit
                && barren_answers >= BARREN_ANSWERS
            {
                return Err(FeedError::barren(&self.task.source, summary, wanted));
            }
            if self.wanted(summary) == 0 {
                break;
            }
            tokio::select! {
                biased;
                () = stopped(stop) => return Ok(End::Interrupted),
                () = reached(end_at) => return Ok(End::Reached),
                () = sleep_until(next_request) => {}
            }
        }
        Ok(End::Reached)
    }

    /// Good records still to come.
    fn wanted(&self, summary: &Summary) -> u64 {
        match self.limit {
            IngestLimit::Count(count) => count.saturating_sub(summary.accepted),
            IngestLimit::For(_) => u64::MAX,
        }
    }

    fn map(&self, records: Vec<Value>, summary: &mut Summary) -> Vec<Outgoing> {
        let mut batch = Vec::with_capacity(records.len());
        summary.requests += 1;
        for record in records {
            if self.wanted(summary) == 0 {
                break;
            }
            summary.fetched += 1;
            let outgoing = self.outgoing(&record);
            match outgoing.as_ref() {
                Ok(_) => summary.accepted += 1,
                Err((_, reason)) => {
                    summary.dead_letters += 1;
                    summary.first_rejection.get_or_insert_with(|| reason.clone());
                }
            }
            batch.push(outgoing.unwrap_or_else(|(letter, _)| Outgoing {
                lane: Lane::DeadLetter,
                key: None,
                value: letter,
            }));
        }
        batch
    }

    /// The message a record becomes, or its dead letter and the reason.
    fn outgoing(&self, record: &Value) -> Result<Outgoing, (String, String)> {
        let mapped = self
            .mapper
            .project(record, &mut generated)
            .map_err(|rejection| (dead_letter::of_rejected(&self.task, record, &rejection), rejection.to_string()))?;
        let value = mapped.to_json();
        if value.len() > MAX_RECORD_BYTES {
            let reason = format!("a record of {} bytes, at most {MAX_RECORD_BYTES} fit into a message", value.len());
            return Err((dead_letter::of_oversized(&self.task, &value), reason));
        }
        Ok(Outgoing { lane: Lane::Record, key: mapped.key, value })
    }

    async fn settle(&self, outbox: &mut Outbox, summary: &Summary, started: Instant, on_event: &mut impl FnMut(Event)) {
        let end_at = Instant::now() + self.settle_within;
        while Instant::now() < end_at {
            let left = end_at - Instant::now();
            if outbox.wait(left.min(PROGRESS_EVERY)).await {
                break;
            }
            on_event(Event::Progress(progress(summary, outbox, started)));
        }
        on_event(Event::Progress(progress(summary, outbox, started)));
    }

    fn verdict(&self, asked: Result<End, FeedError>, summary: &Summary, outbox: &Outbox) -> Result<(), FeedError> {
        let end = asked?;
        if summary.unacknowledged > 0 {
            let why = outbox.settled().first_failure;
            return Err(FeedError::unacknowledged(&self.task.topic, summary, why));
        }
        if summary.accepted == 0 && !matches!(end, End::Interrupted) {
            return Err(FeedError::nothing_accepted(&self.task.source, summary));
        }
        Ok(())
    }
}

fn generated(what: Generated) -> String {
    match what {
        Generated::Uuid => Uuid::now_v7().to_string(),
        Generated::Now => format_timestamp(jiff::Timestamp::now()),
    }
}

fn take_settled(summary: &mut Summary, outbox: &Outbox) {
    let settled = outbox.settled();
    summary.acknowledged = settled.records;
    summary.acknowledged_letters = settled.dead_letters;
    summary.unacknowledged = summary.accepted + summary.dead_letters - settled.records - settled.dead_letters;
    summary.offsets = settled.offsets;
}

fn progress(summary: &Summary, outbox: &Outbox, started: Instant) -> Progress {
    let acknowledged = outbox.settled().records;
    Progress::of(summary, acknowledged, outbox.in_flight(), started.elapsed())
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // Nobody can stop the run any more.
        std::future::pending::<()>().await;
    }
}

async fn reached(end_at: Option<Instant>) {
    match end_at {
        Some(end_at) => sleep_until(end_at).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
