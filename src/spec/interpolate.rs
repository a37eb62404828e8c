//! `${VAR}` in scalars, after parsing: a value can never become YAML, and a bare `$` is text.
//!
//! The environment is an argument: this room reads none.

use std::collections::BTreeMap;

use super::node::{Kind, Node, Origin, Scalar, excerpt};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};

pub type Environment = BTreeMap<String, String>;

/// What all values may grow by together: far more than a pipeline needs, far less than a machine has.
const MAX_GROWTH: usize = 16 * 1024 * 1024;

/// Replaces every `${...}` in the tree; missing variables are located errors.
pub fn apply(node: &mut Node, environment: &Environment, found: &mut Diagnostics) {
    Filler { environment, room: MAX_GROWTH, found }.node(node);
}

struct Filler<'a> {
    environment: &'a Environment,
    /// Bytes that may still be filled in.
    room: usize,
    found: &'a mut Diagnostics,
}

impl Filler<'_> {
    fn node(&mut self, node: &mut Node) {
        let span = node.span;
        match &mut node.kind {
            Kind::Seq(items) => items.iter_mut().for_each(|item| self.node(item)),
            Kind::Map(map) => map.values_mut().for_each(|value| self.node(value)),
            Kind::Scalar(scalar) if scalar.text.contains("${") => self.scalar(scalar, span),
            Kind::Scalar(_) => {}
        }
    }

    fn scalar(&mut self, scalar: &mut Scalar, span: Span) {
        let mut filled = String::with_capacity(scalar.text.len());
        let mut rest = scalar.text.as_str();
        let mut complete = true;
        let mut origin = scalar.origin;
        while let Some(position) = rest.find("${") {
            let before = &rest[..position];
            let after = &rest[position + 2..];
            if let Some(literal) = before.strip_suffix('$') {
                filled.push_str(literal);
                filled.push_str("${");
                rest = after;
                continue;
            }
            filled.push_str(before);
            let Some(end) = after.find('}') else {
                self.found.push(
                    Diagnostic::error("SF014", "`${` has no closing `}`")
                        .at(span, "in this value")
                        .help("write `$${` for a literal `${`"),
                );
                scalar.origin = Origin::Unfilled;
                return;
            };
            match expand(&after[..end], self.environment).and_then(|value| self.take(value)) {
                Ok(value) => filled.push_str(value),
                Err(problem) => {
                    self.found.push(problem.at(span, "in this value"));
                    complete = false;
                }
            }
            origin = Origin::Interpolated;
            rest = &after[end + 1..];
        }
        filled.push_str(rest);
        scalar.text = filled;
        scalar.origin = if complete { origin } else { Origin::Unfilled };
    }

    fn take<'value>(&mut self, value: &'value str) -> Result<&'value str, Diagnostic> {
        let Some(room) = self.room.checked_sub(value.len()) else {
            let message = format!("variables fill in more than {MAX_GROWTH} bytes");
            return Err(Diagnostic::error("SF002", message).help("name large content as a file instead"));
        };
        self.room = room;
        Ok(value)
    }
}

/// One expression between the braces.
fn expand<'value>(expression: &'value str, environment: &'value Environment) -> Result<&'value str, Diagnostic> {
    let name_end = expression.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(expression.len());
    let (name, operation) = expression.split_at(name_end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(malformed(expression));
    }
    let value = environment.get(name).map(String::as_str);
    let filled = value.filter(|value| !value.is_empty());
    let (operator, word) = match operation {
        "" => ("", ""),
        _ if operation.starts_with(":-") || operation.starts_with(":?") || operation.starts_with(":+") => {
            operation.split_at(2)
        }
        _ if operation.starts_with(['-', '?', '+']) => operation.split_at(1),
        _ => return Err(malformed(expression)),
    };
    if word.contains("${") {
        return Err(malformed(expression));
    }
    match operator {
        "" => value.ok_or_else(|| missing(name, "")),
        ":-" => Ok(filled.unwrap_or(word)),
        "-" => Ok(value.unwrap_or(word)),
        ":+" => Ok(filled.map_or("", |_| word)),
        "+" => Ok(value.map_or("", |_| word)),
        ":?" => filled.ok_or_else(|| missing(name, word)),
        _ => value.ok_or_else(|| missing(name, word)),
    }
}

