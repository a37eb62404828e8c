//! One SELECT: its tables, its conditions, and the list of what it yields.

use sqlparser::ast::{
    Expr, GroupByExpr, NamedWindowExpr, OrderBy, OrderByKind, Select, SelectItem, SelectItemQualifiedWildcardKind,
    WildcardAdditionalOptions,
};

use super::Reader;
use super::functions::GENERATORS;
use super::joins::refuse_nulls;
use super::scope::{Named, Scope, Shape, Value};

impl Reader<'_> {
    pub(super) fn select(&mut self, select: &Select, order: Option<&OrderBy>, parent: Option<&Scope<'_>>) -> Shape {
        let mut scope = self.from(&select.from, parent);
        for view in &select.lateral_views {
            self.lateral_view(view, &mut scope);
        }
        if !select.connect_by.is_empty() || select.prewhere.is_some() || select.value_table_mode.is_some() {
            scope.open = true;
            self.open("this kind of SELECT", None);
        }
        if let Some(condition) = &select.selection {
            let value = self.expression(condition, &scope);
            self.use_all(&value);
            refuse_nulls(condition, &mut scope);
        }
        let shape = self.projection(&select.projection, &mut scope);
        self.conditions(select, order, &scope);
        shape
    }

    /// What else decides the rows: groups, conditions on them, windows, order.
    fn conditions(&mut self, select: &Select, order: Option<&OrderBy>, scope: &Scope<'_>) {
        let mut looked_at: Vec<&Expr> = Vec::new();
        if let GroupByExpr::Expressions(columns, _) = &select.group_by {
            looked_at.extend(columns);
        }
        looked_at.extend(select.having.iter().chain(&select.qualify));
        looked_at.extend(select.cluster_by.iter().chain(&select.distribute_by));
        looked_at.extend(select.sort_by.iter().map(|by| &by.expr));
        if let Some(OrderByKind::Expressions(by)) = order.map(|order| &order.kind) {
            looked_at.extend(by.iter().map(|by| &by.expr));
        }
        for expr in looked_at {
            let value = self.expression(expr, scope);
            self.use_all(&value);
        }
        for window in &select.named_window {
            if let NamedWindowExpr::WindowSpec(spec) = &window.1 {
                let value = self.window(spec, scope);
                self.use_all(&value);
            }
        }
    }

    fn projection(&mut self, items: &[SelectItem], scope: &mut Scope<'_>) -> Shape {
        let mut columns = Vec::new();
        let mut open = false;
        for item in items {
            match self.item(item, scope) {
                Shape::Known(own) => {
                    scope.aliases.extend(own.iter().cloned());
                    columns.extend(own);
                }
                Shape::Open => open = true,
            }
        }
        if !open {
            return Shape::Known(columns);
        }
        columns.iter().for_each(|column| self.use_all(&column.value));
        scope.open = true;
        Shape::Open
    }

    fn item(&mut self, item: &SelectItem, scope: &Scope<'_>) -> Shape {
        match item {
            SelectItem::UnnamedExpr(expr) => {
                let value = self.expression(expr, scope);
                if is_generator(expr) {
                    self.use_all(&value);
                    return self.open("columns that a function makes, without names", None);
                }
                let place = last_name(expr).and_then(|name| self.place(name));
                Shape::Known(vec![Named { name: last_name(expr).map(|name| name.value.clone()), value, place }])
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                let value = self.expression(expr, scope);
                Shape::Known(vec![Named { name: Some(alias.value.clone()), value, place: self.place(alias) }])
            }
            SelectItem::ExprWithAliases { expr, aliases } => {
                let made = Value::made_of([self.expression(expr, scope)]);
                let columns = aliases.iter().map(|alias| Named {
                    name: Some(alias.value.clone()),
                    value: made.clone(),
                    place: self.place(alias),
                });
                Shape::Known(columns.collect())
            }
            SelectItem::Wildcard(options) => self.kept(scope.all(), options, scope),
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                let last = name.0.last().and_then(|part| part.as_ident());
                match last.and_then(|last| scope.relation(&last.value)) {
                    Some(relation) => self.kept(relation.shape.clone(), options, scope),
                    None => self.open("the parts of a value", last.and_then(|last| self.place(last))),
                }
            }
            SelectItem::QualifiedWildcard(..) => self.open("the parts of a value", None),
        }
    }

    /// `*`, if nothing is taken out of it in a way only some databases know.
    fn kept(&mut self, shape: Shape, options: &WildcardAdditionalOptions, scope: &Scope<'_>) -> Shape {
        let plain = options.opt_ilike.is_none()
            && options.opt_exclude.is_none()
            && options.opt_except.is_none()
            && options.opt_replace.is_none()
            && options.opt_rename.is_none();
        if plain {
            return shape;
        }
        if let Shape::Known(columns) = scope.all() {
            columns.iter().for_each(|column| self.use_all(&column.value));
        }
        self.open("a `*` with exceptions", None)
    }
}

/// The name Spark gives a column nobody named: that of the column it is.
fn last_name(expr: &Expr) -> Option<&sqlparser::ast::Ident> {
    match expr {
        Expr::Identifier(name) => Some(name),
        Expr::CompoundIdentifier(parts) => parts.last(),
        _ => None,
    }
}

fn is_generator(expr: &Expr) -> bool {
    match expr {
        Expr::Function(function) => GENERATORS.contains(&function.name.to_string().to_lowercase().as_str()),
        _ => false,
    }
}
