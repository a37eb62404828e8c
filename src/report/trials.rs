//! What came of trials: a line per case with the differences in place of the expectation, JSON, and `JUnit`'s XML.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::diagnostics::beside;
use super::junit::{self, Case, Outcome, Suite};
use super::text::plain;
use crate::trial::verdict::{Fault, State, Verdict};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// All verdicts of one run.
#[derive(Debug)]
pub struct Result<'a> {
    pub verdicts: &'a [Verdict<'a>],
    /// From the start of the container to its end.
    pub seconds: f64,
    /// The pipeline's file as the user knows it: files of tests lie beside it.
    pub pipeline: &'a str,
}

impl Result<'_> {
    #[must_use]
    pub fn failed_count(&self) -> usize {
        self.verdicts.iter().filter(|one| one.state != State::Ok).count()
    }

    fn file(&self, verdict: &Verdict<'_>) -> String {
        beside(self.pipeline, &verdict.trial.file)
    }

    /// `tests/a.yaml:12:9: ...`
    fn located(&self, verdict: &Verdict<'_>, fault: &Fault) -> String {
        format!("{}:{}:{}: {}", self.file(verdict), fault.line, fault.column, plain(&fault.said))
    }
}

/// A line per case, and under it what is not as expected.
#[must_use]
pub fn list(result: &Result<'_>) -> String {
    let mut text = String::new();
    let mut job = "";
    for verdict in result.verdicts {
        if verdict.trial.job != job {
            job = &verdict.trial.job;
            let _ = writeln!(text, "{job}  {DIM}{}{DIM:#}", result.file(verdict));
        }
        let (style, word) = match verdict.state {
            State::Ok => (GOOD, "ok"),
            State::Failed => (BAD, "failed"),
            State::NotRun => (BAD, "not run"),
        };
        let name = plain(&verdict.trial.name);
        let _ = writeln!(text, "  {style}{word:<7}{style:#} {name}  {DIM}{:.2} s{DIM:#}", verdict.seconds);
        for fault in &verdict.faults {
            let _ = writeln!(text, "          {}", result.located(verdict, fault));
        }
    }
    text
}

/// One line that says how it went.
#[must_use]
pub fn summary(result: &Result<'_>) -> String {
    let all = cases(result.verdicts.len());
    let seconds = result.seconds;
    match result.failed_count() {
        0 => format!("{all} ok in {seconds:.1} s"),
        failed => format!("{failed} of {all} failed in {seconds:.1} s"),
    }
}

/// `1 case`, `8 cases`.
#[must_use]
pub fn cases(count: usize) -> String {
    format!("{count} case{}", if count == 1 { "" } else { "s" })
}

#[must_use]
pub fn value(result: &Result<'_>) -> Value {
    let cases = result.verdicts.iter().map(|one| {
        json!({
            "job": one.trial.job,
            "case": one.trial.name,
            "file": result.file(one),
            "line": one.trial.span.line,
            "state": one.state,
            "seconds": one.seconds,
            "faults": one.faults,
        })
    });
    let cases: Vec<Value> = cases.collect();
    json!({
        "passed": result.failed_count() == 0,
        "failed": result.failed_count(),
        "seconds": (result.seconds * 1000.0).round() / 1000.0,
        "cases": cases,
    })
}

/// One suite per file.
#[must_use]
pub fn junit(result: &Result<'_>, project: &str) -> String {
    let mut suites: Vec<Suite> = Vec::new();
    for verdict in result.verdicts {
        let name = result.file(verdict);
        let faults: Vec<String> = verdict.faults.iter().map(|fault| result.located(verdict, fault)).collect();
        let first = verdict.faults.first().map(|fault| fault.said.clone()).unwrap_or_default();
        let outcome = match verdict.state {
            State::Ok => Outcome::Passed(String::new()),
            State::Failed => Outcome::Failed { message: first, detail: faults.join("\n") },
            State::NotRun => Outcome::Skipped(first),
        };
        let class = format!("{project}.{}", verdict.trial.job);
        let case = Case { name: verdict.trial.name.clone(), class, seconds: verdict.seconds, outcome };
        match suites.iter_mut().find(|suite| suite.name == name) {
            Some(suite) => suite.cases.push(case),
            None => suites.push(Suite { name, cases: vec![case] }),
        }
    }
    junit::document(project, &suites, result.seconds)
}
