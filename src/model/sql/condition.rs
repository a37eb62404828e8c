//! The condition by which a query keeps rows of one table, as far as it is made of columns and literals.
//!
//! Held against values, in SQL's logic of three. `predicate` reads it from a query, `witness` finds values for it.

use std::cmp::Ordering;

use serde_json::Value;

use crate::model::pipeline::{FieldType, Schema};

/// Columns go by the names of the schema's fields.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Compare { column: String, sign: Sign, literal: Literal },
    Null { column: String },
    Like { column: String, pattern: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Text(String),
    Number(f64),
    Boolean(bool),
    /// Milliseconds since 1970, of a date or a time.
    Moment(i64),
}

impl Condition {
    /// Whether a row is kept; `None` is SQL's unknown, which keeps nothing either.
    #[must_use]
    pub fn holds(&self, schema: &Schema, value: &impl Fn(&str) -> Value) -> Option<bool> {
        match self {
            Self::All(parts) => together(parts.iter().map(|part| part.holds(schema, value)), false),
            Self::Any(parts) => together(parts.iter().map(|part| part.holds(schema, value)), true),
            Self::Not(inner) => inner.holds(schema, value).map(|holds| !holds),
            Self::Null { column } => Some(value(column).is_null()),
            Self::Like { column, pattern } => Some(is_like(value(column).as_str()?, pattern)),
            Self::Compare { column, sign, literal } => {
                let order = order(&value(column), &schema.field(column)?.kind, literal)?;
                Some(match sign {
                    Sign::Equal => order == Ordering::Equal,
                    Sign::Unequal => order != Ordering::Equal,
                    Sign::Less => order == Ordering::Less,
                    Sign::LessOrEqual => order != Ordering::Greater,
                    Sign::More => order == Ordering::Greater,
                    Sign::MoreOrEqual => order != Ordering::Less,
                })
            }
        }
    }

    /// Every comparison in it, in order.
    pub(super) fn leaves(&self) -> Vec<&Self> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::leaves).collect(),
            Self::Not(inner) => inner.leaves(),
            leaf => vec![leaf],
        }
    }
}

/// One deciding part decides all of them; else one that is unknown leaves it open.
fn together(parts: impl Iterator<Item = Option<bool>>, deciding: bool) -> Option<bool> {
    let found: Vec<Option<bool>> = parts.collect();
    if found.contains(&Some(deciding)) {
        return Some(deciding);
    }
    if found.contains(&None) { None } else { Some(!deciding) }
}

/// How a value of a field compares with a literal; `None` for null.
fn order(value: &Value, kind: &FieldType, literal: &Literal) -> Option<Ordering> {
    match literal {
        Literal::Text(text) => Some(value.as_str()?.as_bytes().cmp(text.as_bytes())),
        Literal::Boolean(wanted) => Some(value.as_bool()?.cmp(wanted)),
        Literal::Moment(wanted) => Some(moment(value.as_str()?)?.cmp(wanted)),
        Literal::Number(wanted) => {
            let number = match (kind, value) {
                (FieldType::Decimal { .. }, Value::String(text)) => text.parse().ok()?,
                _ => value.as_f64()?,
            };
            number.partial_cmp(wanted)
        }
    }
}

/// A date, or a time, as milliseconds since 1970; a time without a zone is in UTC, as in the jobs' sessions.
pub(super) fn moment(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_millisecond());
    }
    let at = text.parse::<jiff::civil::DateTime>().ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// SQL's LIKE: `%` is any text, `_` one character.
fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    // Whether the pattern so far matches the text up to each place.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for wanted in pattern {
        let mut next = vec![false; text.len() + 1];
        for place in 0..=text.len() {
            next[place] = match wanted {
                '%' => reached[place] || (place > 0 && next[place - 1]),
                _ => place > 0 && reached[place - 1] && (wanted == '_' || text[place - 1] == wanted),
            };
        }
        reached = next;
    }
    reached[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_as_in_sql() {
        for (text, pattern, matches) in [
            ("Anna", "A%", true),
            ("Anna", "%n_", true),
            ("Anna", "A", false),
            ("", "%", true),
            ("Bob", "A%", false),
            ("né", "n_", true),
        ] {
            assert_eq!(is_like(text, pattern), matches, "{text} {pattern}");
        }
    }

    #[test]
    fn a_date_and_a_time_without_a_zone_are_in_utc() {
        assert_eq!(moment("1970-01-02"), Some(86_400_000));
        assert_eq!(moment("1970-01-01 00:00:01"), Some(1000));
        assert_eq!(moment("1970-01-01T00:00:01.500Z"), Some(1500));
        assert_eq!(moment("yesterday"), None);
    }
}
