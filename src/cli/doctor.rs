//! `doctor`: why something does not work, the deepest cause first; and the same in short after a command that failed.

mod bundle;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::{Command, Failure, Global, Output, host, project, signals};
use crate::doctor::diagnosis::{self, Diagnosis};
use crate::doctor::evidence::{Kind, Passage};
use crate::doctor::gather::{self, Asked, Gathered, Patience, Request};
use crate::doctor::redact::Redactor;
use crate::doctor::scope;
use crate::doctor::secrets;
use crate::model::Evidence;
use crate::model::facts::StackVersions;
use crate::report::{doctor as shown, json, text};
use crate::systems::one_line;
use crate::topology::jobs::container_name;
use crate::verify::clock::Clock;
use crate::verify::stage::{Level, Proof};
use crate::verify::{self, Tracers};

/// A command that has failed ends this much later at most.
const BRIEF_LIMIT: Duration = Duration::from_secs(10);
/// What streams have not read by then is behind, for whatever reason.
const PROOF_LIMIT: Duration = Duration::from_secs(20);
const SECRETS_LIMIT: Duration = Duration::from_secs(5);

#[derive(Debug, clap::Args)]
#[command(after_help = "Exits with 0 when no problem is found, and with 1 when there is one.")]
pub struct Args {
    /// A service, container, job, schedule, source, topic or table; everything by default
    name: Option<String>,
    /// Also write what was seen as a .tar.gz that can be given away: secrets are taken out
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    if let Some(path) = &args.bundle {
        bundle::refuse_existing(path)?;
    }
    let stack = open(global).await?;
    let asked = match &args.name {
        None => Asked::Nothing,
        Some(name) => {
            Asked::Of(scope::of(&stack.project.pipeline, stack.topology(), name).ok_or_else(|| unknown(name))?)
        }
    };
    let redactor = redactor(global, &stack).await?;
    // Whether services reach each other, and whether records and rows add up, no log tells.
    let (mut gathered, proof) = tokio::join!(gather(&stack, asked.clone(), Patience::THOROUGH), proof(&stack));
    match &proof {
        Ok(proof) => {
            for name in proof.failed().flat_map(|stage| stage.name.split(" from ")) {
                gathered.evidence.doubt(&container_of(name));
            }
            gathered.evidence.passages.extend(heard(proof).filter(|one| asked.is_about(&one.subject)));
            if proof.stopped.is_some() {
                let gap = format!("what `verify` could not look at within {} s", PROOF_LIMIT.as_secs());
                gathered.evidence.gaps.push(gap);
            }
        }
        Err(why) => gathered.evidence.gaps.push(format!("what `verify` would see: {why}")),
    }
    gathered.evidence = redactor.evidence(gathered.evidence);
    let diagnosis = diagnosis::diagnose(&gathered.evidence);
    if global.output == Output::Json {
        json::print_json(&shown::value(&diagnosis))?;
    } else {
        text::out(shown::render(&diagnosis));
    }
    if let Some(path) = &args.bundle {
        let seen = bundle::Seen { gathered: &gathered, diagnosis: &diagnosis, proof: &proof };
        bundle::write(path, &stack, seen, &redactor).await?;
        text::say(format!("Wrote `{}`. Look through it before you give it away.", path.display()));
    }
    Ok(if diagnosis.is_healthy() { Exit::Done } else { Exit::Failed })
}

/// Commands whose failure is diagnosed at once; `verify` asks for it itself, with what it could not prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Up,
    Run,
}

impl Told {
    pub(super) fn of(command: &Command) -> Option<Self> {
        match command {
            Command::Up(_) => Some(Self::Up),
            Command::Run(_) => Some(Self::Run),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Run => "run",
        }
    }

    /// What `up` has not made yet is no news.
    fn asked(self) -> Asked {
        match self {
            Self::Up => Asked::Unfinished,
            Self::Run => Asked::Everything,
        }
    }
}

/// Prints a failure, and under it why it came to that, where that can be told. The exit code is the failure's own.
pub(super) async fn after_failure(global: &Global, told: Option<Told>, failure: Failure) -> Exit {
    let message = failure.message();
    let exit = failure.print(global.findings());
    if let Some(told) = told {
        let subject = format!("command/{}", told.word());
        after(global, exit, told.asked(), vec![Passage::text(Kind::Command, subject, &message)]).await;
    }
    exit
}

/// The same under the stages that `verify` could not prove.
pub(super) async fn after_proof(global: &Global, exit: Exit, proof: &Proof) {
    after(global, exit, Asked::Everything, heard(proof).collect()).await;
}

