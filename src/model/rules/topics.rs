//! SF207 to SF209 and SF401 to SF404: topics, their keys, and what Kafka will accept.

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::pipeline::{Generated, Projection};
use crate::spec::suggest;

/// SF207: the record key is a field of the schema.
pub(super) fn key_is_a_field(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, topic) in &facts.pipeline.topics {
        let (Some(key), Some(schema)) = (&topic.key, facts.topic_schema(name)) else {
            continue;
        };
        if schema.field(key).is_none() {
            let known: Vec<&str> = schema.fields.iter().map(|field| field.name.as_str()).collect();
            let message = format!("the schema `{}` has no field `{key}`", topic.schema);
            let mut unknown =
                Diagnostic::error("SF207", message).at(facts.place(&["topics", name, "key"]), "key of the topic");
            if found.deserve_suggestions() {
                unknown = unknown.help(suggest::help(key, "fields", &known));
            }
            found.push(unknown);
        }
    }
}

/// SF208: a record without a key goes to any partition, and its updates lose their order.
pub(super) fn key_is_not_null(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, topic) in &facts.pipeline.topics {
        let Some(field) = topic.key.as_ref().and_then(|key| facts.topic_schema(name)?.field(key)) else {
            continue;
        };
        if !field.required {
            let message = format!("the key `{}` of the topic `{name}` may be null", field.name);
            found.push(
                Diagnostic::error("SF208", message)
                    .at(facts.place(&["topics", name, "key"]), "key of the topic")
                    .at(field.span, "not required here")
                    .help(format!("write `{}: {{ type: {}, required: true }}`", field.name, field.kind)),
            );
        }
    }
}

/// SF209: a retry would make a new row.
pub(super) fn key_is_not_generated(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, source) in &facts.pipeline.sources {
        let Some(key) = facts.pipeline.topics.get(&source.to).and_then(|topic| topic.key.as_ref()) else {
            continue;
        };
        for (field, projection) in &source.map {
            if field == key && matches!(projection, Projection::Generate(Generated::Uuid | Generated::Now)) {
                let message = format!("the key `{key}` is generated: a retry makes a new row");
                found.push(
                    Diagnostic::warning("SF209", message)
                        .at(facts.place(&["sources", name, "map", field]), "generated here")
                        .at(facts.place(&["topics", &source.to, "key"]), "the key")
                        .help("use `hash:` of the fields that make a record what it is"),
                );
            }
        }
    }
}

/// SF401: replication <= brokers.
pub(super) fn replication(facts: &Facts<'_>, found: &mut Diagnostics) {
    let brokers = facts.number("kafka", "brokers").unwrap_or(1);
    for (name, topic) in &facts.pipeline.topics {
        if i64::from(topic.replication) > brokers {
            let message = format!("the topic `{name}` wants {} copies, each on another broker", topic.replication);
            let mut diagnostic = Diagnostic::error("SF401", message)
                .at(
                    facts.place(&["topics", name, "replication"]),
                    format!("needs at least {} brokers", topic.replication),
                )
                .help(format!("write `replication: {brokers}`: Kafka runs {brokers} here"));
            if let Some(span) = facts.written(&["services", "kafka", "brokers"]) {
                diagnostic = diagnostic.at(span, "the brokers");
            }
            found.push(diagnostic);
        }
    }
}

/// SF402: with more in-sync replicas than copies nothing can be written.
pub(super) fn in_sync_replicas(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, topic) in &facts.pipeline.topics {
        let Some(least) = topic.config.get("min.insync.replicas").and_then(|value| value.parse::<i32>().ok()) else {
            continue;
        };
        if least > topic.replication {
            let message = format!("the topic `{name}` wants {least} copies in sync, and has {}", topic.replication);
            found.push(
                Diagnostic::error("SF402", message)
                    .at(facts.place(&["topics", name, "config", "min.insync.replicas"]), "more than there are")
                    .help(format!("write `min.insync.replicas: {}`", topic.replication)),
            );
        }
    }
}

/// Kafka's topic configuration, with the kind of each value.
const CONFIGURATION: [(&str, Value); 23] = [
    ("cleanup.policy", Value::Words(&["delete", "compact", "compact,delete", "delete,compact"])),
    ("compression.type", Value::Words(&["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"])),
    ("delete.retention.ms", Value::From(0)),
    ("file.delete.delay.ms", Value::From(0)),
    ("flush.messages", Value::From(1)),
    ("flush.ms", Value::From(0)),
    ("index.interval.bytes", Value::From(0)),
    ("local.retention.bytes", Value::From(-2)),
    ("local.retention.ms", Value::From(-2)),
    ("max.compaction.lag.ms", Value::From(1)),
    ("max.message.bytes", Value::From(0)),
    ("message.timestamp.type", Value::Words(&["CreateTime", "LogAppendTime"])),
    ("message.timestamp.before.max.ms", Value::From(0)),
    ("message.timestamp.after.max.ms", Value::From(0)),
    ("min.cleanable.dirty.ratio", Value::Ratio),
    ("min.compaction.lag.ms", Value::From(0)),
    ("min.insync.replicas", Value::From(1)),
    ("preallocate", Value::Words(&["true", "false"])),
    ("retention.bytes", Value::From(-1)),
    ("retention.ms", Value::From(-1)),
    ("segment.bytes", Value::From(14)),
    ("segment.ms", Value::From(1)),
    ("unclean.leader.election.enable", Value::Words(&["true", "false"])),
];

/// What a configuration value may be.
#[derive(Clone, Copy)]
enum Value {
    Words(&'static [&'static str]),
    /// A whole number, at least this.
    From(i64),
    Ratio,
}

/// SF403: a key Kafka does not know fails when the topic is made.
pub(super) fn configuration_keys(facts: &Facts<'_>, found: &mut Diagnostics) {
    let known: Vec<&str> = CONFIGURATION.iter().map(|(key, _)| *key).collect();
    for (name, topic) in &facts.pipeline.topics {
        for key in topic.config.keys().filter(|key| !known.contains(&key.as_str())) {
            let span = facts
                .scope
                .root
                .get("topics")
                .and_then(|topics| topics.get(name)?.get("config")?.entry(key))
                .map_or(topic.span, |entry| entry.key.span);
            let near = suggest::nearest(key, known.iter().copied());
            found.push(
                Diagnostic::error("SF403", format!("Kafka has no topic configuration `{key}`"))
                    .at(span, "unknown key")
                    .help(near.map_or_else(
                        || "see Kafka's topic configuration for its keys".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    )),
            );
        }
    }
}

/// SF404: values of the kind Kafka wants.
pub(super) fn configuration_values(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, topic) in &facts.pipeline.topics {
        for (key, value) in &topic.config {
            let Some((_, kind)) = CONFIGURATION.iter().find(|(known, _)| known == key) else {
                continue;
            };
            let problem = match kind {
                Value::Words(words) => {
                    (!words.contains(&value.as_str())).then(|| format!("one of {}", suggest::list(words)))
                }
                Value::From(least) => (!value.parse::<i64>().is_ok_and(|number| number >= *least))
                    .then(|| format!("a whole number, at least {least}")),
                Value::Ratio => (!value.parse::<f64>().is_ok_and(|ratio| (0.0..=1.0).contains(&ratio)))
                    .then(|| "a number from 0 to 1".to_owned()),
            };
            if let Some(expected) = problem {
                found.push(
                    Diagnostic::error("SF404", format!("`{key}` is {expected}; found `{value}`"))
                        .at(facts.place(&["topics", name, "config", key]), "this value"),
                );
            }
        }
    }
}
