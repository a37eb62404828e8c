//! What one ingest run is made of: a file that says everything, so that Airflow's task and the command line run the same.
//!
//! Data only. It names no client, and it is read only by the version of the format that wrote it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::model::pipeline::{HttpSource, Pipeline, Projection, Schema};

/// The format this version reads and writes.
pub const FORMAT_VERSION: u32 = 1;

/// A source, its map and its topic, resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestTask {
    pub format_version: u32,
    pub source: String,
    pub http: HttpSource,
    pub map: Vec<(String, Projection)>,
    pub schema: Schema,
    /// The schema's field that is the record's key.
    pub key: Option<String>,
    pub topic: String,
    pub dead_letter_topic: String,
    pub bootstrap: String,
}

/// Where the task will find what it talks to: inside the stack or from the host.
#[derive(Debug, Clone, Copy)]
pub struct Addresses<'a> {
    pub bootstrap: &'a str,
    /// Base address of the replay service (`http://replay:8099`), asked in place of sources that have recorded answers.
    pub replay: &'a str,
}

#[derive(Debug, Error, PartialEq, Eq)]
pub enum TaskError {
    #[error("no source `{0}` in the pipeline")]
    NoSource(String),
    #[error("source `{source_name}` goes to topic `{topic}`, which the pipeline does not have")]
    NoTopic { source_name: String, topic: String },
    #[error("topic `{topic}` has schema `{schema}`, which the pipeline does not have")]
    NoSchema { topic: String, schema: String },
    #[error("not an ingest task: {0}; `sparkflow up` writes it anew")]
    Unreadable(String),
    #[error(
        "ingest task of format {found}, this sparkflow reads format {FORMAT_VERSION}; `sparkflow up` writes it anew"
    )]
    OtherFormat { found: u32 },
}

impl IngestTask {
    /// # Errors
    /// The pipeline lacks the source, or the topic or schema it names.
    pub fn from_pipeline(pipeline: &Pipeline, source_name: &str, addresses: Addresses) -> Result<Self, TaskError> {
        let source = pipeline.sources.get(source_name).ok_or_else(|| TaskError::NoSource(source_name.to_owned()))?;
        let topic = pipeline
            .topics
            .get(&source.to)
            .ok_or_else(|| TaskError::NoTopic { source_name: source_name.to_owned(), topic: source.to.clone() })?;
        let schema = pipeline
            .schemas
            .get(&topic.schema)
            .ok_or_else(|| TaskError::NoSchema { topic: source.to.clone(), schema: topic.schema.clone() })?;
        let mut http = source.http.clone();
        if source.replay.is_some() {
            http.url = replay_url(addresses.replay, source_name, &http.url);
        }
        Ok(Self {
            format_version: FORMAT_VERSION,
            source: source_name.to_owned(),
            http,
            map: source.map.clone(),
            schema: schema.clone(),
            key: topic.key.clone(),
            topic: source.to.clone(),
            dead_letter_topic: dead_letter_topic(&source.to),
            bootstrap: addresses.bootstrap.to_owned(),
        })
    }

    /// # Errors
    /// The text is not a task of this format.
    pub fn from_json(text: &str) -> Result<Self, TaskError> {
        #[derive(Deserialize)]
        struct Version {
            format_version: u32,
        }
        let unreadable = |error: serde_json::Error| TaskError::Unreadable(error.to_string());
        let Version { format_version } = serde_json::from_str(text).map_err(unreadable)?;
        if format_version != FORMAT_VERSION {
            return Err(TaskError::OtherFormat { found: format_version });
        }
        serde_json::from_str(text).map_err(unreadable)
    }

    /// The same task always gives the same bytes.
    ///
    /// # Panics
    /// Never: a task holds nothing that JSON cannot.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a task holds text, numbers and lists only")
    }
}

/// Where records of `topic` go that could not be used.
#[must_use]
pub fn dead_letter_topic(topic: &str) -> String {
    format!("{topic}.dlq")
}

/// The address of a source's recorded answers: its own path, below the source's name.
#[must_use]
pub fn replay_url(replay: &str, source_name: &str, url: &str) -> String {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path_start = after_scheme.find(['/', '?', '#']).unwrap_or(after_scheme.len());
    format!("{}/{source_name}{}", replay.trim_end_matches('/'), &after_scheme[path_start..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::mapping::tests::task;

    #[test]
    fn a_task_survives_its_file() {
        let task = task();
        assert_eq!(IngestTask::from_json(&task.to_json()), Ok(task));
    }

    #[test]
    fn another_format_is_refused_before_it_is_read() {
        assert_eq!(
            IngestTask::from_json(r#"{"format_version": 2, "new": 1}"#),
            Err(TaskError::OtherFormat { found: 2 })
        );
        assert!(matches!(IngestTask::from_json("{}"), Err(TaskError::Unreadable(_))));
    }

    #[test]
    fn a_replayed_source_keeps_its_path_and_query() {
        assert_eq!(
            replay_url("http://replay:8099/", "users", "https://randomuser.me/api/?a=1"),
            "http://replay:8099/users/api/?a=1"
        );
        assert_eq!(replay_url("http://replay:8099", "users", "https://host"), "http://replay:8099/users");
        assert_eq!(replay_url("http://replay:8099", "users", "https://host?x=1"), "http://replay:8099/users?x=1");
    }
}
