//! Fetches the ledgers of all jobs from the volume of checkpoints, in a bounded request to the engine, and one per stream.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use serde::Deserialize;

use super::Stand;
use super::ledger::{BatchLedger, LedgerError, StreamLedger};
use crate::session::SessionError;
use crate::systems::docker::archive::Found;
use crate::topology::publish::CHECKPOINTS_PATH;

const FOLDER: &str = ".ledger";
/// A ledger is a few hundred bytes per topic and table.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// What Spark writes into a checkpoint first: its id.
#[derive(Deserialize)]
struct Metadata {
    id: String,
}

/// Every ledger there is, by the name of its file.
#[derive(Debug, Default)]
pub(super) struct Ledgers {
    files: BTreeMap<String, Vec<u8>>,
    /// The ids of the streams' checkpoints that are there, by the same names.
    checkpoints: BTreeMap<String, Result<String, LedgerError>>,
}

impl Ledgers {
    /// # Errors
    /// When the engine does not answer, or there is more than ledgers can be.
    pub(super) async fn fetch(stand: &Stand<'_>) -> Result<Self, SessionError> {
        let Some(container) = holder(stand) else { return Ok(Self::default()) };
        let session = stand.request.session;
        let path = format!("{CHECKPOINTS_PATH}/{FOLDER}");
        let found = session.docker.get_files(&session.engine_name(&container), &path, MOST_BYTES).await?;
        let files = found.unwrap_or_default().into_iter().filter_map(|(path, content)| match content {
            Found::Bytes(bytes) => Some((path.strip_suffix(".json")?.to_string(), bytes)),
            Found::Symlink(_) => None,
        });
        let files: BTreeMap<String, Vec<u8>> = files.collect();
        let streams = stand.request.pipeline.jobs.iter().filter(|(_, job)| job.stream.is_some());
        let streams = streams.flat_map(|(name, job)| names(name, &job.writes)).filter(|name| files.contains_key(name));
        let holder = session.engine_name(&container);
        let asked = streams.map(|name| {
            let holder = &holder;
            async move {
                let path = format!("{CHECKPOINTS_PATH}/{name}/metadata");
                let found = session.docker.get_files(holder, &path, MOST_BYTES).await?;
                let content = found.and_then(|found| found.into_values().next());
                let Some(Found::Bytes(bytes)) = content else { return Ok(None) };
                let metadata = serde_json::from_slice::<Metadata>(&bytes).map(|metadata| metadata.id);
                let id = metadata.map_err(|error| LedgerError::Unreadable(format!("its checkpoint's id: {error}")));
                Ok::<_, SessionError>(Some((name, id)))
            }
        });
        let checkpoints = try_join_all(asked).await?.into_iter().flatten().collect();
        Ok(Self { files, checkpoints })
    }

    /// The ledger of a batch job; `None` when it has kept none.
    pub(super) fn batch(&self, job: &str) -> Option<Result<BatchLedger, LedgerError>> {
        self.files.get(job).map(|bytes| BatchLedger::parse(bytes))
    }

    /// The ledger of a streaming job: of its query, or of each table that its own code writes. One that counts for another
    /// checkpoint than is there tells nothing of this one: its first batch is still to come.
    pub(super) fn stream(&self, job: &str, sinks: &[String]) -> Option<Result<StreamLedger, LedgerError>> {
        let mut whole: Option<StreamLedger> = None;
        for name in names(job, sinks) {
            let Some(bytes) = self.files.get(&name) else { continue };
            let next = match (StreamLedger::parse(bytes), self.checkpoints.get(&name)) {
                (Err(error), _) => return Some(Err(error)),
                (_, Some(Err(error))) => return Some(Err(error.clone())),
                (Ok(next), Some(Ok(id))) if next.checkpoint == *id => next,
                (Ok(_), _) => continue,
            };
            whole = Some(match whole {
                Some(known) => known.beside(next),
                None => next,
            });
        }
        whole.map(Ok)
    }
}

/// Under which names a streaming job may keep a ledger, and the checkpoint it counts for.
fn names(job: &str, sinks: &[String]) -> impl Iterator<Item = String> {
    [job.to_string()].into_iter().chain(sinks.iter().map(move |sink| format!("{job}.{sink}")))
}

/// A container that mounts the checkpoints, running or not.
fn holder(stand: &Stand<'_>) -> Option<String> {
    let mounts = |name: &&String| {
        let declared = stand.request.topology.containers.get(*name);
        declared.is_some_and(|container| container.mounts.values().any(|mount| mount.path == CHECKPOINTS_PATH))
    };
    stand.live.containers.keys().find(mounts).cloned()
}
