//! What must be there before anything is made: disk for the images, memory for the sum of the limits, and the host's ports.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::{Failure, ports};
use crate::live::{ContainerState, Live};
use crate::plan::Plan;
use crate::plan::change::Change;
use crate::plan::part::Part;
use crate::report::{capacity, disk};
use crate::topology::budget::{self, OverBudget};
use crate::topology::disk::{Data, Demand};
use crate::topology::host;
use crate::topology::resource::{Container, Lifecycle, ResourceId, Topology};

pub(super) fn check(stack: &Stack, live: &Live, part: &Part) -> Result<(), Failure> {
    let wanted = wanted(stack.topology(), part);
    if let Some(over) = over_budget(&stack.project, &wanted, live)? {
        return Err(failure(&over));
    }
    host_ports(&wanted, live)
}

/// Images are made only where the engine's disk can take all of them. Where it cannot be seen, nothing is refused.
pub(super) fn check_disk(plan: &Plan, free: Option<u64>) -> Result<(), Failure> {
    let demand = demand(plan);
    match free {
        Some(free) if demand.bytes() > free => Err(disk_failure(&demand, free)),
        _ => Ok(()),
    }
}

/// The disk that a plan's images and new volumes take.
pub(super) fn demand(plan: &Plan) -> Demand {
    let images = plan.steps.iter().filter_map(|step| match (&step.change, &step.resource) {
        (Change::BuildImage | Change::FetchImage, ResourceId::Image(name)) => Some(name.as_str()),
        _ => None,
    });
    let makes_volumes = plan.steps.iter().any(|step| step.change == Change::CreateVolume);
    Demand::of(images, if makes_volumes { Data::New } else { Data::Kept })
}

pub(super) fn disk_failure(demand: &Demand, free: u64) -> Failure {
    Failure::new(Exit::Environment, disk::table(demand, free)).hint(disk::WAY_OUT)
}

type Containers<'a> = BTreeMap<&'a String, &'a Container>;

/// The containers that a part of the topology has.
pub(super) fn wanted<'a>(topology: &'a Topology, part: &Part) -> Containers<'a> {
    topology.containers.iter().filter(|(name, _)| is_part(name, part)).collect()
}

fn is_part(name: &str, part: &Part) -> bool {
    match part {
        Part::Everything | Part::Images => true,
        Part::Only(chosen) => chosen.contains(&ResourceId::Container(name.to_string())),
    }
}

/// What does not fit: the sum of the limits against the engine's memory less what other containers may take.
pub(super) fn over_budget(
    project: &Project,
    containers: &Containers<'_>,
    live: &Live,
) -> Result<Option<OverBudget>, Failure> {
    // What is there was let in before: a repair must not fail because a neighbour has grown since.
    let all_there = containers.keys().all(|name| live.containers.contains_key(*name));
    // An observation that does not say how large the engine is says nothing about what fits.
    if all_there || live.engine.memory == 0 {
        return Ok(None);
    }
    let wanted: u64 = containers.values().filter(|c| c.lifecycle == Lifecycle::Service).map(|c| c.memory).sum();
    let others: u64 = live.engine.others.values().map(|other| other.memory_limit).sum();
    let free = live.engine.memory.saturating_sub(others);
    if wanted <= free {
        return Ok(None);
    }
    // Limits depend on no file of one machine.
    let (ports, certificates) = (BTreeMap::new(), BTreeMap::new());
    let inputs = project.inputs(&ports, &host::UNKNOWN, &certificates);
    Ok(budget::judge(&inputs, free)?)
}

pub(super) fn failure(over: &OverBudget) -> Failure {
    Failure::new(Exit::Environment, capacity::table(over)).hint(capacity::way_out(over))
}

/// Ports of containers that do not run yet must be free.
fn host_ports(containers: &Containers<'_>, live: &Live) -> Result<(), Failure> {
    let mut wanted = BTreeSet::new();
    for (name, container) in containers {
        let running = live.containers.get(*name).is_some_and(|existing| {
            matches!(
                existing.state,
                ContainerState::Running | ContainerState::Restarting { .. } | ContainerState::Paused
            )
        });
        if !running {
            wanted.extend(container.ports.values().map(|port| port.host));
        }
    }
    let mut held: Vec<String> = wanted
        .iter()
        .filter_map(|port| Some(format!("  {port} is held by {}", live.engine.ports_held.get(port)?)))
        .collect();
    for port in ports::taken(&wanted) {
        if !live.engine.ports_held.contains_key(&port) {
            held.push(format!("  {port} is held by {}", ports::holder(port)));
        }
    }
    if held.is_empty() {
        return Ok(());
    }
    let reason = format!("ports this pipeline publishes are taken:\n{}", held.join("\n"));
    Err(Failure::new(Exit::Environment, reason)
        .hint("stop what holds them, write `ports: auto`, or give the service another port under `ports:`"))
}