fn missing(name: &str, reason: &str) -> Diagnostic {
    let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    Diagnostic::error("SF013", format!("the variable `{name}` is not set{reason}"))
        .help(format!("set {name} in the environment or with `--env-file`, or give a default: `${{{name}:-default}}`"))
}

fn malformed(expression: &str) -> Diagnostic {
    Diagnostic::error("SF014", format!("`${{{}}}` is not understood", excerpt(expression)))
        .help("forms: `${VAR}`, `${VAR:-default}`, `${VAR-default}`, `${VAR:?message}`, `${VAR:+value}`; `$${` is a literal `${`; they do not nest")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> (String, Vec<String>) {
        let environment: Environment = [("A", "1"), ("EMPTY", "")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let scalar = Scalar { text: text.to_owned(), style: super::super::node::Style::Plain, origin: Origin::Written };
        let mut node = Node { span: Span::default(), kind: Kind::Scalar(scalar) };
        let mut found = Diagnostics::default();
        apply(&mut node, &environment, &mut found);
        let messages = found.sorted().into_iter().map(|d| d.message).collect();
        (node.text().unwrap_or_default().to_owned(), messages)
    }

    #[test]
    fn every_form_is_filled() {
        for (text, expected) in [
            ("${A}", "1"),
            ("x${A}y${A}", "x1y1"),
            ("${B:-d}", "d"),
            ("${EMPTY:-d}", "d"),
            ("${EMPTY-d}", ""),
            ("${B-d}", "d"),
            ("${A:+alt}", "alt"),
            ("${EMPTY:+alt}", ""),
            ("${A:?no}", "1"),
            ("$${A}", "${A}"),
            ("$.name.first", "$.name.first"),
            ("a$b", "a$b"),
            ("$$${A}", "$${A}"),
        ] {
            assert_eq!(run(text), (expected.to_owned(), vec![]), "{text}");
        }
    }

    #[test]
    fn a_missing_variable_is_an_error_with_its_message() {
        assert_eq!(run("${B}").1, ["the variable `B` is not set"]);
        assert_eq!(run("${EMPTY:?give me one}").1, ["the variable `EMPTY` is not set: give me one"]);
    }

    #[test]
    fn malformed_and_nested_expressions_are_refused() {
        for text in ["${}", "${1A}", "${A", "${A!x}", "${B:-${A}}"] {
            assert_eq!(run(text).1.len(), 1, "{text}");
        }
    }

    #[test]
    fn a_value_is_not_expanded_again() {
        let environment: Environment = [("A".to_owned(), "${B}".to_owned())].into();
        assert_eq!(expand("A", &environment).ok(), Some("${B}"));
    }

    #[test]
    fn values_that_multiply_are_bounded_by_their_bytes() {
        let environment: Environment = [("A".to_owned(), "x".repeat(MAX_GROWTH / 4))].into();
        for (text, codes, bytes) in
            [("${A}${A}${A}${A}", &[][..], MAX_GROWTH), ("${A}${A}${A}${A}${A}${A}", &["SF002", "SF002"], 0)]
        {
            let scalar =
                Scalar { text: text.to_owned(), style: super::super::node::Style::Plain, origin: Origin::Written };
            let mut node = Node { span: Span::default(), kind: Kind::Scalar(scalar) };
            let mut found = Diagnostics::default();
            apply(&mut node, &environment, &mut found);
            assert_eq!(node.text().map_or(0, str::len), bytes);
            assert!(node.scalar().is_some_and(|scalar| scalar.text.len() <= MAX_GROWTH));
            assert!(found.sorted().iter().all(|one| codes.contains(&one.code)));
        }
    }
}
