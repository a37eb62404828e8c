//! What an expression is worth: its type, whether it may be null, the columns it is made of.

use sqlparser::ast::{
    AccessExpr, BinaryOperator, DateTimeField, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArguments, Ident, InTarget, LambdaFunction, OneOrManyWithParens, Query, Subscript, UnaryOperator,
    WindowSpec, WindowType,
};

use super::functions::{self, CONSTANTS, UNIT_FIRST};
use super::scope::{Found, Scope, Shape, Value};
use super::{MAX_DEPTH, Reader, types};
use crate::model::field_type::{Fit, fit};
use crate::model::pipeline::FieldType;
use crate::model::sql::reading::{Making, MissingColumn, Nulls};

impl Reader<'_> {
    pub(super) fn expression(&mut self, expr: &Expr, scope: &Scope<'_>) -> Value {
        if self.depth >= MAX_DEPTH {
            self.open("an expression nested too deeply", None);
            return Value::unknown();
        }
        self.depth += 1;
        let value = self.value_of(expr, scope);
        self.depth -= 1;
        value
    }

    fn value_of(&mut self, expr: &Expr, scope: &Scope<'_>) -> Value {
        match expr {
            Expr::Identifier(name) => self.bare(name, scope),
            Expr::CompoundIdentifier(parts) => self.compound(parts, scope),
            Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => self.expression(inner, scope),
            Expr::Value(literal) => {
                Value { kind: types::literal(&literal.value), nulls: nulls_of(&literal.value), ..Value::unknown() }
            }
            Expr::TypedString(typed) => Value { kind: types::named(&typed.data_type), ..Value::unknown() },
            Expr::Cast { expr, data_type, .. } => cast(self.expression(expr, scope), types::named(data_type)),
            Expr::BinaryOp { .. } => self.operation(expr, scope),
            Expr::UnaryOp { op: UnaryOperator::Not | UnaryOperator::BangNot, expr } => {
                let value = self.expression(expr, scope);
                Value { kind: Some(FieldType::Boolean), making: Making::Computed, ..value }
            }
            Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => {
                Value { making: Making::Computed, ..self.expression(expr, scope) }
            }
            Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::IsTrue(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsFalse(inner)
            | Expr::IsNotFalse(inner)
            | Expr::IsUnknown(inner)
            | Expr::IsNotUnknown(inner) => Value { nulls: Nulls::Never, ..self.condition([inner.as_ref()], scope) },
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                Value { nulls: Nulls::Never, ..self.condition([left.as_ref(), right.as_ref()], scope) }
            }
            Expr::Between { expr, low, high, .. } => {
                self.condition([expr.as_ref(), low.as_ref(), high.as_ref()], scope)
            }
            Expr::Like { expr, pattern, .. }
            | Expr::ILike { expr, pattern, .. }
            | Expr::SimilarTo { expr, pattern, .. }
            | Expr::RLike { expr, pattern, .. } => self.condition([expr.as_ref(), pattern.as_ref()], scope),
            Expr::In { expr, target, .. } => self.membership(expr, target, scope),
            Expr::Case { operand, conditions, else_result, .. } => {
                let looked_at = operand.iter().map(AsRef::as_ref).chain(conditions.iter().map(|when| &when.condition));
                let conditions_value = self.condition(looked_at, scope);
                let results = conditions.iter().map(|when| &when.result).chain(else_result.iter().map(AsRef::as_ref));
                let results: Vec<Value> = results.map(|result| self.expression(result, scope)).collect();
                chosen(conditions_value, results, else_result.is_some())
            }
            Expr::Function(function) => self.call(function, scope),
            Expr::Lambda(lambda) => self.lambda(lambda, scope),
            Expr::Exists { subquery, .. } => {
                self.subquery(subquery, scope);
                Value::computed(Some(FieldType::Boolean), Nulls::Never, std::collections::BTreeSet::new())
            }
            Expr::Subquery(query) => self.subquery(query, scope),
            _ => self.other(expr, scope),
        }
    }

    /// Expressions with a syntax of their own.
    fn other(&mut self, expr: &Expr, scope: &Scope<'_>) -> Value {
        match expr {
            Expr::Extract { field, expr, .. } => {
                let kind = (!matches!(field, DateTimeField::Second)).then_some(FieldType::Int);
                Value { kind, making: Making::Computed, ..self.expression(expr, scope) }
            }
            Expr::Ceil { expr, .. } => functions::value("ceil", vec![self.expression(expr, scope)]),
            Expr::Floor { expr, .. } => functions::value("floor", vec![self.expression(expr, scope)]),
            Expr::Position { expr, r#in } => self.function("locate", [expr.as_ref(), r#in.as_ref()], scope),
            Expr::Substring { expr, substring_from, substring_for, .. } => {
                let parts = substring_from.iter().chain(substring_for).map(AsRef::as_ref);
                self.function("substring", std::iter::once(expr.as_ref()).chain(parts), scope)
            }
            Expr::Trim { expr, trim_what, .. } => {
                self.function("trim", std::iter::once(expr.as_ref()).chain(trim_what.iter().map(AsRef::as_ref)), scope)
            }
            Expr::Array(array) => self.function("array", &array.elem, scope),
            Expr::Struct { values, .. } | Expr::Tuple(values) => self.function("struct", values, scope),
            Expr::Named { expr, .. } => Value::made_of([self.expression(expr, scope)]),
            Expr::AtTimeZone { timestamp, time_zone } => {
                self.function("", [timestamp.as_ref(), time_zone.as_ref()], scope)
            }
            Expr::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain, scope),
            Expr::Interval(interval) => Value::made_of([self.expression(&interval.value, scope)]),
            Expr::AnyOp { left, right, .. } | Expr::AllOp { left, right, .. } => {
                self.condition([left.as_ref(), right.as_ref()], scope)
            }
            Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) => {
                self.function("", sets.iter().flatten(), scope)
            }
            _ => {
                self.open("an expression of this kind", None);
                Value::unknown()
            }
        }
    }

    fn function<'e>(&mut self, name: &str, parts: impl IntoIterator<Item = &'e Expr>, scope: &Scope<'_>) -> Value {
        let values = parts.into_iter().map(|part| self.expression(part, scope)).collect();
        functions::value(name, values)
    }

    /// True or false, made of these; null where one of them is.
    fn condition<'e>(&mut self, parts: impl IntoIterator<Item = &'e Expr>, scope: &Scope<'_>) -> Value {
        let values: Vec<Value> = parts.into_iter().map(|part| self.expression(part, scope)).collect();
        let nulls = values.iter().map(|value| value.nulls).max().unwrap_or(Nulls::Unknown);
        Value { kind: Some(FieldType::Boolean), nulls, ..Value::made_of(values) }
    }

    /// A chain such as `a AND b AND c` leans to the left as far as it is long: it is walked, not descended.
    fn operation(&mut self, expr: &Expr, scope: &Scope<'_>) -> Value {
        let (mut rest, mut chain) = (expr, Vec::new());
        while let Expr::BinaryOp { left, op, right } = rest {
            chain.push((op, right.as_ref()));
            rest = left;
        }
        let mut value = self.expression(rest, scope);
        for (operator, right) in chain.into_iter().rev() {
            let right = self.expression(right, scope);
            let kind = types::operated(operator, value.kind.as_ref(), right.kind.as_ref());
            let may_fail =
                matches!(operator, BinaryOperator::Divide | BinaryOperator::Modulo | BinaryOperator::MyIntegerDivide);
            let nulls = value.nulls.max(right.nulls).max(if may_fail { Nulls::Unknown } else { Nulls::Never });
            value = Value { kind, nulls, ..Value::made_of([value, right]) };
        }
        value
    }

    fn membership(&mut self, expr: &Expr, target: &InTarget, scope: &Scope<'_>) -> Value {
        match target {
            InTarget::List(list) => self.condition(std::iter::once(expr).chain(list), scope),
            InTarget::Subquery(query) => {
                let other = self.subquery(query, scope);
                let own = self.condition([expr], scope);
                Value { kind: Some(FieldType::Boolean), ..Value::made_of([own, other]) }
            }
            InTarget::Unnest(_) | InTarget::Table { .. } => {
                self.open("this kind of IN", None);
                Value::unknown()
            }
        }
    }

    /// A query inside an expression: its first column, which may be null where the query has no row.
    fn subquery(&mut self, query: &Query, scope: &Scope<'_>) -> Value {
        let Shape::Known(columns) = self.query(query, Some(scope)) else { return Value::unknown() };
        columns.iter().for_each(|column| self.use_all(&column.value));
        let first = columns.into_iter().next().map_or_else(Value::unknown, |column| column.value);
        Value { nulls: first.nulls.max(Nulls::Unknown), making: Making::Computed, ..first }
    }

    fn access(&mut self, root: &Expr, chain: &[AccessExpr], scope: &Scope<'_>) -> Value {
        let root = self.expression(root, scope);
        let index = match chain {
            [AccessExpr::Subscript(Subscript::Index { index })] => Some(self.expression(index, scope)),
            _ => None,
        };
        let kind = match (&root.kind, &index) {
            (Some(FieldType::List(item)), Some(_)) => Some(item.as_ref().clone()),
            (Some(FieldType::Map(_, value)), Some(_)) => Some(value.as_ref().clone()),
            _ => None,
        };
        Value { kind, ..Value::made_of(std::iter::once(root).chain(index)) }
    }

    fn call(&mut self, function: &Function, scope: &Scope<'_>) -> Value {
        let name = function.name.to_string().to_lowercase();
        let mut arguments = Vec::new();
        match &function.args {
            FunctionArguments::None => {}
            FunctionArguments::Subquery(query) => arguments.push(self.subquery(query, scope)),
            FunctionArguments::List(list) => {
                let unit = usize::from(list.args.len() == 3 && UNIT_FIRST.contains(&name.as_str()));
                for argument in list.args.iter().skip(unit) {
                    arguments.push(self.argument(&name, argument, scope));
                }
                for clause in &list.clauses {
                    if let FunctionArgumentClause::OrderBy(order) = clause {
                        order.iter().for_each(|by| arguments.push(Value::made_of([self.expression(&by.expr, scope)])));
                    }
                }
            }
        }
        let beside = self.beside(function, scope);
        let mut value = functions::value(&name, arguments);
        value.from.extend(beside.from);
        value
    }

    fn argument(&mut self, function: &str, argument: &FunctionArg, scope: &Scope<'_>) -> Value {
        let (FunctionArg::Named { arg, .. } | FunctionArg::ExprNamed { arg, .. } | FunctionArg::Unnamed(arg)) =
            argument;
        match arg {
            FunctionArgExpr::Expr(expr) => self.expression(expr, scope),
            // `count(*)` looks at no column.
            _ if function == "count" => Value { nulls: Nulls::Never, ..Value::unknown() },
            _ => match scope.all() {
                Shape::Known(columns) => Value::made_of(columns.into_iter().map(|column| column.value)),
                Shape::Open => Value::unknown(),
            },
        }
    }

    /// What a call looks at outside its brackets: FILTER, WITHIN GROUP, OVER.
    fn beside(&mut self, function: &Function, scope: &Scope<'_>) -> Value {
        let mut values: Vec<Value> = function.within_group.iter().map(|by| self.expression(&by.expr, scope)).collect();
        values.extend(function.filter.iter().map(|filter| self.expression(filter, scope)));
        if let Some(WindowType::WindowSpec(window)) = &function.over {
            values.push(self.window(window, scope));
        }
        Value::made_of(values)
    }

    pub(super) fn window(&mut self, window: &WindowSpec, scope: &Scope<'_>) -> Value {
        let parts = window.partition_by.iter().chain(window.order_by.iter().map(|by| &by.expr));
        self.function("", parts, scope)
    }

    fn lambda(&mut self, lambda: &LambdaFunction, scope: &Scope<'_>) -> Value {
        let parameters = match &lambda.params {
            OneOrManyWithParens::One(one) => std::slice::from_ref(one),
            OneOrManyWithParens::Many(many) => many.as_slice(),
        };
        let inner = Scope {
            bound: parameters.iter().map(|parameter| parameter.name.value.clone()).collect(),
            ..Scope::inside(Some(scope))
        };
        Value::made_of([self.expression(&lambda.body, &inner)])
    }

    fn bare(&mut self, name: &Ident, scope: &Scope<'_>) -> Value {
        match scope.bare(&name.value) {
            Found::Value(value) => value,
            Found::Missing if CONSTANTS.iter().any(|known| known.eq_ignore_ascii_case(&name.value)) => Value::unknown(),
            Found::Missing => {
                let (tables, known) = scope.choice();
                self.miss(name, tables, known)
            }
        }
    }

    fn compound(&mut self, parts: &[Ident], scope: &Scope<'_>) -> Value {
        let [table, column] = parts else {
            // `table.column.part`, or `column.part.part`; a longer name of a table is not told apart.
            let root =
                parts.first().zip(parts.get(1)).map(|(table, column)| scope.qualified(&table.value, &column.value));
            return match root {
                Some(Found::Value(value)) => Value::made_of([value]),
                _ => {
                    self.open("a name of many parts", parts.first().and_then(|part| self.place(part)));
                    Value::unknown()
                }
            };
        };
        match scope.qualified(&table.value, &column.value) {
            Found::Value(value) => value,
            Found::Missing => match scope.relation(&table.value) {
                Some(relation) => {
                    let known = match &relation.shape {
                        Shape::Known(columns) => columns.iter().filter_map(|column| column.name.clone()).collect(),
                        Shape::Open => Vec::new(),
                    };
                    let tables = relation.table.clone().or_else(|| relation.name.clone()).into_iter().collect();
                    self.miss(column, tables, known)
                }
                None => {
                    let (tables, known) = scope.choice();
                    self.miss(table, tables, known)
                }
            },
        }
    }

    fn miss(&mut self, name: &Ident, tables: Vec<String>, known: Vec<String>) -> Value {
        if let Some(place) = self.place(name) {
            self.missing.push(MissingColumn { name: name.value.clone(), tables, known, place });
        }
        Value::unknown()
    }
}

fn nulls_of(literal: &sqlparser::ast::Value) -> Nulls {
    match literal {
        sqlparser::ast::Value::Null => Nulls::Possible,
        sqlparser::ast::Value::Placeholder(_) => Nulls::Unknown,
        _ => Nulls::Never,
    }
}

/// A cast that may fail gives null.
fn cast(value: Value, to: Option<FieldType>) -> Value {
    let safe = value.kind.as_ref().zip(to.as_ref()).is_some_and(|(from, to)| fit(from, to) <= Fit::Cast);
    let nulls = if safe { value.nulls } else { value.nulls.max(Nulls::Unknown) };
    Value { kind: to, nulls, making: Making::Computed, ..value }
}

/// One of several results.
fn chosen(conditions: Value, results: Vec<Value>, is_total: bool) -> Value {
    let kinds: Vec<Option<FieldType>> = results.iter().map(|result| result.kind.clone()).collect();
    let worst = results.iter().map(|result| result.nulls).max().unwrap_or(Nulls::Possible);
    let nulls = if is_total { worst } else { Nulls::Possible };
    let kind = types::common_of(&kinds);
    Value { kind, nulls, ..Value::made_of(results.into_iter().chain([conditions])) }
}
