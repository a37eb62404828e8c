//! How one field is made: the file's projection compiled, then applied to a record.
//!
//! Pure, and known to `mapping` alone.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use crate::ingest::cast::{self, Mismatch, Reading};
use crate::ingest::mapping::{self, MappingError, Rejection};
use crate::ingest::path::{Found, Path};
use crate::ingest::task::IngestTask;
use crate::model::pipeline::{Field, FieldType, Generated, Projection};

/// Names `hash` makes are unique to sparkflow: a version 5 UUID of this name space.
const HASH_NAMESPACE: Uuid = Uuid::from_u128(0x8f0d_5d0e_6c1b_5e0a_9b57_1d6d_3a0c_77f1);

#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) name: Arc<str>,
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

impl Rule {
    pub(super) fn compile(task: &IngestTask, field: &Field) -> Result<Self, MappingError> {
        let parse = |text: &String| mapping::compile_path(task, field, text);
        let parse_all = |paths: &[String]| paths.iter().map(parse).collect::<Result<Vec<_>, _>>();
        let recipe = match task.map.iter().find(|(name, _)| *name == field.name).map(|(_, projection)| projection) {
            Some(Projection::Path { path, cast }) => Recipe::Path { path: parse(path)?, cast: cast.clone() },
            Some(Projection::Join { paths, with }) => Recipe::Join { paths: parse_all(paths)?, with: with.clone() },
            Some(Projection::Hash(paths)) => Recipe::Hash(parse_all(paths)?),
            Some(Projection::Generate(generated)) => Recipe::Generate(*generated),
            Some(Projection::Const(value)) => Recipe::Const(constant(task, field, value)?),
            None if field.required => {
                return Err(MappingError::Unmapped { source_name: task.source.clone(), field: field.name.clone() });
            }
            None => Recipe::Absent,
        };
        Ok(Self { name: field.name.as_str().into(), kind: field.kind.clone(), required: field.required, recipe })
    }

    /// The value of the field in one record.
    pub(super) fn apply(
        &self,
        record: &Value,
        generated: &mut impl FnMut(Generated) -> String,
    ) -> Result<Value, Rejection> {
        match &self.recipe {
            Recipe::Path { path, cast } => self.at_path(record, path, cast.as_ref()),
            Recipe::Join { paths, with } => match self.texts(record, paths, Parts::Scalars)? {
                Some(texts) => self.exact(&Value::String(texts.join(with))),
                None => Ok(Value::Null),
            },
            Recipe::Hash(paths) => match self.texts(record, paths, Parts::Anything)? {
                // As a JSON list, so that ["a", "bc"] and ["ab", "c"] differ.
                Some(texts) => {
                    let name = Value::from(texts).to_string();
                    self.exact(&Value::String(Uuid::new_v5(&HASH_NAMESPACE, name.as_bytes()).to_string()))
                }
                None => Ok(Value::Null),
            },
            Recipe::Const(value) => Ok(value.clone()),
            Recipe::Generate(what) => self.read(&Value::String(generated(*what)), Reading::Cast),
            Recipe::Absent => Ok(Value::Null),
        }
    }

    fn at_path(&self, record: &Value, path: &Path, cast: Option<&FieldType>) -> Result<Value, Rejection> {
        let several;
        let found = match path.find(record) {
            Found::Several(values) if matches!(self.kind, FieldType::List(_)) => {
                several = Value::Array(values.into_iter().cloned().collect());
                &several
            }
            found => match self.one(found, path)? {
                Some(value) => value,
                None => return Ok(Value::Null),
            },
        };
        let Some(cast) = cast else {
            return self.exact(found);
        };
        let value = cast::read(found, cast, Reading::Cast).map_err(|mismatch| self.mismatch(mismatch))?;
        self.exact(&value)
    }

    /// The parts of a join or hash as text. One missing part makes the whole missing: half an address is not an address.
    fn texts(&self, record: &Value, paths: &[Path], parts: Parts) -> Result<Option<Vec<String>>, Rejection> {
        let mut texts = Vec::with_capacity(paths.len());
        for path in paths {
            let Some(value) = self.one(path.find(record), path)? else {
                return Ok(None);
            };
            let nested = value.is_array() || value.is_object();
            if nested && parts == Parts::Scalars {
                let found = cast::describe(value);
                return Err(
                    self.reject(format!("expected text, a number or a boolean at `{}`, found {found}", path.text()))
                );
            }
            texts.push(cast::plain_text(value));
        }
        Ok(Some(texts))
    }

    /// The one value that a path found; `None` where an optional field has none, or null.
    fn one<'a>(&self, found: Found<'a>, path: &Path) -> Result<Option<&'a Value>, Rejection> {
        let value = match found {
            Found::Nothing => &Value::Null,
            Found::One(value) => value,
            Found::Several(values) => {
                let [value] = values.as_slice() else {
                    let count = values.len();
                    return Err(self.reject(format!("expected one value at `{}`, found {count}", path.text())));
                };
                value
            }
        };
        if !value.is_null() {
            return Ok(Some(value));
        }
        if self.required {
            return Err(self.reject(format!("required, but `{}` is missing or null", path.text())));
        }
        Ok(None)
    }

    fn exact(&self, value: &Value) -> Result<Value, Rejection> {
        self.read(value, Reading::Exact)
    }

    fn read(&self, value: &Value, reading: Reading) -> Result<Value, Rejection> {
        cast::read(value, &self.kind, reading).map_err(|mismatch| self.mismatch(mismatch))
    }

    fn mismatch(&self, Mismatch { expected, found }: Mismatch) -> Rejection {
        self.reject(format!("expected {expected}, found {found}"))
    }

    fn reject(&self, reason: String) -> Rejection {
        Rejection { field: self.name.to_string(), reason }
    }
}

fn constant(task: &IngestTask, field: &Field, value: &Value) -> Result<Value, MappingError> {
    if value.is_null() && !field.required {
        return Ok(Value::Null);
    }
    cast::read(value, &field.kind, Reading::Exact).map_err(|Mismatch { expected, found }| MappingError::Constant {
        source_name: task.source.clone(),
        field: field.name.clone(),
        expected,
        found,
    })
}

/// What a joined or hashed part may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parts {
    Scalars,
    /// A hash may cover a whole object: its members count in the order of their names.
    Anything,
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
