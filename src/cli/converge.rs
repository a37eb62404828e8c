//! The loop behind `up`: observe, compare, apply, until nothing is left to do or the time is over.
//!
//! Readiness is part of what is observed, so waiting for a service and waiting for what it holds are one thing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::apply::{self, ApplyError, Event, Site};
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::{Failure, Global, capacity, host, lock, ports};
use crate::live::{ContainerState, Live};
use crate::observe;
use crate::plan::{Plan, Risk, diff};
use crate::report::progress::{Outcome, Progress};
use crate::session::Session;
use crate::topology::build::{self, Inputs};
use crate::topology::resource::{ResourceId, Topology};

const POLL: Duration = Duration::from_millis(200);
/// A container that the engine restarted this often is not going to get well by waiting.
const MOST_RESTARTS: u64 = 2;
/// A one-time container may fail this often before its failure is taken for final.
const MOST_FAILURES: u32 = 2;
const LOG_LINES: u32 = 20;

/// A pipeline, what it should be, and the connections to where it is.
pub(super) struct Stack {
    pub project: Project,
    pub site: Site,
}

impl Stack {
    pub(super) async fn open(global: &Global) -> Result<Self, Failure> {
        let project = Project::load(global)?;
        let docker = host::engine(global).await?;
        let info = docker.info().await?;
        let binary = host::binary(&info.architecture)?;
        let certificates = host::certificates()?;
        let none = BTreeMap::new();
        let mut inputs = Inputs {
            project: &project.name,
            pipeline: &project.pipeline,
            blueprints: &project.blueprints,
            templates: &project.templates,
            host_ports: &none,
            files: &project.files,
            binary: &binary,
            certificates: &certificates,
        };
        let chosen = ports::choose(&docker, &project.name, &build::ports_needed(&inputs)?).await?;
        inputs.host_ports = &chosen;
        let topology = Arc::new(build::build(&inputs)?);
        let session = Session::new(docker, &project.name, topology.access.clone());
        let settings = apply::BuildSettings { arguments: host::proxy_settings(), fresh: false };
        Ok(Self { site: Site { session, topology, build: Arc::new(settings) }, project })
    }

    pub(super) fn session(&self) -> &Session {
        &self.site.session
    }

    pub(super) fn topology(&self) -> &Topology {
        &self.site.topology
    }

    pub(super) async fn observe(&self) -> Result<Live, Failure> {
        Ok(observe::observe(self.session(), self.topology()).await?)
    }

    pub(super) fn diff(&self, live: &Live) -> Plan {
        diff::diff(self.topology(), live)
    }

    /// One lock per engine and project; the kernel frees it when the process ends, however it ends.
    pub(super) fn lock(&self, engine_id: &str) -> Result<std::fs::File, Failure> {
        lock::take(engine_id, &self.project.name)
    }
}

/// What `up` may do and for how long.
pub(super) struct Terms {
    pub limit: Duration,
    pub images_only: bool,
}

/// What was done.
#[derive(Debug, Default)]
pub(super) struct Summary {
    pub steps: usize,
    pub undeclared: Vec<ResourceId>,
}

/// Makes everything true, or says what is in the way.
pub(super) async fn converge(
    stack: &Stack,
    terms: &Terms,
    progress: &Progress,
    interrupt: &watch::Receiver<bool>,
) -> Result<Summary, Failure> {
    let started = Instant::now();
    let mut summary = Summary::default();
    let mut failures: BTreeMap<String, u32> = BTreeMap::new();
    let mut waiting = Waiting { shown: BTreeSet::new(), progress };
    let mut fits = terms.images_only;
    loop {
        let live = stack.observe().await?;
        if !fits {
            capacity::check(stack, &live)?;
            fits = true;
        }
        let mut plan = stack.diff(&live);
        if terms.images_only {
            keep_images(&mut plan);
        }
        waiting.show(&plan);
        if let Some(blocked) = plan.blocked.first() {
            let reason = format!("{}: {}", blocked.resource, blocked.why);
            return Err(Failure::new(Exit::Failed, reason).hint(blocked.fix.clone()));
        }
        if plan.risk() == Risk::DataLoss {
            return Err(Failure::new(Exit::Consent, "the plan would lose data, and no flag allows it"));
        }
        if plan.steps.is_empty() && plan.deferred.is_empty() {
            summary.undeclared = plan.undeclared;
            return Ok(summary);
        }
        if *interrupt.borrow() {
            return Err(interrupted());
        }
        if started.elapsed() > terms.limit {
            return Err(timed_out(&plan, terms.limit));
        }
        if plan.steps.is_empty() {
            stuck(stack, &live).await?;
            tokio::time::sleep(POLL).await;
            continue;
        }
        count_failures(&live, &mut failures);
        if let Some(name) = failures.iter().find(|(_, count)| **count > MOST_FAILURES).map(|(name, _)| name.clone()) {
            return Err(container_failure(stack, &name, "keeps failing").await);
        }
        summary.steps += plan.steps.len();
        walk(stack, &plan, progress, interrupt).await?;
    }
}

