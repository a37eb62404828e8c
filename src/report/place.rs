//! A label's place as programs count it: file, first and last line and column, from 1, in characters.

use super::diagnostics::Source;
use crate::diagnostic::{Label, Span};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub path: String,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    /// One past the last character.
    pub end_column: usize,
}

impl Place {
    /// Of a label; a place that is outside of its text, or in a text that is not at hand, ends where it begins.
    pub(super) fn of(label: &Label, source: &Source) -> Self {
        let (path, text) = source.of(label.file.as_ref());
        let (line, column) = (label.span.line.max(1), label.span.column.max(1));
        let end = Span::of(text, label.span.end, label.span.end);
        let is_after = (end.line, end.column) > (line, column) && label.span.end <= text.len();
        let (end_line, end_column) = if is_after { (end.line, end.column) } else { (line, column + 1) };
        Self { path, line, column, end_line, end_column }
    }

    /// `pipeline.yaml:2:13`
    pub(super) fn words(&self) -> String {
        format!("{}:{}:{}", self.path, self.line, self.column)
    }
}
