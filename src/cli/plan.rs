//! `plan`: what `up` would change. Reads only.

use std::path::PathBuf;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, Output};
use crate::live::Live;
use crate::plan::Plan;
use crate::report::{json, plan as shown, text};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Exit with 2 when there is something to change
    #[arg(long)]
    detailed_exitcode: bool,
    /// Compare with a saved observation instead of the engine
    #[arg(long, value_name = "FILE")]
    live: Option<PathBuf>,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    let live = match &args.live {
        Some(path) => saved(path)?,
        None => stack.observe().await?,
    };
    let plan = stack.diff(&live);
    if global.output == Output::Json {
        json::print_json(&plan)?;
    } else {
        text::out(shown::render(&plan));
    }
    Ok(exit(&plan, args))
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
