//! What a case expects: an error, or rows, dead letters and printed text.

use std::collections::BTreeMap;

use super::read::Subject;
use super::{Expected, ExpectedLetter, ExpectedRow, ExpectedRows, Results, Said};
use crate::diagnostic::Diagnostic;
use crate::spec::node::{Entry, Node};
use crate::topology::publish;

const KEYS: &str = "`tables`, `dead_letters`, `prints` or `fails`";

/// What a case expects, where it says so.
pub(super) fn read(subject: &mut Subject<'_>, case: &Entry) -> Option<Expected> {
    let node = case.value.get("expect")?;
    let entries = node.entries();
    if entries.is_empty() {
        let at = case.value.place(&["expect"]);
        let message = format!("a case expects something: one of {KEYS}");
        subject.found.push(Diagnostic::error("SF007", message).at(at, "nothing is here"));
        return None;
    }
    if let Some(fails) = node.entry("fails") {
        if let Some(other) = entries.iter().find(|entry| entry.key.text != "fails") {
            let message = "a job that fails is expected to do nothing else".to_owned();
            let first = Diagnostic::error("SF011", message).at(other.key.span, "this one too");
            subject.found.push(first.at(fails.key.span, "already said here").help("keep one, and write a second case"));
        }
        return said(&fails.value).map(Expected::Failure);
    }
    Some(Expected::Results(Results {
        tables: tables(subject, node.get("tables")),
        letters: letters(subject, node.get("dead_letters")),
        prints: node.get("prints").map_or_else(Vec::new, |node| node.one_or_many().iter().filter_map(said).collect()),
    }))
}

fn said(node: &Node) -> Option<Said> {
    Some(Said { text: node.text()?.to_owned(), span: node.span })
}

fn tables(subject: &mut Subject<'_>, node: Option<&Node>) -> BTreeMap<String, ExpectedRows> {
    let mut tables = BTreeMap::new();
    for entry in node.map_or(&[][..], Node::entries) {
        let Some(sink) = subject.sink(entry) else { continue };
        let rows = entry.value.items().iter();
        let rows = rows.map(|item| ExpectedRow { span: item.head(), cells: subject.row(sink, item) }).collect();
        tables.insert(entry.key.text.clone(), ExpectedRows { span: entry.key.span, rows });
    }
    tables
}

fn letters(subject: &mut Subject<'_>, node: Option<&Node>) -> BTreeMap<String, Vec<ExpectedLetter>> {
    let mut letters = BTreeMap::new();
    for entry in node.map_or(&[][..], Node::entries) {
        if subject.topic(entry).is_none() {
            continue;
        }
        if !entry.value.items().is_empty() && !subject.writes_letters(&entry.key.text) {
            subject.refuse_letters(entry);
        }
        letters.insert(entry.key.text.clone(), entry.value.items().iter().filter_map(letter).collect());
    }
    letters
}

/// A text stands for the reason.
fn letter(node: &Node) -> Option<ExpectedLetter> {
    let reason = node.get("reason").unwrap_or(node).text()?.to_owned();
    let value = node.get("value").and_then(Node::text).map(str::to_owned);
    Some(ExpectedLetter { span: node.head(), reason, value })
}

impl Subject<'_> {
    fn writes_letters(&self, topic: &str) -> bool {
        self.job.stream.is_some() && publish::owns_dead_letters(self.pipeline, self.name, topic)
    }

    fn refuse_letters(&mut self, entry: &Entry) {
        let why = match self.job.stream {
            None => "a batch job leaves bad records out and writes no dead letters",
            Some(_) => "another streaming job writes the dead letters of this topic",
        };
        let message = format!("no dead letters of `{}` can come from the job `{}`", entry.key.text, self.name);
        self.found.push(Diagnostic::error("SF101", message).at(entry.key.span, "expected here").help(why));
    }
}
