//! The tree a YAML file is read into: every key and value with its place, scalars as they were written.
//!
//! Scalars keep their text, so that a field decides what it means (`no` is a fine country and a bad boolean).

use super::map::Map;
use crate::diagnostic::Span;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub span: Span,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Scalar(Scalar),
    Seq(Vec<Node>),
    Map(Map),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    pub text: String,
    pub style: Style,
    pub origin: Origin,
}

/// How a scalar was written: quotes make it text whatever it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Quoted,
}

/// Whether any part of the text came from a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Written,
    Interpolated,
    /// A variable was missing or malformed, which was reported: nothing more is said about the value.
    Unfilled,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: Key,
    pub value: Node,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub text: String,
    pub span: Span,
}

impl Node {
    /// The value of a key, if this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.kind {
            Kind::Map(map) => map.entry(key),
            Kind::Scalar(_) | Kind::Seq(_) => None,
        }
    }

    /// The entries of a map; nothing for anything else.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(map) => map.entries(),
            Kind::Scalar(_) | Kind::Seq(_) => &[],
        }
    }

    /// The items of a list; nothing for anything else.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::Seq(items) => items,
            Kind::Scalar(_) | Kind::Map(_) => &[],
        }
    }

    /// The items of a list, or the one value that stands for a list of one.
    #[must_use]
    pub fn one_or_many(&self) -> &[Node] {
        match &self.kind {
            Kind::Seq(items) => items,
            Kind::Scalar(_) if !self.is_null() => std::slice::from_ref(self),
            Kind::Scalar(_) | Kind::Map(_) => &[],
        }
    }

    #[must_use]
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            Kind::Seq(_) | Kind::Map(_) => None,
        }
    }

    /// The text of a scalar that is not null.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        let scalar = self.scalar().filter(|scalar| !scalar.is_null() && scalar.origin != Origin::Unfilled);
        scalar.map(|scalar| scalar.text.as_str())
    }

    #[must_use]
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(Scalar::is_null)
    }

    /// What it is, in the words of a message.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Seq(_) => "a list".to_owned(),
            Kind::Map(_) => "a map".to_owned(),
            Kind::Scalar(scalar) if scalar.is_null() => "nothing".to_owned(),
            Kind::Scalar(scalar) if scalar.style == Style::Quoted => {
                format!("the text \"{}\"", excerpt(&scalar.text))
            }
            Kind::Scalar(scalar) => format!("`{}`", excerpt(&scalar.text)),
        }
    }

    /// A place to point at: all of a scalar, and of a map only its first key, since it may go on for pages.
    #[must_use]
    pub fn head(&self) -> Span {
        match &self.kind {
            Kind::Map(map) => map.entries().first().map_or(self.span, |entry| entry.key.span),
            Kind::Seq(items) => items.first().map_or(self.span, Node::head),
            Kind::Scalar(_) => self.span,
        }
    }

    /// The place of the deepest part of `path` that exists: the key itself where the value has no place of its own.
    #[must_use]
    pub fn place(&self, path: &[&str]) -> Span {
        let mut node = self;
        let mut span = self.head();
        for key in path {
            let Some(entry) = node.entry(key) else { break };
            node = &entry.value;
            span = if node.scalar().is_some() && !node.is_null() { node.span } else { entry.key.span };
        }
        span
    }
}

impl Scalar {
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.is_plain() && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.style == Style::Plain
    }

    /// Typed fields take plain scalars, and quoted ones that a variable filled.
    #[must_use]
    pub fn may_be_typed(&self) -> bool {
        self.is_plain() || self.origin == Origin::Interpolated
    }
}

/// Enough of a text to recognise it, on one line.
#[must_use]
pub fn excerpt(text: &str) -> String {
    const LIMIT: usize = 40;
    let line: String = text.chars().take(LIMIT).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(LIMIT).is_some() { format!("{line}...") } else { line }
}
