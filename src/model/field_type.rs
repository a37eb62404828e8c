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
/// Digits that hold every whole number of 32 bits, of 64 bits, and those a double keeps exactly.
const INT_DIGITS: u8 = 10;
const BIGINT_DIGITS: u8 = 19;
const DOUBLE_DIGITS: u8 = 15;

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
        let [key, value] = split(pair)?[..] else { return None };
        return Some(FieldType::Map(Box::new(parse_at(key, depth + 1)?), Box::new(parse_at(value, depth + 1)?)));
    }
    if let Some(members) = inside(text, "any_of<", '>') {
        let kinds = split(members)?.into_iter().map(|one| parse_at(one, depth + 1)).collect::<Option<Vec<_>>>()?;
        return union(kinds);
    }
    let (precision, scale) = inside(text, "decimal(", ')')?.split_once(',')?;
    let (precision, scale): (u8, u8) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
    ((1..=38).contains(&precision) && scale <= precision).then_some(FieldType::Decimal { precision, scale })
}

/// A union of at least two different types. A union in a union would only be a longer way to write it.
fn union(kinds: Vec<FieldType>) -> Option<FieldType> {
    let flat = kinds.iter().all(|kind| !matches!(kind, FieldType::AnyOf(_)));
    let different = kinds.iter().enumerate().all(|(index, kind)| !kinds[..index].contains(kind));
    (kinds.len() >= 2 && flat && different).then_some(FieldType::AnyOf(kinds))
}

fn inside<'text>(text: &'text str, open: &str, close: char) -> Option<&'text str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

/// The parts between commas that are not inside brackets.
fn split(text: &str) -> Option<Vec<&str>> {
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (index, character) in text.char_indices() {
        match character {
            '<' | '(' => depth += 1,
            '>' | ')' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    Some(parts)
}

/// What happens to a value of one type that is written to another. In order: a whole is as bad as its worst part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Every value arrives unchanged, and the generated writer does it by itself. Transitive.
    Exact,
    /// Every value has a place, once the query says `CAST`: a number as text, a value of several types as one.
    /// Exact and Cast together are transitive.
    Cast,
    /// Some values lose digits, or fail.
    Narrowing,
    /// No meaning.
    None,
}

/// Whether values of `from` can be written to a column of `to`.
#[must_use]
pub fn fit(from: &FieldType, to: &FieldType) -> Fit {
    use FieldType::{AnyOf, Bigint, Boolean, Date, Decimal, Double, Int, List, Map, String, Timestamp, Uuid};
    if from == to {
        return Fit::Exact;
    }
    match (from, to) {
        (from, AnyOf(members)) => into_union(from, members),
        (AnyOf(members), to) => members.iter().map(|member| fit(member, to)).fold(Fit::Cast, Fit::max),
        // Spark has no UUID: the column is text already.
        (Int, Bigint | Double) | (Uuid, String) | (Date, Timestamp) => Fit::Exact,
        (Int | Bigint | Double | Boolean | Timestamp | Date | Decimal { .. }, String) => Fit::Cast,
        (Int | Bigint, Decimal { precision, scale }) => {
            let digits = if *from == Int { INT_DIGITS } else { BIGINT_DIGITS };
            if digits <= precision - scale { Fit::Exact } else { Fit::Narrowing }
        }
        (Decimal { precision, scale: 0 }, Int) if *precision < INT_DIGITS => Fit::Cast,
        (Decimal { precision, scale: 0 }, Bigint) if *precision < BIGINT_DIGITS => Fit::Cast,
        (Decimal { precision, scale: 0 }, Double) if *precision <= DOUBLE_DIGITS => Fit::Cast,
        (Bigint, Int | Double)
        | (Double, Int | Bigint | Decimal { .. })
        | (Timestamp, Date)
        | (String, Uuid | Timestamp | Date | Int | Bigint | Double | Boolean | Decimal { .. })
        | (Decimal { .. }, Int | Bigint | Double) => Fit::Narrowing,
        (Decimal { precision, scale }, Decimal { precision: to_precision, scale: to_scale }) => {
            let fits = scale <= to_scale && precision - scale <= to_precision - to_scale;
            if fits { Fit::Exact } else { Fit::Narrowing }
        }
        (List(from), List(to)) => fit(from, to),
        (Map(from_key, from_value), Map(to_key, to_value)) => fit(from_key, to_key).max(fit(from_value, to_value)),
        _ => Fit::None,
    }
}

/// A value is one of the union's types if it fits one of them; another union, if each of its members does.
fn into_union(from: &FieldType, members: &[FieldType]) -> Fit {
    let best = |from: &FieldType| members.iter().map(|member| fit(from, member)).min().unwrap_or(Fit::None);
    match from {
        FieldType::AnyOf(own) => own.iter().map(best).max().unwrap_or(Fit::None),
        one => best(one),
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::List(item) => write!(f, "list<{item}>"),
            Self::Map(key, value) => write!(f, "map<{key},{value}>"),
            Self::AnyOf(members) => {
                let names: Vec<String> = members.iter().map(ToString::to_string).collect();
                write!(f, "any_of<{}>", names.join(","))
            }
            simple => f.write_str(SIMPLE.iter().find(|(_, kind)| kind == simple).map_or("", |(name, _)| name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_reads_back_from_its_own_name() {
        for name in [
            "string",
            "uuid",
            "decimal(10,2)",
            "list<int>",
            "map<string,list<decimal(4,0)>>",
            "any_of<string,int>",
            "list<any_of<map<string,int>,decimal(4,2),boolean>>",
        ] {
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
            "map<string,int,int>",
            "any_of<string>",
            "any_of<int,int>",
            "any_of<int,any_of<string,boolean>>",
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
