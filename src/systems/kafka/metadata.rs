//! What the broker holds: brokers, topics, their own settings, and how far each partition goes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminOptions, ConfigResource, ConfigSource, OwnedResourceSpecifier, ResourceSpecifier};
use rdkafka::consumer::Consumer;
use rdkafka::error::KafkaError as LibraryError;
use rdkafka::metadata::{Metadata, MetadataTopic};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use serde::{Deserialize, Serialize};

use super::{Kafka, KafkaError};

/// Topics asked about in one request.
const CONFIG_BATCH: usize = 500;
/// A partition that was made a moment ago has no leader yet.
const PAUSE: Duration = Duration::from_millis(100);

/// The brokers and topics of a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// Id -> advertised `host:port`.
    pub brokers: BTreeMap<i32, String>,
    /// Kafka's own topics (`__consumer_offsets`) are among them.
    pub topics: BTreeMap<String, TopicState>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicState {
    pub partitions: i32,
    /// The lowest of its partitions.
    pub replication: i32,
    /// Partitions nobody leads: they take no records.
    pub leaderless: i32,
}

/// How far a partition goes: the first offset it still has, and the next one it will give out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watermarks {
    pub low: i64,
    pub high: i64,
}

impl Kafka {
    /// Brokers and topics. An answer proves that the advertised address can be reached too.
    ///
    /// # Errors
    /// When no broker answers in time.
    pub async fn cluster(&self, limit: Duration) -> Result<Cluster, KafkaError> {
        self.ask(
            || "list its topics".to_owned(),
            limit,
            move |asking| Ok(cluster(&asking.fetch_metadata(None, limit)?)),
        )
        .await
    }

    /// The settings that were made for each topic itself; defaults and the broker's own are left out, and so are
    /// topics the broker does not know.
    ///
    /// # Errors
    /// When no broker answers in time.
    pub async fn topic_settings(
        &self,
        topics: &[String],
        limit: Duration,
    ) -> Result<BTreeMap<String, BTreeMap<String, String>>, KafkaError> {
        let mut found = BTreeMap::new();
        for batch in topics.chunks(CONFIG_BATCH) {
            let wanted: Vec<ResourceSpecifier<'_>> =
                batch.iter().map(|topic| ResourceSpecifier::Topic(topic)).collect();
            let options = AdminOptions::new().request_timeout(Some(limit));
            let action = || "read the settings of topics".to_owned();
            let answers = self
                .admin
                .describe_configs(&wanted, &options)
                .await
                .map_err(|source| self.failed(action(), limit, source))?;
            for answer in answers {
                let resource = answer.map_err(|code| self.failed(action(), limit, LibraryError::AdminOp(code)))?;
                // The library drops the broker's word for an absent topic; what is left is one without any setting,
                // while a real topic always has its defaults.
                if resource.entries.is_empty() {
                    continue;
                }
                if let OwnedResourceSpecifier::Topic(name) = &resource.specifier {
                    found.insert(name.clone(), own_settings(&resource));
                }
            }
        }
        Ok(found)
    }

