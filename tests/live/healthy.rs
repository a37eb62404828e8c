//! No false alarm: `verify` of a stack that is well, idle, under load, right after `up` and right after a `restart`.
//!
//! Once each on the smallest pipeline in every run; many times on three of them with `SPARKFLOW_HEALTHY=all`, which is what
//! `scripts/prove` asks for. There every result is kept, and one that is there is not asked for again.

use std::fmt;

use serde_json::Value;

use crate::shards::{Log, Which};
use crate::stack::{Stack, repository};

const WHICH_VARIABLE: &str = "SPARKFLOW_HEALTHY";
const LOG_VARIABLE: &str = "SPARKFLOW_HEALTHY_LOG";

/// A pipeline, what brings it records, and what of it is restarted, one after the other.
struct Patient {
    name: &'static str,
    file: &'static str,
    profiles: &'static [&'static str],
    source: &'static str,
    restarts: &'static [&'static str],
    /// How often in each condition when all is asked for.
    rounds: usize,
}

const PATIENTS: [Patient; 3] = [
    Patient {
        name: "twenty",
        file: "tests/pipelines/twenty/pipeline.yaml",
        profiles: &[],
        source: "meters",
        restarts: &["keep_readings", "kafka", "cassandra"],
        rounds: 3,
    },
    Patient {
        name: "harbour",
        file: "tests/pipelines/harbour/pipeline.yaml",
        profiles: &[],
        source: "calls",
        restarts: &["spark-worker-1", "kafka", "keep_calls"],
        rounds: 3,
    },
    Patient {
        name: "flagship",
        file: "pipeline.yaml",
        profiles: &["ci", "offline"],
        source: "randomuser",
        restarts: &["airflow-scheduler", "cassandra", "store_users", "spark-worker-1"],
        rounds: 4,
    },
];

#[derive(Debug, Clone, Copy)]
enum Condition {
    Idle,
    UnderLoad,
    AfterUp,
    AfterRestart,
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Idle => "idle",
            Self::UnderLoad => "under load",
            Self::AfterUp => "right after `up`",
            Self::AfterRestart => "right after `restart`",
        })
    }
}

/// The first one is right after the stack was made.
const CONDITIONS: [Condition; 4] = [Condition::AfterUp, Condition::Idle, Condition::UnderLoad, Condition::AfterRestart];

#[test]
fn a_stack_that_is_well_is_never_called_ill() {
    let is_sample = Which::of(WHICH_VARIABLE, 0).is_sample();
    let log = Log::of(LOG_VARIABLE);
    let mut alarms = Vec::new();
    let patients = PATIENTS.iter().take(if is_sample { 1 } else { PATIENTS.len() });
    for patient in patients {
        let rounds = if is_sample { 1 } else { patient.rounds };
        alarms.extend(examined(patient, rounds, &log));
    }
    assert!(alarms.is_empty(), "{}", alarms.join("\n"));
}

fn examined(patient: &Patient, rounds: usize, log: &Log) -> Vec<String> {
    let mut open: Vec<(Condition, usize)> = Vec::new();
    for round in 1..=rounds {
        open.extend(CONDITIONS.iter().map(|condition| (*condition, round)));
    }
    open.retain(|(condition, round)| !log.has(&title(patient, *condition, *round)));
    let mut alarms = Vec::new();
    if open.is_empty() {
        return alarms;
    }
    let scenario = format!("healthy-{}", patient.name);
    let stack = Stack::of(&scenario, &repository().join(patient.file)).with_profiles(patient.profiles);
    stack.run(&["up"]).exits(0);
    stack.run(&["run", "source", patient.source, "--count", "60"]).exits(0);
    for (condition, round) in open {
        let title = title(patient, condition, round);
        eprintln!("  {title}");
        let (code, proof, seconds) = looked_at(&stack, patient, condition, round);
        let failed: Vec<String> = failed(&proof);
        let total = PATIENTS.iter().map(|patient| patient.rounds * CONDITIONS.len()).sum::<usize>();
        let verdict = match code {
            Some(0) => "ok".to_string(),
            code => format!("exit code {code:?} {}", failed.join("; ")),
        };
        log.write(&[
            &title,
            patient.name,
            &condition.to_string(),
            &verdict,
            &format!("{seconds:.1}"),
            &total.to_string(),
        ]);
        if verdict != "ok" {
            alarms.push(format!("{title}: ended with {code:?}: {verdict}"));
        }
    }
    stack.remove();
    alarms
}

fn title(patient: &Patient, condition: Condition, round: usize) -> String {
    format!("{} {condition} ({round})", patient.name)
}

fn looked_at(stack: &Stack, patient: &Patient, condition: Condition, round: usize) -> (Option<i32>, Value, f64) {
    let mut load = None;
    match condition {
        Condition::Idle => {}
        Condition::UnderLoad => load = Some(stack.start(&["run", "source", patient.source, "--for", "10m"])),
        Condition::AfterUp => {
            stack.run(&["down"]).exits(0);
            stack.run(&["up"]).exits(0);
        }
        Condition::AfterRestart => {
            let name = patient.restarts[(round - 1) % patient.restarts.len()];
            stack.run(&["restart", name]).exits(0);
        }
    }
    let outcome = stack.run(&["verify", "-o", "json"]);
    if let Some(load) = load {
        let ended = load.interrupted();
        assert!(matches!(ended.code, Some(0 | 130)), "{ended}");
    }
    let proof = serde_json::from_str(&outcome.stdout).unwrap_or_default();
    (outcome.code, proof, outcome.took.as_secs_f64())
}

/// What is said of each stage that failed.
fn failed(proof: &Value) -> Vec<String> {
    let stages = proof["stages"].as_array().cloned().unwrap_or_default();
    let failed = stages.iter().filter(|stage| stage["state"] == "failed");
    failed.map(|stage| format!("{}: {}", stage["name"], stage["seen"]).replace(['\t', '\n'], " ")).collect()
}
