//! What a sample of a source's records shows about its map: counts, kinds and short examples, as data.
//!
//! `ingest::sample` counts, `rules` judge. No whole record is kept.

use std::collections::BTreeMap;

/// One source, looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    pub source: String,
    /// Records that were looked at.
    pub count: usize,
    /// Why there are fewer than were asked for, where that is so.
    pub shortfall: Option<String>,
    pub fields: Vec<FieldSurvey>,
    /// Paths in the records that the map does not use.
    pub unmapped: Vec<String>,
    /// Records whose key another record of the sample has.
    pub repeated_keys: usize,
}

/// A source's recorded answers, looked at as its replay would serve them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayed {
    Served(Survey),
    /// The service would stop at the file, or the ingest find no records in its answers.
    Refused {
        source: String,
        fault: ReplayFault,
        why: String,
    },
}

/// Where a replay and the pipeline do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayFault {
    /// The file as a whole.
    File,
    /// A line of it, from 1.
    Line(usize),
    /// The source's `records` does not lead to the list.
    List,
}

/// One field of the topic's schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSurvey {
    pub field: String,
    /// What its paths gave, in the order of the map. Nothing for fields that no path fills.
    pub paths: Vec<PathSurvey>,
    /// Records in which the field has no value.
    pub empty: usize,
    /// Records that would be dead letters for this field's value.
    pub failing: usize,
    /// The first reason.
    pub reason: Option<String>,
}

/// One path of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathSurvey {
    pub path: String,
    /// Records in which nothing is there, or null.
    pub empty: usize,
    /// By kind of value: `text`, `a number`.
    pub kinds: BTreeMap<String, Seen>,
}

/// Values of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    pub count: usize,
    /// The first, shortened; nothing where its name says that it is nobody's business.
    pub example: Option<String>,
}
