//! JSON values to CQL, by the type that the database asks for.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use scylla::frame::response::result::{CollectionType, ColumnSpec, ColumnType, NativeType};
use scylla::value::{Counter, CqlDate, CqlDecimal, CqlTime, CqlTimestamp, CqlTimeuuid, CqlValue, CqlVarint};
use serde_json::Value;

use super::CassandraError;

/// JSON values as the statement's types ask for them.
pub(super) fn bind(specs: &[ColumnSpec<'_>], values: &[Value]) -> Result<Vec<Option<CqlValue>>, CassandraError> {
    if specs.len() != values.len() {
        return Err(CassandraError::ValueCount { expected: specs.len(), found: values.len() });
    }
    let bound = specs.iter().zip(values).enumerate().map(|(index, (spec, value))| {
        if value.is_null() {
            return Ok(None);
        }
        from_json(spec.typ(), value).map(Some).ok_or_else(|| CassandraError::Value {
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
    value.as_array()?.iter().map(|item| from_json(kind, item)).collect()
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
            CqlValue::Date(CqlDate((i64::from(since_1970) + (1 << 31)).try_into().ok()?))
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
        other => other.as_i64().map(i128::from).or_else(|| other.as_u64().map(i128::from)),
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
    if !digits.is_ascii() || !digits.len().is_multiple_of(2) {
        return None;
    }
    (0..digits.len()).step_by(2).map(|index| u8::from_str_radix(&digits[index..index + 2], 16).ok()).collect()
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
    use super::super::value::to_json;
    use super::*;
    use serde_json::json;

    #[expect(clippy::needless_pass_by_value, reason = "tests read better with the value at the call")]
    fn round_trip(kind: NativeType, value: Value) -> Value {
        to_json(&from_scalar(&kind, &value).unwrap())
    }

    #[test]
    fn scalars_survive_the_way_there_and_back() {
        for (kind, value) in [
            (NativeType::Text, json!("a 'quoted' text")),
            (NativeType::BigInt, json!(-9_000_000_000_000_001_i64)),
            (NativeType::Varint, json!("-170141183460469231731687303715884105728")),
            (NativeType::Decimal, json!("-0.05")),
            (NativeType::Double, json!(1.5)),
            (NativeType::Float, json!(0.1)),
            (NativeType::Timestamp, json!("1990-02-03T04:05:06.789Z")),
            (NativeType::Date, json!("1969-12-31")),
            (NativeType::Time, json!("23:59:58")),
            (NativeType::Blob, json!("0x00ff")),
            (NativeType::Inet, json!("127.0.0.1")),
            (NativeType::Uuid, json!("5f10f10e-0000-4000-8000-000000000001")),
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
