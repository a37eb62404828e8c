//! Kafka seen from outside by a client of the suite's own: what lies in a topic, one record by hand, a topic taken away.

use std::time::Duration;

use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, NewPartitions, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};
use serde_json::Value;

use crate::engine;
use crate::waiting::wait_for;

const PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(200);

fn client(project: &str) -> ClientConfig {
    let name = format!("{project}-kafka");
    let published = engine::docker(&["port", &name, "19092"]).expect("the broker publishes its port");
    let address = published.lines().next().expect("the port has an address").to_string();
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", address).set("group.id", "looks-only").set("enable.auto.commit", "false");
    config
}

/// Every record of a topic, as JSON.
pub(crate) fn records(project: &str, topic: &str) -> Vec<Value> {
    let consumer: BaseConsumer = client(project).create().expect("a client can be made");
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).expect("the broker answers");
    let partitions = metadata.topics().first().expect("the topic was asked for").partitions();
    let (mut wanted, mut assignment) = (0, TopicPartitionList::new());
    for partition in partitions {
        let (low, high) = consumer.fetch_watermarks(topic, partition.id(), PATIENCE).expect("the partition answers");
        wanted += usize::try_from(high - low).expect("high is not below low");
        let added = assignment.add_partition_offset(topic, partition.id(), Offset::Beginning);
        added.expect("the beginning is an offset");
    }
    consumer.assign(&assignment).expect("partitions can be assigned");
    let mut found = Vec::new();
    let mut empty_polls = 0;
    while found.len() < wanted && empty_polls < 50 {
        let Some(message) = consumer.poll(POLL) else {
            empty_polls += 1;
            continue;
        };
        let message = message.expect("the record can be read");
        let payload = message.payload().unwrap_or_default();
        found.push(serde_json::from_slice(payload).unwrap_or_else(|_| String::from_utf8_lossy(payload).into()));
    }
    found
}

pub(crate) fn send(project: &str, topic: &str, key: &str, value: &str) {
    send_all(project, topic, &[(key.to_string(), value.to_string())]);
}

/// Records as pairs of key and value, all acknowledged.
pub(crate) fn send_all(project: &str, topic: &str, records: &[(String, String)]) {
    let producer: BaseProducer = client(project).create().expect("a client can be made");
    for (key, value) in records {
        let record = BaseRecord::to(topic).key(key).payload(value);
        producer.send(record).map_err(|(error, _)| error).expect("the record is taken");
    }
    producer.flush(PATIENCE).expect("the records are acknowledged");
}

/// Records of a topic, by offsets.
pub(crate) fn record_count(project: &str, topic: &str) -> i64 {
    let consumer: BaseConsumer = client(project).create().expect("a client can be made");
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).expect("the broker answers");
    let partitions = metadata.topics().first().expect("the topic was asked for").partitions();
    let marks = partitions.iter().map(|partition| consumer.fetch_watermarks(topic, partition.id(), PATIENCE));
    marks.map(|mark| mark.expect("the partition answers")).map(|(low, high)| high - low).sum()
}

fn administrator(project: &str) -> (AdminClient<DefaultClientContext>, tokio::runtime::Runtime, AdminOptions) {
    let admin = client(project).create().expect("a client can be made");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    (admin, runtime, AdminOptions::new().operation_timeout(Some(PATIENCE)))
}

pub(crate) fn delete_topic(project: &str, topic: &str) {
    let (admin, runtime, options) = administrator(project);
    let results = runtime.block_on(admin.delete_topics(&[topic], &options)).expect("the broker answers");
    for result in results {
        result.expect("the topic can be deleted");
    }
    is_seen(project, "the topic is gone", |count| count(topic) == 0);
}

pub(crate) fn create(project: &str, topic: &str) {
    let (admin, runtime, options) = administrator(project);
    let new = NewTopic::new(topic, 1, TopicReplication::Fixed(1));
    let results = runtime.block_on(admin.create_topics(&[new], &options)).expect("the broker answers");
    for result in results {
        result.expect("the topic can be created");
    }
    is_seen(project, "the topic is there", |count| count(topic) == 1);
}

pub(crate) fn grow(project: &str, topic: &str, partitions: usize) {
    let (admin, runtime, options) = administrator(project);
    let new = NewPartitions::new(topic, partitions);
    let results = runtime.block_on(admin.create_partitions(&[new], &options)).expect("the broker answers");
    for result in results {
        result.expect("partitions can be added");
    }
    is_seen(project, "the partitions are there", |count| count(topic) == partitions);
}

/// This setting alone: the others fall back to the broker's.
pub(crate) fn set(project: &str, topic: &str, key: &str, value: &str) {
    let (admin, runtime, options) = administrator(project);
    // An old form of the request replaces all settings: the other one the file declares is given again.
    let others = [("retention.ms", "86400000"), ("cleanup.policy", "delete")];
    let change = others
        .iter()
        .filter(|(other, _)| *other != key)
        .fold(AlterConfig::new(ResourceSpecifier::Topic(topic)).set(key, value), |change, (other, value)| {
            change.set(other, value)
        });
    let results = runtime.block_on(admin.alter_configs(&[change], &options)).expect("the broker answers");
    for result in results {
        result.expect("a setting can be changed");
    }
}

/// The controller answers before the brokers have heard.
fn is_seen(project: &str, what: &str, is_so: impl Fn(&dyn Fn(&str) -> usize) -> bool) {
    let consumer: BaseConsumer = client(project).create().expect("a client can be made");
    wait_for(what, PATIENCE, || {
        let metadata = consumer.fetch_metadata(None, PATIENCE).expect("the broker answers");
        let count = |topic: &str| {
            let found = metadata.topics().iter().find(|found| found.name() == topic);
            found.map_or(0, |found| found.partitions().len())
        };
        is_so(&count).then_some(())
    });
}
