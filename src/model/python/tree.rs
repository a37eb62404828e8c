//! As much of a Python program as its literals need: values, calls and names, with their places. No library's types.

use std::ops::Range;

#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub at: Range<usize>,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Int(Option<i64>),
    Float,
    Bool(bool),
    None,
    Name(String),
    /// Lists and tuples.
    List(Vec<Expr>),
    /// A key that is `None` stands for `**other`.
    Dict(Vec<(Option<Expr>, Expr)>),
    Call(Box<Call>),
    /// `of.name`; `name_at` is the name alone.
    Attribute {
        of: Box<Expr>,
        name: String,
        name_at: Range<usize>,
    },
    /// `of[key]`
    Item {
        of: Box<Expr>,
        key: Box<Expr>,
    },
    /// An f-string.
    Template(Vec<Piece>),
    Add(Box<Expr>, Box<Expr>),
    /// Anything else, with what is in it.
    Other(Vec<Expr>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub callee: Expr,
    pub args: Vec<Expr>,
    pub keywords: Vec<Keyword>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Keyword {
    /// Nothing for `**other`.
    pub name: Option<String>,
    pub at: Range<usize>,
    pub value: Expr,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    Text(String),
    Value(Expr),
    /// Formatted in a way that is not followed.
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub at: Range<usize>,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Assign {
        targets: Vec<Expr>,
        value: Expr,
    },
    /// `from module import names`, or `import names` where there is no module.
    Import {
        module: Option<String>,
        names: Vec<Imported>,
    },
    Function {
        name: String,
        parameters: Vec<String>,
        /// Decorators and defaults.
        values: Vec<Expr>,
        body: Vec<Statement>,
    },
    /// Everything else: the values in it, the names it binds, the statements below it.
    Block {
        values: Vec<Expr>,
        binds: Vec<String>,
        body: Vec<Statement>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    pub name: String,
    /// The name it has here.
    pub known_as: String,
    pub at: Range<usize>,
}

impl Call {
    /// The last name of what is called: `send` of `producer.send(...)`, `DAG` of `DAG(...)`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.callee.value {
            Value::Name(name) | Value::Attribute { name, .. } => Some(name),
            _ => None,
        }
    }

    #[must_use]
    pub fn keyword(&self, name: &str) -> Option<&Keyword> {
        self.keywords.iter().find(|keyword| keyword.name.as_deref() == Some(name))
    }

    /// Whether it is a method: `x.name(...)`.
    #[must_use]
    pub const fn is_method(&self) -> bool {
        matches!(self.callee.value, Value::Attribute { .. })
    }

    /// What the method is called on.
    #[must_use]
    pub fn receiver(&self) -> Option<&Expr> {
        match &self.callee.value {
            Value::Attribute { of, .. } => Some(of),
            _ => None,
        }
    }
}

impl Expr {
    /// What stands directly in this expression.
    #[must_use]
    pub fn parts(&self) -> Vec<&Expr> {
        match &self.value {
            Value::List(items) | Value::Other(items) => items.iter().collect(),
            Value::Dict(items) => items.iter().flat_map(|(key, value)| key.iter().chain([value])).collect(),
            Value::Call(call) => {
                let keywords = call.keywords.iter().map(|keyword| &keyword.value);
                [&call.callee].into_iter().chain(&call.args).chain(keywords).collect()
            }
            Value::Attribute { of, .. } => vec![of],
            Value::Item { of, key } => vec![of, key],
            Value::Template(pieces) => pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Value(value) => Some(value),
                    _ => None,
                })
                .collect(),
            Value::Add(left, right) => vec![left, right],
            _ => Vec::new(),
        }
    }

    /// This expression and all in it, outside first.
    pub fn each<'tree>(&'tree self, see: &mut impl FnMut(&'tree Self)) {
        see(self);
        for part in self.parts() {
            part.each(see);
        }
    }
}

impl Statement {
    /// The expressions of this statement, without those of statements below it.
    #[must_use]
    pub fn values(&self) -> Vec<&Expr> {
        match &self.kind {
            Kind::Assign { targets, value } => targets.iter().chain([value]).collect(),
            Kind::Function { values, .. } | Kind::Block { values, .. } => values.iter().collect(),
            Kind::Import { .. } => Vec::new(),
        }
    }

    #[must_use]
    pub fn body(&self) -> &[Self] {
        match &self.kind {
            Kind::Function { body, .. } | Kind::Block { body, .. } => body,
            _ => &[],
        }
    }

    /// This statement and all below it.
    pub fn each<'tree>(&'tree self, see: &mut impl FnMut(&'tree Self)) {
        see(self);
        for statement in self.body() {
            statement.each(see);
        }
    }
}
