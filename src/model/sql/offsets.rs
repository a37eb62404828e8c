//! From the parser's lines and columns to bytes of the text.

use std::ops::Range;

use sqlparser::tokenizer::{Location, Span};

/// Where each line of a text starts.
#[derive(Debug)]
pub(super) struct Offsets<'a> {
    text: &'a str,
    lines: Vec<usize>,
}

impl<'a> Offsets<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, lines: std::iter::once(0).chain(starts).collect() }
    }

    pub(super) fn range(&self, span: Span) -> Option<Range<usize>> {
        let start = self.offset(span.start)?;
        Some(start..self.offset(span.end)?.max(start))
    }

    /// Lines and columns count from 1, columns in characters; 0 is nowhere.
    fn offset(&self, at: Location) -> Option<usize> {
        let line = usize::try_from(at.line).ok()?.checked_sub(1)?;
        let column = usize::try_from(at.column).ok()?.checked_sub(1)?;
        let start = *self.lines.get(line)?;
        let rest = &self.text[start..];
        Some(start + rest.char_indices().nth(column).map_or(rest.len(), |(index, _)| index))
    }
}
