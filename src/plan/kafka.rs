//! Topics: created, changed in place where Kafka can, replaced with their records where it cannot.
//!
//! Kafka keeps no labels of ours, so attributes are compared, and only the declared ones.

use crate::live::{Live, LiveTopic};
use crate::plan::cause::KeyChange;
use crate::plan::change::Change;
use crate::plan::draft::Draft;
use crate::plan::{Risk, containers};
use crate::topology::resource::{ResourceId, TopicResource, Topology};

pub(super) fn diff(topology: &Topology, live: &Live, draft: &mut Draft) {
    let topics = match containers::held("kafka", &live.kafka, topology, live, draft) {
        Ok(topics) => topics,
        Err(why) => {
            for name in topology.topics.keys() {
                draft.defer(ResourceId::Topic(name.clone()), why.clone());
            }
            return;
        }
    };
    for (name, wanted) in &topology.topics {
        let id = ResourceId::Topic(name.clone());
        match topics.get(name) {
            None => draft.step(id, Change::CreateTopic, "not there", Risk::None, []),
            Some(existing) => topic(id, wanted, existing, draft),
        }
    }
    // Kafka's own topics start with two underscores.
    for name in topics.keys().filter(|name| !topology.topics.contains_key(*name) && !name.starts_with("__")) {
        draft.undeclared(ResourceId::Topic(name.clone()));
    }
}

fn topic(id: ResourceId, wanted: &TopicResource, existing: &LiveTopic, draft: &mut Draft) {
    let number =
        |key: &str, before: i32, after: i32| KeyChange::new(key, Some(before.to_string()), Some(after.to_string()));
    let partitions = number("partitions", existing.partitions, wanted.partitions);
    let mut fixed = Vec::new();
    if wanted.partitions < existing.partitions {
        fixed.push(partitions.clone());
    }
    if wanted.replication != existing.replication {
        fixed.push(number("replication", existing.replication, wanted.replication));
    }
    let config: Vec<KeyChange> = wanted
        .config
        .iter()
        .filter(|(key, value)| existing.config.get(*key) != Some(value))
        .map(|(key, value)| KeyChange::new(key, existing.config.get(key).cloned(), Some(value.clone())))
        .collect();
    if !fixed.is_empty() {
        fixed.extend(config);
        draft.step(id.clone(), Change::RemoveTopic, fixed.clone(), Risk::DataLoss, []);
        draft.step(id, Change::CreateTopic, fixed, Risk::None, []);
        return;
    }
    if wanted.partitions > existing.partitions {
        draft.step(id.clone(), Change::GrowPartitions { to: wanted.partitions }, vec![partitions], Risk::None, []);
    }
    if config.is_empty() {
        return;
    }
    let values = config.iter().filter_map(|one| Some((one.key.clone(), one.after.clone()?))).collect();
    draft.step(id, Change::AlterTopic { config: values }, config, Risk::None, []);
}
