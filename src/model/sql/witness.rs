//! Two records that show what a filter does: one it keeps, and one it leaves out.
//!
//! Found by trying: values are taken from the condition's own literals and their neighbours.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Number, Value};

use super::condition::{Condition, Literal};
use crate::model::pipeline::{FieldType, Schema};

/// Combinations tried at most.
const MOST_TRIED: usize = 50_000;
const DAY_MS: i64 = 86_400_000;

/// Values of fields; what is not named may be anything that is not null.
pub type Values = BTreeMap<String, Value>;

#[derive(Debug, Clone, PartialEq)]
pub struct Witnesses {
    pub kept: Values,
    /// Absent where nothing can be left out.
    pub left_out: Option<Values>,
}

/// Values by which the condition keeps a record, and by which it does not. Fields in `fixed` get values of their own.
///
/// # Errors
/// Why there are none, in words.
pub fn witnesses(condition: &Condition, schema: &Schema, fixed: &BTreeSet<&str>) -> Result<Witnesses, String> {
    let columns = candidates(condition, schema, fixed)?;
    let count = columns.values().try_fold(1_usize, |count, values| count.checked_mul(values.len()));
    if count.is_none_or(|count| count > MOST_TRIED) {
        return Err("the condition has more parts than are tried".to_string());
    }
    let (mut kept, mut left_out) = (None, None);
    for number in 0..count.unwrap_or(0) {
        let tried = combination(&columns, number);
        // What is not tried is there, and no comparison asks for it.
        let value = |name: &str| tried.get(name).cloned().unwrap_or(Value::Bool(true));
        match condition.holds(schema, &value) {
            Some(true) => kept = kept.or(Some(tried)),
            _ => left_out = left_out.or(Some(tried)),
        }
        if kept.is_some() && left_out.is_some() {
            break;
        }
    }
    let kept = kept.ok_or("no record was found that the condition keeps")?;
    Ok(Witnesses { kept, left_out })
}

fn combination(columns: &BTreeMap<&str, Vec<Option<Value>>>, number: usize) -> Values {
    let mut rest = number;
    let mut tried = Values::new();
    for (name, values) in columns {
        if let Some(value) = &values[rest % values.len()] {
            tried.insert((*name).to_string(), value.clone());
        }
        rest /= values.len();
    }
    tried
}

/// Per column, what to try; `None` leaves the field as it is.
fn candidates<'a>(
    condition: &'a Condition,
    schema: &Schema,
    fixed: &BTreeSet<&str>,
) -> Result<BTreeMap<&'a str, Vec<Option<Value>>>, String> {
    let mut columns: BTreeMap<&str, Vec<Option<Value>>> = BTreeMap::new();
    for leaf in condition.leaves() {
        let (column, values) = match leaf {
            Condition::Compare { column, literal, .. } => (column, near(literal, kind(schema, column)?)),
            Condition::Like { column, pattern } => (column, matching(pattern)),
            Condition::Null { column } => (column, Vec::new()),
            _ => continue,
        };
        if fixed.contains(column.as_str()) && !values.is_empty() {
            return Err(format!("the condition compares `{column}`, by which a record of ours is known"));
        }
        columns.entry(column).or_default().extend(values.into_iter().map(Some));
    }
    for (column, values) in &mut columns {
        if values.is_empty() {
            values.push(None);
        }
        let may_be_null = schema.field(column).is_some_and(|field| !field.required) && !fixed.contains(column);
        if may_be_null {
            values.push(Some(Value::Null));
        }
        let mut seen = Vec::new();
        values.retain(|value| {
            !seen.contains(value) && {
                seen.push(value.clone());
                true
            }
        });
    }
    Ok(columns)
}

fn kind<'a>(schema: &'a Schema, column: &str) -> Result<&'a FieldType, String> {
    schema.field(column).map(|field| &field.kind).ok_or_else(|| format!("there is no field `{column}`"))
}

/// The literal and a value on either side of it.
fn near(literal: &Literal, kind: &FieldType) -> Vec<Value> {
    match literal {
        Literal::Boolean(_) => vec![Value::Bool(true), Value::Bool(false)],
        Literal::Text(text) if *kind == FieldType::Uuid => {
            let other = ["00000000-0000-4000-8000-000000000000", "ffffffff-ffff-4fff-bfff-ffffffffffff"];
            [text.as_str(), other[0], other[1]].map(Value::from).to_vec()
        }
        Literal::Text(text) => {
            let mut shorter = text.clone();
            shorter.pop();
            vec![Value::from(text.as_str()), Value::from(format!("{text}~")), Value::from(shorter)]
        }
        Literal::Number(number) => {
            let around = [number.floor(), number.ceil(), number.floor() - 1.0, number.ceil() + 1.0];
            around.into_iter().filter_map(|number| of_kind(number, kind)).collect()
        }
        Literal::Moment(at) => [*at, at - DAY_MS, at + DAY_MS].into_iter().filter_map(|at| written(at, kind)).collect(),
    }
}

