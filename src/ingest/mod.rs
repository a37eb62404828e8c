//! From a source to its topic: fetch, map, produce, and count only what Kafka has acknowledged.
//!
//! `path`, `cast`, `spelling`, `rule`, `mapping`, `survey`, `dead_letter` and `retry` are pure; `task` is the data a run is made of; `answer` asks the
//! source, `sample` and `record` ask for a few only, `outbox` hands records to the producer, `feed` is the loop and
//! `failure` how it fails,
//! `tally` notes in Kafka what became of a run. Nothing here prints, reads a file or catches a signal.

pub mod task;

pub mod cast;
pub mod dead_letter;
pub mod mapping;
pub mod path;
pub mod retry;
mod rule;
pub mod spelling;
pub mod survey;

pub mod answer;
pub mod failure;
pub mod feed;
pub mod outbox;
pub mod progress;
pub mod record;
pub mod sample;
pub mod tally;
