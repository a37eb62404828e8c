//! What a SELECT does to rows, and which of its columns are taken over as they are: by that a record is followed to its row.
//!
//! Types, and columns of several tables, are `columns`' to tell.

use sqlparser::ast::{
    Expr, FunctionArguments, GroupByExpr, ObjectName, Query, Select, SelectItem, TableFactor, WildcardAdditionalOptions,
};

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

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Columns {
    /// `SELECT *` from one table.
    All,
    /// Named one by one.
    Listed(Vec<Column>),
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Nothing where Spark would make up a name.
    pub name: Option<String>,
    /// The column of the table that it is, unchanged; nothing where it is computed.
    pub taken_from: Option<String>,
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
    if single_table(select).is_none() || !select.lateral_views.is_empty() {
        return Columns::Unknown;
    }
    if let [SelectItem::Wildcard(options)] = select.projection.as_slice() {
        let plain = *options == WildcardAdditionalOptions::default() || is_plain(options);
        return if plain { Columns::All } else { Columns::Unknown };
    }
    let columns: Option<Vec<Column>> = select.projection.iter().map(column).collect();
    columns.map_or(Columns::Unknown, Columns::Listed)
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
        SelectItem::UnnamedExpr(expr) => Some(Column { name: column_name(expr), taken_from: taken_from(expr) }),
        SelectItem::ExprWithAlias { expr, alias } => {
            Some(Column { name: Some(alias.value.clone()), taken_from: taken_from(expr) })
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

fn taken_from(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Nested(inner) => taken_from(inner),
        expr => column_name(expr),
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
