//! Rules over the resolved pipeline: one small function each, a code each. They read and report, and change nothing.
//!
//! References that lead nowhere were reported by `resolve`; rules pass over them.

mod addresses;
pub mod analysis;
mod capacity;
mod contracts;
mod expectations;
mod hygiene;
mod jars;
mod jobs;
mod naming;
mod own_dags;
mod packages;
mod ports;
mod python;
mod queries;
mod query_place;
mod references;
pub mod replay;
mod results;
mod sample;
mod schedules;
mod similar;
mod sinks;
mod sources;
mod submit;
mod topics;
mod unused;
mod variables;
mod versions;

use std::collections::BTreeMap;

use super::analysis::Analysis;
use super::pipeline::{Field, Pipeline, Schema};
use super::resolve::Scope;
use super::sql::Unread;
use super::sql::reading::QueryReading;
use super::survey::Survey;
use crate::diagnostic::{Diagnostics, Span};
use crate::spec::files::FileContent;

/// What a rule may look at: the pipeline, the file for places, its queries as they were read, and what was learned beyond it.
pub struct Facts<'a> {
    pub pipeline: &'a Pipeline,
    pub scope: &'a Scope<'a>,
    /// By SQL job.
    pub queries: BTreeMap<&'a str, Result<QueryReading, Unread>>,
    pub analysis: &'a Analysis,
    pub surveys: &'a [Survey],
}

impl Facts<'_> {
    /// Where the file says it: the deepest part of the path that is there.
    #[must_use]
    pub fn place(&self, path: &[&str]) -> Span {
        self.scope.root.place(path)
    }

    /// The same, if the whole path is in the file.
    #[must_use]
    pub fn written(&self, path: &[&str]) -> Option<Span> {
        path.iter().try_fold(self.scope.root, |node, key| node.get(key))?;
        Some(self.place(path))
    }

    /// The schema of a topic, if both are there.
    #[must_use]
    pub fn topic_schema(&self, topic: &str) -> Option<&Schema> {
        self.pipeline.schemas.get(&self.pipeline.topics.get(topic)?.schema)
    }

    /// The columns a job sees under a name: a topic's fields or a sink's columns. Nothing where the name is both.
    #[must_use]
    pub fn fields_of(&self, table: &str) -> Option<&[Field]> {
        let sink = self.pipeline.sinks.get(table).map(|sink| sink.columns.as_slice());
        let topic = self.topic_schema(table).map(|schema| schema.fields.as_slice());
        if topic.is_some() && sink.is_some() {
            return None;
        }
        topic.or(sink).filter(|fields| !fields.is_empty())
    }

    /// Where a column of a topic or sink is declared.
    #[must_use]
    pub fn column_place(&self, table: &str, column: &str) -> Option<Span> {
        let fields = self.fields_of(table)?;
        fields.iter().find(|field| field.name.eq_ignore_ascii_case(column)).map(|field| field.span)
    }

    /// The texts below a folder of the project whose paths end so, with their paths.
    pub fn below<'a>(&'a self, folder: &str, end: &'static str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        self.scope.files.iter().filter_map(move |(path, content)| match content {
            FileContent::Text(text) if path.starts_with(&prefix) && path.ends_with(end) => {
                Some((path.as_str(), text.as_str()))
            }
            _ => None,
        })
    }

    /// A whole number among a service's settings.
    #[must_use]
    pub fn number(&self, service: &str, setting: &str) -> Option<i64> {
        match self.pipeline.services.get(service)?.settings.get(setting)? {
            super::pipeline::Setting::Int(value) => Some(*value),
            _ => None,
        }
    }
}

type Rule = fn(&Facts<'_>, &mut Diagnostics);

const RULES: &[Rule] = &[
    naming::names,
    naming::columns,
    naming::reserved_topics,
    naming::topics_that_differ_by_dots,
    references::ambiguous_reads,
    references::one_table_per_sink,
    references::topics_without_reader,
    references::sinks_without_writer,
    sources::mapped_fields_exist,
    sources::required_fields_are_mapped,
    sources::other_fields_are_mapped,
    sources::paths,
    sources::values_fit,
    sources::casts_fit,
    sources::addresses,
    topics::key_is_a_field,
    topics::key_is_not_null,
    topics::key_is_not_generated,
    topics::replication,
    topics::in_sync_replicas,
    topics::configuration_keys,
    topics::configuration_values,
    sinks::key_columns,
    sinks::replication,
    queries::are_queries,
    queries::tables_are_declared,
    queries::input_columns,
    queries::unchecked_parts,
    queries::columns_are_named,
    results::result_columns,
    contracts::declared_reads,
    contracts::columns_are_of_one_type,
    similar::fields_of_the_same_letters,
    similar::topics_that_differ_by_a_letter,
    unused::fields_are_read,
    capacity::executor_memory_floor,
    capacity::worker_memory,
    capacity::worker_cores,
    capacity::cores_for_batch,
    capacity::batch_queue,
    ports::clashes,
    jobs::streams_read_topics,
    jobs::keys_without_effect,
    submit::conf,
    python::files,
    jars::all,
    schedules::times,
    schedules::cycles,
    schedules::streams_are_not_tasks,
    schedules::templates,
    own_dags::apart_from_generated,
    hygiene::all,
    variables::all,
    packages::requirements,
    packages::coordinates,
    packages::images_of_ours,
    expectations::columns,
    analysis::verdicts,
    sample::surveys,
    versions::images,
    versions::packages,
    versions::requirements,
];

/// Every rule.
pub fn check(facts: &Facts<'_>, found: &mut Diagnostics) {
    for rule in RULES {
        rule(facts, found);
    }
}
