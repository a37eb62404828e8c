//! What is said of trials whose answers are known.

use serde_json::json;

use super::*;
use crate::trial::answer;
use crate::trial::fixture::pipeline;
use crate::trial::read;

const CASES: &str = "\
job: store
cases:
  a case:
    topics: { orders: [] }
    expect:
      tables:
        sales:
          - { id: 1, total: 2.50 }
          - { id: 2, total: 3 }
";

fn faults(text: &str, line: &serde_json::Value) -> Vec<String> {
    let pipeline = pipeline();
    let reading = read::read("tests/a.yaml", text.as_bytes(), &pipeline);
    assert_eq!(reading.findings, []);
    let answers = answer::read(format!("{line}\n").as_bytes()).unwrap();
    let verdicts = judge(&reading.trials, &answers, &pipeline, "exit code 1");
    verdicts[0].faults.iter().map(|fault| format!("{}: {}", fault.line, fault.said)).collect()
}

fn well(sales: &serde_json::Value) -> serde_json::Value {
    json!({ "end": "well", "seconds": 0.5, "tables": { "sales": sales } })
}

#[test]
fn rows_are_equal_in_any_order_and_any_spelling() {
    let found = json!([{ "id": 2, "total": "3.00" }, { "id": 1, "total": "2.50" }]);
    assert_eq!(faults(CASES, &well(&found)), [""; 0]);
}

#[test]
fn a_differing_row_says_which_columns_differ() {
    let found = json!([{ "id": 1, "total": "2.51" }, { "id": 2, "total": null }]);
    let expected =
        ["8: `sales`, row id=1: `total` is 2.51, expected 2.5", "9: `sales`, row id=2: `total` is null, expected 3"];
    assert_eq!(faults(CASES, &well(&found)), expected);
}

#[test]
fn missing_and_surplus_rows_are_named() {
    let found = json!([{ "id": 1, "total": "2.50" }, { "id": 3, "total": "1.00" }]);
    let expected = ["9: `sales` has no row id=2, total=3", "7: `sales` has a row that is not expected: id=3, total=1"];
    assert_eq!(faults(CASES, &well(&found)), expected);
}

#[test]
fn a_job_that_fails_says_why() {
    let end = json!({ "end": { "badly": { "why": "no such column", "all": "..." } }, "seconds": 1 });
    assert_eq!(faults(CASES, &end), ["3: the job failed: no such column"]);
    let never = json!({ "end": { "never": { "seconds": 60 } }, "seconds": 60 });
    assert_eq!(faults(CASES, &never), ["3: the job was still running after 60 s"]);
}

#[test]
fn an_expected_failure_is_found_in_all_that_was_said() {
    let text = "job: store\ncases:\n  a case:\n    expect: { fails: rows do not fit }\n";
    let end = json!({ "end": { "badly": { "why": "x", "all": "y: rows do not fit table z" } }, "seconds": 1 });
    assert_eq!(faults(text, &end), [""; 0]);
    let other = json!({ "end": { "badly": { "why": "no network", "all": "no network" } }, "seconds": 1 });
    assert_eq!(faults(text, &other), ["4: the job failed with another error: no network"]);
    let expected = ["4: the job ended well; expected an error that says `rows do not fit`"];
    assert_eq!(faults(text, &well(&json!([]))), expected);
}

#[test]
fn a_dead_letter_nobody_expects_is_a_fault() {
    let letter = json!({ "reason": "`id` is not a UUID", "value": "{}" });
    let answer = json!({ "end": "well", "seconds": 0, "letters": { "orders": [letter] } });
    let text = "job: store\ncases:\n  a case:\n    expect: { tables: { sales: [] } }\n";
    assert_eq!(
        faults(text, &answer),
        ["3: a record of `orders` became a dead letter: `id` is not a UUID; the record: {}"]
    );
    let text = "job: store\ncases:\n  a case:\n    expect: { dead_letters: { orders: [is not a UUID] } }\n";
    assert_eq!(faults(text, &answer), [""; 0]);
    let text = "job: store\ncases:\n  a case:\n    expect: { dead_letters: { orders: [is not a UUID, missing] } }\n";
    assert_eq!(faults(text, &answer), ["4: no dead letter of `orders` has a reason that says `missing`"]);
}

#[test]
fn a_process_that_ended_blames_the_case_it_ended_in() {
    let text = "job: store\ncases:\n  one: { expect: { tables: { sales: [] } } }\n  two: { expect: { tables: { sales: [] } } }\n";
    let pipeline = pipeline();
    let reading = read::read("tests/a.yaml", text.as_bytes(), &pipeline);
    let verdicts = judge(&reading.trials, &[], &pipeline, "exit code 7");
    assert_eq!(verdicts.iter().map(|one| one.state).collect::<Vec<_>>(), [State::Failed, State::NotRun]);
    assert_eq!(verdicts[0].faults[0].said, "the process ended during this case: exit code 7");
}
