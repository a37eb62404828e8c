//! Every rule of a map, one sentence each.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::diagnostic::Span;
use crate::ingest::task::FORMAT_VERSION;
use crate::model::pipeline::{Field, FieldType, HttpSource, Projection, Schema};

/// A task with two fields, `id` (uuid, required, key) and `name` (string), from a list at `$.results`.
pub(crate) fn task() -> IngestTask {
    IngestTask {
        format_version: FORMAT_VERSION,
        source: "people".into(),
        http: HttpSource {
            url: "http://127.0.0.1:1/api/".into(),
            query: BTreeMap::from([("results".into(), "2".into())]),
            records: "$.results".into(),
            every: Duration::from_millis(1),
            timeout: Duration::from_millis(300),
            retries: 2,
        },
        map: vec![("id".into(), path("$.login.uuid")), ("name".into(), path("$.name"))],
        schema: Schema { fields: vec![required("id", FieldType::Uuid), optional("name", FieldType::String)] },
        key: Some("id".into()),
        topic: "user_created".into(),
        dead_letter_topic: "user_created.dlq".into(),
        bootstrap: "127.0.0.1:9092".into(),
    }
}

pub(crate) fn path(text: &str) -> Projection {
    Projection::Path { path: text.into(), cast: None }
}

pub(crate) fn required(name: &str, kind: FieldType) -> Field {
    Field { name: name.into(), kind, required: true, span: Span::default() }
}

pub(crate) fn optional(name: &str, kind: FieldType) -> Field {
    Field { required: false, ..required(name, kind) }
}

pub(crate) fn one_field(field: Field, projection: Projection) -> IngestTask {
    let map = vec![(field.name.clone(), projection)];
    IngestTask { map, schema: Schema { fields: vec![field] }, key: None, ..task() }
}

fn generated(what: Generated) -> String {
    match what {
        Generated::Uuid => "0193e5a0-0000-7000-8000-000000000001".into(),
        Generated::Now => "2026-01-02T03:04:05.678901Z".into(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "tests read better with the value at the call")]
fn project(task: &IngestTask, record: Value) -> Result<MappedRecord, Rejection> {
    Mapper::compile(task).unwrap().project(&record, &mut generated)
}

pub(crate) fn value(field: Field, projection: Projection, record: Value) -> Result<Value, String> {
    project(&one_field(field, projection), record)
        .map(|record| record.value[0].1.clone())
        .map_err(|why| why.to_string())
}

const ID: &str = "7a3f64e0-5f5d-4a8c-9d7a-0f1e2d3c4b5a";

#[test]
fn fields_come_in_the_order_of_the_schema_and_absent_ones_are_null() {
    let mut task = task();
    task.schema.fields =
        vec![optional("zebra", FieldType::Int), required("id", FieldType::Uuid), optional("name", FieldType::String)];
    task.map.reverse();
    let record = project(&task, json!({ "login": { "uuid": ID }, "extra": 1 })).unwrap();
    assert_eq!(record.key.as_deref(), Some(ID));
    assert_eq!(record.to_json(), format!(r#"{{"zebra":null,"id":"{ID}","name":null}}"#));
}

#[test]
fn text_is_escaped_as_json() {
    let record =
        project(&one_field(required("a\"b", FieldType::String), path("$.x")), json!({ "x": "l1\nl2 \"q\" ü" }))
            .unwrap();
    assert_eq!(record.to_json(), r#"{"a\"b":"l1\nl2 \"q\" ü"}"#);
    assert_eq!(serde_json::from_str::<Value>(&record.to_json()).unwrap(), json!({ "a\"b": "l1\nl2 \"q\" ü" }));
}

#[test]
fn a_missing_or_null_required_field_is_a_rejection() {
    for record in [json!({}), json!({ "login": null }), json!({ "login": { "uuid": null } })] {
        assert_eq!(
            project(&task(), record).unwrap_err().to_string(),
            "field `id`: required, but `$.login.uuid` is missing or null"
        );
    }
}

#[test]
fn a_null_key_is_a_rejection() {
    let task = IngestTask { key: Some("name".into()), ..task() };
    let refused = project(&task, json!({ "login": { "uuid": ID } })).unwrap_err();
    assert_eq!(refused.to_string(), "field `name`: the record's key, but missing or null");
}

#[test]
fn a_key_of_any_type_is_text() {
    let task = IngestTask { key: Some("n".into()), ..one_field(required("n", FieldType::Bigint), path("$.n")) };
    assert_eq!(project(&task, json!({ "n": 42 })).unwrap().key.as_deref(), Some("42"));
}

#[test]
fn a_map_that_cannot_work_is_refused_before_any_request() {
    let bad_path = one_field(required("n", FieldType::Int), path("n"));
    assert!(
        Mapper::compile(&bad_path).unwrap_err().to_string().starts_with("source `people`: field `n` has the path `n`")
    );
    let mut task = task();
    task.map.remove(0);
    assert_eq!(
        Mapper::compile(&task).unwrap_err().to_string(),
        "source `people` does not map field `id`, which is required"
    );
    task.map.push(("idd".into(), path("$.x")));
    assert_eq!(
        Mapper::compile(&task).unwrap_err().to_string(),
        "source `people` maps a field `idd` that its schema does not have"
    );
}

#[test]
fn a_record_that_is_no_object_is_rejected_like_any_other() {
    for record in [json!(null), json!("text"), json!([1]), json!(5)] {
        assert!(project(&task(), record).is_err());
    }
}
