//! Asks Spark about all queries, in one short container.

use std::time::Duration;

use thiserror::Error;

use crate::errand::{self, Done, Errand, ErrandError};
use crate::model::analysis::Analysis;
use crate::systems::docker::Engine;
use crate::topology::analysis::{PROGRAM_FILE, Question};

/// Starting Spark takes seconds on a quiet machine, and much longer on a busy one.
const LIMIT: Duration = Duration::from_mins(2);
/// The heap of 512 MiB, what Java needs beside it, and Python.
const MEMORY: u64 = 896 * 1024 * 1024;

#[derive(Debug, Error)]
pub enum AskError {
    #[error(transparent)]
    Errand(#[from] ErrandError),
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
    let errand = Errand {
        kind: "analysis",
        image: question.image.clone(),
        files: question.files.clone(),
        program: PROGRAM_FILE,
        answer: "answer.json",
        memory: MEMORY,
        limit: LIMIT,
    };
    match errand::run(engine, project, &errand, std::future::pending()).await? {
        Done { code: 0, answer: Some(bytes), .. } => serde_json::from_slice(&bytes).map_err(AskError::Unreadable),
        Done { code, output, .. } => Err(AskError::NoAnswer { code, output }),
    }
}
