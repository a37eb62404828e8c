//! The plan by resource: what people read as one line, whatever the number of calls behind it.

use std::collections::BTreeMap;

use super::cause::KeyChange;
use super::change::{Action, Change};
use super::{Plan, Risk, Step};
use crate::topology::resource::ResourceId;

/// Everything the plan does to one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceChange {
    pub resource: ResourceId,
    pub action: Action,
    /// As verbs: `replace`, `grow to 6 partitions, set retention.ms=1000`.
    pub does: String,
    pub because: String,
    pub keys: Vec<KeyChange>,
    pub risk: Risk,
    /// Positions of its steps in the plan.
    pub steps: Vec<usize>,
}

impl Plan {
    /// One entry per resource, in the order of its first step.
    #[must_use]
    pub fn by_resource(&self) -> Vec<ResourceChange> {
        let mut positions: BTreeMap<&ResourceId, Vec<usize>> = BTreeMap::new();
        for (index, step) in self.steps.iter().enumerate() {
            positions.entry(&step.resource).or_default().push(index);
        }
        let mut all: Vec<Vec<usize>> = positions.into_values().collect();
        all.sort_by_key(|steps| steps[0]);
        all.into_iter().map(|steps| self.of_one(steps)).collect()
    }

    fn of_one(&self, positions: Vec<usize>) -> ResourceChange {
        let steps: Vec<&Step> = positions.iter().map(|index| &self.steps[*index]).collect();
        let mut action = action(&steps);
        // What is removed now and made anew in a later wave is replaced.
        if action == Action::Remove && self.deferred.iter().any(|later| later.resource == steps[0].resource) {
            action = Action::Replace;
        }
        let mut causes: Vec<&str> = Vec::new();
        let mut keys: Vec<KeyChange> = Vec::new();
        for step in steps.iter().filter(|step| is_worth_saying(step, &steps)) {
            if !causes.contains(&step.because.as_str()) {
                causes.push(&step.because);
            }
            keys.extend(step.keys.iter().filter(|key| !keys.contains(key)).cloned().collect::<Vec<_>>());
        }
        ResourceChange {
            resource: steps[0].resource.clone(),
            action,
            does: does(action, &steps),
            because: causes.join("; "),
            keys,
            risk: steps.iter().map(|step| step.risk).max().unwrap_or(Risk::None),
            steps: positions,
        }
    }
}

fn action(steps: &[&Step]) -> Action {
    let has = |action: Action| steps.iter().any(|step| step.change.action() == action);
    match (has(Action::Remove), has(Action::Create)) {
        (true, true) => Action::Replace,
        (true, false) => Action::Remove,
        // Its file is put back: the DAG is not a new one.
        (false, true) if steps[0].change.action() == Action::Change => Action::Change,
        (false, true) => Action::Create,
        (false, false) => Action::Change,
    }
}

fn does(action: Action, steps: &[&Step]) -> String {
    if action == Action::Replace || action == Action::Remove {
        return action.word().to_string();
    }
    let said = steps.iter().filter(|step| is_worth_saying(step, steps)).map(|step| step.change.describe());
    said.collect::<Vec<_>>().join(", ")
}

/// Starting what was created, and telling Airflow of a file that was put back, go without saying.
fn is_worth_saying(step: &Step, steps: &[&Step]) -> bool {
    let follows = !std::ptr::eq(step, steps[0]);
    !(follows && matches!(step.change, Change::StartContainer | Change::RegisterDag))
}
