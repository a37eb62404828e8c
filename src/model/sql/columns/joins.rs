//! FROM: which tables stand there under which names, what joins do to nulls, what USING and conditions say.

use sqlparser::ast::{
    BinaryOperator, Expr, InTarget, Join, JoinConstraint, JoinOperator, LateralView, ObjectName, TableAlias,
    TableFactor, TableWithJoins,
};

use super::functions;
use super::scope::{Named, Relation, Scope, Shape, Value};
use super::{Reader, renamed};
use crate::model::sql::reading::{Making, Nulls, TableColumn, TableField};

/// Which side of a join may be made of nulls.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outer {
    Neither,
    Left,
    Right,
    Both,
}

impl Reader<'_> {
    pub(super) fn from<'s>(&mut self, from: &[TableWithJoins], parent: Option<&'s Scope<'s>>) -> Scope<'s> {
        let mut scope = Scope::inside(parent);
        for item in from {
            let relation = self.relation(&item.relation);
            scope.relations.push(relation);
            for join in &item.joins {
                self.join(join, &mut scope);
            }
        }
        scope
    }

    fn relation(&mut self, factor: &TableFactor) -> Relation {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => self.table(name, alias.as_ref()),
            TableFactor::Derived { lateral: false, subquery, alias, .. } => {
                let shape = self.query(subquery, None);
                let shape = alias.as_ref().map_or(shape.clone(), |alias| renamed(shape, alias));
                Relation { name: alias.as_ref().map(name_of), table: None, shape, joined: Vec::new() }
            }
            other => Relation {
                name: alias_of(other).map(name_of),
                table: None,
                shape: self.open("this kind of table", None),
                joined: Vec::new(),
            },
        }
    }

    fn table(&mut self, name: &ObjectName, alias: Option<&TableAlias>) -> Relation {
        let parts: Vec<&str> =
            name.0.iter().filter_map(|part| part.as_ident()).map(|ident| ident.value.as_str()).collect();
        let (full, last) = (parts.join("."), parts.last().copied().unwrap_or_default().to_owned());
        let expression = if parts.len() == 1 { self.expression_named(&full) } else { None };
        let (shape, table) = match (expression, self.tables.find(&full)) {
            (Some(shape), _) => (shape, None),
            (None, Some(fields)) => (declared(&full, fields), Some(full)),
            // Told by another rule (SF108), or a name with two meanings (SF102).
            (None, None) => (Shape::Open, None),
        };
        let shape = alias.map_or(shape.clone(), |alias| renamed(shape, alias));
        Relation { name: Some(alias.map_or(last, name_of)), table, shape, joined: Vec::new() }
    }

    fn join(&mut self, join: &Join, scope: &mut Scope<'_>) {
        let mut right = self.relation(&join.relation);
        let (constraint, outer) = match &join.join_operator {
            JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) | JoinOperator::CrossJoin(constraint) => {
                (constraint, Outer::Neither)
            }
            JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => (constraint, Outer::Right),
            JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => (constraint, Outer::Left),
            JoinOperator::FullOuter(constraint) => (constraint, Outer::Both),
            JoinOperator::Semi(constraint)
            | JoinOperator::LeftSemi(constraint)
            | JoinOperator::Anti(constraint)
            | JoinOperator::LeftAnti(constraint) => {
                scope.relations.push(right);
                self.constraint(constraint, scope, Outer::Both);
                // The right side only decides; it is not there afterwards.
                scope.relations.pop();
                return;
            }
            _ => {
                scope.open = true;
                self.open("this kind of join", None);
                return;
            }
        };
        if matches!(outer, Outer::Right | Outer::Both) {
            right.may_be_null();
        }
        if matches!(outer, Outer::Left | Outer::Both) {
            scope.relations.iter_mut().for_each(Relation::may_be_null);
            scope.joined.iter_mut().for_each(|column| column.value.nulls = Nulls::Possible);
        }
        scope.relations.push(right);
        self.constraint(constraint, scope, outer);
    }

    fn constraint(&mut self, constraint: &JoinConstraint, scope: &mut Scope<'_>, outer: Outer) {
        match constraint {
            JoinConstraint::On(condition) => {
                let value = self.expression(condition, scope);
                self.use_all(&value);
                if outer == Outer::Neither {
                    refuse_nulls(condition, scope);
                }
            }
            JoinConstraint::Using(names) => {
                for name in names.iter().filter_map(|name| name.0.last()?.as_ident()) {
                    self.using(&name.value, scope, outer);
                }
            }
            JoinConstraint::None => {}
            JoinConstraint::UsingAlias(..) | JoinConstraint::Natural => {
                scope.open = true;
                self.open("a NATURAL join", None);
            }
        }
    }

    /// Two columns of one name become one.
    fn using(&mut self, name: &str, scope: &mut Scope<'_>, outer: Outer) {
        let mut sides = Vec::new();
        if let Some(index) = scope.joined.iter().position(|column| column.is(name)) {
            sides.push(scope.joined.remove(index).value);
        }
        for relation in &mut scope.relations {
            let hidden = relation.joined.iter().any(|joined| joined.eq_ignore_ascii_case(name));
            if let Some(column) = relation.column(name).filter(|_| !hidden) {
                sides.push(column.value.clone());
                relation.joined.push(name.to_owned());
            }
        }
        sides.iter().for_each(|side| self.use_all(side));
        let kind = sides.first().and_then(|side| side.kind.clone());
        let nulls = match outer {
            // Equal values are not null; of an outer join it is the side that is always there.
            Outer::Neither => Nulls::Never,
            Outer::Left | Outer::Right | Outer::Both => {
                sides.iter().map(|side| side.nulls).min().unwrap_or(Nulls::Unknown)
            }
        };
        let value = Value { kind, nulls, ..Value::made_of(sides) };
        scope.joined.push(Named { name: Some(name.to_owned()), value, place: None });
    }

    /// LATERAL VIEW: rows made of a value of each row.
    pub(super) fn lateral_view(&mut self, view: &LateralView, scope: &mut Scope<'_>) {
        let made = self.expression(&view.lateral_view, scope);
        self.use_all(&made);
        let kind = made.kind.clone().filter(|_| view.lateral_col_alias.len() == 1);
        let nulls = if view.outer { Nulls::Possible } else { Nulls::Unknown };
        let columns = view.lateral_col_alias.iter().map(|alias| Named {
            name: Some(alias.value.clone()),
            value: Value { kind: kind.clone(), nulls, making: Making::Computed, from: made.from.clone() },
            place: self.place(alias),
        });
        let columns: Vec<Named> = columns.collect();
        let shape = if columns.is_empty() { Shape::Open } else { Shape::Known(columns) };
        let name = view.lateral_view_name.0.last().and_then(|part| part.as_ident()).map(|name| name.value.clone());
        scope.relations.push(Relation { name, table: None, shape, joined: Vec::new() });
    }
}

