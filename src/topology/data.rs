//! Topics, dead-letter topics, keyspaces and tables, from the model.

use std::collections::BTreeMap;

use crate::ingest::task::dead_letter_topic;
use crate::model::pipeline::{FieldType, Pipeline, Sink};
use crate::topology::resource::{Keyspace, Table, TopicResource};

pub(super) fn topics(pipeline: &Pipeline) -> BTreeMap<String, TopicResource> {
    let mut topics = BTreeMap::new();
    for (name, topic) in &pipeline.topics {
        let wanted = TopicResource {
            partitions: topic.partitions,
            replication: topic.replication,
            config: topic.config.clone(),
        };
        topics.insert(name.clone(), wanted);
        let dead_letters = TopicResource { partitions: 1, replication: topic.replication, config: BTreeMap::new() };
        topics.insert(dead_letter_topic(name), dead_letters);
    }
    topics
}

/// A topic, and that of its dead letters.
#[must_use]
pub fn with_dead_letters(topic: &str) -> [String; 2] {
    [topic.to_string(), dead_letter_topic(topic)]
}

pub(super) fn keyspaces(pipeline: &Pipeline) -> BTreeMap<String, Keyspace> {
    pipeline.sinks.values().map(|sink| (sink.keyspace.clone(), Keyspace { replication: sink.replication })).collect()
}

pub(super) fn tables(pipeline: &Pipeline) -> BTreeMap<String, Table> {
    pipeline.sinks.values().map(|sink| (table_name(sink), table(sink))).collect()
}

/// `keyspace.table`, the name a table resource goes by.
#[must_use]
pub fn table_name(sink: &Sink) -> String {
    format!("{}.{}", sink.keyspace, sink.table)
}

fn table(sink: &Sink) -> Table {
    Table {
        keyspace: sink.keyspace.clone(),
        name: sink.table.clone(),
        columns: sink.columns.iter().map(|column| (column.name.clone(), cql_type(&column.kind))).collect(),
        partition_key: sink.partition_key.clone(),
        clustering_key: sink.clustering_key.clone(),
    }
}

/// The CQL type that holds a field, as `system_schema` prints it.
#[must_use]
pub fn cql_type(kind: &FieldType) -> String {
    match kind {
        // A column of several types is refused (SF222); text is what holds any of them.
        FieldType::String | FieldType::AnyOf(_) => "text".to_string(),
        FieldType::Int => "int".to_string(),
        FieldType::Bigint => "bigint".to_string(),
        FieldType::Double => "double".to_string(),
        FieldType::Boolean => "boolean".to_string(),
        FieldType::Uuid => "uuid".to_string(),
        FieldType::Timestamp => "timestamp".to_string(),
        FieldType::Date => "date".to_string(),
        FieldType::Decimal { .. } => "decimal".to_string(),
        FieldType::List(item) => format!("list<{}>", frozen(item)),
        FieldType::Map(key, value) => format!("map<{}, {}>", frozen(key), frozen(value)),
    }
}

/// A collection inside a collection must be frozen.
fn frozen(kind: &FieldType) -> String {
    match kind {
        FieldType::List(_) | FieldType::Map(..) => format!("frozen<{}>", cql_type(kind)),
        _ => cql_type(kind),
    }
}
