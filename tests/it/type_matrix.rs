//! Every type against every other: what is said to fit does fit, whatever the value, and fitting adds up.

use serde_json::{Value, json};
use sparkflow::ingest::cast::{Reading, read};
use sparkflow::model::field_type::{Fit, fit, parse};
use sparkflow::model::pipeline::FieldType;

const TYPES: [&str; 30] = [
    "string",
    "int",
    "bigint",
    "double",
    "boolean",
    "uuid",
    "timestamp",
    "date",
    "decimal(3,0)",
    "decimal(9,0)",
    "decimal(10,0)",
    "decimal(10,2)",
    "decimal(12,4)",
    "decimal(15,0)",
    "decimal(18,0)",
    "decimal(19,0)",
    "decimal(21,2)",
    "decimal(38,10)",
    "list<string>",
    "list<int>",
    "list<bigint>",
    "list<any_of<string,int>>",
    "map<string,int>",
    "map<string,bigint>",
    "map<uuid,date>",
    "any_of<string,int>",
    "any_of<int,string,boolean>",
    "any_of<int,bigint>",
    "any_of<timestamp,date>",
    "any_of<list<int>,boolean>",
];

fn types() -> Vec<FieldType> {
    TYPES.iter().map(|name| parse(name).unwrap_or_else(|| panic!("{name} is a type"))).collect()
}

/// The values that are hardest to keep.
fn values(kind: &FieldType) -> Vec<Value> {
    match kind {
        FieldType::String => vec![json!("né"), json!("")],
        FieldType::Int => vec![json!(i32::MIN), json!(i32::MAX)],
        FieldType::Bigint => vec![json!(i64::MIN), json!(i64::MAX), json!(9_007_199_254_740_993_i64)],
        FieldType::Double => vec![json!(0.1), json!(-1.5e300)],
        FieldType::Boolean => vec![json!(true), json!(false)],
        FieldType::Uuid => vec![json!("7ace0000-0000-4000-8000-000000000001")],
        FieldType::Timestamp => vec![json!("2026-01-31T12:00:00.123Z")],
        FieldType::Date => vec![json!("2024-02-29")],
        FieldType::Decimal { precision, scale } => {
            let whole = "9".repeat(usize::from(precision - scale).max(1));
            let text = if *scale == 0 { whole } else { format!("{whole}.{}", "9".repeat(usize::from(*scale))) };
            vec![json!(text), json!(format!("-{text}"))]
        }
        FieldType::List(item) => vec![Value::Array(values(item)), json!([])],
        FieldType::Map(key, item) => {
            let key = values(key).remove(0).as_str().unwrap_or("key").to_owned();
            values(item).into_iter().map(|value| json!({ key.clone(): value })).collect()
        }
        FieldType::AnyOf(members) => members.iter().flat_map(values).collect(),
    }
}

#[test]
fn every_type_fits_itself() {
    for kind in types() {
        assert_eq!(fit(&kind, &kind), Fit::Exact, "{kind}");
    }
}

#[test]
fn fitting_exactly_and_fitting_with_a_cast_add_up() {
    let all = types();
    for first in &all {
        for second in &all {
            for third in &all {
                let steps = [fit(first, second), fit(second, third)];
                let whole = fit(first, third);
                if steps == [Fit::Exact, Fit::Exact] {
                    assert_eq!(whole, Fit::Exact, "{first} -> {second} -> {third}");
                }
                if steps.iter().all(|step| *step <= Fit::Cast) {
                    assert!(whole <= Fit::Cast, "{first} -> {second} -> {third}");
                }
            }
        }
    }
}

#[test]
fn nothing_narrows_in_silence() {
    let all = types();
    for from in &all {
        // A cast to "one of these" would have to guess which.
        for to in all.iter().filter(|to| fit(from, to) <= Fit::Cast && !to.to_string().contains("any_of")) {
            for value in values(from) {
                let read = read(&value, to, Reading::Cast);
                assert!(read.is_ok(), "{from} -> {to}: {value} {read:?}");
            }
        }
    }
}

#[test]
fn a_value_of_several_types_never_fits_one_without_a_cast() {
    for union in types().iter().filter(|kind| matches!(kind, FieldType::AnyOf(_))) {
        for to in types().iter().filter(|kind| !matches!(kind, FieldType::AnyOf(_))) {
            assert_ne!(fit(union, to), Fit::Exact, "{union} -> {to}");
        }
    }
}
