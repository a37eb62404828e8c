//! Topics, keyspaces, tables, the connection and DAGs, through the services' own protocols.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::apply::{Site, StepError};
use crate::plan::change::Change;
use crate::session::SessionError;
use crate::systems::airflow::connections::Connection;
use crate::systems::airflow::dags::ImportError;
use crate::systems::cassandra::quoted;
use crate::systems::kafka::topics::{TopicOutcome, TopicSpec};
use crate::topology::resource::{ResourceId, Table};

const LIMIT: Duration = Duration::from_secs(30);
/// Cassandra takes a new password of a role every five seconds at most, and counts from its birth.
const PASSWORD_ATTEMPTS: u32 = 20;
const PASSWORD_PAUSE: Duration = Duration::from_millis(500);
/// Airflow looks for new files every few seconds and parses them one after another.
const REGISTER_LIMIT: Duration = Duration::from_mins(3);
const REGISTER_POLL: Duration = Duration::from_millis(200);

pub(super) async fn apply(site: &Site, change: &Change, resource: &ResourceId) -> Result<(), StepError> {
    match (change, resource) {
        (Change::SetPassword, ResourceId::Secret(name)) => set_password(site, name).await,
        (_, ResourceId::Topic(name)) => topic(site, change, name).await,
        (_, ResourceId::Keyspace(name)) => keyspace(site, change, name).await,
        (_, ResourceId::Table(name)) => table(site, change, name).await,
        (_, ResourceId::Connection(name)) => connection(site, change, name).await,
        (_, ResourceId::Dag(name)) => dag(site, change, name).await,
        _ => Err(StepError::Other(format!("{resource} has no step `{}`", change.describe()))),
    }
}

fn undeclared(resource: &str) -> StepError {
    StepError::Other(format!("the topology has no `{resource}`"))
}

async fn topic(site: &Site, change: &Change, name: &str) -> Result<(), StepError> {
    let wanted = site.topology.topics.get(name).ok_or_else(|| undeclared(name))?;
    let kafka = site.session.kafka().await?;
    match change {
        Change::CreateTopic => {
            let spec = TopicSpec {
                name: name.to_string(),
                partitions: wanted.partitions,
                replication: wanted.replication,
                settings: wanted.config.clone(),
            };
            told(kafka.create_topics(&[spec], LIMIT).await?, name)
        }
        Change::GrowPartitions { to } => {
            told(kafka.add_partitions(&BTreeMap::from([(name.to_string(), *to)]), LIMIT).await?, name)
        }
        Change::AlterTopic { config } => {
            let wanted = BTreeMap::from([(name.to_string(), config.clone())]);
            told(kafka.set_topic_settings(&wanted, LIMIT).await?, name)
        }
        Change::RemoveTopic => told(kafka.delete_topics(&[name.to_string()], LIMIT).await?, name),
        other => Err(StepError::Other(format!("a topic has no step `{}`", other.describe()))),
    }
}

/// What the broker said of one topic.
fn told(mut outcomes: BTreeMap<String, TopicOutcome>, name: &str) -> Result<(), StepError> {
    match outcomes.remove(name) {
        Some(TopicOutcome::Refused(why)) => Err(StepError::Other(why)),
        _ => Ok(()),
    }
}

async fn keyspace(site: &Site, change: &Change, name: &str) -> Result<(), StepError> {
    let wanted = site.topology.keyspaces.get(name).ok_or_else(|| undeclared(name))?;
    let verb =
        if matches!(change, Change::AlterKeyspace { .. }) { "ALTER KEYSPACE" } else { "CREATE KEYSPACE IF NOT EXISTS" };
    let statement = format!(
        "{verb} {} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': {}}}",
        quoted(name),
        wanted.replication
    );
    Ok(site.session.cassandra().await?.change_schema(&statement, LIMIT).await?)
}

async fn table(site: &Site, change: &Change, name: &str) -> Result<(), StepError> {
    let wanted = site.topology.tables.get(name).ok_or_else(|| undeclared(name))?;
    let cassandra = site.session.cassandra().await?;
    let table = format!("{}.{}", quoted(&wanted.keyspace), quoted(&wanted.name));
    let statement = match change {
        Change::CreateTable => create_table(&table, wanted),
        Change::AddColumns { columns } => format!("ALTER TABLE {table} ADD ({})", column_list(columns)),
        Change::RemoveTable => format!("DROP TABLE IF EXISTS {table}"),
        other => return Err(StepError::Other(format!("a table has no step `{}`", other.describe()))),
    };
    Ok(cassandra.change_schema(&statement, LIMIT).await?)
}