    /// How far every given partition goes, by topic and partition: two requests per broker, however many there are.
    ///
    /// # Errors
    /// When a topic or partition is missing (`is_absent`), or no broker answers in time.
    pub async fn watermarks(
        &self,
        partitions: &BTreeMap<String, i32>,
        limit: Duration,
    ) -> Result<BTreeMap<String, Vec<Watermarks>>, KafkaError> {
        let deadline = Instant::now() + limit;
        loop {
            match self.watermarks_once(partitions, limit).await {
                Err(error) if error.is_moving() && Instant::now() < deadline => {}
                other => return other,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn watermarks_once(
        &self,
        partitions: &BTreeMap<String, i32>,
        limit: Duration,
    ) -> Result<BTreeMap<String, Vec<Watermarks>>, KafkaError> {
        let counts = partitions.clone();
        let half = limit / 2;
        self.ask(
            || "say how far its partitions go".to_owned(),
            limit,
            move |asking| {
                let low = positions(&counts, Offset::Beginning, |list| asking.offsets_for_times(list, half))?;
                let high = positions(&counts, Offset::End, |list| asking.offsets_for_times(list, half))?;
                Ok(pair_up(&counts, &low, &high))
            },
        )
        .await
    }

    /// How many offsets each topic has given out since a moment, by the time that records carry: no record is read.
    ///
    /// # Errors
    /// When a topic or partition is missing (`is_absent`), or no broker answers in time.
    pub async fn count_since(
        &self,
        partitions: &BTreeMap<String, i32>,
        moment_ms: i64,
        limit: Duration,
    ) -> Result<BTreeMap<String, u64>, KafkaError> {
        let counts = partitions.clone();
        let half = limit / 2;
        self.ask(
            || "say how many records are new".to_owned(),
            limit,
            move |asking| {
                let first = positions(&counts, Offset::Offset(moment_ms), |list| asking.offsets_for_times(list, half))?;
                let high = positions(&counts, Offset::End, |list| asking.offsets_for_times(list, half))?;
                let mut found: BTreeMap<String, u64> = counts.keys().map(|topic| (topic.clone(), 0)).collect();
                for ((topic, partition), end) in high {
                    // Where nothing is so new, the broker names no place.
                    let first = first.get(&(topic.clone(), partition)).copied().unwrap_or(end);
                    *found.entry(topic).or_default() += u64::try_from(end - first).unwrap_or(0);
                }
                Ok(found)
            },
        )
        .await
    }
}

fn cluster(metadata: &Metadata) -> Cluster {
    Cluster {
        brokers: metadata
            .brokers()
            .iter()
            .map(|broker| (broker.id(), format!("{}:{}", broker.host(), broker.port())))
            .collect(),
        topics: metadata
            .topics()
            .iter()
            .filter(|topic| topic.error().is_none())
            .map(|topic| (topic.name().to_owned(), topic_state(topic)))
            .collect(),
    }
}

fn topic_state(topic: &MetadataTopic) -> TopicState {
    let partitions = topic.partitions();
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    TopicState {
        partitions: count(partitions.len()),
        replication: partitions.iter().map(|partition| count(partition.replicas().len())).min().unwrap_or(0),
        leaderless: count(partitions.iter().filter(|one| one.leader() < 0).count()),
    }
}

fn own_settings(resource: &ConfigResource) -> BTreeMap<String, String> {
    resource
        .entries
        .iter()
        .filter(|entry| entry.source == ConfigSource::DynamicTopic)
        .filter_map(|entry| Some((entry.name.clone(), entry.value.clone()?)))
        .collect()
}

/// Asks where a moment is in all partitions; one that has no such place is left out. The two ends are moments to the
/// protocol: -2 is the first, -1 the next.
fn positions(
    counts: &BTreeMap<String, i32>,
    moment: Offset,
    ask: impl FnOnce(TopicPartitionList) -> Result<TopicPartitionList, LibraryError>,
) -> Result<BTreeMap<(String, i32), i64>, LibraryError> {
    let mut wanted = TopicPartitionList::new();
    for (topic, count) in counts {
        for partition in 0..*count {
            wanted.add_partition_offset(topic, partition, moment)?;
        }
    }
    if wanted.count() == 0 {
        return Ok(BTreeMap::new());
    }
    let mut found = BTreeMap::new();
    for element in ask(wanted)?.elements() {
        element.error()?;
        if let Offset::Offset(position) = element.offset() {
            found.insert((element.topic().to_owned(), element.partition()), position);
        }
    }
    Ok(found)
}

fn pair_up(
    counts: &BTreeMap<String, i32>,
    low: &BTreeMap<(String, i32), i64>,
    high: &BTreeMap<(String, i32), i64>,
) -> BTreeMap<String, Vec<Watermarks>> {
    let of_topic = |topic: &String, count: i32| {
        (0..count)
            .map(|partition| {
                let key = (topic.clone(), partition);
                Watermarks { low: low.get(&key).copied().unwrap_or(0), high: high.get(&key).copied().unwrap_or(0) }
            })
            .collect()
    };
    counts.iter().map(|(topic, count)| (topic.clone(), of_topic(topic, *count))).collect()
}
