//! Errands: a program and its files in one short container of an image of ours, made for it, without a network, volumes
//! or privileges, bounded in memory and time, and removed when it has left its answer. What the answer means is the
//! caller's business.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use thiserror::Error;

use crate::systems::docker::archive::{Content, Found, UploadFile};
use crate::systems::docker::containers::{ContainerSpec, FirstProcess, NetworkSpec};
use crate::systems::docker::inspect::{Container, ContainerState};
use crate::systems::docker::logs::LogRequest;
use crate::systems::docker::{DockerError, Engine};
use crate::topology::labels;

const PIDS: u32 = 300;
const USER: u64 = 50000;
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;
const LOG_LINES: u32 = 5;
/// The program ends by itself when its time is over; this is for an engine that is late to say so.
const GRACE: Duration = Duration::from_secs(10);

/// What is run, and within what bounds.
#[derive(Debug, Clone)]
pub struct Errand {
    /// Names the container, and tells errands of one kind from others.
    pub kind: &'static str,
    pub image: String,
    pub files: BTreeMap<String, Vec<u8>>,
    /// The Python file among them that is started, with the folder and the seconds it has.
    pub program: &'static str,
    /// The file it leaves there.
    pub answer: &'static str,
    pub memory: u64,
    pub limit: Duration,
}

/// What a program left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub code: i64,
    pub answer: Option<Vec<u8>>,
    /// The last lines it said.
    pub output: Vec<String>,
}

#[derive(Debug, Error)]
pub enum ErrandError {
    #[error(transparent)]
    Docker(#[from] DockerError),
    #[error("interrupted")]
    Interrupted,
}

/// Runs it; the container is gone when this returns, also where `stop` comes first.
///
/// # Errors
/// The engine refuses, the time is over, or `stop` came.
pub async fn run(
    engine: &Engine,
    project: &str,
    errand: &Errand,
    stop: impl Future<Output = ()>,
) -> Result<Done, ErrandError> {
    sweep(engine, project, errand).await?;
    let id = &uuid::Uuid::now_v7().simple().to_string()[..16];
    let name = labels::engine_name(project, &format!("{}-{id}", errand.kind));
    engine.create_container(&spec(project, &name, errand)).await?;
    let done = tokio::select! {
        done = carry_out(engine, &name, errand) => done.map_err(ErrandError::from),
        () = stop => Err(ErrandError::Interrupted),
    };
    let removed = engine.remove_container(&name).await;
    let done = done?;
    removed?;
    Ok(done)
}

async fn carry_out(engine: &Engine, name: &str, errand: &Errand) -> Result<Done, DockerError> {
    let folder = folder(errand);
    let file = |(path, content): (&String, &Vec<u8>)| UploadFile {
        path: format!("{}/{path}", folder.trim_start_matches('/')),
        mode: 0o444,
        uid: USER,
        gid: USER,
        content: Content::Bytes(content.clone()),
    };
    engine.put_files(name, "/", errand.files.iter().map(file).collect()).await?;
    engine.start_container(name).await?;
    let code = engine.wait_container(name, errand.limit + GRACE).await?;
    let found = engine.get_files(name, &format!("{folder}/{}", errand.answer), LARGEST_ANSWER).await?;
    let answer = match found.and_then(|mut files| files.pop_first()) {
        Some((_, Found::Bytes(bytes))) => Some(bytes),
        _ => None,
    };
    let output = if code == 0 { Vec::new() } else { last_lines(engine, name).await };
    Ok(Done { code, answer, output })
}

fn folder(errand: &Errand) -> String {
    format!("/tmp/{}", errand.kind)
}

/// Containers of this kind are runs, no resources of the project: nothing compares them, and `down` takes them along.
fn resource(errand: &Errand) -> String {
    format!("run/{}", errand.kind)
}

fn spec(project: &str, name: &str, errand: &Errand) -> ContainerSpec {
    let folder = folder(errand);
    let labels = [(labels::PROJECT, project.to_string()), (labels::RESOURCE, resource(errand))];
    ContainerSpec {
        name: name.to_string(),
        image: errand.image.clone(),
        command: ["python".to_string(), format!("{folder}/{}", errand.program), folder.clone()]
            .into_iter()
            .chain([errand.limit.as_secs().to_string()])
            .collect(),
        user: Some(format!("{USER}:{USER}")),
        labels: labels.into_iter().map(|(key, value)| (key.to_string(), value)).collect(),
        network: Some(NetworkSpec { name: "none".to_string(), aliases: Vec::new() }),
        memory_bytes: Some(errand.memory),
        pids: Some(PIDS),
        stop_seconds: Some(1),
        // The image starts with an init of its own.
        first_process: FirstProcess::Command,
        ..ContainerSpec::default()
    }
}

/// Removes what a run that was killed left behind: its container ends by itself, and nobody else uses it.
async fn sweep(engine: &Engine, project: &str, errand: &Errand) -> Result<(), DockerError> {
    let resource = resource(errand);
    for container in engine.containers(&labels::of_project(project)).await? {
        let is_ours = container.labels.get(labels::RESOURCE) == Some(&resource);
        let is_over = matches!(container.state, ContainerState::Exited | ContainerState::Dead);
        if is_ours && is_over && is_old(&container, errand.limit) {
            engine.remove_container(&container.name).await?;
        }
    }
    Ok(())
}

/// Older than any run takes: whoever made it is not about to read its answer.
fn is_old(container: &Container, limit: Duration) -> bool {
    let now = jiff::Timestamp::now().as_second();
    now - container.created_at > 2 * limit.as_secs().cast_signed()
}

async fn last_lines(engine: &Engine, name: &str) -> Vec<String> {
    let request = LogRequest { tail: Some(LOG_LINES), ..LogRequest::default() };
    let lines = engine.logs(name, request).filter_map(async |line| Some(line.ok()?.text));
    lines.filter(|text| std::future::ready(!text.trim().is_empty())).collect().await
}
