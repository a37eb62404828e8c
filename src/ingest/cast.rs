//! One JSON value made into one typed value of a record, or the reason why it cannot be.
//!
//! Without a cast only values of the type itself pass: nothing is guessed. A cast says that the source sends several
//! types and which one is meant. Neither rounds, truncates digits or invents a value.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Number, Value};
use uuid::Uuid;

use crate::ingest::path::kind_of;
use crate::model::pipeline::FieldType;

/// How far a value may be from the type that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The value already has the type.
    Exact,
    /// The file says `cast`: other spellings of the same value are taken too.
    Cast,
}

/// Why a value does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    pub expected: String,
    pub found: String,
}

impl Mismatch {
    fn new(kind: &FieldType, found: impl Into<String>) -> Self {
        Self { expected: type_name(kind), found: found.into() }
    }
}

/// A type as `pipeline.yaml` writes it.
#[must_use]
pub fn type_name(kind: &FieldType) -> String {
    match kind {
        FieldType::String => "string".into(),
        FieldType::Int => "int".into(),
        FieldType::Bigint => "bigint".into(),
        FieldType::Double => "double".into(),
        FieldType::Boolean => "boolean".into(),
        FieldType::Uuid => "uuid".into(),
        FieldType::Timestamp => "timestamp".into(),
        FieldType::Date => "date".into(),
        FieldType::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
        FieldType::List(item) => format!("list<{}>", type_name(item)),
        FieldType::Map(key, value) => format!("map<{},{}>", type_name(key), type_name(value)),
        FieldType::AnyOf(kinds) => format!("any_of<{}>", kinds.iter().map(type_name).collect::<Vec<_>>().join(",")),
    }
}

/// Makes `value` a value of `kind`. Null is the caller's business: only here inside lists and maps is it refused.
///
/// # Errors
/// The value is of another type, out of range, or not readable as the type.
pub fn read(value: &Value, kind: &FieldType, reading: Reading) -> Result<Value, Mismatch> {
    match kind {
        FieldType::String => string(value, reading),
        FieldType::Int => integer(value, reading, i64::from(i32::MIN), i64::from(i32::MAX)),
        FieldType::Bigint => integer(value, reading, i64::MIN, i64::MAX),
        FieldType::Double => double(value, reading),
        FieldType::Boolean => boolean(value, reading),
        FieldType::Uuid => {
            text_of(value).and_then(|text| Uuid::parse_str(text).ok()).map(|id| Value::String(id.to_string()))
        }
        FieldType::Timestamp => text_of(value).and_then(|text| timestamp(text, reading)).map(Value::String),
        FieldType::Date => text_of(value).and_then(|text| date(text, reading)).map(Value::String),
        FieldType::Decimal { precision, scale } => decimal(value, usize::from(*precision), usize::from(*scale)),
        FieldType::List(item) => return list(value, item, kind, reading),
        FieldType::Map(key, item) => return map(value, key, item, kind, reading),
        // As it is: a cast to "one of these" would have to guess which.
        FieldType::AnyOf(kinds) => kinds.iter().find_map(|one| read(value, one, Reading::Exact).ok()),
    }
    .ok_or_else(|| Mismatch::new(kind, describe(value)))
}

/// A value's type, and the beginning of the value where that tells something.
#[must_use]
pub fn describe(value: &Value) -> String {
    const SHOWN: usize = 40;
    match value {
        Value::String(text) => {
            let shown: String = text.chars().take(SHOWN).collect();
            let more = if text.chars().nth(SHOWN).is_some() { "…" } else { "" };
            format!("text {shown:?}{more}")
        }
        Value::Number(number) => format!("number {number}"),
        Value::Bool(value) => format!("boolean {value}"),
        other => kind_of(other).to_owned(),
    }
}

fn text_of(value: &Value) -> Option<&str> {
    value.as_str()
}

fn string(value: &Value, reading: Reading) -> Option<Value> {
    match (value, reading) {
        (Value::String(text), _) => Some(Value::String(text.clone())),
        (Value::Number(number), Reading::Cast) => Some(Value::String(number.to_string())),
        (Value::Bool(flag), Reading::Cast) => Some(Value::String(flag.to_string())),
        _ => None,
    }
}

fn integer(value: &Value, reading: Reading, min: i64, max: i64) -> Option<Value> {
    let number = match (value, reading) {
        (Value::Number(number), _) if number.is_i64() => number.as_i64()?,
        (Value::Number(number), Reading::Cast) => whole(number.as_f64()?)?,
        (Value::String(text), Reading::Cast) => text.parse().ok()?,
        _ => return None,
    };
    (min..=max).contains(&number).then(|| Value::from(number))
}

