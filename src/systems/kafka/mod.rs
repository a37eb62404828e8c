//! The broker: one lazy connection, and what may go wrong with it.
//!
//! Plaintext only. The client library's own log goes nowhere: what matters comes back as an error. Blocking calls run
//! on their own threads.

pub mod groups;
pub mod metadata;
pub mod producer;
pub mod reader;
pub mod settings;
pub mod tail;
pub mod topics;

use std::sync::Arc;
use std::time::Duration;

use rdkafka::admin::AdminClient;
use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::KafkaError as LibraryError;
use rdkafka::types::RDKafkaErrorCode;

/// What may go wrong between us and the broker.
#[derive(Debug, thiserror::Error)]
pub enum KafkaError {
    #[error("could not make a Kafka client for `{bootstrap}`")]
    Client {
        bootstrap: String,
        #[source]
        source: LibraryError,
    },
    #[error("no Kafka broker answers at `{bootstrap}`; could not {action}")]
    NoBroker { bootstrap: String, action: String },
    #[error("Kafka took longer than {seconds} s to {action}")]
    Timeout { action: String, seconds: u64 },
    #[error("Kafka could not {action}")]
    Call {
        action: String,
        #[source]
        source: LibraryError,
    },
    #[error("stopped while waiting for Kafka to {action}")]
    Stopped { action: String },
}

impl KafkaError {
    /// The broker knows no such topic or partition.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(
            self.code(),
            Some(
                RDKafkaErrorCode::UnknownTopicOrPartition
                    | RDKafkaErrorCode::UnknownTopic
                    | RDKafkaErrorCode::UnknownPartition
            )
        )
    }

    /// The partition has no such offset: it was not written yet, or is deleted.
    #[must_use]
    pub fn is_offset_absent(&self) -> bool {
        matches!(self.code(), Some(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange))
    }

    /// The partition's leader is being chosen: ask again in a moment.
    fn is_moving(&self) -> bool {
        matches!(self.code(), Some(RDKafkaErrorCode::NotLeaderForPartition | RDKafkaErrorCode::LeaderNotAvailable))
    }

    fn code(&self) -> Option<RDKafkaErrorCode> {
        match self {
            Self::Call { source, .. } => code_of(source),
            _ => None,
        }
    }
}

/// A connection for asking and administrating. Nothing is sent before the first question.
#[derive(Clone)]
pub struct Kafka {
    bootstrap: String,
    admin: Arc<AdminClient<Silent>>,
    asking: Arc<BaseConsumer<Silent>>,
}

/// Keeps the client library quiet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Silent;

impl ClientContext for Silent {
    fn log(&self, _level: RDKafkaLogLevel, _facility: &str, _message: &str) {}
    fn error(&self, _error: LibraryError, _reason: &str) {}
}

impl ConsumerContext for Silent {}

impl Kafka {
    /// Prepares a connection to `host:port`; needs a running async runtime.
    ///
    /// # Errors
    /// When the client library refuses its settings.
    pub fn open(bootstrap: &str) -> Result<Self, KafkaError> {
        let mut settings = client_settings(bootstrap);
        let client_error = |source| KafkaError::Client { bootstrap: bootstrap.to_owned(), source };
        let admin = settings.create_with_context::<_, AdminClient<Silent>>(Silent).map_err(client_error)?;
        let asking = settings
            .set("allow.auto.create.topics", "false")
            .create_with_context::<_, BaseConsumer<Silent>>(Silent)
            .map_err(client_error)?;
        Ok(Self { bootstrap: bootstrap.to_owned(), admin: Arc::new(admin), asking: Arc::new(asking) })
    }

    #[must_use]
    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// Runs a blocking question on its own thread. The question must bound itself by `limit`.
    async fn ask<T: Send + 'static>(
        &self,
        action: impl Fn() -> String,
        limit: Duration,
        question: impl FnOnce(&BaseConsumer<Silent>) -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<T, KafkaError> {
        let asking = Arc::clone(&self.asking);
        let answer = tokio::task::spawn_blocking(move || question(&asking));
        // The library may overrun its own bound by a moment: leave it that moment.
        match tokio::time::timeout(limit + Duration::from_secs(1), answer).await {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(source))) => Err(self.failed(action(), limit, source)),
            Ok(Err(_)) => Err(KafkaError::Stopped { action: action() }),
            Err(_) => Err(KafkaError::Timeout { action: action(), seconds: limit.as_secs() }),
        }
    }

    fn failed(&self, action: String, limit: Duration, source: LibraryError) -> KafkaError {
        failed(&self.bootstrap, action, limit, source)
    }
}

/// The library's own accessor leaves out the errors of administrative requests.
fn code_of(error: &LibraryError) -> Option<RDKafkaErrorCode> {
    match error {
        LibraryError::AdminOp(code) => Some(*code),
        other => other.rdkafka_error_code(),
    }
}

/// Sorts the library's errors into ours.
fn failed(bootstrap: &str, action: String, limit: Duration, source: LibraryError) -> KafkaError {
    match code_of(&source) {
        Some(
            RDKafkaErrorCode::BrokerTransportFailure | RDKafkaErrorCode::AllBrokersDown | RDKafkaErrorCode::Resolve,
        ) => KafkaError::NoBroker { bootstrap: bootstrap.to_owned(), action },
        Some(RDKafkaErrorCode::OperationTimedOut | RDKafkaErrorCode::RequestTimedOut) => {
            KafkaError::Timeout { action, seconds: limit.as_secs() }
        }
        _ => KafkaError::Call { action, source },
    }
}

/// What every client of ours has in common.
fn client_settings(bootstrap: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", bootstrap)
        .set("client.id", "sparkflow")
        // A published port is bound to 127.0.0.1, while `localhost` may mean ::1.
        .set("broker.address.family", "v4")
        .set("socket.connection.setup.timeout.ms", "3000")
        .set("reconnect.backoff.ms", "50")
        .set("reconnect.backoff.max.ms", "500")
        .set_log_level(RDKafkaLogLevel::Emerg);
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_topic_is_told_from_other_failures() {
        let absent = LibraryError::OffsetFetch(RDKafkaErrorCode::UnknownTopicOrPartition);
        let other = LibraryError::OffsetFetch(RDKafkaErrorCode::TopicAuthorizationFailed);
        let limit = Duration::from_secs(1);
        assert!(failed("b", "look".to_owned(), limit, absent).is_absent());
        assert!(!failed("b", "look".to_owned(), limit, other).is_absent());
    }

    #[tokio::test]
    async fn a_broker_that_is_not_there_is_said_so_in_bounded_time() {
        let kafka = Kafka::open("127.0.0.1:1").unwrap();
        let error = kafka.cluster(Duration::from_secs(1)).await.unwrap_err();
        assert!(matches!(error, KafkaError::NoBroker { .. } | KafkaError::Timeout { .. }));
    }
}
