//! Places in a JSON document, as RFC 9535 writes them (`$.name.first`), compiled once.
//!
//! Paths that name one place (names and positions only) are walked directly; any other goes through the query engine.
//! Filters and wildcards are allowed; nothing is computed from what is found.

use serde_json::Value;
use serde_json_path::{JsonPath, ParseError};

/// A compiled path.
#[derive(Debug, Clone)]
pub struct Path {
    text: String,
    steps: Steps,
}

#[derive(Debug, Clone)]
enum Steps {
    /// Names and positions: at most one place.
    One(Vec<Step>),
    Many(JsonPath),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(i64),
}

/// What a path found.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<'a> {
    Nothing,
    One(&'a Value),
    /// Only from a path with wildcards, slices, filters or `..`: what it matched, in document order.
    Several(Vec<&'a Value>),
}

impl Path {
    /// # Errors
    /// The text is not an RFC 9535 path.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let query = JsonPath::parse(text)?;
        let steps = single_place(text).map_or(Steps::Many(query), Steps::One);
        Ok(Self { text: text.to_owned(), steps })
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn find<'a>(&self, document: &'a Value) -> Found<'a> {
        match &self.steps {
            Steps::One(steps) => walk(steps, document).map_or(Found::Nothing, Found::One),
            Steps::Many(query) => {
                let nodes = query.query(document).all();
                if nodes.is_empty() { Found::Nothing } else { Found::Several(nodes) }
            }
        }
    }

    /// Takes the list at this path out of the document; `Err` says what stands there instead.
    ///
    /// # Errors
    /// Nothing is at the path, or something that is not a list.
    pub fn take_list(&self, mut document: Value) -> Result<Vec<Value>, String> {
        let steps = match &self.steps {
            Steps::One(steps) => steps,
            Steps::Many(query) => {
                return Ok(query.query(&document).all().into_iter().cloned().collect());
            }
        };
        let mut place = &mut document;
        for step in steps {
            let kind = kind_of(place);
            place = step_into_mut(step, place).ok_or_else(|| match step {
                Step::Name(name) => format!("{kind} without `{name}`"),
                Step::Index(index) => format!("{kind} without position {index}"),
            })?;
        }
        match place.take() {
            Value::Array(records) => Ok(records),
            other => Err(kind_of(&other).to_owned()),
        }
    }
}

/// How people call a JSON value's type.
#[must_use]
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn walk<'a>(steps: &[Step], document: &'a Value) -> Option<&'a Value> {
    steps.iter().try_fold(document, |place, step| match step {
        Step::Name(name) => place.as_object()?.get(name),
        Step::Index(index) => {
            let list = place.as_array()?;
            list.get(position(*index, list.len())?)
        }
    })
}

fn step_into_mut<'a>(step: &Step, place: &'a mut Value) -> Option<&'a mut Value> {
    match step {
        Step::Name(name) => place.as_object_mut()?.get_mut(name),
        Step::Index(index) => {
            let list = place.as_array_mut()?;
            let position = position(*index, list.len())?;
            list.get_mut(position)
        }
    }
}

fn position(index: i64, len: usize) -> Option<usize> {
    if index >= 0 {
        return usize::try_from(index).ok();
    }
    len.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)
}

/// The steps of a path made of plain names and positions; `None` leaves the path to the query engine.
fn single_place(text: &str) -> Option<Vec<Step>> {
    let mut rest = text.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (step, after) = match rest.strip_prefix('.') {
            Some(named) => dotted(named)?,
            None => bracketed(rest.strip_prefix('[')?)?,
        };
        steps.push(step);
        rest = after;
    }
    Some(steps)
}

fn dotted(text: &str) -> Option<(Step, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii())).unwrap_or(text.len());
    if end == 0 {
        return None;
    }
    Some((Step::Name(text[..end].to_owned()), &text[end..]))
}

fn bracketed(text: &str) -> Option<(Step, &str)> {
    let (inside, after) = match text.chars().next()? {
        quote @ ('\'' | '"') => {
            let (name, after) = text[1..].split_once(quote)?;
            if name.contains('\\') {
                return None;
            }
            return Some((Step::Name(name.to_owned()), after.strip_prefix(']')?));
        }
        _ => text.split_once(']')?,
    };
    Some((Step::Index(inside.parse().ok()?), after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(text: &str) -> Path {
        Path::parse(text).unwrap()
    }

    #[test]
    fn direct_steps_find_what_the_query_engine_finds() {
        let document = json!({ "a": { "b c": [10, { "größe": null }] }, "list": [[1], [2]] });
        for text in [
            "$",
            "$.a",
            "$.a['b c'][0]",
            "$.a[\"b c\"][-1].größe",
            "$.list[1][0]",
            "$.none.a",
            "$.list[9]",
            "$.a[0]",
            "$.list[-3]",
        ] {
            let path = parse(text);
            assert!(matches!(path.steps, Steps::One(_)), "{text}");
            let expected = JsonPath::parse(text).unwrap().query(&document).all();
            let found = match path.find(&document) {
                Found::Nothing => vec![],
                Found::One(value) => vec![value],
                Found::Several(values) => values,
            };
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_wildcard_finds_several() {
        let document = json!({ "tags": [{ "n": 1 }, { "n": 2 }] });
        assert_eq!(parse("$.tags[*].n").find(&document), Found::Several(vec![&json!(1), &json!(2)]));
        assert_eq!(parse("$.tags[*].none").find(&document), Found::Nothing);
    }

    #[test]
    fn text_that_is_no_path_is_refused() {
        for text in ["", "name", "$.", "$.a b", "$[", "$..", "$.a[01]"] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_list_of_records_is_the_body_itself_or_below_it() {
        assert_eq!(parse("$").take_list(json!([1, 2])), Ok(vec![json!(1), json!(2)]));
        assert_eq!(parse("$.a.b").take_list(json!({ "a": { "b": [3] } })), Ok(vec![json!(3)]));
        assert_eq!(
            parse("$.pages[*].rows[*]").take_list(json!({ "pages": [{ "rows": [1] }, { "rows": [2] }] })),
            Ok(vec![json!(1), json!(2)])
        );
    }

    #[test]
    fn what_stands_in_place_of_the_list_is_named() {
        assert_eq!(parse("$.results").take_list(json!({ "error": "x" })), Err("an object without `results`".into()));
        assert_eq!(parse("$.results").take_list(json!({ "results": null })), Err("null".into()));
        assert_eq!(parse("$").take_list(json!({})), Err("an object".into()));
        assert_eq!(parse("$.a.b").take_list(json!({ "a": "text" })), Err("text without `b`".into()));
    }
}
