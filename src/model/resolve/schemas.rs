//! Schemas: fields in the order the file gives them.

use std::collections::BTreeMap;

use super::{Scope, boolean};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::field_type;
use crate::model::pipeline::{Field, FieldType, Schema};
use crate::spec::node::{Entry, Node};
use crate::spec::suggest;

pub fn all(scope: &Scope<'_>, found: &mut Diagnostics) -> BTreeMap<String, Schema> {
    let mut schemas = BTreeMap::new();
    for entry in scope.section("schemas") {
        if entry.value.entries().is_empty() {
            found.push(
                Diagnostic::error("SF007", format!("the schema `{}` has no fields", entry.key.text))
                    .at(entry.key.span, "empty")
                    .help("name fields as `id: uuid`"),
            );
        }
        schemas.insert(entry.key.text.clone(), Schema { fields: fields(&entry.value, found) });
    }
    schemas
}

/// The fields of a schema, or the columns of a sink.
pub fn fields(node: &Node, found: &mut Diagnostics) -> Vec<Field> {
    node.entries().iter().map(|entry| field(entry, found)).collect()
}

fn field(entry: &Entry, found: &mut Diagnostics) -> Field {
    let node = entry.value.get("type").unwrap_or(&entry.value);
    Field {
        name: entry.key.text.clone(),
        kind: kind(node, found).unwrap_or(FieldType::String),
        required: boolean(&entry.value, "required").unwrap_or(entry.value.get("required").is_some()),
        span: entry.key.span,
    }
}

/// The type a value names; an error where it names none.
pub fn kind(node: &Node, found: &mut Diagnostics) -> Option<FieldType> {
    let written = node.text()?;
    let parsed = field_type::parse(written);
    if parsed.is_none() {
        found.push(
            Diagnostic::error("SF022", format!("`{written}` is no type"))
                .at(node.span, "unknown type")
                .help(help(written)),
        );
    }
    parsed
}

fn help(written: &str) -> String {
    let synonym = match written.to_lowercase().as_str() {
        "text" | "varchar" | "str" => Some("string"),
        "integer" | "int32" | "short" => Some("int"),
        "long" | "int64" => Some("bigint"),
        "float" | "number" | "real" => Some("double"),
        "bool" => Some("boolean"),
        "datetime" | "timestamptz" => Some("timestamp"),
        "array" => Some("list<string>"),
        _ => suggest::nearest(written, field_type::SIMPLE.iter().map(|(name, _)| *name)),
    };
    let all = "types: string, int, bigint, double, boolean, uuid, timestamp, date, decimal(10,2), list<string>, map<string,int>, any_of<string,int>";
    synonym.map_or_else(|| all.to_owned(), |name| format!("did you mean `{name}`? {all}"))
}
