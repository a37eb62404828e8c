//! `status`: each container and each resource, and whether it is as declared. The same comparison as `plan`. How long a container has
//! been up is the engine's own sentence.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::watch;
use crate::cli::{Failure, Global, Output};
use crate::live::{ContainerState, Live, Readiness};
use crate::plan::Plan;
use crate::report::table::Table;
use crate::report::{json, text};
use crate::topology::labels;
use crate::topology::resource::{Lifecycle, ResourceId};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Look again every 2 seconds until Ctrl-C (exit code 130); without a terminal, print a line per change
    #[arg(short, long)]
    watch: bool,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    if args.watch {
        return watch::run(global, &stack).await;
    }
    let seen = look(&stack).await?;
    if global.output == Output::Json {
        let listed: Vec<Value> = seen.rows.iter().map(Row::as_value).collect();
        json::print_json(&json!({"in_sync": seen.in_sync, "resources": listed}))?;
        return Ok(Exit::Done);
    }
    text::out(table(&seen.rows));
    Ok(Exit::Done)
}

/// What one look found.
pub(super) struct Seen {
    pub rows: Vec<Row>,
    pub in_sync: bool,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub resource: String,
    pub state: String,
    /// `Up 3 minutes`; empty for what is no container.
    pub engine_says: String,
}

impl Row {
    pub(super) fn as_value(&self) -> Value {
        json!({"resource": self.resource, "state": self.state, "engine_says": self.engine_says})
    }
}

/// Sends the engine and the services nothing that changes anything; each request has its own limit.
pub(super) async fn look(stack: &Stack) -> Result<Seen, Failure> {
    let live = stack.look().await?;
    let plan = stack.diff(&live);
    let label = labels::of_project(&stack.project.name);
    let listed = stack.session().docker.containers(&label).await?;
    let sentences = listed.into_iter().map(|container| (container.id, container.status)).collect();
    Ok(Seen { rows: rows(stack, &live, &plan, &sentences), in_sync: plan.in_sync() })
}

pub(super) fn table(rows: &[Row]) -> String {
    // A state may be a whole sentence: last, so that it makes no other column wide.
    let mut table = Table::new(&["RESOURCE", "ENGINE SAYS", "STATE"]);
    for row in rows {
        table.row(&[&row.resource, &row.engine_says, &row.state]);
    }
    table.to_string()
}

fn rows(stack: &Stack, live: &Live, plan: &Plan, sentences: &BTreeMap<String, String>) -> Vec<Row> {
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
            Row { resource: id.to_string(), state, engine_says: engine_says(&id, live, sentences) }
        })
        .collect()
}

fn engine_says(id: &ResourceId, live: &Live, sentences: &BTreeMap<String, String>) -> String {
    let ResourceId::Container(name) = id else { return String::new() };
    live.containers.get(name).and_then(|container| sentences.get(&container.id)).cloned().unwrap_or_default()
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
