//! A few real records of a source, bounded in number, requests, bytes and time; nothing is sent to Kafka.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::ingest::answer::{self, NoAnswer, Response};
use crate::ingest::failure::FeedError;
use crate::ingest::feed;
use crate::ingest::retry::Patience;
use crate::ingest::task::IngestTask;

/// A source that gives few records per answer is not asked for ever.
const MOST_REQUESTS: usize = 20;
const MOST_BYTES: usize = 64 * 1024 * 1024;
const LONGEST: Duration = Duration::from_secs(30);
/// A sample is for a person who waits.
const RETRIES: u32 = 1;

/// What could be had.
#[derive(Debug, Default)]
pub struct Sample {
    pub records: Vec<Value>,
    /// Why there are fewer than were asked for, where that is so.
    pub shortfall: Option<String>,
}

/// Up to `wanted` records, at the source's own pace.
///
/// # Errors
/// The source gave none at all.
pub async fn take(
    task: &IngestTask,
    wanted: usize,
    get: &impl AsyncFn() -> Result<Response, NoAnswer>,
) -> Result<Sample, FeedError> {
    let list = feed::list_path(task)?;
    let end_at = Instant::now() + LONGEST;
    let patience = Patience::with_retries(RETRIES.min(task.http.retries));
    let mut sample = Sample::default();
    let mut bytes = 0_usize;
    for _ in 0..MOST_REQUESTS {
        let next_request = Instant::now() + task.http.every;
        let size = std::cell::Cell::new(0_usize);
        let counted = async || {
            let response = get().await?;
            size.set(response.body.len());
            Ok(response)
        };
        let asked = timeout_at(end_at, answer::records(task, &list, &patience, &counted, |_| {})).await;
        bytes += size.get();
        match asked {
            Err(_) => return short(task, sample, format!("no more came within {} s", LONGEST.as_secs())),
            Ok(Err(error)) if sample.records.is_empty() => return Err(Box::new(error).into()),
            Ok(Err(error)) => return short(task, sample, answer::one_line(&error)),
            Ok(Ok(records)) if records.is_empty() => return short(task, sample, "its list came empty".to_owned()),
            Ok(Ok(records)) => sample.records.extend(records),
        }
        if sample.records.len() >= wanted {
            sample.records.truncate(wanted);
            return Ok(sample);
        }
        if bytes > MOST_BYTES {
            return short(task, sample, format!("more than {} MiB were read", MOST_BYTES >> 20));
        }
        if next_request >= end_at {
            return short(task, sample, format!("no more fit into {} s", LONGEST.as_secs()));
        }
        sleep_until(next_request).await;
    }
    short(task, sample, format!("{MOST_REQUESTS} requests gave no more"))
}

fn short(task: &IngestTask, mut sample: Sample, why: String) -> Result<Sample, FeedError> {
    if sample.records.is_empty() {
        return Err(FeedError::NoSample { source_name: task.source.clone(), why });
    }
    sample.shortfall = Some(why);
    Ok(sample)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::json;

    use super::*;
    use crate::ingest::mapping::tests::task;

    fn answer(records: &Value) -> Response {
        Response { status: 200, body: json!({ "results": records }).to_string().into_bytes(), ..Response::default() }
    }

    #[tokio::test]
    async fn no_more_is_asked_for_than_is_wanted() {
        let asked = Cell::new(0);
        let get = async || {
            asked.set(asked.get() + 1);
            Ok(answer(&json!([1, 2])))
        };
        let sample = take(&task(), 3, &get).await.unwrap();
        assert_eq!((sample.records.len(), sample.shortfall, asked.get()), (3, None, 2));
    }

    #[tokio::test]
    async fn a_source_that_runs_dry_gives_what_it_has_and_the_reason() {
        let asked = Cell::new(0);
        let get = async || {
            asked.set(asked.get() + 1);
            Ok(answer(&if asked.get() == 1 { json!([1]) } else { json!([]) }))
        };
        let sample = take(&task(), 9, &get).await.unwrap();
        assert_eq!((sample.records.len(), sample.shortfall.as_deref()), (1, Some("its list came empty")));
    }

    #[tokio::test]
    async fn a_source_that_gives_one_at_a_time_is_not_asked_for_ever() {
        let get = async || Ok(answer(&json!([1])));
        let sample = take(&task(), 1_000_000, &get).await.unwrap();
        assert_eq!(sample.records.len(), MOST_REQUESTS);
    }

    #[tokio::test]
    async fn a_source_that_gives_nothing_is_an_error_and_no_empty_sample() {
        let empty = async || Ok(answer(&json!([])));
        assert!(matches!(take(&task(), 1, &empty).await, Err(FeedError::NoSample { .. })));
        let refusing = async || Ok(Response { status: 404, ..Response::default() });
        assert!(matches!(take(&task(), 1, &refusing).await, Err(FeedError::Source(_))));
    }
}
