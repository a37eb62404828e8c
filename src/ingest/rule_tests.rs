//! What each kind of projection makes of a record, one sentence each.

use serde_json::{Value, json};

use crate::ingest::mapping::Mapper;
use crate::ingest::mapping::tests::{one_field, optional, path, required, value};
use crate::model::pipeline::{FieldType, Generated, Projection};

#[test]
fn another_type_without_a_cast_names_field_expected_and_found() {
    let postcode = || optional("post_code", FieldType::String);
    let record = json!({ "postcode": 8010 });
    let refused = value(postcode(), path("$.postcode"), record.clone());
    assert_eq!(refused, Err("field `post_code`: expected string, found number 8010".into()));
    let cast = Projection::Path { path: "$.postcode".into(), cast: Some(FieldType::String) };
    assert_eq!(value(postcode(), cast, record), Ok(json!("8010")));
}

#[test]
fn a_cast_to_a_narrower_type_than_the_field_is_kept() {
    let cast = Projection::Path { path: "$.n".into(), cast: Some(FieldType::Int) };
    assert_eq!(value(required("n", FieldType::Bigint), cast.clone(), json!({ "n": "7" })), Ok(json!(7)));
    let too_big = value(required("n", FieldType::Bigint), cast, json!({ "n": "3000000000" }));
    assert_eq!(too_big, Err("field `n`: expected int, found text \"3000000000\"".into()));
}

#[test]
fn a_path_with_a_wildcard_fills_a_list_and_nothing_else() {
    let record = json!({ "tags": [{ "n": "a" }, { "n": "b" }] });
    let list = optional("tags", FieldType::List(Box::new(FieldType::String)));
    assert_eq!(value(list.clone(), path("$.tags[*].n"), record.clone()), Ok(json!(["a", "b"])));
    assert_eq!(value(list, path("$.tags[*].n"), json!({ "tags": [] })), Ok(Value::Null));
    let text = optional("tag", FieldType::String);
    assert_eq!(
        value(text.clone(), path("$.tags[*].n"), record),
        Err("field `tag`: expected one value at `$.tags[*].n`, found 2".into())
    );
    assert_eq!(
        value(text, path("$.tags[?@.k == 1].n"), json!({ "tags": [{ "k": 1, "n": "x" }, { "k": 2 }] })),
        Ok(json!("x"))
    );
}

#[test]
fn a_join_is_the_text_of_its_parts() {
    let join = Projection::Join { paths: vec!["$.n".into(), "$.street".into(), "$.gate".into()], with: ", ".into() };
    let field = optional("address", FieldType::String);
    assert_eq!(value(field, join, json!({ "n": 12, "street": "Main", "gate": true })), Ok(json!("12, Main, true")));
}

#[test]
fn a_join_with_a_missing_part_is_null_or_a_rejection() {
    let join = Projection::Join { paths: vec!["$.a".into(), "$.b".into()], with: " ".into() };
    let record = json!({ "a": "x", "b": null });
    assert_eq!(value(optional("j", FieldType::String), join.clone(), record.clone()), Ok(Value::Null));
    assert_eq!(
        value(required("j", FieldType::String), join, record),
        Err("field `j`: required, but `$.b` is missing or null".into())
    );
}

#[test]
fn a_part_that_a_filter_finds_to_be_null_is_missing_too() {
    let paths = || vec!["$.a".into(), "$.tags[?@.k == 1].n".into()];
    let record = json!({ "a": "x", "tags": [{ "k": 1, "n": null }] });
    let join = Projection::Join { paths: paths(), with: " ".into() };
    assert_eq!(value(optional("j", FieldType::String), join, record.clone()), Ok(Value::Null));
    assert_eq!(
        value(required("id", FieldType::Uuid), Projection::Hash(paths()), record),
        Err("field `id`: required, but `$.tags[?@.k == 1].n` is missing or null".into())
    );
}

#[test]
fn a_join_of_a_list_is_a_rejection() {
    let join = Projection::Join { paths: vec!["$.a".into()], with: " ".into() };
    let refused = value(optional("j", FieldType::String), join, json!({ "a": [1] }));
    assert_eq!(refused, Err("field `j`: expected text, a number or a boolean at `$.a`, found a list".into()));
}

#[test]
fn a_constant_is_checked_once() {
    assert_eq!(value(required("n", FieldType::Int), Projection::Const(json!(5)), json!({})), Ok(json!(5)));
    let wrong = Mapper::compile(&one_field(required("n", FieldType::Int), Projection::Const(json!("5")))).unwrap_err();
    assert_eq!(wrong.to_string(), "source `people`: the constant of field `n` must be int, found text \"5\"");
}

#[test]
fn a_hash_is_stable_and_tells_its_parts_apart() {
    let hash = || Projection::Hash(vec!["$.a".into(), "$.b".into()]);
    let field = || required("id", FieldType::Uuid);
    let first = value(field(), hash(), json!({ "a": "a", "b": "bc" })).unwrap();
    assert_eq!(first, json!("1f3b7621-17e8-551d-87e8-86d2f50d1ad0"));
    assert_eq!(value(field(), hash(), json!({ "a": "a", "b": "bc", "c": 1 })).unwrap(), first);
    assert_ne!(value(field(), hash(), json!({ "a": "ab", "b": "c" })).unwrap(), first);
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
    let id = value(required("id", FieldType::Uuid), Projection::Generate(Generated::Uuid), json!({}));
    assert_eq!(id, Ok(json!("0193e5a0-0000-7000-8000-000000000001")));
    let now = value(required("at", FieldType::Timestamp), Projection::Generate(Generated::Now), json!({}));
    assert_eq!(now, Ok(json!("2026-01-02T03:04:05.678Z")));
    let day = value(required("on", FieldType::Date), Projection::Generate(Generated::Now), json!({}));
    assert_eq!(day, Ok(json!("2026-01-02")));
}
