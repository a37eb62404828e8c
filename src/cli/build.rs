//! `build`: the images, and nothing else.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::apply::BuildSettings;
use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::waves::{Part, Terms, converge};
use crate::cli::{Failure, Global, Output, host, signals};
use crate::report::{json, text};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Longest time for all images together
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = humantime::parse_duration)]
    timeout: Duration,
    /// Refuse where sparkflow.lock says something else
    #[arg(long)]
    pub(super) locked: bool,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let mut stack = Stack::open(global).await?;
    let info = stack.session().docker.info().await?;
    let _lock = stack.lock(&info.id)?;
    stack.site.build = Arc::new(BuildSettings { arguments: host::proxy_settings(), fresh: false });
    let progress = global.progress();
    let interrupt = signals::watch_interrupt();
    let terms = Terms { part: Part::Images, ..Terms::usual(args.timeout) };
    let built = converge(&stack, &terms, &progress, &interrupt).await;
    progress.clear();
    let built = built?;
    let tags: Vec<&String> = stack.topology().images.values().map(|image| &image.tag).collect();
    if global.output == Output::Json {
        json::print_json(&json!({"built": built.steps, "images": tags}))?;
        return Ok(Exit::Done);
    }
    match built.steps {
        0 => text::out("No changes. Every image is there."),
        count => text::out(format!("{count} images made.")),
    }
    Ok(Exit::Done)
}
