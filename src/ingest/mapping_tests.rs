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
        map: vec![
            ("id".into(), path("$.login.uuid")),
            ("name".into(), path("$.name")),
        ],
        schema: Schema {
            fields: vec![
                required("id", FieldType::Uuid),
                optional("name", FieldType::String),
            ],
        },
        key: Some("id".into()),
        topic: "user_created".into(),
        dead_letter_topic: "user_created.dlq".into(),
        bootstrap: "127.0.0.1:9092".into(),
    }
}

fn path(text: &str) -> Projection {
    Projection::Path {
        path: text.into(),
        cast: None,
    }
}

fn required(name: &str, kind: FieldType) -> Field {
    Field {
        name: name.into(),
        kind,
        required: true,
        span: Span::default(),
    }
}

fn optional(name: &str, kind: FieldType) -> Field {
    Field {
        required: false,
        ..required(name, kind)
    }
}

fn one_field(field: Field, projection: Projection) -> IngestTask {
    let map = vec![(field.name.clone(), projection)];
    IngestTask {
        map,
        schema: Schema {
            fields: vec![field],
        },
        key: None,
        ..task()
    }
}

fn generated(what: Generated) -> String {
    match what {
        Generated::Uuid => "0193e5a0-0000-7000-8000-000000000001".into(),
        Generated::Now => "2026-01-02T03:04:05.678901Z".into(),
    }
}

fn project(task: &IngestTask, record: Value) -> Result<MappedRecord, Rejection> {
    Mapper::compile(task)
        .unwrap()
        .project(&record, &mut generated)
}

fn value(field: Field, projection: Projection, record: Value) -> Result<Value, String> {
    project(&one_field(field, projection), record)
        .map(|record| record.value[0].1.clone())
        .map_err(|why| why.to_string())
}

const ID: &str = "7a3f64e0-5f5d-4a8c-9d7a-0f1e2d3c4b5a";

