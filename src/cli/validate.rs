//! `validate`: the file alone, with nothing running.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::{Failure, Format, Global, failure};
use crate::report::{diagnostics, json, text};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// How findings about the file are shown; `github` and `sarif` on stdout
    #[arg(long, value_name = "FORMAT", conflicts_with = "output")]
    pub(super) format: Option<Format>,
}

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
    match global.findings() {
        Format::Json => {
            let counts: serde_json::Map<String, serde_json::Value> =
                counts.iter().map(|(count, word)| (format!("{word}s"), json!(count))).collect();
            let found = &diagnostics::as_value(&project.findings, &project.path)["findings"];
            json::print_json(&json!({
                "valid": true, "pipeline": pipeline.name, "counts": counts, "findings": found,
            }))?;
        }
        format @ (Format::Github | Format::Sarif) => failure::show(&project.findings, &project.source, format),
        Format::Text => {
            let words: Vec<String> = counts
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, word)| format!("{count} {word}{}", if *count == 1 { "" } else { "s" }))
                .collect();
            text::out(format!("{}: pipeline `{}` is valid: {}", project.path, pipeline.name, words.join(", ")));
        }
    }
    Ok(Exit::Done)
}
