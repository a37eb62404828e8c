//! Answers of a source kept for a replay: its records, what else was in the body, and how it counts a page.
//!
//! What a request carries is not kept at all, and what an answer echoes of a credential in it is blotted out.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tokio::time::{Instant, sleep_until};

use crate::ingest::answer::{self, Again, NoAnswer, Response};
use crate::ingest::failure::FeedError;
use crate::ingest::feed;
use crate::ingest::retry::Patience;
use crate::ingest::task::IngestTask;

const BLOTTED: &str = "***";
/// Shorter values are no credentials, and would be found everywhere.
const SHORTEST_SECRET: usize = 4;
/// How parameters that carry a credential end.
const SECRET_NAMES: [&str; 9] =
    ["key", "token", "secret", "password", "passwd", "signature", "sig", "auth", "credentials"];

/// What a replay is made from.
#[derive(Debug, Default, PartialEq)]
pub struct Recording {
    pub records: Vec<Value>,
    /// The first body without its list.
    pub envelope: Map<String, Value>,
    /// The query parameter that was the number of records in an answer.
    pub page_size: Option<String>,
    /// Records of the first answer.
    pub size: usize,
}

/// Asks so many times, at the source's own pace.
///
/// # Errors
/// One of the answers could not be had.
pub async fn record(
    task: &IngestTask,
    answers: usize,
    get: &impl AsyncFn() -> Result<Response, NoAnswer>,
    mut on_retry: impl FnMut(Again<'_>),
) -> Result<Recording, FeedError> {
    let list = feed::list_path(task)?;
    let patience = Patience::with_retries(task.http.retries);
    let body = RefCell::new(Vec::new());
    let kept = async || {
        let response = get().await?;
        body.replace(response.body.clone());
        Ok(response)
    };
    let mut recording = Recording::default();
    for number in 0..answers {
        let next_request = Instant::now() + task.http.every;
        let records = answer::records(task, &list, &patience, &kept, &mut on_retry).await.map_err(Box::new)?;
        if number == 0 {
            recording.envelope = envelope(&body.borrow(), &task.http.records);
            recording.page_size = page_size(&task.http.query, records.len());
            recording.size = records.len();
        }
        recording.records.extend(records);
        if number + 1 < answers {
            sleep_until(next_request).await;
        }
    }
    let secrets = secrets(task);
    recording.records.iter_mut().for_each(|record| blot(record, &secrets));
    recording.envelope.values_mut().for_each(|value| blot(value, &secrets));
    Ok(recording)
}

/// The body's other members. A path that is more than names leaves no envelope.
fn envelope(body: &[u8], records: &str) -> Map<String, Value> {
    let Ok(Value::Object(mut envelope)) = serde_json::from_slice::<Value>(body) else { return Map::new() };
    let names: Vec<&str> = records.trim_start_matches('$').split('.').filter(|name| !name.is_empty()).collect();
    let Some((last, above)) = names.split_last() else { return Map::new() };
    let mut place = Some(&mut envelope);
    for name in above {
        place = place.and_then(|members| members.get_mut(*name)?.as_object_mut());
    }
    if let Some(members) = place {
        members.remove(*last);
    }
    envelope
}

fn page_size(query: &BTreeMap<String, String>, count: usize) -> Option<String> {
    let mut matching = query.iter().filter(|(_, value)| value.parse() == Ok(count));
    let (name, _) = matching.next()?;
    matching.next().is_none().then(|| name.clone())
}

/// Values of the request that nobody else should read.
fn secrets(task: &IngestTask) -> Vec<String> {
    let named = task.http.query.iter().filter(|(name, _)| {
        let name = name.to_lowercase();
        SECRET_NAMES.iter().any(|end| name.ends_with(end))
    });
    let mut secrets: Vec<String> = named.map(|(_, value)| value.clone()).collect();
    let authority = task.http.url.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
    if let Some((user, _)) = authority.rsplit_once('@') {
        secrets.extend(user.split(':').map(str::to_owned));
    }
    secrets.retain(|secret| secret.len() >= SHORTEST_SECRET);
    secrets
}

fn blot(value: &mut Value, secrets: &[String]) {
    match value {
        Value::String(text) => {
            for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
                if text.contains(secret.as_str()) {
                    *text = text.replace(secret.as_str(), BLOTTED);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| blot(item, secrets)),
        Value::Object(members) => members.values_mut().for_each(|member| blot(member, secrets)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ingest::mapping::tests::task;

    async fn recorded(task: &IngestTask, answers: usize, body: &Value) -> Result<Recording, FeedError> {
        let body = body.to_string().into_bytes();
        let get = async || Ok(Response { status: 200, body: body.clone(), ..Response::default() });
        record(task, answers, &get, |_| {}).await
    }

    #[tokio::test]
    async fn each_answer_adds_its_records_and_the_first_gives_the_rest_of_the_body() {
        let body = json!({ "results": [1, 2], "info": { "page": 1 } });
        let found = recorded(&task(), 2, &body).await.unwrap();
        assert_eq!(found.records, [1, 2, 1, 2].map(Value::from));
        assert_eq!(Value::Object(found.envelope), json!({ "info": { "page": 1 } }));
        assert_eq!((found.page_size.as_deref(), found.size), (Some("results"), 2));
    }

    #[tokio::test]
    async fn a_credential_that_an_answer_echoes_is_blotted_out() {
        let mut task = task();
        task.http.query.insert("api_key".into(), "s3cr3t".into());
        task.http.url = "http://anna:hunter2@127.0.0.1:1/".into();
        let body = json!({ "results": [{ "next": "?api_key=s3cr3t" }], "who": ["anna:hunter2"] });
        let found = recorded(&task, 1, &body).await.unwrap();
        assert_eq!(found.records, [json!({ "next": "?api_key=***" })]);
        assert_eq!(found.envelope["who"], json!(["***:***"]));
    }

    #[tokio::test]
    async fn an_answer_that_is_none_ends_the_recording() {
        let failed = recorded(&IngestTask { source: "people".into(), ..task() }, 1, &json!({ "error": 1 })).await;
        assert!(matches!(failed, Err(FeedError::Source(_))));
    }
}
