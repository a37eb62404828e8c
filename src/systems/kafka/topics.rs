//! Changing topics: create, alter settings, add partitions, delete. Each topic has its own result.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::admin::{
    AdminOptions, AlterConfig, NewPartitions, NewTopic, OwnedResourceSpecifier, ResourceSpecifier,
    TopicReplication, TopicResult,
};
use rdkafka::types::RDKafkaErrorCode;
use serde::{Deserialize, Serialize};

use super::{Kafka, KafkaError};

/// The controller takes 10,000 records in one request; a topic is one, and so are each partition and each setting.
const RECORDS_PER_REQUEST: usize = 8000;

/// A topic to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicSpec {
    pub name: String,
    pub partitions: i32,
    pub replication: i32,
    pub settings: BTreeMap<String, String>,
}

/// What became of one topic in a request about many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopicOutcome {
    Done,
    /// It existed already, or was gone already.
    AlreadySo,
    /// Why the broker would not.
    Refused(String),
}

impl Kafka {
    /// Creates topics, in as few requests as the controller takes.
    ///
    /// # Errors
    /// When no broker answers in time; a topic that is refused is an outcome, not an error.
    pub async fn create_topics(
        &self,
        topics: &[TopicSpec],
        limit: Duration,
    ) -> Result<BTreeMap<String, TopicOutcome>, KafkaError> {
        let mut outcomes = BTreeMap::new();
        for batch in batches(topics) {
            let new: Vec<NewTopic<'_>> = batch.iter().map(new_topic).collect();
            let results = self
                .admin
                .create_topics(&new, &options(limit))
                .await
                .map_err(|source| self.failed("create topics".to_owned(), limit, source))?;
            outcomes.extend(
                results
                    .into_iter()
                    .map(|result| outcome(result, RDKafkaErrorCode::TopicAlreadyExists)),
            );
        }
        Ok(outcomes)
    }

    /// Deletes topics and the records in them.
    ///
    /// # Errors
    /// When no broker answers in time; a topic that is refused is an outcome, not an error.
    pub async fn delete_topics(
        &self,
        topics: &[String],
        limit: Duration,
    ) -> Result<BTreeMap<String, TopicOutcome>, KafkaError> {
        let names: Vec<&str> = topics.iter().map(String::as_str).collect();
        let results = self
            .admin
            .delete_topics(&names, &options(limit))
            .await
            .map_err(|source| self.failed("delete topics".to_owned(), limit, source))?;
        let gone = RDKafkaErrorCode::UnknownTopicOrPartition;
        Ok(results
            .into_iter()
            .map(|result| outcome(result, gone))
            .collect())
    }

    /// Raises the number of partitions of topics, by name. It can never be lowered.
    ///
    /// # Errors
    /// When no broker answers in time; a topic that is refused is an outcome, not an error.
    pub async fn add_partitions(
        &self,
        totals: &BTreeMap<String, i32>,
        limit: Duration,
    ) -> Result<BTreeMap<String, TopicOutcome>, KafkaError> {
        let new: Vec<NewPartitions<'_>> = totals
            .iter()
            .map(|(topic, total)| NewPartitions::new(topic, usize::try_from(*total).unwrap_or(0)))
            .collect();
        let results = self
            .admin
            .create_partitions(&new, &options(limit))
            .await
            .map_err(|source| self.failed("add partitions".to_owned(), limit, source))?;
        // Kafka has one code for "so many already" and for any other impossible number.
        let never = RDKafkaErrorCode::Unknown;
        Ok(results
            .into_iter()
            .map(|result| outcome(result, never))
            .collect())
    }

