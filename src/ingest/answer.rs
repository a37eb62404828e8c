//! One request to a source, repeated while it may still succeed, until a list of records is in hand.
//!
//! Errors show the address without its query and a short excerpt of the body with the query's values blotted out: an API
//! key in the address must not reach a log.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use thiserror::Error;
use tokio::time::sleep;

use crate::ingest::path::Path;
use crate::ingest::retry::{self, Patience};
use crate::ingest::task::IngestTask;
use crate::model::pipeline::HttpSource;
use crate::systems::http::{self, HttpError};

/// A larger body is not read.
pub const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

const EXCERPT_CHARS: usize = 200;

/// A complete HTTP answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub retry_after: Option<String>,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

/// Why there is none: no connection, a timeout, a reset, a body that is too large.
pub type NoAnswer = Box<dyn Error + Send + Sync>;

/// One request to a source each time it is called: the same for whoever asks one.
///
/// # Errors
/// When the machine's certificates cannot be used.
pub fn asking(source: &HttpSource) -> Result<impl AsyncFn() -> Result<Response, NoAnswer> + use<>, HttpError> {
    let client = http::client()?;
    let HttpSource { url, query, timeout, .. } = source.clone();
    Ok(async move || {
        let answer = http::fetch(&client, &url, &query, timeout, MAX_BODY_BYTES).await?;
        Ok(Response {
            status: answer.status,
            retry_after: answer.retry_after,
            content_type: answer.content_type,
            body: answer.body,
        })
    })
}

/// What was wrong with one attempt.
#[derive(Debug, Error)]
pub enum Fault {
    #[error("no complete answer")]
    NoAnswer(#[source] NoAnswer),
    #[error("status {status}{excerpt}")]
    Status { status: u16, excerpt: String, retry_after: Option<Duration> },
    #[error("expected JSON, found {content_type}{excerpt}")]
    NotJson {
        content_type: String,
        excerpt: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("expected a list of records at `{path}`, found {found}{excerpt}")]
    NoList { path: String, found: String, excerpt: String },
}

/// A source that gives no records.
#[derive(Debug, Error)]
pub enum SourceError {
    #[error(
        "source `{source_name}` at {url} refused the request; repeating it would not help, check its address and query"
    )]
    Refused {
        source_name: String,
        url: String,
        #[source]
        fault: Fault,
    },
    #[error("source `{source_name}` at {url} gave no records in {attempts} attempts")]
    GaveUp {
        source_name: String,
        url: String,
        attempts: u32,
        #[source]
        fault: Fault,
    },
    #[error(
        "source `{source_name}` at {url} asks not to be asked for {wait_seconds} s, more than the {longest_seconds} s \
         a run waits; try later, or raise `every`"
    )]
    Banned {
        source_name: String,
        url: String,
        wait_seconds: u64,
        longest_seconds: u64,
        #[source]
        fault: Fault,
    },
}

/// The source is about to be asked again.
pub struct Again<'a> {
    pub attempt: u32,
    pub wait: Duration,
    pub fault: &'a Fault,
}

