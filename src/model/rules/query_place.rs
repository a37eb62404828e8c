//! Where a part of a query stands: in its .sql file, or in the pipeline's own text.

use std::ops::Range;

use super::Facts;
use crate::diagnostic::{Diagnostic, Span};
use crate::model::pipeline::{Job, JobCode};
use crate::spec::node::{Origin, Style};

/// A job's query, and how to point into it.
#[derive(Clone, Copy)]
pub(super) struct Query<'a> {
    pub text: &'a str,
    /// Of a query in a file.
    path: Option<&'a str>,
    /// The key that holds or names the query.
    named: Span,
    /// Where the text starts in pipeline.yaml, if it stands there letter by letter.
    verbatim: Option<Span>,
}

impl<'a> Query<'a> {
    /// Nothing for a job that is no query.
    pub(super) fn of(facts: &Facts<'_>, name: &str, job: &'a Job) -> Option<Self> {
        match &job.code {
            JobCode::Sql { query } => Some(Self {
                text: query,
                path: None,
                named: facts.place(&["jobs", name, "sql"]),
                verbatim: verbatim(facts, name, query),
            }),
            JobCode::SqlFile { path, query } => Some(Self {
                text: query,
                path: Some(path),
                named: facts.place(&["jobs", name, "file"]),
                verbatim: None,
            }),
            JobCode::Python { .. } | JobCode::Jar { .. } | JobCode::Maven { .. } => None,
        }
    }

    /// Whether a part of the query has a place of its own.
    pub(super) fn points(&self) -> bool {
        self.path.is_some() || self.verbatim.is_some()
    }

    /// Adds a place in the query; all of it where the part has no place of its own.
    pub(super) fn label(&self, diagnostic: Diagnostic, part: Option<&Range<usize>>, text: &str) -> Diagnostic {
        match (self.path, part, self.verbatim) {
            (Some(path), Some(part), _) => diagnostic.in_file(path, Span::of(self.text, part.start, part.end), text),
            (None, Some(part), Some(start)) => diagnostic.at(self.inside(start, part), text),
            _ => diagnostic.at(self.named, text),
        }
    }

    /// One line: characters count on from its start.
    fn inside(&self, start: Span, part: &Range<usize>) -> Span {
        let within = Span::of(self.text, part.start, part.end);
        Span {
            start: start.start + part.start,
            end: start.start + part.end,
            line: start.line,
            column: start.column + within.column - 1,
        }
    }
}

/// The start of a scalar that is written as it is meant: on one line, without escapes or variables.
fn verbatim(facts: &Facts<'_>, name: &str, query: &str) -> Option<Span> {
    let node = facts.scope.root.get("jobs")?.get(name)?.get("sql")?;
    let scalar = node.scalar().filter(|scalar| scalar.origin == Origin::Written && !query.contains('\n'))?;
    let quotes = match scalar.style {
        Style::Plain => 0,
        Style::Quoted => 1,
    };
    let exact = node.span.end.checked_sub(node.span.start) == Some(query.len() + 2 * quotes);
    exact.then_some(Span { start: node.span.start + quotes, column: node.span.column + quotes, ..node.span })
}
