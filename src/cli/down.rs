//! `down`: containers and the network go, data stays; `--volumes` takes the data too, with consent.

use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal};
use std::sync::Arc;

use serde_json::json;

use crate::apply::{self, Site};
use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::waves::show;
use crate::cli::{Failure, Global, Output, signals};
use crate::observe;
use crate::plan::diff::{self, Volumes};
use crate::report::{json, text};
use crate::topology::labels;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Remove the volumes too, with all data and secrets in them
    #[arg(long)]
    volumes: bool,
    /// Remove the pipeline's images too
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
    let images = if args.images { present_images(&stack).await? } else { Vec::new() };
    let plan = diff::teardown(&live, volumes, &images);
    let progress = global.progress();
    let interrupt = signals::watch_interrupt();
    let site = Site { topology: Arc::clone(&stack.site.topology), ..stack.site.clone() };
    let result = apply::run(&plan, &site, &interrupt, |event| show(&progress, &plan, event)).await;
    progress.clear();
    result
        .map_err(|error| Failure::new(Exit::Failed, error).hint("run `sparkflow down` again: it goes on from here"))?;
    if global.output == Output::Json {
        json::print_json(
            &json!({"removed": plan.steps.len(), "volumes_kept": if args.volumes { 0 } else { live.volumes.len() }}),
        )?;
    } else if plan.steps.is_empty() {
        text::out(format!("Nothing to remove: project `{}` is not there.", stack.project.name));
    } else if !args.volumes && !live.volumes.is_empty() {
        text::out(format!(
            "Removed. {} volumes with their data are kept; `down --volumes` removes them.",
            live.volumes.len()
        ));
    } else {
        text::out("Removed.");
    }
    Ok(Exit::Done)
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

async fn present_images(stack: &Stack) -> Result<Vec<String>, Failure> {
    let present: BTreeSet<String> =
        stack.session().docker.images().await?.into_iter().flat_map(|image| image.tags).collect();
    let ours = stack.topology().images.values().filter(|image| image.tag.starts_with("sparkflow/"));
    Ok(ours.map(|image| image.tag.clone()).filter(|tag| present.contains(tag)).collect())
}
