//! The known ways in which stacks fail, as data: the files below `data/`, read once when something is first judged.
//!
//! Each says where it may show, by which words, what it means and what to do. A new one is an entry there and a log in
//! `tests/logs` that it, and no other, recognises.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::doctor::evidence::{Kind, Passage};

/// What a cause lies in, the deepest first: what is further down explains what is above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The machine and its engine: disk, memory, clock, network names.
    Machine,
    /// A container that is stopped, killed, cut off.
    Container,
    /// Images, versions, settings, logins.
    Setup,
    /// What services hold: topics, tables, the connection, DAGs, checkpoints.
    Resource,
    /// The user's code and records.
    Program,
    /// What is seen when something else has failed.
    Symptom,
}

/// One way to fail.
#[derive(Debug, Clone)]
pub struct Signature {
    pub id: String,
    pub title: String,
    pub layer: Layer,
    /// Where it may show.
    pub kinds: Vec<Kind>,
    /// Beginnings of subjects it is about; all when empty.
    about: Vec<String>,
    /// It never passes by itself: it counts in the log of a service that works, too.
    standing: bool,
    patterns: Vec<Regex>,
    unless: Vec<Regex>,
    /// A later line of the same place that says so makes it a thing of the past.
    over: Vec<Regex>,
    pub cause: String,
    pub fix: String,
    /// Where it is known from.
    pub source: String,
}

/// A line that was recognised: what it means, in its own names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    pub signature: &'static Signature,
    pub cause: String,
    pub fix: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    title: String,
    layer: Layer,
    #[serde(rename = "in")]
    kinds: Vec<Kind>,
    #[serde(default)]
    about: Vec<String>,
    #[serde(default)]
    standing: bool,
    #[serde(rename = "match")]
    patterns: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    over: Vec<String>,
    cause: String,
    fix: String,
    source: String,
}

/// Knows every failed stage, where nothing else does.
pub const ANY_STAGE: &str = "SD619";

const FILES: [&str; 6] = [
    include_str!("data/engine.yaml"),
    include_str!("data/kafka.yaml"),
    include_str!("data/cassandra.yaml"),
    include_str!("data/spark.yaml"),
    include_str!("data/airflow.yaml"),
    include_str!("data/data.yaml"),
];

static ALL: LazyLock<Vec<Signature>> = LazyLock::new(|| {
    let entries = FILES.iter().flat_map(|text| {
        serde_yaml::from_str::<Vec<Entry>>(text).expect("our own signatures are sound: a test reads them all")
    });
    entries.map(Signature::from).collect()
});

/// Every signature, in the order of their numbers.
pub fn all() -> impl Iterator<Item = &'static Signature> {
    ALL.iter()
}

/// The signature of a number, in any case.
#[must_use]
pub fn find(id: &str) -> Option<&'static Signature> {
    all().find(|signature| signature.id.eq_ignore_ascii_case(id))
}

/// What a line of a passage means; where several signatures know it, the deepest.
#[must_use]
pub fn recognise(passage: &Passage, line: &str) -> Option<Match> {
    let known = all().filter(|signature| signature.may_show_in(passage));
    let found = known.filter_map(|signature| Some((signature, signature.captures(line)?)));
    let (signature, captures) = found.min_by_key(|(signature, _)| signature.layer)?;
    Some(Match {
        signature,
        cause: fill(&signature.cause, passage, &captures),
        fix: fill(&signature.fix, passage, &captures),
    })
}

impl Signature {
    /// Whether one of these lines, which came after, says that it has passed.
    #[must_use]
    pub fn is_over<'line>(&self, mut later: impl Iterator<Item = &'line str>) -> bool {
        !self.over.is_empty() && later.any(|line| self.over.iter().any(|pattern| pattern.is_match(line)))
    }

    fn may_show_in(&self, passage: &Passage) -> bool {
        use crate::doctor::evidence::Standing;
        (self.standing || passage.standing == Standing::Troubled)
            && self.kinds.contains(&passage.kind)
            && (self.about.is_empty() || self.about.iter().any(|start| passage.subject.starts_with(start.as_str())))
    }

    fn captures<'line>(&self, line: &'line str) -> Option<regex::Captures<'line>> {
        let captures = self.patterns.iter().find_map(|pattern| pattern.captures(line))?;
        (!self.unless.iter().any(|pattern| pattern.is_match(line))).then_some(captures)
    }
}

impl From<Entry> for Signature {
    fn from(entry: Entry) -> Self {
        let compiled = |patterns: Vec<String>| {
            let sound = |pattern: String| Regex::new(&pattern).expect("our own patterns are sound: a test reads them");
            patterns.into_iter().map(sound).collect()
        };
        Self {
            id: entry.id,
            title: entry.title,
            layer: entry.layer,
            kinds: entry.kinds,
            about: entry.about,
            standing: entry.standing,
            patterns: compiled(entry.patterns),
            unless: compiled(entry.unless),
            over: compiled(entry.over),
            cause: entry.cause.trim().to_string(),
            fix: entry.fix.trim().to_string(),
            source: entry.source,
        }
    }
}

impl PartialEq for Signature {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Signature {}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Machine => "machine",
            Self::Container => "container",
            Self::Setup => "setup",
            Self::Resource => "resource",
            Self::Program => "program",
            Self::Symptom => "symptom",
        })
    }
}

/// `{subject}` and `{name}` are the passage's, any other name a group of the pattern.
fn fill(text: &str, passage: &Passage, captures: &regex::Captures<'_>) -> String {
    let name = passage.subject.split_once('/').map_or(passage.subject.as_str(), |(_, name)| name);
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((word, end)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        match word {
            "subject" => filled.push_str(&passage.subject),
            "name" => filled.push_str(name),
            group => filled.push_str(captures.name(group).map_or("?", |found| found.as_str())),
        }
        rest = end;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn numbers_rise_and_every_signature_is_whole() {
        let ids: Vec<&str> = all().map(|signature| signature.id.as_str()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        assert!(ids.len() >= 40);
        for signature in all() {
            let number = signature.id.strip_prefix("SD").map(str::parse::<u16>);
            assert!(matches!(number, Some(Ok(100..1000))), "{}", signature.id);
            for text in [&signature.title, &signature.cause, &signature.fix, &signature.source] {
                assert!(!text.is_empty() && !text.ends_with('\n'), "{}", signature.id);
            }
            assert!(!signature.kinds.is_empty() && !signature.patterns.is_empty(), "{}", signature.id);
        }
    }

    #[test]
    fn every_name_in_a_text_is_a_group_of_every_pattern() {
        for signature in all() {
            let words = [&signature.cause, &signature.fix]
                .into_iter()
                .flat_map(|text| text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(word, _)| word));
            for word in words.filter(|word| !["subject", "name"].contains(word)) {
                for pattern in &signature.patterns {
                    let groups: BTreeSet<&str> = pattern.capture_names().flatten().collect();
                    assert!(groups.contains(word), "{}: no group `{word}` in {pattern}", signature.id);
                }
            }
        }
    }
}
