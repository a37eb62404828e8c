//! `validate`: the file alone, with nothing running.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::{Failure, Global, Output};
use crate::report::{json, text};

#[derive(Debug, clap::Args)]
pub struct Args {}

pub(super) fn run(global: &Global, _: &Args) -> Result<Exit, Failure> {
    let project = Project::load(global)?;
    let pipeline = &project.pipeline;
    let counts = [
        (pipeline.services.len(), "service"),
        (pipeline.sources.len(), "source"),
        (pipeline.topics.len(), "topic"),
        (pipeline.jobs.len(), "job"),
        (pipeline.sinks.len(), "sink"),
        (pipeline.schedules.len(), "schedule"),
    ];
    if global.output == Output::Json {
        let counts: serde_json::Map<String, serde_json::Value> =
            counts.iter().map(|(count, word)| (format!("{word}s"), json!(count))).collect();
        json::print_json(&json!({"valid": true, "pipeline": pipeline.name, "counts": counts}))?;
        return Ok(Exit::Done);
    }
    let words: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    text::out(format!("{}: pipeline `{}` is valid: {}", project.path, pipeline.name, words.join(", ")));
    Ok(Exit::Done)
}
