//! The one spelling of a value of each type, so that two spellings of one value compare equal.

use serde_json::{Map, Number, Value};

use crate::ingest::cast::plain_text;
use crate::model::pipeline::FieldType;

/// The one spelling of a value in a column of this type.
#[must_use]
pub fn normal(value: &Value, kind: &FieldType) -> Value {
    if value.is_null() {
        return Value::Null;
    }
    match kind {
        FieldType::String | FieldType::AnyOf(_) => Value::from(plain_text(value)),
        FieldType::Int | FieldType::Bigint => {
            plain_text(value).parse::<i64>().map_or_else(|_| value.clone(), Value::from)
        }
        FieldType::Double => {
            let number = plain_text(value).parse::<f64>().ok().and_then(Number::from_f64);
            number.map_or_else(|| value.clone(), Value::Number)
        }
        FieldType::Boolean => plain_text(value).parse::<bool>().map_or_else(|_| value.clone(), Value::from),
        FieldType::Uuid => Value::from(plain_text(value).to_ascii_lowercase()),
        FieldType::Timestamp => Value::from(moment(&plain_text(value))),
        FieldType::Date => Value::from(plain_text(value).chars().take("2001-02-03".len()).collect::<String>()),
        FieldType::Decimal { .. } => Value::from(digits(&plain_text(value))),
        FieldType::List(item) => match value {
            Value::Array(items) => items.iter().map(|one| normal(one, item)).collect(),
            other => other.clone(),
        },
        FieldType::Map(key, item) => match value {
            Value::Object(entries) => {
                let entries = entries
                    .iter()
                    .map(|(name, one)| (plain_text(&normal(&Value::from(name.as_str()), key)), normal(one, item)));
                Value::Object(entries.collect::<Map<_, _>>())
            }
            other => other.clone(),
        },
    }
}

/// A day is its midnight in UTC.
fn moment(text: &str) -> String {
    if text.len() == "2001-02-03".len() { format!("{text}T00:00:00.000Z") } else { text.to_string() }
}

/// Zeros at the end say nothing.
fn digits(text: &str) -> String {
    if !text.contains('.') {
        return text.to_string();
    }
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[expect(clippy::needless_pass_by_value, reason = "tests read better with the value at the call")]
    fn same(kind: &FieldType, sent: Value, found: Value) {
        assert_eq!(normal(&sent, kind), normal(&found, kind), "{kind}");
    }

    #[test]
    fn two_spellings_of_one_value_are_equal() {
        let decimal = FieldType::Decimal { precision: 10, scale: 2 };
        same(&decimal, json!("1.5"), json!("1.50"));
        same(&decimal, json!(12), json!("12.00"));
        same(
            &FieldType::Uuid,
            json!("7ACE0000-0000-4000-8000-000000000001"),
            json!("7ace0000-0000-4000-8000-000000000001"),
        );
        same(&FieldType::Double, json!(2), json!(2.0));
        same(&FieldType::Bigint, json!("9007199254740994"), json!(9_007_199_254_740_994_i64));
        same(&FieldType::Timestamp, json!("2001-02-03"), json!("2001-02-03T00:00:00.000Z"));
        let prices = FieldType::Map(Box::new(decimal.clone()), Box::new(FieldType::List(Box::new(decimal))));
        same(&prices, json!({"1.5": ["2.0"]}), json!({"1.50": ["2.00"]}));
    }

    #[test]
    fn a_millisecond_a_digit_and_a_null_make_a_difference() {
        let differ =
            |kind: &FieldType, sent: Value, found: Value| assert_ne!(normal(&sent, kind), normal(&found, kind));
        differ(&FieldType::Timestamp, json!("2001-02-03T04:05:06.789Z"), json!("2001-02-03T04:05:06.788Z"));
        differ(&FieldType::Bigint, json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64));
        differ(&FieldType::String, json!("né"), json!("ne\u{301}"));
        differ(&FieldType::String, json!("null"), Value::Null);
        differ(&FieldType::Decimal { precision: 4, scale: 2 }, json!("10"), json!("1"));
    }
}