fn column_list(columns: &[(String, String)]) -> String {
    let columns: Vec<String> = columns.iter().map(|(name, kind)| format!("{} {kind}", quoted(name))).collect();
    columns.join(", ")
}

fn create_table(name: &str, table: &Table) -> String {
    let names = |columns: &[String]| columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
    let mut key = format!("({})", names(&table.partition_key));
    if !table.clustering_key.is_empty() {
        key = format!("{key}, {}", names(&table.clustering_key));
    }
    format!("CREATE TABLE IF NOT EXISTS {name} ({}, PRIMARY KEY ({key}))", column_list(&table.columns))
}

/// The password in force in a service that was born with another one.
async fn set_password(site: &Site, secret: &str) -> Result<(), StepError> {
    let secrets = site.session.secrets().await?;
    let password = secrets.get(secret).ok_or_else(|| SessionError::NoSecret(secret.to_string()))?;
    let user = site.session.access().cassandra.as_ref().map_or("cassandra", |login| login.user.as_str());
    let mut attempt = 1;
    loop {
        let refused: StepError = match site.session.newborn_cassandra().await {
            Ok(newborn) => match newborn.set_password(user, password, LIMIT).await {
                Ok(()) => return Ok(()),
                Err(error) => error.into(),
            },
            Err(error) => error.into(),
        };
        // Cassandra remembers a login for some seconds: what looked like the old password may have been replaced before.
        if site.session.cassandra().await.is_ok() {
            return Ok(());
        }
        if attempt == PASSWORD_ATTEMPTS {
            return Err(refused);
        }
        attempt += 1;
        tokio::time::sleep(PASSWORD_PAUSE).await;
    }
}

async fn connection(site: &Site, change: &Change, name: &str) -> Result<(), StepError> {
    let wanted = site.topology.connections.get(name).ok_or_else(|| undeclared(name))?;
    let airflow = site.session.airflow().await?;
    let connection = Connection {
        connection_id: name.to_string(),
        conn_type: wanted.kind.clone(),
        host: Some(wanted.host.clone()),
        port: Some(wanted.port),
        extra: serde_json::json!(wanted.extra),
        ..Connection::default()
    };
    match change {
        Change::CreateConnection => Ok(airflow.create_connection(&connection, None).await?),
        Change::ReplaceConnection => Ok(airflow.change_connection(&connection, None).await?),
        other => Err(StepError::Other(format!("a connection has no step `{}`", other.describe()))),
    }
}

async fn dag(site: &Site, change: &Change, name: &str) -> Result<(), StepError> {
    let airflow = site.session.airflow().await?;
    match change {
        Change::RegisterDag => registered(site, name).await,
        Change::EnableDag => Ok(airflow.unpause_dag(name).await?),
        Change::PauseDag => Ok(airflow.pause_dag(name).await?),
        other => Err(StepError::Other(format!("a DAG has no step `{}`", other.describe()))),
    }
}

/// Waits until Airflow has parsed the DAG's file, or says why it cannot.
async fn registered(site: &Site, name: &str) -> Result<(), StepError> {
    let file = &site.topology.dags.get(name).ok_or_else(|| undeclared(name))?.file;
    let airflow = site.session.airflow().await?;
    let of_file = |errors: Vec<ImportError>| {
        let mine = |error: &ImportError| file.ends_with(error.file.as_str()) || error.file.ends_with(file.as_str());
        errors.into_iter().find(mine)
    };
    // An error that is there already is about the content of before: a new one has another time.
    let old = of_file(airflow.import_errors().await.map_err(SessionError::from)?);
    let parsed = async {
        loop {
            if airflow.dags().await.map_err(SessionError::from)?.get(name).is_some_and(|dag| !dag.is_stale) {
                return Ok(());
            }
            let error = of_file(airflow.import_errors().await.map_err(SessionError::from)?);
            if let Some(error) = error.filter(|error| old.as_ref() != Some(error)) {
                return Err(StepError::Other(format!("Airflow cannot import `{file}`:\n{}", error.trace)));
            }
            tokio::time::sleep(REGISTER_POLL).await;
        }
    };
    tokio::time::timeout(REGISTER_LIMIT, parsed).await.unwrap_or_else(|_| {
        Err(StepError::Other(format!("Airflow has not parsed `{file}` within {} s", REGISTER_LIMIT.as_secs())))
    })
}
