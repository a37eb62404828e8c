//! Any bytes as pipeline.yaml: a located finding with a bounded tree, a bounded list and a bounded page, counted and never timed.
//!
//! What fits on a page is a case document; here is what has too many bytes, or bytes that no editor keeps.

use sparkflow::diagnostic::{Diagnostic, Diagnostics, Severity};
use sparkflow::report::diagnostics::{Source, render};
use sparkflow::spec;
use sparkflow::spec::node::{Kind, Node};

use crate::targets::resolve;

const MIB: usize = 1024 * 1024;
/// More than any file may become.
const MOST_NODES: usize = 2_000_000;
/// A page, however long the lines of the file are.
const MOST_SHOWN: usize = 200_000;

fn judged(bytes: &[u8]) -> Vec<Diagnostic> {
    let (pipeline, found) = resolve(bytes, &[]);
    assert_eq!(pipeline.is_none(), found.iter().any(|one| one.severity == Severity::Error));
    let text = String::from_utf8_lossy(bytes);
    let source =
        Source { path: "pipeline.yaml".to_owned(), text: text.into_owned(), files: std::collections::BTreeMap::new() };
    let shown = render(&found, &source).len();
    assert!(shown <= MOST_SHOWN, "{shown} bytes are no page");
    found
}

/// `code line:column` of the first error.
fn first_error(bytes: &[u8]) -> String {
    let found = judged(bytes);
    let Some(error) = found.iter().find(|one| one.severity == Severity::Error) else { return "sound".to_owned() };
    assert!(!error.message.is_empty());
    format!("{} {}:{}", error.code, error.labels[0].span.line, error.labels[0].span.column)
}

fn node_count(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::Scalar(_) => 0,
        Kind::Seq(items) => items.iter().map(node_count).sum(),
        Kind::Map(map) => map.entries().iter().map(|entry| 1 + node_count(&entry.value)).sum(),
    }
}

/// A file that fills `bytes` with copies of `piece` after `start`.
fn filled(start: &str, piece: &str, bytes: usize) -> Vec<u8> {
    let mut text = start.to_owned();
    while text.len() + piece.len() <= bytes {
        text.push_str(piece);
    }
    text.into_bytes()
}

#[test]
fn bytes_that_are_no_text_are_located() {
    for (bytes, expected) in [
        (&b"name: a\nports: \xff\n"[..], "SF001 2:8"),
        (b"name: a\n\xc3", "SF001 2:1"),
        (b"\xff\xfen\0a\0", "SF001 1:1"),
        (b"name: \0", "SF001 1:7"),
        (b"name: a\x1b[2J", "SF001 1:8"),
        (b"name: a\n\tports: auto", "SF003 1:7"),
        (b"", "SF005 1:1"),
        (b"\n\n", "SF005 1:1"),
        (b"~", "SF005 1:1"),
        (b"\xef\xbb\xbf", "SF005 1:1"),
    ] {
        assert_eq!(first_error(bytes), expected, "{bytes:?}");
    }
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let text = "name: people\nschemas: { a: { id: uuid } }\ntopics: { t: { schema: b } }\n";
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    for written in [text, &windows] {
        assert_eq!(first_error(written.as_bytes()), "SF101 3:24");
    }
}

#[test]
fn a_mebibyte_of_anything_ends_with_a_located_finding() {
    for (start, piece, expected) in [
        ("", "[", "SF002 1:129"),
        ("", "{a: ", "SF002"),
        ("", "- ", "SF002"),
        ("", "? ", "SF002"),
        ("a: ", "x", "SF006 1:1"),
        ("a: \"", "x", "SF003"),
        ("a: |\n", " x\n", "SF006 1:1"),
        ("", "# nothing\n", "SF005 1:1"),
        ("", "\n", "SF005 1:1"),
        ("", "a: 1\n", "SF004"),
        ("", "a", "SF005 1:1"),
        ("a: [", "x,", "SF003"),
        ("a: &a x\nb: [", "*a,", "SF002"),
        ("a: ", "&a ", "SF003"),
        ("a: ", "!b ", "SF003"),
        ("a: ", "${A}", "SF013 1:4"),
        ("", "---\n", "SF005 2:1"),
        ("", "'", "SF005 1:1"),
        ("", "%", "SF002 1:2"),
    ] {
        let bytes = filled(start, piece, MIB);
        let error = first_error(&bytes);
        assert!(error.starts_with(expected), "{piece:?}: {error}, expected {expected}");
    }
    assert_eq!(first_error(&filled("name: ", "x", 16 * MIB + 1)), "SF002 1:1");
}

