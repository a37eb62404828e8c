//! Saved plans: written by `plan --out`, read and judged by `up FILE`; and the names given with `--only`.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::cli::Failure;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::whole_file::{self, Readers};
use crate::live::Live;
use crate::plan::saved::{FORMAT_VERSION, Origin, SavedPlan};
use crate::plan::{Plan, part};
use crate::topology::resource::{ResourceId, Topology};

const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) fn save(
    path: &Path,
    plan: Plan,
    project: &Project,
    topology: &Topology,
    live: &Live,
) -> Result<(), Failure> {
    let files = project.file_hashes();
    let origin = Origin { version: VERSION, engine: &live.engine.id, files: &files };
    let saved = SavedPlan::new(plan, topology, live, origin);
    whole_file::write(path, &serde_json::to_string_pretty(&saved)?, Readers::Owner)
}

pub(super) fn read(path: &Path) -> Result<SavedPlan, Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::File, format!("`{}`: {error}", path.display()))
            .hint("make a plan with `sparkflow plan --out FILE`")
    };
    let value: Value = serde_json::from_str(&whole_file::read(path)?).map_err(|error| wrong(&error))?;
    if value["format_version"] != FORMAT_VERSION || value["plan"].is_null() {
        return Err(wrong(&format!("no plan of format {FORMAT_VERSION}")));
    }
    let saved: SavedPlan = serde_json::from_value(value).map_err(|error| wrong(&error))?;
    if !is_ordered(&saved.plan) {
        return Err(wrong(&"its steps are in no order that works"));
    }
    Ok(saved)
}

/// Files are edited: a step that waits for itself, or for one that is not there, would never begin.
fn is_ordered(plan: &Plan) -> bool {
    plan.steps.iter().enumerate().all(|(index, step)| step.after.iter().all(|need| *need < index))
}

/// Refuses a plan that was made for another world, naming each thing that changed.
pub(super) fn still_true(
    saved: &SavedPlan,
    project: &Project,
    topology: &Topology,
    live: &Live,
) -> Result<(), Failure> {
    let files = project.file_hashes();
    let origin = Origin { version: VERSION, engine: &live.engine.id, files: &files };
    let drift = saved.drift(topology, live, origin);
    if drift.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = drift.iter().map(|one| format!("  {one}")).collect();
    let reason = format!("the plan is not applied; since it was made, this changed:\n{}", lines.join("\n"));
    Err(Failure::new(Exit::Failed, reason).hint("make a new one with `sparkflow plan --out FILE`"))
}

/// The resources that names stand for, with what they need.
pub(super) fn chosen(topology: &Topology, names: &[String]) -> Result<BTreeSet<ResourceId>, Failure> {
    let mut chosen = BTreeSet::new();
    for name in names {
        chosen.extend(part::named(topology, name).ok_or_else(|| unknown(name))?);
    }
    Ok(chosen)
}

fn unknown(name: &str) -> Failure {
    Failure::new(Exit::Usage, format!("nothing of the pipeline is called `{name}`"))
        .hint("`sparkflow status` lists the names")
}

/// Names given with `--allow-loss` must mean something: a slip of the pen is no consent.
pub(super) fn losable(topology: &Topology, names: &[String]) -> Result<(), Failure> {
    match names.iter().find(|name| part::named(topology, name).is_none()) {
        Some(name) => Err(unknown(name)),
        None => Ok(()),
    }
}
