//! The database: one node, published on the loopback address, reached with a user and a password.
//!
//! Values are always bound, names always quoted by one function. Statements that change the schema run one at a time.

pub mod bind;
pub mod rows;
pub mod schema;
pub mod statements;
pub mod value;

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use scylla::client::PoolSize;
use scylla::client::caching_session::CachingSession;
use scylla::client::session::Session;
use scylla::client::session_builder::SessionBuilder;
use scylla::errors::{DbError, ExecutionError, NewSessionError, TranslationError};
use scylla::policies::address_translator::{AddressTranslator, UntranslatedPeer};
use scylla::statement::unprepared::Statement;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

const PREPARED_STATEMENTS: usize = 256;

/// What may go wrong between us and the database.
#[derive(Debug, thiserror::Error)]
pub enum CassandraError {
    #[error("no Cassandra answers at `{address}`")]
    NoAnswer {
        address: SocketAddr,
        #[source]
        source: Box<NewSessionError>,
    },
    #[error(
        "Cassandra at `{address}` refuses user `{user}`: the password is another one, or the user is not there yet"
    )]
    Login { address: SocketAddr, user: String },
    #[error("Cassandra took longer than {seconds} s to {action}")]
    Timeout { action: String, seconds: u64 },
    #[error("Cassandra could not {action}")]
    Statement {
        action: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("Cassandra did not take a new password for role `{role}`: {reason}")]
    Password { role: String, reason: String },
    #[error("value {position} of the statement is {found}, expected {expected}")]
    Value { position: usize, found: String, expected: String },
    #[error("the statement takes {expected} values, {found} were given")]
    ValueCount { expected: usize, found: usize },
}

impl CassandraError {
    /// Nobody was let in for so long.
    #[must_use]
    pub fn unanswered(limit: Duration) -> Self {
        timeout("let us in".to_owned(), limit)
    }
}

/// A connection. Cheap to clone.
#[derive(Clone)]
pub struct Cassandra {
    session: Arc<CachingSession>,
    /// Two schema changes at once can split the cluster's idea of its schema.
    changing_schema: Arc<Mutex<()>>,
}

impl Cassandra {
    /// Connects to the node published on a loopback port. An answer means that the user may log in.
    ///
    /// # Errors
    /// `NoAnswer` while it starts, `Login` when the user or password is refused, `Timeout` after `limit`.
    pub async fn connect(
        port: u16,
        user: &str,
        password: &SecretString,
        limit: Duration,
    ) -> Result<Self, CassandraError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let builder = SessionBuilder::new()
            .known_node_addr(address)
            .user(user, password.expose_secret())
            .address_translator(Arc::new(Loopback { address }))
            .connection_timeout(limit)
            .pool_size(PoolSize::PerHost(std::num::NonZeroUsize::MIN))
            .disallow_shard_aware_port(true)
            .fetch_schema_metadata(false)
            .schema_agreement_interval(Duration::from_millis(20));
        let session = match tokio::time::timeout(limit, builder.build()).await {
            Ok(Ok(session)) => session,
            Ok(Err(source)) if is_login_refused(&source) => {
                return Err(CassandraError::Login { address, user: user.to_owned() });
            }
            Ok(Err(source)) => {
                return Err(CassandraError::NoAnswer { address, source: Box::new(source) });
            }
            Err(_) => return Err(CassandraError::unanswered(limit)),
        };
        Ok(Self {
            session: Arc::new(CachingSession::from(session, PREPARED_STATEMENTS)),
            changing_schema: Arc::new(Mutex::new(())),
        })
    }

    /// Runs one statement that changes the schema and waits until all nodes agree on it.
    ///
    /// # Errors
    /// When the database refuses the statement or takes longer than `limit`.
    pub async fn change_schema(&self, statement: &str, limit: Duration) -> Result<(), CassandraError> {
        let _one_at_a_time = self.changing_schema.lock().await;
        let mut unprepared = Statement::new(statement);
        unprepared.set_request_timeout(Some(limit));
        let session = self.session();
        let action = || format!("run `{statement}`");
        // The driver itself waits for agreement after a schema change.
        let running = session.query_unpaged(unprepared, ());
        bounded(action, limit, running).await?;
        Ok(())
    }

    /// Gives a role another password. The database takes no bound values here, so the text is quoted; it never enters
    /// an error. Logging in with it may be refused for two seconds more: the node caches passwords.
    ///
    /// # Errors
    /// When there is no such role, its password was changed less than five seconds ago, or the database does not
    /// answer within `limit`.
    pub async fn set_password(
        &self,
        role: &str,
        password: &SecretString,
        limit: Duration,
    ) -> Result<(), CassandraError> {
        let literal = password.expose_secret().replace('\'', "''");
        let mut statement = Statement::new(format!("ALTER ROLE {} WITH PASSWORD = '{literal}'", quoted(role)));
        statement.set_request_timeout(Some(limit));
        let changing = self.session().query_unpaged(statement, ());
        match tokio::time::timeout(limit, changing).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(source)) => {
                Err(CassandraError::Password { role: role.to_owned(), reason: without(&source.to_string(), &literal) })
            }
            Err(_) => {
                let action = format!("set the password of role `{role}`");
                Err(timeout(action, limit))
            }
        }
    }

    fn session(&self) -> &Session {
        self.session.get_session()
    }
}

