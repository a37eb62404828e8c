//! `doctor`: why something does not work, the deepest cause first; and the same in short after a command that failed.

mod bundle;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::{Failure, Global, Output, host, project};
use crate::doctor::diagnosis::{self, Diagnosis};
use crate::doctor::evidence::{Kind, Passage};
use crate::doctor::gather::{self, Asked, Gathered, Patience, Request};
use crate::doctor::redact::Redactor;
use crate::doctor::scope;
use crate::doctor::secrets;
use crate::model::Evidence;
use crate::report::{doctor as shown, json, text};
use crate::systems::one_line;
use crate::verify::stage::Proof;

/// A command that has failed ends this much later at most.
const BRIEF_LIMIT: Duration = Duration::from_secs(10);
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
        Some(name) => Asked::Of(
            scope::of(&stack.project.pipeline, stack.topology(), name).ok_or_else(|| unknown(name))?,
        ),
    };
    let redactor = redactor(global, &stack).await?;
    let mut gathered = gather(&stack, asked, Patience::THOROUGH).await;
    gathered.evidence = redactor.evidence(gathered.evidence);
    let diagnosis = diagnosis::diagnose(&gathered.evidence);
    if global.output == Output::Json {
        json::print_json(&shown::value(&diagnosis))?;
    } else {
        text::out(shown::render(&diagnosis));
    }
    if let Some(path) = &args.bundle {
        bundle::write(path, &stack, &gathered, &diagnosis, &redactor).await?;
        text::say(format!("Wrote `{}`. Look through it before you give it away.", path.display()));
    }
    Ok(if diagnosis.is_healthy() { Exit::Done } else { Exit::Failed })
}

/// What a command that failed has said itself.
#[derive(Debug, Default)]
pub(super) struct Heard {
    asked: Option<Asked>,
    passages: Vec<Passage>,
}

impl Heard {
    /// The message of `up`, `run` or another command.
    pub(super) fn message(command: Told, text: &str) -> Self {
        let (name, asked) = match command {
            Told::Up => ("up", Asked::Unfinished),
            Told::Run => ("run", Asked::Everything),
        };
        Self { asked: Some(asked), passages: vec![Passage::text(Kind::Command, format!("command/{name}"), text)] }
    }

    /// The stages that `verify` could not prove.
    pub(super) fn proof(proof: &Proof) -> Self {
        let stage = |stage: &crate::verify::stage::Stage| Passage::text(Kind::Stage, &stage.name, &stage.seen);
        Self { asked: Some(Asked::Everything), passages: proof.failed().map(stage).collect() }
    }
}

/// Commands whose failure is diagnosed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Up,
    Run,
}

/// Says in short why a command failed, under its error. It never takes the place of the error, nor its exit code.
pub(super) async fn after(global: &Global, heard: Heard, exit: Exit) {
    let is_explained = matches!(exit, Exit::Failed | Exit::TimedOut | Exit::Unproven);
    if !is_explained || global.output == Output::Json {
        return;
    }
    match tokio::time::timeout(BRIEF_LIMIT, brief(global, heard)).await {
        Ok(Ok(diagnosis)) => {
            if let Some(told) = shown::brief(&diagnosis) {
                text::say(format!("\n{told}"));
            }
        }
        Ok(Err(_)) => text::say("no diagnosis: the stack could not be looked at; `sparkflow doctor` says why"),
        Err(_) => text::say("no diagnosis in time: `sparkflow doctor` takes longer and sees more"),
    }
}

async fn brief(global: &Global, heard: Heard) -> Result<Diagnosis, Failure> {
    let stack = open(global).await?;
    let redactor = redactor(global, &stack).await?;
    let asked = heard.asked.unwrap_or(Asked::Everything);
    let mut gathered = gather(&stack, asked, Patience::BRIEF).await;
    gathered.evidence.passages.extend(heard.passages);
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
