//! SF226: fields of a topic that nobody takes.

use std::collections::{BTreeMap, BTreeSet};

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::pipeline::{Job, JobCode};
use crate::spec::suggest;

/// What the jobs take of one topic.
enum Taken<'a> {
    /// Somebody reads it in a way we cannot follow.
    Anything,
    Fields(BTreeSet<&'a str>),
}

/// SF226. Silent about a topic where one of its readers does not say what it takes.
pub(super) fn fields_are_read(facts: &Facts<'_>, found: &mut Diagnostics) {
    let pipeline = facts.pipeline;
    let silent = pipeline.jobs.values().any(|job| job.reads.is_empty() && is_own_code(job));
    if silent {
        return;
    }
    for (name, taken) in taken(facts) {
        let (Taken::Fields(fields), Some(schema), Some(topic)) =
            (taken, facts.topic_schema(name), pipeline.topics.get(name))
        else {
            continue;
        };
        let is_key = |field: &str| topic.key.as_deref() == Some(field);
        let unused = schema.fields.iter().filter(|field| !fields.contains(field.name.as_str()) && !is_key(&field.name));
        let unused: Vec<_> = unused.collect();
        let Some(first) = unused.first() else { continue };
        let names: Vec<&str> = unused.iter().map(|field| field.name.as_str()).collect();
        found.push(
            Diagnostic::note("SF226", format!("no job reads {} of the topic `{name}`", suggest::list(&names)))
                .at(first.span, "declared here")
                .at(topic.span, "the topic")
                .help("leave them out of the schema and of the source's map, or take them into a table"),
        );
    }
}

fn taken<'a>(facts: &'a Facts<'_>) -> BTreeMap<&'a str, Taken<'a>> {
    let mut all: BTreeMap<&str, Taken<'_>> = BTreeMap::new();
    for (name, job) in &facts.pipeline.jobs {
        for topic in job.reads.iter().filter(|read| facts.pipeline.topics.contains_key(*read)) {
            let fields = fields_of(facts, name, job, topic);
            let entry = all.entry(topic).or_insert_with(|| Taken::Fields(BTreeSet::new()));
            match (entry, fields) {
                (Taken::Fields(known), Some(more)) => known.extend(more),
                (entry, None) => *entry = Taken::Anything,
                (Taken::Anything, Some(_)) => {}
            }
        }
    }
    all
}

/// The fields one job takes of a topic; nothing where it may be any.
fn fields_of<'a>(facts: &'a Facts<'_>, name: &str, job: &'a Job, topic: &str) -> Option<Vec<&'a str>> {
    if is_own_code(job) {
        return Some(job.contract.reads.get(topic)?.iter().map(|column| column.name.as_str()).collect());
    }
    let reading = facts.queries.get(name)?.as_ref().ok().filter(|reading| reading.unchecked.is_empty())?;
    let used = reading.uses.iter().filter(|used| used.table == topic);
    Some(used.map(|used| used.column.as_str()).collect())
}

const fn is_own_code(job: &Job) -> bool {
    !matches!(job.code, JobCode::Sql { .. } | JobCode::SqlFile { .. })
}
