//! A sample of records held against a map: what each path gives, what would be a dead letter, what nothing uses.
//!
//! Pure, and it decides nothing: the rules of `model` do. Fields are judged by the code that maps them in a real run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::ingest::cast;
use crate::ingest::mapping::{self, Mapper, MappingError};
use crate::ingest::path::{Found, Path, kind_of};
use crate::ingest::task::IngestTask;
use crate::model::pipeline::{Generated, Projection};
use crate::model::survey::{FieldSurvey, PathSurvey, Survey};

/// More paths that nothing maps are not told apart.
const MOST_UNMAPPED: usize = 200;
const DEEPEST: usize = 12;
/// Names whose values are never shown.
const PRIVATE: [&str; 8] = ["password", "passwd", "secret", "token", "salt", "apikey", "api_key", "credential"];
/// Stand for what a real run would make up.
const NIL: &str = "00000000-0000-0000-0000-000000000000";
const EPOCH: &str = "1970-01-01T00:00:00Z";

/// What the records say about the task's map.
///
/// # Errors
/// The map cannot work for any record.
pub fn survey(task: &IngestTask, records: &[Value]) -> Result<Survey, MappingError> {
    let mapper = Mapper::compile(task)?;
    let mut fields = fields(task)?;
    let mut unmapped = BTreeSet::new();
    let mut keys: BTreeMap<String, usize> = BTreeMap::new();
    for record in records {
        let mut mapped = BTreeSet::new();
        for field in &mut fields {
            field.look(record, &mut mapped);
        }
        note_unmapped(record, "$", 0, &mapped, &mut unmapped);
        for (field, result) in fields.iter_mut().zip(mapper.each(record, &mut made_up)) {
            field.judge(result.map_err(|rejection| rejection.reason));
        }
        if let Ok(mapped) = mapper.project(record, &mut made_up)
            && let Some(key) = mapped.key
        {
            *keys.entry(key).or_default() += 1;
        }
    }
    let generated_key = task
        .map
        .iter()
        .any(|(name, projection)| task.key.as_ref() == Some(name) && matches!(projection, Projection::Generate(_)));
    let repeated: usize = keys.values().map(|count| count - 1).sum();
    Ok(Survey {
        source: task.source.clone(),
        count: records.len(),
        shortfall: None,
        fields: fields.into_iter().map(|field| field.seen).collect(),
        unmapped: unmapped.into_iter().collect(),
        repeated_keys: if generated_key { 0 } else { repeated },
    })
}

fn made_up(what: Generated) -> String {
    match what {
        Generated::Uuid => NIL.to_owned(),
        Generated::Now => EPOCH.to_owned(),
    }
}

/// A field's paths, and what they gave so far.
struct Field {
    paths: Vec<Path>,
    seen: FieldSurvey,
}

fn fields(task: &IngestTask) -> Result<Vec<Field>, MappingError> {
    let field = |field: &crate::model::pipeline::Field| {
        let projection = task.map.iter().find(|(name, _)| *name == field.name).map(|(_, projection)| projection);
        let texts: &[String] = match projection {
            Some(Projection::Path { path, .. }) => std::slice::from_ref(path),
            Some(Projection::Join { paths, .. } | Projection::Hash(paths)) => paths,
            Some(Projection::Const(_) | Projection::Generate(_)) | None => &[],
        };
        let parse = |text: &String| mapping::compile_path(task, field, text);
        let seen = FieldSurvey {
            field: field.name.clone(),
            paths: texts.iter().map(|path| PathSurvey { path: path.clone(), ..PathSurvey::default() }).collect(),
            ..FieldSurvey::default()
        };
        Ok(Field { paths: texts.iter().map(parse).collect::<Result<_, _>>()?, seen })
    };
    task.schema.fields.iter().map(field).collect()
}

impl Field {
    /// Counts what the paths find in one record, and remembers which of its values they reach.
    fn look(&mut self, record: &Value, mapped: &mut BTreeSet<*const Value>) {
        for (path, seen) in self.paths.iter().zip(&mut self.seen.paths) {
            let values = match path.find(record) {
                Found::Nothing => Vec::new(),
                Found::One(value) => vec![value],
                Found::Several(values) => values,
            };
            mapped.extend(values.iter().map(|value| std::ptr::from_ref(*value)));
            let hidden = is_private(&self.seen.field) || is_private(path.text());
            let mut any = false;
            for value in values.into_iter().filter(|value| !value.is_null()) {
                any = true;
                let kind = seen.kinds.entry(kind_of(value).to_owned()).or_default();
                kind.count += 1;
                if kind.example.is_none() && !hidden {
                    kind.example = Some(cast::describe(value));
                }
            }
            seen.empty += usize::from(!any);
        }
    }

    fn judge(&mut self, result: Result<Value, String>) {
        match result {
            Ok(value) => self.seen.empty += usize::from(value.is_null()),
            Err(reason) => {
                self.seen.failing += 1;
                let hidden = is_private(&self.seen.field) || self.paths.iter().any(|path| is_private(path.text()));
                let shown = reason.split(", found ").next().filter(|_| hidden).unwrap_or(&reason);
                self.seen.reason.get_or_insert_with(|| shown.to_owned());
            }
        }
    }
}

fn is_private(name: &str) -> bool {
    let name = name.to_lowercase();
    PRIVATE.iter().any(|word| name.contains(word))
}

/// Paths below `place` that no rule reaches. True where some rule reaches something at or below it.
fn note_unmapped(
    value: &Value,
    path: &str,
    depth: usize,
    mapped: &BTreeSet<*const Value>,
    unmapped: &mut BTreeSet<String>,
) -> bool {
    if mapped.contains(&std::ptr::from_ref(value)) {
        return true;
    }
    match value {
        Value::Object(members) if !members.is_empty() && depth < DEEPEST => {
            let mut any = false;
            for (name, member) in members {
                any |= note_unmapped(member, &step(path, name), depth + 1, mapped, unmapped);
            }
            any
        }
        Value::Array(items) if items.iter().any(|item| reaches(item, mapped)) => true,
        _ => {
            if unmapped.len() < MOST_UNMAPPED {
                unmapped.insert(path.to_owned());
            }
            false
        }
    }
}

fn reaches(value: &Value, mapped: &BTreeSet<*const Value>) -> bool {
    mapped.contains(&std::ptr::from_ref(value))
        || match value {
            Value::Object(members) => members.values().any(|member| reaches(member, mapped)),
            Value::Array(items) => items.iter().any(|item| reaches(item, mapped)),
            _ => false,
        }
}

fn step(path: &str, name: &str) -> String {
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_numeric());
    if plain && !name.is_empty() { format!("{path}.{name}") } else { format!("{path}[{name:?}]") }
}

#[cfg(test)]
#[path = "survey_tests.rs"]
mod tests;