fn declared(table: &str, fields: &[TableField]) -> Shape {
    let columns = fields.iter().map(|field| Named {
        name: Some(field.name.clone()),
        value: Value {
            kind: Some(field.kind.clone()),
            nulls: field.nulls,
            from: [TableColumn::new(table, &field.name)].into(),
            making: Making::Unchanged,
        },
        place: None,
    });
    Shape::Known(columns.collect())
}

fn name_of(alias: &TableAlias) -> String {
    alias.name.value.clone()
}

fn alias_of(factor: &TableFactor) -> Option<&TableAlias> {
    match factor {
        TableFactor::Table { alias, .. }
        | TableFactor::Derived { alias, .. }
        | TableFactor::TableFunction { alias, .. }
        | TableFactor::Function { alias, .. }
        | TableFactor::UNNEST { alias, .. }
        | TableFactor::NestedJoin { alias, .. }
        | TableFactor::Pivot { alias, .. }
        | TableFactor::Unpivot { alias, .. } => alias.as_ref(),
        _ => None,
    }
}

/// Rows for which a condition holds have no null where it compares.
pub(super) fn refuse_nulls(condition: &Expr, scope: &mut Scope<'_>) {
    let mut rest = vec![condition];
    while let Some(part) = rest.pop() {
        match part {
            Expr::Nested(inner) => rest.push(inner),
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => rest.extend([left.as_ref(), right.as_ref()]),
            Expr::BinaryOp {
                left,
                op:
                    BinaryOperator::Eq
                    | BinaryOperator::NotEq
                    | BinaryOperator::Lt
                    | BinaryOperator::LtEq
                    | BinaryOperator::Gt
                    | BinaryOperator::GtEq,
                right,
            } => {
                not_null(left, scope);
                not_null(right, scope);
            }
            Expr::IsNotNull(inner)
            | Expr::Between { expr: inner, .. }
            | Expr::Like { expr: inner, .. }
            | Expr::ILike { expr: inner, .. }
            | Expr::RLike { expr: inner, .. }
            | Expr::In { expr: inner, target: InTarget::List(_) | InTarget::Subquery(_), .. } => not_null(inner, scope),
            _ => {}
        }
    }
}

/// The column an expression is null with: through brackets, casts and functions that give null for null.
fn not_null(expr: &Expr, scope: &mut Scope<'_>) {
    let column = match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => return not_null(inner, scope),
        Expr::Function(function) => return strict_argument(function).into_iter().for_each(|e| not_null(e, scope)),
        Expr::Identifier(name) => {
            if let Some(joined) = scope.joined.iter_mut().find(|column| column.is(&name.value)) {
                joined.value.nulls = Nulls::Never;
            }
            scope.column_mut(None, &name.value)
        }
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [table, name] => scope.column_mut(Some(&table.value), &name.value),
            _ => None,
        },
        _ => None,
    };
    if let Some(column) = column {
        column.value.nulls = Nulls::Never;
    }
}

fn strict_argument(function: &sqlparser::ast::Function) -> Option<&Expr> {
    let sqlparser::ast::FunctionArguments::List(list) = &function.args else { return None };
    let [sqlparser::ast::FunctionArg::Unnamed(sqlparser::ast::FunctionArgExpr::Expr(only))] = list.args.as_slice()
    else {
        return None;
    };
    functions::STRICT_OF_ONE.contains(&function.name.to_string().to_lowercase().as_str()).then_some(only)
}
