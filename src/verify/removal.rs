//! Rows of ours in the user's tables: noted before they are sent, buried afterwards, and by the next proof where this one
//! is killed in between.
//!
//! A buried row stays away for as long as a tracer lives: a job that reads the topic from its start brings it back in vain.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Stand;
use super::arrival::CASSANDRA_NEXT;
use super::stage::{Kind, Stage};
use crate::live::Observed;
use crate::session::{Session, SessionError};
use crate::systems::cassandra::rows::TableName;
use crate::systems::docker::archive::{Content, Found, UploadFile};
use crate::systems::with_causes;
use crate::topology::build::{KEEPER, OWED, PIPELINE_PATH};

const EACH: Duration = Duration::from_secs(5);
const ATTEMPTS: u32 = 3;
/// Longer than generated readers keep a tracer.
const BURIED: Duration = Duration::from_mins(15);
const MOST_NOTE_BYTES: usize = 4 * 1024 * 1024;

/// A row that may be in a table and must not stay there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Owed {
    pub keyspace: String,
    pub table: String,
    pub key: BTreeMap<String, Value>,
}

impl Owed {
    fn stage_name(&self) -> String {
        format!("table/{}.{}", self.keyspace, self.table)
    }
}

/// Removes what killed proofs left; says so only where that fails. What could not be removed stays owed.
pub(super) async fn sweep(stand: &Stand<'_>) -> Vec<Stage> {
    let session = stand.request.session;
    let left = match owed(session).await {
        Ok(left) if left.is_empty() || matches!(stand.live.cassandra, Observed::Waiting(_)) => return Vec::new(),
        Ok(left) => left,
        Err(error) => {
            let seen = format!("what an earlier proof left behind cannot be read: {}", with_causes(&error));
            return vec![Stage::failed(Kind::Trace, "files", seen, "run `sparkflow up`")];
        }
    };
    let mut stages = Vec::new();
    let mut still = Vec::new();
    for row in left.into_iter().filter(|row| is_declared(stand, row)) {
        if let Err(why) = bury(session, &row).await {
            let seen = format!("a tracer of an earlier proof is there: {why}");
            stages.push(Stage::failed(Kind::Trace, row.stage_name(), seen, CASSANDRA_NEXT));
            still.push(row);
        }
    }
    if let Err(error) = note(session, &still).await {
        stages.push(Stage::failed(Kind::Trace, "files", with_causes(&error), "run `sparkflow up`"));
    }
    stages
}

/// A table that is gone took its rows along.
fn is_declared(stand: &Stand<'_>, row: &Owed) -> bool {
    let known = stand.live.cassandra.known();
    known.is_none_or(|state| state.tables.contains_key(&format!("{}.{}", row.keyspace, row.table)))
}

/// Writes down what is to be removed, in place of what was noted before.
///
/// # Errors
/// When the engine, or the container that holds the project's volumes, does not take it.
pub(super) async fn note(session: &Session, rows: &[Owed]) -> Result<(), SessionError> {
    let text = serde_json::to_vec(rows).expect("a row's key is text and numbers");
    let file = UploadFile { path: OWED.to_string(), mode: 0o600, uid: 0, gid: 0, content: Content::Bytes(text) };
    Ok(session.docker.put_files(&session.engine_name(KEEPER), PIPELINE_PATH, vec![file]).await?)
}

/// # Errors
/// When the engine does not answer.
pub(super) async fn owed(session: &Session) -> Result<Vec<Owed>, SessionError> {
    let path = format!("{PIPELINE_PATH}/{OWED}");
    let found = session.docker.get_files(&session.engine_name(KEEPER), &path, MOST_NOTE_BYTES).await?;
    let note = found.unwrap_or_default().into_values().next();
    Ok(match note {
        // A note that was cut off was never acted on: it is written before anything is sent.
        Some(Found::Bytes(bytes)) => serde_json::from_slice(&bytes).unwrap_or_default(),
        _ => Vec::new(),
    })
}

/// Removes a row, whether it is there already or still comes, and makes sure that it is gone.
///
/// # Errors
/// Why it is still there, in words.
pub(super) async fn bury(session: &Session, row: &Owed) -> Result<(), String> {
    let table = TableName { keyspace: &row.keyspace, table: &row.table };
    let columns: Vec<String> = row.key.keys().cloned().collect();
    let buried = async {
        let cassandra = session.cassandra().await?;
        for _ in 0..ATTEMPTS {
            cassandra.bury_row(table, &row.key, moment_us(SystemTime::now() + BURIED), EACH).await?;
            if cassandra.row(table, &row.key, &columns, EACH).await?.is_none() {
                return Ok(true);
            }
        }
        Ok::<bool, SessionError>(false)
    };
    match buried.await {
        Ok(true) => Ok(()),
        Ok(false) => Err("its row is still there after it was deleted".to_string()),
        Err(error) => Err(format!("its row could not be deleted: {}", with_causes(&error))),
    }
}

fn moment_us(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