async fn walk(
    stack: &Stack,
    plan: &Plan,
    progress: &Progress,
    interrupt: &watch::Receiver<bool>,
) -> Result<(), Failure> {
    match apply::run(plan, &stack.site, interrupt, |event| show(progress, plan, event)).await {
        Ok(()) => Ok(()),
        Err(ApplyError::Interrupted) => Err(interrupted()),
        Err(error) => Err(step_failure(error)),
    }
}

/// One step's progress, under the name of its resource.
pub(super) fn show(progress: &Progress, plan: &Plan, event: Event) {
    let name = |index: usize| plan.steps[index].resource.to_string();
    match event {
        Event::Began { index, what } => progress.begin(&name(index), &what),
        Event::Line { index, text } => progress.detail(&name(index), &text),
        Event::Done { index } => {
            let done = plan.steps[index].change.done();
            progress.finish(&name(index), &Outcome::Done(done.to_string()));
        }
        Event::Failed { index, reason } => progress.finish(&name(index), &Outcome::Failed(reason)),
    }
}

fn step_failure(error: ApplyError) -> Failure {
    use crate::systems::docker::DockerError;
    if let ApplyError::Step { source, .. } = &error
        && let apply::StepError::Docker(docker) = source.as_ref()
    {
        if docker.is_port_taken() {
            return Failure::new(Exit::Environment, error)
                .hint("stop what holds the port (`ss -ltnp` names it), or write `ports: auto`");
        }
        if let DockerError::Build { output, .. } = docker {
            let lines = output.join("\n");
            return Failure::new(Exit::Failed, error).hint(format!("the end of the build's output:\n{lines}"));
        }
    }
    Failure::new(Exit::Failed, error).hint("run the same command again: it goes on from here")
}

fn interrupted() -> Failure {
    Failure::new(Exit::Interrupted, "interrupted; what is there is whole").hint("run `sparkflow up` to go on from here")
}

fn timed_out(plan: &Plan, limit: Duration) -> Failure {
    let mut reasons: Vec<String> =
        plan.deferred.iter().map(|deferred| format!("{}: {}", deferred.resource, deferred.why)).collect();
    reasons.extend(plan.steps.iter().map(|step| format!("{}: {} not done", step.resource, step.change.describe())));
    let reason = format!("not ready within {}:\n  {}", humantime::format_duration(limit), reasons.join("\n  "));
    Failure::new(Exit::TimedOut, reason).hint("look at `sparkflow logs NAME`, or give more time with --timeout")
}

fn keep_images(plan: &mut Plan) {
    let images: Vec<usize> =
        (0..plan.steps.len()).filter(|index| matches!(plan.steps[*index].resource, ResourceId::Image(_))).collect();
    // Images are planned first and need nothing but images, so positions stay right.
    plan.steps.truncate(images.len());
    plan.deferred.clear();
    plan.blocked.clear();
}

/// Counts, per one-time container, how often it was seen failed.
fn count_failures(live: &Live, failures: &mut BTreeMap<String, u32>) {
    for (name, container) in &live.containers {
        if matches!(container.state, ContainerState::Exited { exit_code, .. } if exit_code != 0) {
            *failures.entry(name.clone()).or_default() += 1;
        }
    }
}

/// While waiting, a container that crashes again and again ends the wait early.
async fn stuck(stack: &Stack, live: &Live) -> Result<(), Failure> {
    for (name, container) in &live.containers {
        if container.restart_count > MOST_RESTARTS && !matches!(container.state, ContainerState::Running) {
            return Err(container_failure(stack, name, "crashes again and again").await);
        }
    }
    Ok(())
}

async fn container_failure(stack: &Stack, name: &str, what: &str) -> Failure {
    let lines = super::logs::last_lines(stack.session(), name, LOG_LINES).await;
    Failure::new(Exit::Failed, format!("container `{name}` {what}"))
        .hint(format!("its last lines:\n{}", lines.join("\n")))
        .hint(format!("see all of them with `sparkflow logs {name}`"))
}

/// Shows what is waited for, once each.
struct Waiting<'a> {
    shown: BTreeSet<String>,
    progress: &'a Progress,
}

impl Waiting<'_> {
    fn show(&mut self, plan: &Plan) {
        let mut now = BTreeSet::new();
        for deferred in &plan.deferred {
            let ResourceId::Container(name) = &deferred.resource else { continue };
            let id = format!("{name} ready");
            if self.shown.insert(id.clone()) {
                self.progress.begin(&id, &deferred.why);
            }
            self.progress.detail(&id, &deferred.why);
            now.insert(id);
        }
        let over: Vec<String> = self.shown.difference(&now).cloned().collect();
        for id in over {
            self.progress.finish(&id, &Outcome::Done("yes".to_string()));
            self.shown.remove(&id);
        }
    }
}
