//! A diagnosis as people read it, the deepest cause first, and as data; the page of a signature.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::text::{plain, plain_lines};
use crate::doctor::diagnosis::{Diagnosis, Finding, Quote};
use crate::doctor::signatures::{ANY_STAGE, Signature};

const PROBLEM: Style = AnsiColor::Red.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();
/// A quoted line is cut here: JSON and the bundle hold it whole.
const LONGEST_QUOTE: usize = 300;
/// Findings that are shown after the first one.
const MOST_OTHERS: usize = 8;

/// Everything that was found, else what was looked at and what was said there.
#[must_use]
pub fn render(diagnosis: &Diagnosis) -> String {
    let mut text = String::new();
    if let Some((first, others)) = diagnosis.findings.split_first() {
        text.push_str(&paragraph(first));
        if !others.is_empty() {
            text.push_str("\nseen besides, and perhaps following from it:\n");
        }
        for finding in others.iter().take(MOST_OTHERS) {
            text.push_str(&short(finding));
        }
        if others.len() > MOST_OTHERS {
            let _ = writeln!(text, "  and {} more: `sparkflow doctor -o json` has all", others.len() - MOST_OTHERS);
        }
    } else {
        text.push_str("No problem found.\n");
    }
    let _ = writeln!(text, "\nlooked at: {}", diagnosis.looked_at.join(", "));
    if !diagnosis.telling.is_empty() {
        text.push_str("what was said by those in trouble:\n");
        for quote in &diagnosis.telling {
            let _ = writeln!(text, "  {}", line(quote));
        }
    }
    for gap in &diagnosis.gaps {
        let _ = writeln!(text, "not looked at: {}", plain(gap));
    }
    text
}

/// What stands under the error of a command that failed; `None` where nothing is known.
#[must_use]
pub fn brief(diagnosis: &Diagnosis) -> Option<String> {
    // That a stage fails, the command has just said itself.
    let mut known = diagnosis.findings.iter().filter(|finding| finding.code != ANY_STAGE);
    let mut text = paragraph(known.next()?);
    let others = known.count();
    if others > 0 {
        let _ = writeln!(text, "  {others} more: `sparkflow doctor`");
    }
    Some(text)
}

/// The same for programs.
#[must_use]
pub fn value(diagnosis: &Diagnosis) -> Value {
    json!({
        "healthy": diagnosis.is_healthy(),
        "findings": diagnosis.findings,
        "looked_at": diagnosis.looked_at,
        "gaps": diagnosis.gaps,
        "telling": diagnosis.telling,
    })
}

/// What a signature means, for `explain`.
#[must_use]
pub fn page(signature: &Signature) -> String {
    let kinds: Vec<&str> = signature.kinds.iter().map(|kind| kind.word()).collect();
    format!(
        "{}: {}\n\n{}\n\nFound by `doctor` in: {}. Depth: {}.\n\nFix: {}\n\nKnown from: {}\n",
        signature.id,
        signature.title,
        signature.cause,
        kinds.join(", "),
        signature.layer,
        signature.fix,
        signature.source
    )
}

#[must_use]
pub fn page_value(signature: &Signature) -> Value {
    json!({
        "code": signature.id,
        "title": signature.title,
        "text": signature.cause,
        "fix": signature.fix,
        "layer": signature.layer,
        "source": signature.source,
    })
}

fn paragraph(finding: &Finding) -> String {
    let mut text = format!("{PROBLEM}{}{PROBLEM:#} {}\n", finding.code, finding.title);
    let _ = writeln!(text, "  cause: {}", plain_lines(&finding.cause));
    for quote in &finding.evidence {
        let _ = writeln!(text, "  seen:  {}", line(quote));
    }
    let seen = finding.evidence.len();
    if finding.count > seen {
        let _ = writeln!(text, "         and {} more lines like it", finding.count - seen);
    }
    let _ = writeln!(text, "  {HELP}fix:{HELP:#}   {}", plain_lines(&finding.fix));
    text
}

fn short(finding: &Finding) -> String {
    let first = &finding.evidence[0];
    format!("  {} {}: {}\n      fix: {}\n", finding.code, finding.title, line(first), plain_lines(&finding.fix))
}

/// `container/kafka log, 2026-01-02T03:04:05Z: the line`.
fn line(quote: &Quote) -> String {
    let told: String = plain(quote.text.trim()).chars().take(LONGEST_QUOTE).collect();
    let at = quote.at.split('.').next().unwrap_or_default().trim_end_matches('Z');
    let at = if at.is_empty() { String::new() } else { format!(", {at}Z") };
    format!("{} {}{at}: {told}", quote.subject, quote.kind)
}
