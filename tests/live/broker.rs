//! Kafka seen from outside by a client of the suite's own: what lies in a topic, one record by hand, a topic taken away.

use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};
use serde_json::Value;

use crate::engine;

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
    let producer: BaseProducer = client(project).create().expect("a client can be made");
    producer
        .send(BaseRecord::to(topic).key(key).payload(value))
        .map_err(|(error, _)| error)
        .expect("the record is taken");
    producer.flush(PATIENCE).expect("the record is acknowledged");
}

pub(crate) fn delete_topic(project: &str, topic: &str) {
    let admin: AdminClient<DefaultClientContext> = client(project).create().expect("a client can be made");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    let results =
        runtime.block_on(admin.delete_topics(&[topic], &AdminOptions::new().operation_timeout(Some(PATIENCE))));
    for result in results.expect("the broker answers") {
        result.expect("the topic can be deleted");
    }
}
