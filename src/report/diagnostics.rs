//! Findings about the user's file, with its own lines and carets under them.
//!
//! The only file that knows the renderer. Colour is always in the text; `text::say` takes it out where it is not wanted.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};
use serde_json::{Value, json};

use super::text::{plain, plain_lines};
use crate::diagnostic::{Diagnostic, Label, Severity};

/// More findings than this are counted, not shown: a file of garbage gets a page, not a book. JSON holds them all.
const SHOWN_LIMIT: usize = 100;
/// A second place further away than this is named by line and column instead of being drawn.
const DRAWN_LINES: usize = 400;
/// Places in a longer line (in bytes) are named, too.
const LONGEST_LINE: usize = 4_000;

/// The text the findings are about, and the name the user knows it by.
#[derive(Debug, Clone, Default)]
pub struct Source {
    pub path: String,
    pub text: String,
    /// Texts of the other files of the project, by path relative to its folder.
    pub files: BTreeMap<String, String>,
}

impl Source {
    /// The path and text of the file that a label is about; no text where it is not at hand.
    pub(super) fn of(&self, file: Option<&String>) -> (String, &str) {
        match file {
            None => (self.path.clone(), &self.text),
            Some(path) => (beside(&self.path, path), self.files.get(path).map_or("", String::as_str)),
        }
    }
}

/// A path of the project as the user reaches it: beside pipeline.yaml.
#[must_use]
pub fn beside(pipeline: &str, path: &str) -> String {
    pipeline.rsplit_once('/').map_or_else(|| path.to_string(), |(folder, _)| format!("{folder}/{path}"))
}

/// All findings, then one line that counts them. Empty where there are none.
#[must_use]
pub fn render(found: &[Diagnostic], source: &Source) -> String {
    if found.is_empty() {
        return String::new();
    }
    let renderer = Renderer::styled().decor_style(DecorStyle::Ascii).term_width(140);
    let mut text = String::new();
    for diagnostic in found.iter().take(SHOWN_LIMIT) {
        let _ = writeln!(text, "{}\n", render_one(&renderer, diagnostic, source));
    }
    if found.len() > SHOWN_LIMIT {
        let _ = writeln!(text, "and {} more, in `-o json`\n", found.len() - SHOWN_LIMIT);
    }
    text + &summary(found, &source.path) + "\n"
}

/// `pipeline.yaml: 2 errors, 1 warning`
#[must_use]
pub fn summary(found: &[Diagnostic], path: &str) -> String {
    let counts: Vec<String> = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
        .into_iter()
        .map(|(severity, name)| (found.iter().filter(|one| one.severity == severity).count(), name))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}{}", if count == 1 { "" } else { "s" }))
        .collect();
    if counts.is_empty() { format!("{path}: no findings") } else { format!("{path}: {}", counts.join(", ")) }
}

/// The findings for programs, all of them, with the places as people count them (line and column from 1).
#[must_use]
pub fn as_value(found: &[Diagnostic], path: &str) -> Value {
    let findings: Vec<Value> = found
        .iter()
        .map(|one| {
            json!({
                "code": one.code,
                "severity": one.severity,
                "message": one.message,
                "file": one.labels.first().and_then(|label| label.file.as_ref()).map_or_else(|| path.to_string(), |file| beside(path, file)),
                "line": one.labels.first().map(|label| label.span.line),
                "column": one.labels.first().map(|label| label.span.column),
                "labels": one.labels,
                "help": one.help,
            })
        })
        .collect();
    json!({ "findings": findings })
}

