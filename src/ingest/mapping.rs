//! A source's record made into a topic's record: project, cast, join, const, hash, generate; never an expression.
//!
//! Pure: new ids and the time come from the caller. What cannot be mapped is a [`Rejection`] that names the field,
//! never a guess and never a silent null in a required field.

use std::sync::Arc;

use serde_json::Value;
use thiserror::Error;
use uuid::Uuid;

use crate::ingest::cast::{self, Mismatch, Reading};
use crate::ingest::path::{Found, Path};
use crate::ingest::task::IngestTask;
use crate::model::pipeline::{Field, FieldType, Generated, Projection};

/// Names `hash` makes are unique to sparkflow: a version 5 UUID of this name space.
const HASH_NAMESPACE: Uuid = Uuid::from_u128(0x8f0d_5d0e_6c1b_5e0a_9b57_1d6d_3a0c_77f1);

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
    #[error(
        "source `{source_name}`: field `{field}` has the path `{path}`, which is not a JSON path"
    )]
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
    #[error(
        "source `{source_name}`: the constant of field `{field}` must be {expected}, found {found}"
    )]
    Constant {
        source_name: String,
        field: String,
        expected: String,
        found: String,
    },
}

/// An [`IngestTask`]'s map with its paths compiled.
#[derive(Debug, Clone)]
pub struct Mapper {
    fields: Vec<Rule>,
    /// Position of the key among `fields`.
    key_index: Option<usize>,
}

#[derive(Debug, Clone)]
struct Rule {
    name: Arc<str>,
    kind: FieldType,
    required: bool,
    recipe: Recipe,
}

#[derive(Debug, Clone)]
enum Recipe {
    Path {
        path: Path,
        cast: Option<FieldType>,
    },
    Join {
        paths: Vec<Path>,
        with: String,
    },
    Const(Value),
    Hash(Vec<Path>),
    Generate(Generated),
    /// An optional field that the source does not fill.
    Absent,
}

