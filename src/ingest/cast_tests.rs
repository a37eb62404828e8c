//! Every type, exact and cast, one sentence each.

use super::*;
use serde_json::json;

#[expect(clippy::needless_pass_by_value, reason = "tests read better with `json!(..)` at the call")]
fn exact(value: Value, kind: &FieldType) -> Option<Value> {
    read(&value, kind, Reading::Exact).ok()
}

#[expect(clippy::needless_pass_by_value, reason = "tests read better with `json!(..)` at the call")]
fn cast(value: Value, kind: &FieldType) -> Option<Value> {
    read(&value, kind, Reading::Cast).ok()
}

#[test]
fn text_is_text_and_a_cast_takes_numbers_and_booleans() {
    assert_eq!(exact(json!("a"), &FieldType::String), Some(json!("a")));
    assert_eq!(exact(json!(8010), &FieldType::String), None);
    assert_eq!(cast(json!(8010), &FieldType::String), Some(json!("8010")));
    assert_eq!(cast(json!(1.5), &FieldType::String), Some(json!("1.5")));
    assert_eq!(cast(json!(true), &FieldType::String), Some(json!("true")));
    assert_eq!(cast(json!([1]), &FieldType::String), None);
    assert_eq!(cast(json!({}), &FieldType::String), None);
}

#[test]
fn integers_keep_their_range() {
    assert_eq!(exact(json!(2_147_483_647), &FieldType::Int), Some(json!(2_147_483_647)));
    assert_eq!(exact(json!(2_147_483_648_i64), &FieldType::Int), None);
    assert_eq!(exact(json!(-2_147_483_649_i64), &FieldType::Int), None);
    assert_eq!(exact(json!(2_147_483_648_i64), &FieldType::Bigint), Some(json!(2_147_483_648_i64)));
    assert_eq!(exact(json!(u64::MAX), &FieldType::Bigint), None);
    assert_eq!(cast(json!(u64::MAX), &FieldType::Bigint), None);
}

#[test]
fn integers_from_text_or_whole_floats_need_a_cast() {
    assert_eq!(exact(json!("42"), &FieldType::Int), None);
    assert_eq!(exact(json!(42.0), &FieldType::Int), None);
    assert_eq!(cast(json!("42"), &FieldType::Int), Some(json!(42)));
    assert_eq!(cast(json!(42.0), &FieldType::Int), Some(json!(42)));
    assert_eq!(cast(json!(42.5), &FieldType::Int), None);
    assert_eq!(cast(json!("42.0"), &FieldType::Int), None);
    assert_eq!(cast(json!("2147483648"), &FieldType::Int), None);
    assert_eq!(cast(json!("4e1"), &FieldType::Int), None);
    assert_eq!(cast(json!(""), &FieldType::Int), None);
}

#[test]
fn doubles_are_finite_numbers() {
    assert_eq!(exact(json!(1), &FieldType::Double), Some(json!(1.0)));
    assert_eq!(exact(json!("1.5"), &FieldType::Double), None);
    assert_eq!(cast(json!("1.5"), &FieldType::Double), Some(json!(1.5)));
    assert_eq!(cast(json!("NaN"), &FieldType::Double), None);
    assert_eq!(cast(json!("inf"), &FieldType::Double), None);
}

#[test]
fn booleans_are_not_numbers() {
    assert_eq!(exact(json!(true), &FieldType::Boolean), Some(json!(true)));
    assert_eq!(exact(json!("true"), &FieldType::Boolean), None);
    assert_eq!(cast(json!("False"), &FieldType::Boolean), Some(json!(false)));
    assert_eq!(cast(json!(1), &FieldType::Boolean), None);
}

#[test]
fn uuids_are_checked_and_written_one_way() {
    let id = "7a3f64e0-5f5d-4a8c-9d7a-0f1e2d3c4b5a";
    assert_eq!(exact(json!(id.to_uppercase()), &FieldType::Uuid), Some(json!(id)));
    assert_eq!(exact(json!("7a3f64e0"), &FieldType::Uuid), None);
    assert_eq!(exact(json!(7), &FieldType::Uuid), None);
}

