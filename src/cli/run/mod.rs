//! `run`: a source, a job or a schedule, now.

pub(super) mod job;
pub(super) mod schedule;
pub(super) mod source;

use std::time::Duration;

use clap::Subcommand;

use crate::cli::exit::Exit;
use crate::cli::ingest::LimitArgs;
use crate::cli::{Failure, Global};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Fetch records from a source into its topic
    Source {
        name: String,
        #[command(flatten)]
        limit: LimitArgs,
    },
    /// Submit a Spark job and wait for its end
    Job {
        name: String,
        /// Longest wait
        #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = humantime::parse_duration)]
        timeout: Duration,
    },
    /// Start an Airflow schedule's DAG and wait for its end
    Schedule {
        name: String,
        /// Longest wait
        #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = humantime::parse_duration)]
        timeout: Duration,
        /// Start it and do not wait
        #[arg(long)]
        detach: bool,
    },
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    match &args.what {
        What::Source { name, limit } => source::run(global, name, limit.limit()).await,
        What::Job { name, timeout } => job::run(global, name, *timeout).await,
        What::Schedule { name, timeout, detach } => {
            let wait = if *detach { schedule::Wait::No } else { schedule::Wait::AtMost(*timeout) };
            schedule::run(global, name, wait).await
        }
    }
}

/// No such source, job or schedule, and which there are.
pub(super) fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a String>) -> Failure {
    let known: Vec<&str> = known.map(String::as_str).collect();
    let failure = Failure::new(Exit::Usage, format!("the pipeline has no {kind} `{name}`"));
    let nearest = known.iter().max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    match nearest {
        Some(near) if strsim::jaro_winkler(near, name) > 0.8 => failure.hint(format!("did you mean `{near}`?")),
        _ if known.is_empty() => failure.hint(format!("it has no {kind} at all")),
        _ => failure.hint(format!("there are: {}", known.join(", "))),
    }
}