/// A whole number in the form records have it.
fn of_kind(number: f64, kind: &FieldType) -> Option<Value> {
    let text = format!("{number:.0}");
    match kind {
        FieldType::Int => text.parse::<i32>().ok().map(Value::from),
        FieldType::Bigint => text.parse::<i64>().ok().map(Value::from),
        FieldType::Double => Number::from_f64(number).map(Value::Number),
        FieldType::Decimal { precision, scale } => {
            let digits = text.trim_start_matches('-').len();
            (digits <= usize::from(precision.saturating_sub(*scale))).then(|| Value::from(text))
        }
        _ => None,
    }
}

fn written(at: i64, kind: &FieldType) -> Option<Value> {
    let at = jiff::Timestamp::from_millisecond(at).ok()?;
    Some(match kind {
        FieldType::Date => Value::from(at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()),
        _ => Value::from(at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()),
    })
}

fn matching(pattern: &str) -> Vec<Value> {
    let like: String =
        pattern.chars().filter(|one| *one != '%').map(|one| if one == '_' { 'a' } else { one }).collect();
    let unlike = format!("~{like}~");
    vec![Value::from(like), Value::from(unlike)]
}

#[cfg(test)]
mod tests {
    use super::super::predicate::condition;
    use super::*;
    use crate::diagnostic::Span;
    use crate::model::pipeline::Field;

    fn schema() -> Schema {
        let field = |name: &str, kind: FieldType, required| Field {
            name: name.to_string(),
            kind,
            required,
            span: Span::default(),
        };
        Schema {
            fields: vec![
                field("id", FieldType::Uuid, true),
                field("gender", FieldType::String, false),
                field("age", FieldType::Int, false),
                field("price", FieldType::Decimal { precision: 6, scale: 2 }, true),
                field("born", FieldType::Date, true),
                field("seen_at", FieldType::Timestamp, false),
                field("active", FieldType::Boolean, true),
                field("tags", FieldType::List(Box::new(FieldType::String)), false),
            ],
        }
    }

    fn found(filter: &str) -> Result<Witnesses, String> {
        let schema = schema();
        let text = format!("SELECT id, gender FROM people WHERE {filter}");
        let condition = condition(&text, &schema)?.ok_or("no condition")?;
        let found = witnesses(&condition, &schema, &BTreeSet::from(["id"]))?;
        let holds = |values: &Values| {
            condition.holds(&schema, &|name: &str| values.get(name).cloned().unwrap_or(Value::from("own")))
        };
        assert_eq!(holds(&found.kept), Some(true), "{filter}");
        assert!(found.left_out.as_ref().is_none_or(|values| holds(values) != Some(true)), "{filter}");
        Ok(found)
    }

    #[test]
    fn both_records_are_found_for_what_people_write() {
        for filter in [
            "gender = 'female'",
            "gender <> 'female' AND age >= 18",
            "age > 17 AND age < 19",
            "NOT (age BETWEEN 18 AND 65) OR gender IN ('a', 'b')",
            "gender LIKE 'fe%' AND gender IS NOT NULL",
            "price >= 9.99",
            "born < DATE '2001-02-03' AND seen_at > '2020-01-01 00:00:00'",
            "active",
            "NOT active AND people.age = 7",
            "18 <= age",
            "age NOT IN (1, 2, 3)",
            "tags IS NULL",
            "price > -5",
        ] {
            assert!(found(filter).unwrap_or_else(|why| panic!("{filter}: {why}")).left_out.is_some(), "{filter}");
        }
    }

    #[test]
    fn a_key_that_is_never_null_leaves_nothing_out() {
        assert_eq!(found("id IS NOT NULL").unwrap().left_out, None);
    }

    #[test]
    fn what_cannot_be_told_is_said() {
        for filter in [
            "age > 1 AND age < 1",
            "id = '7ace0000-0000-4000-8000-000000000001'",
            "length(gender) > 3",
            "age = '7'",
            "age > price",
            "unknown = 1",
            "price = 100000000000",
        ] {
            assert!(found(filter).is_err(), "{filter}");
        }
        assert!(condition("SELECT id FROM people LIMIT 5", &schema()).is_err());
    }
}