#[test]
fn timestamps_become_utc_with_milliseconds() {
    let kind = FieldType::Timestamp;
    assert_eq!(exact(json!("1993-07-20T09:44:18.674Z"), &kind), Some(json!("1993-07-20T09:44:18.674Z")));
    assert_eq!(exact(json!("2020-01-01T01:00:00+02:00"), &kind), Some(json!("2019-12-31T23:00:00.000Z")));
    assert_eq!(exact(json!("2020-01-01 10:00:00"), &kind), Some(json!("2020-01-01T10:00:00.000Z")));
    assert_eq!(exact(json!("2020-01-01T10:00:00.123456Z"), &kind), Some(json!("2020-01-01T10:00:00.123Z")));
    assert_eq!(exact(json!("1969-12-31T23:59:59.999Z"), &kind), Some(json!("1969-12-31T23:59:59.999Z")));
    assert_eq!(exact(json!("0099-01-01T00:00:00Z"), &kind), Some(json!("0099-01-01T00:00:00.000Z")));
    for bad in [json!("2020-02-30T00:00:00Z"), json!("yesterday"), json!(""), json!(1_577_836_800), json!("10:00:00")] {
        assert_eq!(cast(bad.clone(), &kind), None, "{bad}");
    }
}

#[test]
fn a_date_and_a_timestamp_need_a_cast_between_them() {
    assert_eq!(exact(json!("2020-02-29"), &FieldType::Date), Some(json!("2020-02-29")));
    assert_eq!(exact(json!("2021-02-29"), &FieldType::Date), None);
    assert_eq!(exact(json!("2020-02-29T01:00:00+02:00"), &FieldType::Date), None);
    assert_eq!(cast(json!("2020-02-29T01:00:00+02:00"), &FieldType::Date), Some(json!("2020-02-28")));
    assert_eq!(exact(json!("2020-02-29"), &FieldType::Timestamp), None);
    assert_eq!(cast(json!("2020-02-29"), &FieldType::Timestamp), Some(json!("2020-02-29T00:00:00.000Z")));
}

#[test]
fn decimals_stay_text_and_are_never_rounded() {
    let money = FieldType::Decimal { precision: 5, scale: 2 };
    assert_eq!(exact(json!(12.5), &money), Some(json!("12.5")));
    assert_eq!(exact(json!("-999.99"), &money), Some(json!("-999.99")));
    assert_eq!(exact(json!(7), &money), Some(json!("7")));
    assert_eq!(exact(json!("1.100"), &money), Some(json!("1.100")));
    for bad in
        [json!("1.125"), json!("1000"), json!("1e2"), json!("."), json!("1."), json!("+1"), json!("-"), json!(true)]
    {
        assert_eq!(exact(bad.clone(), &money), None, "{bad}");
    }
    let wide = FieldType::Decimal { precision: 38, scale: 0 };
    assert_eq!(exact(json!(1e21), &wide), Some(json!("1000000000000000000000")));
}

#[test]
fn lists_and_maps_are_read_item_by_item() {
    let list = FieldType::List(Box::new(FieldType::Int));
    assert_eq!(exact(json!([1, 2]), &list), Some(json!([1, 2])));
    assert_eq!(cast(json!(["1", 2]), &list), Some(json!([1, 2])));
    let wrong = read(&json!([1, "x"]), &list, Reading::Exact).unwrap_err();
    assert_eq!(wrong, Mismatch { expected: "list<int>".into(), found: "text \"x\" at position 1".into() });
    let map = FieldType::Map(Box::new(FieldType::Int), Box::new(FieldType::String));
    assert_eq!(exact(json!({ "1": "a" }), &map), Some(json!({ "1": "a" })));
    let wrong = read(&json!({ "one": "a" }), &map, Reading::Exact).unwrap_err();
    assert_eq!(wrong.found, "key text \"one\"");
}

#[test]
fn long_text_is_shown_by_its_beginning() {
    assert_eq!(describe(&json!("ä".repeat(50))), format!("text \"{}\"…", "ä".repeat(40)));
}
