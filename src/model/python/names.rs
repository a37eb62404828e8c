//! What a name stands for, where that is certain: assigned once in the whole file, from a literal.

use std::collections::BTreeMap;
use std::ops::Range;

use super::tree::{Expr, Kind, Piece, Statement, Value};

/// Names of names of names are not followed further.
const STEPS: usize = 3;

/// A text of the program and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub value: String,
    pub at: Range<usize>,
}

/// By name: the value, or nothing where the name may stand for several.
#[derive(Debug, Default)]
pub struct Names<'tree> {
    bound: BTreeMap<&'tree str, Option<&'tree Expr>>,
}

impl<'tree> Names<'tree> {
    #[must_use]
    pub fn of(program: &'tree [Statement]) -> Self {
        let mut names = Self::default();
        for statement in program {
            statement.each(&mut |statement| names.take(statement));
        }
        names
    }

    fn take(&mut self, statement: &'tree Statement) {
        match &statement.kind {
            Kind::Assign { targets, value } => match targets.as_slice() {
                [Expr { value: Value::Name(name), .. }] => self.bind(name, Some(value)),
                several => several.iter().for_each(|target| self.bind_all(target)),
            },
            Kind::Import { names, .. } => names.iter().for_each(|name| self.bind(&name.known_as, None)),
            Kind::Function { name, parameters, .. } => {
                self.bind(name, None);
                for parameter in parameters {
                    self.bind(parameter, None);
                }
            }
            Kind::Block { binds, .. } => binds.iter().for_each(|name| self.bind(name, None)),
        }
    }

    fn bind_all(&mut self, target: &'tree Expr) {
        match &target.value {
            Value::Name(name) => self.bind(name, None),
            Value::List(items) => items.iter().for_each(|item| self.bind_all(item)),
            _ => {}
        }
    }

    fn bind(&mut self, name: &'tree str, value: Option<&'tree Expr>) {
        self.bound.entry(name).and_modify(|known| *known = None).or_insert(value);
    }

    /// Whether the program gives the name a meaning of its own.
    #[must_use]
    pub fn is_bound(&self, name: &str) -> bool {
        self.bound.contains_key(name)
    }

    /// The expression behind names.
    #[must_use]
    pub fn follow(&self, expr: &'tree Expr) -> &'tree Expr {
        let mut expr = expr;
        for _ in 0..STEPS {
            let Value::Name(name) = &expr.value else { break };
            let Some(Some(value)) = self.bound.get(name.as_str()) else { break };
            expr = value;
        }
        expr
    }

    /// The text an expression is, if that is certain.
    #[must_use]
    pub fn text(&self, expr: &'tree Expr) -> Option<Text> {
        let expr = self.follow(expr);
        self.joined(expr, STEPS).map(|value| Text { value, at: expr.at.clone() })
    }

    fn joined(&self, expr: &'tree Expr, steps: usize) -> Option<String> {
        let expr = self.follow(expr);
        match &expr.value {
            Value::Text(text) => Some(text.clone()),
            Value::Add(left, right) if steps > 0 => {
                Some(self.joined(left, steps - 1)? + &self.joined(right, steps - 1)?)
            }
            Value::Template(pieces) if steps > 0 => {
                let texts = pieces.iter().map(|piece| match piece {
                    Piece::Text(text) => Some(text.clone()),
                    Piece::Value(value) => self.joined(value, steps - 1),
                    Piece::Unknown => None,
                });
                texts.collect()
            }
            _ => None,
        }
    }

    /// The texts of a list, or the one text. Nothing where one of them is not certain.
    #[must_use]
    pub fn texts(&self, expr: &'tree Expr) -> Option<Vec<Text>> {
        match &self.follow(expr).value {
            Value::List(items) => items.iter().map(|item| self.text(item)).collect(),
            _ => self.text(expr).map(|text| vec![text]),
        }
    }
}
