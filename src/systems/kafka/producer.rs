//! Writing records: idempotent, acknowledged by all, with a bounded queue, each record's place known.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::error::KafkaError as LibraryError;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::future_producer::DeliveryFuture;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};
use rdkafka::types::RDKafkaErrorCode;
use serde::{Deserialize, Serialize};

use super::{KafkaError, Silent, client_settings, failed};

const QUEUE_KIBIBYTES: u32 = 64 * 1024;

/// Writes records. Cheap to clone: clones share one queue.
#[derive(Clone)]
pub struct Producer {
    inner: FutureProducer<Silent>,
    bootstrap: String,
    delivery_limit: Duration,
}

/// A record to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRecord {
    pub topic: String,
    /// Chosen from the key, as Java's clients do, when absent.
    pub partition: Option<i32>,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: BTreeMap<String, Vec<u8>>,
}

/// Where a record was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    pub partition: i32,
    pub offset: i64,
}

/// Whether a record found room in the queue.
pub enum Enqueued {
    Queued(Delivery),
    /// Nothing was taken: wait for deliveries, then offer it again.
    Full,
}

/// A record on its way.
pub struct Delivery {
    future: DeliveryFuture,
    topic: String,
    bootstrap: String,
    limit: Duration,
}

impl Producer {
    /// Prepares a producer; needs a running async runtime. A record not acknowledged within `delivery_limit` has failed.
    ///
    /// # Errors
    /// When the client library refuses its settings.
    pub fn open(bootstrap: &str, delivery_limit: Duration) -> Result<Self, KafkaError> {
        Self::with(producer_settings(bootstrap, delivery_limit), bootstrap, delivery_limit)
    }

    /// The same for single records: each is sent at once instead of waiting for company.
    ///
    /// # Errors
    /// When the client library refuses its settings.
    pub fn prompt(bootstrap: &str, delivery_limit: Duration) -> Result<Self, KafkaError> {
        let mut config = producer_settings(bootstrap, delivery_limit);
        config.set("linger.ms", "0");
        Self::with(config, bootstrap, delivery_limit)
    }

    fn with(mut config: ClientConfig, bootstrap: &str, delivery_limit: Duration) -> Result<Self, KafkaError> {
        let with_lz4 =
            config.clone().set("compression.type", "lz4").create_with_context::<_, FutureProducer<Silent>>(Silent);
        let opened = match with_lz4 {
            // The library was built without it.
            Err(LibraryError::ClientConfig(..)) => config.set("compression.type", "none").create_with_context(Silent),
            opened => opened,
        };
        let inner = opened.map_err(|source| KafkaError::Client { bootstrap: bootstrap.to_owned(), source })?;
        Ok(Self { inner, bootstrap: bootstrap.to_owned(), delivery_limit })
    }

    /// Writes one record and waits for its place.
    ///
    /// # Errors
    /// When it is not acknowledged in time, or refused (an absent topic, too big).
    pub async fn send(&self, record: &NewRecord) -> Result<Delivered, KafkaError> {
        let sent = self.inner.send(future_record(record), self.delivery_limit);
        match sent.await {
            Ok(delivery) => Ok(Delivered { partition: delivery.partition, offset: delivery.offset }),
            Err((source, _)) => {
                let action = write_to(&record.topic);
                Err(failed(&self.bootstrap, action, self.delivery_limit, source))
            }
        }
    }

    /// Connects to the broker that leads a topic's first partition, so that the first record need not wait for that.
    ///
    /// # Errors
    /// When there is no such topic (`is_absent`), or no broker answers in time.
    pub async fn connect(&self, topic: &str, limit: Duration) -> Result<(), KafkaError> {
        let (inner, name) = (self.inner.clone(), topic.to_owned());
        let asked = tokio::task::spawn_blocking(move || inner.client().fetch_watermarks(&name, 0, limit)).await;
        let action = || format!("connect to who leads topic `{topic}`");
        match asked {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(source)) => Err(failed(&self.bootstrap, action(), limit, source)),
            Err(_) => Err(KafkaError::Stopped { action: action() }),
        }
    }

    /// Puts a record into the queue without waiting.
    ///
    /// # Errors
    /// When the record itself is refused (an absent topic, too big).
    pub fn enqueue(&self, record: &NewRecord) -> Result<Enqueued, KafkaError> {
        match self.inner.send_result(future_record(record)) {
            Ok(future) => Ok(Enqueued::Queued(Delivery {
                future,
                topic: record.topic.clone(),
                bootstrap: self.bootstrap.clone(),
                limit: self.delivery_limit,
            })),
            Err((LibraryError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => Ok(Enqueued::Full),
            Err((source, _)) => {
                let action = write_to(&record.topic);
                Err(failed(&self.bootstrap, action, self.delivery_limit, source))
            }
        }
    }

    /// Sends what is queued now instead of waiting for more to join it.
    ///
    /// # Errors
    /// When records are still unacknowledged after `limit`.
    pub async fn flush(&self, limit: Duration) -> Result<(), KafkaError> {
        let inner = self.inner.clone();
        let flushed = tokio::task::spawn_blocking(move || inner.flush(limit)).await;
        let action = || "acknowledge the last records".to_owned();
        match flushed {
            Ok(Ok(())) => Ok(()),
            Ok(Err(source)) => Err(failed(&self.bootstrap, action(), limit, source)),
            Err(_) => Err(KafkaError::Stopped { action: action() }),
        }
    }
}

impl Delivery {
    /// Waits until the record is acknowledged or has failed; bounded by the producer's delivery limit.
    ///
    /// # Errors
    /// When it was not acknowledged in time, or the broker refused it.
    pub async fn settled(self) -> Result<Delivered, KafkaError> {
        match self.future.await {
            Ok(Ok(delivery)) => Ok(Delivered { partition: delivery.partition, offset: delivery.offset }),
            Ok(Err((source, _))) => {
                let action = write_to(&self.topic);
                Err(failed(&self.bootstrap, action, self.limit, source))
            }
            Err(_) => Err(KafkaError::Stopped { action: write_to(&self.topic) }),
        }
    }
}

fn write_to(topic: &str) -> String {
    format!("write a record to topic `{topic}`")
}

fn producer_settings(bootstrap: &str, delivery_limit: Duration) -> ClientConfig {
    let mut config = client_settings(bootstrap);
    config
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("linger.ms", "20")
        .set("queue.buffering.max.kbytes", QUEUE_KIBIBYTES.to_string())
        .set("queue.buffering.max.messages", "500000")
        .set("message.timeout.ms", delivery_limit.as_millis().to_string())
        // The same key goes to the same partition as from Java and Spark.
        .set("partitioner", "murmur2_random")
        .set("allow.auto.create.topics", "false")
        // A topic may be a moment old; one that is still unknown after this does not exist.
        .set("topic.metadata.propagation.max.ms", "5000");
    config
}

fn future_record(record: &NewRecord) -> FutureRecord<'_, [u8], [u8]> {
    let headers =
        record.headers.iter().fold(OwnedHeaders::new_with_capacity(record.headers.len()), |headers, (key, value)| {
            headers.insert(Header { key, value: Some(value) })
        });
    let mut out = FutureRecord::to(&record.topic).headers(headers);
    out.partition = record.partition;
    out.key = record.key.as_deref();
    out.payload = record.value.as_deref();
    out
}
