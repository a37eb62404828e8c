//! The loop against a real HTTP client and a scripted server on loopback, up to the messages ready for Kafka.
//!
//! The producer's end of the outbox is played by the test: it keeps the messages and acknowledges them, or does not.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;
use crate::ingest::answer::{Fault, SourceError};
use crate::ingest::mapping::tests::task;
use crate::ingest::outbox::{self, Courier};
use crate::systems::kafka::producer::Delivered;

/// What the server does with one request.
#[derive(Clone)]
enum Reply {
    Http(String),
    /// The connection is cut before anything is said.
    Reset,
    /// The head arrives, the rest never does.
    Stall,
}

fn http(status: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Http(format!(
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
    ))
}

fn ok(body: &Value) -> Reply {
    http(
        "200 OK",
        "content-type: application/json\r\n",
        &body.to_string(),
    )
}

fn people(names: &[&str]) -> Reply {
    ok(&json!({ "results": names.iter().map(|name| person(name)).collect::<Vec<_>>() }))
}

fn person(name: &str) -> Value {
    json!({ "login": { "uuid": Uuid::now_v7().to_string() }, "name": name })
}

/// Answers each request with the next reply; the last one is given for ever. Records when each request came.
async fn serve(replies: Vec<Reply>) -> (String, Arc<Mutex<Vec<Instant>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "http://{}/api/?key=s3cr3t-key",
        listener.local_addr().unwrap()
    );
    let times = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&times);
    let mut replies = VecDeque::from(replies);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_head(&mut stream).await;
            seen.lock().unwrap().push(Instant::now());
            let reply = if replies.len() > 1 {
                replies.pop_front().unwrap()
            } else {
                replies[0].clone()
            };
            match reply {
                Reply::Http(text) => stream.write_all(text.as_bytes()).await.unwrap_or_default(),
                Reply::Reset => stream.set_zero_linger().unwrap(),
                Reply::Stall => {
                    stream
                        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
                        .await
                        .unwrap();
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_secs(60)).await;
                        drop(stream);
                    });
                }
            }
        }
    });
    (url, times)
}

/// The real client, as the command line uses it.
fn get(task: &IngestTask) -> impl AsyncFn() -> Result<Response, NoAnswer> + use<> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .timeout(task.http.timeout)
        .build()
        .unwrap();
    let (url, query) = (task.http.url.clone(), task.http.query.clone());
    async move || {
        let mut response = client.get(&url).query(&query).send().await?;
        let header = |name: &str| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
        let (status, retry_after, content_type) = (
            response.status().as_u16(),
            header("retry-after"),
            header("content-type"),
        );
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > answer::MAX_BODY_BYTES {
                return Err("the body is too large".into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response {
            status,
            retry_after,
            content_type,
            body,
        })
    }
}

async fn read_head(stream: &mut TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
}

