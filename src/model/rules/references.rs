//! SF102, SF105, SF106, SF107: what refers to what, and what nobody refers to.

use std::collections::{BTreeMap, BTreeSet};

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::pipeline::JobCode;

/// SF102: a query cannot say whether it means the topic or the table.
pub(super) fn ambiguous_reads(facts: &Facts<'_>, found: &mut Diagnostics) {
    let pipeline = facts.pipeline;
    for (job_name, job) in &pipeline.jobs {
        for name in &job.reads {
            if let (Some(topic), true) = (pipeline.topics.get(name), pipeline.sinks.contains_key(name)) {
                let place = facts.place(&["jobs", job_name, "sql"]);
                found.push(
                    Diagnostic::error(
                        "SF102",
                        format!("`{name}` is both a topic and a sink; the job `{job_name}` reads one of them"),
                    )
                    .at(place, "read here")
                    .at(topic.span, "the topic")
                    .help("rename one of the two"),
                );
            }
        }
    }
}

/// SF105: two declarations of one table would undo each other.
pub(super) fn one_table_per_sink(facts: &Facts<'_>, found: &mut Diagnostics) {
    let mut seen: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for (name, sink) in &facts.pipeline.sinks {
        if let Some(other) = seen.insert((&sink.keyspace, &sink.table), name) {
            let message =
                format!("the sinks `{other}` and `{name}` are the same table, {}.{}", sink.keyspace, sink.table);
            found.push(
                Diagnostic::error("SF105", message)
                    .at(sink.span, "this one")
                    .at(facts.place(&["sinks", other]), "and this one")
                    .help("name one sink; several jobs may write it"),
            );
        }
    }
}

/// SF106. Silent where a job of own code does not say what it reads.
pub(super) fn topics_without_reader(facts: &Facts<'_>, found: &mut Diagnostics) {
    let pipeline = facts.pipeline;
    let unknown = pipeline
        .jobs
        .values()
        .any(|job| job.reads.is_empty() && !matches!(job.code, JobCode::Sql { .. } | JobCode::SqlFile { .. }));
    let read: BTreeSet<&String> = pipeline.jobs.values().flat_map(|job| &job.reads).collect();
    for (name, topic) in &pipeline.topics {
        if !unknown && !read.contains(name) {
            found.push(
                Diagnostic::note("SF106", format!("no job reads the topic `{name}`")).at(topic.span, "declared here"),
            );
        }
    }
}

/// SF107. Silent where a job of own code does not say what it writes.
pub(super) fn sinks_without_writer(facts: &Facts<'_>, found: &mut Diagnostics) {
    let pipeline = facts.pipeline;
    let unknown = pipeline
        .jobs
        .values()
        .any(|job| job.writes.is_empty() && !matches!(job.code, JobCode::Sql { .. } | JobCode::SqlFile { .. }));
    let written: BTreeSet<&String> = pipeline.jobs.values().flat_map(|job| &job.writes).collect();
    for (name, sink) in &pipeline.sinks {
        if !unknown && !written.contains(name) {
            found.push(
                Diagnostic::note("SF107", format!("no job writes the sink `{name}`"))
                    .at(sink.span, "declared here")
                    .help(format!("add `writes: {name}` to a job")),
            );
        }
    }
}
