//! From a query's WHERE to a condition over one table's columns and literals.
//!
//! What is not understood is an error that says so: Spark is the authority.

use sqlparser::ast::{BinaryOperator, Expr, InTarget, SetExpr, UnaryOperator, Value as SqlValue};

use super::condition::{Condition, Literal, Sign, moment};
use crate::model::pipeline::{Field, FieldType, Schema};

/// Larger whole numbers are not all doubles.
const EXACT: f64 = 9_000_000_000_000_000.0;

/// The condition of a query over one table; `None` where it keeps every row.
///
/// # Errors
/// Why it is not understood, in words.
pub fn condition(query: &str, schema: &Schema) -> Result<Option<Condition>, String> {
    let parsed = super::parse(query).map_err(|error| error.to_string())?;
    if parsed.limit_clause.is_some() || parsed.fetch.is_some() || parsed.with.is_some() {
        return Err("the query limits its rows, or reads more than one table".to_string());
    }
    let SetExpr::Select(select) = parsed.body.as_ref() else {
        return Err("the query is no single SELECT".to_string());
    };
    if select.qualify.is_some() {
        return Err("the query filters by a window".to_string());
    }
    select.selection.as_ref().map(|expr| read(expr, schema)).transpose()
}

fn read(expr: &Expr, schema: &Schema) -> Result<Condition, String> {
    match expr {
        Expr::Nested(inner) => read(inner, schema),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => Ok(Condition::Not(Box::new(read(expr, schema)?))),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            Ok(Condition::All(vec![read(left, schema)?, read(right, schema)?]))
        }
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
            Ok(Condition::Any(vec![read(left, schema)?, read(right, schema)?]))
        }
        Expr::BinaryOp { left, op, right } => comparison(left, op, right, schema, expr),
        Expr::IsNull(column) => Ok(Condition::Null { column: field(column, schema)?.name.clone() }),
        Expr::IsNotNull(column) => {
            Ok(Condition::Not(Box::new(Condition::Null { column: field(column, schema)?.name.clone() })))
        }
        Expr::Between { expr, negated, low, high } => {
            let field = field(expr, schema)?;
            let ends =
                vec![compare(field, Sign::MoreOrEqual, low, expr)?, compare(field, Sign::LessOrEqual, high, expr)?];
            Ok(turned(Condition::All(ends), *negated))
        }
        Expr::In { expr, target: InTarget::List(list), negated, global: false } => {
            let field = field(expr, schema)?;
            let one = |item| compare(field, Sign::Equal, item, expr);
            Ok(turned(Condition::Any(list.iter().map(one).collect::<Result<_, _>>()?), *negated))
        }
        Expr::Like { negated, any: false, expr: column, pattern, escape_char: None } => {
            let field = field(column, schema)?;
            match (&field.kind, sql_value(pattern)) {
                (FieldType::String, Some(SqlValue::SingleQuotedString(pattern))) if !pattern.contains('\\') => {
                    Ok(turned(Condition::Like { column: field.name.clone(), pattern: pattern.clone() }, *negated))
                }
                _ => Err(not_understood(expr)),
            }
        }
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
            let field = field(expr, schema)?;
            match field.kind {
                FieldType::Boolean => Ok(Condition::Compare {
                    column: field.name.clone(),
                    sign: Sign::Equal,
                    literal: Literal::Boolean(true),
                }),
                _ => Err(not_understood(expr)),
            }
        }
        _ => Err(not_understood(expr)),
    }
}

fn turned(condition: Condition, negated: bool) -> Condition {
    if negated { Condition::Not(Box::new(condition)) } else { condition }
}

fn comparison(
    left: &Expr,
    op: &BinaryOperator,
    right: &Expr,
    schema: &Schema,
    whole: &Expr,
) -> Result<Condition, String> {
    let sign = match op {
        BinaryOperator::Eq => Sign::Equal,
        BinaryOperator::NotEq => Sign::Unequal,
        BinaryOperator::Lt => Sign::Less,
        BinaryOperator::LtEq => Sign::LessOrEqual,
        BinaryOperator::Gt => Sign::More,
        BinaryOperator::GtEq => Sign::MoreOrEqual,
        _ => return Err(not_understood(whole)),
    };
    if let Ok(field) = field(left, schema) {
        return compare(field, sign, right, whole);
    }
    let mirrored = match sign {
        Sign::Less => Sign::More,
        Sign::LessOrEqual => Sign::MoreOrEqual,
        Sign::More => Sign::Less,
        Sign::MoreOrEqual => Sign::LessOrEqual,
        same => same,
    };
    compare(field(right, schema)?, mirrored, left, whole)
}

fn compare(field: &Field, sign: Sign, literal: &Expr, whole: &Expr) -> Result<Condition, String> {
    let literal = literal_for(&field.kind, literal).ok_or_else(|| not_understood(whole))?;
    Ok(Condition::Compare { column: field.name.clone(), sign, literal })
}

/// A literal that Spark compares with a column of this type as it stands.
fn literal_for(kind: &FieldType, expr: &Expr) -> Option<Literal> {
    let (value, negative) = match expr {
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => (sql_value(expr)?, true),
        Expr::TypedString(typed) => (&typed.value.value, false),
        other => (sql_value(other)?, false),
    };
    match (kind, value) {
        (
            FieldType::Int | FieldType::Bigint | FieldType::Double | FieldType::Decimal { .. },
            SqlValue::Number(text, _),
        ) => {
            let number = text.parse::<f64>().ok().filter(|number| number.abs() < EXACT)?;
            Some(Literal::Number(if negative { -number } else { number }))
        }
        (FieldType::String | FieldType::Uuid, SqlValue::SingleQuotedString(text)) => Some(Literal::Text(text.clone())),
        (FieldType::Boolean, SqlValue::Boolean(value)) => Some(Literal::Boolean(*value)),
        (FieldType::Timestamp | FieldType::Date, SqlValue::SingleQuotedString(text)) => {
            moment(text).map(Literal::Moment)
        }
        _ => None,
    }
}

fn sql_value(expr: &Expr) -> Option<&SqlValue> {
    match expr {
        Expr::Value(value) => Some(&value.value),
        Expr::Nested(inner) => sql_value(inner),
        _ => None,
    }
}

fn field<'a>(expr: &Expr, schema: &'a Schema) -> Result<&'a Field, String> {
    let name = match expr {
        Expr::Nested(inner) => return field(inner, schema),
        Expr::Identifier(name) => &name.value,
        Expr::CompoundIdentifier(parts) if parts.len() == 2 => &parts[1].value,
        _ => return Err(not_understood(expr)),
    };
    let mut fields = schema.fields.iter();
    fields.find(|field| field.name.eq_ignore_ascii_case(name)).ok_or_else(|| not_understood(expr))
}

fn not_understood(expr: &Expr) -> String {
    format!("what `{expr}` keeps cannot be told without Spark")
}
