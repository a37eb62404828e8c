//! Which records of a topic are good, and whether a table holds exactly their keys.
//!
//! Pure. What counts as good is what the generated readers take.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::tracer::is_reserved;
use crate::ingest::cast::{self, Reading, plain_text};
use crate::ingest::spelling::normal;
use crate::model::pipeline::{Field, FieldType, Schema};

/// A row's or record's key, one text per column.
pub(super) type Key = Vec<String>;

/// What a record of a topic is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Judged {
    /// Its values, by field; absent and null ones are left out.
    Good(BTreeMap<String, Value>),
    Bad,
    Tracer,
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
    if is_tracer { Judged::Tracer } else { Judged::Good(good) }
}

fn converted(value: &Value, kind: &FieldType) -> Option<Value> {
    match (kind, value) {
        (FieldType::String, value) => Some(Value::from(plain_text(value))),
        // A number with a point is no whole number to Spark, whatever it is worth.
        (FieldType::Int | FieldType::Bigint, Value::Number(number)) if !number.is_i64() => None,
        _ => cast::read(value, kind, Reading::Cast).ok(),
    }
}

/// One part of a key in the spelling both sides share.
#[must_use]
pub(super) fn key_part(value: &Value, kind: &FieldType) -> String {
    plain_text(&normal(value, kind))
}

/// The key a good record's row has; `None` when a part is null.
#[must_use]
pub(super) fn row_key(good: &BTreeMap<String, Value>, columns: &[(&Field, &Field)]) -> Option<Key> {
    columns.iter().map(|(column, field)| Some(key_part(good.get(&field.name)?, &column.kind))).collect()
}

/// What may differ for good reasons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Allowed {
    /// The topic no longer has all its records, or others write to the table too.
    pub more_rows: bool,
    /// The stream began at the end of the topic.
    pub fewer_rows: bool,
}

/// Keys of a topic against the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Balance {
    pub keys: usize,
    pub rows: usize,
    /// Keys that were there when the proof began and have no row.
    pub missing: usize,
    /// Rows whose key no record has.
    pub surplus: usize,
    pub example: Option<Key>,
}

impl Balance {
    /// `keys` holds, per key, the round in which it was first seen: only those of round 0 must have arrived by now.
    #[must_use]
    pub(super) fn of(keys: &BTreeMap<Key, u32>, rows: &BTreeSet<Key>) -> Self {
        let mut missing = keys.iter().filter(|(key, round)| **round == 0 && !rows.contains(*key)).map(|(key, _)| key);
        let mut surplus = rows.iter().filter(|key| !keys.contains_key(*key));
        let (first_missing, first_surplus) = (missing.next(), surplus.next());
        Self {
            keys: keys.len(),
            rows: rows.len(),
            missing: missing.count() + usize::from(first_missing.is_some()),
            surplus: surplus.count() + usize::from(first_surplus.is_some()),
            example: first_missing.or(first_surplus).cloned(),
        }
    }

    #[must_use]
    pub(super) fn holds(&self, allowed: Allowed) -> bool {
        (self.missing == 0 || allowed.fewer_rows) && (self.surplus == 0 || allowed.more_rows)
    }

    /// The numbers, in words.
    #[must_use]
    pub(super) fn words(&self) -> String {
        let mut text = format!("{} distinct keys, {} rows", self.keys, self.rows);
        if self.missing > 0 {
            text = format!("{text}; {} keys have no row", self.missing);
        }
        if self.surplus > 0 {
            text = format!("{text}; {} rows have no record", self.surplus);
        }
        match &self.example {
            Some(key) => format!("{text} (one is {})", key.join(", ")),
            None => text,
        }
    }
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
        assert_eq!(judged(&json!({"id": -9_000_000_000_000_001_i64})), Judged::Tracer);
        assert_eq!(judge(None, &schema(), None), Judged::Bad);
    }

    fn keys(pairs: &[(&str, u32)]) -> BTreeMap<Key, u32> {
        pairs.iter().map(|(key, round)| (vec![(*key).to_string()], *round)).collect()
    }

    fn rows(names: &[&str]) -> BTreeSet<Key> {
        names.iter().map(|name| vec![(*name).to_string()]).collect()
    }

    #[test]
    fn a_key_without_a_row_and_a_row_without_a_key_unbalance() {
        let both = Balance::of(&keys(&[("a", 0), ("b", 0)]), &rows(&["a", "c"]));
        assert_eq!((both.missing, both.surplus), (1, 1));
        assert!(!both.holds(Allowed::default()));
        assert!(!both.holds(Allowed { more_rows: true, fewer_rows: false }));
        assert!(both.words().contains("1 keys have no row; 1 rows have no record (one is b)"), "{}", both.words());
        assert!(Balance::of(&keys(&[("a", 0)]), &rows(&["a"])).holds(Allowed::default()));
    }

    #[test]
    fn a_record_that_came_meanwhile_may_still_be_on_its_way_but_its_row_is_no_surplus() {
        assert!(Balance::of(&keys(&[("a", 0), ("b", 1)]), &rows(&["a"])).holds(Allowed::default()));
        assert!(Balance::of(&keys(&[("a", 0), ("b", 1)]), &rows(&["a", "b"])).holds(Allowed::default()));
    }
}