/// Keeps and acknowledges everything, in partition 0 from offset 100.
fn acknowledge(mut courier: Courier) -> JoinHandle<Vec<Outgoing>> {
    tokio::spawn(async move {
        let mut kept: Vec<Outgoing> = Vec::new();
        while let Some(batch) = courier.batches.recv().await {
            for outgoing in batch {
                let offset = 100 + i64::try_from(kept.len()).unwrap();
                courier.settled.send_modify(|settled| {
                    settled.add(
                        outgoing.lane,
                        Ok(Delivered {
                            partition: 0,
                            offset,
                        }),
                    );
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
    let result = feed
        .run(&get, &mut outbox, stop, &mut |event| events.push(event))
        .await;
    drop(outbox);
    let times = times.lock().unwrap().clone();
    Ran {
        result,
        messages: kept.await.unwrap(),
        events,
        times,
    }
}

async fn run(limit: IngestLimit, replies: Vec<Reply>) -> Ran {
    run_task(task(), limit, replies).await
}

fn names(messages: &[Outgoing]) -> Vec<Value> {
    messages
        .iter()
        .map(|message| serde_json::from_str::<Value>(&message.value).unwrap()["name"].clone())
        .collect()
}

#[tokio::test]
async fn a_count_is_met_exactly_over_several_answers() {
    let ran = run(
        IngestLimit::Count(5),
        vec![
            people(&["a", "b"]),
            people(&["c", "d"]),
            people(&["e", "f"]),
        ],
    )
    .await;
    let summary = ran.result.unwrap();
    assert_eq!(names(&ran.messages), ["a", "b", "c", "d", "e"]);
    assert_eq!(
        (
            summary.requests,
            summary.fetched,
            summary.accepted,
            summary.acknowledged
        ),
        (3, 5, 5, 5)
    );
    assert_eq!(
        (summary.offsets[&0].first, summary.offsets[&0].last),
        (100, 104)
    );
    assert_eq!((summary.unacknowledged, summary.interrupted), (0, false));
    let first: Value = serde_json::from_str(&ran.messages[0].value).unwrap();
    assert_eq!(ran.messages[0].key.as_deref(), first["id"].as_str());
    assert!(matches!(
        ran.events.last(),
        Some(Event::Progress(Progress {
            acknowledged: 5,
            in_flight: 0,
            ..
        }))
    ));
}

#[tokio::test]
async fn bad_records_go_to_the_dead_letters_and_do_not_count() {
    let mixed = ok(
        &json!({ "results": [{ "login": {} }, person("a"), { "login": { "uuid": "x" } }, person("b"), person("c")] }),
    );
    let ran = run(IngestLimit::Count(2), vec![mixed]).await;
    let summary = ran.result.unwrap();
    assert_eq!(
        (
            summary.fetched,
            summary.accepted,
            summary.dead_letters,
            summary.acknowledged
        ),
        (4, 2, 2, 2)
    );
    assert_eq!(
        summary.first_rejection.as_deref(),
        Some("field `id`: required, but `$.login.uuid` is missing or null")
    );
    let lanes: Vec<_> = ran.messages.iter().map(|message| message.lane).collect();
    assert_eq!(
        lanes,
        [
            Lane::DeadLetter,
            Lane::Record,
            Lane::DeadLetter,
            Lane::Record
        ]
    );
    let letter: Value = serde_json::from_str(&ran.messages[2].value).unwrap();
    assert_eq!(
        letter["reason"],
        json!("field `id`: expected uuid, found text \"x\"")
    );
    assert_eq!(letter["value"], json!("{\"login\":{\"uuid\":\"x\"}}"));
}

#[tokio::test]
async fn a_passing_fault_of_any_kind_is_outlived() {
    let html = http(
        "200 OK",
        "content-type: text/html\r\n",
        "<html>maintenance</html>",
    );
    let faults = vec![
        http("500 Internal Server Error", "", "oops"),
        Reply::Reset,
        Reply::Stall,
        html,
        http(
            "200 OK",
            "content-type: application/json\r\n",
            "{\"results\": [{",
        ),
        ok(&json!({ "error": "soon" })),
        ok(&json!({ "results": null })),
    ];
    for fault in faults {
        let ran = run(IngestLimit::Count(1), vec![fault, people(&["a"])]).await;
        let why = ran
            .events
            .iter()
            .find(|event| matches!(event, Event::Retrying { .. }));
        assert!(why.is_some());
        let summary = ran.result.unwrap();
        assert_eq!((summary.acknowledged, summary.retries), (1, 1), "{why:?}");
    }
}

#[tokio::test]
async fn a_fault_that_stays_is_an_error_after_all_retries() {
    let cases = [
        (
            http("503 Service Unavailable", "", "down"),
            "status 503: down",
        ),
        (
            http(
                "200 OK",
                "content-type: text/html\r\n",
                "<html>login</html>",
            ),
            "expected JSON, found text/html: <html>login</html>",
        ),
        (
            ok(&json!({ "error": "x" })),
            "expected a list of records at `$.results`, found an object without `results`: {\"error\":\"x\"}",
        ),
        (
            ok(&json!({ "results": {} })),
            "expected a list of records at `$.results`, found an object",
        ),
        (Reply::Reset, "no complete answer"),
        (Reply::Stall, "no complete answer"),
    ];
    for (reply, expected) in cases {
        let ran = run(IngestLimit::Count(1), vec![reply]).await;
        assert_eq!(ran.times.len(), 3, "{expected}");
        assert!(
            ran.error().contains("gave no records in 3 attempts"),
            "{}",
            ran.error()
        );
        assert!(ran.error().contains(expected), "{}", ran.error());
        assert!(ran.messages.is_empty());
    }
}

#[tokio::test]
async fn a_permanent_refusal_ends_the_run_at_once_and_shows_no_secret() {
    let ran = run(
        IngestLimit::Count(1),
        vec![http("404 Not Found", "", "no such path, token t0ken-value")],
    )
    .await;
    assert_eq!(ran.times.len(), 1);
    let error = ran.error();
    assert!(
        error.contains("refused the request")
            && error.ends_with("status 404: no such path, token ***"),
        "{error}"
    );
    assert!(!error.contains("s3cr3t-key"), "{error}");
}

#[tokio::test]
async fn what_was_accepted_before_a_failure_is_still_acknowledged() {
    let ran = run(
        IngestLimit::Count(9),
        vec![people(&["a", "b"]), http("401 Unauthorized", "", "")],
    )
    .await;
    let failure = ran.result.unwrap_err();
    assert_eq!(failure.summary.acknowledged, 2);
    let FeedError::Source(source) = failure.error else {
        panic!("{}", failure.error);
    };
    assert!(matches!(
        *source,
        SourceError::Refused {
            fault: Fault::Status { status: 401, .. },
            ..
        }
    ));
}

#[tokio::test]
async fn no_request_is_made_during_a_ban() {
    let ban = http("429 Too Many Requests", "retry-after: 1\r\n", "");
    let ran = run(IngestLimit::Count(1), vec![ban, people(&["a"])]).await;
    assert_eq!(ran.times.len(), 2);
    assert!(ran.times[1] - ran.times[0] >= Duration::from_secs(1));
    assert_eq!(ran.result.unwrap().acknowledged, 1);
}

#[tokio::test]
async fn a_ban_longer_than_a_run_waits_is_an_error() {
    let ran = run(
        IngestLimit::Count(1),
        vec![http("503 Busy", "retry-after: 3600\r\n", "")],
    )
    .await;
    assert_eq!(ran.times.len(), 1);
    assert!(
        ran.error()
            .contains("asks not to be asked for 3600 s, more than the 300 s a run waits"),
        "{}",
        ran.error()
    );
}

#[tokio::test]
async fn nothing_accepted_is_a_failure_that_says_why() {
    let bad = ok(&json!({ "results": [{ "login": {} }] }));
    let ran = run(
        IngestLimit::For(Duration::from_millis(100)),
        vec![bad.clone()],
    )
    .await;
    assert!(
        ran.error().contains("gave no usable record"),
        "{}",
        ran.error()
    );
    assert!(
        ran.error()
            .contains("the first was rejected: field `id`: required"),
        "{}",
        ran.error()
    );
    let empty = run(
        IngestLimit::For(Duration::from_millis(100)),
        vec![ok(&json!({ "results": [] }))],
    )
    .await;
    assert!(
        empty.error().ends_with("its lists of records were empty"),
        "{}",
        empty.error()
    );
    let late = run(
        IngestLimit::For(Duration::from_millis(100)),
        vec![Reply::Stall],
    )
    .await;
    assert!(
        late.error()
            .ends_with("no answer came before the end of the run"),
        "{}",
        late.error()
    );
    let never = run(IngestLimit::Count(3), vec![people(&["a"]), bad]).await;
    assert!(
        never
            .error()
            .contains("in 20 answers in a row; 1 of 3 are accepted"),
        "{}",
        never.error()
    );
}

#[tokio::test]
async fn a_run_for_a_time_asks_at_the_pace_of_the_file() {
    let mut task = task();
    task.http.every = Duration::from_millis(100);
    let started = Instant::now();
    let ran = run_task(
        task,
        IngestLimit::For(Duration::from_millis(450)),
        vec![people(&["a"])],
    )
    .await;
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
        courier.settled.send_modify(|settled| {
            settled.add(
                batch[0].lane,
                Ok(Delivered {
                    partition: 2,
                    offset: 7,
                }),
            )
        });
        courier.batches.recv().await
    });
    let failure = feed
        .run(&get, &mut outbox, stop, &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(
        (failure.summary.acknowledged, failure.summary.unacknowledged),
        (1, 2)
    );
    assert!(
        failure
            .error
            .to_string()
            .starts_with("Kafka has not acknowledged 2 records for topic `user_created`"),
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
    task.http.every = Duration::from_secs(60);
    let get = get(&task);
    let feed = quick(Feed::new(task, IngestLimit::Count(9)).unwrap());
    let (mut outbox, courier) = outbox::pair();
    let kept = acknowledge(courier);
    let (stop_now, stop) = watch::channel(false);
    let mut on_event = |_| {
        stop_now.send_replace(true);
    };
    let summary = feed
        .run(&get, &mut outbox, stop, &mut on_event)
        .await
        .unwrap();
    drop(outbox);
    assert_eq!((summary.interrupted, summary.acknowledged), (true, 1));
    assert_eq!(kept.await.unwrap().len(), 1);
}

#[tokio::test]
async fn another_shape_of_source_needs_no_code() {
    let mut task = task();
    task.http.records = "$".into();
    let ran = run_task(
        task.clone(),
        IngestLimit::Count(2),
        vec![ok(&json!([person("a"), person("b")]))],
    )
    .await;
    assert_eq!(names(&ran.messages), ["a", "b"]);
    task.http.records = "$.data['the rows']".into();
    let ran = run_task(
        task,
        IngestLimit::Count(1),
        vec![ok(&json!({ "data": { "the rows": [person("c")] } }))],
    )
    .await;
    assert_eq!(names(&ran.messages), ["c"]);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_read() {
    let huge = http(
        "200 OK",
        "content-type: application/json\r\n",
        &"[".repeat(answer::MAX_BODY_BYTES + 1),
    );
    let ran = run(IngestLimit::Count(1), vec![huge]).await;
    assert!(
        ran.error().contains("no complete answer"),
        "{}",
        ran.error()
    );
}
