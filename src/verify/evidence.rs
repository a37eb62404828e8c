//! What is known about a job whose rows do not arrive: its container, its application, the end of its output.

use std::time::Duration;

use futures_util::StreamExt;

use super::declared;
use super::stage::whole;
use crate::observe;
use crate::session::Session;
use crate::systems::docker::logs::{LogEnd, LogRequest};
use crate::topology::jobs;

const LOG_LINES: u32 = 3;
const LIMIT: Duration = Duration::from_secs(10);
const SHOWN: usize = 240;

/// Everything that can be said about a streaming job, in one text.
pub(super) async fn job(session: &Session, name: &str) -> String {
    let container = jobs::container_name(name);
    let parts =
        [state(session, &container).await, application(session, name).await, last_lines(session, &container).await];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

async fn state(session: &Session, container: &str) -> Option<String> {
    let live = tokio::time::timeout(LIMIT, observe::engine_only(session)).await.ok()?.ok()?;
    Some(match live.containers.get(container) {
        Some(found) => format!("container {container} is {}", declared::state(&found.state)),
        None => format!("container {container} is not there"),
    })
}

async fn application(session: &Session, name: &str) -> Option<String> {
    let asked = async { session.spark()?.master().await.map_err(crate::session::SessionError::from) };
    let master = match tokio::time::timeout(LIMIT, asked).await.ok()? {
        Ok(master) => master,
        Err(error) => return Some(whole(&error)),
    };
    let alive = master.workers.iter().filter(|worker| worker.alive()).count();
    Some(match master.apps.iter().find(|app| app.name == name) {
        Some(app) => format!("its application is {} with {} cores, {alive} workers alive", app.state, app.cores),
        None => format!("the Spark master lists no application `{name}`, {alive} workers alive"),
    })
}

async fn last_lines(session: &Session, container: &str) -> Option<String> {
    let request = LogRequest { tail: Some(LOG_LINES), since: None, until: LogEnd::Now };
    let lines = session.docker.logs(&session.engine_name(container), request);
    let collected = lines.filter_map(|line| async { line.ok() }).map(|line| line.text).collect::<Vec<String>>();
    let found = tokio::time::timeout(LIMIT, collected).await.ok()?;
    let shown: Vec<String> = found.iter().map(|line| line.chars().take(SHOWN).collect()).collect();
    (!shown.is_empty()).then(|| format!("its last lines: {}", shown.join(" | ")))
}
