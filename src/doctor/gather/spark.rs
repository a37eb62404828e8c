//! What the Spark master says of workers and applications, and what executors of failing jobs wrote.

use std::time::Duration;

use super::containers::{Known, by_name, clipped};
use super::{Request, gap};
use crate::doctor::evidence::{Evidence, Kind, Line, Passage, Standing};
use crate::live::{ContainerState, Live};
use crate::systems::docker::archive::Found;
use crate::systems::one_line;
use crate::systems::spark::{SparkApp, SparkCluster};
use crate::topology::jobs::container_name;

const LIMIT: Duration = Duration::from_secs(4);
/// Where the blueprint has workers keep what executors write.
const WORK_FOLDER: &str = "/var/lib/spark";
/// An application's folder holds its executors' output and the files it was submitted with.
const MOST_BYTES: usize = 32 * 1024 * 1024;
const EXECUTOR_LINES: usize = 300;
/// Applications whose executors are asked about.
const MOST_APPS: usize = 2;
/// An application that has just come may wait a moment for its executors.
const SETTLED_MS: i64 = 10_000;

pub(super) async fn spark(request: &Request<'_>, live: Option<&Live>, patients: &[Known<'_>]) -> Evidence {
    let running = |name: &str| {
        live.and_then(|live| live.containers.get(name)).is_some_and(|found| found.state == ContainerState::Running)
    };
    if !request.topology.containers.contains_key("spark-master") {
        return Evidence::default();
    }
    if !running("spark-master") {
        return Evidence { passages: Vec::new(), gaps: vec!["Spark: spark-master is not running".to_string()] };
    }
    let cluster = match request.session.spark() {
        Ok(master) => master.cluster(LIMIT).await,
        Err(error) => return gap("Spark", &error),
    };
    let cluster = match cluster {
        Ok(cluster) => cluster,
        Err(error) => return gap("Spark", &error),
    };
    let workers = || patients.iter().filter(|known| known.service == "spark" && known.name.starts_with("spark-worker"));
    let mut passages = applications(&cluster, request.now);
    // Where none was made yet, or none runs, that is what there is to say.
    if cluster.alive_workers().next().is_none() && workers().any(|worker| running(worker.name)) {
        passages.push(Passage::one(Kind::Spark, "service/spark", "no worker is alive"));
    }
    let mut evidence = Evidence { passages, gaps: Vec::new() };
    let known = by_name(patients);
    let is_ill = |app: &SparkApp| {
        let container = container_name(&app.name);
        app.state == "FAILED" || known.get(container.as_str()).is_some_and(|known| known.is_troubled())
    };
    let ill: Vec<&SparkApp> =
        cluster.active_apps.iter().chain(&cluster.completed_apps).filter(|app| is_ill(app)).take(MOST_APPS).collect();
    for worker in workers().filter(|worker| worker.found.is_some()) {
        for app in &ill {
            executors(request, worker.name, app, &mut evidence).await;
        }
    }
    evidence
}

/// One line per application.
fn applications(cluster: &SparkCluster, now: jiff::Timestamp) -> Vec<Passage> {
    let alive: Vec<_> = cluster.alive_workers().collect();
    let mut passages = Vec::new();
    let total: u32 = alive.iter().map(|worker| worker.cores).sum();
    let free: u32 = alive.iter().map(|worker| worker.cores.saturating_sub(worker.cores_used)).sum();
    let memory =
        |worker: &&&crate::systems::spark::SparkWorker| worker.memory_mib.saturating_sub(worker.memory_used_mib);
    let freest = alive.iter().filter(|worker| worker.cores > worker.cores_used).map(|worker| memory(&worker)).max();
    for app in &cluster.active_apps {
        let waits = app.cores == 0 && now.as_millisecond() - app.started_ms > SETTLED_MS;
        let wants = app.memory_per_executor_mib;
        let (text, standing) = match freest {
            _ if !waits || alive.is_empty() => (
                format!("is {} with {} cores; {free} of {total} cores are free", app.state, app.cores),
                Standing::Healthy,
            ),
            None => (format!("waits for cores: 0 of {total} are free"), Standing::Troubled),
            Some(freest) if freest < wants => (
                format!("waits for memory: {wants} MiB per executor, the freest worker has {freest} MiB"),
                Standing::Troubled,
            ),
            Some(_) => (format!("has no core yet; {free} of {total} are free"), Standing::Healthy),
        };
        let subject = format!("application/{}", app.name);
        passages.push(Passage::new(Kind::Spark, subject, standing, vec![Line::new("", text)]));
    }
    passages
}

/// The stderr of an application's executors in one worker, the last ones.
async fn executors(request: &Request<'_>, worker: &str, app: &SparkApp, evidence: &mut Evidence) {
    let full = request.session.engine_name(worker);
    let folder = format!("{WORK_FOLDER}/{}", app.id);
    let files = match request.session.docker.get_files(&full, &folder, MOST_BYTES).await {
        Ok(files) => files.unwrap_or_default(),
        Err(error) => {
            evidence.gaps.push(format!("executors of {} in {worker}: {}", app.name, one_line(&error)));
            return;
        }
    };
    for (path, content) in files {
        let (Found::Bytes(bytes), Some(executor)) = (content, path.strip_suffix("/stderr")) else { continue };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let all: Vec<&str> = text.lines().collect();
        let from = all.len().saturating_sub(EXECUTOR_LINES);
        let lines = all[from..].iter().map(|line| executor_line(line)).collect();
        let subject = format!("executor/{executor} of {} in {worker}", app.name);
        evidence.passages.push(Passage::new(Kind::Executor, subject, Standing::Troubled, lines));
    }
}

/// Spark's own layout starts with the time.
fn executor_line(line: &str) -> Line {
    match line.split_once(' ') {
        Some((at, text)) if at.len() >= 19 && at.as_bytes()[4] == b'-' && at.as_bytes()[10] == b'T' => {
            Line::new(at, clipped(text))
        }
        _ => Line::new("", clipped(line)),
    }
}
