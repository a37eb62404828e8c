//! What a record of a topic is, and which key its row has.
//!
//! Pure. What counts as good is what the generated readers take.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::tracer::is_reserved;
use crate::ingest::cast::{self, Reading, plain_text};
use crate::ingest::spelling::normal;
use crate::model::pipeline::{Field, FieldType, Schema};

/// A row's key, ready to be looked up or deleted by.
pub(super) type RowKey = BTreeMap<String, Value>;

/// What a record of a topic is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Judged {
    /// Its values, by field; absent and null ones are left out.
    Good(BTreeMap<String, Value>),
    Bad,
    /// The same of a record with a reserved key.
    Tracer(BTreeMap<String, Value>),
}

/// Judges a record's value as the generated readers would.
#[must_use]
pub(super) fn judge(value: Option<&[u8]>, schema: &Schema, key: Option<&Field>) -> Judged {
    let parsed = value.and_then(|bytes| serde_json::from_slice::<Map<String, Value>>(bytes).ok());
    let Some(object) = parsed else { return Judged::Bad };
    let mut good = BTreeMap::new();
    for field in &schema.fields {
        match object.get(&field.name) {
            None | Some(Value::Null) if field.required => return Judged::Bad,
            None | Some(Value::Null) => {}
            Some(value) => match converted(value, &field.kind) {
                Some(value) => drop(good.insert(field.name.clone(), value)),
                None => return Judged::Bad,
            },
        }
    }
    let is_tracer =
        key.is_some_and(|key| good.get(&key.name).is_some_and(|value| is_reserved(&key.kind, &plain_text(value))));
    if is_tracer { Judged::Tracer(good) } else { Judged::Good(good) }
}

fn converted(value: &Value, kind: &FieldType) -> Option<Value> {
    match (kind, value) {
        (FieldType::String, value) => Some(Value::from(plain_text(value))),
        // A number with a point is no whole number to Spark, whatever it is worth.
        (FieldType::Int | FieldType::Bigint, Value::Number(number)) if !number.is_i64() => None,
        _ => cast::read(value, kind, Reading::Cast).ok(),
    }
}

/// The key of the row that a good record becomes; `None` when a part is null.
#[must_use]
pub(super) fn row_key(good: &BTreeMap<String, Value>, columns: &[(&Field, &Field)]) -> Option<RowKey> {
    let part =
        |(column, field): &(&Field, &Field)| Some((column.name.clone(), normal(good.get(&field.name)?, &column.kind)));
    columns.iter().map(part).collect()
}

/// A key in words.
#[must_use]
pub(super) fn words(key: &RowKey) -> String {
    key.values().map(plain_text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Span;
    use serde_json::json;

    fn field(name: &str, kind: FieldType, required: bool) -> Field {
        Field { name: name.to_string(), kind, required, span: Span::default() }
    }

    fn schema() -> Schema {
        Schema { fields: vec![field("id", FieldType::Bigint, true), field("born_at", FieldType::Timestamp, false)] }
    }

    fn judged(value: &Value) -> Judged {
        let schema = schema();
        judge(Some(value.to_string().as_bytes()), &schema, Some(&schema.fields[0]))
    }

    #[test]
    fn records_are_judged_as_the_readers_judge_them() {
        assert!(matches!(judged(&json!({"id": 1, "born_at": null, "other": []})), Judged::Good(_)));
        assert!(matches!(judged(&json!({"id": "7"})), Judged::Good(_)));
        for bad in [json!({}), json!({"id": null}), json!({"id": 1.5}), json!({"id": 1, "born_at": "soon"}), json!([])]
        {
            assert_eq!(judged(&bad), Judged::Bad, "{bad}");
        }
        assert!(matches!(judged(&json!({"id": -9_000_000_000_000_001_i64})), Judged::Tracer(_)));
        assert_eq!(judge(None, &schema(), None), Judged::Bad);
    }

    #[test]
    fn a_row_has_the_key_of_its_record_unless_a_part_is_null() {
        let schema = schema();
        let Judged::Good(good) = judged(&json!({"id": "7"})) else { panic!("a good record") };
        let (id, born_at) = (&schema.fields[0], &schema.fields[1]);
        assert_eq!(row_key(&good, &[(id, id)]), Some(BTreeMap::from([("id".to_string(), json!(7))])));
        assert_eq!(row_key(&good, &[(id, id), (born_at, born_at)]), None);
    }
}
