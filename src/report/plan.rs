//! A plan as people read it: one line per step with its cause, what is deferred and why, a summary.

use std::fmt::Write;

use crate::plan::{Plan, Risk};

/// The whole text, without a final line break.
#[must_use]
pub fn render(plan: &Plan) -> String {
    let mut lines = Vec::new();
    for step in &plan.steps {
        let mut line = format!("  {} {}: {}", step.change.sign(), step.resource, step.change.describe());
        // Writing to a String cannot fail.
        write!(line, "  ({})", step.because).expect("a String takes every write");
        match step.risk {
            Risk::None => {}
            Risk::Restart => line.push_str("  [restarts it]"),
            Risk::DataLoss => line.push_str("  [loses data]"),
        }
        lines.push(line);
    }
    for deferred in &plan.deferred {
        lines.push(format!("  ? {}: later  ({})", deferred.resource, deferred.why));
    }
    for blocked in &plan.blocked {
        lines.push(format!("  ! {}: {}", blocked.resource, blocked.why));
        lines.push(format!("    fix: {}", blocked.fix));
    }
    for resource in &plan.undeclared {
        lines.push(format!("  . {resource}: there, and the file does not name it; left alone"));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(summary(plan));
    lines.join("\n")
}

fn summary(plan: &Plan) -> String {
    if plan.in_sync() {
        return "No changes. Everything is as the file says.".to_string();
    }
    let count = |sign: char| plan.steps.iter().filter(|step| step.change.sign() == sign).count();
    let mut text = format!("Plan: {} to create, {} to change, {} to remove", count('+'), count('~'), count('-'));
    if !plan.deferred.is_empty() {
        text.push_str(&format!("; {} known later", plan.deferred.len()));
    }
    if !plan.blocked.is_empty() {
        text.push_str(&format!("; {} in the way", plan.blocked.len()));
    }
    text.push('.');
    text
}
