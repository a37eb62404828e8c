//! What must be there before anything starts: memory for the sum of the limits, and the host's ports.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::waves::Part;
use crate::cli::{Failure, ports};
use crate::live::{ContainerState, Live};
use crate::topology::resource::{Container, Lifecycle, ResourceId};

const MIB: u64 = 1024 * 1024;

pub(super) fn check(stack: &Stack, live: &Live, part: &Part) -> Result<(), Failure> {
    let all = &stack.topology().containers;
    let wanted: Containers<'_> = all.iter().filter(|(name, _)| is_part(name, part)).collect();
    memory(&wanted, live)?;
    host_ports(&wanted, live)
}

type Containers<'a> = BTreeMap<&'a String, &'a Container>;

fn is_part(name: &str, part: &Part) -> bool {
    match part {
        Part::Everything | Part::Images => true,
        Part::Only(chosen) | Part::Agreed(chosen) => chosen.contains(&ResourceId::Container(name.to_string())),
    }
}

/// The sum of the limits against the engine's memory less what other containers may take.
fn memory(containers: &Containers<'_>, live: &Live) -> Result<(), Failure> {
    // What is there was let in before: a repair must not fail because a neighbour has grown since.
    let all_there = containers.keys().all(|name| live.containers.contains_key(*name));
    let wanted: u64 = containers.values().filter(|c| c.lifecycle == Lifecycle::Service).map(|c| c.memory).sum();
    let others: u64 = live.engine.others.values().map(|other| other.memory_limit).sum();
    let free = live.engine.memory.saturating_sub(others);
    if wanted <= free || all_there {
        return Ok(());
    }
    let mut largest: Vec<_> = containers.iter().filter(|(_, c)| c.lifecycle == Lifecycle::Service).collect();
    largest.sort_by_key(|(_, container)| std::cmp::Reverse(container.memory));
    let table: Vec<String> =
        largest.iter().map(|(name, container)| format!("  {:>6} MiB  {name}", container.memory / MIB)).collect();
    let reason = format!(
        "the containers' limits add up to {} MiB, the engine has {} MiB free:\n{}",
        wanted / MIB,
        free / MIB,
        table.join("\n")
    );
    Err(Failure::new(Exit::Environment, reason)
        .hint("lower `services.spark.workers` or a `memory:` in the file, or give the engine more memory"))
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
