//! Airflow's connections: list, create, change, delete.

use std::collections::BTreeMap;

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Airflow, AirflowError};

/// The API gives at most this many of anything at once.
pub(super) const PAGE: usize = 100;
/// More pages than this are not ours to read.
pub(super) const MAX_PAGES: usize = 100;

/// A connection without its password: Airflow does not give that back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub connection_id: String,
    pub conn_type: String,
    pub host: Option<String>,
    pub port: Option<u16>,
    pub login: Option<String>,
    pub schema: Option<String>,
    pub description: Option<String>,
    /// An object; null when there is none. What Airflow takes for a secret comes back masked.
    pub extra: Value,
}

#[derive(Deserialize)]
struct ConnectionPage {
    connections: Vec<ConnectionAnswer>,
    total_entries: usize,
}

#[derive(Deserialize)]
struct ConnectionAnswer {
    connection_id: String,
    conn_type: String,
    host: Option<String>,
    port: Option<u16>,
    login: Option<String>,
    schema: Option<String>,
    description: Option<String>,
    extra: Option<String>,
}

impl Airflow {
    /// Every connection, by id.
    ///
    /// # Errors
    /// When Airflow refuses us or does not answer in time.
    pub async fn connections(&self) -> Result<BTreeMap<String, Connection>, AirflowError> {
        let mut found = BTreeMap::new();
        for page in 0..MAX_PAGES {
            let (limit, offset) = (PAGE.to_string(), (page * PAGE).to_string());
            let query = [("limit", limit.as_str()), ("offset", offset.as_str())];
            let answer: ConnectionPage =
                self.ask("list connections", Method::GET, &["connections"], &query, None).await?;
            found.extend(answer.connections.into_iter().map(|one| (one.connection_id.clone(), connection(one))));
            if (page + 1) * PAGE >= answer.total_entries {
                break;
            }
        }
        Ok(found)
    }

    /// Creates a connection.
    ///
    /// # Errors
    /// When one of that id exists (`is_conflict`), or Airflow refuses it.
    pub async fn create_connection(
        &self,
        connection: &Connection,
        password: Option<&SecretString>,
    ) -> Result<(), AirflowError> {
        let action = format!("create connection `{}`", connection.connection_id);
        let body = body(connection, password);
        self.request(&action, Method::POST, &["connections"], &[], Some(&body)).await?;
        Ok(())
    }

    /// Makes a connection what is given; a password not given stays as it is.
    ///
    /// # Errors
    /// When there is none of that id (`is_absent`), or Airflow refuses it.
    pub async fn change_connection(
        &self,
        connection: &Connection,
        password: Option<&SecretString>,
    ) -> Result<(), AirflowError> {
        let id = connection.connection_id.as_str();
        let action = format!("change connection `{id}`");
        let body = body(connection, password);
        let fields: Vec<(&str, &str)> = body
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(key, _)| *key != "connection_id")
            .map(|(key, _)| ("update_mask", key.as_str()))
            .collect();
        let path = ["connections", id];
        self.request(&action, Method::PATCH, &path, &fields, Some(&body)).await?;
        Ok(())
    }

    /// Deletes a connection; one that is gone already is fine.
    ///
    /// # Errors
    /// When Airflow refuses or does not answer in time.
    pub async fn delete_connection(&self, id: &str) -> Result<(), AirflowError> {
        let action = format!("delete connection `{id}`");
        let path = ["connections", id];
        match self.request(&action, Method::DELETE, &path, &[], None).await {
            Err(error) if error.is_absent() => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

fn connection(answer: ConnectionAnswer) -> Connection {
    let extra = answer.extra.filter(|text| !text.is_empty());
    Connection {
        connection_id: answer.connection_id,
        conn_type: answer.conn_type,
        host: answer.host,
        port: answer.port,
        login: answer.login,
        schema: answer.schema,
        description: answer.description,
        extra: extra.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap_or(Value::String(text))),
    }
}

fn body(connection: &Connection, password: Option<&SecretString>) -> Value {
    // Airflow wants the object as text.
    let extra = (!connection.extra.is_null()).then(|| connection.extra.to_string());
    let mut body = json!({
        "connection_id": connection.connection_id,
        "conn_type": connection.conn_type,
        "host": connection.host,
        "port": connection.port,
        "login": connection.login,
        "schema": connection.schema,
        "description": connection.description,
        "extra": extra,
    });
    if let Some(password) = password {
        body["password"] = Value::from(password.expose_secret());
    }
    body
}
