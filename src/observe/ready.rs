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
use crate::systems::spark::SparkCluster;
use crate::topology::resource::{Container, Topology};

/// The longest wait for one exchange. Readiness is asked for again and again; each question is short.
pub(super) const LIMIT: Duration = Duration::from_secs(5);
/// What `cassandra` says when only the born-with login works.
const DEFAULT_LOGIN: &str = "default login";
const MOST_OUTPUT: usize = 16 * 1024;

/// The state of every running container, asked for at the same time.
pub(super) async fn all(
    session: &Session,
    topology: &Topology,
    containers: &BTreeMap<String, LiveContainer>,
    asking: Asking,
) -> BTreeMap<String, Readiness> {
    let questions = topology.containers.iter().filter_map(|(name, wanted)| {
        let container = containers.get(name)?;
        (container.state == ContainerState::Running).then_some((name, wanted))
    });
    stream::iter(questions)
        .map(|(name, wanted)| async move {
            if asking == Asking::OnlyLooking && matches!(wanted.ready, Ready::Exec { .. }) {
                return (name.clone(), Readiness::Running);
            }
            let answer = match tokio::time::timeout(LIMIT * 2, ask(session, name, wanted)).await {
                Ok(Ok(())) => Readiness::Ready,
                Ok(Err(why)) if why == DEFAULT_LOGIN => Readiness::DefaultLogin,
                Ok(Err(why)) => Readiness::Waiting(why),
                Err(_) => Readiness::Waiting(format!("no answer within {} s", LIMIT.as_secs() * 2)),
            };
            (name.clone(), answer)
        })
        .buffer_unordered(32)
        .collect()
        .await
}

/// One exchange; the error says what the service answered instead.
async fn ask(session: &Session, name: &str, wanted: &Container) -> Result<(), String> {
    match &wanted.ready {
        Ready::Kafka { .. } => kafka(session).await.map_err(|error| one_line(&error)),
        Ready::Cassandra { .. } => cassandra(session).await,
        Ready::SparkMaster { .. } => spark(session).await.map(|_| ()),
        Ready::SparkWorker { host } => worker(session, host).await,
        Ready::SparkApplication { name } => application(session, name).await,
        Ready::AirflowApi { .. } => airflow(session).await,
        Ready::AirflowHeartbeat { process } => heartbeat(session, *process).await,
        Ready::Http { port, path } => page(wanted, port, path).await,
        Ready::Exec { command } => exec(session, name, command).await,
        Ready::Tcp { port } => tcp(wanted, port).await,
        Ready::Exited {} => Err("still running".to_string()),
        Ready::Running {} => Ok(()),
    }
}

async fn kafka(session: &Session) -> Result<(), SessionError> {
    session.kafka().await?.cluster(LIMIT).await?;
    Ok(())
}

async fn cassandra(session: &Session) -> Result<(), String> {
    let cassandra = match session.cassandra().await {
        Err(SessionError::Cassandra(CassandraError::Login { .. })) => {
            session.newborn_cassandra().await.map_err(|error| one_line(&error))?;
            return Err(DEFAULT_LOGIN.to_string());
        }
        other => other.map_err(|error| one_line(&error))?,
    };
    let asked = cassandra.query("SELECT release_version FROM system.local", &[], 1, LIMIT).await;
    asked.map(drop).map_err(|error| one_line(&error))
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

async fn application(session: &Session, name: &str) -> Result<(), String> {
    let master = spark(session).await?;
    match master.active_apps.iter().find(|app| app.name == name) {
        None => Err("the master does not list its application yet".to_string()),
        Some(app) if app.state == "RUNNING" && app.cores > 0 => Ok(()),
        Some(app) => Err(format!("its application is {} with {} cores", app.state, app.cores)),
    }
}

async fn airflow(session: &Session) -> Result<(), String> {
    let airflow = session.airflow().await.map_err(|error| one_line(&error))?;
    let health = airflow.health().await.map_err(|error| one_line(&error))?;
    if health.metadatabase.is_healthy() { Ok(()) } else { Err("its metadata database is not healthy".to_string()) }
}

async fn heartbeat(session: &Session, process: AirflowProcess) -> Result<(), String> {
    let airflow = session.airflow().await.map_err(|error| one_line(&error))?;
    let health = airflow.health().await.map_err(|error| one_line(&error))?;
    let part = match process {
        AirflowProcess::Scheduler => health.scheduler,
        AirflowProcess::DagProcessor => health.dag_processor,
    };
    if part.is_healthy() { Ok(()) } else { Err("no recent heartbeat".to_string()) }
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
