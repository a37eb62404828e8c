//! What must be there before anything starts: memory for the sum of the limits, and the host's ports.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::{Failure, ports};
use crate::live::{ContainerState, Engine, Live};
use crate::report::capacity;
use crate::topology::budget::{self, OverBudget};
use crate::topology::build::Inputs;

pub(super) fn check(stack: &Stack, live: &Live) -> Result<(), Failure> {
    if let Some(over) = memory(&stack.project, &live.engine)? {
        return Err(failure(&over));
    }
    host_ports(stack, live)
}

/// The sum of the limits against the engine's memory less what other containers may take.
pub(super) fn memory(project: &Project, engine: &Engine) -> Result<Option<OverBudget>, Failure> {
    // An observation that does not say how large the engine is says nothing about what fits.
    if engine.memory == 0 {
        return Ok(None);
    }
    let others: u64 = engine.others.values().map(|other| other.memory_limit).sum();
    let none = BTreeMap::new();
    let certificates = BTreeMap::new();
    let inputs = Inputs {
        project: &project.name,
        pipeline: &project.pipeline,
        blueprints: &project.blueprints,
        templates: &project.templates,
        host_ports: &none,
        files: &project.files,
        binary: &[],
        certificates: &certificates,
    };
    Ok(budget::judge(&inputs, engine.memory.saturating_sub(others))?)
}

pub(super) fn failure(over: &OverBudget) -> Failure {
    Failure::new(Exit::Environment, capacity::table(over)).hint(capacity::way_out(over))
}

/// Ports of containers that do not run yet must be free.
fn host_ports(stack: &Stack, live: &Live) -> Result<(), Failure> {
    let mut wanted = BTreeSet::new();
    for (name, container) in &stack.topology().containers {
        let running = live.containers.get(name).is_some_and(|existing| {
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
