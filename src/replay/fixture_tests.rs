//! How a fixture file is read, and what its answers look like.

use super::*;
use serde_json::json;

fn parse(text: &str) -> Result<Fixture, FixtureError> {
    Fixture::parse("users", "fixtures/users.jsonl", "$.results", text)
}

fn query(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn body(fixture: &Fixture, start: usize, size: usize) -> Value {
    serde_json::from_str(&fixture.body(start, size)).unwrap()
}

#[test]
fn without_a_first_line_the_source_says_where_the_records_go() {
    let fixture = parse("{\"n\": 1}\n\n{\"n\": 2}\n").unwrap();
    assert_eq!(body(&fixture, 0, 2), json!({ "results": [{ "n": 1 }, { "n": 2 }] }));
    assert_eq!(fixture.page(&query(&[]), 0), (0, 2));
}

#[test]
fn the_first_line_shapes_the_body() {
    let nested =
        parse("{\"_replay\": {\"records\": \"$.data.rows\", \"envelope\": {\"data\": {\"ok\": true}, \"v\": 1}}}\n5\n")
            .unwrap();
    assert_eq!(body(&nested, 0, 1), json!({ "data": { "ok": true, "rows": [5] }, "v": 1 }));
    let list = parse("{\"_replay\": {\"records\": \"$\"}}\n5\n6\n").unwrap();
    assert_eq!(body(&list, 1, 2), json!([6, 5]));
}

#[test]
fn a_page_is_as_large_as_the_request_says_and_never_larger_than_the_file() {
    let text = "{\"_replay\": {\"page_size\": \"results\", \"page\": \"page\", \"size\": 1}}\n1\n2\n3\n";
    let fixture = parse(text).unwrap();
    assert_eq!(fixture.page(&query(&[]), 2), (2, 1));
    assert_eq!(fixture.page(&query(&[("results", "2")]), 4), (1, 2));
    assert_eq!(fixture.page(&query(&[("results", "99")]), 0), (0, 3));
    assert_eq!(fixture.page(&query(&[("results", "many")]), 0), (0, 1));
    assert_eq!(fixture.page(&query(&[("results", "2"), ("page", "2")]), 0), (2, 2));
    assert_eq!(fixture.page(&query(&[("page", "99999999999999999999")]), 1), (1, 1));
}

#[test]
fn a_bad_line_is_named_by_file_and_number() {
    let error = parse("{\"n\": 1}\n\n{\"n\": \n").unwrap_err();
    assert_eq!(error.to_string(), "fixtures/users.jsonl:3: expected one JSON record per line");
    let error = parse("{\"_replay\": {\"pagesize\": \"x\"}}\n1\n").unwrap_err();
    assert_eq!(error.to_string(), "fixtures/users.jsonl:1: the line `{\"_replay\": ...}` cannot be read");
    let error = parse("{\"_replay\": {\"records\": \"$.a[0]\"}}\n1\n").unwrap_err();
    assert!(error.to_string().starts_with("fixtures/users.jsonl:1: expected `records`"), "{error}");
    assert!(
        parse("{\"_replay\": {}}\n").unwrap_err().to_string().starts_with("fixtures/users.jsonl: no records in it")
    );
}

#[test]
fn a_written_file_can_be_read() {
    let header =
        Header { generated: true, note: "made up".into(), page_size: Some("results".into()), ..Header::default() };
    let fixture = parse(&write(&header, &[json!({ "text": "a\nb" }), json!(2)])).unwrap();
    assert_eq!((fixture.header.clone(), fixture.record_count()), (header, 2));
    assert_eq!(body(&fixture, 0, 1), json!({ "results": [{ "text": "a\nb" }] }));
}
