//! `up`: everything in the file made true, in one command, from any state.

use std::time::Duration;

use serde_json::json;

use crate::cli::converge::{Stack, Terms, converge};
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, Output, endpoints, signals};
use crate::report::{json, text};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Longest wait until everything is ready
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = humantime::parse_duration)]
    timeout: Duration,
    /// Refuse where sparkflow.lock says something else
    #[arg(long)]
    pub(super) locked: bool,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    // Before anything is looked at: looking takes long while another run starts services.
    let info = stack.session().docker.info().await?;
    let _lock = stack.lock(&info.id)?;
    let progress = global.progress();
    let interrupt = signals::watch_interrupt();
    let terms = Terms { limit: args.timeout, images_only: false };
    let summary = converge(&stack, &terms, &progress, &interrupt).await;
    progress.clear();
    let summary = summary?;
    if global.output == Output::Json {
        let undeclared = &summary.undeclared;
        json::print_json(
            &json!({"changes": summary.steps, "undeclared": undeclared, "endpoints": stack.topology().endpoints}),
        )?;
        return Ok(Exit::Done);
    }
    for resource in &summary.undeclared {
        text::say(format!("note: {resource} is there and the file does not name it; it is left alone"));
    }
    if summary.steps == 0 {
        text::out("No changes. Everything is as the file says.");
        return Ok(Exit::Done);
    }
    text::out(endpoints::table(&stack, None));
    text::out(format!("Next: sparkflow{} verify", stack.project.profile_words()));
    Ok(Exit::Done)
}
