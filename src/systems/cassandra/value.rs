//! CQL values to JSON and text, and JSON to CQL by the type the database asks for.

use jiff::civil::{Date, Time};
use jiff::{Span, Timestamp};
use scylla::frame::response::result::{CollectionType, ColumnSpec, ColumnType, NativeType};
use scylla::value::{
    Counter, CqlDate, CqlDecimal, CqlTime, CqlTimestamp, CqlTimeuuid, CqlValue, CqlVarint,
};
use serde_json::{Map, Number, Value};

use super::CassandraError;

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
        CqlValue::Blob(bytes) => Value::from(hex(bytes)),
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
        CqlValue::List(items) | CqlValue::Set(items) | CqlValue::Vector(items) => {
            items.iter().map(to_json).collect()
        }
        CqlValue::Tuple(items) => items.iter().map(optional).collect(),
        CqlValue::Map(pairs) => {
            let entries = pairs.iter().map(|(key, value)| (text(key), to_json(value)));
            Value::Object(entries.collect())
        }
        CqlValue::UserDefinedType { fields, .. } => {
            let entries = fields
                .iter()
                .map(|(name, value)| (name.clone(), optional(value)));
            Value::Object(entries.collect::<Map<String, Value>>())
        }
        CqlValue::Empty => Value::from(""),
        other => Value::from(other.to_string()),
    }
}

fn optional(value: &Option<CqlValue>) -> Value {
    value.as_ref().map_or(Value::Null, to_json)
}

fn float(number: f64) -> Value {
    Number::from_f64(number).map_or_else(|| Value::from(number.to_string()), Value::Number)
}

fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x{digits}")
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
        return hex(bytes);
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

/// JSON values as the statement's types ask for them.
pub(super) fn bind(
    specs: &[ColumnSpec<'_>],
    values: &[Value],
) -> Result<Vec<Option<CqlValue>>, CassandraError> {
    if specs.len() != values.len() {
        return Err(CassandraError::ValueCount {
            expected: specs.len(),
            found: values.len(),
        });
    }
    let bound = specs
        .iter()
        .zip(values)
        .enumerate()
        .map(|(index, (spec, value))| {
            if value.is_null() {
                return Ok(None);
            }
            from_json(spec.typ(), value)
                .map(Some)
                .ok_or_else(|| CassandraError::Value {
                    position: index + 1,
                    found: value.to_string(),
                    expected: type_name(spec.typ()),
                })
        });
    bound.collect()
}

fn from_json(kind: &ColumnType<'_>, value: &Value) -> Option<CqlValue> {
    match kind {
        ColumnType::Native(native) => from_scalar(native, value),
        ColumnType::Collection { typ, .. } => match typ {
            CollectionType::List(item) => Some(CqlValue::List(items(item, value)?)),
            CollectionType::Set(item) => Some(CqlValue::Set(items(item, value)?)),
            CollectionType::Map(key, item) => {
                let pairs = value.as_object()?.iter().map(|(name, value)| {
                    let name = Value::from(name.as_str());
                    Some((from_json(key, &name)?, from_json(item, value)?))
                });
                Some(CqlValue::Map(pairs.collect::<Option<_>>()?))
            }
            _ => None,
        },
        ColumnType::Vector { typ, .. } => Some(CqlValue::Vector(items(typ, value)?)),
        _ => None,
    }
}

fn items(kind: &ColumnType<'_>, value: &Value) -> Option<Vec<CqlValue>> {
    value
        .as_array()?
        .iter()
        .map(|item| from_json(kind, item))
        .collect()
}

fn from_scalar(kind: &NativeType, value: &Value) -> Option<CqlValue> {
    Some(match kind {
        NativeType::Ascii => CqlValue::Ascii(value.as_str()?.to_owned()),
        NativeType::Text => CqlValue::Text(value.as_str()?.to_owned()),
        NativeType::Boolean => CqlValue::Boolean(value.as_bool()?),
        NativeType::Int => CqlValue::Int(whole(value)?.try_into().ok()?),
        NativeType::BigInt => CqlValue::BigInt(whole(value)?.try_into().ok()?),
        NativeType::Counter => CqlValue::Counter(Counter(whole(value)?.try_into().ok()?)),
        NativeType::SmallInt => CqlValue::SmallInt(whole(value)?.try_into().ok()?),
        NativeType::TinyInt => CqlValue::TinyInt(whole(value)?.try_into().ok()?),
        NativeType::Varint => {
            let bytes = whole(value)?.to_be_bytes().to_vec();
            CqlValue::Varint(CqlVarint::from_signed_bytes_be(bytes))
        }
        NativeType::Double => CqlValue::Double(value.as_f64()?),
        #[allow(clippy::cast_possible_truncation, reason = "the column is that narrow")]
        NativeType::Float => CqlValue::Float(value.as_f64()? as f32),
        NativeType::Decimal => CqlValue::Decimal(decimal(value)?),
        NativeType::Uuid => CqlValue::Uuid(value.as_str()?.parse().ok()?),
        NativeType::Timeuuid => CqlValue::Timeuuid(value.as_str()?.parse::<CqlTimeuuid>().ok()?),
        NativeType::Inet => CqlValue::Inet(value.as_str()?.parse().ok()?),
        NativeType::Blob => CqlValue::Blob(bytes(value.as_str()?)?),
        NativeType::Timestamp => CqlValue::Timestamp(CqlTimestamp(match value.as_str() {
            Some(text) => text.parse::<Timestamp>().ok()?.as_millisecond(),
            None => value.as_i64()?,
        })),
        NativeType::Date => {
            let date: Date = value.as_str()?.parse().ok()?;
            let since_1970 = date.since(Date::constant(1970, 1, 1)).ok()?.get_days();
            CqlValue::Date(CqlDate(
                (i64::from(since_1970) + (1 << 31)).try_into().ok()?,
            ))
        }
        NativeType::Time => {
            let time: Time = value.as_str()?.parse().ok()?;
            let since = time.duration_since(Time::midnight()).as_nanos();
            CqlValue::Time(CqlTime(since.try_into().ok()?))
        }
        _ => return None,
    })
}

/// A whole number, or text that is one: larger numbers than JSON's travel as text.
fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other
            .as_i64()
            .map(i128::from)
            .or_else(|| other.as_u64().map(i128::from)),
    }
}