/// Asks until a list of records has come, or until there is no hope. Dropping the future stops it at any point.
///
/// # Errors
/// The source refused for good, or failed more often than the task allows.
pub async fn records(
    task: &IngestTask,
    list: &Path,
    patience: &Patience,
    get: &impl AsyncFn() -> Result<Response, NoAnswer>,
    mut on_retry: impl FnMut(Again<'_>),
) -> Result<Vec<Value>, SourceError> {
    let (source_name, url) = (task.source.clone(), without_query(&task.http.url));
    let mut waits = patience.waits();
    for attempt in 1.. {
        let fault = match attempt_once(task, list, get).await {
            Ok(records) => return Ok(records),
            Err(fault) => fault,
        };
        if !may_pass(&fault) {
            return Err(SourceError::Refused { source_name, url, fault });
        }
        let Some(wait) = waits.next() else {
            return Err(SourceError::GaveUp { source_name, url, attempts: attempt, fault });
        };
        let ban = match &fault {
            Fault::Status { retry_after: Some(ban), .. } => *ban,
            _ => Duration::ZERO,
        };
        if ban > patience.longest_ban {
            let (wait_seconds, longest_seconds) = (ban.as_secs(), patience.longest_ban.as_secs());
            return Err(SourceError::Banned { source_name, url, wait_seconds, longest_seconds, fault });
        }
        let wait = wait.max(ban);
        on_retry(Again { attempt, wait, fault: &fault });
        sleep(wait).await;
    }
    unreachable!("the waits end before the attempts do")
}

async fn attempt_once(
    task: &IngestTask,
    list: &Path,
    get: &impl AsyncFn() -> Result<Response, NoAnswer>,
) -> Result<Vec<Value>, Fault> {
    let response = get().await.map_err(Fault::NoAnswer)?;
    let excerpt = || excerpt(&response.body, &task.http.query);
    if !(200..300).contains(&response.status) {
        let retry_after =
            response.retry_after.as_deref().and_then(|header| retry::retry_after(header, Timestamp::now()));
        return Err(Fault::Status { status: response.status, excerpt: excerpt(), retry_after });
    }
    let document: Value = serde_json::from_slice(&response.body).map_err(|source| Fault::NotJson {
        content_type: response.content_type.clone().unwrap_or_else(|| "a body of no type".to_owned()),
        excerpt: excerpt(),
        source,
    })?;
    list.take_list(document).map_err(|found| Fault::NoList { path: list.text().to_owned(), found, excerpt: excerpt() })
}

fn may_pass(fault: &Fault) -> bool {
    match fault {
        Fault::Status { status, .. } => retry::is_passing(*status),
        Fault::NoAnswer(_) | Fault::NotJson { .. } | Fault::NoList { .. } => true,
    }
}

/// A fault and what caused it, on one line.
#[must_use]
pub fn one_line(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        cause = error.source();
    }
    line
}

/// An address that may be shown: no query, no fragment, no user.
#[must_use]
pub fn without_query(url: &str) -> String {
    let bare = &url[..url.find(['?', '#']).unwrap_or(url.len())];
    let Some((scheme, rest)) = bare.split_once("://") else {
        return bare.to_owned();
    };
    let host_end = rest.find('/').unwrap_or(rest.len());
    let host_start = rest[..host_end].rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}://{}", &rest[host_start..])
}

/// The beginning of a body, on one line, with the query's longer values blotted out; empty for an empty body.
fn excerpt(body: &[u8], query: &BTreeMap<String, String>) -> String {
    const SHORTEST_SECRET: usize = 6;
    // Enough to find a value that begins within the excerpt.
    let head = &body[..body.len().min(8 * 1024)];
    let mut text = String::from_utf8_lossy(head).into_owned();
    for value in query.values().filter(|value| value.len() >= SHORTEST_SECRET) {
        text = text.replace(value.as_str(), "***");
    }
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return String::new();
    }
    let more = if line.chars().nth(EXCERPT_CHARS).is_some() { "…" } else { "" };
    format!(": {}{more}", line.chars().take(EXCERPT_CHARS).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_what_may_be_secret() {
        assert_eq!(without_query("https://me:pw@host:1/a/b?key=1#x"), "https://host:1/a/b");
        assert_eq!(without_query("https://host?key=1"), "https://host");
        assert_eq!(without_query("https://host/@a?key=a/b"), "https://host/@a");
    }

    #[test]
    fn an_excerpt_is_short_one_line_and_has_no_query_values() {
        let query = BTreeMap::from([("key".to_owned(), "s3cr3t-key".to_owned()), ("n".to_owned(), "50".to_owned())]);
        let body = "<html>\n  bad\u{7} key s3cr3t-key, 50\r\n";
        assert_eq!(excerpt(body.as_bytes(), &query), ": <html> bad key ***, 50");
        assert_eq!(excerpt(b" \n", &query), "");
        assert_eq!(excerpt("ä".repeat(300).as_bytes(), &query).chars().count(), EXCERPT_CHARS + 3);
        assert_eq!(excerpt(&[0xff, 0xfe, b'a'], &query), ": \u{fffd}\u{fffd}a");
    }
}
