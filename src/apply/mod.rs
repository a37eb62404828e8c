//! Walks a plan: independent steps at the same time, each one call on one system.
//!
//! Decides nothing. A step that fails leaves the steps that follow from it undone and lets the others finish.

mod containers;
mod data;
mod files;
mod images;
mod secrets;

pub use containers::run_once;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::plan::change::Change;
use crate::plan::{Plan, Step};
use crate::session::{Session, SessionError};
use crate::systems::docker::build::Freshness;
use crate::topology::resource::{ResourceId, Topology};

/// What every step works on.
#[derive(Clone)]
pub struct Site {
    pub session: Session,
    pub topology: Arc<Topology>,
    pub build: Arc<BuildSettings>,
}

/// How images are built.
#[derive(Debug, Clone, Default)]
pub struct BuildSettings {
    /// Proxy settings of the host, passed to every build.
    pub arguments: BTreeMap<String, String>,
    pub freshness: Freshness,
}

/// What happens while a plan is walked.
#[derive(Debug, Clone)]
pub enum Event {
    Began {
        index: usize,
        what: String,
    },
    /// A line of output of a step that takes long.
    Line {
        index: usize,
        text: String,
    },
    Done {
        index: usize,
    },
    Failed {
        index: usize,
        reason: String,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    #[error("{resource}: could not {what}")]
    Step {
        resource: ResourceId,
        what: String,
        #[source]
        source: Box<StepError>,
    },
    #[error("interrupted")]
    Interrupted,
}

/// Why one step failed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    #[error(transparent)]
    Docker(#[from] crate::systems::docker::DockerError),
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    Kafka(#[from] crate::systems::kafka::KafkaError),
    #[error(transparent)]
    Cassandra(#[from] crate::systems::cassandra::CassandraError),
    #[error(transparent)]
    Airflow(#[from] crate::systems::airflow::AirflowError),
    #[error(transparent)]
    Template(#[from] crate::template::TemplateError),
    #[error("{0}")]
    Other(String),
}

/// Carries out the steps; stops starting new ones when `interrupt` turns true and lets those under way finish.
///
/// # Errors
/// The first step that failed, after everything that did not depend on it is done; or `Interrupted`.
pub async fn run(
    plan: &Plan,
    site: &Site,
    interrupt: &watch::Receiver<bool>,
    mut on_event: impl FnMut(Event),
) -> Result<(), ApplyError> {
    let (lines, mut incoming) = tokio::sync::mpsc::unbounded_channel::<(usize, String)>();
    let mut waiting: BTreeSet<usize> = (0..plan.steps.len()).collect();
    let mut done: BTreeSet<usize> = BTreeSet::new();
    let mut running = JoinSet::new();
    let mut failure = None;
    loop {
        let stop = *interrupt.borrow();
        let ready: Vec<usize> = waiting
            .iter()
            .copied()
            .filter(|index| !stop && plan.steps[*index].after.iter().all(|need| done.contains(need)))
            .collect();
        for index in ready {
            waiting.remove(&index);
            let step = plan.steps[index].clone();
            on_event(Event::Began { index, what: step.change.describe() });
            let (site, lines) = (site.clone(), lines.clone());
            running.spawn(async move { (index, one(&step, &site, move |line| drop(lines.send((index, line)))).await) });
        }
        tokio::select! {
            Some((index, text)) = incoming.recv() => on_event(Event::Line { index, text }),
            finished = running.join_next() => match finished {
                None => break,
                Some(Ok((index, Ok(())))) => {
                    done.insert(index);
                    on_event(Event::Done { index });
                }
                Some(Ok((index, Err(source)))) => {
                    on_event(Event::Failed { index, reason: source.to_string() });
                    let Step { resource, change, .. } = plan.steps[index].clone();
                    failure.get_or_insert(ApplyError::Step { resource, what: change.describe(), source: Box::new(source) });
                }
                Some(Err(panicked)) => std::panic::resume_unwind(panicked.into_panic()),
            },
        }
    }
    match failure {
        Some(failure) => Err(failure),
        None if *interrupt.borrow() && !waiting.is_empty() => Err(ApplyError::Interrupted),
        None => Ok(()),
    }
}

/// One step, one call.
async fn one(step: &Step, site: &Site, on_line: impl FnMut(String) + Send) -> Result<(), StepError> {
    match (&step.change, &step.resource) {
        (Change::FetchImage, ResourceId::Image(name)) => images::fetch(site, name, on_line).await,
        (Change::BuildImage, ResourceId::Image(name)) => images::build(site, name, on_line).await,
        (Change::CreateNetwork, _) => containers::create_network(site).await,
        (Change::RemoveNetwork, _) => Ok(site.session.docker.remove_network(&site.topology.project).await?),
        (Change::CreateVolume, ResourceId::Volume(name)) => containers::create_volume(site, name).await,
        (Change::RemoveVolume, ResourceId::Volume(name)) => {
            Ok(site.session.docker.remove_volume(&containers::full_name(site, name)).await?)
        }
        (Change::CreateSecret, ResourceId::Secret(name)) => secrets::create(site, name).await,
        (Change::CreateContainer, ResourceId::Container(name)) => containers::create(site, name).await,
        (Change::StartContainer, ResourceId::Container(name)) => containers::start(site, name).await,
        (Change::ResumeContainer, ResourceId::Container(name)) => containers::resume(site, name).await,
        (Change::RemoveContainer, ResourceId::Container(name)) => containers::remove(site, name).await,
        (Change::CreateFiles | Change::PublishFiles, _) => files::publish_all(site).await,
        (Change::PublishFile { path }, _) => files::publish_one(site, path).await,
        (change, resource) => data::apply(site, change, resource).await,
    }
}