    /// Sets settings of topics, by name. Settings made earlier and not given here stay as they are: the request
    /// replaces all of a topic's own settings, so those are read first and sent along.
    ///
    /// # Errors
    /// When a topic is missing (`is_absent`), or no broker answers in time.
    pub async fn set_topic_settings(
        &self,
        wanted: &BTreeMap<String, BTreeMap<String, String>>,
        limit: Duration,
    ) -> Result<BTreeMap<String, TopicOutcome>, KafkaError> {
        let names: Vec<String> = wanted.keys().cloned().collect();
        let mut complete = self.topic_settings(&names, limit).await?;
        for (topic, settings) in wanted {
            complete
                .entry(topic.clone())
                .or_default()
                .extend(settings.clone());
        }
        let changes: Vec<AlterConfig<'_>> = complete
            .iter()
            .map(|(topic, settings)| alter_config(topic, settings))
            .collect();
        let results = self
            .admin
            .alter_configs(&changes, &options(limit))
            .await
            .map_err(|source| self.failed("change topic settings".to_owned(), limit, source))?;
        Ok(results
            .into_iter()
            .filter_map(|result| match result {
                Ok(specifier) => Some((topic_of(specifier)?, TopicOutcome::Done)),
                Err((specifier, code)) => Some((
                    topic_of(specifier)?,
                    TopicOutcome::Refused(code.to_string()),
                )),
            })
            .collect())
    }
}

fn options(limit: Duration) -> AdminOptions {
    AdminOptions::new()
        .request_timeout(Some(limit))
        // Answered when it is done, not when it is begun.
        .operation_timeout(Some(limit))
}

fn new_topic(spec: &TopicSpec) -> NewTopic<'_> {
    let replication = TopicReplication::Fixed(spec.replication);
    let topic = NewTopic::new(&spec.name, spec.partitions, replication);
    spec.settings
        .iter()
        .fold(topic, |topic, (key, value)| topic.set(key, value))
}

fn alter_config<'a>(topic: &'a str, settings: &'a BTreeMap<String, String>) -> AlterConfig<'a> {
    let change = AlterConfig::new(ResourceSpecifier::Topic(topic));
    settings
        .iter()
        .fold(change, |change, (key, value)| change.set(key, value))
}

fn topic_of(specifier: OwnedResourceSpecifier) -> Option<String> {
    match specifier {
        OwnedResourceSpecifier::Topic(name) => Some(name),
        OwnedResourceSpecifier::Group(_) | OwnedResourceSpecifier::Broker(_) => None,
    }
}

fn outcome(result: TopicResult, already: RDKafkaErrorCode) -> (String, TopicOutcome) {
    match result {
        Ok(topic) => (topic, TopicOutcome::Done),
        Err((topic, code)) if code == already => (topic, TopicOutcome::AlreadySo),
        Err((topic, code)) => (topic, TopicOutcome::Refused(code.to_string())),
    }
}

/// Cuts a list into requests that the controller takes; a topic that is too big for one travels alone.
fn batches(topics: &[TopicSpec]) -> Vec<&[TopicSpec]> {
    let mut cut = Vec::new();
    let mut start = 0;
    let mut records = 0;
    for (index, topic) in topics.iter().enumerate() {
        let partitions = usize::try_from(topic.partitions).unwrap_or(0);
        let weight = 1 + partitions + topic.settings.len();
        if index > start && records + weight > RECORDS_PER_REQUEST {
            cut.push(&topics[start..index]);
            start = index;
            records = 0;
        }
        records += weight;
    }
    if start < topics.len() {
        cut.push(&topics[start..]);
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(partitions: i32) -> TopicSpec {
        TopicSpec {
            name: "t".to_owned(),
            partitions,
            replication: 1,
            settings: BTreeMap::new(),
        }
    }

    #[test]
    fn topics_travel_in_requests_the_controller_takes() {
        let topics = vec![topic(3); 4500];
        let sizes: Vec<usize> = batches(&topics).iter().map(|batch| batch.len()).collect();
        assert_eq!(sizes, [2000, 2000, 500]);
    }

    #[test]
    fn a_topic_too_big_for_a_request_travels_alone() {
        let topics = vec![topic(1), topic(9000), topic(1)];
        assert_eq!(batches(&topics).len(), 3);
        assert!(batches(&[]).is_empty());
    }
}