fn render_one(renderer: &Renderer, diagnostic: &Diagnostic, source: &Source) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = level
        .primary_title(plain_lines(&diagnostic.message))
        .id(diagnostic.code)
        .elements(Vec::<Snippet<'_, Annotation<'_>>>::new());
    for (file, labels) in by_file(&diagnostic.labels) {
        let (path, text) = source.of(file);
        let (drawn, named) = split_by_distance(&labels);
        let window = Window::around(&drawn, text);
        if let Some(window) = &window {
            let annotations = drawn.iter().map(|label| {
                let is_first = std::ptr::eq(*label, &raw const diagnostic.labels[0]);
                let kind = if is_first { AnnotationKind::Primary } else { AnnotationKind::Context };
                let note = (!label.text.is_empty()).then(|| plain(&label.text));
                kind.span(window.place(label)).label(note)
            });
            group = group.element(
                Snippet::source(window.text).line_start(window.first_line).path(path.clone()).annotations(annotations),
            );
        }
        for label in drawn.iter().filter(|_| window.is_none()).chain(&named) {
            let place = format!("{path}:{}:{}: {}", label.span.line, label.span.column, plain(&label.text));
            group = group.element(Level::NOTE.message(place));
        }
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(plain_lines(help)));
    }
    renderer.render(&[group])
}

/// The places file by file, in the order in which the files first come up.
fn by_file(labels: &[Label]) -> Vec<(Option<&String>, Vec<&Label>)> {
    let mut files: Vec<(Option<&String>, Vec<&Label>)> = Vec::new();
    for label in labels {
        match files.iter_mut().find(|(file, _)| *file == label.file.as_ref()) {
            Some((_, places)) => places.push(label),
            None => files.push((label.file.as_ref(), vec![label])),
        }
    }
    files
}

/// The first place and those near it; then those too far away to be drawn with it.
fn split_by_distance<'a>(labels: &[&'a Label]) -> (Vec<&'a Label>, Vec<&'a Label>) {
    let Some(first) = labels.first() else { return (Vec::new(), Vec::new()) };
    labels.iter().partition(|label| label.span.line.abs_diff(first.span.line) <= DRAWN_LINES)
}

/// The lines that hold the labels: the renderer reads all it is given, once per finding.
struct Window<'a> {
    text: &'a str,
    start: usize,
    first_line: usize,
}

impl<'a> Window<'a> {
    fn around(labels: &[&Label], text: &'a str) -> Option<Self> {
        let first = labels.iter().map(|label| label.span.start).min()?;
        let last = labels.iter().map(|label| label.span.end.max(label.span.start)).max()?;
        let start = text[..inside(text, first)].rfind('\n').map_or(0, |newline| newline + 1);
        let last = inside(text, last);
        let end = text[last..].find('\n').map_or(text.len(), |newline| last + newline);
        if text[start..end].lines().any(|line| line.len() > LONGEST_LINE) {
            return None;
        }
        let first_line = labels.iter().map(|label| label.span.line).min()?.max(1);
        Some(Self { text: &text[start..end], start, first_line })
    }

    /// The label's place inside the window: in order, on character boundaries, at least one character where there is one.
    fn place(&self, label: &Label) -> Range<usize> {
        let start = inside(self.text, label.span.start.saturating_sub(self.start));
        let end = inside(self.text, label.span.end.saturating_sub(self.start)).max(start);
        if end > start {
            return start..end;
        }
        let width = self.text[start..].chars().next().filter(|character| *character != '\n').map_or(0, char::len_utf8);
        start..start + width
    }
}

