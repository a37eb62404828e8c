//! Which of the failing stages is the cause: the others are not judged, for they stand on something that is broken.
//!
//! Pure. What stands on what, `grounds` knows. Which hop each kind of fault must be blamed on is written down, fault by fault,
//! in `tests/it/faults.rs`.

use std::collections::{BTreeMap, BTreeSet};

use super::grounds::{Aspect, Grounds, Node, failed, node};
use super::stage::{Stage, State};

/// The jobs through which no record can pass, by what is known so far, each with the failing stage it stands on.
#[must_use]
pub(super) fn hopeless<'a>(
    jobs: impl Iterator<Item = &'a String>,
    stages: &[Stage],
    grounds: &Grounds,
) -> BTreeMap<String, String> {
    let failed = failed(stages);
    let cause = |job: &'a String| {
        let (_, name) = grounds.cause(&(Aspect::Passes, format!("job/{job}")), &failed)?;
        Some((job.clone(), name.clone()))
    };
    jobs.filter_map(cause).collect()
}

/// Leaves failed only what stands on nothing that fails. The others say what they wait for, and keep what was seen.
#[must_use]
pub fn judge(stages: Vec<Stage>, grounds: &Grounds) -> Vec<Stage> {
    let failed = failed(&stages);
    let causes: BTreeMap<&Node, String> =
        failed.iter().filter_map(|one| Some((one, grounds.cause(one, &failed)?.1.clone()))).collect();
    let mut said: BTreeSet<String> = BTreeSet::new();
    let mut judged = Vec::with_capacity(stages.len());
    for stage in stages {
        if stage.state != State::Failed {
            judged.push(stage);
            continue;
        }
        let cause = causes.get(&node(&stage)).cloned();
        // One hop is named once, by the first that found it broken.
        let again = cause.is_none() && !said.insert(stage.name.clone());
        let cause = if again { Some(stage.name.clone()) } else { cause };
        judged.push(match cause {
            None => stage,
            Some(cause) => waiting(stage, &cause),
        });
    }
    judged
}

fn waiting(stage: Stage, cause: &str) -> Stage {
    let seen = format!("not judged, {cause} fails: {}", stage.seen);
    Stage { state: State::NotProven, next: None, seen, ..stage }
}
