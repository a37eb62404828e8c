//! The loop against a real HTTP client and a scripted server on loopback, up to the messages ready for Kafka.
//!
//! The producer's end of the outbox is played by the test: it keeps the messages and acknowledges them, or does not.

use serde_json::json;
use tokio::task::JoinHandle;

use super::*;
use crate::ingest::mapping::tests::task;
use crate::ingest::outbox::{self, Courier};
use crate::systems::kafka::producer::Delivered;
use source::{Reply, get, ok, people, person, serve};

#[path = "feed_test_faults.rs"]
mod faults;
#[path = "feed_test_source.rs"]
mod source;

/// Keeps and acknowledges everything, in partition 0 from offset 100.
fn acknowledge(mut courier: Courier) -> JoinHandle<Vec<Outgoing>> {
    tokio::spawn(async move {
        let mut kept: Vec<Outgoing> = Vec::new();
        while let Some(batch) = courier.batches.recv().await {
            for outgoing in batch {
                let offset = 100 + i64::try_from(kept.len()).unwrap();
                courier.settled.send_modify(|settled| {
                    settled.add(outgoing.lane, Ok(Delivered { partition: 0, offset }));
                });
                kept.push(outgoing);
            }
        }
        kept
    })
}

struct Ran {
    result: Result<Summary, FeedFailure>,
    messages: Vec<Outgoing>,
    events: Vec<Event>,
    times: Vec<Instant>,
}

impl Ran {
    fn error(&self) -> String {
        answer::one_line(&self.result.as_ref().unwrap_err().error)
    }
}

fn quick(mut feed: Feed) -> Feed {
    feed.patience.first = Duration::from_millis(5);
    feed.settle_within = Duration::from_millis(500);
    feed
}

async fn run_task(task: IngestTask, limit: IngestLimit, replies: Vec<Reply>) -> Ran {
    let (url, times) = serve(replies).await;
    let mut task = task;
    task.http.url = url;
    task.http.query = [("token".to_owned(), "t0ken-value".to_owned())].into();
    let get = get(&task);
    let feed = quick(Feed::new(task, limit).unwrap());
    let (mut outbox, courier) = outbox::pair();
    let kept = acknowledge(courier);
    let (_go_on, stop) = watch::channel(false);
    let mut events = Vec::new();
    let result = feed.run(&get, &mut outbox, stop, &mut |event| events.push(event)).await;
    drop(outbox);
    let times = times.lock().unwrap().clone();
    Ran { result, messages: kept.await.unwrap(), events, times }
}

async fn run(limit: IngestLimit, replies: Vec<Reply>) -> Ran {
    run_task(task(), limit, replies).await
}

fn names(messages: &[Outgoing]) -> Vec<Value> {
    messages.iter().map(|message| serde_json::from_str::<Value>(&message.value).unwrap()["name"].clone()).collect()
}

#[tokio::test]
async fn a_count_is_met_exactly_over_several_answers() {
    let ran = run(IngestLimit::Count(5), vec![people(&["a", "b"]), people(&["c", "d"]), people(&["e", "f"])]).await;
    let summary = ran.result.unwrap();
    assert_eq!(names(&ran.messages), ["a", "b", "c", "d", "e"]);
    assert_eq!((summary.requests, summary.fetched, summary.accepted, summary.acknowledged), (3, 5, 5, 5));
    assert_eq!((summary.offsets[&0].first, summary.offsets[&0].last), (100, 104));
    assert_eq!((summary.unacknowledged, summary.interrupted), (0, false));
    let first: Value = serde_json::from_str(&ran.messages[0].value).unwrap();
    assert_eq!(ran.messages[0].key.as_deref(), first["id"].as_str());
    assert!(matches!(ran.events.last(), Some(Event::Progress(Progress { acknowledged: 5, in_flight: 0, .. }))));
}

#[tokio::test]
async fn bad_records_go_to_the_dead_letters_and_do_not_count() {
    let mixed = ok(
        &json!({ "results": [{ "login": {} }, person("a"), { "login": { "uuid": "x" } }, person("b"), person("c")] }),
    );
    let ran = run(IngestLimit::Count(2), vec![mixed]).await;
    let summary = ran.result.unwrap();
    assert_eq!((summary.fetched, summary.accepted, summary.dead_letters, summary.acknowledged), (4, 2, 2, 2));
    assert_eq!(summary.first_rejection.as_deref(), Some("field `id`: required, but `$.login.uuid` is missing or null"));
    let lanes: Vec<_> = ran.messages.iter().map(|message| message.lane).collect();
    assert_eq!(lanes, [Lane::DeadLetter, Lane::Record, Lane::DeadLetter, Lane::Record]);
    let letter: Value = serde_json::from_str(&ran.messages[2].value).unwrap();
    assert_eq!(letter["reason"], json!("field `id`: expected uuid, found text \"x\""));
    assert_eq!(letter["value"], json!("{\"login\":{\"uuid\":\"x\"}}"));
}

