//! Changing topics: create, add partitions, delete. Each topic has its own result.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminOptions, NewPartitions, NewTopic, TopicReplication, TopicResult};
use rdkafka::types::RDKafkaErrorCode;
use serde::{Deserialize, Serialize};

use super::metadata::Cluster;
use super::{Kafka, KafkaError};

/// The controller takes 10,000 records in one request; a topic is one, and so are each partition and each setting.
const RECORDS_PER_REQUEST: usize = 8000;
/// Between two looks whether a change has reached the brokers.
pub(super) const PAUSE: Duration = Duration::from_millis(25);

/// What became of each topic, by name.
pub type Outcomes = BTreeMap<String, TopicOutcome>;

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
    /// Creates topics, in as few requests as the controller takes, and waits until the brokers show them.
    ///
    /// # Errors
    /// When no broker answers in time; a topic that is refused is an outcome, not an error.
    pub async fn create_topics(&self, topics: &[TopicSpec], limit: Duration) -> Result<Outcomes, KafkaError> {
        let mut outcomes = self.request_topics(topics, &options(limit), limit).await?;
        let exists = RDKafkaErrorCode::TopicAlreadyExists;
        let outcomes: Outcomes = outcomes.drain(..).map(|result| outcome(result, exists)).collect();
        let made: BTreeMap<&str, i32> = topics
            .iter()
            .filter(|topic| outcomes.get(&topic.name) == Some(&TopicOutcome::Done))
            .map(|topic| (topic.name.as_str(), topic.partitions))
            .collect();
        let shown = |cluster: &Cluster| made.iter().all(|(name, count)| is_shown(cluster, name, *count));
        self.until_shown("show the topics it created", limit, shown).await?;
        Ok(outcomes)
    }

    /// Deletes topics and the records in them, and waits until the brokers show them no more.
    ///
    /// # Errors
    /// When no broker answers in time; a topic that is refused is an outcome, not an error.
    pub async fn delete_topics(&self, topics: &[String], limit: Duration) -> Result<Outcomes, KafkaError> {
        let names: Vec<&str> = topics.iter().map(String::as_str).collect();
        let results = self
            .admin
            .delete_topics(&names, &options(limit))
            .await
            .map_err(|source| self.failed("delete topics".to_owned(), limit, source))?;
        let gone = RDKafkaErrorCode::UnknownTopicOrPartition;
        let outcomes: Outcomes = results.into_iter().map(|result| outcome(result, gone)).collect();
        let shown = |cluster: &Cluster| {
            outcomes.iter().all(|(name, outcome)| *outcome != TopicOutcome::Done || !cluster.topics.contains_key(name))
        };
        self.until_shown("forget the topics it deleted", limit, shown).await?;
        Ok(outcomes)
    }

    /// Raises the number of partitions of topics, by name, and waits until the brokers show them. It can never be
    /// lowered.
    ///
    /// # Errors
    /// When no broker answers in time; a topic that is refused is an outcome, not an error.
    pub async fn add_partitions(
        &self,
        totals: &BTreeMap<String, i32>,
        limit: Duration,
    ) -> Result<Outcomes, KafkaError> {
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
        let outcomes: Outcomes = results.into_iter().map(|result| outcome(result, never)).collect();
        let shown = |cluster: &Cluster| {
            totals
                .iter()
                .all(|(name, count)| outcomes.get(name) != Some(&TopicOutcome::Done) || is_shown(cluster, name, *count))
        };
        self.until_shown("show the partitions it added", limit, shown).await?;
        Ok(outcomes)
    }

    /// One result per topic, in requests of a size the controller takes.
    pub(super) async fn request_topics(
        &self,
        topics: &[TopicSpec],
        options: &AdminOptions,
        limit: Duration,
    ) -> Result<Vec<TopicResult>, KafkaError> {
        let mut results = Vec::new();
        for batch in batches(topics) {
            let new: Vec<NewTopic<'_>> = batch.iter().map(new_topic).collect();
            let answers = self.admin.create_topics(&new, options).await;
            let failed = |source| self.failed("create topics".to_owned(), limit, source);
            results.extend(answers.map_err(failed)?);
        }
        Ok(results)
    }

    /// The controller answers before the brokers have heard: the next look must see what this change did.
    async fn until_shown(
        &self,
        action: &str,
        limit: Duration,
        shown: impl Fn(&Cluster) -> bool,
    ) -> Result<(), KafkaError> {
        let deadline = Instant::now() + limit;
        while !shown(&self.cluster(limit).await?) {
            if Instant::now() >= deadline {
                return Err(KafkaError::Timeout { action: action.to_owned(), seconds: limit.as_secs() });
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}

fn is_shown(cluster: &Cluster, topic: &str, partitions: i32) -> bool {
    let state = cluster.topics.get(topic);
    state.is_some_and(|state| state.partitions >= partitions && state.leaderless == 0)
}

pub(super) fn options(limit: Duration) -> AdminOptions {
    AdminOptions::new()
        .request_timeout(Some(limit))
        // Answered when it is done, not when it is begun.
        .operation_timeout(Some(limit))
}

fn new_topic(spec: &TopicSpec) -> NewTopic<'_> {
    let replication = TopicReplication::Fixed(spec.replication);
    let topic = NewTopic::new(&spec.name, spec.partitions, replication);
    spec.settings.iter().fold(topic, |topic, (key, value)| topic.set(key, value))
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
        TopicSpec { name: "t".to_owned(), partitions, replication: 1, settings: BTreeMap::new() }
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
