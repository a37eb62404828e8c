//! From a query's text to its columns: names followed through aliases, joins, subqueries, unions and aggregates.
//!
//! A name is missing only where everything it could belong to is known. What is not understood makes the part it stands
//! in open: anything may be there, and nothing is claimed.

mod expression;
mod functions;
mod joins;
mod scope;
mod select;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeSet;
use std::ops::Range;

use sqlparser::ast::{Cte, Ident, Query, SetExpr, SetOperator, SetQuantifier, TableAlias};

use super::offsets::Offsets;
use super::reading::{Authority, MissingColumn, OutputColumn, QueryReading, TableColumn, Tables, Unchecked};
use super::{Unread, parse};
use scope::{Named, Scope, Shape, Value};

/// Nested deeper than this, a part is not looked into.
const MAX_DEPTH: usize = 100;

/// Everything that can be told about a query over these tables.
///
/// # Errors
/// The text is not one query, or not one that is understood here.
pub fn read_columns(text: &str, tables: &Tables) -> Result<QueryReading, Unread> {
    let query = parse(text)?;
    let mut reader = Reader::new(text, tables);
    let result = match reader.query(&query, None) {
        Shape::Known(columns) => Some(columns),
        Shape::Open => None,
    };
    for column in result.iter().flatten() {
        reader.uses.extend(column.value.from.iter().cloned());
    }
    reader.missing.sort_by_key(|missing| missing.place.start);
    reader.missing.dedup();
    Ok(QueryReading {
        authority: Authority::Inferred,
        columns: result.map(|columns| columns.into_iter().map(output).collect()),
        uses: reader.uses,
        missing: reader.missing,
        unchecked: reader.unchecked,
    })
}

fn output(column: Named) -> OutputColumn {
    let Value { kind, nulls, from, making } = column.value;
    OutputColumn { name: column.name, kind, nulls, from, making, place: column.place }
}

/// What has been read so far.
struct Reader<'a> {
    offsets: Offsets<'a>,
    tables: &'a Tables,
    /// Common table expressions, innermost query last.
    expressions: Vec<Vec<(String, Shape)>>,
    uses: BTreeSet<TableColumn>,
    missing: Vec<MissingColumn>,
    unchecked: Vec<Unchecked>,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, tables: &'a Tables) -> Self {
        Self {
            offsets: Offsets::new(text),
            tables,
            expressions: Vec::new(),
            uses: BTreeSet::new(),
            missing: Vec::new(),
            unchecked: Vec::new(),
            depth: 0,
        }
    }

    fn query(&mut self, query: &Query, parent: Option<&Scope<'_>>) -> Shape {
        if self.depth >= MAX_DEPTH {
            return self.open("a query nested too deeply", None);
        }
        self.depth += 1;
        self.expressions.push(Vec::new());
        if let Some(with) = &query.with {
            for expression in &with.cte_tables {
                let shape = if with.recursive {
                    self.open("a recursive WITH", self.place(&expression.alias.name))
                } else {
                    self.expression_shape(expression)
                };
                if let Some(level) = self.expressions.last_mut() {
                    level.push((expression.alias.name.value.clone(), shape));
                }
            }
        }
        let order = query.order_by.as_ref();
        let shape = match query.body.as_ref() {
            SetExpr::Select(select) => self.select(select, order, parent),
            // ORDER BY of a union can only name the result's columns, which count anyway.
            body => self.body(body, parent),
        };
        self.expressions.pop();
        self.depth -= 1;
        if query.pipe_operators.is_empty() { shape } else { self.open("a pipe operator", None) }
    }

    fn expression_shape(&mut self, expression: &Cte) -> Shape {
        let shape = self.query(&expression.query, None);
        renamed(shape, &expression.alias)
    }

    fn body(&mut self, body: &SetExpr, parent: Option<&Scope<'_>>) -> Shape {
        match body {
            SetExpr::Select(select) => self.select(select, None, parent),
            SetExpr::Query(query) => self.query(query, parent),
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                if self.depth >= MAX_DEPTH {
                    return self.open("a union of too many parts", None);
                }
                self.depth += 1;
                let sides = (self.body(left, parent), self.body(right, parent));
                self.depth -= 1;
                self.combined(sides, *op, *set_quantifier)
            }
            SetExpr::Values(_) => self.open("VALUES", None),
            _ => self.open("this kind of query", None),
        }
    }

    /// Columns of a union go by their position, and by the names of the first part.
    fn combined(&mut self, sides: (Shape, Shape), operator: SetOperator, quantifier: SetQuantifier) -> Shape {
        let by_name =
            matches!(quantifier, SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName);
        let (Shape::Known(left), Shape::Known(right)) = sides else { return Shape::Open };
        if by_name || left.len() != right.len() {
            left.iter().chain(&right).for_each(|column| self.use_all(&column.value));
            return self.open("a union whose parts do not have the same columns in the same order", None);
        }
        // What only takes rows away keeps the first part's values; every column decides which rows.
        let keeps = matches!(operator, SetOperator::Except | SetOperator::Minus | SetOperator::Intersect);
        let both = left.into_iter().zip(right).map(|(mut column, other)| {
            if keeps {
                self.use_all(&other.value);
                return column;
            }
            let kinds = (column.value.kind.as_ref(), other.value.kind.as_ref());
            let kind = kinds.0.zip(kinds.1).and_then(|(left, right)| types::common(left, right));
            let nulls = column.value.nulls.max(other.value.nulls);
            column.value = Value { kind, nulls, ..Value::made_of([column.value, other.value]) };
            column
        });
        Shape::Known(both.collect())
    }

    /// The shape of a common table expression, the nearest first.
    fn expression_named(&self, name: &str) -> Option<Shape> {
        let mut levels = self.expressions.iter().rev();
        levels.find_map(|level| {
            let found = level.iter().rev().find(|(own, _)| own.eq_ignore_ascii_case(name));
            found.map(|(_, shape)| shape.clone())
        })
    }

    fn use_all(&mut self, value: &Value) {
        self.uses.extend(value.from.iter().cloned());
    }

    /// Something that is not understood: anything may come from there.
    fn open(&mut self, what: &str, place: Option<Range<usize>>) -> Shape {
        self.unchecked.push(Unchecked { what: what.to_owned(), place });
        Shape::Open
    }

    fn place(&self, name: &Ident) -> Option<Range<usize>> {
        self.offsets.range(name.span)
    }
}

/// The columns under the names an alias gives them.
fn renamed(shape: Shape, alias: &TableAlias) -> Shape {
    let Shape::Known(mut columns) = shape else { return Shape::Open };
    if alias.columns.is_empty() {
        return Shape::Known(columns);
    }
    if alias.columns.len() != columns.len() {
        return Shape::Open;
    }
    for (column, named) in columns.iter_mut().zip(&alias.columns) {
        column.name = Some(named.name.value.clone());
    }
    Shape::Known(columns)
}