fn decimal(value: &Value) -> Option<CqlDecimal> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = i32::try_from(fraction.len()).ok()?;
    let bytes = digits.to_be_bytes().to_vec();
    Some(CqlDecimal::from_signed_be_bytes_and_exponent(bytes, scale))
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if !digits.is_ascii() || digits.len() % 2 != 0 {
        return None;
    }
    (0..digits.len())
        .step_by(2)
        .map(|index| u8::from_str_radix(&digits[index..index + 2], 16).ok())
        .collect()
}

/// A type as CQL writes it.
pub(super) fn type_name(kind: &ColumnType<'_>) -> String {
    match kind {
        ColumnType::Native(native) => format!("{native:?}").to_lowercase(),
        ColumnType::Collection { typ, .. } => match typ {
            CollectionType::List(item) => format!("list<{}>", type_name(item)),
            CollectionType::Set(item) => format!("set<{}>", type_name(item)),
            CollectionType::Map(key, item) => {
                format!("map<{}, {}>", type_name(key), type_name(item))
            }
            _ => "collection".to_owned(),
        },
        ColumnType::Vector { typ, dimensions } => {
            format!("vector<{}, {dimensions}>", type_name(typ))
        }
        ColumnType::Tuple(items) => {
            let names: Vec<String> = items.iter().map(type_name).collect();
            format!("tuple<{}>", names.join(", "))
        }
        ColumnType::UserDefinedType { definition, .. } => definition.name.to_string(),
        _ => "another type".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn round_trip(kind: NativeType, value: Value) -> Value {
        to_json(&from_scalar(&kind, &value).unwrap())
    }

    #[test]
    fn scalars_survive_the_way_there_and_back() {
        for (kind, value) in [
            (NativeType::Text, json!("a 'quoted' text")),
            (NativeType::BigInt, json!(-9_000_000_000_000_001_i64)),
            (
                NativeType::Varint,
                json!("-170141183460469231731687303715884105728"),
            ),
            (NativeType::Decimal, json!("-0.05")),
            (NativeType::Double, json!(1.5)),
            (NativeType::Float, json!(0.1)),
            (NativeType::Timestamp, json!("1990-02-03T04:05:06.789Z")),
            (NativeType::Date, json!("1969-12-31")),
            (NativeType::Time, json!("23:59:58")),
            (NativeType::Blob, json!("0x00ff")),
            (NativeType::Inet, json!("127.0.0.1")),
            (
                NativeType::Uuid,
                json!("5f10f10e-0000-4000-8000-000000000001"),
            ),
        ] {
            assert_eq!(round_trip(kind, value.clone()), value);
        }
    }

    #[test]
    fn a_value_that_does_not_fit_is_none() {
        assert!(from_scalar(&NativeType::Int, &json!(3_000_000_000_i64)).is_none());
        assert!(from_scalar(&NativeType::Uuid, &json!("not one")).is_none());
        assert!(from_scalar(&NativeType::Text, &json!(1)).is_none());
        assert!(from_scalar(&NativeType::Blob, &json!("0xé")).is_none());
    }
}
