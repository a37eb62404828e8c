//! Spark's types as this room knows them: what a cast names, what two types have in common, what arithmetic makes.
//!
//! Nothing where Spark's rules are finer than ours: an unknown type is never an error.

use sqlparser::ast::{ArrayElemTypeDef, BinaryOperator, DataType, ExactNumberInfo, Value as Literal};

use crate::model::pipeline::FieldType;

/// The widest decimal.
const MAX_PRECISION: u8 = 38;

pub(super) fn named(data_type: &DataType) -> Option<FieldType> {
    match data_type {
        DataType::Int(_) | DataType::Integer(_) => Some(FieldType::Int),
        DataType::BigInt(_) => Some(FieldType::Bigint),
        DataType::Double(_) | DataType::DoublePrecision => Some(FieldType::Double),
        DataType::String(_) => Some(FieldType::String),
        DataType::Boolean => Some(FieldType::Boolean),
        DataType::Date => Some(FieldType::Date),
        DataType::Timestamp(..) => Some(FieldType::Timestamp),
        DataType::Decimal(info) | DataType::Numeric(info) | DataType::Dec(info) => decimal(info),
        DataType::Array(ArrayElemTypeDef::AngleBracket(item) | ArrayElemTypeDef::Parenthesis(item)) => {
            Some(FieldType::List(Box::new(named(item)?)))
        }
        DataType::Map(key, value, _) => Some(FieldType::Map(Box::new(named(key)?), Box::new(named(value)?))),
        _ => None,
    }
}

/// Spark's `DECIMAL` alone has ten digits.
fn decimal(info: &ExactNumberInfo) -> Option<FieldType> {
    let (precision, scale) = match info {
        ExactNumberInfo::None => (10, 0),
        ExactNumberInfo::Precision(precision) => (u8::try_from(*precision).ok()?, 0),
        ExactNumberInfo::PrecisionAndScale(precision, scale) => {
            (u8::try_from(*precision).ok()?, u8::try_from(*scale).ok()?)
        }
    };
    (precision <= MAX_PRECISION && scale <= precision).then_some(FieldType::Decimal { precision, scale })
}

pub(super) fn literal(value: &Literal) -> Option<FieldType> {
    match value {
        Literal::Number(digits, false) => number(digits),
        Literal::Number(digits, true) => digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(FieldType::Bigint),
        Literal::SingleQuotedString(_) | Literal::DoubleQuotedString(_) => Some(FieldType::String),
        Literal::Boolean(_) => Some(FieldType::Boolean),
        _ => None,
    }
}

fn number(digits: &str) -> Option<FieldType> {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return match digits.parse::<i64>().ok()? {
            small if i32::try_from(small).is_ok() => Some(FieldType::Int),
            _ => Some(FieldType::Bigint),
        };
    }
    if digits.contains(['e', 'E']) {
        return digits.parse::<f64>().is_ok().then_some(FieldType::Double);
    }
    let (whole, fraction) = digits.split_once('.')?;
    let plain = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    let scale = u8::try_from(fraction.len()).ok()?;
    let whole = u8::try_from(whole.trim_start_matches('0').len()).ok()?;
    let precision = whole.checked_add(scale)?.max(1);
    (plain && precision <= MAX_PRECISION).then_some(FieldType::Decimal { precision, scale })
}

/// The type that holds both: of CASE, COALESCE, UNION.
pub(super) fn common(left: &FieldType, right: &FieldType) -> Option<FieldType> {
    use FieldType::{Bigint, Date, Decimal, Double, Int, String, Timestamp, Uuid};
    if left == right {
        return Some(left.clone());
    }
    match (left, right) {
        (Int, Bigint) | (Bigint, Int) => Some(Bigint),
        (Int | Bigint | Decimal { .. }, Double) | (Double, Int | Bigint | Decimal { .. }) => Some(Double),
        (Uuid, String) | (String, Uuid) => Some(String),
        (Date, Timestamp) | (Timestamp, Date) => Some(Timestamp),
        (Decimal { .. } | Int | Bigint, Decimal { .. } | Int | Bigint) => {
            let ((left_whole, left_scale), (right_whole, right_scale)) = (digits(left)?, digits(right)?);
            let scale = left_scale.max(right_scale);
            let precision = left_whole.max(right_whole) + scale;
            (precision <= MAX_PRECISION).then_some(Decimal { precision, scale })
        }
        _ => None,
    }
}

/// Digits before and after the point.
const fn digits(kind: &FieldType) -> Option<(u8, u8)> {
    match kind {
        FieldType::Int => Some((10, 0)),
        FieldType::Bigint => Some((20, 0)),
        FieldType::Decimal { precision, scale } => Some((*precision - *scale, *scale)),
        _ => None,
    }
}

pub(super) fn common_of(kinds: &[Option<FieldType>]) -> Option<FieldType> {
    let (first, rest) = kinds.split_first()?;
    rest.iter().try_fold(first.clone()?, |kind, other| common(&kind, other.as_ref()?))
}

/// What an operator makes of two operands.
pub(super) fn operated(
    operator: &BinaryOperator,
    left: Option<&FieldType>,
    right: Option<&FieldType>,
) -> Option<FieldType> {
    use BinaryOperator as Op;
    match operator {
        Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq | Op::Spaceship | Op::And | Op::Or => {
            Some(FieldType::Boolean)
        }
        Op::StringConcat => {
            let texts = [left?, right?].iter().all(|kind| !matches!(kind, FieldType::List(_)));
            texts.then_some(FieldType::String)
        }
        Op::Plus | Op::Minus | Op::Multiply | Op::Modulo => whole_or_double(left?, right?),
        Op::Divide => whole_or_double(left?, right?).map(|_| FieldType::Double),
        Op::MyIntegerDivide => whole_or_double(left?, right?).map(|_| FieldType::Bigint),
        _ => None,
    }
}

/// Arithmetic of decimals among themselves has digits of its own.
fn whole_or_double(left: &FieldType, right: &FieldType) -> Option<FieldType> {
    use FieldType::{Bigint, Decimal, Double, Int};
    match (left, right) {
        (Int | Bigint | Double, Int | Bigint | Double) | (Double, Decimal { .. }) | (Decimal { .. }, Double) => {
            common(left, right)
        }
        _ => None,
    }
}
