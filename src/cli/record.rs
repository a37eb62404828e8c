//! `record`: answers of a source saved as a file that its replay reads.

use std::path::PathBuf;

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::run::{self, source};
use crate::cli::whole_file::{self, Readers};
use crate::cli::{Failure, Global, Output};
use crate::ingest::answer;
use crate::ingest::record::{self, Recording};
use crate::ingest::task::{Addresses, IngestTask};
use crate::model::Evidence;
use crate::replay::fixture::{self, Fixture, Header};
use crate::report::{json, text};

/// A recording that is not there, cannot be served, or does not fit the map: this command writes it anew.
const MENDED: [&str; 4] = ["SF021", "SF251", "SF252", "SF257"];

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The source to ask; its own address is asked, also where the profile replays it
    source: String,
    /// How many answers to save
    #[arg(short = 'n', long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u16).range(1..=1000))]
    answers: u16,
    /// Where to; by default the file the source names under `replay`, else fixtures/SOURCE.jsonl in the project
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let project = Project::draft(global, &Evidence::default())?.sound_but_for(&MENDED)?;
    let name = args.source.strip_prefix("source/").unwrap_or(&args.source);
    let Some(declared) = project.pipeline.sources.get(name) else {
        return Err(run::unknown("source", name, project.pipeline.sources.keys()));
    };
    let below = declared.replay.clone().unwrap_or_else(|| format!("fixtures/{name}.jsonl"));
    let path = args.to.clone().unwrap_or_else(|| project.folder.join(&below));
    if path.exists() && !args.force {
        return Err(Failure::new(Exit::Consent, format!("`{}` is there already", path.display()))
            .hint("replace it with --force, or name another file with --to"));
    }
    let task = IngestTask::from_pipeline(&project.pipeline, name, Addresses { bootstrap: "", replay: "" });
    let mut task = task.map_err(|error| Failure::new(Exit::File, error))?;
    task.http = declared.http.clone();
    let progress = global.progress();
    progress.begin("record", &format!("source/{name}"));
    let get = source::asking(&task.http)?;
    let on_retry = |again: answer::Again<'_>| {
        progress.detail("record", &format!("attempt {} failed: {}", again.attempt, answer::one_line(again.fault)));
    };
    let recorded = record::record(&task, usize::from(args.answers), &get, on_retry).await;
    progress.clear();
    let recorded = recorded.map_err(|error| Failure::new(Exit::Failed, error))?;
    let count = recorded.records.len();
    let content = content(&task, recorded);
    // What cannot be replayed is not kept.
    let shown = path.display().to_string();
    Fixture::parse(name, &shown, &task.http.records, &content).map_err(|error| Failure::new(Exit::Failed, error))?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    whole_file::write(&path, &content, Readers::Everyone)?;
    if global.output == Output::Json {
        json::print_json(&json!({"source": name, "file": shown, "answers": args.answers, "records": count}))?;
        return Ok(Exit::Done);
    }
    text::out(format!("{count} records of {} answers in {shown}", args.answers));
    if declared.replay.is_none() {
        text::say(format!(
            "replay them with `profiles: {{ offline: {{ sources: {{ {name}: {{ replay: {below} }} }} }} }}`"
        ));
    }
    Ok(Exit::Done)
}

fn content(task: &IngestTask, recorded: Recording) -> String {
    let Recording { records, envelope, page_size, size } = recorded;
    let note = format!("Recorded from {}.", answer::without_query(&task.http.url));
    let size = (page_size.is_none() && size > 0).then_some(size);
    let header = Header { note, page_size, size, envelope, ..Header::default() };
    fixture::write(&header, &records)
}
