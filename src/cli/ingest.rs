//! `ingest`: one task file, from start to end. Airflow's tasks and the replayed demo run this inside the stack.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::exit::Exit;
use crate::cli::run::source;
use crate::cli::{Failure, Global};
use crate::ingest::task::IngestTask;
use crate::model::pipeline::IngestLimit;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The task, as `up` published it
    #[arg(long, value_name = "FILE")]
    task: PathBuf,
    #[command(flatten)]
    limit: LimitArgs,
}

#[derive(Debug, Clone, clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct LimitArgs {
    /// Exactly so many good records
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// So long
    #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration)]
    duration: Option<Duration>,
}

impl LimitArgs {
    pub(super) fn limit(&self) -> IngestLimit {
        match (self.count, self.duration) {
            (Some(count), _) => IngestLimit::Count(count),
            (None, duration) => IngestLimit::For(duration.unwrap_or_default()),
        }
    }
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let text = std::fs::read_to_string(&args.task)
        .map_err(|error| Failure::new(Exit::File, format!("cannot read `{}`: {error}", args.task.display())))?;
    let task = IngestTask::from_json(&text).map_err(|error| Failure::new(Exit::File, error))?;
    source::feed(global, task, args.limit.limit()).await
}