/// A name as CQL takes it whatever it contains: `user_data."Odd ""name"""`.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The database may repeat a statement it does not understand.
fn without(message: &str, secret: &str) -> String {
    if message.contains(secret) {
        return "it does not understand the statement".to_owned();
    }
    message.to_owned()
}

fn timeout(action: String, limit: Duration) -> CassandraError {
    CassandraError::Timeout { action, seconds: limit.as_secs() }
}

async fn bounded<T, E: std::error::Error + Send + Sync + 'static>(
    action: impl Fn() -> String,
    limit: Duration,
    request: impl Future<Output = Result<T, E>>,
) -> Result<T, CassandraError> {
    match tokio::time::timeout(limit, request).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(source)) => Err(failed(action(), limit, source)),
        Err(_) => Err(timeout(action(), limit)),
    }
}

fn failed<E: std::error::Error + Send + Sync + 'static>(action: String, limit: Duration, source: E) -> CassandraError {
    let error: &(dyn std::error::Error + 'static) = &source;
    let is_timeout =
        error.downcast_ref::<ExecutionError>().is_some_and(|error| matches!(error, ExecutionError::RequestTimeout(_)));
    if is_timeout {
        return timeout(action, limit);
    }
    CassandraError::Statement { action, source: Box::new(source) }
}

fn is_login_refused(error: &NewSessionError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(DbError::AuthenticationError) = current.downcast_ref::<DbError>() {
            return true;
        }
        cause = current.source();
    }
    // Some of the driver's errors print their cause instead of passing it on.
    format!("{error:?}").contains("AuthenticationError")
}

/// Whatever address a node says it has, it is reached where it is published.
struct Loopback {
    address: SocketAddr,
}

impl AddressTranslator for Loopback {
    fn translate_address<'this, 'peer, 'future>(
        &'this self,
        _peer: &'peer UntranslatedPeer<'_>,
    ) -> Pin<Box<dyn Future<Output = Result<SocketAddr, TranslationError>> + Send + 'future>>
    where
        'this: 'future,
        'peer: 'future,
        Self: 'future,
    {
        let address = self.address;
        Box::pin(async move { Ok(address) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_its_own_quotes() {
        assert_eq!(quoted("users"), "\"users\"");
        assert_eq!(quoted("a\"; DROP"), "\"a\"\"; DROP\"");
    }

    #[tokio::test]
    async fn a_database_that_is_not_there_is_said_so() {
        let password = SecretString::from("x");
        let connected = Cassandra::connect(1, "cassandra", &password, Duration::from_secs(2)).await;
        assert!(matches!(connected, Err(CassandraError::NoAnswer { .. })));
    }
}
