//! Ready means that a real exchange in the service's own protocol succeeded, from outside wherever a port is published.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

use crate::blueprint::{AirflowProcess, Ready};
use crate::live::{ContainerState, LiveContainer, Readiness};
use crate::observe::Asking;
use crate::session::{Session, SessionError};
use crate::systems::cassandra::CassandraError;
use crate::systems::docker::exec::ExecSpec;
use crate::systems::http;
use crate::systems::one_line;
use crate::systems::spark::{SparkApp, SparkCluster};
use crate::topology::resource::{Container, Topology};

/// The longest wait for one exchange. Readiness is asked for again and again; each question is short.
pub(super) const LIMIT: Duration = Duration::from_secs(5);
const MOST_OUTPUT: usize = 16 * 1024;
/// A driver registers some ten seconds after it began. One that did so before the master had missed the driver before it, at the
/// same address, is told that it is registered, and is not.
const LISTED_WITHIN: Duration = Duration::from_mins(2);
const LEAVES_WITHIN: Duration = Duration::from_secs(30);
/// Airflow calls a process ill that has not beaten for 30 s. One that had lost its database for a moment, or waits for its turn
/// on a busy machine, beats again within this; one that hangs does not.
const BEATS_WITHIN_SECONDS: i64 = 60;

/// The state of every running container, asked for at the same time.
pub(super) async fn all(
    session: &Session,
    topology: &Topology,
    containers: &BTreeMap<String, LiveContainer>,
    asking: Asking,
) -> BTreeMap<String, Readiness> {
    let questions = topology.containers.iter().filter_map(|(name, wanted)| {
        let container = containers.get(name)?;
        (container.state == ContainerState::Running).then_some((name, wanted, container))
    });
    stream::iter(questions)
        .map(|(name, wanted, container)| async move {
            if asking == Asking::OnlyLooking && matches!(wanted.ready, Ready::Exec { .. }) {
                return (name.clone(), Readiness::Running);
            }
            let answer = match tokio::time::timeout(LIMIT * 2, ask(session, name, wanted, container)).await {
                Ok(Ok(())) => Readiness::Ready,
                Ok(Err(answer)) => answer,
                Err(_) => Readiness::Waiting(format!("no answer within {} s", LIMIT.as_secs() * 2)),
            };
            (name.clone(), answer)
        })
        .buffer_unordered(32)
        .collect()
        .await
}

/// One exchange; the error is what it is instead of ready.
async fn ask(session: &Session, name: &str, wanted: &Container, found: &LiveContainer) -> Result<(), Readiness> {
    let answer = match &wanted.ready {
        Ready::Cassandra { .. } => return cassandra(session).await,
        Ready::SparkApplication { name } => return application(session, name, found.started_ms).await,
        Ready::Kafka { .. } => kafka(session).await.map_err(|error| one_line(&error)),
        Ready::SparkMaster { .. } => spark(session).await.map(|_| ()),
        Ready::SparkWorker { host } => worker(session, host).await,
        Ready::AirflowApi { .. } => airflow(session).await,
        Ready::AirflowHeartbeat { process } => return heartbeat(session, *process, found.started_ms).await,
        Ready::Http { port, path } => page(wanted, port, path).await,
        Ready::Exec { command } => exec(session, name, command).await,
        Ready::Tcp { port } => tcp(wanted, port).await,
        Ready::Exited {} => Err("still running".to_string()),
        Ready::Running {} => Ok(()),
    };
    answer.map_err(Readiness::Waiting)
}

async fn kafka(session: &Session) -> Result<(), SessionError> {
    session.kafka().await?.cluster(LIMIT).await?;
    Ok(())
}

async fn cassandra(session: &Session) -> Result<(), Readiness> {
    let waiting = |error: &dyn std::error::Error| Readiness::Waiting(one_line(error));
    let cassandra = match session.cassandra().await {
        Err(SessionError::Cassandra(CassandraError::Login { .. })) => {
            session.newborn_cassandra().await.map_err(|error| waiting(&error))?;
            return Err(Readiness::DefaultLogin);
        }
        other => other.map_err(|error| waiting(&error))?,
    };
    let asked = cassandra.query("SELECT release_version FROM system.local", &[], 1, LIMIT).await;
    asked.map(drop).map_err(|error| waiting(&error))
}

async fn spark(session: &Session) -> Result<SparkCluster, String> {
    let spark = session.spark().map_err(|error| one_line(&error))?;
    spark.cluster(LIMIT).await.map_err(|error| one_line(&error))
}

async fn worker(session: &Session, host: &str) -> Result<(), String> {
    let master = spark(session).await?;
    let alive = master.alive_workers().any(|worker| worker.host == host);
    if alive { Ok(()) } else { Err("the master does not list it as alive".to_string()) }
}

