//! What is known about a job whose rows do not arrive: its container, its application, the end of its output.

use std::time::Duration;

use futures_util::StreamExt;

use super::declared;
use crate::doctor::cause;
use crate::observe;
use crate::session::{Session, SessionError};
use crate::systems::docker::logs::{LogEnd, LogRequest};
use crate::systems::with_causes;
use crate::topology::jobs;

/// How far back the output is looked at, and how much of it is told.
const LOG_LINES: u32 = 60;
const CAUSE_LINES: u32 = 400;
const TOLD_LINES: usize = 3;
pub(super) const LIMIT: Duration = Duration::from_secs(10);
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
    let asked = async { session.spark()?.cluster(LIMIT).await.map_err(SessionError::from) };
    let cluster = match asked.await {
        Ok(cluster) => cluster,
        Err(error) => return Some(with_causes(&error)),
    };
    let alive = cluster.alive_workers().count();
    Some(match cluster.active_apps.iter().find(|app| app.name == name) {
        Some(app) => format!("its application is {} with {} cores, {alive} workers alive", app.state, app.cores),
        None => format!("the Spark master lists no application `{name}`, {alive} workers alive"),
    })
}

/// The deepest cause in the latest output of a container.
pub(super) async fn cause(session: &Session, container: &str) -> Option<String> {
    let cause = cause::deepest(&output(session, container, CAUSE_LINES).await?)?;
    Some(cause.chars().take(SHOWN).collect())
}

async fn last_lines(session: &Session, container: &str) -> Option<String> {
    let told = telling(&output(session, container, LOG_LINES).await?);
    (!told.is_empty()).then(|| format!("its last lines: {}", told.join(" | ")))
}

/// Its latest lines; nothing where the engine does not give them in time.
async fn output(session: &Session, container: &str, count: u32) -> Option<Vec<String>> {
    let request = LogRequest { tail: Some(count), since: None, until: LogEnd::Now };
    let lines = session.docker.logs(&session.engine_name(container), request);
    let collected = lines.filter_map(|line| async { line.ok() }).map(|line| line.text).collect::<Vec<String>>();
    tokio::time::timeout(LIMIT, collected).await.ok()
}

/// The last lines that are neither empty nor a stack's frames.
fn telling(lines: &[String]) -> Vec<String> {
    let says = |line: &&String| !line.trim().is_empty() && !line.starts_with(char::is_whitespace);
    let mut told: Vec<String> =
        lines.iter().rev().filter(says).take(TOLD_LINES).map(|line| line.chars().take(SHOWN).collect()).collect();
    told.reverse();
    told
}

#[cfg(test)]
mod tests {
    use super::telling;

    #[test]
    fn frames_of_a_stack_are_left_out() {
        let lines = ["first", "Caused by: no workers", "\tat a.b.C", "    at d", "", "last"].map(String::from);
        assert_eq!(telling(&lines[1..]), ["Caused by: no workers", "last"]);
        assert_eq!(telling(&lines), ["first", "Caused by: no workers", "last"]);
    }
}