#[test]
fn fields_come_in_the_order_of_the_schema_and_absent_ones_are_null() {
    let mut task = task();
    task.schema.fields = vec![
        optional("zebra", FieldType::Int),
        required("id", FieldType::Uuid),
        optional("name", FieldType::String),
    ];
    task.map.reverse();
    let record = project(&task, json!({ "login": { "uuid": ID }, "extra": 1 })).unwrap();
    assert_eq!(record.key.as_deref(), Some(ID));
    assert_eq!(
        record.to_json(),
        format!(r#"{{"zebra":null,"id":"{ID}","name":null}}"#)
    );
}

#[test]
fn text_is_escaped_as_json() {
    let record = project(
        &one_field(required("a\"b", FieldType::String), path("$.x")),
        json!({ "x": "l1\nl2 \"q\" ü" }),
    )
    .unwrap();
    assert_eq!(record.to_json(), r#"{"a\"b":"l1\nl2 \"q\" ü"}"#);
    assert_eq!(
        serde_json::from_str::<Value>(&record.to_json()).unwrap(),
        json!({ "a\"b": "l1\nl2 \"q\" ü" })
    );
}

#[test]
fn a_missing_or_null_required_field_is_a_rejection() {
    for record in [
        json!({}),
        json!({ "login": null }),
        json!({ "login": { "uuid": null } }),
    ] {
        assert_eq!(
            project(&task(), record).unwrap_err().to_string(),
            "field `id`: required, but `$.login.uuid` is missing or null"
        );
    }
}

#[test]
fn another_type_without_a_cast_names_field_expected_and_found() {
    let postcode = || optional("post_code", FieldType::String);
    let record = json!({ "postcode": 8010 });
    let refused = value(postcode(), path("$.postcode"), record.clone());
    assert_eq!(
        refused,
        Err("field `post_code`: expected string, found number 8010".into())
    );
    let cast = Projection::Path {
        path: "$.postcode".into(),
        cast: Some(FieldType::String),
    };
    assert_eq!(value(postcode(), cast, record), Ok(json!("8010")));
}

#[test]
fn a_cast_to_a_narrower_type_than_the_field_is_kept() {
    let cast = Projection::Path {
        path: "$.n".into(),
        cast: Some(FieldType::Int),
    };
    assert_eq!(
        value(
            required("n", FieldType::Bigint),
            cast.clone(),
            json!({ "n": "7" })
        ),
        Ok(json!(7))
    );
    let too_big = value(
        required("n", FieldType::Bigint),
        cast,
        json!({ "n": "3000000000" }),
    );
    assert_eq!(
        too_big,
        Err("field `n`: expected int, found text \"3000000000\"".into())
    );
}

#[test]
fn a_path_with_a_wildcard_fills_a_list_and_nothing_else() {
    let record = json!({ "tags": [{ "n": "a" }, { "n": "b" }] });
    let list = optional("tags", FieldType::List(Box::new(FieldType::String)));
    assert_eq!(
        value(list.clone(), path("$.tags[*].n"), record.clone()),
        Ok(json!(["a", "b"]))
    );
    assert_eq!(
        value(list, path("$.tags[*].n"), json!({ "tags": [] })),
        Ok(Value::Null)
    );
    let text = optional("tag", FieldType::String);
    assert_eq!(
        value(text.clone(), path("$.tags[*].n"), record),
        Err("field `tag`: expected one value at `$.tags[*].n`, found 2".into())
    );
    assert_eq!(
        value(
            text,
            path("$.tags[?@.k == 1].n"),
            json!({ "tags": [{ "k": 1, "n": "x" }, { "k": 2 }] })
        ),
        Ok(json!("x"))
    );
}

#[test]
fn a_join_is_the_text_of_its_parts() {
    let join = Projection::Join {
        paths: vec!["$.n".into(), "$.street".into(), "$.gate".into()],
        with: ", ".into(),
    };
    let field = optional("address", FieldType::String);
    assert_eq!(
        value(
            field,
            join,
            json!({ "n": 12, "street": "Main", "gate": true })
        ),
        Ok(json!("12, Main, true"))
    );
}

#[test]
fn a_join_with_a_missing_part_is_null_or_a_rejection() {
    let join = Projection::Join {
        paths: vec!["$.a".into(), "$.b".into()],
        with: " ".into(),
    };
    let record = json!({ "a": "x", "b": null });
    assert_eq!(
        value(
            optional("j", FieldType::String),
            join.clone(),
            record.clone()
        ),
        Ok(Value::Null)
    );
    assert_eq!(
        value(required("j", FieldType::String), join, record),
        Err("field `j`: required, but `$.b` is missing or null".into())
    );
}

#[test]
fn a_join_of_a_list_is_a_rejection() {
    let join = Projection::Join {
        paths: vec!["$.a".into()],
        with: " ".into(),
    };
    let refused = value(optional("j", FieldType::String), join, json!({ "a": [1] }));
    assert_eq!(
        refused,
        Err("field `j`: expected text, a number or a boolean at `$.a`, found a list".into())
    );
}

#[test]
fn a_constant_is_checked_once() {
    assert_eq!(
        value(
            required("n", FieldType::Int),
            Projection::Const(json!(5)),
            json!({})
        ),
        Ok(json!(5))
    );
    let wrong = Mapper::compile(&one_field(
        required("n", FieldType::Int),
        Projection::Const(json!("5")),
    ))
    .unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "source `people`: the constant of field `n` must be int, found text \"5\""
    );
}

#[test]
fn a_hash_is_stable_and_tells_its_parts_apart() {
    let hash = || Projection::Hash(vec!["$.a".into(), "$.b".into()]);
    let field = || required("id", FieldType::Uuid);
    let first = value(field(), hash(), json!({ "a": "a", "b": "bc" })).unwrap();
    assert_eq!(first, json!("1f3b7621-17e8-551d-87e8-86d2f50d1ad0"));
    assert_eq!(
        value(field(), hash(), json!({ "a": "a", "b": "bc", "c": 1 })).unwrap(),
        first
    );
    assert_ne!(
        value(field(), hash(), json!({ "a": "ab", "b": "c" })).unwrap(),
        first
    );
    assert!(value(field(), hash(), json!({ "a": "ab" })).is_err());
}

#[test]
fn a_hash_of_the_whole_record_does_not_depend_on_the_order_of_its_members() {
    let hash = || Projection::Hash(vec!["$".into()]);
    let field = || required("id", FieldType::Uuid);
    let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(
        value(field(), hash(), parse(r#"{"a":1,"b":{"c":2,"d":3}}"#)),
        value(field(), hash(), parse(r#"{"b":{"d":3,"c":2},"a":1}"#))
    );
}

#[test]
fn generated_values_come_from_the_caller() {
    let id = value(
        required("id", FieldType::Uuid),
        Projection::Generate(Generated::Uuid),
        json!({}),
    );
    assert_eq!(id, Ok(json!("0193e5a0-0000-7000-8000-000000000001")));
    let now = value(
        required("at", FieldType::Timestamp),
        Projection::Generate(Generated::Now),
        json!({}),
    );
    assert_eq!(now, Ok(json!("2026-01-02T03:04:05.678Z")));
    let day = value(
        required("on", FieldType::Date),
        Projection::Generate(Generated::Now),
        json!({}),
    );
    assert_eq!(day, Ok(json!("2026-01-02")));
}

#[test]
fn a_null_key_is_a_rejection() {
    let task = IngestTask {
        key: Some("name".into()),
        ..task()
    };
    let refused = project(&task, json!({ "login": { "uuid": ID } })).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "field `name`: the record's key, but missing or null"
    );
}

#[test]
fn a_key_of_any_type_is_text() {
    let task = IngestTask {
        key: Some("n".into()),
        ..one_field(required("n", FieldType::Bigint), path("$.n"))
    };
    assert_eq!(
        project(&task, json!({ "n": 42 })).unwrap().key.as_deref(),
        Some("42")
    );
}

#[test]
fn a_map_that_cannot_work_is_refused_before_any_request() {
    let bad_path = one_field(required("n", FieldType::Int), path("n"));
    assert!(
        Mapper::compile(&bad_path)
            .unwrap_err()
            .to_string()
            .starts_with("source `people`: field `n` has the path `n`")
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
