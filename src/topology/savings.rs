//! The smallest change of a few settings that makes a pipeline fit: fewest settings first, then the least that is given up.

use crate::model::pipeline::{Pipeline, Setting};
use crate::topology::budget::{self, Change, Fitting};
use crate::topology::build::{BuildError, Inputs};
use crate::topology::facts::number;

const MIB: i64 = 1 << 20;
/// Memory settings are tried in steps of this.
const STEP: i64 = 128 * MIB;
/// What each service was seen to run with, at the least. Below, it would be killed or collect garbage all the time.
const FLOORS: [(&str, &str, i64); 5] = [
    ("spark", "worker.memory", 512 * MIB),
    ("cassandra", "memory", 896 * MIB),
    ("kafka", "memory", 512 * MIB),
    ("postgres", "memory", 256 * MIB),
    ("spark", "memory", 320 * MIB),
];
/// Settings that are changed together at most.
const MOST_CHANGES: usize = 3;

/// A setting and the values it may take instead, the gentlest first.
struct Knob {
    service: &'static str,
    setting: &'static str,
    from: i64,
    values: Vec<i64>,
}

pub(super) fn smallest(inputs: &Inputs<'_>, wanted: u64, free: u64) -> Result<Option<Fitting>, BuildError> {
    let knobs = knobs(inputs.pipeline);
    for count in 1..=MOST_CHANGES.min(knobs.len()) {
        let mut best: Option<Fitting> = None;
        for chosen in choices(knobs.len(), count) {
            let knobs: Vec<&Knob> = chosen.iter().map(|index| &knobs[*index]).collect();
            if let Some(fitting) = gentlest(inputs, &knobs, wanted, free)?
                && best.as_ref().is_none_or(|best| fitting.saves < best.saves)
            {
                best = Some(fitting);
            }
        }
        if best.is_some() {
            return Ok(best);
        }
    }
    Ok(None)
}

/// Every way to take `count` of `total`, in order.
fn choices(total: usize, count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for last in count - 1..total {
        for mut shorter in choices(last, count - 1) {
            shorter.push(last);
            all.push(shorter);
        }
    }
    all
}

/// The gentlest values of exactly these knobs that fit: all but the last at one value each, the last as gentle as fits.
fn gentlest(inputs: &Inputs<'_>, knobs: &[&Knob], wanted: u64, free: u64) -> Result<Option<Fitting>, BuildError> {
    let strongest: Vec<i64> = knobs.iter().filter_map(|knob| knob.values.last().copied()).collect();
    // Where even the strongest values do not fit, none between do.
    if strongest.len() != knobs.len() || total(inputs, knobs, &strongest)?.is_none_or(|total| total > free) {
        return Ok(None);
    }
    let mut values = strongest;
    // Each in turn is relaxed as far as the others allow.
    for index in 0..knobs.len() {
        for value in &knobs[index].values {
            let mut tried = values.clone();
            tried[index] = *value;
            if total(inputs, knobs, &tried)?.is_some_and(|total| total <= free) {
                values = tried;
                break;
            }
        }
    }
    let saved = total(inputs, knobs, &values)?.unwrap_or(wanted);
    let changes = knobs.iter().zip(&values).map(|(knob, value)| Change {
        service: knob.service.to_string(),
        setting: knob.setting.to_string(),
        from: knob.from,
        to: *value,
    });
    Ok(Some(Fitting { changes: changes.collect(), saves: wanted.saturating_sub(saved) }))
}

/// What all limits add up to with these values, where the jobs can still run.
fn total(inputs: &Inputs<'_>, knobs: &[&Knob], values: &[i64]) -> Result<Option<u64>, BuildError> {
    let mut pipeline = inputs.pipeline.clone();
    for (knob, value) in knobs.iter().zip(values) {
        if let Some(service) = pipeline.services.get_mut(knob.service) {
            service.settings.insert(knob.setting.to_string(), Setting::Int(*value));
        }
    }
    if !runs(&pipeline) {
        return Ok(None);
    }
    Ok(Some(budget::shares(inputs, &pipeline)?.iter().map(|share| share.limit).sum()))
}

/// Whether every job finds the cores and the memory it asks for beside the streaming ones.
fn runs(pipeline: &Pipeline) -> bool {
    let (streaming, batch): (Vec<_>, Vec<_>) = pipeline.jobs.values().partition(|job| job.stream.is_some());
    let taken: u64 = streaming.iter().map(|job| u64::from(job.cores)).sum();
    let needed = batch.iter().map(|job| u64::from(job.cores)).max().unwrap_or(0);
    let cores = budget::cores(pipeline).is_none_or(|cores| cores >= taken + needed);
    let Some(offer) = pipeline.services.get("spark").and_then(|spark| number(spark, "worker.memory")) else {
        return cores;
    };
    let workers = pipeline.services.get("spark").and_then(|spark| number(spark, "workers")).unwrap_or(1);
    let largest = pipeline.jobs.values().map(|job| job.memory).max().unwrap_or(0);
    if largest == 0 {
        return cores;
    }
    let executors = workers * (offer / largest);
    let running = streaming.len() as u64 + u64::from(!batch.is_empty());
    cores && executors >= running
}

/// What may be turned down in this pipeline. Services with an image of their own are left as they are.
fn knobs(pipeline: &Pipeline) -> Vec<Knob> {
    let set = |service: &str, setting: &str| match pipeline.services.get(service)?.settings.get(setting)? {
        Setting::Int(value) => Some(*value),
        _ => None,
    };
    let mut knobs = Vec::new();
    for setting in ["workers", "worker.cores"] {
        if let Some(from) = set("spark", setting).filter(|count| *count > 1) {
            knobs.push(Knob { service: "spark", setting, from, values: (1..from).rev().collect() });
        }
    }
    for (service, setting, floor) in FLOORS {
        let Some(from) = set(service, setting).filter(|bytes| *bytes > floor) else { continue };
        let mut values: Vec<i64> =
            (1..=(from - floor) / STEP).map(|step| from - step * STEP).filter(|bytes| *bytes > floor).collect();
        values.push(floor);
        knobs.push(Knob { service, setting, from, values });
    }
    knobs
}

#[cfg(test)]
mod tests {
    use super::choices;

    #[test]
    fn every_choice_is_made_once() {
        assert_eq!(choices(3, 2), [vec![0, 1], vec![0, 2], vec![1, 2]]);
        assert_eq!(choices(4, 1).len(), 4);
        assert_eq!(choices(2, 3), Vec::<Vec<usize>>::new());
    }
}