/// The nearest character boundary at or before `at`.
fn inside(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|index| text.is_char_boundary(*index)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Source, as_value, render, summary};
    use crate::diagnostic::{Diagnostic, Span};

    const TEXT: &str = "topics:\n  orders: { partitons: 3 }\nservices:\n  kafka: { brokers: 1 }\n";

    /// The place of `word` in `TEXT`, the way the parser would say it.
    fn at(word: &str) -> Span {
        let start = TEXT.find(word).unwrap();
        let line = TEXT[..start].matches('\n').count() + 1;
        let column = start - TEXT[..start].rfind('\n').map_or(0, |newline| newline + 1) + 1;
        Span { start, end: start + word.len(), line, column }
    }

    fn whole(path: &str) -> Source {
        Source { path: path.to_string(), text: TEXT.to_string(), files: BTreeMap::new() }
    }

    fn shown(found: &[Diagnostic]) -> String {
        anstream::adapter::strip_str(&render(found, &whole("pipeline.yaml"))).to_string()
    }

    #[test]
    fn a_finding_shows_its_line_a_caret_and_the_way_out() {
        let found = [Diagnostic::error("SF010", "unknown key `partitons`")
            .at(at("partitons"), "not a key of a topic")
            .help("did you mean `partitions`?")];
        let expected = "\
error[SF010]: unknown key `partitons`
 --> pipeline.yaml:2:13
  |
2 |   orders: { partitons: 3 }
  |             ^^^^^^^^^ not a key of a topic
  |
  = help: did you mean `partitions`?

pipeline.yaml: 1 error
";
        assert_eq!(shown(&found), expected);
    }

    #[test]
    fn two_places_that_disagree_are_shown_together() {
        let found = [Diagnostic::warning("SF020", "more partitions than cores")
            .at(at("partitons"), "3 asked for")
            .at(at("brokers"), "only 1 here")];
        let text = shown(&found);
        assert!(text.contains("^^^^^^^^^ 3 asked for"), "{text}");
        assert!(text.contains("------- only 1 here"), "{text}");
    }

    #[test]
    fn a_place_in_another_file_is_shown_in_that_file() {
        let query = "SELECT id\nFROM ordres";
        let files = BTreeMap::from([("jobs/all.sql".to_string(), query.to_string())]);
        let found = [Diagnostic::error("SF108", "no table `ordres`")
            .in_file("jobs/all.sql", Span::of(query, 15, 21), "read here")
            .at(at("orders"), "this one is near")];
        let text = render(&found, &Source { files, ..whole("shop/pipeline.yaml") });
        let expected = "\
error[SF108]: no table `ordres`
 --> shop/jobs/all.sql:2:6
  |
2 | FROM ordres
  |      ^^^^^^ read here
  |
 ::: shop/pipeline.yaml:2:3
  |
2 |   orders: { partitons: 3 }
  |   ------ this one is near

shop/pipeline.yaml: 1 error
";
        assert_eq!(anstream::adapter::strip_str(&text).to_string(), expected);
        assert_eq!(as_value(&found, "shop/pipeline.yaml")["findings"][0]["file"], "shop/jobs/all.sql");
    }

    #[test]
    fn a_place_outside_the_text_is_drawn_at_its_end_and_does_not_panic() {
        let past = Span { start: 900, end: 905, line: 40, column: 1 };
        assert!(shown(&[Diagnostic::error("SF001", "unexpected end").at(past, "")]).starts_with("error[SF001]"));
        let backwards = Span { start: 9, end: 2, line: 2, column: 1 };
        assert!(shown(&[Diagnostic::error("SF001", "odd").at(backwards, "")]).starts_with("error[SF001]"));
        assert!(shown(&[Diagnostic::error("SF001", "no place")]).starts_with("error[SF001]: no place"));
    }

    #[test]
    fn text_of_the_user_cannot_act_on_the_terminal() {
        let found = [Diagnostic::error("SF002", "unknown name `a\u{1b}[2Jb`")];
        let text = render(&found, &whole("pipeline.yaml"));
        assert!(!text.contains("[2J"), "{text:?}");
    }

    #[test]
    fn ten_thousand_findings_make_a_page_and_a_number() {
        let found = vec![Diagnostic::error("SF010", "unknown key").at(at("brokers"), ""); 10_000];
        let text = shown(&found);
        assert!(text.contains("and 9900 more"));
        assert_eq!(as_value(&found, "pipeline.yaml")["findings"].as_array().unwrap().len(), 10_000);
    }

    #[test]
    fn the_last_line_counts_by_severity() {
        let found = [Diagnostic::error("A", "a"), Diagnostic::error("B", "b"), Diagnostic::note("C", "c")];
        assert_eq!(summary(&found, "p.yaml"), "p.yaml: 2 errors, 1 note");
    }
}
