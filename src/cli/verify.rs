//! `verify`: each stage of the pipeline proven with data, or named.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::whole_file::{self, Readers};
use crate::cli::{Failure, Format, Global, Output, doctor, signals};
use crate::model::facts::StackVersions;
use crate::report::progress::{Outcome, Progress};
use crate::report::{checks, failure, github, json, markdown, text};
use crate::topology::place;
use crate::verify::clock::Clock;
use crate::verify::stage::{self, Proof, Stage, State, Stop};
use crate::verify::starting::PATIENCE;
use crate::verify::{self, Event, Request, Tracers};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// How far to go; each level includes the ones before it
    #[arg(long, value_name = "LEVEL", default_value = "trace")]
    level: Level,
    /// Only these resources (`topic/orders`, or `orders`); may be given several times
    #[arg(long, value_name = "NAME", num_args = 1..)]
    only: Vec<String>,
    /// Also write the result as `JUnit` XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Also write the result as Markdown, for the summary page of a build (`$GITHUB_STEP_SUMMARY`)
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// How the result is shown; `github` adds a line per failing stage that GitHub shows at its place in the file
    #[arg(long, value_name = "FORMAT", conflicts_with = "output", value_parser = formats())]
    pub(super) format: Option<Format>,
    /// Longest time for everything together
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = humantime::parse_duration)]
    timeout: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Level {
    /// Every service answers in its own protocol
    Ready,
    /// Every declared resource is read back
    Resources,
    /// Records and rows balance, and a tracer goes from topic to table
    Trace,
}

impl From<Level> for stage::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::Ready => Self::Ready,
            Level::Resources => Self::Resources,
            Level::Trace => Self::Trace,
        }
    }
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    // Two proofs at once would remove each other's tracers.
    let _lock = match args.level {
        Level::Trace => Some(stack.lock(&stack.session().docker.info().await?.id)?),
        Level::Ready | Level::Resources => None,
    };
    let progress = global.progress();
    let tell = |event: Event<'_>| show(&progress, event);
    let versions = StackVersions::of(&stack.project.pipeline, &stack.project.overrides);
    let request = Request {
        versions: &versions,
        session: stack.session(),
        topology: stack.topology(),
        pipeline: &stack.project.pipeline,
        level: args.level.into(),
        only: &args.only,
        clock: Clock::new(args.timeout, signals::watch_interrupt()),
        patience: PATIENCE,
        tracers: Tracers::Sent,
        tell: &tell,
    };
    let proof = verify::verify(&request).await;
    progress.clear();
    let proof = proof?;
    if proof.stages.is_empty() && proof.stopped.is_none() {
        let names = args.only.join("`, `");
        return Err(Failure::new(Exit::Usage, format!("nothing of the pipeline is called `{names}`"))
            .hint("`sparkflow status` lists the names"));
    }
    show_result(global, &stack.project, &proof)?;
    if let Some(path) = &args.junit {
        whole_file::write(path, &checks::junit(&proof, &stack.project.name), Readers::Everyone)?;
    }
    if let Some(path) = &args.markdown {
        whole_file::write(path, &markdown::page(&proof, &stack.project.name), Readers::Everyone)?;
    }
    let exit = ended(&proof);
    doctor::after_proof(global, exit, &proof).await;
    Ok(exit)
}

fn show(progress: &Progress, event: Event<'_>) {
    match event {
        Event::Began { id, what } => progress.begin(id, what),
        Event::Ended { id, stages } => progress.finish(id, &outcome(stages)),
    }
}

fn outcome(stages: &[Stage]) -> Outcome {
    match stages.iter().find(|stage| stage.state == State::Failed) {
        Some(failed) => Outcome::Failed(format!("{}: {}", failed.name, failed.seen)),
        None => Outcome::Done(stages.last().map_or_else(|| "done".to_string(), |last| last.seen.clone())),
    }
}

/// Says how it went, and gives the code that says it to scripts.
fn ended(proof: &Proof) -> Exit {
    if let Some(first) = proof.failed().next() {
        let hints: Vec<String> = first.next.iter().cloned().collect();
        let error: Box<dyn std::error::Error> = checks::failures(proof).into();
        text::say(failure::render(error.as_ref(), &hints));
    }
    text::say(checks::summary(proof));
    match proof.stopped {
        Some(Stop::Interrupted) => Exit::Interrupted,
        _ if proof.failed().next().is_some() => Exit::Unproven,
        Some(Stop::TimeOver) => Exit::TimedOut,
        None => Exit::Done,
    }
}

/// On stdout, in the format that was asked for.
fn show_result(global: &Global, project: &Project, proof: &Proof) -> Result<(), Failure> {
    if global.output == Output::Json {
        json::print_json(&checks::value(proof))?;
        return Ok(());
    }
    text::out(checks::table(proof));
    if global.format == Some(Format::Github) && proof.failed().next().is_some() {
        text::out(github::failing(proof, &project.source, |name| place::of(&project.pipeline, name)));
    }
    Ok(())
}

/// SARIF is about files, not about what runs.
fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(["text", "json", "github"]).try_map(|name| <Format as ValueEnum>::from_str(&name, false))
}
