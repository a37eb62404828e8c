//! The graph as a tree: each thing once with what follows it, findings beside the things they are about.

use std::collections::BTreeSet;

use super::Detail;
use super::picture::{Mark, Picture, Thing};
use crate::diagnostic::{Diagnostic, Severity};
use crate::report::diagnostics::beside;
use crate::report::text::plain;

pub(super) fn render(picture: &Picture<'_>, detail: Detail) -> String {
    let mut tree = Tree { picture, detail, lines: Vec::new(), shown: BTreeSet::new() };
    let reached: BTreeSet<usize> = picture.links.iter().map(|link| link.to).collect();
    let roots = (0..picture.things.len()).filter(|index| !reached.contains(index));
    // A circle has no start: what is left begins where the alphabet does.
    for root in roots.chain(0..picture.things.len()) {
        if !tree.shown.contains(&root) {
            tree.thing(root, "", "");
        }
    }
    let mut lines = tree.lines;
    if !picture.findings.is_empty() {
        lines.push(String::new());
        lines.extend(picture.findings.iter().map(|one| finding(one, picture.path)));
    }
    lines.join("\n")
}

struct Tree<'a> {
    picture: &'a Picture<'a>,
    detail: Detail,
    lines: Vec<String>,
    shown: BTreeSet<usize>,
}

impl Tree<'_> {
    /// `lead` stands before the thing's own line, `rest` before the lines below it.
    fn thing(&mut self, index: usize, lead: &str, rest: &str) {
        let thing = &self.picture.things[index];
        if !self.shown.insert(index) {
            self.lines.push(format!("{lead}{} {} (above)", thing.node.word(), thing.node.name()));
            return;
        }
        self.lines.push(format!("{lead}{}", headline(thing)));
        let next: Vec<usize> = self.picture.after(index).map(|link| link.to).collect();
        if self.detail == Detail::Columns {
            self.rows(index, &format!("{rest}{}", if next.is_empty() { "   " } else { "│  " }));
        }
        for (position, &to) in next.iter().enumerate() {
            let (turn, pipe) = if position + 1 == next.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.thing(to, &format!("{rest}{turn}"), &format!("{rest}{pipe}"));
        }
    }

    fn rows(&mut self, index: usize, lead: &str) {
        let thing = &self.picture.things[index];
        let name_width = thing.rows.iter().map(|row| row.node.name().chars().count()).max().unwrap_or(0);
        let kind_width = thing.rows.iter().map(|row| row.kind.chars().count()).max().unwrap_or(0);
        for (row_index, row) in thing.rows.iter().enumerate() {
            let into = self.picture.row_links.iter().filter(|link| link.to == (index, Some(row_index)));
            let from: Vec<String> = into.map(|link| self.origin(link.from)).collect();
            let arrow = if from.is_empty() { String::new() } else { format!("  <- {}", from.join(", ")) };
            let mark = row.mark.as_ref().map(mark_words).unwrap_or_default();
            let line = format!("{lead}  {:name_width$}  {:kind_width$}{arrow}{mark}", row.node.name(), row.kind);
            self.lines.push(line.trim_end().to_owned());
        }
        let deciding = self.picture.row_links.iter().filter(|link| link.to == (index, None));
        let deciding: Vec<String> = deciding.map(|link| self.origin(link.from)).collect();
        if !deciding.is_empty() {
            self.lines.push(format!("{lead}  looks at {}", deciding.join(", ")));
        }
    }

    fn origin(&self, (thing, row): (usize, usize)) -> String {
        let thing = &self.picture.things[thing];
        let row = &thing.rows[row];
        match row.node.word() {
            "path" | "output" => plain(row.node.name()).into_owned(),
            _ => format!("{}.{}", thing.node.name(), row.node.name()),
        }
    }
}

fn headline(thing: &Thing) -> String {
    let about = if thing.about.is_empty() { String::new() } else { format!("  {}", plain(&thing.about)) };
    let starts: String = thing.starts.iter().map(|start| format!("  @ {}", plain(start))).collect();
    let mark = thing.mark.as_ref().map(mark_words).unwrap_or_default();
    format!("{} {}{about}{starts}{mark}", thing.node.word(), thing.node.name())
}

/// `  [error SF223]`
fn mark_words(mark: &Mark) -> String {
    let codes: Vec<&str> = mark.codes.iter().copied().collect();
    format!("  [{} {}]", severity(mark.severity), codes.join(", "))
}

fn finding(finding: &Diagnostic, path: &str) -> String {
    let place = finding.labels.first().map(|label| {
        let file = label.file.as_ref().map_or_else(|| path.to_owned(), |file| beside(path, file));
        format!("  ({}:{}:{})", plain(&file), label.span.line, label.span.column)
    });
    let message = plain(&finding.message);
    format!("{}[{}]: {message}{}", severity(finding.severity), finding.code, place.unwrap_or_default())
}

pub(super) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
