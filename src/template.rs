//! The only file that knows minijinja: template text and values in, text out.
//!
//! User text reaches a rendered file as a literal of that file's language or not at all:
//! YAML and JSON templates print every value as a JSON literal, Python ones use the `py` filter,
//! properties files the `properties` filter. An undefined name is an error, never an empty string.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};
use serde::Serialize;

/// A template that does not render. The text names the template, the line and the unknown name.
#[derive(Debug, thiserror::Error)]
#[error("template `{name}` does not render: {reason}")]
pub struct TemplateError {
    pub name: String,
    pub reason: String,
}

/// Template sources by name (`config/kafka/server.properties.j2`), embedded ones overlaid by the project's own.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    sources: BTreeMap<String, String>,
}

impl Templates {
    #[must_use]
    pub fn new(sources: BTreeMap<String, String>) -> Self {
        Self { sources }
    }

    /// The names below a folder, without the folder (`images/kafka/` gives `Dockerfile.j2`, ...).
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.sources
            .range(folder.to_string()..)
            .take_while(move |(name, _)| name.starts_with(folder))
            .map(move |(name, text)| (&name[folder.len()..], text.as_str()))
    }

    #[must_use]
    pub fn source(&self, name: &str) -> Option<&str> {
        self.sources.get(name).map(String::as_str)
    }

    /// Renders a template known by name, with the parts it includes: those in a folder of its name.
    ///
    /// # Errors
    /// When the name is unknown, the template does not parse, or it names an undefined value.
    pub fn render<S: Serialize>(&self, name: &str, context: &S) -> Result<String, TemplateError> {
        let Some(source) = self.sources.get(name) else {
            return Err(TemplateError { name: name.to_string(), reason: "there is no such template".to_string() });
        };
        let folder = format!("{}/", name.split('.').next().unwrap_or(name));
        let parts = self.under(&folder).map(|(part, text)| (format!("{folder}{part}"), text));
        render_with(name, source, &parts.collect::<Vec<_>>(), context)
    }
}

/// Renders `source`. The name decides how values are printed: `*.yaml`, `*.json` and their `.j2` as JSON literals.
///
/// # Errors
/// When the template does not parse or names an undefined value.
pub fn render<S: Serialize>(name: &str, source: &str, context: &S) -> Result<String, TemplateError> {
    render_with(name, source, &[], context)
}

fn render_with<S: Serialize>(
    name: &str,
    source: &str,
    parts: &[(String, &str)],
    context: &S,
) -> Result<String, TemplateError> {
    let failed = |error: &minijinja::Error| TemplateError { name: name.to_string(), reason: format!("{error:#}") };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().keep_trailing_newline(true).build();
    environment.set_syntax(syntax.map_err(|error| failed(&error))?);
    environment.set_auto_escape_callback(|name| {
        let plain = name.strip_suffix(".j2").unwrap_or(name);
        if plain.ends_with(".yaml") || plain.ends_with(".json") { AutoEscape::Json } else { AutoEscape::None }
    });
    environment.add_filter("mib", |bytes: u64| bytes / (1024 * 1024));
    environment.add_filter("percent", |amount: u64, share: u64| amount * share / 100);
    environment.add_filter("py", |value: Value| python_literal(&value).map(Value::from_safe_string));
    environment.add_filter("properties", |value: String| escape_property(&value));
    environment.add_filter("json", |value: Value| json_literal(&value).map(Value::from_safe_string));
    for (part, text) in parts {
        environment.add_template(part, text).map_err(|error| failed(&error))?;
    }
    environment.add_template(name, source).map_err(|error| failed(&error))?;
    let template = environment.get_template(name).map_err(|error| failed(&error))?;
    template.render(Serde(context)).map_err(|error| failed(&error))
}

/// The identifiers that follow `prefix` in a template's source (`images.` finds `base` in `{{ images.base }}`).
pub fn members<'a>(source: &'a str, prefix: &'a str) -> impl Iterator<Item = String> + 'a {
    source.match_indices(prefix).filter_map(|(at, found)| {
        let rest = &source[at + found.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        (end > 0).then(|| rest[..end].to_string())
    })
}

fn json_literal(value: &Value) -> Result<String, minijinja::Error> {
    serde_json::to_string(value).map_err(|error| minijinja::Error::new(ErrorKind::BadSerialization, error.to_string()))
}

/// A Python literal with the same meaning. JSON strings are Python strings once everything unusual is escaped.
fn python_literal(value: &Value) -> Result<String, minijinja::Error> {
    match value.kind() {
        ValueKind::None => Ok("None".to_string()),
        ValueKind::Bool => Ok(if value.is_true() { "True" } else { "False" }.to_string()),
        ValueKind::Number => Ok(value.to_string()),
        ValueKind::String => Ok(python_string(value.as_str().unwrap_or_default())),
        ValueKind::Seq | ValueKind::Iterable => {
            let items: Result<Vec<_>, _> = value.try_iter()?.map(|item| python_literal(&item)).collect();
            Ok(format!("[{}]", items?.join(", ")))
        }
        ValueKind::Map => {
            let mut items = Vec::new();
            for key in value.try_iter()? {
                items.push(format!("{}: {}", python_literal(&key)?, python_literal(&value.get_item(&key)?)?));
            }
            Ok(format!("{{{}}}", items.join(", ")))
        }
        kind => Err(minijinja::Error::new(ErrorKind::InvalidOperation, format!("no Python literal for {kind}"))),
    }
}

fn python_string(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for character in text.chars() {
        match character {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            // Everything that an editor may hide or reorder is written by number.
            other if other.is_control() || ('\u{200b}'..='\u{206f}').contains(&other) || other == '\u{feff}' => {
                literal.push_str(&format!("\\U{:08x}", u32::from(other)));
            }
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}

/// A value of a Java properties file on one line.
fn escape_property(value: &str) -> Result<String, minijinja::Error> {
    if value.contains(['\n', '\r', '\0']) {
        let reason = "a properties value cannot hold a line break";
        return Err(minijinja::Error::new(ErrorKind::InvalidOperation, reason));
    }
    Ok(value.replace('\\', "\\\\"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_templates_print_values_as_json_literals() {
        let text = render("a.yaml", "command: [{{ \"a:\" ~ word }}]\n", &json!({"word": "x\"y: [z"})).unwrap();
        assert_eq!(text, "command: [\"a:x\\\"y: [z\"]\n");
    }

    #[test]
    fn an_undefined_name_is_an_error() {
        let error = render("a.yaml", "{{ nothing }}", &json!({})).unwrap_err();
        assert!(error.to_string().contains("`a.yaml`"), "{error}");
    }

    #[test]
    fn python_literals_keep_user_text_inside_the_quotes() {
        let hostile = json!({"text": "\"); import os #\n\u{202e}", "flag": true, "none": null, "list": [1, "a"]});
        let text = render("d.py.j2", "{{ text|py }} {{ flag|py }} {{ none|py }} {{ list|py }}", &hostile).unwrap();
        assert_eq!(text, "\"\\\"); import os #\\n\\U0000202e\" True None [1, \"a\"]");
    }

    #[test]
    fn a_properties_value_cannot_start_a_second_line() {
        assert!(render("a.properties.j2", "k={{ v|properties }}", &json!({"v": "a\nb=c"})).is_err());
    }
}
