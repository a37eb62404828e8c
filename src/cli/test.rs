//! `test`: jobs on small given data, on one Spark in one short container, without the stack.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::test_files::Chosen;
use crate::cli::waves::{Terms, converge};
use crate::cli::whole_file::{self, Readers};
use crate::cli::{Failure, Global, Output, host, signals};
use crate::diagnostic::{Diagnostic, Severity};
use crate::errand::{self, Done, Errand, ErrandError};
use crate::plan::part::Part;
use crate::report::progress::{Outcome, Progress};
use crate::report::{diagnostics, json, text, trials as shown};
use crate::topology::resource::{ResourceId, Topology};
use crate::trial::question::{self, ANSWER_FILE, PROGRAM_FILE, Question};
use crate::trial::read::read;
use crate::trial::{FOLDER, Trial, answer, verdict};

/// One case may take this long, the start of Spark not counted; the first one warms it up, which takes long on a busy machine.
const CASE_SECONDS: u64 = 120;
/// The heap of 768 MiB, what Java needs beside it, and Python with its workers.
const MEMORY: u64 = 1536 * 1024 * 1024;
const IMAGES_LIMIT: Duration = Duration::from_mins(30);
const ID: &str = "tests";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these jobs (`adult_users`) or files (`tests/adults.yaml`); by default every file in `tests` beside the pipeline
    #[arg(value_name = "NAME|FILE")]
    only: Vec<String>,
    /// Also write the result as `JUnit` XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Longest time for all cases together
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = humantime::parse_duration)]
    timeout: Duration,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let mut project = Project::load(global)?;
    let trials = trials(global, &mut project, &args.only)?;
    let stack = Stack::connect(project, host::engine(global).await?, &BTreeMap::new()).await?;
    let progress = global.progress();
    let interrupt = signals::watch_interrupt();
    let question = asked(&stack, &trials)?;
    build(&stack, &question.image, &progress, &interrupt).await?;
    let started = Instant::now();
    progress.begin(ID, &format!("{} on one Spark", shown::cases(trials.len())));
    let done = carry_out(&stack, question, args.timeout, interrupt).await;
    finish(&progress, &done);
    let done = done.map_err(failure)?;
    let seconds = started.elapsed().as_secs_f64();
    let answers = answer::read(done.answer.as_deref().unwrap_or_default())?;
    let ended = ended(&done);
    let verdicts = verdict::judge(&trials, &answers, &stack.project.pipeline, &ended);
    let result = shown::Result { verdicts: &verdicts, seconds, pipeline: &stack.project.path };
    show(global, &result)?;
    if let Some(path) = &args.junit {
        whole_file::write(path, &shown::junit(&result, &stack.project.name), Readers::Everyone)?;
    }
    match result.failed_count() {
        _ if done.code == TIME_OVER => Ok(Exit::TimedOut),
        0 => Ok(Exit::Done),
        _ => Ok(Exit::Failed),
    }
}

fn show(global: &Global, result: &shown::Result<'_>) -> Result<(), Failure> {
    if global.output == Output::Json {
        json::print_json(&shown::value(result))?;
    } else {
        text::out(shown::list(result));
    }
    text::say(shown::summary(result));
    Ok(())
}

/// What the program ends with when its time is over.
const TIME_OVER: i64 = 124;
/// What the kernel ends a process with that takes more memory than it has.
const KILLED: i64 = 137;

fn ended(done: &Done) -> String {
    match (done.code, done.output.last()) {
        (TIME_OVER, _) => "the time for all cases was over".to_string(),
        (KILLED, _) => "it was killed, as the kernel does when memory runs out".to_string(),
        (code, Some(line)) => format!("exit code {code}: {line}"),
        (code, None) => format!("exit code {code}"),
    }
}

/// The trials that are asked for, from files without an error in them.
fn trials(global: &Global, project: &mut Project, only: &[String]) -> Result<Vec<Trial>, Failure> {
    let chosen = Chosen::of(project, only)?;
    let mut trials = Vec::new();
    let mut findings: Vec<Diagnostic> = Vec::new();
    for (file, bytes) in &chosen.files {
        let reading = read(file, bytes, &project.pipeline);
        project.source.files.insert(file.clone(), String::from_utf8_lossy(bytes).into_owned());
        trials.extend(reading.trials);
        findings.extend(reading.findings);
    }
    if findings.iter().any(|one| one.severity == Severity::Error) {
        return Err(Failure::Findings { found: findings, source: project.source.clone() });
    }
    if !findings.is_empty() && !global.quiet && global.output == Output::Text {
        text::say(diagnostics::render(&findings, &project.source));
    }
    trials.retain(|trial| chosen.has(trial));
    if trials.is_empty() {
        let reason = match only {
            [] => format!("there are no tests: no file in `{}` names a job", project.folder.join(FOLDER).display()),
            names => format!("there are no tests for `{}`", names.join("`, `")),
        };
        let hint = format!("write `{FOLDER}/JOB.yaml` with `job:` and `cases:`; the README shows one");
        return Err(Failure::new(Exit::Usage, reason).hint(hint));
    }
    Ok(trials)
}

fn asked(stack: &Stack, trials: &[Trial]) -> Result<Question, Failure> {
    let project = &stack.project;
    question::question(trials, &project.pipeline, stack.topology(), &project.templates, CASE_SECONDS)
        .map_err(|error| Failure::new(Exit::File, error))
}

/// Makes the image that jobs run in, where it is not there: only that one, and what it is built from.
async fn build(
    stack: &Stack,
    tag: &str,
    progress: &Progress,
    interrupt: &watch::Receiver<bool>,
) -> Result<(), Failure> {
    let docker = &stack.session().docker;
    if docker.has_image(tag).await? {
        return Ok(());
    }
    let _lock = stack.lock(&docker.info().await?.id)?;
    let part = Part::Only(with_bases(stack.topology(), tag));
    let terms = Terms { part, ..Terms::usual(IMAGES_LIMIT) };
    converge(stack, &terms, progress, interrupt).await?;
    Ok(())
}

fn with_bases(topology: &Topology, tag: &str) -> BTreeSet<ResourceId> {
    let mut open: Vec<&String> =
        topology.images.iter().filter(|(_, image)| image.tag == tag).map(|(name, _)| name).collect();
    let mut chosen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if chosen.insert(ResourceId::Image(name.clone())) {
            open.extend(topology.images.get(name).map_or(&[][..], |image| &image.from));
        }
    }
    chosen
}

async fn carry_out(
    stack: &Stack,
    question: Question,
    limit: Duration,
    mut interrupt: watch::Receiver<bool>,
) -> Result<Done, ErrandError> {
    let errand = Errand {
        kind: ID,
        image: question.image,
        files: question.files,
        program: PROGRAM_FILE,
        answer: ANSWER_FILE,
        memory: MEMORY,
        limit,
    };
    let stop = async move {
        if interrupt.wait_for(|told| *told).await.is_err() {
            // Nobody can interrupt any more.
            std::future::pending::<()>().await;
        }
    };
    errand::run(&stack.session().docker, &stack.project.name, &errand, stop).await
}

fn finish(progress: &Progress, done: &Result<Done, ErrandError>) {
    match done {
        Ok(_) => progress.finish(ID, &Outcome::Done("tried".to_string())),
        Err(error) => progress.finish(ID, &Outcome::Failed(error.to_string())),
    }
    progress.clear();
}

fn failure(error: ErrandError) -> Failure {
    match error {
        ErrandError::Docker(error) => error.into(),
        ErrandError::Interrupted => Failure::new(Exit::Interrupted, error),
    }
}
