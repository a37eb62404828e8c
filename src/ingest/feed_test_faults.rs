//! What the loop does when the source is slow, broken, angry or not a source at all.

use serde_json::json;

use super::source::{Reply, answer_with, ok, people};
use super::*;
use crate::ingest::answer::{Fault, SourceError};

#[tokio::test]
async fn a_passing_fault_of_any_kind_is_outlived() {
    let html = answer_with("200 OK", "content-type: text/html\r\n", "<html>maintenance</html>");
    let faults = vec![
        answer_with("500 Internal Server Error", "", "oops"),
        Reply::Reset,
        Reply::Stall,
        html,
        answer_with("200 OK", "content-type: application/json\r\n", "{\"results\": [{"),
        ok(&json!({ "error": "soon" })),
        ok(&json!({ "results": null })),
    ];
    for fault in faults {
        let ran = run(IngestLimit::Count(1), vec![fault, people(&["a"])]).await;
        let why = ran.events.iter().find(|event| matches!(event, Event::Retrying { .. }));
        assert!(why.is_some());
        let summary = ran.result.unwrap();
        assert_eq!((summary.acknowledged, summary.retries), (1, 1), "{why:?}");
    }
}

#[tokio::test]
async fn a_fault_that_stays_is_an_error_after_all_retries() {
    let cases = [
        (answer_with("503 Service Unavailable", "", "down"), "status 503: down"),
        (
            answer_with("200 OK", "content-type: text/html\r\n", "<html>login</html>"),
            "expected JSON, found text/html: <html>login</html>",
        ),
        (
            ok(&json!({ "error": "x" })),
            "expected a list of records at `$.results`, found an object without `results`: {\"error\":\"x\"}",
        ),
        (ok(&json!({ "results": {} })), "expected a list of records at `$.results`, found an object"),
        (Reply::Reset, "no complete answer"),
        (Reply::Stall, "no complete answer"),
    ];
    for (reply, expected) in cases {
        let ran = run(IngestLimit::Count(1), vec![reply]).await;
        assert_eq!(ran.times.len(), 3, "{expected}");
        assert!(ran.error().contains("gave no records in 3 attempts"), "{}", ran.error());
        assert!(ran.error().contains(expected), "{}", ran.error());
        assert!(ran.messages.is_empty());
    }
}

#[tokio::test]
async fn a_permanent_refusal_ends_the_run_at_once_and_shows_no_secret() {
    let ran =
        run(IngestLimit::Count(1), vec![answer_with("404 Not Found", "", "no such path, token t0ken-value")]).await;
    assert_eq!(ran.times.len(), 1);
    let error = ran.error();
    assert!(error.contains("refused the request") && error.ends_with("status 404: no such path, token ***"), "{error}");
    assert!(!error.contains("s3cr3t-key"), "{error}");
}

#[tokio::test]
async fn what_was_accepted_before_a_failure_is_still_acknowledged() {
    let ran = run(IngestLimit::Count(9), vec![people(&["a", "b"]), answer_with("401 Unauthorized", "", "")]).await;
    let failure = ran.result.unwrap_err();
    assert_eq!(failure.summary.acknowledged, 2);
    let FeedError::Source(source) = failure.error else {
        panic!("{}", failure.error);
    };
    assert!(matches!(*source, SourceError::Refused { fault: Fault::Status { status: 401, .. }, .. }));
}

#[tokio::test]
async fn no_request_is_made_during_a_ban() {
    let ban = answer_with("429 Too Many Requests", "retry-after: 1\r\n", "");
    let ran = run(IngestLimit::Count(1), vec![ban, people(&["a"])]).await;
    assert_eq!(ran.times.len(), 2);
    assert!(ran.times[1] - ran.times[0] >= Duration::from_secs(1));
    assert_eq!(ran.result.unwrap().acknowledged, 1);
}

#[tokio::test]
async fn a_ban_longer_than_a_run_waits_is_an_error() {
    let ran = run(IngestLimit::Count(1), vec![answer_with("503 Busy", "retry-after: 3600\r\n", "")]).await;
    assert_eq!(ran.times.len(), 1);
    assert!(
        ran.error().contains("asks not to be asked for 3600 s, more than the 300 s a run waits"),
        "{}",
        ran.error()
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_read() {
    let huge = answer_with("200 OK", "content-type: application/json\r\n", &"[".repeat(answer::MAX_BODY_BYTES + 1));
    let ran = run(IngestLimit::Count(1), vec![huge]).await;
    assert!(ran.error().contains("no complete answer"), "{}", ran.error());
}
