//! SF911, SF912, SF915 to SF917: the fields that code reads and sends, against the schema of the topic. Inferred.

use super::{Program, Role, alike};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::field_type::{Fit, fit};
use crate::model::pipeline::{FieldType, Schema};
use crate::model::python::{self, Json, Record};
use crate::model::rules::Facts;

pub(super) fn all(facts: &Facts<'_>, program: &Program<'_>, found: &mut Diagnostics) {
    for literal in &program.reading.schemas {
        let names: Vec<&str> = literal.fields.iter().map(|field| field.name.value.as_str()).collect();
        if let Some((topic, schema)) = topic_of(facts, &read_topics(facts, program), &names, 1) {
            read_fields(facts, program, literal, topic, schema, found);
        }
    }
    if !program.reading.produces {
        return;
    }
    for record in &program.reading.records {
        let names: Vec<&str> = record.fields.iter().map(|(name, _)| name.value.as_str()).collect();
        if let Some((topic, schema)) = topic_of(facts, &sent_topics(facts, program), &names, 2) {
            sent_fields(program, record, topic, schema, found);
        }
    }
}

/// The topics a schema in the code may be of: those the job reads, or all where that is not said.
fn read_topics<'a>(facts: &'a Facts<'_>, program: &'a Program<'_>) -> Vec<&'a str> {
    let declared = match program.role {
        Role::Job { job, .. } => job.reads.iter().map(String::as_str).collect(),
        Role::Dags => Vec::new(),
    };
    let named = program.reading.reads.iter().map(|topic| topic.value.as_str());
    known(facts, declared.into_iter().chain(named))
}

fn sent_topics<'a>(facts: &'a Facts<'_>, program: &'a Program<'_>) -> Vec<&'a str> {
    known(facts, program.reading.sends.iter().map(|topic| topic.value.as_str()))
}

fn known<'a>(facts: &'a Facts<'_>, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let topics = &facts.pipeline.topics;
    let mut known: Vec<&str> =
        names.filter_map(|name| topics.get_key_value(name).map(|(name, _)| name.as_str())).collect();
    known.dedup();
    if known.is_empty() { topics.keys().map(String::as_str).collect() } else { known }
}

/// The topic whose fields these are: half of the names must be its own, and as many as `least`, or it is something else.
fn topic_of<'a>(
    facts: &'a Facts<'_>,
    topics: &[&'a str],
    names: &[&str],
    least: usize,
) -> Option<(&'a str, &'a Schema)> {
    let shared = |schema: &Schema| names.iter().filter(|name| schema.field(name).is_some()).count();
    let schemas = topics.iter().filter_map(|topic| Some((*topic, facts.topic_schema(topic)?)));
    let (topic, schema) = schemas.max_by_key(|(_, schema)| shared(schema))?;
    let count = shared(schema);
    (count >= least && count * 2 >= names.len()).then_some((topic, schema))
}

/// SF911, SF912: a `StructType` against the topic.
fn read_fields(
    facts: &Facts<'_>,
    program: &Program<'_>,
    literal: &python::Schema,
    topic: &str,
    schema: &Schema,
    found: &mut Diagnostics,
) {
    let names: Vec<&str> = literal.fields.iter().map(|field| field.name.value.as_str()).collect();
    let mut missing = missing(schema, &names);
    for field in &literal.fields {
        let name = field.name.value.as_str();
        let near = if schema.field(name).is_some() { None } else { alike(name, missing.iter().copied()) };
        missing.retain(|other| Some(*other) != near);
        let place = program.span(&field.name.at);
        let declared = schema.field(near.unwrap_or(name));
        if schema.field(name).is_none() {
            let message = format!(
                "{} reads a field `{name}` that records of `{topic}` do not have: it is null in every row (inferred)",
                program.title()
            );
            let finding = Diagnostic::warning("SF911", message).in_file(program.path, place, "read here");
            found.push(match declared {
                Some(declared) => finding
                    .at(declared.span, format!("records have `{}`", declared.name))
                    .help(format!("write `{}`", declared.name)),
                None => finding.help(format!("fields of `{topic}`: {}", fields_of(schema))),
            });
        }
        if let (Some(declared), Some(kind)) = (declared, &field.kind)
            && loses(&declared.kind, kind)
        {
            let message = format!(
                "{} reads `{name}` as {}, and records of `{topic}` have {}: what does not fit is null (inferred)",
                program.title(),
                plain_type(kind),
                declared.kind
            );
            found.push(
                Diagnostic::warning("SF912", message)
                    .in_file(program.path, place, kind.clone())
                    .at(declared.span, declared.kind.to_string())
                    .help("read it as the schema has it, and cast afterwards where another type is wanted"),
            );
        }
    }
    for name in missing.into_iter().filter(|name| is_written(facts, program, name)) {
        let message = format!(
            "{} does not read the field `{name}` of `{topic}`, so the column `{name}` is null in every row (inferred)",
            program.title()
        );
        let declared = schema.field(name).map(|field| field.span).unwrap_or_default();
        found.push(
            Diagnostic::warning("SF911", message)
                .in_file(program.path, program.span(&literal.at), format!("no `{name}`"))
                .at(declared, "declared here")
                .help(format!("add a `StructField` for `{name}`")),
        );
    }
}

/// Whether a table that the job writes has a column of this name.
fn is_written(facts: &Facts<'_>, program: &Program<'_>, name: &str) -> bool {
    let Role::Job { job, .. } = program.role else { return false };
    let sinks = job.writes.iter().filter_map(|sink| facts.pipeline.sinks.get(sink));
    sinks.flat_map(|sink| &sink.columns).any(|column| column.name == name)
}

