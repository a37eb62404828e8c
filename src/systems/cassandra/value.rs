//! CQL values to JSON and text.

use jiff::civil::{Date, Time};
use jiff::{Span, Timestamp};
use scylla::value::{Counter, CqlDate, CqlTime, CqlTimestamp, CqlValue};
use serde_json::{Map, Number, Value};

use super::super::hex;

/// A value as people read it: text without quotes, everything else as its JSON.
pub(super) fn text(value: &CqlValue) -> String {
    match to_json(value) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// A value as JSON; what JSON has no shape for becomes text (`0x` and hex for blobs, ISO 8601 for moments).
pub(super) fn to_json(value: &CqlValue) -> Value {
    match value {
        CqlValue::Ascii(text) | CqlValue::Text(text) => Value::from(text.as_str()),
        CqlValue::Boolean(truth) => Value::from(*truth),
        CqlValue::Int(number) => Value::from(*number),
        CqlValue::BigInt(number) | CqlValue::Counter(Counter(number)) => Value::from(*number),
        CqlValue::SmallInt(number) => Value::from(*number),
        CqlValue::TinyInt(number) => Value::from(*number),
        CqlValue::Double(number) => float(*number),
        // Through its shortest text: 0.1 stays 0.1.
        CqlValue::Float(number) => float(number.to_string().parse().unwrap_or(f64::NAN)),
        CqlValue::Blob(bytes) => Value::from(format!("0x{}", hex(bytes))),
        CqlValue::Uuid(id) => Value::from(id.to_string()),
        CqlValue::Timeuuid(id) => Value::from(id.to_string()),
        CqlValue::Inet(address) => Value::from(address.to_string()),
        CqlValue::Timestamp(CqlTimestamp(ms)) => Value::from(moment(*ms)),
        CqlValue::Date(CqlDate(days)) => Value::from(date(*days)),
        CqlValue::Time(CqlTime(nanoseconds)) => Value::from(time(*nanoseconds)),
        CqlValue::Varint(number) => Value::from(integer(number.as_signed_bytes_be_slice())),
        CqlValue::Decimal(number) => {
            let (digits, scale) = number.as_signed_be_bytes_slice_and_exponent();
            Value::from(with_point(&integer(digits), scale))
        }
        CqlValue::Duration(span) => {
            let text = format!("{}mo{}d{}ns", span.months, span.days, span.nanoseconds);
            Value::from(text)
        }
        CqlValue::List(items) | CqlValue::Set(items) | CqlValue::Vector(items) => items.iter().map(to_json).collect(),
        CqlValue::Tuple(items) => items.iter().map(|item| optional(item.as_ref())).collect(),
        CqlValue::Map(pairs) => {
            let entries = pairs.iter().map(|(key, value)| (text(key), to_json(value)));
            Value::Object(entries.collect())
        }
        CqlValue::UserDefinedType { fields, .. } => {
            let entries = fields.iter().map(|(name, value)| (name.clone(), optional(value.as_ref())));
            Value::Object(entries.collect::<Map<String, Value>>())
        }
        CqlValue::Empty => Value::from(""),
        other => Value::from(other.to_string()),
    }
}

fn optional(value: Option<&CqlValue>) -> Value {
    value.map_or(Value::Null, to_json)
}

fn float(number: f64) -> Value {
    Number::from_f64(number).map_or_else(|| Value::from(number.to_string()), Value::Number)
}

fn moment(ms: i64) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(moment) => format!("{moment:.3}"),
        Err(_) => format!("{ms} ms"),
    }
}

/// Days are counted from 5,877,641 BC, with 1970 in the middle.
fn date(days: u32) -> String {
    let since_1970 = i64::from(days) - (1 << 31);
    let span = Span::new().try_days(since_1970);
    match span.and_then(|span| Date::constant(1970, 1, 1).checked_add(span)) {
        Ok(date) => date.to_string(),
        Err(_) => format!("day {since_1970}"),
    }
}

fn time(nanoseconds: i64) -> String {
    let span = Span::new().try_nanoseconds(nanoseconds);
    match span.and_then(|span| Time::midnight().checked_add(span)) {
        Ok(time) => time.to_string(),
        Err(_) => format!("{nanoseconds} ns"),
    }
}

/// Two's complement, most significant byte first.
fn integer(bytes: &[u8]) -> String {
    if bytes.len() > 16 {
        return format!("0x{}", hex(bytes));
    }
    let filler = match bytes.first() {
        Some(first) if first & 0x80 != 0 => 0xff,
        _ => 0,
    };
    let mut wide = [filler; 16];
    wide[16 - bytes.len()..].copy_from_slice(bytes);
    i128::from_be_bytes(wide).to_string()
}

fn with_point(digits: &str, scale: i32) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let Ok(places) = usize::try_from(scale) else {
        return format!("{sign}{digits}E{}", scale.unsigned_abs());
    };
    if places == 0 {
        return format!("{sign}{digits}");
    }
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_point_of_a_decimal_is_put_where_its_scale_says() {
        assert_eq!(with_point("-5", 2), "-0.05");
        assert_eq!(with_point("12345", 0), "12345");
        assert_eq!(with_point("12", -3), "12E3");
    }

    #[test]
    fn a_moment_beyond_the_calendar_is_still_said() {
        assert_eq!(moment(i64::MAX), "9223372036854775807 ms");
        assert_eq!(date(0), "day -2147483648");
    }
}
