//! The ways data takes without anything being lost: topic -> streaming copy or map job -> table.

use std::collections::BTreeSet;

use super::tracer::reservable;
use crate::model::pipeline::{Field, Job, JobCode, Pipeline, Schema, Sink, Topic};
use crate::model::sql::{self, Columns, Origin};
use crate::topology::data;
use crate::topology::publish::carries_tracer;

/// One streaming job from one topic into one table.
#[derive(Debug, Clone)]
pub(super) struct Route<'a> {
    pub topic: &'a str,
    pub key: Option<&'a Field>,
    pub schema: &'a Schema,
    pub job: &'a str,
    pub sink: &'a Sink,
    columns: Columns,
}

/// Where a column's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comes<'a> {
    From(&'a Field),
    Computed,
}

/// Every route of the pipeline.
#[must_use]
pub(super) fn routes(pipeline: &Pipeline) -> Vec<Route<'_>> {
    let carriers = pipeline.jobs.iter().filter(|(_, job)| carries_tracer(job));
    carriers.flat_map(|(name, job)| routes_of(pipeline, name, job)).collect()
}

fn routes_of<'a>(pipeline: &'a Pipeline, name: &'a str, job: &'a Job) -> Vec<Route<'a>> {
    let (JobCode::Sql { query } | JobCode::SqlFile { query, .. }) = &job.code else { return Vec::new() };
    let ([read], Ok(parsed), Some(_)) = (job.reads.as_slice(), sql::read(query), &job.stream) else {
        return Vec::new();
    };
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

    /// Where the query takes a column from. Spark's names know no case.
    #[must_use]
    pub(super) fn comes(&self, column: &str) -> Comes<'a> {
        let field = |name: &str| self.schema.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
        let found = match &self.columns {
            Columns::All { .. } => field(column),
            Columns::Listed { columns, .. } => {
                let named = |name: &Option<String>| name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(column));
                match columns.iter().find(|one| named(&one.name)).map(|one| &one.origin) {
                    Some(Origin::Column(name)) => field(name),
                    _ => None,
                }
            }
            Columns::Unknown => None,
        };
        found.map_or(Comes::Computed, Comes::From)
    }

    /// The table's key columns, in order, each with the field it is taken from; `None` where one is computed.
    #[must_use]
    pub(super) fn row_key(&self) -> Option<Vec<(&'a Field, &'a Field)>> {
        key_columns(self.sink)
            .into_iter()
            .map(|column| match self.comes(&column.name) {
                Comes::From(field) => Some((column, field)),
                Comes::Computed => None,
            })
            .collect()
    }

    /// The fields that a tracer's fresh key goes into, or why no tracer can take this way unseen.
    pub(super) fn reserved(&self) -> Result<BTreeSet<&'a str>, String> {
        let Some(key) = self.key.filter(|key| reservable(&key.kind)) else {
            return Err(format!(
                "topic `{}` has no key of type uuid, string, int or bigint, by which other jobs could leave the tracer out",
                self.topic
            ));
        };
        let Some(row_key) = self.row_key() else {
            return Err(format!(
                "the query computes a key column of `{}`, or its columns cannot be told",
                self.table()
            ));
        };
        let mut reserved: BTreeSet<&str> = BTreeSet::from([key.name.as_str()]);
        let known = row_key.into_iter().filter(|(column, field)| reservable(&column.kind) && column.kind == field.kind);
        let names: Vec<&str> = known.map(|(_, field)| field.name.as_str()).collect();
        if names.is_empty() {
            return Err(format!(
                "table `{}` has no key column of type uuid, string, int or bigint, by which other jobs could leave the tracer out",
                self.table()
            ));
        }
        reserved.extend(names);
        Ok(reserved)
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
    use super::*;
    use crate::model::fixture;

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
        assert_eq!(found[0].reserved(), Ok(BTreeSet::from(["id"])));
        assert!(matches!(found[0].comes("born_at"), Comes::From(field) if field.name == "born_at"));
    }

    #[test]
    fn a_filtering_stream_carries_no_tracer() {
        assert!(routes(&flagship("SELECT * FROM user_created WHERE gender = 'male'")).is_empty());
    }
}
