//! Every fault of `fault_table` on a stack of its own: `verify` must fail, name the right stage and no other, and be content
//! again after the repair.
//!
//! A sample of the cheap ones, drawn by a seed, in every run; all of them with `SPARKFLOW_FAULTS=all`, or a shard (`2/3`),
//! which is what `scripts/prove` asks for. There every result is kept, the bad ones too, and a fault with a result is not
//! injected again.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use sparkflow::doctor::signatures::ANY_STAGE;

use crate::fault::{Cost, Fault};
use crate::fault_table::all;
use crate::shards::{Log, Which};
use crate::stack::{Outcome, Stack, repository};

const SEED: u64 = 20_260_403;
const WHICH_VARIABLE: &str = "SPARKFLOW_FAULTS";
const LOG_VARIABLE: &str = "SPARKFLOW_FAULTS_LOG";
const SAMPLE_COUNT: usize = 3;
/// What `verify` ends with when a stage fails.
const UNPROVEN: i32 = 4;

/// What `verify` made of one fault.
struct Verdict {
    code: Option<i32>,
    failed: Vec<String>,
    seconds: f64,
    /// What `doctor` finds while the fault is there, the deepest cause first.
    causes: Vec<String>,
    /// How `verify` ended after the repair, where that could be done.
    after: Result<Vec<String>, String>,
}

impl Verdict {
    fn is_red(&self) -> bool {
        self.code == Some(UNPROVEN)
    }

    fn is_right(&self, fault: &Fault) -> bool {
        let is_named = |failed: &String| fault.named.contains(&failed.as_str());
        self.is_red() && !self.failed.is_empty() && self.failed.iter().all(is_named)
    }

    fn is_green_again(&self) -> bool {
        self.after.as_ref().is_ok_and(Vec::is_empty)
    }
}

#[test]
fn every_fault_is_named_by_the_stage_it_is_in_and_by_no_other() {
    let which = Which::of(WHICH_VARIABLE, SEED);
    let log = Log::of(LOG_VARIABLE);
    let mut rows = all();
    if which.is_sample() {
        rows.retain(|fault| fault.cost == Cost::Seconds);
    }
    let mut rows = which.of_all(rows, SAMPLE_COUNT);
    rows.retain(|fault| !log.has(fault.name));
    if rows.is_empty() {
        return;
    }
    let stack = Stack::of("ferry", &repository().join("tests/pipelines/ferry/pipeline.yaml"));
    launch(&stack);
    let mut wrong = Vec::new();
    for fault in &rows {
        eprintln!("  {}", fault.name);
        match judged(&stack, fault) {
            Ok(verdict) => {
                log.write(&fields(fault, &verdict).each_ref().map(String::as_str));
                wrong.extend(complaint(fault, &verdict));
                if !verdict.is_green_again() {
                    launch_anew(&stack);
                }
            }
            // Without a result: the next run tries it again.
            Err(why) => {
                wrong.push(format!("{}: not injected: {why}", fault.name));
                launch_anew(&stack);
            }
        }
    }
    stack.remove();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A stack in which everything has happened once.
fn launch(stack: &Stack) {
    stack.run(&["up"]).exits(0);
    stack.run(&["run", "source", "crossings", "--count", "40"]).exits(0);
    stack.run(&["run", "schedule", "load"]).exits(0);
    stack.run(&["run", "schedule", "count"]).exits(0);
    stack.run(&["verify"]).exits(0);
}

/// One fault that was not repaired must not spoil the next.
fn launch_anew(stack: &Stack) {
    stack.forget_by_hand();
    stack.run(&["down", "--volumes", "-y"]).exits(0);
    launch(stack);
}

fn judged(stack: &Stack, fault: &Fault) -> Result<Verdict, String> {
    attempted(|| stack.suffer(fault.inject))?;
    let outcome = stack.run(&["verify", "-o", "json"]);
    let (code, seconds) = (outcome.code, outcome.took.as_secs_f64());
    let failed = failed_stages(&outcome);
    let causes = causes(&stack.run(&["doctor", "-o", "json"]));
    eprintln!("    {code:?} after {seconds:.1} s: {}; doctor: {}", failed.join(", "), causes.join(", "));
    let after = attempted(|| stack.suffer(fault.repair)).map(|()| {
        let outcome = stack.run(&["verify", "-o", "json"]);
        let mut failed = failed_stages(&outcome);
        if failed.is_empty() && outcome.code != Some(0) {
            failed.push(format!("exit code {:?}", outcome.code));
        }
        failed
    });
    Ok(Verdict { code, failed, seconds, causes, after })
}

/// What goes wrong in one fault is that fault's result, not the end of the others.
fn attempted(work: impl FnOnce()) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        text.unwrap_or_default().lines().next().unwrap_or("a command failed").to_string()
    })
}

/// A proof that cannot be read names nothing that is right.
fn failed_stages(outcome: &Outcome) -> Vec<String> {
    let Ok(proof) = serde_json::from_str::<Value>(&outcome.stdout) else {
        return vec![format!("no proof, but: {}", outcome.stderr.lines().last().unwrap_or_default())];
    };
    let stages = proof["stages"].as_array().cloned().unwrap_or_default();
    let failed = stages.iter().filter(|stage| stage["state"] == "failed");
    let mut names: Vec<String> = failed.filter_map(|stage| stage["name"].as_str().map(str::to_string)).collect();
    names.sort();
    names.dedup();
    names
}

/// `SD301 Kafka has no room`, for each finding. That a stage fails is none: `verify` has said so.
fn causes(outcome: &Outcome) -> Vec<String> {
    let diagnosis: Value = serde_json::from_str(&outcome.stdout).unwrap_or_default();
    let mut findings = diagnosis["findings"].as_array().cloned().unwrap_or_default();
    findings.retain(|finding| finding["code"] != ANY_STAGE);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    for finding in &findings {
        eprintln!("      {} by {}", text(&finding["code"]), finding["evidence"][0]);
    }
    findings.iter().map(|finding| format!("{} {}", text(&finding["code"]), text(&finding["title"]))).collect()
}

/// For the table that `scripts/prove` writes.
fn fields(fault: &Fault, verdict: &Verdict) -> [String; 9] {
    let word = |is: bool| if is { "yes" } else { "no" }.to_string();
    let failed = if verdict.failed.is_empty() { "nothing".to_string() } else { verdict.failed.join(", ") };
    let deepest = verdict.causes.first().cloned().unwrap_or_else(|| "nothing".to_string());
    let after = match &verdict.after {
        Ok(failed) if failed.is_empty() => "yes".to_string(),
        Ok(failed) => format!("no: {}", failed.join(", ")),
        Err(why) => format!("no: {}", why.replace('\t', " ")),
    };
    [
        fault.name.to_string(),
        fault.named.join(" or "),
        failed,
        word(verdict.is_red()),
        word(verdict.is_right(fault)),
        format!("{:.1}", verdict.seconds),
        after,
        deepest,
        // Tells when the proof is whole.
        all().len().to_string(),
    ]
}

fn complaint(fault: &Fault, verdict: &Verdict) -> Option<String> {
    if verdict.is_right(fault) && verdict.is_green_again() {
        return None;
    }
    let Verdict { code, failed, after, .. } = verdict;
    Some(format!(
        "{}:\n  expected {:?}\n  ended with {code:?}, failed {failed:?}\n  after repair {after:?}",
        fault.name, fault.named
    ))
}
