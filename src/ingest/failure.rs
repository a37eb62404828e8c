//! How a run fails, in words for the person who started it.

use thiserror::Error;

use crate::ingest::answer::SourceError;
use crate::ingest::mapping::MappingError;
use crate::ingest::progress::Summary;

/// With `--count`, a source that answers this often in a row without one usable record will not give the rest either.
pub const BARREN_ANSWERS: u32 = 20;

#[derive(Debug, Error)]
pub enum FeedError {
    #[error(transparent)]
    Mapping(#[from] MappingError),
    #[error("source `{source_name}` has `records: {path}`, which is not a JSON path")]
    Records {
        source_name: String,
        path: String,
        #[source]
        source: serde_json_path::ParseError,
    },
    #[error(transparent)]
    Source(#[from] Box<SourceError>),
    #[error(
        "source `{source_name}` gave no usable record ({fetched} fetched, {dead_letters} to the dead-letter topic); {why}"
    )]
    NothingAccepted { source_name: String, fetched: u64, dead_letters: u64, why: String },
    #[error(
        "source `{source_name}` gave no usable record in {BARREN_ANSWERS} answers in a row; {accepted} of {wanted} are \
         accepted; {why}"
    )]
    Barren { source_name: String, accepted: u64, wanted: u64, why: String },
    #[error("source `{source_name}` gave no record to look at: {why}")]
    NoSample { source_name: String, why: String },
    #[error(
        "Kafka has not acknowledged {count} records for topic `{topic}`: {why}; run it again, keyed rows do not double"
    )]
    Unacknowledged { count: u64, topic: String, why: String },
}

/// A run that failed, with what it did until then.
#[derive(Debug, Error)]
#[error("{error}")]
pub struct FeedFailure {
    pub summary: Box<Summary>,
    #[source]
    pub error: FeedError,
}

impl FeedError {
    pub(super) fn nothing_accepted(source_name: &str, summary: &Summary) -> Self {
        Self::NothingAccepted {
            source_name: source_name.to_owned(),
            fetched: summary.fetched,
            dead_letters: summary.dead_letters,
            why: why_nothing(summary),
        }
    }

    pub(super) fn unacknowledged(topic: &str, summary: &Summary, why: Option<String>) -> Self {
        Self::Unacknowledged {
            count: summary.unacknowledged,
            topic: topic.to_owned(),
            why: why.unwrap_or_else(|| "no report came in time".to_owned()),
        }
    }

    pub(super) fn barren(source_name: &str, summary: &Summary, wanted: u64) -> Self {
        Self::Barren {
            source_name: source_name.to_owned(),
            accepted: summary.accepted,
            wanted,
            why: why_nothing(summary),
        }
    }
}

fn why_nothing(summary: &Summary) -> String {
    match (&summary.first_rejection, &summary.last_fault) {
        (Some(rejection), _) => format!("the first was rejected: {rejection}"),
        (None, Some(fault)) if summary.requests == 0 => format!("the last attempt failed: {fault}"),
        (None, _) if summary.requests == 0 => "no answer came before the end of the run".to_owned(),
        (None, _) => "its lists of records were empty".to_owned(),
    }
}
