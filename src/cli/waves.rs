//! The loop behind `up`: observe, compare, apply, until nothing is left to do or the time is over.
//!
//! Readiness is part of what is observed, so waiting for a service and waiting for what it holds are one thing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::apply::{self, ApplyError, Event};
use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, capacity, setbacks};
use crate::live::{ContainerState, Live};
use crate::plan::change::Change;
use crate::plan::part::{self, Part};
use crate::plan::{Plan, Risk};
use crate::report::progress::{Outcome, Progress};
use crate::topology::resource::ResourceId;

const POLL: Duration = Duration::from_millis(200);
/// A container that the engine restarted this often is not going to get well by waiting.
const MOST_RESTARTS: u64 = 4;
/// A one-time container may fail this often before its failure is taken for final.
const MOST_FAILURES: u32 = 2;
/// Airflow reads a file again this late at most: until then its errors are about the file of before.
const READ_AGAIN: Duration = Duration::from_secs(30);

/// What `up` may do and for how long.
pub(super) struct Terms {
    pub limit: Duration,
    pub part: Part,
    /// A wave of a higher risk stops; losing data is agreed to by name alone.
    pub agreed: Risk,
    /// Names given with `--allow-loss`.
    pub losses: Vec<String>,
}

impl Terms {
    /// All of the file, creating and restarting what it takes.
    pub(super) fn usual(limit: Duration) -> Self {
        Self { limit, part: Part::Everything, agreed: Risk::Restart, losses: Vec::new() }
    }
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
    let mut published: Option<Instant> = None;
    let mut waiting = Waiting { shown: BTreeSet::new(), progress };
    let mut judged = false;
    loop {
        let live = stack.observe().await?;
        let plan = stack.diff(&live).part(&terms.part);
        if !judged {
            fits(stack, &plan, &live, &terms.part)?;
            judged = true;
        }
        waiting.show(&plan);
        if let Some(blocked) = plan.blocked.first() {
            if plan.steps.is_empty() && is_read_again(&plan, published) && !*interrupt.borrow() {
                tokio::time::sleep(POLL).await;
                continue;
            }
            let reason = format!("{}: {}", blocked.resource, blocked.why);
            return Err(Failure::new(Exit::Failed, reason).hint(blocked.fix.clone()));
        }
        agreed(stack, &plan, terms)?;
        if plan.steps.is_empty() && plan.deferred.is_empty() {
            summary.undeclared = plan.undeclared;
            return Ok(summary);
        }
        if *interrupt.borrow() {
            return Err(setbacks::interrupted());
        }
        if started.elapsed() > terms.limit {
            return Err(setbacks::timed_out(&plan, terms.limit));
        }
        if plan.steps.is_empty() {
            stuck(stack, &live).await?;
            tokio::time::sleep(POLL).await;
            continue;
        }
        count_failures(&live, &mut failures);
        if let Some(name) = failures.iter().find(|(_, count)| **count > MOST_FAILURES).map(|(name, _)| name.clone()) {
            return Err(setbacks::container_failure(stack, &name, "keeps failing").await);
        }
        summary.steps += plan.steps.len();
        walk(stack, &plan, progress, interrupt).await?;
        if plan
            .steps
            .iter()
            .any(|step| matches!(step.change, Change::CreateFiles | Change::PublishFiles | Change::PublishFile { .. }))
        {
            published = Some(Instant::now());
        }
    }
}

/// The images alone, where nothing else stands in the way of everything; what does is said by `converge`.
pub(super) async fn images(
    stack: &Stack,
    terms: &Terms,
    progress: &Progress,
    interrupt: &watch::Receiver<bool>,
) -> Result<Summary, Failure> {
    let live = stack.observe().await?;
    capacity::check(stack, &live, &terms.part)?;
    let plan = stack.diff(&live);
    if !plan.blocked.is_empty() {
        return Ok(Summary::default());
    }
    agreed(stack, &plan, terms)?;
    let images = Terms { limit: terms.limit, part: Part::Images, agreed: terms.agreed, losses: terms.losses.clone() };
    converge(stack, &images, progress, interrupt).await
}

/// The first wave of a plan that was made before, as it stands there.
pub(super) async fn first(
    stack: &Stack,
    plan: &Plan,
    live: &Live,
    terms: &Terms,
    progress: &Progress,
    interrupt: &watch::Receiver<bool>,
) -> Result<(), Failure> {
    agreed(stack, plan, terms)?;
    fits(stack, plan, live, &terms.part)?;
    walk(stack, plan, progress, interrupt).await
}

/// Before anything is made: a machine that is too small is told from one that fails half-way.
fn fits(stack: &Stack, plan: &Plan, live: &Live, part: &Part) -> Result<(), Failure> {
    capacity::check_disk(plan, live.engine.disk_free)?;
    match part {
        Part::Images => Ok(()),
        Part::Everything | Part::Only(_) => capacity::check(stack, live, part),
    }
}

/// What blocks is Airflow's opinion of files that were replaced a moment ago.
fn is_read_again(plan: &Plan, published: Option<Instant>) -> bool {
    let is_dag = |blocked: &crate::plan::Blocked| matches!(blocked.resource, ResourceId::Dag(_));
    published.is_some_and(|when| when.elapsed() < READ_AGAIN) && plan.blocked.iter().all(is_dag)
}

/// Stops before a wave that loses data nobody named, or goes further than what somebody has seen.
fn agreed(stack: &Stack, plan: &Plan, terms: &Terms) -> Result<(), Failure> {
    let allowed = |id: &ResourceId| terms.losses.iter().any(|name| part::answers_to(stack.topology(), id, name));
    let unwanted: BTreeSet<String> =
        plan.losses().filter(|step| !allowed(&step.resource)).map(|step| step.resource.to_string()).collect();
    if !unwanted.is_empty() {
        return Err(setbacks::unwanted_loss(plan, &unwanted.into_iter().collect::<Vec<_>>()));
    }
    let risk = plan.steps.iter().map(|step| step.risk).filter(|risk| *risk < Risk::DataLoss).max();
    if risk.is_some_and(|risk| risk > terms.agreed) {
        return Err(setbacks::beyond_agreement(plan));
    }
    Ok(())
}

pub(super) async fn walk(
    stack: &Stack,
    plan: &Plan,
    progress: &Progress,
    interrupt: &watch::Receiver<bool>,
) -> Result<(), Failure> {
    match apply::run(plan, &stack.site, interrupt, |event| show(progress, plan, event)).await {
        Ok(()) => Ok(()),
        Err(ApplyError::Interrupted) => Err(setbacks::interrupted()),
        Err(error) => Err(setbacks::step_failure(error)),
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
            return Err(setbacks::container_failure(stack, name, "crashes again and again").await);
        }
    }
    Ok(())
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
