//! The ways data takes row by row: topic -> streaming copy, map or filter -> table.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::ingest::mapping::MappedRecord;
use crate::ingest::spelling::normal;
use crate::model::pipeline::{Field, Job, JobCode, Pipeline, Schema, Sink, Topic};
use crate::model::sql::{self, Class, Columns};
use crate::topology::data;
use crate::topology::tracing::{Passage, origin, passage, row_key};

/// One streaming job from one topic into one table.
#[derive(Debug, Clone)]
pub(super) struct Route<'a> {
    pub topic: &'a str,
    pub key: Option<&'a Field>,
    pub schema: &'a Schema,
    pub job: &'a str,
    pub sink: &'a Sink,
    /// How a tracer passes, or why none may.
    pub passage: Result<Passage<'a>, String>,
    class: Class,
    columns: Columns,
}

/// Where a column's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comes<'a> {
    From(&'a Field),
    Computed,
}

/// Every route on which each good record becomes a row.
#[must_use]
pub(super) fn routes(pipeline: &Pipeline) -> Vec<Route<'_>> {
    let mut all = traced(pipeline);
    all.retain(|route| route.class != Class::Filter);
    all
}

/// Every route of the pipeline, also those that leave records out.
#[must_use]
pub(super) fn traced(pipeline: &Pipeline) -> Vec<Route<'_>> {
    pipeline.jobs.iter().flat_map(|(name, job)| routes_of(pipeline, name, job)).collect()
}

fn routes_of<'a>(pipeline: &'a Pipeline, name: &'a str, job: &'a Job) -> Vec<Route<'a>> {
    let (JobCode::Sql { query } | JobCode::SqlFile { query, .. }) = &job.code else { return Vec::new() };
    let ([read], Ok(parsed), Some(_)) = (job.reads.as_slice(), sql::read(query), &job.stream) else {
        return Vec::new();
    };
    let Some(passage) = passage(pipeline, job) else { return Vec::new() };
    let Some((topic, declared)) = pipeline.topics.get_key_value(read) else { return Vec::new() };
    let Some(schema) = pipeline.schemas.get(&declared.schema) else { return Vec::new() };
    let sinks = job.writes.iter().filter_map(|sink| pipeline.sinks.get_key_value(sink));
    sinks
        .map(|(_, sink)| Route {
            topic,
            key: key_field(declared, schema),
            schema,
            job: name,
            sink,
            passage: passage.clone(),
            class: parsed.class,
            columns: parsed.columns.clone(),
        })
        .collect()
}

/// The field of the schema that is the topic's key.
#[must_use]
pub(super) fn key_field<'a>(topic: &Topic, schema: &'a Schema) -> Option<&'a Field> {
    schema.field(topic.key.as_deref()?)
}

impl<'a> Route<'a> {
    /// `keyspace.table`.
    #[must_use]
    pub(super) fn table(&self) -> String {
        data::table_name(self.sink)
    }

    /// Where the query takes a column from.
    #[must_use]
    pub(super) fn comes(&self, column: &str) -> Comes<'a> {
        origin(&self.columns, self.schema, column).map_or(Comes::Computed, Comes::From)
    }

    /// The table's key columns, in order, each with the field it is taken from; `None` where one is computed.
    #[must_use]
    pub(super) fn row_key(&self) -> Option<Vec<(&'a Field, &'a Field)>> {
        row_key(self.sink, self.schema, &self.columns)
    }

    /// The whole key of the row that a record becomes.
    #[must_use]
    pub(super) fn row_key_of(&self, record: &MappedRecord) -> BTreeMap<String, Value> {
        let columns = self.row_key().unwrap_or_default().into_iter();
        columns
            .filter_map(|(column, field)| Some((column.name.clone(), normal(record.get(&field.name)?, &column.kind))))
            .collect()
    }

    /// Whether the job keeps a record.
    #[must_use]
    pub(super) fn keeps(&self, record: &MappedRecord) -> bool {
        let Ok(Passage { filter: Some(filter), .. }) = &self.passage else { return true };
        let value = |name: &str| record.get(name).cloned().unwrap_or(Value::Null);
        filter.condition.holds(self.schema, &value) == Some(true)
    }
}

/// The columns of a table's key: partition first, then clustering.
#[must_use]
pub(super) fn key_columns(sink: &Sink) -> Vec<&Field> {
    let names = sink.partition_key.iter().chain(&sink.clustering_key);
    names.filter_map(|name| sink.columns.iter().find(|column| column.name == *name)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::fixture;
    use crate::topology::tracing::carries_tracer;

    fn flagship(query: &str) -> Pipeline {
        let text = fixture::FLAGSHIP.replace("SELECT * FROM user_created", query);
        let (pipeline, found) = fixture::resolve(&text, &[], &[]);
        pipeline.unwrap_or_else(|| panic!("{found:?}"))
    }

    #[test]
    fn the_copying_stream_is_the_only_route_and_its_key_is_reserved() {
        let pipeline = flagship("SELECT * FROM user_created");
        let found = routes(&pipeline);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].topic, found[0].job), ("user_created", "store_users"));
        assert_eq!(found[0].table(), "user_data.users");
        assert_eq!(found[0].passage.as_ref().unwrap().reserved, BTreeSet::from(["id"]));
        assert!(matches!(found[0].comes("born_at"), Comes::From(field) if field.name == "born_at"));
    }

    #[test]
    fn a_filtering_stream_is_traced_but_its_rows_are_not_all_records() {
        let pipeline = flagship("SELECT * FROM user_created WHERE gender = 'male'");
        assert!(routes(&pipeline).is_empty());
        let traced = traced(&pipeline);
        let filter = traced[0].passage.as_ref().unwrap().filter.as_ref().unwrap();
        assert_eq!(filter.witnesses.kept["gender"], Value::from("male"));
        assert!(carries_tracer(&pipeline, &pipeline.jobs["store_users"]));
    }

    #[test]
    fn a_filter_that_is_not_understood_carries_no_tracer() {
        let pipeline = flagship("SELECT * FROM user_created WHERE length(gender) > 3");
        assert!(!carries_tracer(&pipeline, &pipeline.jobs["store_users"]));
        assert!(traced(&pipeline)[0].passage.is_err());
        assert!(routes(&pipeline).is_empty());
    }
}