/// A driver whose application the master has dropped since it began may live on: Spark ends it at its next record.
async fn application(session: &Session, name: &str, driver_began_ms: Option<i64>) -> Result<(), Readiness> {
    let master = spark(session).await.map_err(Readiness::Waiting)?;
    // The master may still list the driver before this one: it takes a while to miss one that was cut off.
    let is_own = |app: &&SparkApp| app.name == name && driver_began_ms.is_none_or(|began| app.started_ms >= began);
    if let Some(app) = master.active_apps.iter().find(is_own) {
        return match app.state.as_str() {
            "RUNNING" if app.cores > 0 => Ok(()),
            state => Err(Readiness::Waiting(format!("its application is {state} with {} cores", app.cores))),
        };
    }
    let Some(began_ms) = driver_began_ms else { return Err(waiting("the master does not list its application yet")) };
    let is_past = |moment_ms: i64, limit: Duration| {
        let age = jiff::Timestamp::now().as_millisecond() - moment_ms;
        u128::try_from(age).is_ok_and(|age| age > limit.as_millis())
    };
    Err(match master.completed_apps.iter().find(is_own) {
        Some(app) => {
            let why = format!("the Spark master has ended its application: {}", app.state);
            // Most drivers leave right after.
            let is_left = is_past(app.started_ms + app.duration_ms, LEAVES_WITHIN);
            if is_left { Readiness::Over(why) } else { Readiness::Wavering(why) }
        }
        None if is_past(began_ms, LISTED_WITHIN) => Readiness::Over(format!(
            "the Spark master does not list its application, {} s after it began",
            LISTED_WITHIN.as_secs()
        )),
        None => waiting("the master does not list its application yet"),
    })
}

fn waiting(why: &str) -> Readiness {
    Readiness::Waiting(why.to_string())
}

async fn airflow(session: &Session) -> Result<(), String> {
    let airflow = session.airflow().await.map_err(|error| one_line(&error))?;
    let health = airflow.health().await.map_err(|error| one_line(&error))?;
    if health.metadatabase.is_healthy() { Ok(()) } else { Err("its metadata database is not healthy".to_string()) }
}

/// A process that was started again has not answered by the last sign of the one before it.
async fn heartbeat(session: &Session, process: AirflowProcess, began_ms: Option<i64>) -> Result<(), Readiness> {
    let airflow = session.airflow().await.map_err(|error| waiting(&one_line(&error)))?;
    let health = airflow.health().await.map_err(|error| waiting(&one_line(&error)))?;
    let part = match process {
        AirflowProcess::Scheduler => health.scheduler,
        AirflowProcess::DagProcessor => health.dag_processor,
    };
    let is_before =
        |age: i64| began_ms.is_some_and(|began| jiff::Timestamp::now().as_millisecond() - began < (age - 1) * 1000);
    match part.heartbeat_age_seconds {
        Some(age) if is_before(age) => Err(waiting("no heartbeat since it began")),
        _ if part.is_healthy() => Ok(()),
        Some(age) if age < BEATS_WITHIN_SECONDS => Err(Readiness::Wavering(format!("no heartbeat for {age} s"))),
        _ => Err(waiting("no recent heartbeat")),
    }
}

fn host_port(wanted: &Container, port: &str) -> Result<u16, String> {
    wanted.ports.get(port).map(|port| port.host).ok_or_else(|| format!("it publishes no port `{port}`"))
}

async fn page(wanted: &Container, port: &str, path: &str) -> Result<(), String> {
    let url = format!("http://127.0.0.1:{}{path}", host_port(wanted, port)?);
    let client = http::local_client().map_err(|error| one_line(&error))?;
    let answer =
        http::fetch(&client, &url, &BTreeMap::new(), LIMIT, MOST_OUTPUT).await.map_err(|error| one_line(&error))?;
    if answer.is_success() { Ok(()) } else { Err(format!("{url} answers {}", answer.status)) }
}

async fn tcp(wanted: &Container, port: &str) -> Result<(), String> {
    let address = ("127.0.0.1", host_port(wanted, port)?);
    match tokio::time::timeout(LIMIT, tokio::net::TcpStream::connect(address)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("nothing accepts connections".to_string()),
    }
}

async fn exec(session: &Session, name: &str, command: &[String]) -> Result<(), String> {
    let spec = ExecSpec { argv: command.to_vec(), ..ExecSpec::default() };
    let ran = session.docker.exec(&session.engine_name(name), &spec, LIMIT, MOST_OUTPUT).await;
    let output = ran.map_err(|error| one_line(&error))?;
    if output.exit_code == 0 {
        return Ok(());
    }
    let said = String::from_utf8_lossy(if output.stderr.is_empty() { &output.stdout } else { &output.stderr });
    Err(format!("`{}` exited with {}: {}", command[0], output.exit_code, said.trim()))
}
