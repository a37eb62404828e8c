//! `down`: containers and the network go, data stays; `--volumes` takes the data too, with consent.

use std::io::{BufRead, IsTerminal};
use std::sync::Arc;

use serde_json::json;

use crate::apply::{self, Site};
use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::old_images::{self, Cleared};
use crate::cli::waves::show;
use crate::cli::{Failure, Global, Output, signals};
use crate::live::Live;
use crate::observe;
use crate::plan::diff::{self, Volumes};
use crate::report::capacity::size;
use crate::report::{json, text};
use crate::topology::labels;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Remove the volumes too, with all data and secrets in them
    #[arg(long)]
    volumes: bool,
    /// Remove the pipeline's images too, earlier ones included; those that something else uses stay
    #[arg(long)]
    images: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    let info = stack.session().docker.info().await?;
    let _lock = stack.lock(&info.id)?;
    let live = observe::engine_only(stack.session()).await?;
    if args.volumes && !live.volumes.is_empty() {
        consent(args, &stack, live.volumes.len())?;
    }
    remove_runs(&stack).await?;
    let volumes = if args.volumes { Volumes::Remove } else { Volumes::Keep };
    let plan = diff::teardown(stack.topology(), &live, volumes);
    let progress = global.progress();
    let interrupt = signals::watch_interrupt();
    let site = Site { topology: Arc::clone(&stack.site.topology), ..stack.site.clone() };
    let result = apply::run(&plan, &site, &interrupt, |event| show(&progress, &plan, event)).await;
    progress.clear();
    result
        .map_err(|error| Failure::new(Exit::Failed, error).hint("run `sparkflow down` again: it goes on from here"))?;
    let images = if args.images { Some(clear_images(&stack, info.free_disk_bytes()).await?) } else { None };
    if global.output == Output::Json {
        json::print_json(&json!({
            "removed": plan.steps.len(),
            "volumes_kept": if args.volumes { 0 } else { live.volumes.len() },
            "images": images.as_ref().map(|images| images.cleared.as_value()),
        }))?;
        return Ok(Exit::Done);
    }
    say_removed(args, &stack, &live, plan.steps.len());
    if let Some(images) = images {
        images.say();
    }
    Ok(Exit::Done)
}

fn say_removed(args: &Args, stack: &Stack, live: &Live, count: usize) {
    if count == 0 {
        text::out(format!("Nothing to remove: project `{}` is not there.", stack.project.name));
    } else if !args.volumes && !live.volumes.is_empty() {
        text::out(format!(
            "Removed. {} volumes with their data are kept; `down --volumes` removes them.",
            live.volumes.len()
        ));
    } else {
        text::out("Removed.");
    }
}

/// What became of the images, and the engine's free disk before and after, where it can be seen.
struct ImagesGone {
    cleared: Cleared,
    free_before: Option<u64>,
    free_after: Option<u64>,
}

async fn clear_images(stack: &Stack, free_before: Option<u64>) -> Result<ImagesGone, Failure> {
    let cleared = old_images::clear_all(stack).await?;
    let free_after = stack.session().docker.info().await?.free_disk_bytes();
    Ok(ImagesGone { cleared, free_before, free_after })
}

impl ImagesGone {
    fn say(&self) {
        let Cleared { removed, in_use } = &self.cleared;
        for image in removed {
            text::say(format!("  removed {image}"));
        }
        for image in in_use {
            text::say(format!("  kept {image}: a container uses it, or another image stands on it"));
        }
        let disk = match (self.free_before, self.free_after) {
            (Some(before), Some(after)) => format!(" Free disk: {} -> {}.", size(before), size(after)),
            _ => String::new(),
        };
        text::out(format!("{} images removed, {} kept.{disk}", removed.len(), in_use.len()));
    }
}

fn consent(args: &Args, stack: &Stack, count: usize) -> Result<(), Failure> {
    if args.yes {
        return Ok(());
    }
    let question = format!("Remove {count} volumes of project `{}` with all data in them?", stack.project.name);
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(Exit::Consent, format!("{question} Nobody is here to answer")).hint("say so with -y"));
    }
    text::say(format!("{question} [y/N]"));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(Failure::new(Exit::Consent, "nothing was removed"))
}

/// Runs of single jobs are no resources; they end with the stack.
async fn remove_runs(stack: &Stack) -> Result<(), Failure> {
    let docker = &stack.session().docker;
    for container in docker.containers(&labels::of_project(&stack.project.name)).await? {
        if container.labels.get(labels::RESOURCE).is_some_and(|resource| resource.starts_with("run/")) {
            docker.remove_container(&container.name).await?;
        }
    }
    Ok(())
}
