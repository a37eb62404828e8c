//! `up`: everything in the file made true, in one command, from any state; or a saved plan, exactly.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::watch;

use crate::cli::analysis::{self, Ask, Word};
use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::waves::{self, Summary, Terms, converge};
use crate::cli::{Failure, Global, Output, endpoints, host, saved, signals};
use crate::diagnostic::Severity;
use crate::model::Evidence;
use crate::plan::part::Part;
use crate::plan::saved::SavedPlan;
use crate::report::progress::Progress;
use crate::report::{json, text};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A plan saved by `plan --out`, to be applied exactly
    plan: Option<PathBuf>,
    /// Longest wait until everything is ready
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = humantime::parse_duration)]
    timeout: Duration,
    /// Only these and what they need; as `status` names them, or a service, a job, a schedule
    #[arg(long, value_name = "NAME", num_args = 1.., conflicts_with = "plan")]
    only: Vec<String>,
    /// Agree to lose the data of this topic or table
    #[arg(long, value_name = "NAME")]
    allow_loss: Vec<String>,
    /// Refuse where sparkflow.lock says something else
    #[arg(long)]
    pub(super) locked: bool,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let saved = args.plan.as_deref().map(saved::read).transpose()?;
    let (mut stack, word) = open(global, saved.as_ref()).await?;
    // Before anything is looked at: looking takes long while another run starts services.
    let info = stack.session().docker.info().await?;
    let _lock = stack.lock(&info.id)?;
    saved::losable(stack.topology(), &args.allow_loss)?;
    let progress = global.progress();
    let interrupt = signals::watch_interrupt();
    let terms = Terms { losses: args.allow_loss.clone(), ..terms(args, &stack, saved.as_ref())? };
    let done = match &saved {
        Some(saved) => exactly(&stack, saved, &terms, &progress, &interrupt).await,
        None => whole(global, &mut stack, word, terms, &progress, &interrupt).await,
    };
    progress.clear();
    report(global, args.plan.as_deref(), &stack, &done?)
}

/// With the ports a saved plan was made with: they are part of what it says. Spark's word on the queries comes before any
/// change, where its image is there.
async fn open(global: &Global, saved: Option<&SavedPlan>) -> Result<(Stack, Word), Failure> {
    let none = BTreeMap::new();
    let ports = saved.map_or(&none, |saved| &saved.host.ports);
    let project = Project::read(global, &Evidence::default())?;
    let mut stack = Stack::connect(project, host::engine(global).await?, ports).await?;
    let ask = Ask::Spark(&stack.site.session.docker);
    let word = analysis::judge(global, &mut stack.project, &stack.site.topology, ask, Vec::new()).await?;
    stack.project.show(Severity::Warning, global);
    Ok((stack, word))
}

/// Everything. Where Spark could not be asked before its image is built, the images come first and then its word on the
/// queries, so that no service is started for one that cannot run.
async fn whole(
    global: &Global,
    stack: &mut Stack,
    word: Word,
    terms: Terms,
    progress: &Progress,
    interrupt: &watch::Receiver<bool>,
) -> Result<Summary, Failure> {
    if word == Word::Last || !matches!(terms.part, Part::Everything) {
        return converge(stack, &terms, progress, interrupt).await;
    }
    let started = Instant::now();
    let built = waves::images(stack, &terms, progress, interrupt).await?;
    progress.clear();
    let known = stack.project.findings.clone();
    let ask = Ask::Spark(&stack.site.session.docker);
    analysis::judge(global, &mut stack.project, &stack.site.topology, ask, Vec::new()).await?;
    stack.project.show_beyond(&known, Severity::Warning, global);
    let terms = Terms { limit: terms.limit.saturating_sub(started.elapsed()), ..terms };
    let later = converge(stack, &terms, progress, interrupt).await?;
    Ok(Summary { steps: built.steps + later.steps, ..later })
}

fn terms(args: &Args, stack: &Stack, saved: Option<&SavedPlan>) -> Result<Terms, Failure> {
    let usual = Terms::usual(args.timeout);
    if let Some(saved) = saved {
        return Ok(Terms { part: Part::Only(saved.plan.resources()), agreed: saved.plan.risk(), ..usual });
    }
    if args.only.is_empty() {
        return Ok(usual);
    }
    Ok(Terms { part: Part::Only(saved::chosen(stack.topology(), &args.only)?), ..usual })
}

/// The first wave as it was written down, the later ones for what it put off and nothing else.
async fn exactly(
    stack: &Stack,
    saved: &SavedPlan,
    terms: &Terms,
    progress: &Progress,
    interrupt: &watch::Receiver<bool>,
) -> Result<Summary, Failure> {
    let live = stack.observe().await?;
    saved::still_true(saved, &stack.project, stack.topology(), &live)?;
    waves::first(stack, &saved.plan, &live, terms, progress, interrupt).await?;
    let later = converge(stack, terms, progress, interrupt).await?;
    Ok(Summary { steps: saved.plan.steps.len() + later.steps, ..later })
}

fn report(global: &Global, plan: Option<&Path>, stack: &Stack, summary: &Summary) -> Result<Exit, Failure> {
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
        text::out(match plan {
            Some(path) => format!("No changes. `{}` has nothing to do.", path.display()),
            None => "No changes. Everything is as the file says.".to_string(),
        });
        return Ok(Exit::Done);
    }
    text::out(endpoints::table(stack, None));
    text::out(format!("Next: sparkflow{} verify", stack.project.profile_words()));
    Ok(Exit::Done)
}
