//! Findings and failing stages as GitHub's workflow commands: a line each, which GitHub shows at the file's line in a pull
//! request.

use super::diagnostics::Source;
use super::place::Place;
use super::text::{plain, plain_lines};
use crate::diagnostic::{Diagnostic, Label, Severity, Span};
use crate::verify::stage::{Proof, Stage};

/// One line per finding; empty where there are none.
#[must_use]
pub fn annotations(found: &[Diagnostic], source: &Source) -> String {
    found.iter().map(|one| annotation(one, source) + "\n").collect()
}

/// One line per failing stage of a proof, at the place that `place` knows for its name.
#[must_use]
pub fn failing(proof: &Proof, source: &Source, place: impl Fn(&str) -> Option<Span>) -> String {
    let line = |stage: &Stage| {
        let place = match place(&stage.name) {
            Some(span) => within(&Place::of(&Label { file: None, span, text: String::new() }, source)),
            None => format!("file={}", property(&source.path)),
        };
        let help = stage.next.iter().map(|next| format!("\nhelp: {}", plain_lines(next))).collect::<String>();
        let message = format!("{}: {}{help}", plain(&stage.name), plain_lines(&stage.seen));
        format!("::error {place},title={}::{}\n", property(&format!("verify {}", stage.kind.word())), data(&message))
    };
    proof.failed().map(line).collect()
}

fn annotation(diagnostic: &Diagnostic, source: &Source) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = match diagnostic.labels.first() {
        Some(label) => within(&Place::of(label, source)),
        None => format!("file={}", property(&source.path)),
    };
    format!("::{command} {place},title={}::{}", diagnostic.code, data(&message(diagnostic, source)))
}

/// GitHub draws columns only where a place is on one line.
fn within(place: &Place) -> String {
    let file = property(&place.path);
    if place.end_line > place.line {
        return format!("file={file},line={},endLine={}", place.line, place.end_line);
    }
    format!("file={file},line={},col={},endColumn={}", place.line, place.column, place.end_column)
}

/// What is wrong, the other places, and the way out, each on a line.
fn message(diagnostic: &Diagnostic, source: &Source) -> String {
    let mut lines = vec![plain_lines(&diagnostic.message)];
    for label in diagnostic.labels.iter().skip(1) {
        lines.push(format!("{}: {}", Place::of(label, source).words(), plain(&label.text)));
    }
    lines.extend(diagnostic.help.iter().map(|help| format!("help: {}", plain_lines(help))));
    lines.join("\n")
}

/// The message of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command, which `:` and `,` would end.
fn property(text: &str) -> String {
    data(&plain(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::report::checks::fixture;

    fn source(path: &str) -> Source {
        Source { path: path.to_string(), text: "a: 1\nb: 22\n".to_string(), files: BTreeMap::new() }
    }

    fn at(start: usize, end: usize) -> Span {
        Span::of("a: 1\nb: 22\n", start, end)
    }

    #[test]
    fn a_finding_is_one_line_with_its_place() {
        let found = [Diagnostic::error("SF203", "too much").at(at(8, 10), "here").at(at(3, 4), "there").help("less")];
        let expected = "::error file=pipeline.yaml,line=2,col=4,endColumn=6,title=SF203::\
            too much%0Apipeline.yaml:1:4: there%0Ahelp: less\n";
        assert_eq!(annotations(&found, &source("pipeline.yaml")), expected);
    }

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let found = [Diagnostic::warning("SF001", "100% of\na::b,c").at(at(0, 1), "")];
        let expected = "::warning file=a%3Ab%2Cc%25.yaml,line=1,col=1,endColumn=2,title=SF001::100%25 of%0Aa::b,c\n";
        assert_eq!(annotations(&found, &source("a:b,c%.yaml")), expected);
    }

    #[test]
    fn a_place_over_several_lines_and_no_place_at_all_have_no_columns() {
        let found = [Diagnostic::note("SF001", "all of it").at(at(0, 10), ""), Diagnostic::error("SF002", "nowhere")];
        let expected = "::notice file=p.yaml,line=1,endLine=2,title=SF001::all of it\n\
            ::error file=p.yaml,title=SF002::nowhere\n";
        assert_eq!(annotations(&found, &source("p.yaml")), expected);
    }

    #[test]
    fn a_failing_stage_is_shown_where_the_file_declares_it() {
        let source = source("pipeline.yaml");
        let expected = "::error file=pipeline.yaml,line=2,col=1,endColumn=2,title=verify trace::\
            job/a: no row <1> & \"b\"%0Ahelp: look\n";
        assert_eq!(failing(&fixture(), &source, |name| (name == "job/a").then(|| at(5, 6))), expected);
        let nowhere = failing(&fixture(), &source, |_| None);
        assert!(nowhere.starts_with("::error file=pipeline.yaml,title=verify trace::job/a"), "{nowhere}");
    }
}
