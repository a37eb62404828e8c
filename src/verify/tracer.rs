//! The tracer: a record with a fresh key from the reserved range and a telling value in every field.
//!
//! Values have the form the ingest gives them. The ranges are the ones generated readers know.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::ingest::cast::{format_timestamp, plain_text};
use crate::ingest::mapping::MappedRecord;
use crate::model::pipeline::{FieldType, Schema};
use crate::model::sql::witness::Values;

const UUID_PREFIX: &str = "5f10f10e-";
const STRING_PREFIX: &str = "__sparkflow_trace__";
/// Reserved keys are below these.
const BIGINT_BELOW: i64 = -9_000_000_000_000_000;
const INT_BELOW: i64 = -2_000_000_000;
/// How many fresh keys there are below them.
const BIGINT_ROOM: u128 = 200_000_000_000_000;
const INT_ROOM: u128 = 147_000_000;
/// 2001-02-03T04:05:06.789Z.
const MOMENT_MS: i64 = 981_173_106_789;
const DAY_MS: i64 = 86_400_000;

/// Whether a key, as text, is a tracer's.
#[must_use]
pub(super) fn is_reserved(kind: &FieldType, key: &str) -> bool {
    let below = |limit: i64| key.parse::<i64>().is_ok_and(|number| number < limit);
    match kind {
        FieldType::Uuid => key.to_ascii_lowercase().starts_with(UUID_PREFIX),
        FieldType::String => key.starts_with(STRING_PREFIX),
        FieldType::Bigint => below(BIGINT_BELOW),
        FieldType::Int => below(INT_BELOW),
        _ => false,
    }
}

/// A record of the schema. Fields in `reserved` get keys that nobody else has, made from `nonce`; the others what
/// `values` says, else what the model has, else a telling value.
#[must_use]
pub(super) fn record(
    schema: &Schema,
    key: &str,
    reserved: &BTreeSet<&str>,
    nonce: Uuid,
    model: Option<&MappedRecord>,
    values: &Values,
) -> MappedRecord {
    let value: Vec<(Arc<str>, Value)> = schema
        .fields
        .iter()
        .zip(1..)
        .map(|(field, number)| {
            let name = field.name.as_str();
            let fresh = if reserved.contains(name) { reserved_key(&field.kind, nonce) } else { None };
            let real = || model.and_then(|model| model.get(name)).filter(|value| !value.is_null()).cloned();
            let value = fresh.or_else(|| values.get(name).cloned()).or_else(real);
            (Arc::from(name), value.unwrap_or_else(|| telling(&field.kind, name, number)))
        })
        .collect();
    let key = value.iter().find(|(name, _)| **name == *key).map(|(_, value)| plain_text(value));
    MappedRecord { key, value }
}

fn reserved_key(kind: &FieldType, nonce: Uuid) -> Option<Value> {
    let fresh = |below: i64, room: u128| {
        let step = i64::try_from(nonce.as_u128() % room).unwrap_or(0);
        Value::from(below - 1 - step)
    };
    Some(match kind {
        FieldType::Uuid => Value::from(format!("{UUID_PREFIX}{}", &nonce.to_string()[UUID_PREFIX.len()..])),
        FieldType::String => Value::from(format!("{STRING_PREFIX}{}-né北🙂", nonce.simple())),
        FieldType::Bigint => fresh(BIGINT_BELOW, BIGINT_ROOM),
        FieldType::Int => fresh(INT_BELOW, INT_ROOM),
        _ => return None,
    })
}

/// A value that shows where it was changed: letters beyond ASCII, whole numbers beyond 2^53, milliseconds, all digits
/// of a decimal. `number` makes each field's different.
fn telling(kind: &FieldType, name: &str, number: i64) -> Value {
    match kind {
        FieldType::String => Value::from(format!("{name} {number}: 'Zoë' \"Ὑπατία\" 金 نور 🙂")),
        FieldType::Int => Value::from(2_000_000_011 + number),
        FieldType::Bigint => Value::from(9_007_199_254_740_993 + number),
        FieldType::Double => Value::from(1234.5625 + f64::from(i32::try_from(number).unwrap_or(0))),
        FieldType::Boolean => Value::from(true),
        FieldType::Uuid => Value::from(format!("7ace0000-0000-4000-8000-{number:012x}")),
        FieldType::Timestamp => {
            let moment =
                jiff::Timestamp::from_millisecond(MOMENT_MS + number * DAY_MS).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
            Value::from(format_timestamp(moment))
        }
        FieldType::Date => {
            let day = jiff::civil::date(2001, 2, 3).checked_add(jiff::Span::new().days(number % 3650));
            Value::from(day.unwrap_or(jiff::civil::date(2001, 2, 3)).to_string())
        }
        FieldType::Decimal { precision, scale } => Value::from(decimal(*precision, *scale)),
        FieldType::List(item) => Value::Array(several(item, name, number)),
        FieldType::Map(key, item) => {
            let keys = several(key, name, number).into_iter().map(|key| plain_text(&key));
            Value::Object(keys.zip(several(item, name, number)).collect::<Map<_, _>>())
        }
        FieldType::AnyOf(kinds) => kinds.first().map_or(Value::Null, |one| telling(one, name, number)),
    }
}

/// Two values of one type, different where the type has more than one.
fn several(kind: &FieldType, name: &str, number: i64) -> Vec<Value> {
    match kind {
        FieldType::Boolean => vec![Value::from(true), Value::from(false)],
        FieldType::Decimal { precision, scale } => {
            let one = decimal(*precision, *scale);
            vec![Value::from(format!("-{one}")), Value::from(one)]
        }
        _ => vec![telling(kind, name, number), telling(kind, name, number + 1)],
    }
}

/// All the digits the type has: `12345678.91` of `decimal(10,2)`.
fn decimal(precision: u8, scale: u8) -> String {
    let digits = |count: u8| -> String { (0..count).map(|index| char::from(b'1' + index % 9)).collect() };
    let whole = match precision - scale {
        0 => "0".to_string(),
        count => digits(count),
    };
    if scale == 0 { whole } else { format!("{whole}.{}", digits(scale)) }
}

#[cfg(test)]
#[path = "tracer_tests.rs"]
mod tests;
