//! What is counted in a sample, one sentence each.

use serde_json::json;

use super::*;
use crate::ingest::mapping::tests::{path, task};
use crate::model::pipeline::{Field as SchemaField, FieldType};

const A: &str = "6f2c3a4e-58d1-4f6b-9a1e-0c7d5b2e9f10";
const B: &str = "7f2c3a4e-58d1-4f6b-9a1e-0c7d5b2e9f10";

fn person(id: &str, name: &Value) -> Value {
    json!({ "login": { "uuid": id, "password": "hunter2" }, "name": name, "more": { "a b": 1, "tags": [1, 2] } })
}

#[test]
fn kinds_are_counted_with_an_example_of_each() {
    let records = [person(A, &json!("Ada")), person(B, &json!(7)), person(A, &Value::Null)];
    let found = survey(&task(), &records).unwrap();
    let name = &found.fields[1];
    assert_eq!((name.paths[0].empty, name.empty, name.failing), (1, 1, 1));
    assert_eq!(name.paths[0].kinds["text"].count, 1);
    assert_eq!(name.paths[0].kinds["a number"].example.as_deref(), Some("number 7"));
    assert_eq!(name.reason.as_deref(), Some("expected string, found number 7"));
}

#[test]
fn a_key_that_comes_again_is_counted_where_the_record_is_good() {
    let records = [person(A, &json!("Ada")), person(A, &json!("Bob")), person(B, &json!("C")), person(A, &json!(1))];
    assert_eq!(survey(&task(), &records).unwrap().repeated_keys, 1);
}

#[test]
fn what_nothing_maps_is_listed_by_path() {
    let found = survey(&task(), &[person(A, &json!("Ada"))]).unwrap();
    assert_eq!(found.unmapped, ["$.login.password", "$.more.tags", "$.more[\"a b\"]"]);
}

#[test]
fn a_required_field_that_is_not_there_fails_and_an_optional_one_is_empty() {
    let found = survey(&task(), &[json!({})]).unwrap();
    assert_eq!((found.fields[0].failing, found.fields[0].empty), (1, 0));
    assert_eq!((found.fields[1].failing, found.fields[1].empty), (0, 1));
}

#[test]
fn what_looks_like_a_secret_is_counted_and_never_shown() {
    let mut task = task();
    task.map.push(("code".into(), path("$.login.password")));
    task.schema.fields.push(SchemaField {
        name: "code".into(),
        kind: FieldType::Int,
        required: false,
        span: crate::diagnostic::Span::default(),
    });
    let found = survey(&task, &[person(A, &json!("Ada"))]).unwrap();
    assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    assert_eq!(found.fields[2].failing, 1);
}
