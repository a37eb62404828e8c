//! A trial held against what came of it: every difference in the words of the file, at its place there.

use serde::Serialize;
use serde_json::Value;

use super::answer::{Answer, End, Letter};
use super::pairing::pairs;
use super::{Expected, ExpectedLetter, ExpectedRow, ExpectedRows, Results, Row, Said, Trial};
use crate::diagnostic::Span;
use crate::ingest::cast::plain_text;
use crate::ingest::spelling::normal;
use crate::model::pipeline::{Pipeline, Sink};

/// Longer cells are cut where they are shown.
const LONGEST_SHOWN: usize = 120;

/// A trial and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict<'a> {
    pub trial: &'a Trial,
    pub state: State,
    pub seconds: f64,
    /// Empty where it is as expected.
    pub faults: Vec<Fault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ok,
    Failed,
    /// Nothing can be said: the run ended before it came to this.
    NotRun,
}

/// Something that is not as expected, and where the file expects it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub line: usize,
    pub column: usize,
    pub said: String,
}

impl Fault {
    fn new(span: Span, said: impl Into<String>) -> Self {
        Self { line: span.line, column: span.column, said: said.into() }
    }
}

/// One verdict per trial. Answers come in the order of the trials; `ended` says why there may be fewer.
#[must_use]
pub fn judge<'a>(trials: &'a [Trial], answers: &[Answer], pipeline: &Pipeline, ended: &str) -> Vec<Verdict<'a>> {
    let mut verdicts: Vec<Verdict<'a>> =
        trials.iter().zip(answers).map(|(trial, answer)| verdict(trial, answer, pipeline)).collect();
    for (index, trial) in trials.iter().enumerate().skip(answers.len()) {
        let (state, said) = if index == answers.len() {
            (State::Failed, format!("the process ended during this case: {ended}"))
        } else {
            (State::NotRun, "not run: the process ended before".to_owned())
        };
        verdicts.push(Verdict { trial, state, seconds: 0.0, faults: vec![Fault::new(trial.span, said)] });
    }
    verdicts
}

fn verdict<'a>(trial: &'a Trial, answer: &Answer, pipeline: &Pipeline) -> Verdict<'a> {
    let faults = match (&answer.end, &trial.expected) {
        (End::Never { seconds }, _) => {
            vec![Fault::new(trial.span, format!("the job was still running after {seconds:.0} s"))]
        }
        (End::Badly { why, all }, Expected::Failure(said)) => wrong_failure(said, why, all),
        (End::Well, Expected::Failure(said)) => {
            vec![Fault::new(said.span, format!("the job ended well; expected an error that says `{}`", said.text))]
        }
        (End::Badly { why, .. }, Expected::Results(_)) => {
            vec![Fault::new(trial.span, format!("the job failed: {why}"))]
        }
        (End::Well, Expected::Results(results)) => differences(trial, results, answer, pipeline),
    };
    let state = if faults.is_empty() { State::Ok } else { State::Failed };
    Verdict { trial, state, seconds: answer.seconds, faults }
}

fn wrong_failure(said: &Said, why: &str, all: &str) -> Vec<Fault> {
    if all.contains(&said.text) {
        return Vec::new();
    }
    vec![Fault::new(said.span, format!("the job failed with another error: {why}"))]
}

fn differences(trial: &Trial, results: &Results, answer: &Answer, pipeline: &Pipeline) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, expected) in &results.tables {
        let none = Vec::new();
        let found = answer.tables.get(name).unwrap_or(&none);
        rows(&Table { name, sink: &pipeline.sinks[name] }, expected, found, &mut faults);
    }
    for (topic, expected) in &results.letters {
        let none = Vec::new();
        letters(trial, topic, expected, answer.letters.get(topic).unwrap_or(&none), &mut faults);
    }
    for (topic, found) in answer.letters.iter().filter(|(topic, _)| !results.letters.contains_key(*topic)) {
        letters(trial, topic, &[], found, &mut faults);
    }
    for said in results.prints.iter().filter(|said| !answer.printed.contains(&said.text)) {
        let last = answer.printed.lines().last().unwrap_or("nothing");
        faults.push(Fault::new(
            said.span,
            format!("the job did not print `{}`; its last line is: {}", said.text, short(last)),
        ));
    }
    faults
}

struct Table<'a> {
    name: &'a str,
    sink: &'a Sink,
}