/// The container whose output tells of a stage. A streaming job has one of its own.
fn container_of(stage: &str) -> String {
    let name = stage.strip_prefix("container/").unwrap_or(stage);
    format!("container/{}", stage.strip_prefix("job/").map_or_else(|| name.to_string(), container_name))
}

/// What the failing stages of a proof say.
fn heard(proof: &Proof) -> impl Iterator<Item = Passage> {
    proof.failed().map(|stage| {
        let seen = match stage.name.split_once(" from ") {
            Some((server, user)) => format!("`{server}` does not answer from `{user}`: {}", stage.seen),
            None => stage.seen.clone(),
        };
        Passage::text(Kind::Stage, &stage.name, &seen)
    })
}

/// What `verify` says now, in whatever state things are: nothing is waited for, and nothing is sent.
async fn proof(stack: &Stack) -> Result<Proof, String> {
    let request = verify::Request {
        versions: &StackVersions::of(&stack.project.pipeline, &stack.project.overrides),
        session: stack.session(),
        topology: stack.topology(),
        pipeline: &stack.project.pipeline,
        level: Level::Trace,
        only: &[],
        clock: Clock::new(PROOF_LIMIT, signals::watch_interrupt()),
        patience: Duration::ZERO,
        tracers: Tracers::Withheld,
        tell: &|_| {},
    };
    match tokio::time::timeout(PROOF_LIMIT * 2, verify::verify(&request)).await {
        Ok(proof) => proof.map_err(|error| one_line(&error)),
        Err(_) => Err(format!("no answer within {} s", PROOF_LIMIT.as_secs() * 2)),
    }
}

async fn after(global: &Global, exit: Exit, asked: Asked, heard: Vec<Passage>) {
    let is_explained = matches!(exit, Exit::Failed | Exit::TimedOut | Exit::Unproven);
    // A program that reads the result gets that and nothing else.
    if !is_explained || global.output == Output::Json {
        return;
    }
    match tokio::time::timeout(BRIEF_LIMIT, brief(global, asked, heard)).await {
        Ok(Ok(diagnosis)) => {
            if let Some(told) = shown::brief(&diagnosis) {
                text::say(format!("\n{told}"));
            }
        }
        Ok(Err(_)) => text::say("no diagnosis: the stack could not be looked at; `sparkflow doctor` says why"),
        Err(_) => text::say("no diagnosis in time: `sparkflow doctor` takes longer and sees more"),
    }
}

async fn brief(global: &Global, asked: Asked, heard: Vec<Passage>) -> Result<Diagnosis, Failure> {
    let stack = open(global).await?;
    let redactor = redactor(global, &stack).await?;
    let mut gathered = gather(&stack, asked, Patience::BRIEF).await;
    gathered.evidence.passages.extend(heard);
    Ok(diagnosis::diagnose(&redactor.evidence(gathered.evidence)))
}

/// Without a word about the file: `validate` and the command that failed have said it.
async fn open(global: &Global) -> Result<Stack, Failure> {
    let project = Project::read(global, &Evidence::default())?;
    Stack::connect(project, host::engine(global).await?, &BTreeMap::new()).await
}

async fn gather(stack: &Stack, asked: Asked, patience: Patience) -> Gathered {
    let now = jiff::Timestamp::now();
    let request = Request { session: stack.session(), topology: stack.topology(), asked, patience, now };
    gather::gather(&request).await
}

/// Knows the project's generated secrets, and every variable its file is filled in with. What cannot be hidden is not shown:
/// where the secrets cannot be read there is no diagnosis.
async fn redactor(global: &Global, stack: &Stack) -> Result<Redactor, Failure> {
    let reading = tokio::time::timeout(SECRETS_LIMIT, stack.session().secrets());
    let generated = match reading.await {
        Ok(Ok(secrets)) => secrets,
        Ok(Err(error)) => {
            let reason = format!("the project's secrets cannot be read, so nothing is shown: {}", one_line(&error));
            return Err(Failure::new(Exit::Environment, reason));
        }
        Err(_) => return Err(Failure::new(Exit::TimedOut, "the engine does not send the project's secrets")),
    };
    let given = stack.topology().secrets.values().filter_map(|secret| secret.given.clone());
    let names = secrets::variables(&stack.project.source.text);
    let filled = project::values_of(global, &stack.project.folder, &names)?;
    let all: Vec<SecretString> = generated.into_values().chain(given).chain(filled).collect();
    Ok(Redactor::new(&all))
}

fn unknown(name: &str) -> Failure {
    Failure::new(Exit::Usage, format!("nothing of the pipeline is called `{name}`"))
        .hint("`sparkflow status` lists the names")
}
