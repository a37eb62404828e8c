//! The names of field types: `string`, `decimal(10,2)`, `list<string>`, and what fits into what.

use std::fmt;

use super::pipeline::FieldType;

/// Types without parameters, as the file writes them.
pub const SIMPLE: [(&str, FieldType); 8] = [
    ("string", FieldType::String),
    ("int", FieldType::Int),
    ("bigint", FieldType::Bigint),
    ("double", FieldType::Double),
    ("boolean", FieldType::Boolean),
    ("uuid", FieldType::Uuid),
    ("timestamp", FieldType::Timestamp),
    ("date", FieldType::Date),
];
const MAX_DEPTH: usize = 4;

/// The type a text names.
#[must_use]
pub fn parse(written: &str) -> Option<FieldType> {
    parse_at(written, 0)
}

fn parse_at(written: &str, depth: usize) -> Option<FieldType> {
    let text = written.trim();
    if depth > MAX_DEPTH {
        return None;
    }
    if let Some((_, simple)) = SIMPLE.iter().find(|(name, _)| *name == text) {
        return Some(simple.clone());
    }
    if let Some(item) = inside(text, "list<", '>') {
        return Some(FieldType::List(Box::new(parse_at(item, depth + 1)?)));
    }
    if let Some(pair) = inside(text, "map<", '>') {
        let (key, value) = split_pair(pair)?;
        return Some(FieldType::Map(Box::new(parse_at(key, depth + 1)?), Box::new(parse_at(value, depth + 1)?)));
    }
    let (precision, scale) = inside(text, "decimal(", ')')?.split_once(',')?;
    let (precision, scale): (u8, u8) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
    ((1..=38).contains(&precision) && scale <= precision).then_some(FieldType::Decimal { precision, scale })
}

fn inside<'text>(text: &'text str, open: &str, close: char) -> Option<&'text str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

/// The two sides of the first comma that is not inside brackets.
fn split_pair(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (index, character) in text.char_indices() {
        match character {
            '<' | '(' => depth += 1,
            '>' | ')' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => return Some((&text[..index], &text[index + 1..])),
            _ => {}
        }
    }
    None
}

/// What happens to a value of one type that is written to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Every value arrives unchanged.
    Exact,
    /// Some values lose digits, or fail.
    Narrowing,
    /// No meaning.
    None,
}

/// Whether values of `from` can be written to a column of `to`.
#[must_use]
pub fn fit(from: &FieldType, to: &FieldType) -> Fit {
    use FieldType::{Bigint, Date, Decimal, Double, Int, List, Map, String, Timestamp, Uuid};
    if from == to {
        return Fit::Exact;
    }
    match (from, to) {
        (Int, Bigint | Double)
        | (Int | Bigint | Double | Uuid | Timestamp | Date | Decimal { .. }, String)
        | (Date, Timestamp) => Fit::Exact,
        (Bigint, Int | Double)
        | (Double, Int | Bigint)
        | (Timestamp, Date)
        | (String, Uuid | Timestamp | Date | Int | Bigint | Double | Decimal { .. })
        | (Decimal { .. }, Int | Bigint | Double)
        | (Int | Bigint | Double, Decimal { .. }) => Fit::Narrowing,
        (Decimal { precision, scale }, Decimal { precision: to_precision, scale: to_scale }) => {
            let digits = i16::from(*precision) - i16::from(*scale);
            let to_digits = i16::from(*to_precision) - i16::from(*to_scale);
            if scale <= to_scale && digits <= to_digits { Fit::Exact } else { Fit::Narrowing }
        }
        (List(from), List(to)) => fit(from, to),
        (Map(from_key, from_value), Map(to_key, to_value)) => worst(fit(from_key, to_key), fit(from_value, to_value)),
        _ => Fit::None,
    }
}

fn worst(left: Fit, right: Fit) -> Fit {
    match (left, right) {
        (Fit::None, _) | (_, Fit::None) => Fit::None,
        (Fit::Narrowing, _) | (_, Fit::Narrowing) => Fit::Narrowing,
        _ => Fit::Exact,
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::List(item) => write!(f, "list<{item}>"),
            Self::Map(key, value) => write!(f, "map<{key},{value}>"),
            simple => f.write_str(SIMPLE.iter().find(|(_, kind)| kind == simple).map_or("", |(name, _)| name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_reads_back_from_its_own_name() {
        for name in ["string", "uuid", "decimal(10,2)", "list<int>", "map<string,list<decimal(4,0)>>"] {
            assert_eq!(parse(name).map(|kind| kind.to_string()).as_deref(), Some(name));
        }
    }

    #[test]
    fn nonsense_and_deep_nesting_name_no_type() {
        for name in [
            "text",
            "decimal(50,2)",
            "decimal(2,3)",
            "list<>",
            "map<string>",
            "list<list<list<list<list<list<int>>>>>>",
        ] {
            assert_eq!(parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_bigint_narrows_to_int_but_not_back() {
        assert_eq!(fit(&FieldType::Bigint, &FieldType::Int), Fit::Narrowing);
        assert_eq!(fit(&FieldType::Int, &FieldType::Bigint), Fit::Exact);
        assert_eq!(fit(&FieldType::Boolean, &FieldType::Int), Fit::None);
    }
}
