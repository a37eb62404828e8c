//! What the harbour's tables must hold, worked out from its fixtures without any code of the program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use jiff::Timestamp;
use serde_json::Value;

use crate::stack::repository;

/// A row of `calls_by_port`: port, time, id, ship, tons in halves, delayed.
pub(crate) type Call = (String, Timestamp, String, i64, Option<i64>, Option<bool>);
/// A row of `cargo_by_flag` without its key: ships, calls, tons in halves.
pub(crate) type Cargo = (i64, i64, i64);

fn records(name: &str) -> Vec<Value> {
    let path = repository().join("tests/pipelines/harbour/fixtures").join(name);
    let text = fs::read_to_string(path).expect("the fixture can be read");
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    records.filter(|record| record.get("_replay").is_none()).collect()
}

/// The good calls; the others have a time that is none.
pub(crate) fn calls() -> BTreeSet<Call> {
    records("calls.jsonl").iter().filter_map(call).collect()
}

fn call(record: &Value) -> Option<Call> {
    let arrived_at: Timestamp = record["at"]["time"].as_str()?.parse().ok()?;
    let delayed = match &record["late"] {
        Value::Bool(late) => *late,
        text => text.as_str()? == "true",
    };
    let port = record["at"]["port"]["code"].as_str()?.to_string();
    let id = record["ref"]["id"].as_str()?.to_string();
    Some((port, arrived_at, id, record["ship"].as_i64()?, halves(&record["cargo"]["tons"]), Some(delayed)))
}

#[expect(clippy::cast_possible_truncation, reason = "the fixture's numbers are small and multiples of one half")]
fn halves(tons: &Value) -> Option<i64> {
    tons.as_f64().map(|tons| (tons * 2.0) as i64)
}

/// By flag and delay.
pub(crate) fn cargo() -> BTreeMap<(String, bool), Cargo> {
    let flags: BTreeMap<i64, String> = records("ships.jsonl")
        .iter()
        .filter_map(|ship| Some((ship["imo"].as_i64()?, ship["flag"].as_str()?.to_string())))
        .collect();
    let mut ships: BTreeMap<(String, bool), BTreeSet<i64>> = BTreeMap::new();
    let mut cargo: BTreeMap<(String, bool), Cargo> = BTreeMap::new();
    for (_, _, _, ship, tons, delayed) in calls() {
        let Some(flag) = flags.get(&ship) else { continue };
        let key = (flag.clone(), delayed.unwrap_or_default());
        let seen = ships.entry(key.clone()).or_default();
        seen.insert(ship);
        let sum = cargo.entry(key).or_default();
        *sum = (i64::try_from(seen.len()).expect("a few ships"), sum.1 + 1, sum.2 + tons.unwrap_or_default());
    }
    cargo
}

type Row = Vec<Option<String>>;

fn cell(row: &Row, index: usize) -> &str {
    row[index].as_deref().unwrap_or_else(|| panic!("cell {index} is null: {row:?}"))
}

fn halves_of(cell: Option<&String>) -> Option<i64> {
    halves(&Value::from(cell?.parse::<f64>().expect("tons are a number")))
}

/// Rows of `SELECT port, arrived_at, call_id, ship, cargo_tons, delayed`.
pub(crate) fn as_calls(rows: &[Row]) -> BTreeSet<Call> {
    let call = |row: &Row| {
        let arrived_at = cell(row, 1).parse().expect("a time is ISO 8601");
        let delayed = row[5].as_ref().map(|late| late == "true");
        let ship = cell(row, 3).parse().expect("a ship is a number");
        (cell(row, 0).to_string(), arrived_at, cell(row, 2).to_string(), ship, halves_of(row[4].as_ref()), delayed)
    };
    rows.iter().map(call).collect()
}

/// Rows of `SELECT flag, delayed, ship_count, calls, tons`.
pub(crate) fn as_cargo(rows: &[Row]) -> BTreeMap<(String, bool), Cargo> {
    let number = |row: &Row, index: usize| cell(row, index).parse().expect("a count is a number");
    let entry = |row: &Row| {
        let tons = halves_of(row[4].as_ref()).unwrap_or_default();
        ((cell(row, 0).to_string(), cell(row, 1) == "true"), (number(row, 2), number(row, 3), tons))
    };
    rows.iter().map(entry).collect()
}
