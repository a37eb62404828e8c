//! SF301 to SF305: what jobs ask of Spark against what its workers offer.

use std::collections::BTreeMap;

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::pipeline::{Action, Schedule};
use crate::spec::scalar::memory_words;

/// Spark refuses to start an executor or driver with less: 1.5 times the 300 MiB it keeps for itself.
const FLOOR: u64 = 450 << 20;

/// SF305.
pub(super) fn executor_memory_floor(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, job) in &facts.pipeline.jobs {
        for (key, bytes) in [("memory", job.memory), ("driver_memory", job.driver_memory)] {
            if bytes < FLOOR {
                let message = format!(
                    "the job `{name}` asks for {}, and Spark needs at least {}",
                    memory_words(bytes),
                    memory_words(FLOOR)
                );
                found.push(
                    Diagnostic::error("SF305", message)
                        .at(facts.place(&["jobs", name, key]), "too little")
                        .help(format!("write `{key}: 512m`")),
                );
            }
        }
    }
}

/// SF304: an executor lives in one worker.
pub(super) fn worker_memory(facts: &Facts<'_>, found: &mut Diagnostics) {
    let Some(offer) = facts.number("spark", "worker.memory").and_then(|bytes| u64::try_from(bytes).ok()) else {
        return;
    };
    for (name, job) in &facts.pipeline.jobs {
        if job.memory > offer {
            let message = format!(
                "the job `{name}` asks for {} per executor, and a worker offers {}",
                memory_words(job.memory),
                memory_words(offer)
            );
            let diagnostic = Diagnostic::error("SF304", message)
                .at(facts.place(&["jobs", name, "memory"]), "more than a worker has")
                .help("it would wait for ever: ask for less, or give the workers more");
            found.push(with_workers(facts, diagnostic));
        }
    }
}

/// Shows the workers too, where the file says how many there are.
fn with_workers(facts: &Facts<'_>, diagnostic: Diagnostic) -> Diagnostic {
    match facts.written(&["services", "spark"]) {
        Some(span) => diagnostic.at(span, "the workers"),
        None => diagnostic,
    }
}

/// All cores of all workers, where the blueprint says.
fn cores(facts: &Facts<'_>) -> Option<i64> {
    Some(facts.number("spark", "workers")? * facts.number("spark", "worker.cores")?)
}

/// Cores that streams hold all the time.
fn streaming(facts: &Facts<'_>) -> i64 {
    facts.pipeline.jobs.values().filter(|job| job.stream.is_some()).map(|job| i64::from(job.cores)).sum()
}

/// SF303.
pub(super) fn worker_cores(facts: &Facts<'_>, found: &mut Diagnostics) {
    let Some(offer) = cores(facts) else { return };
    for (name, job) in &facts.pipeline.jobs {
        if i64::from(job.cores) > offer {
            let message = format!("the job `{name}` asks for {} cores, and the workers offer {offer}", job.cores);
            let place = facts.place(&["jobs", name, "cores"]);
            let diagnostic = Diagnostic::error("SF303", message).at(place, "more than there are");
            found.push(with_workers(facts, diagnostic.help("ask for fewer, or add workers")));
        }
    }
}

/// SF301: streams never give their cores back, so a batch job would wait for ever.
pub(super) fn cores_for_batch(facts: &Facts<'_>, found: &mut Diagnostics) {
    let Some(offer) = cores(facts) else { return };
    let taken = streaming(facts);
    if taken > offer {
        let message = format!("streaming jobs ask for {taken} cores, and the workers offer {offer}");
        let help = "add workers or cores, or ask for fewer `cores` in the jobs";
        let stream = facts.pipeline.jobs.values().find(|job| job.stream.is_some()).map(|job| job.span);
        let diagnostic =
            Diagnostic::error("SF301", message).at(stream.unwrap_or_default(), "runs all the time").help(help);
        found.push(with_workers(facts, diagnostic));
        return;
    }
    let free = offer - taken;
    let starved = facts.pipeline.jobs.iter().find(|(_, job)| job.stream.is_none() && i64::from(job.cores) > free);
    if let (Some((name, job)), true) = (starved, taken > 0) {
        let message = format!(
            "streaming jobs hold {taken} of {offer} cores, which leaves {free} for the batch job `{name}`; it needs {}",
            job.cores
        );
        let stream = facts.pipeline.jobs.values().find(|job| job.stream.is_some()).map_or(job.span, |job| job.span);
        found.push(
            Diagnostic::error("SF301", message)
                .at(job.span, "would wait for ever")
                .at(stream, "runs all the time")
                .help("add workers or cores: `spark: { workers: 2 }`"),
        );
    }
}

/// SF302: jobs of one schedule that may start together, against the cores that are free.
pub(super) fn batch_queue(facts: &Facts<'_>, found: &mut Diagnostics) {
    let Some(offer) = cores(facts) else { return };
    let free = offer - streaming(facts);
    for (name, schedule) in &facts.pipeline.schedules {
        let wanted = widest(facts, schedule);
        if free > 0 && wanted > free {
            let message = format!(
                "the schedule `{name}` may start jobs for {wanted} cores at once, with {free} free: some will wait"
            );
            found.push(
                Diagnostic::note("SF302", message)
                    .at(schedule.span, "this schedule")
                    .help("they queue and still run; more workers make it faster"),
            );
        }
    }
}

/// Cores of the largest set of jobs at the same distance from the start.
fn widest(facts: &Facts<'_>, schedule: &Schedule) -> i64 {
    let depths = depths(schedule);
    let mut levels: BTreeMap<usize, i64> = BTreeMap::new();
    for (task, depth) in schedule.tasks.iter().zip(depths) {
        if let Action::Job(job) = &task.action {
            let cores = facts.pipeline.jobs.get(job).map_or(0, |job| i64::from(job.cores));
            *levels.entry(depth).or_default() += cores;
        }
    }
    levels.into_values().max().unwrap_or_default()
}

/// Steps from the start to each task along its longest way; 0 for tasks that wait for each other.
fn depths(schedule: &Schedule) -> Vec<usize> {
    let positions: BTreeMap<&str, usize> =
        schedule.tasks.iter().enumerate().map(|(position, task)| (task.name.as_str(), position)).collect();
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); schedule.tasks.len()];
    let mut waits_for = vec![0_usize; schedule.tasks.len()];
    for (position, task) in schedule.tasks.iter().enumerate() {
        for before in task.after.iter().filter_map(|name| positions.get(name.as_str())) {
            followers[*before].push(position);
            waits_for[position] += 1;
        }
    }
    let mut depths = vec![0; schedule.tasks.len()];
    let mut ready: Vec<usize> = (0..schedule.tasks.len()).filter(|position| waits_for[*position] == 0).collect();
    while let Some(done) = ready.pop() {
        for &follower in &followers[done] {
            depths[follower] = depths[follower].max(depths[done] + 1);
            waits_for[follower] -= 1;
            if waits_for[follower] == 0 {
                ready.push(follower);
            }
        }
    }
    depths
}
