//! From evidence to findings, the deepest cause first. Pure: the same evidence gives the same diagnosis.

use serde::Serialize;

use crate::doctor::cause::telling;
use crate::doctor::evidence::{Evidence, Kind, Standing};
use crate::doctor::signatures::{self, Layer};

/// Lines quoted from each place where nothing was recognised.
const TELLING_LINES: usize = 3;
/// Places quoted per finding.
const MOST_QUOTES: usize = 5;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// The deepest first; empty where nothing is wrong.
    pub findings: Vec<Finding>,
    /// How many passages of each kind were read.
    pub looked_at: Vec<String>,
    /// What could not be looked at, and why.
    pub gaps: Vec<String>,
    /// What was said by those in trouble, where no finding explains it.
    pub telling: Vec<Quote>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub code: String,
    pub title: String,
    pub layer: Layer,
    pub cause: String,
    pub fix: String,
    /// The last line of each place that shows it; a few places at most.
    pub evidence: Vec<Quote>,
    /// How many lines show it.
    pub count: usize,
}

/// A line and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quote {
    pub kind: Kind,
    pub subject: String,
    /// RFC 3339, or empty.
    pub at: String,
    pub text: String,
}

/// Everything that is wrong by this evidence.
#[must_use]
pub fn diagnose(evidence: &Evidence) -> Diagnosis {
    let mut findings: Vec<Finding> = Vec::new();
    for passage in &evidence.passages {
        for (line, place) in passage.lines.iter().zip(1..) {
            let Some(found) = signatures::recognise(passage, &line.text) else { continue };
            if found.signature.is_over(passage.lines[place..].iter().map(|line| line.text.as_str())) {
                continue;
            }
            let quote = Quote {
                kind: passage.kind,
                subject: passage.subject.clone(),
                at: line.at.clone(),
                text: line.text.clone(),
            };
            // One cause is said once per place, in whatever words a log repeats it.
            let same = |one: &&mut Finding| {
                let here =
                    || one.evidence.iter().any(|known| known.kind == quote.kind && known.subject == quote.subject);
                one.code == found.signature.id && (one.cause == found.cause || here())
            };
            match findings.iter_mut().find(same) {
                Some(finding) => finding.add(quote),
                None => findings.push(Finding {
                    code: found.signature.id.clone(),
                    title: found.signature.title.clone(),
                    layer: found.signature.layer,
                    cause: found.cause,
                    fix: found.fix,
                    evidence: vec![quote],
                    count: 1,
                }),
            }
        }
    }
    findings.sort_by(|a, b| a.depth().cmp(&b.depth()));
    let telling = if findings.iter().any(|finding| finding.layer < Layer::Symptom) {
        Vec::new()
    } else {
        telling_lines(evidence)
    };
    Diagnosis { findings, looked_at: looked_at(evidence), gaps: evidence.gaps.clone(), telling }
}

impl Diagnosis {
    /// Nothing is wrong with what was looked at.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.findings.is_empty()
    }
}

impl Finding {
    fn add(&mut self, quote: Quote) {
        self.count += 1;
        let has_room = self.evidence.len() < MOST_QUOTES;
        match self.evidence.iter_mut().find(|known| known.subject == quote.subject && known.kind == quote.kind) {
            Some(known) => *known = quote,
            None if has_room => self.evidence.push(quote),
            None => {}
        }
    }

    /// Deeper layers first; what is seen in a state before what is read in a log; what went first before what followed.
    fn depth(&self) -> (Layer, Kind, bool, &str, &str) {
        let first = &self.evidence[0];
        (self.layer, first.kind, first.at.is_empty(), &first.at, &self.code)
    }
}

fn looked_at(evidence: &Evidence) -> Vec<String> {
    let mut counts = std::collections::BTreeMap::new();
    for passage in &evidence.passages {
        *counts.entry(passage.kind).or_insert(0_usize) += 1;
    }
    counts.into_iter().map(|(kind, count)| format!("{count} {}", plural(kind, count))).collect()
}

fn plural(kind: Kind, count: usize) -> String {
    match (kind, count) {
        (Kind::Machine, _) => "look at the machine".to_string(),
        (_, 1) => kind.to_string(),
        _ => format!("{kind}s"),
    }
}

fn telling_lines(evidence: &Evidence) -> Vec<Quote> {
    const SPEAKING: [Kind; 4] = [Kind::Log, Kind::Executor, Kind::Task, Kind::Import];
    let troubled = evidence
        .passages
        .iter()
        .filter(|passage| passage.standing == Standing::Troubled && SPEAKING.contains(&passage.kind));
    let quotes = troubled.flat_map(|passage| {
        let told = telling(passage.lines.iter().map(|line| line.text.as_str()), TELLING_LINES);
        let quote = |text: &str| {
            let at = passage.lines.iter().rev().find(|line| line.text == text).map(|line| line.at.clone());
            Quote {
                kind: passage.kind,
                subject: passage.subject.clone(),
                at: at.unwrap_or_default(),
                text: text.to_string(),
            }
        };
        told.into_iter().map(quote).collect::<Vec<_>>()
    });
    quotes.collect()
}
