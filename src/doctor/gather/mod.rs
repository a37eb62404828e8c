//! Asks everybody at the same time what they know; who does not answer in time is a gap, not an error.
//!
//! Reads only, and runs no command in a container.

mod airflow;
pub mod containers;
mod machine;
mod spark;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::doctor::evidence::{Evidence, Kind, Line, Passage, Standing};
use crate::doctor::scope::Scope;
use crate::live::Live;
use crate::observe::{self, Asking};
use crate::plan::{Plan, diff};
use crate::session::Session;
use crate::systems::one_line;
use crate::topology::labels;
use crate::topology::resource::{ResourceId, Topology};

/// How far back the engine's events are read.
const EVENTS: Duration = Duration::from_hours(1);

/// What is asked, of whom, and how patiently.
pub struct Request<'a> {
    pub session: &'a Session,
    pub topology: &'a Topology,
    pub asked: Asked,
    pub patience: Patience,
    pub now: Timestamp,
}

/// Whose output is read even if nothing seems wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Nobody's: those in trouble speak for themselves.
    Nothing,
    /// These containers' and DAGs'.
    Of(Scope),
    /// Everybody's, the last minutes of it: something is known to be wrong.
    Everything,
    /// The same while a stack is being made: what is not there yet, or not as declared, is no news.
    Unfinished,
}

impl Asked {
    fn is_everybody(&self) -> bool {
        matches!(self, Self::Everything | Self::Unfinished)
    }

    /// Whether a difference of the plan, or a stage of `verify`, belongs to what is asked about.
    #[must_use]
    pub fn is_about(&self, stage: &str) -> bool {
        match self {
            Self::Of(scope) => scope.is_about(stage),
            Self::Nothing | Self::Everything | Self::Unfinished => true,
        }
    }
}

/// The bounds of every single question, and of a container's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For the state of everything.
    pub look: Duration,
    /// For everything that follows from it.
    pub each: Duration,
    pub log_lines: u32,
}

impl Patience {
    /// Somebody waits for the diagnosis.
    pub const THOROUGH: Self = Self { look: Duration::from_secs(20), each: Duration::from_secs(15), log_lines: 400 };
    /// Somebody waits for the end of a command that failed.
    pub const BRIEF: Self = Self { look: Duration::from_secs(5), each: Duration::from_secs(4), log_lines: 200 };
}

/// What was learnt.
pub struct Gathered {
    pub evidence: Evidence,
    pub live: Option<Live>,
    pub plan: Option<Plan>,
}

/// Everything that can be learnt about a stack within the bounds.
pub async fn gather(request: &Request<'_>) -> Gathered {
    let mut evidence = Evidence::default();
    let live = look(request, &mut evidence.gaps).await;
    let patients = containers::patients(request, live.as_ref(), &mut evidence.gaps).await;
    evidence.passages.extend(containers::states(request, &patients));
    let plan = live.as_ref().filter(|live| !live.containers.is_empty()).map(|live| diff::diff(request.topology, live));
    if let Some(plan) = plan.as_ref().filter(|_| request.asked != Asked::Unfinished) {
        evidence.passages.extend(differences(plan).into_iter().filter(|one| request.asked.is_about(&one.subject)));
    }
    let (logs, events, machine, airflow, spark) = tokio::join!(
        containers::logs(request, &patients),
        bounded(request, "events", events(request)),
        bounded(request, "the machine", machine::machine(request)),
        bounded(request, "Airflow", airflow::airflow(request, live.as_ref())),
        bounded(request, "Spark", spark::spark(request, live.as_ref(), &patients)),
    );
    for found in [logs, events, machine, airflow, spark] {
        evidence.passages.extend(found.passages);
        evidence.gaps.extend(found.gaps);
    }
    Gathered { evidence, live, plan }
}

