//! Places a group has noted in a topic, each with a few words beside it. Nobody joins the group: it is a notebook that
//! Kafka keeps with the topic, and drops with it (or a week after the last note).

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::KafkaError as LibraryError;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::{Kafka, KafkaError, Silent, client_settings, failed};

/// A place in a partition, and what is noted there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub offset: i64,
    pub text: String,
}

impl Kafka {
    /// What a group has noted, by partition.
    ///
    /// # Errors
    /// When the topic is missing (`is_absent`), or no broker answers in time.
    pub async fn notes(
        &self,
        group: &str,
        topic: &str,
        partitions: i32,
        limit: Duration,
    ) -> Result<BTreeMap<i32, Note>, KafkaError> {
        let wanted = topic.to_owned();
        let action = format!("say what `{group}` has noted of topic `{topic}`");
        self.with_group(group, action, limit, move |client| {
            let mut list = TopicPartitionList::new();
            list.add_partition_range(&wanted, 0, partitions - 1);
            let mut found = BTreeMap::new();
            for element in client.committed_offsets(list, limit)?.elements() {
                element.error()?;
                if let Offset::Offset(offset) = element.offset() {
                    found.insert(element.partition(), Note { offset, text: element.metadata().to_owned() });
                }
            }
            Ok(found)
        })
        .await
    }

    /// Replaces a group's notes in the given partitions, all at once.
    ///
    /// # Errors
    /// When the topic is missing (`is_absent`), a text is longer than the broker takes, or no broker answers in time.
    pub async fn note(
        &self,
        group: &str,
        topic: &str,
        notes: BTreeMap<i32, Note>,
        limit: Duration,
    ) -> Result<(), KafkaError> {
        let wanted = topic.to_owned();
        let action = format!("keep what `{group}` notes of topic `{topic}`");
        self.with_group(group, action, limit, move |client| {
            let mut list = TopicPartitionList::new();
            for (partition, note) in notes {
                let mut element = list.add_partition(&wanted, partition);
                element.set_offset(Offset::Offset(note.offset))?;
                element.set_metadata(note.text);
            }
            client.commit(&list, CommitMode::Sync)
        })
        .await
    }

    /// Runs a blocking question of a client of the group on its own thread.
    async fn with_group<T: Send + 'static>(
        &self,
        group: &str,
        action: String,
        limit: Duration,
        question: impl FnOnce(&BaseConsumer<Silent>) -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<T, KafkaError> {
        let mut settings = client_settings(&self.bootstrap);
        settings.set("group.id", group).set("enable.auto.commit", "false");
        // The library bounds a commit by this.
        settings.set("socket.timeout.ms", limit.as_millis().to_string());
        let client = settings
            .create_with_context::<_, BaseConsumer<Silent>>(Silent)
            .map_err(|source| KafkaError::Client { bootstrap: self.bootstrap.clone(), source })?;
        let answer = tokio::task::spawn_blocking(move || question(&client));
        match tokio::time::timeout(limit + Duration::from_secs(1), answer).await {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(source))) => Err(failed(&self.bootstrap, action, limit, source)),
            Ok(Err(_)) => Err(KafkaError::Stopped { action }),
            Err(_) => Err(KafkaError::Timeout { action, seconds: limit.as_secs() }),
        }
    }
}
