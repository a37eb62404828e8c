//! The page of a code, and the list of all.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::doctor::signatures;
use crate::model::codes::{self, Code, pages};
use crate::model::facts;

/// What it means, an example, the way out, and the facts behind it.
#[must_use]
pub fn page(entry: &Code) -> String {
    let mut text = format!("{}: {}\n\n{}\n", entry.code, entry.title, entry.text);
    if let Some(page) = pages::page(entry.code) {
        if let Some(example) = page.example.as_ref().or(page.alone.as_ref()) {
            let lines: String = example.lines().map(|line| format!("    {line}\n")).collect();
            let _ = write!(text, "\nExample:\n{lines}");
        }
        let _ = write!(text, "\nFix: {}\n", page.fix);
    }
    let mut known: Vec<String> = facts::all()
        .filter(|(code, _)| *code == entry.code)
        .map(|(_, fact)| format!("  - {} [{}; looked up {}]\n", fact.says, fact.source, fact.checked))
        .collect();
    known.sort();
    known.dedup();
    if !known.is_empty() {
        let _ = write!(text, "\nKnown:\n{}", known.concat());
    }
    text
}

/// A line per code.
#[must_use]
pub fn list() -> String {
    let rules = codes::all().map(|entry| format!("{}  {}\n", entry.code, entry.title));
    rules.chain(signatures::all().map(|one| format!("{}  {}\n", one.id, one.title))).collect()
}

#[must_use]
pub fn as_value(entry: &Code) -> Value {
    let page = pages::page(entry.code);
    let known: Vec<Value> = facts::all()
        .filter(|(code, _)| *code == entry.code)
        .map(|(_, fact)| json!({ "says": fact.says, "source": fact.source, "checked": fact.checked }))
        .collect();
    json!({
        "code": entry.code,
        "title": entry.title,
        "text": entry.text,
        "example": page.and_then(|page| page.example.as_ref().or(page.alone.as_ref())),
        "fix": page.map(|page| &page.fix),
        "facts": known,
    })
}
