//! Walks the tree against the table of keys and reports everything that does not fit, in one go.
//!
//! Shapes only: what names refer to, and what values mean together, is the model's business.

use super::keys;
use super::node::{Entry, Kind, Node, Origin};
use super::scalar::{self, Problem};
use super::service_keys::ServiceKeys;
use super::shape::{Object, Presence, Shape};
use super::{services, suggest};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Whether the tree is a whole file, or a profile's part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Whole,
    /// Required keys may be missing, and values with `${` are not known yet.
    Part,
}

/// Checks a whole file.
pub fn whole(root: &Node, services: &ServiceKeys, found: &mut Diagnostics) {
    Checker { services, extent: Extent::Whole, found }.object(root, &keys::PIPELINE);
}

/// Checks a profile: the same keys, none of them required.
pub fn part(root: &Node, services: &ServiceKeys, found: &mut Diagnostics) {
    Checker { services, extent: Extent::Part, found }.object(root, &keys::PIPELINE);
}

/// Checks a file of another kind, which has a table of keys of its own.
pub fn against(root: &Node, object: &Object, found: &mut Diagnostics) {
    Checker { services: &ServiceKeys::new(), extent: Extent::Whole, found }.object(root, object);
}

pub(super) struct Checker<'a> {
    pub services: &'a ServiceKeys,
    pub extent: Extent,
    pub found: &'a mut Diagnostics,
}

impl Checker<'_> {
    fn value(&mut self, node: &Node, shape: &Shape) {
        if self.is_unknown_yet(node) {
            return;
        }
        match shape {
            Shape::List(item) => self.list(node, item),
            Shape::OneOrMany(item) if matches!(node.kind, Kind::Seq(_)) => self.list(node, item),
            Shape::OneOrMany(item) => self.value(node, item),
            Shape::Map(value) => self.map(node, value),
            Shape::Object(object) => self.object(node, object),
            Shape::Short(_, object) if matches!(node.kind, Kind::Map(_)) => self.object(node, object),
            Shape::Short(key, object) => self.short(node, key, object),
            Shape::Contract => self.contract(node),
            Shape::TableKey => self.table_key(node),
            Shape::Services => services::check(self, node),
            Shape::Profiles | Shape::Any => {}
            Shape::NotYet(what) => self.not_yet(node, what),
            scalar_shape => self.report(node, scalar_problem(node, scalar_shape)),
        }
    }

    /// A value whose variable is missing, or is not looked at because its profile is not taken.
    pub(super) fn is_unknown_yet(&self, node: &Node) -> bool {
        let unfilled = node.scalar().is_some_and(|scalar| scalar.origin == Origin::Unfilled);
        unfilled || (self.extent == Extent::Part && node.text().is_some_and(|text| text.contains("${")))
    }

    fn object(&mut self, node: &Node, object: &Object) {
        if !self.is_map(node, object.title) {
            return;
        }
        let names: Vec<&str> = object.keys.iter().map(|key| key.name).collect();
        for entry in node.entries() {
            match object.key(&entry.key.text) {
                Some(key) => {
                    if let Shape::NotYet(what) = key.shape {
                        self.found.push(not_yet(what).at(entry.key.span, "reserved"));
                    } else {
                        self.value(&entry.value, &key.shape);
                    }
                }
                None => self.unknown_key(entry, &names, object.title),
            }
        }
        if self.extent == Extent::Whole {
            self.presence(node, object);
        }
        self.exclusions(node, object);
    }

    fn presence(&mut self, node: &Node, object: &Object) {
        for key in object.keys {
            if key.presence == Presence::Required && node.get(key.name).is_none() {
                let message = format!("{} needs the key `{}`", object.title, key.name);
                self.found.push(Diagnostic::error("SF007", message).at(node.head(), "missing here").help(key.doc));
            }
        }
        for group in object.exactly_one {
            if group.iter().all(|name| node.get(name).is_none()) {
                let message = format!("{} needs one of {}", object.title, suggest::list(group));
                self.found.push(Diagnostic::error("SF007", message).at(node.head(), "none of them is here"));
            }
        }
    }

    fn exclusions(&mut self, node: &Node, object: &Object) {
        for group in object.exactly_one {
            let mut given = node.entries().iter().filter(|entry| group.contains(&entry.key.text.as_str()));
            if let (Some(first), Some(second)) = (given.next(), given.next()) {
                let message = format!("{} takes only one of {}", object.title, suggest::list(group));
                self.found.push(
                    Diagnostic::error("SF011", message)
                        .at(second.key.span, "this one too")
                        .at(first.key.span, "already said here"),
                );
            }
        }
    }

    pub(super) fn unknown_key(&mut self, entry: &Entry, names: &[&str], title: &str) {
        self.found.push(
            Diagnostic::error("SF006", format!("{title} has no key `{}`", entry.key.text))
                .at(entry.key.span, "unknown key")
                .help(suggest::help(&entry.key.text, "keys", names)),
        );
    }

    fn list(&mut self, node: &Node, item: &Shape) {
        match &node.kind {
            Kind::Seq(items) => {
                for one in items {
                    self.value(one, item);
                }
            }
            _ => self.wrong_kind(node, "a list", "write it in brackets: `[...]`"),
        }
    }

    fn map(&mut self, node: &Node, value: &Shape) {
        if self.is_map(node, "this key") {
            for entry in node.entries() {
                self.value(&entry.value, value);
            }
        }
    }

    fn short(&mut self, node: &Node, key: &str, object: &Object) {
        let Some(key) = object.key(key).filter(|_| node.scalar().is_some() && !node.is_null()) else {
            self.wrong_kind(node, object.title, "write a value, or a map of keys");
            return;
        };
        self.value(node, &key.shape);
    }

    /// `users`, `[users, orders]`, `{ users: [id, name] }`, `{ users: { id: uuid } }`; a name with nothing means all of it.
    fn contract(&mut self, node: &Node) {
        if !matches!(node.kind, Kind::Map(_)) {
            self.value(node, &Shape::OneOrMany(&Shape::Text));
            return;
        }
        for entry in node.entries().iter().filter(|entry| !entry.value.is_null()) {
            match &entry.value.kind {
                Kind::Map(columns) => {
                    let typed = columns.entries().iter().filter(|column| !column.value.is_null());
                    typed.for_each(|column| self.value(&column.value, &Shape::FieldType));
                }
                _ => self.value(&entry.value, &Shape::OneOrMany(&Shape::Text)),
            }
        }
    }

    fn table_key(&mut self, node: &Node) {
        let columns = node.one_or_many();
        if columns.is_empty() {
            self.wrong_kind(node, "a list of columns", "`[id]`, `[country, id]` or `[[country, city], id]`");
        }
        for (index, column) in columns.iter().enumerate() {
            match &column.kind {
                Kind::Seq(parts) if index == 0 && !parts.is_empty() => self.list(column, &Shape::Text),
                _ => self.value(column, &Shape::Text),
            }
        }
    }

    pub(super) fn is_map(&mut self, node: &Node, title: &str) -> bool {
        let fits = matches!(node.kind, Kind::Map(_)) || node.is_null();
        if !fits {
            self.wrong_kind(node, "a map", &format!("{title} is written as `key: value` pairs"));
        }
        fits
    }

    pub(super) fn wrong_kind(&mut self, node: &Node, expected: &str, help: &str) {
        let message = format!("expected {expected}, found {}", node.describe());
        self.found.push(Diagnostic::error("SF008", message).at(node.head(), format!("expected {expected}")).help(help));
    }

    fn not_yet(&mut self, node: &Node, what: &str) {
        self.found.push(not_yet(what).at(node.head(), "reserved"));
    }

    pub(super) fn report(&mut self, node: &Node, problem: Option<Problem>) {
        let Some(problem) = problem else { return };
        let mut diagnostic = Diagnostic::error(problem.code, problem.message).at(node.head(), "this value");
        diagnostic.help = problem.help;
        self.found.push(diagnostic);
    }
}