#[test]
fn the_tree_of_a_file_is_bounded_whatever_its_aliases_expand_to() {
    let list = "x,".repeat(100_000);
    for text in [
        format!("a: &a [{list}]\nb: [{}]\n", "*a,".repeat(900)),
        format!("a: &a {{ k: \"{}\" }}\nb: [{}]\n", "x".repeat(MIB), "*a,".repeat(900)),
        format!("a: &a {{ k: [{list}] }}\nb: {{ <<: [{}] }}\n", "*a,".repeat(900)),
    ] {
        let mut found = Diagnostics::default();
        let document = spec::parse(text.as_bytes(), &mut found);
        assert!(document.as_ref().is_none_or(|document| node_count(&document.root) <= MOST_NODES));
        assert!(document.is_some() || found.has_errors());
    }
}

#[test]
fn a_map_has_at_most_twenty_thousand_keys() {
    let topics = |count: usize| {
        let lines: Vec<String> = (0..count).map(|index| format!("  t{index}: {{ schema: s }}\n")).collect();
        format!("name: many\nschemas: {{ s: {{ id: uuid }} }}\ntopics:\n{}", lines.concat())
    };
    assert_eq!(first_error(topics(20_000).as_bytes()), "sound");
    assert_eq!(first_error(topics(20_001).as_bytes()), "SF002 20004:3");
}

#[test]
fn thousands_of_mistakes_are_listed_up_to_a_bound_and_the_rest_is_counted() {
    let lines: Vec<String> = (0..12_000).map(|index| format!("  t{index}: {{ schema: schemma{index} }}\n")).collect();
    let known: Vec<String> = (0..12_000).map(|index| format!("  schema{index}: {{ id: uuid }}\n")).collect();
    let found = judged(format!("name: many\nschemas:\n{}topics:\n{}", known.concat(), lines.concat()).as_bytes());
    assert_eq!(found.len(), 10_001);
    let last = found.last().expect("there are findings");
    assert_eq!((last.code, last.message.as_str()), ("SF002", "findings not listed: 2000"));
    assert_eq!(
        found.iter().filter(|one| one.help.as_ref().is_some_and(|help| help.contains("did you mean"))).count(),
        100
    );
}

#[test]
fn a_long_chain_of_tasks_is_walked_and_a_circle_at_its_end_is_found() {
    let chain = |last: &str| {
        let tasks: Vec<String> =
            (1..15_000).map(|index| format!("      t{index}: {{ print: x, after: t{} }}\n", index - 1)).collect();
        format!("name: long\nschedules:\n  s:\n    tasks:\n      t0: {{ print: x{last} }}\n{}", tasks.concat())
    };
    assert_eq!(first_error(chain("").as_bytes()), "sound");
    assert_eq!(first_error(chain(", after: t14999").as_bytes()), "SF603 5:30");
}

#[test]
fn long_and_deep_queries_are_left_to_spark() {
    for piece in [" + 1", " AND a", "::int", " UNION SELECT 1", "(", "[1]", " NOT", " -", ".a", " CASE WHEN"] {
        let query = format!("SELECT 1{}", piece.repeat(50_000));
        let text = format!("name: deep\njobs: {{ j: {{ sql: \"{query}\", writes: s }} }}\n");
        let codes: Vec<&str> = judged(text.as_bytes()).iter().map(|one| one.code).collect();
        assert!(codes.contains(&"SF503"), "{piece}: {codes:?}");
    }
}
