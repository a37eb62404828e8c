//! Values of a file of tests: as the JSON of a record, and as a cell of a table.

use serde_json::{Map, Value};

use crate::ingest::cast::{self, Mismatch, Reading, type_name};
use crate::ingest::spelling::normal;
use crate::model::pipeline::FieldType;
use crate::spec::node::{Kind, Node};
use crate::spec::scalar;

/// A tree as JSON: what YAML 1.2 makes of it.
#[must_use]
pub fn json(node: &Node) -> Value {
    match &node.kind {
        Kind::Seq(items) => items.iter().map(json).collect(),
        Kind::Map(map) => {
            Value::Object(map.entries().iter().map(|entry| (entry.key.text.clone(), json(&entry.value))).collect())
        }
        Kind::Scalar(text) => scalar::json(node).unwrap_or_else(|_| Value::from(text.text.clone())),
    }
}

/// A cell in the one spelling of its type.
///
/// # Errors
/// The value is of another type.
pub fn cell(node: &Node, kind: &FieldType) -> Result<Value, Mismatch> {
    if node.is_null() {
        return Ok(Value::Null);
    }
    let value = match (kind, &node.kind) {
        // A union's column holds text.
        (FieldType::AnyOf(_), Kind::Scalar(scalar)) => return Ok(Value::from(scalar.text.clone())),
        _ => cast::read(&as_written(node, kind), kind, Reading::Cast)?,
    };
    Ok(normal(&value, kind))
}

/// Digits and text as they stand in the file: `007` is a fine text, and `1.50` has two digits after the point.
fn as_written(node: &Node, kind: &FieldType) -> Value {
    match (&node.kind, kind) {
        (Kind::Seq(items), FieldType::List(item)) => items.iter().map(|one| as_written(one, item)).collect(),
        (Kind::Map(map), FieldType::Map(_, item)) => {
            let entries = map.entries().iter().map(|one| (one.key.text.clone(), as_written(&one.value, item)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        (Kind::Scalar(scalar), _) if is_text(kind) && !scalar.is_null() => Value::from(scalar.text.clone()),
        _ => json(node),
    }
}

fn is_text(kind: &FieldType) -> bool {
    use FieldType as F;
    matches!(kind, F::String | F::Uuid | F::Timestamp | F::Date | F::Decimal { .. } | F::AnyOf(_))
}

/// What was wanted, in words.
#[must_use]
pub fn wanted(kind: &FieldType) -> String {
    format!("`{}`", type_name(kind))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::spec;

    fn node(text: &str) -> Node {
        spec::parse_plain(format!("value: {text}").as_bytes(), &mut Diagnostics::default())
            .unwrap()
            .get("value")
            .unwrap()
            .clone()
    }

    fn read(text: &str, kind: &FieldType) -> Value {
        cell(&node(text), kind).unwrap()
    }

    #[test]
    fn a_cell_is_what_its_column_makes_of_the_text() {
        let decimal = FieldType::Decimal { precision: 6, scale: 2 };
        assert_eq!(read("007", &FieldType::String), json!("007"));
        assert_eq!(read("no", &FieldType::String), json!("no"));
        assert_eq!(read("1.50", &decimal), json!("1.5"));
        assert_eq!(read("2001-02-03", &FieldType::Timestamp), json!("2001-02-03T00:00:00.000Z"));
        assert_eq!(read("2001-02-03T04:05:06+02:00", &FieldType::Timestamp), json!("2001-02-03T02:05:06.000Z"));
        assert_eq!(read("7", &FieldType::Double), json!(7.0));
        assert_eq!(read("[1.50, 2]", &FieldType::List(Box::new(decimal))), json!(["1.5", "2"]));
        assert_eq!(read("~", &FieldType::Int), Value::Null);
    }

    #[test]
    fn a_cell_of_another_type_is_refused() {
        for (text, kind) in [("old", FieldType::Int), ("7", FieldType::Uuid), ("[a]", FieldType::String)] {
            assert!(cell(&node(text), &kind).is_err(), "{text}");
        }
    }

    #[test]
    fn a_record_keeps_the_types_of_yaml() {
        assert_eq!(json(&node("{ a: 1, b: \"1\", c: [true, ~] }")), json!({"a": 1, "b": "1", "c": [true, null]}));
    }
}