/// A float that is an integer without any doubt: beyond 2^53 neighbours share one float.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked in the same line")]
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

fn double(value: &Value, reading: Reading) -> Option<Value> {
    let number = match (value, reading) {
        (Value::Number(number), _) => number.as_f64()?,
        (Value::String(text), Reading::Cast) => text.parse().ok()?,
        _ => return None,
    };
    Number::from_f64(number).map(Value::Number)
}

fn boolean(value: &Value, reading: Reading) -> Option<Value> {
    match (value, reading) {
        (Value::Bool(flag), _) => Some(Value::Bool(*flag)),
        (Value::String(text), Reading::Cast) if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        (Value::String(text), Reading::Cast) if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        _ => None,
    }
}

/// RFC 3339 in UTC with milliseconds: what the tables hold. A time without an offset is taken as UTC.
fn timestamp(text: &str, reading: Reading) -> Option<String> {
    let instant = instant(text).or_else(|| match reading {
        Reading::Exact => None,
        Reading::Cast => at_utc(text.parse::<Date>().ok().filter(|_| !has_time(text))?.at(0, 0, 0, 0)),
    })?;
    Some(format_timestamp(instant))
}

/// The one spelling of a timestamp in records: RFC 3339, UTC, three digits of a second.
#[must_use]
pub fn format_timestamp(instant: Timestamp) -> String {
    let civil = TimeZone::UTC.to_datetime(instant);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        civil.year(),
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        civil.second(),
        civil.millisecond()
    )
}

fn instant(text: &str) -> Option<Timestamp> {
    if !has_time(text) {
        return None;
    }
    // `parse::<Timestamp>` wants an offset; a civil time must not have one, or its offset would be dropped.
    text.parse::<Timestamp>().ok().or_else(|| at_utc(text.parse::<DateTime>().ok()?))
}

fn at_utc(civil: DateTime) -> Option<Timestamp> {
    // Years before 1 have a sign in ISO 8601 and no place in the tables.
    if civil.year() < 1 {
        return None;
    }
    TimeZone::UTC.to_timestamp(civil).ok()
}

fn date(text: &str, reading: Reading) -> Option<String> {
    if !has_time(text) {
        return text.parse::<Date>().ok().filter(|date| date.year() >= 1).map(|date| date.to_string());
    }
    match reading {
        Reading::Exact => None,
        Reading::Cast => Some(TimeZone::UTC.to_datetime(instant(text)?).date().to_string()),
    }
}

fn has_time(text: &str) -> bool {
    text.contains(':') || text.contains(['T', 't'])
}

/// Text without an exponent, all digits kept; more digits than the type has are refused, never rounded.
fn decimal(value: &Value, precision: usize, scale: usize) -> Option<Value> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => number.as_f64()?.to_string(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let ends_in_point = digits.ends_with('.');
    if whole.is_empty() || ends_in_point || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let fits =
        whole.trim_start_matches('0').len() + scale <= precision && fraction.trim_end_matches('0').len() <= scale;
    fits.then_some(Value::String(text))
}

fn list(value: &Value, item: &FieldType, kind: &FieldType, reading: Reading) -> Result<Value, Mismatch> {
    let items = value.as_array().ok_or_else(|| Mismatch::new(kind, describe(value)))?;
    let read_items = items.iter().enumerate().map(|(index, value)| {
        read(value, item, reading).map_err(|inner| Mismatch::new(kind, format!("{} at position {index}", inner.found)))
    });
    Ok(Value::Array(read_items.collect::<Result<_, _>>()?))
}

fn map(
    value: &Value,
    key: &FieldType,
    item: &FieldType,
    kind: &FieldType,
    reading: Reading,
) -> Result<Value, Mismatch> {
    let entries = value.as_object().ok_or_else(|| Mismatch::new(kind, describe(value)))?;
    let mut result = Map::new();
    for (name, value) in entries {
        // JSON has text keys only, so a key of any type is read from text.
        let typed_key = read(&Value::String(name.clone()), key, Reading::Cast)
            .map_err(|inner| Mismatch::new(kind, format!("key {}", inner.found)))?;
        let typed = read(value, item, reading)
            .map_err(|inner| Mismatch::new(kind, format!("{} under key {name:?}", inner.found)))?;
        result.insert(plain_text(&typed_key), typed);
    }
    Ok(Value::Object(result))
}

/// A scalar as text without quotes: how keys, joins and hashes see it. Lists and objects keep their JSON.
#[must_use]
pub fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
#[path = "cast_tests.rs"]
mod tests;
