//! `plan --sample`: a few records of each source, held against its map. A replayed source is read from its file, by the
//! replay's own code, so that no engine is needed.

use std::cell::Cell;
use std::time::Duration;

use futures_util::future::try_join_all;

use crate::cli::Failure;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::run::source;
use crate::ingest::answer::{self, NoAnswer, Response};
use crate::ingest::sample::{self, Sample};
use crate::ingest::survey;
use crate::ingest::task::{Addresses, IngestTask};
use crate::model::survey::Survey;
use crate::replay::fixture::Fixture;

/// What a sample of `wanted` records of each source shows. A source that gives none is in the result, with the reason.
pub(super) async fn surveys(project: &Project, wanted: usize) -> Result<Vec<Survey>, Failure> {
    try_join_all(project.pipeline.sources.keys().map(|name| one(project, name, wanted))).await
}

async fn one(project: &Project, name: &str, wanted: usize) -> Result<Survey, Failure> {
    // Nothing is sent, and what is replayed is read from the file.
    let nowhere = Addresses { bootstrap: "", replay: "" };
    let task = IngestTask::from_pipeline(&project.pipeline, name, nowhere);
    let mut task = task.map_err(|error| Failure::new(Exit::File, error))?;
    let taken = match &project.pipeline.sources[name].replay {
        Some(file) => {
            let fixture = fixture(project, &task, file)?;
            task.http.every = Duration::ZERO;
            let wanted = wanted.min(fixture.record_count());
            sample::take(&task, wanted, &replaying(&fixture, &task)).await
        }
        None => sample::take(&task, wanted, &source::asking(&task.http)?).await,
    };
    match taken {
        Ok(Sample { records, shortfall }) => {
            let seen = survey::survey(&task, &records).map_err(|error| Failure::new(Exit::File, error))?;
            Ok(Survey { shortfall, ..seen })
        }
        Err(error) => {
            Ok(Survey { source: name.to_string(), shortfall: Some(answer::one_line(&error)), ..Survey::default() })
        }
    }
}

fn fixture(project: &Project, task: &IngestTask, file: &str) -> Result<Fixture, Failure> {
    let bytes = project.files.get(file).map(Vec::as_slice).unwrap_or_default();
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Failure::new(Exit::File, format!("cannot read `{file}` as text: {error}")))?;
    Fixture::parse(&task.source, file, &task.http.records, text).map_err(|error| Failure::new(Exit::File, error))
}

/// The answers that the replay service would give, one after the other.
fn replaying<'a>(fixture: &'a Fixture, task: &'a IngestTask) -> impl AsyncFn() -> Result<Response, NoAnswer> + 'a {
    let cursor = Cell::new(0_usize);
    async move || {
        let (start, size) = fixture.page(&task.http.query, cursor.get());
        cursor.set(cursor.get() + size);
        Ok(Response { status: 200, body: fixture.body(start, size).into_bytes(), ..Response::default() })
    }
}
