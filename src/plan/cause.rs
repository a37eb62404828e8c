//! Why a step is there: in words, and key by key where what was and what will be are known.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// One key of a resource that differs. `None` means that it is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChange {
    pub key: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl KeyChange {
    #[must_use]
    pub fn new(key: impl Into<String>, before: Option<String>, after: Option<String>) -> Self {
        Self { key: key.into(), before, after }
    }

    /// `partitions 3 -> 6`
    #[must_use]
    pub fn words(&self) -> String {
        let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "unset".to_string());
        format!("{} {} -> {}", self.key, side(&self.before), side(&self.after))
    }
}

/// What two sets of keys differ in, in the order of the keys.
#[must_use]
pub fn differences(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<KeyChange> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    keys.into_iter()
        .filter(|key| before.get(*key) != after.get(*key))
        .map(|key| KeyChange::new(key, before.get(key).cloned(), after.get(key).cloned()))
        .collect()
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cause {
    pub(super) text: String,
    pub(super) keys: Vec<KeyChange>,
}

impl Cause {
    /// Words of their own beside the keys.
    pub(super) fn with_keys(text: impl Into<String>, keys: Vec<KeyChange>) -> Self {
        Self { text: text.into(), keys }
    }
}

impl From<&str> for Cause {
    fn from(text: &str) -> Self {
        Self { text: text.to_string(), keys: Vec::new() }
    }
}

impl From<String> for Cause {
    fn from(text: String) -> Self {
        Self { text, keys: Vec::new() }
    }
}

impl From<Vec<KeyChange>> for Cause {
    fn from(keys: Vec<KeyChange>) -> Self {
        let words: Vec<String> = keys.iter().map(KeyChange::words).collect();
        Self { text: words.join(", "), keys }
    }
}