#[tokio::test]
async fn nothing_accepted_is_a_failure_that_says_why() {
    let bad = ok(&json!({ "results": [{ "login": {} }] }));
    let ran = run(IngestLimit::For(Duration::from_millis(100)), vec![bad.clone()]).await;
    assert!(ran.error().contains("gave no usable record"), "{}", ran.error());
    assert!(ran.error().contains("the first was rejected: field `id`: required"), "{}", ran.error());
    let empty = run(IngestLimit::For(Duration::from_millis(100)), vec![ok(&json!({ "results": [] }))]).await;
    assert!(empty.error().ends_with("its lists of records were empty"), "{}", empty.error());
    let late = run(IngestLimit::For(Duration::from_millis(100)), vec![Reply::Stall]).await;
    assert!(late.error().ends_with("no answer came before the end of the run"), "{}", late.error());
    let never = run(IngestLimit::Count(3), vec![people(&["a"]), bad]).await;
    assert!(never.error().contains("in 20 answers in a row; 1 of 3 are accepted"), "{}", never.error());
}

#[tokio::test]
async fn a_run_for_a_time_asks_at_the_pace_of_the_file() {
    let mut task = task();
    task.http.every = Duration::from_millis(100);
    let started = Instant::now();
    let ran = run_task(task, IngestLimit::For(Duration::from_millis(450)), vec![people(&["a"])]).await;
    assert!(started.elapsed() >= Duration::from_millis(450));
    let summary = ran.result.unwrap();
    assert!((3..=5).contains(&summary.requests), "{}", summary.requests);
    assert_eq!(summary.acknowledged, summary.requests);
}

#[tokio::test]
async fn records_that_kafka_does_not_acknowledge_fail_the_run_with_their_number() {
    let (url, _times) = serve(vec![people(&["a", "b", "c"])]).await;
    let mut task = task();
    task.http.url = url;
    let get = get(&task);
    let feed = quick(Feed::new(task, IngestLimit::Count(3)).unwrap());
    let (mut outbox, mut courier) = outbox::pair();
    let (_go_on, stop) = watch::channel(false);
    let silent = tokio::spawn(async move {
        let batch = courier.batches.recv().await.unwrap();
        courier.settled.send_modify(|settled| settled.add(batch[0].lane, Ok(Delivered { partition: 2, offset: 7 })));
        courier.batches.recv().await
    });
    let failure = feed.run(&get, &mut outbox, stop, &mut |_| {}).await.unwrap_err();
    assert_eq!((failure.summary.acknowledged, failure.summary.unacknowledged), (1, 2));
    assert!(
        failure.error.to_string().starts_with("Kafka has not acknowledged 2 records for topic `user_created`"),
        "{}",
        failure.error
    );
    silent.abort();
}

#[tokio::test]
async fn an_interrupted_run_keeps_what_it_has_and_says_so() {
    let (url, _times) = serve(vec![people(&["a"])]).await;
    let mut task = task();
    task.http.url = url;
    task.http.every = Duration::from_mins(1);
    let get = get(&task);
    let feed = quick(Feed::new(task, IngestLimit::Count(9)).unwrap());
    let (mut outbox, courier) = outbox::pair();
    let kept = acknowledge(courier);
    let (stop_now, stop) = watch::channel(false);
    let mut on_event = |_| {
        stop_now.send_replace(true);
    };
    let summary = feed.run(&get, &mut outbox, stop, &mut on_event).await.unwrap();
    drop(outbox);
    assert_eq!((summary.interrupted, summary.acknowledged), (true, 1));
    assert_eq!(kept.await.unwrap().len(), 1);
}

#[tokio::test]
async fn another_shape_of_source_needs_no_code() {
    let mut task = task();
    task.http.records = "$".into();
    let ran = run_task(task.clone(), IngestLimit::Count(2), vec![ok(&json!([person("a"), person("b")]))]).await;
    assert_eq!(names(&ran.messages), ["a", "b"]);
    task.http.records = "$.data['the rows']".into();
    let ran = run_task(task, IngestLimit::Count(1), vec![ok(&json!({ "data": { "the rows": [person("c")] } }))]).await;
    assert_eq!(names(&ran.messages), ["c"]);
}