/// The state of everything, else what the engine alone knows.
async fn look(request: &Request<'_>, gaps: &mut Vec<String>) -> Option<Live> {
    let Request { session, topology, patience, .. } = request;
    let asked = observe::observe(session, topology, Asking::OnlyLooking);
    match tokio::time::timeout(patience.look, asked).await {
        Ok(Ok(live)) => return Some(live),
        Ok(Err(error)) => gaps.push(format!("the state of the stack: {}", one_line(&error))),
        Err(_) => {
            gaps.push(format!("what the services hold: not all of them answered within {} s", patience.look.as_secs()));
        }
    }
    match tokio::time::timeout(patience.each, observe::engine_only(session)).await {
        Ok(Ok(live)) => Some(live),
        Ok(Err(error)) => {
            gaps.push(format!("containers: {}", one_line(&error)));
            None
        }
        Err(_) => {
            gaps.push("containers: the engine does not answer".to_string());
            None
        }
    }
}

/// One part of the evidence, or why there is none of it.
async fn bounded(request: &Request<'_>, what: &str, asking: impl Future<Output = Evidence>) -> Evidence {
    let limit = request.patience.each;
    tokio::time::timeout(limit, asking).await.unwrap_or_else(|_| Evidence {
        passages: Vec::new(),
        gaps: vec![format!("{what}: no answer within {} s", limit.as_secs())],
    })
}

/// What the file and the stack disagree about. Containers speak in states; images and volumes follow from them.
fn differences(plan: &Plan) -> Vec<Passage> {
    let told = |id: &ResourceId| {
        !matches!(id, ResourceId::Container(_) | ResourceId::Image(_) | ResourceId::Volume(_) | ResourceId::Network)
    };
    let mut by_resource: BTreeMap<&ResourceId, String> = BTreeMap::new();
    for blocked in plan.blocked.iter().filter(|one| told(&one.resource)) {
        by_resource.entry(&blocked.resource).or_insert_with(|| format!("blocked: {}", blocked.why));
    }
    for step in plan.steps.iter().filter(|one| told(&one.resource)) {
        let text = || format!("to {}: {}", step.change.describe(), step.because);
        by_resource.entry(&step.resource).or_insert_with(text);
    }
    by_resource.into_iter().map(|(id, text)| Passage::one(Kind::Plan, id.to_string(), text)).collect()
}

/// What the engine did to this project's containers and to its network.
async fn events(request: &Request<'_>) -> Evidence {
    let now = request.now.as_second();
    let since = now.saturating_sub_unsigned(EVENTS.as_secs());
    let docker = &request.session.docker;
    let events = match docker.events(since, now, request.patience.each).await {
        Ok(events) => events,
        Err(error) => return gap("events", &error),
    };
    let project = &request.session.project;
    let mut by_container: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for event in events {
        let own = |key: &str| event.attributes.get(key).map(String::as_str);
        if own(labels::PROJECT) != Some(project) && own("name") != Some(project) {
            continue;
        }
        // Checks and questions of ours are not news.
        if event.action.starts_with("exec")
            || ["archive-path", "extract-to-dir", "top"].contains(&event.action.as_str())
        {
            continue;
        }
        let subject = own(labels::RESOURCE).map_or_else(|| format!("network/{project}"), str::to_string);
        let details = ["exitCode", "signal"].iter().filter_map(|key| Some(format!(", {key} {}", own(key)?)));
        let text = format!("{}{}", event.action, details.collect::<String>());
        let at = Timestamp::from_second(event.at).map(|at| at.to_string()).unwrap_or_default();
        by_container.entry(subject).or_default().push(Line::new(at, text));
    }
    let passages =
        by_container.into_iter().map(|(subject, lines)| Passage::new(Kind::Event, subject, Standing::Healthy, lines));
    Evidence { passages: passages.collect(), gaps: Vec::new() }
}

fn gap(what: &str, error: &dyn std::error::Error) -> Evidence {
    Evidence { passages: Vec::new(), gaps: vec![format!("{what}: {}", one_line(error))] }
}
