//! Trials: a job, small given data, and what must come of it. Pure.
//!
//! `read` makes trials of the files `tests/*.yaml`, `question` the files that one container of the jobs' image is given,
//! `answer` is what it says, `verdict` compares. Who runs the container is `errand`'s business; how it is shown, `report`'s.

pub mod answer;
pub mod cells;
mod expect;
#[cfg(test)]
mod fixture;
mod pairing;
pub mod question;
pub mod read;
pub mod verdict;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::diagnostic::Span;

/// The folder beside pipeline.yaml in which files of tests are looked for.
pub const FOLDER: &str = "tests";

/// One case of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Relative to the project's folder.
    pub file: String,
    pub job: String,
    /// A sentence.
    pub name: String,
    pub span: Span,
    pub given: Given,
    pub expected: Expected,
}

/// Cells by column, each in the one spelling of its type.
pub type Row = BTreeMap<String, Value>;

/// What is there before the job runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Given {
    pub topics: BTreeMap<String, Vec<Record>>,
    pub tables: BTreeMap<String, Vec<Row>>,
}

/// A record as Kafka has it; nothing is a record without a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    pub key: Option<String>,
    pub value: Option<String>,
}

/// What must come of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// The job ends with an error that says this.
    Failure(Said),
    Results(Results),
}

/// A text and where the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub text: String,
    pub span: Span,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Results {
    /// By sink.
    pub tables: BTreeMap<String, ExpectedRows>,
    /// By the topic of the record.
    pub letters: BTreeMap<String, Vec<ExpectedLetter>>,
    pub prints: Vec<Said>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedRows {
    pub span: Span,
    pub rows: Vec<ExpectedRow>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedRow {
    pub span: Span,
    pub cells: Row,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedLetter {
    pub span: Span,
    pub reason: String,
    pub value: Option<String>,
}
