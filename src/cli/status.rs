//! `status`: each container and each resource, and whether it is as declared. The same comparison as `plan`.

use std::collections::BTreeMap;

use serde_json::json;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, Output};
use crate::live::{ContainerState, Live, Readiness};
use crate::plan::Plan;
use crate::report::table::Table;
use crate::report::{json, text};
use crate::topology::resource::{Lifecycle, ResourceId};

#[derive(Debug, clap::Args)]
pub struct Args {}

pub(super) async fn run(global: &Global, _: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    let live = stack.look().await?;
    let plan = stack.diff(&live);
    let rows = rows(&stack, &live, &plan);
    if global.output == Output::Json {
        let listed: Vec<_> =
            rows.iter().map(|(resource, state)| json!({"resource": resource, "state": state})).collect();
        json::print_json(&json!({"in_sync": plan.in_sync(), "resources": listed}))?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&["RESOURCE", "STATE"]);
    for (resource, state) in &rows {
        table.row(&[resource, state]);
    }
    text::out(table);
    Ok(Exit::Done)
}

fn rows(stack: &Stack, live: &Live, plan: &Plan) -> Vec<(String, String)> {
    let mut odd: BTreeMap<&ResourceId, String> = BTreeMap::new();
    for step in &plan.steps {
        odd.entry(&step.resource).or_insert_with(|| format!("to {}: {}", step.change.describe(), step.because));
    }
    for deferred in &plan.deferred {
        odd.entry(&deferred.resource).or_insert_with(|| deferred.why.clone());
    }
    for blocked in &plan.blocked {
        odd.insert(&blocked.resource, blocked.why.clone());
    }
    let topology = stack.topology();
    let mut ids: Vec<ResourceId> = Vec::new();
    let services = topology.containers.iter().filter(|(_, container)| container.lifecycle != Lifecycle::Keeper);
    ids.extend(services.map(|(name, _)| ResourceId::Container(name.clone())));
    ids.extend(topology.topics.keys().cloned().map(ResourceId::Topic));
    ids.extend(topology.tables.keys().cloned().map(ResourceId::Table));
    ids.extend(topology.connections.keys().cloned().map(ResourceId::Connection));
    ids.extend(topology.dags.keys().cloned().map(ResourceId::Dag));
    ids.into_iter()
        .map(|id| {
            let state = odd.get(&id).cloned().unwrap_or_else(|| healthy(&id, live));
            (id.to_string(), state)
        })
        .collect()
}

fn healthy(id: &ResourceId, live: &Live) -> String {
    let ResourceId::Container(name) = id else { return "as declared".to_string() };
    match live.containers.get(name) {
        Some(container) if container.readiness == Readiness::Ready => "ready".to_string(),
        Some(container) if container.readiness == Readiness::Running => "running".to_string(),
        Some(container) if matches!(container.state, ContainerState::Exited { exit_code: 0, .. }) => "done".to_string(),
        _ => "as declared".to_string(),
    }
}