impl Table<'_> {
    fn key(&self) -> impl Iterator<Item = &String> {
        self.sink.partition_key.iter().chain(&self.sink.clustering_key)
    }

    /// A row that was found, in the spelling that expectations have.
    fn spelt(&self, found: &Row) -> Row {
        let columns = self.sink.columns.iter();
        columns.map(|one| (one.name.clone(), normal(found.get(&one.name).unwrap_or(&Value::Null), &one.kind))).collect()
    }

    /// Whether an expectation names the whole key, and this row has it.
    fn same_key(&self, expected: &Row, found: &Row) -> bool {
        self.key().all(|column| expected.get(column).is_some_and(|cell| found.get(column) == Some(cell)))
    }

    /// The cells that tell a row from others, then the rest.
    fn words(&self, row: &Row) -> String {
        let key: Vec<&String> = self.key().filter(|column| row.contains_key(*column)).collect();
        let rest = row.keys().filter(|column| !key.contains(column));
        let cells = key.iter().copied().chain(rest).map(|column| format!("{column}={}", shown(&row[column])));
        cells.collect::<Vec<_>>().join(", ")
    }
}

/// Rows in any order; columns that an expected row leaves out may hold anything.
fn rows(table: &Table<'_>, expected: &ExpectedRows, found: &[Row], faults: &mut Vec<Fault>) {
    let found: Vec<Row> = found.iter().map(|row| table.spelt(row)).collect();
    let equal =
        |expected: &ExpectedRow, row: &Row| expected.cells.iter().all(|(name, cell)| row.get(name) == Some(cell));
    let partners =
        pairs(expected.rows.len(), found.len(), |index, position| equal(&expected.rows[index], &found[position]));
    let alone: Vec<&ExpectedRow> =
        expected.rows.iter().zip(&partners).filter(|(_, partner)| partner.is_none()).map(|(row, _)| row).collect();
    let mut surplus: Vec<&Row> = found
        .iter()
        .enumerate()
        .filter(|(position, _)| !partners.contains(&Some(*position)))
        .map(|(_, row)| row)
        .collect();
    for row in alone {
        let same_key = surplus.iter().position(|other| table.same_key(&row.cells, other));
        faults.push(match same_key {
            Some(position) => differing(table, row, surplus.remove(position)),
            None => Fault::new(row.span, format!("`{}` has no row {}", table.name, table.words(&row.cells))),
        });
    }
    for row in surplus {
        let said = format!("`{}` has a row that is not expected: {}", table.name, table.words(row));
        faults.push(Fault::new(expected.span, said));
    }
}

fn differing(table: &Table<'_>, expected: &ExpectedRow, found: &Row) -> Fault {
    let key: Row =
        table.key().filter_map(|column| Some((column.clone(), expected.cells.get(column)?.clone()))).collect();
    let different = expected.cells.iter().filter(|(name, cell)| found.get(*name) != Some(*cell));
    let cells = different.map(|(name, cell)| {
        let is = found.get(name).unwrap_or(&Value::Null);
        format!("`{name}` is {}, expected {}", shown(is), shown(cell))
    });
    let cells: Vec<String> = cells.collect();
    Fault::new(expected.span, format!("`{}`, row {}: {}", table.name, table.words(&key), cells.join("; ")))
}

fn letters(trial: &Trial, topic: &str, expected: &[ExpectedLetter], found: &[Letter], faults: &mut Vec<Fault>) {
    let fits = |index: usize, position: usize| {
        let (wanted, is): (&ExpectedLetter, &Letter) = (&expected[index], &found[position]);
        is.reason.contains(&wanted.reason) && (wanted.value.is_none() || wanted.value == is.value)
    };
    let partners = pairs(expected.len(), found.len(), fits);
    for (letter, _) in expected.iter().zip(&partners).filter(|(_, partner)| partner.is_none()) {
        let said = format!("no dead letter of `{topic}` has a reason that says `{}`", letter.reason);
        faults.push(Fault::new(letter.span, said));
    }
    for (_, letter) in found.iter().enumerate().filter(|(position, _)| !partners.contains(&Some(*position))) {
        let value = short(letter.value.as_deref().unwrap_or("nothing"));
        let said = format!("a record of `{topic}` became a dead letter: {}; the record: {value}", letter.reason);
        faults.push(Fault::new(trial.span, said));
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => short(text),
        other => short(&plain_text(other)),
    }
}

fn short(text: &str) -> String {
    if text.chars().nth(LONGEST_SHOWN).is_none() {
        return text.to_owned();
    }
    text.chars().take(LONGEST_SHOWN).collect::<String>() + "..."
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
