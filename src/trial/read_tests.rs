//! What is found in files of tests, and what is made of sound ones.

use serde_json::json;

use super::*;
use crate::trial::Expected;
use crate::trial::fixture::pipeline;

fn findings(text: &str) -> Vec<String> {
    let reading = read("tests/a.yaml", text.as_bytes(), &pipeline());
    let line = |one: &Diagnostic| {
        let label = &one.labels[0];
        assert_eq!(label.file.as_deref(), Some("tests/a.yaml"));
        format!("{} {}:{} {}", one.code, label.span.line, label.span.column, one.message)
    };
    reading.findings.iter().map(line).collect()
}

#[test]
fn a_sound_file_is_read_into_records_rows_and_expectations() {
    let text = "job: count\ncases:\n  a:\n    tables: { sales: [ { id: 1, total: 2.50 } ] }\n    expect: { tables: { counts: [ { total: 2.5, sales: 1 } ] } }\n";
    let reading = read("tests/a.yaml", text.as_bytes(), &pipeline());
    assert_eq!(reading.findings, []);
    let trial = &reading.trials[0];
    assert_eq!(json!(trial.given.tables), json!({ "sales": [{ "id": 1, "total": "2.5" }] }));
    let Expected::Results(results) = &trial.expected else { panic!("{trial:?}") };
    assert_eq!(json!(results.tables["counts"].rows[0].cells), json!({ "total": "2.5", "sales": 1 }));
}

#[test]
fn a_record_is_a_map_or_text_as_it_is() {
    let text = "job: store\ncases:\n  a:\n    topics: { orders: [ { id: 1, other: [x] }, '{\"id\":', 12, ~ ] }\n    expect: { tables: { sales: [] } }\n";
    let reading = read("tests/a.yaml", text.as_bytes(), &pipeline());
    let values: Vec<Option<&str>> =
        reading.trials[0].given.topics["orders"].iter().map(|one| one.value.as_deref()).collect();
    assert_eq!(values, [Some("{\"id\":1,\"other\":[\"x\"]}"), Some("{\"id\":"), Some("12"), None]);
    assert_eq!(reading.trials[0].given.topics["orders"][0].key.as_deref(), Some("1"));
}

#[test]
fn everything_that_is_wrong_is_found_in_one_run_at_its_place() {
    let text = "\
job: store
cases:
  a:
    topic: {}
    topics: { order: [], orders: [ { totl: 1 } ] }
    tables: { sales: [ { total: old } ] }
    expect:
      tables: { sale: [], sales: [ { id: 1, totl: 2 } ], counts: [] }
      fails: x
  b:
    expect: {}
  c: {}
";
    let expected = [
        "SF006 4:5 a case has no key `topic`",
        "SF101 5:15 there is no topic that the job `store` reads called `order`",
        "SF101 5:38 the topic's schema has no field `totl`: the job will not see it",
        "SF007 6:26 a row of shop.sales needs its key `id`",
        "SF008 6:33 `total` is decimal(8,2), found text \"old\"",
        "SF011 8:7 a job that fails is expected to do nothing else",
        "SF007 11:5 a case expects something: one of `tables`, `dead_letters`, `prints` or `fails`",
        "SF007 12:6 a case needs the key `expect`",
    ];
    assert_eq!(findings(text), expected);
    let text =
        "job: store\ncases:\n  a:\n    expect: { tables: { sale: [], sales: [ { id: 1, totl: 2 } ], counts: [] } }\n";
    let expected = [
        "SF101 4:25 there is no table that the job `store` reads or writes called `sale`",
        "SF101 4:53 there is no column `totl`",
        "SF101 4:66 there is no table that the job `store` reads or writes called `counts`",
    ];
    assert_eq!(findings(text), expected);
}

#[test]
fn a_file_needs_a_job_that_can_be_tried_and_cases() {
    assert_eq!(findings("job: stor\ncases: {}\n"), ["SF101 1:6 there is no job `stor`"]);
    assert_eq!(findings("job: jar\ncases: {}\n"), ["SF012 1:6 tests of jobs in Java or Scala: not yet"]);
    assert_eq!(findings("job: store\n"), ["SF007 1:1 a file of tests needs the key `cases`"]);
    assert_eq!(findings("job: store\ncases: {}\n"), ["SF007 2:1 a file of tests needs cases"]);
    assert!(is_about_a_job(b"# text\njob: store\n") && !is_about_a_job(b"name: a\njobs: {}\n"));
}

#[test]
fn dead_letters_are_expected_only_of_the_job_that_writes_them() {
    let text = "job: count\ncases:\n  a:\n    expect: { dead_letters: { orders: [x] } }\n";
    assert_eq!(findings(text), ["SF101 4:31 there is no topic that the job `count` reads called `orders`"]);
    let text = "job: own\ncases:\n  a:\n    expect: { dead_letters: { orders: [x] } }\n";
    assert_eq!(findings(text), ["SF101 4:31 no dead letters of `orders` can come from the job `own`"]);
}
