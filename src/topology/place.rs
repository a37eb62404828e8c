//! Where pipeline.yaml declares what a resource or a stage is named after.

use crate::diagnostic::Span;
use crate::ingest::task::dead_letter_topic;
use crate::model::pipeline::Pipeline;
use crate::topology::data::table_name;
use crate::topology::jobs::container_name;

/// The place of `topic/user_created`, `table/shop.orders`, `container/spark-master`; nothing for what the file does not
/// name: it was added because the flow needs it.
#[must_use]
pub fn of(pipeline: &Pipeline, address: &str) -> Option<Span> {
    let (kind, name) = address.split_once('/')?;
    match kind {
        "topic" => topic(pipeline, name),
        "job" => pipeline.jobs.get(name).map(|job| job.span),
        "source" => pipeline.sources.get(name).map(|source| source.span),
        "sink" => pipeline.sinks.get(name).map(|sink| sink.span),
        "table" => pipeline.sinks.values().find(|sink| table_name(sink) == name).map(|sink| sink.span),
        "keyspace" => pipeline.sinks.values().find(|sink| sink.keyspace == name).map(|sink| sink.span),
        "dag" => pipeline.schedules.get(name).map(|schedule| schedule.span),
        "connection" => pipeline.schedules.values().find(|one| one.connection == name).map(|one| one.span),
        "container" | "image" | "volume" => job_container(pipeline, name).or_else(|| service(pipeline, name)),
        _ => None,
    }
}

/// A dead letter topic comes with the topic that is declared.
fn topic(pipeline: &Pipeline, name: &str) -> Option<Span> {
    let declared = |(topic, _): &(&String, _)| *topic == name || dead_letter_topic(topic) == name;
    pipeline.topics.iter().find(declared).map(|(_, topic)| topic.span)
}

fn job_container(pipeline: &Pipeline, name: &str) -> Option<Span> {
    pipeline.jobs.iter().find(|(job, _)| container_name(job) == name).map(|(_, job)| job.span)
}

/// `spark-worker-1` is part of `spark`.
fn service(pipeline: &Pipeline, name: &str) -> Option<Span> {
    let is_part =
        |service: &String| name.strip_prefix(service).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    pipeline.services.iter().find(|(service, _)| is_part(service)).and_then(|(_, service)| service.span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{FLAGSHIP, resolve};

    #[test]
    fn a_stage_is_found_where_the_file_declares_it() {
        let (pipeline, _) = resolve(FLAGSHIP, &[], &[]);
        let pipeline = pipeline.unwrap();
        let line = |address: &str| {
            of(&pipeline, address).and_then(|span| FLAGSHIP.lines().nth(span.line - 1)).unwrap_or_default().trim()
        };
        for (address, start) in [
            ("topic/user_created", "user_created:"),
            ("topic/user_created.dlq", "user_created:"),
            ("table/user_data.users", "users:"),
            ("job/store_users", "store_users:"),
            ("container/job-store-users", "store_users:"),
            ("container/spark-worker-1", "spark:"),
            ("dag/sparking_flow", "sparking_flow:"),
        ] {
            assert!(line(address).starts_with(start), "{address}: {}", line(address));
        }
        assert_eq!(of(&pipeline, "container/zookeeper"), None);
        assert_eq!(of(&pipeline, "network"), None);
    }
}
