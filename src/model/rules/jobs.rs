//! SF506, SF507: jobs that would not do what the file says.

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::pipeline::JobCode;

/// SF506: Spark streams from topics; a table has no end to follow.
pub(super) fn streams_read_topics(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, job) in &facts.pipeline.jobs {
        let sql = matches!(job.code, JobCode::Sql { .. } | JobCode::SqlFile { .. });
        let reads_topic = job.reads.iter().any(|read| facts.pipeline.topics.contains_key(read));
        if job.stream.is_some() && sql && !job.reads.is_empty() && !reads_topic {
            let message = format!("the job `{name}` streams, and reads no topic");
            found.push(
                Diagnostic::error("SF506", message)
                    .at(facts.place(&["jobs", name, "stream"]), "streams")
                    .help("read a topic, or drop `stream` and run it in a schedule"),
            );
        }
    }
}

/// SF507: keys that this kind of job does not look at.
pub(super) fn keys_without_effect(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, job) in &facts.pipeline.jobs {
        let (what, idle): (&str, &[&str]) = match &job.code {
            JobCode::Sql { .. } | JobCode::SqlFile { .. } => ("a SQL job", &["args", "class"]),
            JobCode::Python { .. } => ("a Python job", &["class"]),
            JobCode::Jar { .. } | JobCode::Maven { .. } => continue,
        };
        let node = facts.scope.root.get("jobs").and_then(|jobs| jobs.get(name));
        if matches!(job.code, JobCode::Sql { .. } | JobCode::SqlFile { .. }) {
            for column in job.contract.reads.values().chain(job.contract.writes.values()).flatten() {
                found.push(
                    Diagnostic::warning("SF507", format!("naming `{}` has no effect on a SQL job", column.name))
                        .at(column.span, "not used")
                        .help("delete it: the query itself says what it reads and yields"),
                );
            }
        }
        for entry in idle.iter().filter_map(|key| node?.entry(key)) {
            found.push(
                Diagnostic::warning("SF507", format!("`{}` has no effect on {what}", entry.key.text))
                    .at(entry.key.span, "not used")
                    .help("delete it"),
            );
        }
    }
}
