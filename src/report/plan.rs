//! A plan as people read it (one line per resource with its cause, what is deferred and why, a summary), and as data.

use std::fmt::Write;

use serde_json::{Value, json};

use super::text::{plain, plain_lines};
use crate::plan::cause::KeyChange;
use crate::plan::change::Action;
use crate::plan::grouped::ResourceChange;
use crate::plan::{Plan, Risk};

/// A longer value is shown with its middle left out; JSON holds it whole.
const LONGEST_VALUE: usize = 72;

/// The whole text, without a final line break.
#[must_use]
pub fn render(plan: &Plan) -> String {
    let mut lines = Vec::new();
    let changes = plan.by_resource();
    for change in &changes {
        lines.extend(of_resource(change));
    }
    for deferred in &plan.deferred {
        lines.push(format!("    ? {}: later  ({})", deferred.resource, plain(&deferred.why)));
    }
    for blocked in &plan.blocked {
        lines.push(format!("    ! {}: {}", blocked.resource, plain_lines(&blocked.why)));
        lines.push(format!("      fix: {}", blocked.fix));
    }
    for resource in &plan.undeclared {
        lines.push(format!("    . {resource}: there, and the file does not name it; left alone"));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(summary(plan, &changes));
    lines.join("\n")
}

fn of_resource(change: &ResourceChange) -> Vec<String> {
    let mut line = format!("  {:>3} {}: {}", change.action.sign(), change.resource, change.does);
    let listed = change.keys.len() > 1;
    if !listed {
        let cause = match change.keys.as_slice() {
            [key] => words(key),
            _ => plain(&change.because).into_owned(),
        };
        // Writing to a String cannot fail.
        write!(line, "  ({cause})").expect("a String takes every write");
    }
    match change.risk {
        Risk::None => {}
        Risk::Restart if change.action == Action::Remove => {}
        Risk::Restart => line.push_str("  [restarts it]"),
        Risk::DataLoss if change.action == Action::Replace => {
            write!(line, "  [loses data: wants --allow-loss {}]", change.resource).expect("a String takes every write");
        }
        Risk::DataLoss => line.push_str("  [loses data]"),
    }
    let mut lines = vec![line];
    if listed {
        lines.extend(change.keys.iter().map(|key| format!("          {}", words(key))));
    }
    lines
}

/// `partitions: 3 -> 6`
fn words(key: &KeyChange) -> String {
    let side = |value: &Option<String>| match value {
        None => "unset".to_string(),
        Some(text) if text.is_empty() => "\"\"".to_string(),
        Some(text) => shortened(&plain(text)),
    };
    format!("{}: {} -> {}", plain(&key.key), side(&key.before), side(&key.after))
}

fn shortened(text: &str) -> String {
    let count = text.chars().count();
    if count <= LONGEST_VALUE {
        return text.to_string();
    }
    let half = LONGEST_VALUE / 2;
    let head: String = text.chars().take(half).collect();
    let tail: String = text.chars().skip(count - half).collect();
    format!("{head} ... {tail}")
}

fn summary(plan: &Plan, changes: &[ResourceChange]) -> String {
    if plan.in_sync() {
        return "No changes. Everything is as the file says.".to_string();
    }
    let mut text = format!(
        "Plan: {} to create, {} to change, {} to replace, {} to remove",
        count(changes, Action::Create),
        count(changes, Action::Change),
        count(changes, Action::Replace),
        count(changes, Action::Remove)
    );
    if !plan.deferred.is_empty() {
        text.push_str(&format!("; {} known later", plan.deferred.len()));
    }
    if !plan.blocked.is_empty() {
        text.push_str(&format!("; {} in the way", plan.blocked.len()));
    }
    text.push('.');
    text
}

fn count(changes: &[ResourceChange], action: Action) -> usize {
    changes.iter().filter(|change| change.action == action).count()
}

/// The plan for programs: by resource, then call by call with the order.
#[must_use]
pub fn document(project: &str, plan: &Plan) -> Value {
    let changes = plan.by_resource();
    let number = |action: Action| count(&changes, action);
    json!({
        "project": project,
        "in_sync": plan.in_sync(),
        "summary": {
            "create": number(Action::Create),
            "change": number(Action::Change),
            "replace": number(Action::Replace),
            "remove": number(Action::Remove),
            "later": plan.deferred.len(),
            "blocked": plan.blocked.len(),
        },
        "changes": changes.iter().map(resource_value).collect::<Vec<_>>(),
        "steps": plan.steps.iter().map(|step| json!({
            "address": step.resource,
            "action": step.change.action().word(),
            "does": step.change.describe(),
            "because": step.because,
            "risk": step.risk.word(),
            "after": step.after,
        })).collect::<Vec<_>>(),
        "deferred": plan.deferred.iter().map(|one| json!({"address": one.resource, "because": one.why})).collect::<Vec<_>>(),
        "blocked": plan.blocked.iter().map(|one| json!({"address": one.resource, "because": one.why, "fix": one.fix})).collect::<Vec<_>>(),
        "undeclared": plan.undeclared,
    })
}

fn resource_value(change: &ResourceChange) -> Value {
    json!({
        "address": change.resource,
        "action": change.action.word(),
        "does": change.does,
        "because": change.because,
        "keys": change.keys,
        "risk": change.risk.word(),
        "steps": change.steps,
    })
}
