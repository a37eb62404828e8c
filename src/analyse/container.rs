//! One short container that asks Spark about all queries: made for it, without a network or privileges, bounded in
//! memory and time, and removed when it has answered. It sees no volume of the project.

use std::time::Duration;

use futures_util::StreamExt;
use thiserror::Error;

use crate::model::analysis::Analysis;
use crate::systems::docker::archive::{Content, Found, UploadFile};
use crate::systems::docker::containers::{ContainerSpec, FirstProcess, NetworkSpec};
use crate::systems::docker::inspect::ContainerState;
use crate::systems::docker::logs::LogRequest;
use crate::systems::docker::{DockerError, Engine};
use crate::topology::analysis::{PROGRAM_FILE, Question};
use crate::topology::labels;

/// Starting Spark takes seconds on a quiet machine, and much longer on a busy one.
const LIMIT: Duration = Duration::from_mins(2);
/// The heap of 512 MiB, what Java needs beside it, and Python.
const MEMORY: u64 = 896 * 1024 * 1024;
const PIDS: u32 = 300;
const USER: u64 = 50000;
const FOLDER: &str = "/tmp/analysis";
const ANSWER: &str = "answer.json";
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;
const LOG_LINES: u32 = 5;
/// Containers of this kind are runs, no resources of the project: nothing compares them, and `down` takes them along.
const RESOURCE: &str = "run/analysis";

#[derive(Debug, Error)]
pub enum AskError {
    #[error(transparent)]
    Docker(#[from] DockerError),
    #[error("Spark gave no answer (exit code {code}){}", said(output))]
    NoAnswer { code: i64, output: Vec<String> },
    #[error("Spark's answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
}

fn said(output: &[String]) -> String {
    output.last().map(|line| format!(": {line}")).unwrap_or_default()
}

/// Spark's answer, from a container that is gone when this returns.
///
/// # Errors
/// The engine refuses, the time is over, or the program in the container failed.
pub async fn ask(engine: &Engine, project: &str, question: &Question) -> Result<Analysis, AskError> {
    sweep(engine, project).await?;
    let name = labels::engine_name(project, &format!("analysis-{}", &uuid::Uuid::now_v7().simple().to_string()[..16]));
    engine.create_container(&spec(project, &name, question)).await?;
    let answer = answer(engine, &name, question).await;
    let removed = engine.remove_container(&name).await;
    let answer = answer?;
    removed?;
    Ok(answer)
}

async fn answer(engine: &Engine, name: &str, question: &Question) -> Result<Analysis, AskError> {
    let file = |(path, content): (&String, &Vec<u8>)| UploadFile {
        path: format!("{}/{path}", FOLDER.trim_start_matches('/')),
        mode: 0o444,
        uid: USER,
        gid: USER,
        content: Content::Bytes(content.clone()),
    };
    engine.put_files(name, "/", question.files.iter().map(file).collect()).await?;
    engine.start_container(name).await?;
    let code = engine.wait_container(name, LIMIT).await?;
    let found = engine.get_files(name, &format!("{FOLDER}/{ANSWER}"), LARGEST_ANSWER).await?;
    match found.and_then(|mut files| files.pop_first()) {
        Some((_, Found::Bytes(bytes))) if code == 0 => serde_json::from_slice(&bytes).map_err(AskError::Unreadable),
        _ => Err(AskError::NoAnswer { code, output: last_lines(engine, name).await }),
    }
}

fn spec(project: &str, name: &str, question: &Question) -> ContainerSpec {
    let labels = [(labels::PROJECT, project), (labels::RESOURCE, RESOURCE)];
    ContainerSpec {
        name: name.to_string(),
        image: question.image.clone(),
        command: ["python".to_string(), format!("{FOLDER}/{PROGRAM_FILE}"), FOLDER.to_string()]
            .into_iter()
            .chain([LIMIT.as_secs().to_string()])
            .collect(),
        user: Some(format!("{USER}:{USER}")),
        labels: labels.into_iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
        network: Some(NetworkSpec { name: "none".to_string(), aliases: Vec::new() }),
        memory_bytes: Some(MEMORY),
        pids: Some(PIDS),
        stop_seconds: Some(1),
        // The image starts with an init of its own.
        first_process: FirstProcess::Command,
        ..ContainerSpec::default()
    }
}

/// Removes what a run that was killed left behind: its container ends by itself, and nobody else uses it.
async fn sweep(engine: &Engine, project: &str) -> Result<(), DockerError> {
    for container in engine.containers(&labels::of_project(project)).await? {
        let is_ours = container.labels.get(labels::RESOURCE).is_some_and(|resource| resource == RESOURCE);
        if is_ours && matches!(container.state, ContainerState::Exited | ContainerState::Dead) && is_old(&container) {
            engine.remove_container(&container.name).await?;
        }
    }
    Ok(())
}

/// Older than any run takes: whoever made it is not about to read its answer.
fn is_old(container: &crate::systems::docker::inspect::Container) -> bool {
    let now = jiff::Timestamp::now().as_second();
    now - container.created_at > 2 * LIMIT.as_secs().cast_signed()
}

async fn last_lines(engine: &Engine, name: &str) -> Vec<String> {
    let request = LogRequest { tail: Some(LOG_LINES), ..LogRequest::default() };
    let lines = engine.logs(name, request).filter_map(async |line| Some(line.ok()?.text));
    lines.filter(|text| std::future::ready(!text.trim().is_empty())).collect().await
}
