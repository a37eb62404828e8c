//! The JSON Schema of `pipeline.yaml`, from the same table of keys that the checker walks.

use serde_json::{Map, Value, json};

use super::keys;
use super::service_keys::{BlueprintKeys, COMMON_KEYS, ServiceKeys, SettingKey, SettingKind};
use super::shape::{Object, Presence, Shape};

/// Draft 2020-12.
#[must_use]
pub fn json_schema(services: &ServiceKeys) -> Value {
    let whole = Writer { services, required: Required::Kept };
    let overlay = Writer { services, required: Required::Dropped };
    let mut schema = whole.object(&keys::PIPELINE);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("sparkflow pipeline");
    schema["$defs"] = json!({ "overlay": overlay.object(&keys::PIPELINE) });
    schema
}

/// A profile is part of a file: nothing is required in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Required {
    Kept,
    Dropped,
}

struct Writer<'a> {
    services: &'a ServiceKeys,
    required: Required,
}

impl Writer<'_> {
    fn object(&self, object: &Object) -> Value {
        let mut properties = Map::new();
        for key in object.keys.iter().filter(|key| !matches!(key.shape, Shape::NotYet(_))) {
            properties.insert(key.name.to_owned(), described(self.shape(&key.shape), key.doc));
        }
        let mut schema = json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": false });
        if self.required == Required::Dropped {
            return schema;
        }
        schema["type"] = json!("object");
        let required: Vec<&str> =
            object.keys.iter().filter(|key| key.presence == Presence::Required).map(|key| key.name).collect();
        if required.is_empty() && object.exactly_one.is_empty() {
            schema["type"] = json!(["object", "null"]);
        }
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        let groups: Vec<Value> = object
            .exactly_one
            .iter()
            .map(|group| json!({ "oneOf": group.iter().map(|name| json!({ "required": [name] })).collect::<Vec<_>>() }))
            .collect();
        if !groups.is_empty() {
            schema["allOf"] = json!(groups);
        }
        schema
    }

    fn shape(&self, shape: &Shape) -> Value {
        match shape {
            Shape::Text => text(),
            Shape::Bool => filled(&json!({ "type": "boolean" })),
            Shape::Int { min, max } => filled(&integer(Some(*min), Some(*max))),
            Shape::Share => filled(&json!({ "type": "number", "minimum": 0, "maximum": 1 })),
            Shape::Duration { .. } => filled(&json!({ "type": "string", "pattern": "^[0-9]+ ?[a-zA-Z]+" })),
            Shape::Memory => filled(&memory()),
            Shape::Choice(values) => filled(&json!({ "enum": values })),
            Shape::FieldType => filled(
                &json!({ "type": "string", "pattern": "^(string|int|bigint|double|boolean|uuid|timestamp|date|decimal\\(.*\\)|list<.*>|map<.*>|any_of<.*>)$" }),
            ),
            Shape::Scalar => json!({ "type": ["string", "number", "boolean", "null"] }),
            Shape::Any => json!(true),
            Shape::List(item) => json!({ "type": "array", "items": self.shape(item) }),
            Shape::OneOrMany(item) => {
                json!({ "anyOf": [self.shape(item), { "type": "array", "items": self.shape(item) }] })
            }
            Shape::Map(value) => {
                json!({ "type": ["object", "null"], "additionalProperties": self.shape(value) })
            }
            Shape::Object(object) => self.object(object),
            Shape::Short(key, object) => match object.key(key) {
                Some(key) => json!({ "anyOf": [self.shape(&key.shape), self.object(object)] }),
                None => self.object(object),
            },
            Shape::Contract => {
                let names = self.shape(&Shape::OneOrMany(&Shape::Text));
                let kind = json!({ "anyOf": [self.shape(&Shape::FieldType), { "type": "null" }] });
                let typed = json!({ "type": "object", "additionalProperties": kind });
                let columns = json!({ "anyOf": [names, typed, { "type": "null" }] });
                json!({ "anyOf": [names, { "type": "object", "additionalProperties": columns }] })
            }
            Shape::TableKey => {
                json!({ "anyOf": [text(), { "type": "array", "minItems": 1, "items": { "anyOf": [text(), { "type": "array", "items": text() }] } }] })
            }
            Shape::Services => self.services(),
            Shape::Profiles => {
                json!({ "type": ["object", "null"], "additionalProperties": { "$ref": "#/$defs/overlay" } })
            }
            Shape::NotYet(_) => json!(false),
        }
    }

    fn services(&self) -> Value {
        let properties: Map<String, Value> = self
            .services
            .iter()
            .map(|(name, blueprint)| (name.clone(), described(service(blueprint), &blueprint.about)))
            .collect();
        json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": self.container() })
    }

    fn container(&self) -> Value {
        let port = json!({ "type": ["integer", "string"] });
        let mut schema = json!({
            "type": "object",
            "properties": {
                "image": text(),
                "ports": { "anyOf": [policy(), { "type": "array", "items": port }, { "type": "object", "additionalProperties": port }] },
                "env": { "type": ["object", "null"], "additionalProperties": text() },
                "memory": filled(&memory()),
                "command": { "anyOf": [text(), { "type": "array", "items": text() }] },
            },
            "additionalProperties": false,
        });
        if self.required == Required::Kept {
            schema["required"] = json!(["image"]);
        }
        schema
    }
}

fn service(blueprint: &BlueprintKeys) -> Value {
    let mut schema = level(blueprint, "");
    schema["properties"][COMMON_KEYS[0]] = text();
    schema["properties"][COMMON_KEYS[1]] = json!({ "anyOf": [policy(), { "type": "object", "additionalProperties": filled(&integer(Some(1024), Some(65_535))) }] });
    schema
}

/// One level of dotted settings.
fn level(blueprint: &BlueprintKeys, prefix: &str) -> Value {
    let mut properties = Map::new();
    for name in blueprint.names_at(prefix) {
        let full = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        let value = match blueprint.settings.get(&full) {
            Some(key) => described(setting(key), &key.doc),
            None => level(blueprint, &full),
        };
        properties.insert(name.to_owned(), value);
    }
    json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": false })
}

fn setting(key: &SettingKey) -> Value {
    match key.kind {
        SettingKind::Choice => filled(&json!({ "enum": key.values })),
        SettingKind::Int => filled(&integer(key.min, key.max)),
        SettingKind::Bool => filled(&json!({ "type": "boolean" })),
        SettingKind::Text | SettingKind::File | SettingKind::Folder | SettingKind::Secret => text(),
        SettingKind::Memory => filled(&memory()),
        SettingKind::List => json!({ "anyOf": [text(), { "type": "array", "items": text() }] }),
    }
}

/// Text as the checker takes it: what YAML makes a number keeps the form it was written in.
fn text() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

fn policy() -> Value {
    filled(&json!({ "enum": ["fixed", "auto"] }))
}

fn memory() -> Value {
    json!({ "type": "string", "pattern": "^[0-9]+([kKmMgG]([iI]?[bB])?)$" })
}

fn integer(min: Option<i64>, max: Option<i64>) -> Value {
    let mut schema = json!({ "type": "integer" });
    if let Some(min) = min {
        schema["minimum"] = json!(min);
    }
    if let Some(max) = max.filter(|max| *max < i64::MAX) {
        schema["maximum"] = json!(max);
    }
    schema
}

/// The value itself, or a variable that will hold it.
fn filled(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "type": "string", "pattern": "\\$\\{" }] })
}

fn described(mut schema: Value, doc: &str) -> Value {
    if !doc.is_empty() {
        schema["description"] = json!(doc);
    }
    schema
}
