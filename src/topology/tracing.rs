//! Which jobs a record of ours may pass through, and which of its fields then hold a key from the reserved range.
//!
//! The generated readers keep such a record in exactly these jobs, and `verify` sends it through no others: it could not
//! find its row again to remove it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::pipeline::{Field, FieldType, Job, JobCode, Pipeline, Schema, Sink, Topic};
use crate::model::sql::condition::Condition;
use crate::model::sql::predicate::condition;
use crate::model::sql::witness::{Witnesses, witnesses};
use crate::model::sql::{self, Class, Columns};
use crate::topology::data;

/// A job a record of ours may pass.
#[derive(Debug, Clone)]
pub struct Passage<'a> {
    pub topic: &'a str,
    pub schema: &'a Schema,
    pub columns: Columns,
    /// What the job keeps, where that is not everything.
    pub filter: Option<Filter>,
    /// The fields that hold a reserved key.
    pub reserved: BTreeSet<&'a str>,
}

/// A condition, with what it keeps and what it leaves out.
#[derive(Debug, Clone)]
pub struct Filter {
    pub condition: Condition,
    pub witnesses: Witnesses,
}

/// Whether `verify` may send its record through this job: a stream that copies, maps or filters rows of one topic leaves
/// no other trace of it.
#[must_use]
pub fn carries_tracer(pipeline: &Pipeline, job: &Job) -> bool {
    passage(pipeline, job).is_some_and(|passage| passage.is_ok())
}

/// How a record of ours passes a job, or why it may not; nothing for jobs that are proven otherwise.
#[must_use]
pub fn passage<'a>(pipeline: &'a Pipeline, job: &'a Job) -> Option<Result<Passage<'a>, String>> {
    let (JobCode::Sql { query } | JobCode::SqlFile { query, .. }) = &job.code else { return None };
    let ([read], Ok(parsed), Some(_)) = (job.reads.as_slice(), sql::read(query), &job.stream) else { return None };
    if !matches!(parsed.class, Class::Copy | Class::Map | Class::Filter) {
        return None;
    }
    let (topic, declared) = pipeline.topics.get_key_value(read)?;
    let schema = pipeline.schemas.get(&declared.schema)?;
    Some(through(pipeline, job, topic, declared, schema, query, parsed.columns))
}

fn through<'a>(
    pipeline: &'a Pipeline,
    job: &'a Job,
    topic: &'a str,
    declared: &'a Topic,
    schema: &'a Schema,
    query: &str,
    columns: Columns,
) -> Result<Passage<'a>, String> {
    let key = declared.key.as_deref().and_then(|key| schema.field(key));
    let Some(key) = key.filter(|key| is_reservable(&key.kind)) else {
        return Err(format!(
            "topic `{topic}` has no key of type uuid, string, int or bigint, by which other jobs could leave the tracer out"
        ));
    };
    let mut reserved = BTreeSet::from([key.name.as_str()]);
    for sink in job.writes.iter().filter_map(|name| pipeline.sinks.get(name)) {
        reserved.extend(of_table(sink, schema, &columns)?);
    }
    let filter = match condition(query, schema)? {
        None => None,
        Some(condition) => {
            let witnesses = witnesses(&condition, schema, &reserved)?;
            Some(Filter { condition, witnesses })
        }
    };
    Ok(Passage { topic, schema, columns, filter, reserved })
}

/// The fields a table's key is made of that can hold a reserved key.
fn of_table<'a>(sink: &Sink, schema: &'a Schema, columns: &Columns) -> Result<BTreeSet<&'a str>, String> {
    let table = data::table_name(sink);
    let Some(row_key) = row_key(sink, schema, columns) else {
        return Err(format!("the query computes a key column of `{table}`, or its columns cannot be told"));
    };
    let known = row_key.into_iter().filter(|(column, field)| is_reservable(&column.kind) && column.kind == field.kind);
    let names: BTreeSet<&str> = known.map(|(_, field)| field.name.as_str()).collect();
    if names.is_empty() {
        return Err(format!(
            "table `{table}` has no key column of type uuid, string, int or bigint, by which other jobs could leave the tracer out"
        ));
    }
    Ok(names)
}

/// Whether keys of this type have a reserved range.
#[must_use]
pub fn is_reservable(kind: &FieldType) -> bool {
    matches!(kind, FieldType::Uuid | FieldType::String | FieldType::Int | FieldType::Bigint)
}

/// The field a query takes a column from, unchanged; `None` where it is computed. Spark's names know no case.
#[must_use]
pub fn origin<'a>(columns: &Columns, schema: &'a Schema, column: &str) -> Option<&'a Field> {
    let field = |name: &str| schema.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
    match columns {
        Columns::All => field(column),
        Columns::Listed(columns) => {
            let named = |name: &Option<String>| name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(column));
            field(columns.iter().find(|one| named(&one.name))?.taken_from.as_ref()?)
        }
        Columns::Unknown => None,
    }
}

/// The table's key columns, in order, each with the field it is taken from; `None` where one is computed.
#[must_use]
pub fn row_key<'a, 'b>(sink: &'b Sink, schema: &'a Schema, columns: &Columns) -> Option<Vec<(&'b Field, &'a Field)>> {
    let by_name: BTreeMap<&str, &Field> = sink.columns.iter().map(|column| (column.name.as_str(), column)).collect();
    let names = sink.partition_key.iter().chain(&sink.clustering_key);
    let key = names.filter_map(|name| by_name.get(name.as_str()).copied());
    key.map(|column| Some((column, origin(columns, schema, &column.name)?))).collect()
}
