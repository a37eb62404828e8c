//! What a name in a query can mean: the tables of its FROM, aliases, and the query around it.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::model::pipeline::FieldType;
use crate::model::sql::reading::{Making, Nulls, TableColumn};

/// What an expression is worth.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    pub kind: Option<FieldType>,
    pub nulls: Nulls,
    pub from: BTreeSet<TableColumn>,
    pub making: Making,
}

impl Value {
    pub(super) fn unknown() -> Self {
        Self::computed(None, Nulls::Unknown, BTreeSet::new())
    }

    pub(super) const fn computed(kind: Option<FieldType>, nulls: Nulls, from: BTreeSet<TableColumn>) -> Self {
        Self { kind, nulls, from, making: Making::Computed }
    }

    /// Something unknown that is made of these.
    pub(super) fn made_of(values: impl IntoIterator<Item = Self>) -> Self {
        Self::computed(None, Nulls::Unknown, values.into_iter().flat_map(|value| value.from).collect())
    }
}

/// A column of a result, on its way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Named {
    pub name: Option<String>,
    pub value: Value,
    pub place: Option<Range<usize>>,
}

impl Named {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(name))
    }
}

/// The columns of a table or subquery.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Known(Vec<Named>),
    /// It may have any.
    Open,
}

#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub name: Option<String>,
    /// The declared table it is, where it is one.
    pub table: Option<String>,
    pub shape: Shape,
    /// Columns that a USING joined with another's: reached by themselves through `Scope::joined`.
    pub joined: Vec<String>,
}

impl Relation {
    pub(super) fn column(&self, name: &str) -> Option<&Named> {
        match &self.shape {
            Shape::Known(columns) => columns.iter().find(|column| column.is(name)),
            Shape::Open => None,
        }
    }

    pub(super) fn columns_mut(&mut self) -> &mut [Named] {
        match &mut self.shape {
            Shape::Known(columns) => columns,
            Shape::Open => &mut [],
        }
    }

    pub(super) fn may_be_null(&mut self) {
        self.columns_mut().iter_mut().for_each(|column| column.value.nulls = Nulls::Possible);
    }

    fn goes_by(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(name))
    }
}

#[derive(Debug, Default)]
pub(super) struct Scope<'s> {
    pub relations: Vec<Relation>,
    /// Columns that a USING made one of two.
    pub joined: Vec<Named>,
    /// Names the SELECT list has given so far.
    pub aliases: Vec<Named>,
    /// Parameters of lambdas.
    pub bound: Vec<String>,
    pub parent: Option<&'s Scope<'s>>,
    /// Whether names may come from somewhere that was not understood.
    pub open: bool,
}

/// What a name turned out to be.
pub(super) enum Found {
    Value(Value),
    /// Nothing here has it, and all that is here is known.
    Missing,
}

impl<'s> Scope<'s> {
    pub(super) fn inside(parent: Option<&'s Scope<'s>>) -> Self {
        Self { parent, ..Self::default() }
    }

    /// A bare name. Spark takes a column before an alias of the same SELECT list, and both before the query around.
    pub(super) fn bare(&self, name: &str) -> Found {
        if self.bound.iter().any(|bound| bound.eq_ignore_ascii_case(name)) {
            return Found::Value(Value::unknown());
        }
        if let Some(joined) = self.joined.iter().find(|column| column.is(name)) {
            return Found::Value(joined.value.clone());
        }
        let visible = |relation: &&Relation| !relation.joined.iter().any(|joined| joined.eq_ignore_ascii_case(name));
        let mut found = self.relations.iter().filter(visible).filter_map(|relation| relation.column(name));
        match (found.next(), found.next()) {
            (Some(only), None) if !self.is_open() => return Found::Value(only.value.clone()),
            // Another table may have it too: it is this one or an error that Spark will tell.
            (Some(first), second) => {
                return Found::Value(Value::made_of(
                    [Some(first), second].into_iter().flatten().map(|c| c.value.clone()),
                ));
            }
            (None, _) => {}
        }
        if let Some(alias) = self.aliases.iter().find(|alias| alias.is(name)) {
            return Found::Value(alias.value.clone());
        }
        match self.parent {
            _ if self.is_open() => Found::Value(Value::unknown()),
            Some(parent) => parent.bare(name),
            None => Found::Missing,
        }
    }

    /// `table.column`; a field of a map where the first name is a column.
    pub(super) fn qualified(&self, table: &str, column: &str) -> Found {
        if let Some(relation) = self.relations.iter().find(|relation| relation.goes_by(table)) {
            return match (&relation.shape, relation.column(column)) {
                (_, Some(found)) => Found::Value(found.value.clone()),
                (Shape::Open, None) => Found::Value(Value::unknown()),
                (Shape::Known(_), None) => self.part_of(table).map_or(Found::Missing, Found::Value),
            };
        }
        if let Some(part) = self.part_of(table) {
            return Found::Value(part);
        }
        match self.parent {
            _ if self.is_open() => Found::Value(Value::unknown()),
            Some(parent) => parent.qualified(table, column),
            None => Found::Missing,
        }
    }

    /// What stands inside a column: its parts have no names we know.
    fn part_of(&self, column: &str) -> Option<Value> {
        match self.bare(column) {
            Found::Value(value) => Some(Value::made_of([value])),
            Found::Missing => None,
        }
    }

    pub(super) fn relation(&self, name: &str) -> Option<&Relation> {
        let own = self.relations.iter().find(|relation| relation.goes_by(name));
        own.or_else(|| self.parent?.relation(name))
    }

    fn is_open(&self) -> bool {
        self.open || self.relations.iter().any(|relation| relation.shape == Shape::Open)
    }

    /// The columns of `*`, in Spark's order: those of USING first.
    pub(super) fn all(&self) -> Shape {
        if self.is_open() {
            return Shape::Open;
        }
        let mut columns = self.joined.clone();
        for relation in &self.relations {
            let Shape::Known(own) = &relation.shape else { return Shape::Open };
            let kept = own.iter().filter(|column| !relation.joined.iter().any(|joined| column.is(joined)));
            columns.extend(kept.cloned());
        }
        Shape::Known(columns)
    }

    /// Every name there is to choose from, and the declared tables they belong to.
    pub(super) fn choice(&self) -> (Vec<String>, Vec<String>) {
        let (mut tables, mut names) = (Vec::new(), Vec::new());
        for relation in &self.relations {
            tables.extend(relation.table.clone().or_else(|| relation.name.clone()));
            if let Shape::Known(columns) = &relation.shape {
                names.extend(columns.iter().filter_map(|column| column.name.clone()));
            }
        }
        (tables, names)
    }

    /// A column by the name an expression gives it, to say more about it.
    pub(super) fn column_mut(&mut self, table: Option<&str>, name: &str) -> Option<&mut Named> {
        let of = |relation: &&mut Relation| table.is_none_or(|table| relation.goes_by(table));
        let mut found =
            self.relations.iter_mut().filter(of).flat_map(|relation| relation.columns_mut()).filter(|c| c.is(name));
        let only = found.next()?;
        found.next().is_none().then_some(only)
    }
}