impl Mapper {
    /// # Errors
    /// A path that is none, a field the schema lacks, a required field without a rule, a constant of the wrong type.
    pub fn compile(task: &IngestTask) -> Result<Self, MappingError> {
        let unknown = |field: &String| MappingError::UnknownField {
            source_name: task.source.clone(),
            field: field.clone(),
        };
        if let Some((field, _)) = task
            .map
            .iter()
            .find(|(field, _)| task.schema.field(field).is_none())
        {
            return Err(unknown(field));
        }
        let fields = task
            .schema
            .fields
            .iter()
            .map(|field| rule(task, field))
            .collect::<Result<Vec<_>, _>>()?;
        let key_index = match &task.key {
            None => None,
            Some(key) => Some(
                fields
                    .iter()
                    .position(|rule| *rule.name == **key)
                    .ok_or_else(|| unknown(key))?,
            ),
        };
        Ok(Self { fields, key_index })
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

fn rule(task: &IngestTask, field: &Field) -> Result<Rule, MappingError> {
    let parse = |text: &String| {
        Path::parse(text).map_err(|source| MappingError::Path {
            source_name: task.source.clone(),
            field: field.name.clone(),
            path: text.clone(),
            source,
        })
    };
    let parse_all = |paths: &[String]| paths.iter().map(parse).collect::<Result<Vec<_>, _>>();
    let recipe = match task
        .map
        .iter()
        .find(|(name, _)| *name == field.name)
        .map(|(_, projection)| projection)
    {
        Some(Projection::Path { path, cast }) => Recipe::Path {
            path: parse(path)?,
            cast: cast.clone(),
        },
        Some(Projection::Join { paths, with }) => Recipe::Join {
            paths: parse_all(paths)?,
            with: with.clone(),
        },
        Some(Projection::Hash(paths)) => Recipe::Hash(parse_all(paths)?),
        Some(Projection::Generate(generated)) => Recipe::Generate(*generated),
        Some(Projection::Const(value)) => Recipe::Const(constant(task, field, value)?),
        None if field.required => {
            return Err(MappingError::Unmapped {
                source_name: task.source.clone(),
                field: field.name.clone(),
            });
        }
        None => Recipe::Absent,
    };
    Ok(Rule {
        name: field.name.as_str().into(),
        kind: field.kind.clone(),
        required: field.required,
        recipe,
    })
}

fn constant(task: &IngestTask, field: &Field, value: &Value) -> Result<Value, MappingError> {
    if value.is_null() && !field.required {
        return Ok(Value::Null);
    }
    cast::read(value, &field.kind, Reading::Exact).map_err(|Mismatch { expected, found }| {
        MappingError::Constant {
            source_name: task.source.clone(),
            field: field.name.clone(),
            expected,
            found,
        }
    })
}

impl Rule {
    fn apply(
        &self,
        record: &Value,
        generated: &mut impl FnMut(Generated) -> String,
    ) -> Result<Value, Rejection> {
        match &self.recipe {
            Recipe::Path { path, cast } => self.from_path(record, path, cast.as_ref()),
            Recipe::Join { paths, with } => match self.texts(record, paths, Parts::Scalars)? {
                Some(texts) => self.exact(&Value::String(texts.join(with))),
                None => Ok(Value::Null),
            },
            Recipe::Hash(paths) => match self.texts(record, paths, Parts::Anything)? {
                // As a JSON list, so that ["a", "bc"] and ["ab", "c"] differ.
                Some(texts) => {
                    let name = Value::from(texts).to_string();
                    self.exact(&Value::String(
                        Uuid::new_v5(&HASH_NAMESPACE, name.as_bytes()).to_string(),
                    ))
                }
                None => Ok(Value::Null),
            },
            Recipe::Const(value) => Ok(value.clone()),
            Recipe::Generate(what) => self.read(&Value::String(generated(*what)), Reading::Cast),
            Recipe::Absent => Ok(Value::Null),
        }
    }

    fn from_path(
        &self,
        record: &Value,
        path: &Path,
        cast: Option<&FieldType>,
    ) -> Result<Value, Rejection> {
        let several;
        let found = match path.find(record) {
            Found::Nothing | Found::One(Value::Null) => return self.missing(path),
            Found::One(value) => value,
            Found::Several(values) if matches!(self.kind, FieldType::List(_)) => {
                several = Value::Array(values.into_iter().cloned().collect());
                &several
            }
            Found::Several(values) => match values.as_slice() {
                [Value::Null] => return self.missing(path),
                [value] => *value,
                _ => {
                    return Err(self.reject(format!(
                        "expected one value at `{}`, found {}",
                        path.text(),
                        values.len()
                    )));
                }
            },
        };
        let Some(cast) = cast else {
            return self.exact(found);
        };
        let value =
            cast::read(found, cast, Reading::Cast).map_err(|mismatch| self.mismatch(mismatch))?;
        self.exact(&value)
    }

    /// The parts of a join or hash as text. One missing part makes the whole missing: half an address is not an address.
    fn texts(
        &self,
        record: &Value,
        paths: &[Path],
        parts: Parts,
    ) -> Result<Option<Vec<String>>, Rejection> {
        let mut texts = Vec::with_capacity(paths.len());
        for path in paths {
            let value = match path.find(record) {
                Found::Nothing | Found::One(Value::Null) => {
                    return self.missing(path).map(|_| None);
                }
                Found::One(value) => value,
                Found::Several(values) => match values.as_slice() {
                    [value] => *value,
                    _ => {
                        return Err(self.reject(format!(
                            "expected one value at `{}`, found {}",
                            path.text(),
                            values.len()
                        )));
                    }
                },
            };
            let nested = value.is_array() || value.is_object();
            if nested && parts == Parts::Scalars {
                let found = cast::describe(value);
                return Err(self.reject(format!(
                    "expected text, a number or a boolean at `{}`, found {found}",
                    path.text()
                )));
            }
            texts.push(cast::plain_text(value));
        }
        Ok(Some(texts))
    }

    fn exact(&self, value: &Value) -> Result<Value, Rejection> {
        self.read(value, Reading::Exact)
    }

    fn read(&self, value: &Value, reading: Reading) -> Result<Value, Rejection> {
        cast::read(value, &self.kind, reading).map_err(|mismatch| self.mismatch(mismatch))
    }

    fn missing(&self, path: &Path) -> Result<Value, Rejection> {
        if self.required {
            return Err(self.reject(format!(
                "required, but `{}` is missing or null",
                path.text()
            )));
        }
        Ok(Value::Null)
    }

    fn mismatch(&self, Mismatch { expected, found }: Mismatch) -> Rejection {
        self.reject(format!("expected {expected}, found {found}"))
    }

    fn reject(&self, reason: String) -> Rejection {
        Rejection {
            field: self.name.to_string(),
            reason,
        }
    }
}

/// What a joined or hashed part may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parts {
    Scalars,
    /// A hash may cover a whole object: its members count in the order of their names.
    Anything,
}

fn key_text((name, value): &(Arc<str>, Value)) -> Result<String, Rejection> {
    if value.is_null() {
        return Err(Rejection {
            field: name.to_string(),
            reason: "the record's key, but missing or null".into(),
        });
    }
    Ok(cast::plain_text(value))
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
pub(crate) mod tests;
