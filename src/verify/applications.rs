//! Streaming jobs as the Spark master sees them: whether the application runs and has cores, and who holds them where it has none.
//!
//! The container of a job is judged beside the others; a job that is restarted again and again is judged here.

use std::time::Instant;

use futures_util::future::join_all;

use super::stage::{Kind, Stage};
use super::{Request, evidence, wants};
use crate::live::{ContainerState, Live, LiveContainer};
use crate::systems::spark::SparkApp;
use crate::topology::jobs;

/// One stage per streaming job.
pub(super) async fn run(request: &Request<'_>, live: &Live) -> Vec<Stage> {
    let streams = request.pipeline.jobs.iter().filter(|(_, job)| job.stream.is_some());
    let judged = streams.map(|(name, _)| name).filter(|name| wants(request.only, [format!("job/{name}").as_str()]));
    join_all(judged.map(|name| one(request, name, live.containers.get(&jobs::container_name(name))))).await
}

async fn one(request: &Request<'_>, name: &str, found: Option<&LiveContainer>) -> Stage {
    let began = Instant::now();
    let id = format!("job/{name}");
    let container = jobs::container_name(name);
    let fault = match found.map(|found| (&found.state, found.readiness.obstacle())) {
        Some((ContainerState::Running, None)) => {
            return Stage::ok(Kind::Ready, id, "its application runs").since(began);
        }
        Some((ContainerState::Running, Some(why))) => why.to_string(),
        Some((state @ ContainerState::Restarting { .. }, _)) => super::declared::state(state),
        Some((state, _)) => {
            let seen = format!("its container is {}", super::declared::state(state));
            return Stage::not_proven(Kind::Ready, id, seen).since(began);
        }
        None => return Stage::not_proven(Kind::Ready, id, "its container is not there").since(began),
    };
    let mut parts = vec![fault];
    parts.extend(
        found
            .map(|found| found.restart_count)
            .filter(|count| *count > 0)
            .map(|count| format!("restarted {count} times")),
    );
    parts.extend(held(request, name).await);
    parts.extend(evidence::cause(request.session, &container).await.map(|cause| format!("cause: {cause}")));
    let next = format!("see `sparkflow logs {container}`");
    Stage::failed(Kind::Ready, id, parts.join("; "), next).since(began)
}

/// Who has the cores that an application waits for.
async fn held(request: &Request<'_>, name: &str) -> Option<String> {
    let cluster = request.session.spark().ok()?.cluster(evidence::LIMIT).await.ok()?;
    holders(&cluster.active_apps, name)
}

fn holders(active: &[SparkApp], name: &str) -> Option<String> {
    let starving = active.iter().any(|app| app.name == name && app.cores == 0);
    let others: Vec<String> = active
        .iter()
        .filter(|app| app.name != name && app.cores > 0)
        .map(|app| format!("`{}` ({} cores)", app.name, app.cores))
        .collect();
    (starving && !others.is_empty()).then(|| format!("cores are held by {}", others.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(name: &str, cores: u32) -> SparkApp {
        let (id, state) = (String::new(), String::new());
        SparkApp { id, name: name.to_string(), state, cores, memory_per_executor_mib: 0, started_ms: 0, duration_ms: 0 }
    }

    #[test]
    fn a_starving_application_names_who_holds_the_cores() {
        let active = [app("mine", 0), app("greedy", 4), app("poor", 0)];
        assert_eq!(holders(&active, "mine").as_deref(), Some("cores are held by `greedy` (4 cores)"));
        assert_eq!(holders(&active, "greedy"), None);
    }
}
