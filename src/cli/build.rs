//! `build`: the images, and nothing else; with `--pull` made anew, for the security updates of what they stand on.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;

use crate::apply::BuildSettings;
use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::old_images::{self, Cleared};
use crate::cli::waves::{Terms, converge, walk};
use crate::cli::{Failure, Global, Output, capacity, host, signals};
use crate::plan::diff;
use crate::plan::part::Part;
use crate::report::progress::Progress;
use crate::report::{json, text};
use crate::systems::docker::build::Freshness;
use crate::topology::labels;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Make every image anew, on a base that is pulled again: for security updates
    #[arg(long)]
    pull: bool,
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
    let progress = global.progress();
    let interrupt = signals::watch_interrupt();
    if args.pull {
        stack.site.build = Arc::new(BuildSettings { arguments: host::proxy_settings(), freshness: Freshness::Rebuilt });
        let made = anew(&stack, args.timeout, &progress, &interrupt).await;
        progress.clear();
        let (made, cleared) = (made?, old_images::clear_untagged(&stack).await?);
        return report(global, &stack, made, Some(&cleared)).await;
    }
    let terms = Terms { part: Part::Images, ..Terms::usual(args.timeout) };
    let built = converge(&stack, &terms, &progress, &interrupt).await;
    progress.clear();
    report(global, &stack, built?.steps, None).await
}

/// Every image, each after those it stands on. The tags stay; what runs goes on with the images of before until the next `up`.
async fn anew(
    stack: &Stack,
    limit: Duration,
    progress: &Progress,
    interrupt: &watch::Receiver<bool>,
) -> Result<usize, Failure> {
    let plan = diff::images_anew(stack.topology());
    capacity::check_disk(&plan, stack.session().docker.info().await?.free_disk_bytes())?;
    let Ok(done) = tokio::time::timeout(limit, walk(stack, &plan, progress, interrupt)).await else {
        let reason = format!("the images were not made anew within {}", humantime::format_duration(limit));
        return Err(
            Failure::new(Exit::TimedOut, reason).hint("give more time with --timeout; it begins from the start")
        );
    };
    done.map(|()| plan.steps.len())
}

async fn report(global: &Global, stack: &Stack, made: usize, cleared: Option<&Cleared>) -> Result<Exit, Failure> {
    let tags: Vec<&String> = stack.topology().images.values().map(|image| &image.tag).collect();
    if global.output == Output::Json {
        json::print_json(&json!({"built": made, "images": tags, "old": cleared.map(Cleared::as_value)}))?;
        return Ok(Exit::Done);
    }
    match made {
        0 => text::out("No changes. Every image is there."),
        count => text::out(format!("{count} images made.")),
    }
    let Some(cleared) = cleared else { return Ok(Exit::Done) };
    if !cleared.removed.is_empty() {
        text::say(format!("{} images that these replace were removed.", cleared.removed.len()));
    }
    let project = labels::of_project(&stack.project.name);
    if !stack.session().docker.containers(&project).await?.is_empty() {
        text::say("Containers that are there stand on the images of before.");
        text::out(format!("Next: sparkflow{} up", stack.project.profile_words()));
    }
    Ok(Exit::Done)
}
