//! The file of a replayed source: one JSON record per line, after an optional first line that says how they are served.
//!
//! ```text
//! {"_replay": {"generated": true, "note": "...", "records": "$.results", "page_size": "results", "page": "page", "envelope": {"info": {}}}}
//! {"login": {"uuid": "..."}, ...}
//! ```
//! Everything is checked when the file is read, so that a bad line stops the service before it answers anybody.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

/// Records in one answer when nobody says how many.
const DEFAULT_SIZE: usize = 50;
/// More than this in one answer is more than the ingest reads.
const LARGEST_PAGE: usize = 5000;
/// Stands in the envelope where the records go; a record cannot contain it unescaped.
const MARK: &str = "\u{0}records";

/// How the records of a fixture are served. Every part may be left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Header {
    /// Made up, not recorded from the source.
    pub generated: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where the list stands in the body: `$`, or names below it. Else what the source's `records` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<String>,
    /// The query parameter with the number of records in one answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<String>,
    /// The query parameter with the number of the answer, from 1. A request without it gets the next records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Records in one answer when the request does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<usize>,
    /// What else is in the body.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub envelope: Map<String, Value>,
}

/// The file's first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct FirstLine {
    #[serde(rename = "_replay")]
    replay: Header,
}

/// A fixture ready to be served.
#[derive(Debug, Clone, PartialEq)]
pub struct Fixture {
    pub source: String,
    pub header: Header,
    /// Each record as its line of JSON.
    records: Vec<String>,
    /// The body before and after the list.
    before: String,
    after: String,
}

#[derive(Debug, Error)]
pub enum FixtureError {
    #[error("{file}:{line}: expected one JSON record per line")]
    Record {
        file: String,
        line: usize,
        #[source]
        source: serde_json::Error,
    },
    #[error("{file}:1: the line `{{\"_replay\": ...}}` cannot be read")]
    Header {
        file: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("{file}:1: expected `records` to be `$` or names below it (`$.data.items`), found `{records}`")]
    Place { file: String, records: String },
    #[error("{file}: no records in it; add one JSON record per line, or run `sparkflow record {source_name}`")]
    Empty { file: String, source_name: String },
}

impl FixtureError {
    /// The line that is wrong, from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Record { line, .. } => Some(*line),
            Self::Header { .. } | Self::Place { .. } => Some(1),
            Self::Empty { .. } => None,
        }
    }
}

impl Fixture {
    /// Reads a fixture's text. `records` is the source's own path of its list, for files whose first line names none.
    ///
    /// # Errors
    /// A line is not JSON, the first line has unknown keys, or there is no record.
    pub fn parse(source: &str, file: &str, records: &str, text: &str) -> Result<Self, FixtureError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).peekable();
        let header = match lines.next_if(|(_, line)| is_header(line)) {
            Some((_, line)) => read_header(file, line)?,
            None => Header::default(),
        };
        let mut kept = Vec::new();
        for (index, line) in lines {
            let record = serde_json::from_str::<IgnoredAny>(line);
            record.map_err(|source| FixtureError::Record { file: file.to_owned(), line: index + 1, source })?;
            kept.push(line.trim().to_owned());
        }
        if kept.is_empty() {
            return Err(FixtureError::Empty { file: file.to_owned(), source_name: source.to_owned() });
        }
        let place = header.records.as_deref().unwrap_or(records);
        let no_place = || FixtureError::Place { file: file.to_owned(), records: place.to_owned() };
        let names = names(place).ok_or_else(no_place)?;
        let (before, after) = envelope(&header.envelope, &names).ok_or_else(no_place)?;
        Ok(Self { source: source.to_owned(), header, records: kept, before, after })
    }

    #[must_use]
    pub fn record_count(&self) -> usize {
        self.records.len()
    }

    /// The records a request gets: the first one's position and their number. No record comes twice in one answer.
    #[must_use]
    pub fn page(&self, query: &BTreeMap<String, String>, cursor: usize) -> (usize, usize) {
        let number = |parameter: &Option<String>| query.get(parameter.as_ref()?)?.parse::<usize>().ok();
        let size = number(&self.header.page_size).or(self.header.size).unwrap_or(DEFAULT_SIZE);
        let size = size.min(LARGEST_PAGE).min(self.records.len());
        let start = match number(&self.header.page) {
            Some(page) => page.saturating_sub(1).saturating_mul(size),
            None => cursor,
        };
        (start % self.records.len(), size)
    }

    /// Whether the request names its page, so that the cursor stays where it is.
    #[must_use]
    pub fn names_page(&self, query: &BTreeMap<String, String>) -> bool {
        self.header.page.as_ref().is_some_and(|parameter| query.contains_key(parameter))
    }

    /// The body with `size` records from `start`, going on at the beginning after the last.
    #[must_use]
    pub fn body(&self, start: usize, size: usize) -> String {
        let mut body = self.before.clone();
        body.push('[');
        for (index, record) in self.records.iter().cycle().skip(start).take(size).enumerate() {
            if index > 0 {
                body.push(',');
            }
            body.push_str(record);
        }
        body.push(']');
        body.push_str(&self.after);
        body
    }
}

/// The text of a fixture file: what `Fixture::parse` reads.
///
/// # Panics
/// Never: a header holds nothing that JSON cannot.
#[must_use]
pub fn write(header: &Header, records: &[Value]) -> String {
    let first = FirstLine { replay: header.clone() };
    let mut text = serde_json::to_string(&first).expect("a header is text, numbers and JSON");
    for record in records {
        text.push('\n');
        text.push_str(&record.to_string());
    }
    text.push('\n');
    text
}

fn is_header(line: &str) -> bool {
    line.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with("\"_replay\""))
}

fn read_header(file: &str, line: &str) -> Result<Header, FixtureError> {
    let first: FirstLine =
        serde_json::from_str(line).map_err(|source| FixtureError::Header { file: file.to_owned(), source })?;
    Ok(first.replay)
}

/// `$.a.b` as names. A body is made from it, so nothing but names will do.
fn names(place: &str) -> Option<Vec<&str>> {
    let rest = place.strip_prefix('$')?;
    if rest.is_empty() {
        return Some(Vec::new());
    }
    let names: Vec<_> = rest.strip_prefix('.')?.split('.').collect();
    let plain = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    names.iter().all(plain).then_some(names)
}

/// The body around the list: the envelope with a mark at the list's place, cut in two at the mark.
fn envelope(envelope: &Map<String, Value>, names: &[&str]) -> Option<(String, String)> {
    let Some((last, above)) = names.split_last() else {
        return Some((String::new(), String::new()));
    };
    let mut body = Value::Object(envelope.clone());
    let mut place = &mut body;
    for name in above {
        let members = place.as_object_mut()?;
        place = members.entry(*name).or_insert_with(|| Value::Object(Map::new()));
    }
    place.as_object_mut()?.insert((*last).to_owned(), Value::from(MARK));
    let text = body.to_string();
    let (before, after) = text.split_once(&Value::from(MARK).to_string())?;
    Some((before.to_owned(), after.to_owned()))
}

#[cfg(test)]
#[path = "fixture_tests.rs"]
mod tests;
