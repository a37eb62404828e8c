//! The memory that a pipeline's containers may take, what each limit is made of, and the smallest change that fits a smaller engine.
//!
//! Pure: the engine's memory is a number here. Blueprints are rendered for their limits alone; no image, file or port is looked at.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::pipeline::{Pipeline, Setting};
use crate::topology::build::{BuildError, Inputs};
use crate::topology::facts::{self, number};
use crate::topology::jobs::container_name;
use crate::topology::{containers, savings};

const MIB: u64 = 1 << 20;

/// One container's limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    pub container: String,
    /// Bytes.
    pub limit: u64,
    /// The settings it comes from, and what is added to them.
    pub made_of: String,
}

/// A setting with another value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    pub service: String,
    pub setting: String,
    pub from: i64,
    pub to: i64,
}

impl Change {
    /// `services.spark.workers: 2 -> 1`
    #[must_use]
    pub fn words(&self) -> String {
        let value = |number: i64| match u64::try_from(number) {
            Ok(bytes) if bytes >= MIB => as_written(bytes),
            _ => number.to_string(),
        };
        format!("services.{}.{}: {} -> {}", self.service, self.setting, value(self.from), value(self.to))
    }
}

/// What does not fit, and what would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverBudget {
    /// Bytes that all limits add up to.
    pub wanted: u64,
    /// Bytes the engine has, less what other containers may take.
    pub free: u64,
    /// The largest first.
    pub shares: Vec<Share>,
    /// The smallest change that fits, and the bytes that it saves; none where even the smallest stack is too large.
    pub fits: Option<Fitting>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fitting {
    pub changes: Vec<Change>,
    pub saves: u64,
}

/// Nothing where the pipeline fits.
///
/// # Errors
/// When a blueprint does not render.
pub fn judge(inputs: &Inputs<'_>, free: u64) -> Result<Option<OverBudget>, BuildError> {
    let mut shares = shares(inputs, inputs.pipeline)?;
    let wanted = shares.iter().map(|share| share.limit).sum();
    if wanted <= free {
        return Ok(None);
    }
    shares.sort_by(|one, other| other.limit.cmp(&one.limit).then_with(|| one.container.cmp(&other.container)));
    let fits = savings::smallest(inputs, wanted, free)?;
    Ok(Some(OverBudget { wanted, free, shares, fits }))
}

/// The limit of every container that stays, for a pipeline that may differ from the one in `inputs` by its settings.
pub(super) fn shares(inputs: &Inputs<'_>, pipeline: &Pipeline) -> Result<Vec<Share>, BuildError> {
    let facts = facts::facts(pipeline);
    let inputs = Inputs { pipeline, ..*inputs };
    let mut shares = Vec::new();
    for (name, service) in &pipeline.services {
        let limits = containers::declared_limits(&inputs, &facts, name, service)?;
        for (container, limit) in limits.services {
            let made_of = made_of(&container, limit, &service.settings);
            shares.push(Share { container, limit, made_of });
        }
        let Some(beside_heap) = limits.job else { continue };
        for (job, declared) in pipeline.jobs.iter().filter(|(_, job)| job.stream.is_some()) {
            let made_of = format!(
                "driver_memory {} + {} beside the heap",
                as_written(declared.driver_memory),
                as_written(beside_heap)
            );
            shares.push(Share { container: container_name(job), limit: beside_heap + declared.driver_memory, made_of });
        }
    }
    Ok(shares)
}

/// The settings of the service that speak of memory, and what its blueprint adds.
fn made_of(container: &str, limit: u64, settings: &BTreeMap<String, Setting>) -> String {
    let of = |key: &str| match settings.get(key) {
        Some(Setting::Int(value)) => u64::try_from(*value).ok(),
        _ => None,
    };
    if of("memory") == Some(limit) {
        return format!("memory {}", as_written(limit));
    }
    match (container.contains("worker"), of("worker.memory"), of("worker.cores")) {
        (true, Some(memory), Some(cores)) => format!(
            "worker.memory {} + {} for the worker and what {cores} cores take beside the heap",
            as_written(memory),
            as_written(limit.saturating_sub(memory))
        ),
        _ if container.contains("scheduler") => "the scheduler, and a driver per job that runs at once".to_string(),
        _ => "set by the blueprint".to_string(),
    }
}

/// Bytes as the file writes them: `768m`, `2g`.
fn as_written(bytes: u64) -> String {
    let mebibytes = bytes.div_ceil(MIB);
    if mebibytes.is_multiple_of(1024) { format!("{}g", mebibytes / 1024) } else { format!("{mebibytes}m") }
}

/// Cores that all workers offer together.
#[must_use]
pub fn cores(pipeline: &Pipeline) -> Option<u64> {
    let spark = pipeline.services.get("spark")?;
    Some(number(spark, "workers")? * number(spark, "worker.cores")?)
}
