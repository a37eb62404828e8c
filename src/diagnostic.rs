//! Findings about what the user wrote: where, what, and how to mend it.
//!
//! Pure data. Rendering (carets, colour, JSON) is `report`'s business; failures of the world
//! (an engine that does not answer) are errors of the room that met them, not diagnostics.

use serde::{Deserialize, Serialize};

/// A place in a source file: byte offsets plus the line and column a person reads (both from 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
    pub line: usize,
    pub column: usize,
}

impl Span {
    /// The place of `start..end` (bytes) in a text; columns count characters. Positions past the end count as the end.
    #[must_use]
    pub fn of(text: &str, start: usize, end: usize) -> Self {
        let boundary = (0..=start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let before = &text[..boundary];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        Self { start, end, line, column: before[line_start..].chars().count() + 1 }
    }

    /// The place of a whole line, counted from 1.
    #[must_use]
    pub fn of_line(text: &str, line: usize) -> Self {
        let start = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let length = text[start..].lines().next().map_or(0, str::len);
        Self::of(text, start, start + length)
    }
}

/// How bad a finding is. Only errors stop a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Note,
    Warning,
    Error,
}

/// A place and what is to be seen there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// A file of the project, relative to its folder; `None` is pipeline.yaml itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    pub span: Span,
    pub text: String,
}

/// One finding. `labels[0]` is the place it is reported at; a second label shows where the other side stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Stable code, `SF###`.
    pub code: &'static str,
    pub severity: Severity,
    /// What is wrong: lower case, no final period, names in backticks.
    pub message: String,
    pub labels: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
}

impl Diagnostic {
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    #[must_use]
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    fn new(code: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Self { code, severity, message: shortened(message.into()), labels: Vec::new(), help: None }
    }

    /// Adds a place in pipeline.yaml; the first place added, here or in another file, is where the finding is reported.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { file: None, span, text: shortened(text.into()) });
        self
    }

    /// Adds a place in a file that pipeline.yaml names: a query, a job's code.
    #[must_use]
    pub fn in_file(mut self, path: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { file: Some(path.into()), span, text: shortened(text.into()) });
        self
    }

    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(shortened(text.into()));
        self
    }
}

/// Longer texts are cut: a name of a million letters must not be said a thousand times.
const MOST_CHARS: usize = 2_000;

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MOST_CHARS) {
        text.truncate(end);
        text.push_str("...");
    }
    text
}

/// Every finding of one run, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    error_count: usize,
    dropped_count: usize,
}

/// More findings than this are counted, not kept: nobody reads them, and a hostile file must not fill the memory.
const MOST_KEPT: usize = 10_000;
/// With so many findings, no more time is spent on looking for the name that may have been meant.
const MOST_HELPED: usize = 100;

impl Diagnostics {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.error_count += usize::from(diagnostic.severity == Severity::Error);
        if self.found.len() < MOST_KEPT {
            self.found.push(diagnostic);
        } else {
            self.dropped_count += 1;
        }
    }

    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        diagnostics.into_iter().for_each(|one| self.push(one));
    }

    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.error_count > 0
    }

    /// Whether a finding is worth a search through all the names there are.
    #[must_use]
    pub fn deserve_suggestions(&self) -> bool {
        self.found.len() < MOST_HELPED
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The findings, sorted by place (pipeline.yaml first, then other files by name), then code.
    #[must_use]
    pub fn sorted(mut self) -> Vec<Diagnostic> {
        let place = |found: &Diagnostic| found.labels.first().map(|label| (label.file.clone(), label.span.start));
        self.found.sort_by_cached_key(|found| (place(found), found.code, found.message.clone()));
        self.found.dedup();
        if let (Some(last), true) = (self.found.last(), self.dropped_count > 0) {
            let message = format!("findings not listed: {}", self.dropped_count);
            let mut rest = Diagnostic::note("SF002", message).help("mend these first");
            rest.labels.clone_from(&last.labels);
            self.found.push(rest);
        }
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_as_people_count_it() {
        let text = "a\n\u{e9}\u{e9}bc";
        assert_eq!(Span::of(text, 6, 7), Span { start: 6, end: 7, line: 2, column: 3 });
        assert_eq!(Span::of(text, 99, 99).line, 2);
    }

    #[test]
    fn findings_about_other_files_come_after_those_about_the_pipeline() {
        let mut found = Diagnostics::default();
        found.push(Diagnostic::error("SF002", "b").in_file("jobs/a.sql", Span::default(), ""));
        found.push(Diagnostic::error("SF001", "a").at(Span { start: 9, ..Span::default() }, ""));
        let codes: Vec<&str> = found.sorted().iter().map(|one| one.code).collect();
        assert_eq!(codes, ["SF001", "SF002"]);
    }

    #[test]
    fn errors_count_however_they_come() {
        let mut found = Diagnostics::default();
        found.extend([Diagnostic::note("SF001", "a")]);
        assert!(!found.has_errors());
        found.extend([Diagnostic::error("SF001", "a")]);
        assert!(found.has_errors());
    }

    #[test]
    fn a_long_name_is_not_repeated_in_full() {
        let long = "ö".repeat(1_000_000);
        let found = Diagnostic::error("SF000", long.clone()).at(Span::default(), long.clone()).help(long);
        let lengths = [found.message.len(), found.labels[0].text.len(), found.help.map_or(0, |help| help.len())];
        assert_eq!(lengths, [2 * MOST_CHARS + 3; 3]);
    }

    #[test]
    fn a_file_of_nothing_but_errors_keeps_a_bounded_number_of_them_and_still_fails() {
        let mut found = Diagnostics::default();
        for _ in 0..MOST_KEPT {
            found.push(Diagnostic::note("SF000", "a note"));
        }
        assert!(!found.has_errors());
        assert!(!found.deserve_suggestions());
        found.push(Diagnostic::error("SF000", "an error"));
        assert!(found.has_errors());
        let listed = found.sorted();
        // Equal findings are one.
        assert_eq!(
            listed.iter().map(|one| one.message.as_str()).collect::<Vec<_>>(),
            ["a note", "findings not listed: 1"]
        );
    }
}
