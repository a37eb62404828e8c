//! What a SELECT's result looks like: its kind of work, and its columns where they can be told.

use sqlparser::ast::{
    DataType, Expr, FunctionArguments, GroupByExpr, ObjectName, Query, Select, SelectItem, SetExpr, TableFactor,
    WildcardAdditionalOptions,
};

use crate::model::pipeline::FieldType;

/// What a query does to rows, as far as it decides how the pipeline can be proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Every row, its columns as they are.
    Copy,
    /// Every row, columns computed from it alone.
    Map,
    /// Some rows.
    Filter,
    /// Rows made of many.
    Aggregate,
    /// Joins, unions, and what is not understood.
    Other,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Columns {
    /// `SELECT *` from one table.
    All {
        table: String,
    },
    /// Named one by one. `table` is the one they come from, if there is only one.
    Listed {
        table: Option<String>,
        columns: Vec<Column>,
    },
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Nothing where Spark would make up a name.
    pub name: Option<String>,
    pub origin: Origin,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// A column of the table, unchanged.
    Column(String),
    /// Something of a known type.
    Typed(FieldType),
    Unknown,
}

const AGGREGATES: [&str; 14] = [
    "count",
    "sum",
    "avg",
    "mean",
    "min",
    "max",
    "first",
    "last",
    "collect_list",
    "collect_set",
    "approx_count_distinct",
    "stddev",
    "variance",
    "percentile",
];

pub(super) fn class(query: &Query, select: &Select) -> Class {
    let grouped = !matches!(&select.group_by, GroupByExpr::Expressions(columns, _) if columns.is_empty());
    let aggregated = select.projection.iter().filter_map(expression).any(is_aggregate);
    if grouped || aggregated || select.distinct.is_some() || select.having.is_some() {
        return Class::Aggregate;
    }
    if single_table(select).is_none() || !select.lateral_views.is_empty() {
        return Class::Other;
    }
    if select.selection.is_some() || query.limit_clause.is_some() || query.fetch.is_some() || select.qualify.is_some() {
        return Class::Filter;
    }
    let plain = select.projection.iter().all(|item| expression(item).is_none_or(|e| column_name(e).is_some()));
    if plain { Class::Copy } else { Class::Map }
}

pub(super) fn columns(select: &Select) -> Columns {
    let table = single_table(select);
    if let ([SelectItem::Wildcard(options)], Some(table)) = (select.projection.as_slice(), &table) {
        let plain = *options == WildcardAdditionalOptions::default() || is_plain(options);
        return if plain && select.lateral_views.is_empty() {
            Columns::All { table: table.clone() }
        } else {
            Columns::Unknown
        };
    }
    listed(select, table)
}

/// Columns of a query whose tables are not looked into.
pub(super) fn named_columns(body: &SetExpr) -> Columns {
    match body {
        SetExpr::Select(select) => listed(select, None),
        _ => Columns::Unknown,
    }
}

fn listed(select: &Select, table: Option<String>) -> Columns {
    let columns: Option<Vec<Column>> = select.projection.iter().map(column).collect();
    let table = table.filter(|_| select.lateral_views.is_empty());
    columns.map_or(Columns::Unknown, |columns| Columns::Listed { table, columns })
}

fn is_plain(options: &WildcardAdditionalOptions) -> bool {
    options.opt_ilike.is_none()
        && options.opt_exclude.is_none()
        && options.opt_except.is_none()
        && options.opt_replace.is_none()
        && options.opt_rename.is_none()
}

fn column(item: &SelectItem) -> Option<Column> {
    match item {
        SelectItem::UnnamedExpr(expr) => Some(Column { name: column_name(expr), origin: origin(expr) }),
        SelectItem::ExprWithAlias { expr, alias } => {
            Some(Column { name: Some(alias.value.clone()), origin: origin(expr) })
        }
        _ => None,
    }
}

fn expression(item: &SelectItem) -> Option<&Expr> {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    }
}

fn origin(expr: &Expr) -> Origin {
    if let Some(name) = column_name(expr) {
        return Origin::Column(name);
    }
    match expr {
        Expr::Nested(inner) => origin(inner),
        Expr::Cast { data_type, .. } => field_type(data_type).map_or(Origin::Unknown, Origin::Typed),
        Expr::Function(function) if name_of(&function.name) == "count" => Origin::Typed(FieldType::Bigint),
        _ => Origin::Unknown,
    }
}

fn field_type(data_type: &DataType) -> Option<FieldType> {
    match data_type {
        DataType::Int(_) | DataType::Integer(_) => Some(FieldType::Int),
        DataType::BigInt(_) => Some(FieldType::Bigint),
        DataType::Double(_) => Some(FieldType::Double),
        DataType::String(_) => Some(FieldType::String),
        DataType::Boolean => Some(FieldType::Boolean),
        DataType::Date => Some(FieldType::Date),
        DataType::Timestamp(..) => Some(FieldType::Timestamp),
        _ => None,
    }
}

/// The column an expression names, without its table.
fn column_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(name.value.clone()),
        Expr::CompoundIdentifier(parts) if parts.len() == 2 => parts.last().map(|part| part.value.clone()),
        _ => None,
    }
}

/// The table of a SELECT that reads exactly one, by name.
fn single_table(select: &Select) -> Option<String> {
    let [from] = select.from.as_slice() else {
        return None;
    };
    match &from.relation {
        TableFactor::Table { name, args: None, .. } if from.joins.is_empty() => Some(dotted(name)),
        _ => None,
    }
}

fn is_aggregate(expr: &Expr) -> bool {
    match expr {
        Expr::Function(function) => {
            let own = AGGREGATES.contains(&name_of(&function.name).as_str()) && function.over.is_none();
            own || matches!(&function.args, FunctionArguments::List(list) if list.args.iter().any(|arg| arg_expression(arg).is_some_and(is_aggregate)))
        }
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } | Expr::UnaryOp { expr: inner, .. } => is_aggregate(inner),
        Expr::BinaryOp { left, right, .. } => is_aggregate(left) || is_aggregate(right),
        _ => false,
    }
}

fn arg_expression(arg: &sqlparser::ast::FunctionArg) -> Option<&Expr> {
    match arg {
        sqlparser::ast::FunctionArg::Unnamed(sqlparser::ast::FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}

fn name_of(name: &ObjectName) -> String {
    dotted(name).to_lowercase()
}

fn dotted(name: &ObjectName) -> String {
    let parts = name.0.iter().filter_map(|part| part.as_ident()).map(|part| part.value.clone());
    parts.collect::<Vec<_>>().join(".")
}
