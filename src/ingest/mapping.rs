//! A source's record made into a topic's record: project, cast, join, const, hash, generate; never an expression.
//!
//! Pure: new ids and the time come from the caller. What cannot be mapped is a [`Rejection`] that names the field,
//! never a guess and never a silent null in a required field.

use std::sync::Arc;

use serde_json::Value;
use thiserror::Error;

use crate::ingest::cast;
use crate::ingest::path::Path;
use crate::ingest::rule::Rule;
use crate::ingest::task::IngestTask;
use crate::model::pipeline::{Field, Generated};

/// A record ready for its topic: every field of the schema, in the schema's order.
#[derive(Debug, Clone, PartialEq)]
pub struct MappedRecord {
    pub key: Option<String>,
    /// An absent optional field is written as null.
    pub value: Vec<(Arc<str>, Value)>,
}

/// Why a record cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("field `{field}`: {reason}")]
pub struct Rejection {
    pub field: String,
    pub reason: String,
}

/// A map that cannot work for any record.
#[derive(Debug, Error)]
pub enum MappingError {
    #[error("source `{source_name}`: field `{field}` has the path `{path}`, which is not a JSON path")]
    Path {
        source_name: String,
        field: String,
        path: String,
        #[source]
        source: serde_json_path::ParseError,
    },
    #[error("source `{source_name}` maps a field `{field}` that its schema does not have")]
    UnknownField { source_name: String, field: String },
    #[error("source `{source_name}` does not map field `{field}`, which is required")]
    Unmapped { source_name: String, field: String },
    #[error("source `{source_name}`: the constant of field `{field}` must be {expected}, found {found}")]
    Constant { source_name: String, field: String, expected: String, found: String },
}

/// A path that a field of the task is mapped from.
pub(super) fn compile_path(task: &IngestTask, field: &Field, text: &str) -> Result<Path, MappingError> {
    Path::parse(text).map_err(|source| MappingError::Path {
        source_name: task.source.clone(),
        field: field.name.clone(),
        path: text.to_owned(),
        source,
    })
}

/// An [`IngestTask`]'s map with its paths compiled.
#[derive(Debug, Clone)]
pub struct Mapper {
    fields: Vec<Rule>,
    /// Position of the key among `fields`.
    key_index: Option<usize>,
}

impl Mapper {
    /// # Errors
    /// A path that is none, a field the schema lacks, a required field without a rule, a constant of the wrong type.
    pub fn compile(task: &IngestTask) -> Result<Self, MappingError> {
        let unknown =
            |field: &String| MappingError::UnknownField { source_name: task.source.clone(), field: field.clone() };
        if let Some((field, _)) = task.map.iter().find(|(field, _)| task.schema.field(field).is_none()) {
            return Err(unknown(field));
        }
        let fields =
            task.schema.fields.iter().map(|field| Rule::compile(task, field)).collect::<Result<Vec<_>, _>>()?;
        let key_index = match &task.key {
            None => None,
            Some(key) => Some(fields.iter().position(|rule| *rule.name == **key).ok_or_else(|| unknown(key))?),
        };
        Ok(Self { fields, key_index })
    }

    /// The result of every field of one record, in the schema's order.
    pub fn each(
        &self,
        record: &Value,
        generated: &mut impl FnMut(Generated) -> String,
    ) -> Vec<Result<Value, Rejection>> {
        self.fields.iter().map(|rule| rule.apply(record, generated)).collect()
    }

    /// Maps one record; `generated` gives new ids (text) and the time (RFC 3339).
    ///
    /// # Errors
    /// The record lacks a required field, or a value does not fit its type.
    pub fn project(
        &self,
        record: &Value,
        generated: &mut impl FnMut(Generated) -> String,
    ) -> Result<MappedRecord, Rejection> {
        let mut value = Vec::with_capacity(self.fields.len());
        for rule in &self.fields {
            value.push((Arc::clone(&rule.name), rule.apply(record, generated)?));
        }
        let key = match self.key_index {
            None => None,
            Some(index) => Some(key_text(&value[index])?),
        };
        Ok(MappedRecord { key, value })
    }
}

impl MappedRecord {
    /// A field's value; nothing where the schema has no such field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.value.iter().find(|(name, _)| **name == *field).map(|(_, value)| value)
    }

    /// One line of JSON, fields in the schema's order.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut line = String::with_capacity(self.value.len() * 32);
        let mut separator = '{';
        for (name, value) in &self.value {
            line.push(separator);
            line.push_str(&Value::from(&**name).to_string());
            line.push(':');
            line.push_str(&value.to_string());
            separator = ',';
        }
        if self.value.is_empty() {
            line.push('{');
        }
        line.push('}');
        line
    }
}

fn key_text((name, value): &(Arc<str>, Value)) -> Result<String, Rejection> {
    if value.is_null() {
        return Err(Rejection { field: name.to_string(), reason: "the record's key, but missing or null".into() });
    }
    Ok(cast::plain_text(value))
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
pub(crate) mod tests;