/// "Not yet": reserved, and never skipped in silence.
#[must_use]
pub fn not_yet(what: &str) -> Diagnostic {
    Diagnostic::error("SF012", format!("{what}: not yet")).help("this is reserved and will work in a later version")
}

fn scalar_problem(node: &Node, shape: &Shape) -> Option<Problem> {
    match shape {
        Shape::Bool => scalar::boolean(node).err(),
        Shape::Int { min, max } => scalar::integer_between(node, *min, *max).err(),
        Shape::Share => scalar::share(node).err(),
        Shape::Duration { min_ms } => match scalar::duration(node) {
            Ok(value) if value.as_millis() < u128::from(*min_ms) => {
                Some(Problem::range(format!("the duration is too short: at least {min_ms}ms")))
            }
            other => other.err(),
        },
        Shape::Memory => scalar::memory(node).err(),
        Shape::Choice(values) => choice(node, values),
        Shape::Scalar => scalar::json(node).err(),
        _ => scalar::text(node).err(),
    }
}

pub(super) fn choice(node: &Node, values: &[&str]) -> Option<Problem> {
    match scalar::text(node) {
        Err(problem) => Some(problem),
        Ok(text) if values.contains(&text) => None,
        Ok(text) => Some(Problem {
            code: "SF010",
            message: format!("`{text}` is none of {}", suggest::list(values)),
            help: suggest::nearest(text, values.iter().copied()).map(|near| format!("did you mean `{near}`?")),
        }),
    }
}