fn missing<'a>(schema: &'a Schema, names: &[&str]) -> Vec<&'a str> {
    schema.fields.iter().map(|field| field.name.as_str()).filter(|name| !names.contains(name)).collect()
}

fn fields_of(schema: &Schema) -> String {
    crate::spec::suggest::list(&schema.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>())
}

/// Whether values of a field are lost where Spark parses JSON as this type. Types that are not known are not judged.
fn loses(field: &FieldType, spark: &str) -> bool {
    let target = match spark {
        "IntegerType" => FieldType::Int,
        "LongType" => FieldType::Bigint,
        "DoubleType" => FieldType::Double,
        "BooleanType" => FieldType::Boolean,
        // Text in JSON: whether it parses is seen record by record.
        "TimestampType" | "DateType" => {
            return !matches!(field, FieldType::Timestamp | FieldType::Date | FieldType::String);
        }
        "FloatType" | "ShortType" | "ByteType" => return true,
        "ArrayType" => return !matches!(field, FieldType::List(_)),
        "MapType" | "StructType" => return !matches!(field, FieldType::Map(..)),
        _ => return false,
    };
    fit(field, &target) != Fit::Exact
}

/// `int` of `IntegerType`: the pipeline's word for it, or Spark's own.
fn plain_type(spark: &str) -> String {
    match spark {
        "IntegerType" => "int".to_owned(),
        "LongType" => "bigint".to_owned(),
        other => other.strip_suffix("Type").unwrap_or(other).to_lowercase(),
    }
}

/// SF915, SF916, SF917: a dictionary that is sent, against the topic.
fn sent_fields(program: &Program<'_>, record: &Record, topic: &str, schema: &Schema, found: &mut Diagnostics) {
    let names: Vec<&str> = record.fields.iter().map(|(name, _)| name.value.as_str()).collect();
    let mut missing = missing(schema, &names);
    for (name, json) in &record.fields {
        let place = program.span(&name.at);
        let known = schema.field(&name.value);
        let near = if known.is_some() { None } else { alike(&name.value, missing.iter().copied()) };
        missing.retain(|other| Some(*other) != near);
        if known.is_none() {
            found.push(sent_but_unknown(program, place, &name.value, near, topic, schema));
        }
        if *json == Json::Uuid {
            let message = format!(
                "{} sends a UUID as `{}`, and JSON has no UUIDs: `json.dumps` fails (inferred)",
                program.title(),
                name.value
            );
            found.push(
                Diagnostic::warning("SF917", message)
                    .in_file(program.path, place, "not text")
                    .help("write `str(...)` around it"),
            );
        }
        if let Some(field) = known.filter(|field| !carries(*json, &field.kind)) {
            let message = format!(
                "{} sends {} as `{}`, and `{topic}` has {} there (inferred)",
                program.title(),
                said(*json),
                name.value,
                field.kind
            );
            found.push(
                Diagnostic::warning("SF916", message)
                    .in_file(program.path, place, "sent here")
                    .at(field.span, field.kind.to_string())
                    .help(format!("send {}, or change the type in the schema", field.kind)),
            );
        }
    }
    let required = missing.into_iter().filter_map(|name| schema.field(name)).filter(|field| field.required);
    for field in required.filter(|_| !record.is_open) {
        let message = format!(
            "{} sends no `{}`, which `{topic}` requires: every record becomes a dead letter (inferred)",
            program.title(),
            field.name
        );
        found.push(
            Diagnostic::warning("SF915", message)
                .in_file(program.path, program.span(&record.at), format!("no `{}`", field.name))
                .at(field.span, "required here")
                .help(format!("fill `{}`", field.name)),
        );
    }
}

fn sent_but_unknown(
    program: &Program<'_>,
    place: Span,
    name: &str,
    near: Option<&str>,
    topic: &str,
    schema: &Schema,
) -> Diagnostic {
    let title = program.title();
    let Some(field) = near.and_then(|near| schema.field(near)) else {
        let message = format!("{title} sends `{name}`, which `{topic}` does not have: it is dropped (inferred)");
        return Diagnostic::note("SF915", message).in_file(program.path, place, "sent here");
    };
    let meant = &field.name;
    let message =
        format!("{title} sends `{name}` where `{topic}` has `{meant}`: that field is null in every record (inferred)");
    Diagnostic::warning("SF915", message)
        .in_file(program.path, place, "sent here")
        .at(field.span, format!("the schema has `{meant}`"))
        .help(format!("write `{meant}`"))
}

/// Whether a JSON value of this form can be one of the type.
const fn carries(json: Json, kind: &FieldType) -> bool {
    match json {
        Json::Text | Json::Uuid => !matches!(
            kind,
            FieldType::Int
                | FieldType::Bigint
                | FieldType::Double
                | FieldType::Boolean
                | FieldType::List(_)
                | FieldType::Map(..)
        ),
        Json::Int => matches!(kind, FieldType::Int | FieldType::Bigint | FieldType::Double | FieldType::Decimal { .. }),
        Json::Float => matches!(kind, FieldType::Double | FieldType::Decimal { .. }),
        Json::Bool => matches!(kind, FieldType::Boolean),
        Json::List => matches!(kind, FieldType::List(_)),
        Json::Object => matches!(kind, FieldType::Map(..)),
        Json::Unknown => true,
    }
}

const fn said(json: Json) -> &'static str {
    match json {
        Json::Text | Json::Uuid => "text",
        Json::Int => "a whole number",
        Json::Float => "a number",
        Json::Bool => "true or false",
        Json::List => "a list",
        Json::Object => "an object",
        Json::Unknown => "something",
    }
}
