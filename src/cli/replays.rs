//! What the recorded answers of replayed sources show, read from their files by the replay's own code. No engine is needed.

use std::error::Error;

use crate::ingest::answer::one_line;
use crate::ingest::feed;
use crate::ingest::survey;
use crate::ingest::task::{Addresses, IngestTask};
use crate::model::pipeline::Pipeline;
use crate::model::survey::{ReplayFault, Replayed, Survey};
use crate::replay::fixture::Fixture;
use crate::spec::files::{FileContent, ProjectFiles};

/// Records that are held against the map: what goes wrong with all shows in these. Of the others only the JSON is read.
const MOST_RECORDS: usize = 100;

/// Each replayed source, but those that a sample says more of, and those whose map or topic is not right yet.
pub(super) fn looked_at(pipeline: &Pipeline, files: &ProjectFiles, sampled: &[Survey]) -> Vec<Replayed> {
    let sources = pipeline.sources.iter().filter(|(name, _)| sampled.iter().all(|one| one.source != **name));
    sources
        .filter_map(|(name, source)| {
            let file = source.replay.as_deref()?;
            let task = IngestTask::from_pipeline(pipeline, name, Addresses { bootstrap: "", replay: "" }).ok()?;
            one(&task, file, files.get(file)?)
        })
        .collect()
}

fn one(task: &IngestTask, file: &str, content: &FileContent) -> Option<Replayed> {
    let refused = |fault, why: String| Some(Replayed::Refused { source: task.source.clone(), fault, why });
    let text = match content {
        FileContent::Text(text) => text.as_str(),
        FileContent::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return refused(ReplayFault::File, format!("{file}: {error}")),
        },
        FileContent::Directory => return refused(ReplayFault::File, format!("{file} is a folder")),
        // An error already.
        FileContent::Missing | FileContent::Outside | FileContent::TooMuch(_) => return None,
    };
    let fixture = match Fixture::parse(&task.source, file, &task.http.records, text) {
        Ok(fixture) => fixture,
        Err(error) => return refused(error.line().map_or(ReplayFault::File, ReplayFault::Line), one_line(&error)),
    };
    match records(task, &fixture) {
        Ok(records) => survey::survey(task, &records).ok().map(Replayed::Served),
        Err(error) => refused(ReplayFault::List, format!("expected a list at `{}`, found {error}", task.http.records)),
    }
}

/// The list in an answer, found where the source's `records` says.
fn records(task: &IngestTask, fixture: &Fixture) -> Result<Vec<serde_json::Value>, Box<dyn Error>> {
    let body = serde_json::from_str(&fixture.body(0, fixture.record_count().min(MOST_RECORDS)))?;
    Ok(feed::list_path(task)?.take_list(body)?)
}
