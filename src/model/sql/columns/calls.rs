//! Calls of functions: their arguments, what stands beside them (FILTER, OVER), and lambdas.

use sqlparser::ast::{
    Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments, LambdaFunction,
    OneOrManyWithParens, WindowSpec, WindowType,
};

use super::Reader;
use super::functions::{self, UNIT_FIRST};
use super::scope::{Scope, Shape, Value};
use crate::model::sql::reading::Nulls;

impl Reader<'_> {
    pub(super) fn call(&mut self, function: &Function, scope: &Scope<'_>) -> Value {
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
                        for by in order {
                            arguments.push(Value::made_of([self.expression(&by.expr, scope)]));
                        }
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

    pub(super) fn lambda(&mut self, lambda: &LambdaFunction, scope: &Scope<'_>) -> Value {
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
}
