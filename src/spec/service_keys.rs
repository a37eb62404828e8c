//! What a blueprint says about its service's keys in `pipeline.yaml`: document 1 of `blueprints/<service>.yaml`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Blueprints by service name.
pub type ServiceKeys = BTreeMap<String, BlueprintKeys>;

/// Keys every blueprint's service takes without declaring them.
pub const COMMON_KEYS: [&str; 2] = ["image", "ports"];
/// Keys of a plain container: a service that has no blueprint.
pub const CONTAINER_KEYS: [&str; 5] = ["image", "ports", "env", "memory", "command"];
/// Reserved on every service.
pub const EXTERNAL: &str = "external";
/// Services that will have a blueprint one day.
pub const RESERVED_SERVICES: [&str; 2] = ["registry", "console"];

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BlueprintKeys {
    pub about: String,
    /// By key; nested ones dotted (`worker.cores`).
    pub settings: BTreeMap<String, SettingKey>,
    /// Other services, with the settings that make them needed; none means always.
    pub needs: BTreeMap<String, BTreeMap<String, String>>,
    /// Documented host ports by name, so that clashes are seen before anything runs.
    pub ports: BTreeMap<String, u16>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingKey {
    #[serde(rename = "type")]
    pub kind: SettingKind,
    /// Of a choice.
    #[serde(default)]
    pub values: Vec<String>,
    #[serde(default)]
    pub min: Option<i64>,
    #[serde(default)]
    pub max: Option<i64>,
    #[serde(default)]
    pub default: Option<DefaultValue>,
    /// What a value outside the range will do one day.
    #[serde(default)]
    pub not_yet: Option<String>,
    #[serde(default)]
    pub doc: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SettingKind {
    Choice,
    Int,
    Bool,
    Text,
    Memory,
    /// Given by reference, or generated.
    Secret,
    /// A text file of the project.
    File,
    /// A folder of the project.
    Folder,
    List,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum DefaultValue {
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<String>),
}

impl SettingKind {
    /// Whether the value names something in the project folder.
    #[must_use]
    pub fn is_path(self) -> bool {
        matches!(self, Self::File | Self::Folder)
    }
}

impl BlueprintKeys {
    /// Setting names that start with `prefix.`: the prefix is a map in the file.
    #[must_use]
    pub fn has_nested(&self, prefix: &str) -> bool {
        self.settings.keys().any(|key| key.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.')))
    }

    /// What may stand at one level of the service: the part of each setting up to the next dot.
    #[must_use]
    pub fn names_at(&self, prefix: &str) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .settings
            .keys()
            .filter_map(|key| {
                if prefix.is_empty() { Some(key.as_str()) } else { key.strip_prefix(prefix)?.strip_prefix('.') }
            })
            .map(|rest| rest.split('.').next().unwrap_or(rest))
            .collect();
        names.dedup();
        names
    }
}
