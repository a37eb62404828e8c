//! `plan`: what `up` would change. Reads only.

use std::path::PathBuf;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Format, Global, Output, capacity, failure};
use crate::live::Live;
use crate::plan::Plan;
use crate::report::{json, plan as shown, text};
use crate::topology::budget::OverBudget;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Exit with 2 when there is something to change
    #[arg(long)]
    detailed_exitcode: bool,
    /// Compare with a saved observation instead of the engine
    #[arg(long, value_name = "FILE")]
    live: Option<PathBuf>,
    /// How findings about the file are shown; `github` and `sarif` on stdout
    #[arg(long, value_name = "FORMAT", conflicts_with = "output")]
    pub(super) format: Option<Format>,
    /// Refuse where sparkflow.lock says something else
    #[arg(long)]
    pub(super) locked: bool,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    let live = match &args.live {
        Some(path) => saved(path)?,
        None => stack.observe().await?,
    };
    let plan = stack.diff(&live);
    let over = capacity::memory(&stack.project, &live.engine)?;
    match (global.output, global.findings()) {
        (Output::Json, _) => print_document(&plan, over.as_ref())?,
        // Stdout is the findings' alone.
        (_, format @ (Format::Github | Format::Sarif)) => {
            failure::show(&stack.project.found, &stack.project.source, format);
            text::say(shown::render(&plan));
        }
        _ => text::out(shown::render(&plan)),
    }
    match (over, global.output) {
        (Some(_), Output::Json) => Ok(Exit::Environment),
        (Some(over), Output::Text) => Err(capacity::failure(&over)),
        (None, _) => Ok(exit(&plan, args)),
    }
}

/// The plan, with what does not fit into the engine beside it.
fn print_document(plan: &Plan, over: Option<&OverBudget>) -> Result<(), Failure> {
    let mut document = serde_json::to_value(plan)?;
    if let Some(over) = over {
        document["over_budget"] = serde_json::to_value(over)?;
    }
    Ok(json::print_json(&document)?)
}

fn saved(path: &std::path::Path) -> Result<Live, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::new(Exit::File, format!("`{}`: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    let live: Live = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
    if live.format_version != crate::live::FORMAT_VERSION {
        return Err(wrong(&format!(
            "format {}, this sparkflow reads {}",
            live.format_version,
            crate::live::FORMAT_VERSION
        )));
    }
    Ok(live)
}

fn exit(plan: &Plan, args: &Args) -> Exit {
    if !plan.blocked.is_empty() {
        return Exit::Failed;
    }
    if args.detailed_exitcode && !plan.in_sync() { Exit::Pending } else { Exit::Done }
}
