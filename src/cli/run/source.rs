//! `run source`: fetch, map, send, and end when Kafka has acknowledged everything.

use serde_json::json;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, Output, signals};
use crate::ingest::answer::{self, NoAnswer, Response};
use crate::ingest::failure::FeedFailure;
use crate::ingest::feed::Feed;
use crate::ingest::outbox;
use crate::ingest::progress::{Event, Summary};
use crate::ingest::tally::{self, RunTally};
use crate::ingest::task::{Addresses, IngestTask};
use crate::model::pipeline::{HttpSource, IngestLimit};
use crate::report::progress::{Outcome, Tally};
use crate::report::{json, text};
use crate::systems::kafka::{Kafka, KafkaError};
use crate::systems::with_causes;

pub(super) async fn run(global: &Global, name: &str, limit: IngestLimit) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    let pipeline = &stack.project.pipeline;
    if !pipeline.sources.contains_key(name) {
        return Err(super::unknown("source", name, pipeline.sources.keys()));
    }
    let bootstrap = stack.session().bootstrap().unwrap_or_default();
    let replay = stack.topology().replay_address();
    let addresses = Addresses { bootstrap: &bootstrap, replay: &replay };
    let task = IngestTask::from_pipeline(pipeline, name, addresses).map_err(|error| Failure::new(Exit::File, error))?;
    feed(global, task, limit).await
}

/// One ingest run with its progress, wherever it runs.
pub(in crate::cli) async fn feed(global: &Global, task: IngestTask, limit: IngestLimit) -> Result<Exit, Failure> {
    let progress = global.progress();
    let interrupt = signals::watch_interrupt();
    let get = asking(&task.http)?;
    let name = format!("source/{} -> topic/{}", task.source, task.topic);
    let mut outbox = outbox::open(&task).map_err(|error| Failure::new(Exit::Failed, error))?;
    let mut notebook = Notebook::open(&task).await;
    let feed = Feed::new(task, limit).map_err(|error| Failure::new(Exit::File, error))?;
    progress.begin("feed", &name);
    let total = match limit {
        IngestLimit::Count(count) => Some(count),
        IngestLimit::For(_) => None,
    };
    let mut on_event = |event| match event {
        Event::Progress(now) => {
            progress.count("feed", "records", Tally { done: now.acknowledged, total, lag: Some(now.in_flight) });
        }
        Event::Retrying { attempt, wait, why } => {
            progress.detail("feed", &format!("attempt {attempt} failed, again in {} ms: {why}", wait.as_millis()));
        }
    };
    let result = notebook.beside(feed.run(&get, &mut outbox, interrupt, &mut on_event)).await;
    notebook.close(&result).await;
    match result {
        Ok(summary) => {
            progress.finish("feed", &Outcome::Done(words(&summary)));
            progress.clear();
            show(global, &summary)?;
            Ok(if summary.interrupted { Exit::Interrupted } else { Exit::Done })
        }
        Err(failure) => {
            progress.finish("feed", &Outcome::Failed(words(&failure.summary)));
            progress.clear();
            Err(Failure::new(Exit::Failed, failure))
        }
    }
}

/// Where `verify` will find what became of this run. A run whose notes fail is no worse for it: it says so and goes on.
enum Notebook {
    Open { kafka: Kafka, task: Box<IngestTask>, tally: RunTally },
    Shut,
}

impl Notebook {
    async fn open(task: &IngestTask) -> Self {
        let begun = async {
            let kafka = Kafka::open(&task.bootstrap)?;
            let tally = tally::begin(&kafka, task, now_ms()).await?;
            Ok::<Self, KafkaError>(Self::Open { kafka, task: Box::new(task.clone()), tally })
        };
        begun.await.unwrap_or_else(|error| {
            say_unnoted(&error);
            Self::Shut
        })
    }

    /// Does the work, and notes meanwhile that it goes on. A note under way ends before this does: none may overtake the last.
    async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        let Self::Open { kafka, task, tally } = self else { return work.await };
        let over = Notify::new();
        let working = async {
            let result = work.await;
            over.notify_one();
            result
        };
        let beating = async {
            while timeout(tally::BEAT, over.notified()).await.is_err() {
                if let Err(error) = tally::beat(kafka, task, tally).await {
                    say_unnoted(&error);
                    over.notified().await;
                    break;
                }
            }
        };
        tokio::join!(working, beating).0
    }

    async fn close(self, result: &Result<Summary, FeedFailure>) {
        let Self::Open { kafka, task, tally } = self else { return };
        if let Err(error) = tally::end(&kafka, &task, &tally.ended(result, now_ms())).await {
            say_unnoted(&error);
        }
    }
}

fn say_unnoted(error: &KafkaError) {
    text::say(format!("note: `verify` will not know of this run: {}", with_causes(error)));
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// One request to a source, each time it is called: the same for every command that asks one.
pub(in crate::cli) fn asking(
    source: &HttpSource,
) -> Result<impl AsyncFn() -> Result<Response, NoAnswer> + use<>, Failure> {
    answer::asking(source).map_err(|error| Failure::new(Exit::Environment, error))
}

fn words(summary: &Summary) -> String {
    format!("{} acknowledged, {} dead letters", summary.acknowledged, summary.dead_letters)
}

fn show(global: &Global, summary: &Summary) -> Result<(), Failure> {
    if global.output == Output::Json {
        json::print_json(&json!(summary))?;
        return Ok(());
    }
    text::out(format!(
        "{} records acknowledged by Kafka, {} dead letters, {} requests, {} retries, {:.1} s",
        summary.acknowledged,
        summary.dead_letters,
        summary.requests,
        summary.retries,
        summary.elapsed.as_secs_f64()
    ));
    if let Some(reason) = &summary.first_rejection {
        text::say(format!("first dead letter: {reason}"));
    }
    Ok(())
}
