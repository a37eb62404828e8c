//! What the YAML parser stopped at, in our own words: where, what is likely wrong there, and what to write instead.

use serde_yaml::granit_parser::ScanError;

use super::read::MAX_DEPTH;
use crate::diagnostic::{Diagnostic, Span};

/// A word of the parser's message, what it means, and the way out. The first that is in the message counts.
const CAUSES: &[(&[&str], &str, &str)] = &[
    (
        &["unclosed bracket '['"],
        "the `[` here is never closed",
        "close it with `]`; text that starts with a bracket needs quotes",
    ),
    (
        &["unclosed bracket '{'"],
        "the `{` here is never closed",
        "close it with `}`; text that starts with a brace needs quotes",
    ),
    (
        &["bracket"],
        "a bracket or brace that does not fit the one before it",
        "close what was opened last first; quote text that holds brackets",
    ),
    (
        &["escape", "surrogate", "hexadecimal"],
        "an escape in double quotes that YAML does not know",
        "write `\\\\` for a backslash, or use single quotes",
    ),
    (
        &["trailing content after"],
        "text goes on after its closing quote",
        "quote the whole text, and double a quote that is part of it",
    ),
    (&["quote"], "a quoted text is not closed", "close the text with the quote that it starts with"),
    (
        &["mapping values", "mapping keys", "':'"],
        "a `:` stands where no key can be, or is missing",
        "put text that holds `: ` in quotes, write `key: value`, and check the indentation",
    ),
    (
        &["anchor"],
        "an alias or anchor that names nothing",
        "write `&name` before a value and `*name` after it; quote text that starts with `*` or `&`",
    ),
    (
        &["directive", "tag", "handle", "document"],
        "a tag, directive or `---` that means nothing here",
        "delete it; quote text that starts with `!` or `%`",
    ),
    (&["comment"], "a comment that runs into a text", "write a space before `#`; quote text that holds ` #`"),
    (
        &["block scalar"],
        "a text block (`|` or `>`) is not written as one",
        "indent all its lines by the same number of spaces",
    ),
    (
        &["flow", "plain scalar"],
        "braces or brackets do not hold what they should",
        "inside braces and brackets, text that holds one of `[]{},` needs quotes",
    ),
    (
        &["simple key", "key"],
        "a key has no `:` after it",
        "write `key: value`; text over several lines needs quotes or `|`",
    ),
    (
        &["indent", "block", "whitespace"],
        "the indentation does not fit the lines above",
        "give keys of one map the same number of spaces, and `- ` its own level",
    ),
    (
        &["character", "node content", "eof"],
        "a character that no value can start with, or no value at all",
        "put the text in quotes",
    ),
];

/// SF003, or SF002 where a limit was reached.
pub(super) fn error(text: &str, error: &ScanError) -> Diagnostic {
    let marker = error.marker();
    let start = marker.byte_offset().unwrap_or_default().min(text.len());
    let span = Span { start, end: (start + 1).min(text.len()), line: marker.line().max(1), column: marker.col() + 1 };
    let info = error.info().to_ascii_lowercase();
    if info.contains("limit") {
        return Diagnostic::error("SF002", format!("the file is nested more than {MAX_DEPTH} levels deep"))
            .at(span, "too deep")
            .help("real pipelines have fewer than ten levels: look for a `[` or `{` that is not closed");
    }
    let (what, help) = match CAUSES.iter().find(|(words, ..)| words.iter().any(|word| info.contains(word))) {
        _ if is_tab(text, start) => ("a tab is no indentation", "indent with spaces: YAML does not allow tabs"),
        Some((_, what, help)) => (*what, *help),
        None => {
            ("it cannot be read from here on", "look for a missing quote, colon or bracket here or in the line above")
        }
    };
    Diagnostic::error("SF003", format!("this is not YAML: {what}")).at(span, "reading stopped here").help(help)
}

/// Whether the reading stopped at, or in an indentation with, a tab.
fn is_tab(text: &str, start: usize) -> bool {
    let line = text.get(..start).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
    let rest = text.get(start..).unwrap_or_default();
    rest.starts_with('\t') || (!line.is_empty() && line.chars().all(char::is_whitespace) && line.contains('\t'))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Diagnostics;

    fn said(text: &str) -> String {
        let mut found = Diagnostics::default();
        crate::spec::parse(text.as_bytes(), &mut found);
        found.sorted().first().map(|one| format!("{} {}", one.code, one.message)).unwrap_or_default()
    }

    #[test]
    fn common_slips_are_said_in_our_own_words() {
        for (text, expected) in [
            ("a: [1, 2\n", "the `[` here is never closed"),
            ("a: {b: 1\n", "the `{` here is never closed"),
            ("a: [1}\n", "a bracket or brace that does not fit the one before it"),
            ("a: \"text\nb: 1\n", "a quoted text is not closed"),
            ("a: b: c\n", "a `:` stands where no key can be, or is missing"),
            ("a: *nobody\n", "an alias or anchor that names nothing"),
            ("a:\n\tb: 1\n", "a tab is no indentation"),
        ] {
            assert_eq!(said(text), format!("SF003 this is not YAML: {expected}"), "{text}");
        }
    }

    #[test]
    fn the_parsers_own_words_are_never_shown() {
        for text in [
            "a: [1, 2\n",
            "a: %b\n",
            "a: @b\n",
            "- a\nb: 1\n",
            "a:\n  b: 1\n c: 2\n",
            "a: 'b\n",
            "a: }\n",
            "? a\n: b\n? [",
            "a: !<x\n",
        ] {
            let said = said(text);
            let ours = said.is_empty()
                || super::CAUSES.iter().any(|(_, what, _)| said.ends_with(what))
                || said.contains("from here on")
                || !said.starts_with("SF003");
            assert!(ours, "{text:?}: {said}");
        }
    }
}
