//! What a container is made from, key by key: written into a label, so that a later plan can say which key changed.
//!
//! Holds no secret. Files go in by hash, and so does what users write for containers of their own: it may hold one.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::topology::resource::{Container, FileContent, MountAccess, digest};

impl Container {
    /// Hash of the whole declaration, secret values excluded: they are not part of it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let text = serde_json::to_vec(self).expect("a container is made of maps, lists and text");
        digest(&text)[..16].to_string()
    }

    /// Every part of the declaration under a key of its own; two containers with the same keys have the same fingerprint.
    #[must_use]
    pub fn declaration(&self) -> BTreeMap<String, String> {
        let mut keys = BTreeMap::new();
        let mut say = |key: String, value: String| drop(keys.insert(key, value));
        // An image that is not ours comes with a command and an environment that are the user's own words.
        let theirs = |words: String| if self.user.is_empty() { hash(words.as_bytes()) } else { words };
        say("service".to_string(), self.service.clone());
        say("image".to_string(), self.image.clone());
        say("user".to_string(), self.user.clone());
        say("command".to_string(), theirs(json(&self.command)));
        for (name, value) in &self.env {
            say(format!("env.{name}"), theirs(value.clone()));
        }
        for (name, condition) in &self.after {
            say(format!("after.{name}"), json(condition));
        }
        for (path, content) in &self.files {
            say(format!("file.{path}"), file(content));
        }
        for (volume, mount) in &self.mounts {
            let access = if mount.access == MountAccess::ReadOnly { ":ro" } else { "" };
            say(format!("mount.{volume}"), format!("{}{access}", mount.path));
        }
        for (name, port) in &self.ports {
            say(format!("port.{name}"), format!("{}:{}", port.host, port.container));
        }
        say("memory".to_string(), self.memory.to_string());
        say("pids".to_string(), self.pids.to_string());
        say("tmpfs".to_string(), json(&self.tmpfs));
        say("stop_seconds".to_string(), self.stop_seconds.to_string());
        say("lifecycle".to_string(), json(&self.lifecycle));
        say("ready".to_string(), json(&self.ready));
        for need in &self.needs {
            say(format!("needs.{need}"), "true".to_string());
        }
        keys
    }

    /// Names of the secrets its files hold.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.files.values().flat_map(|file| match file {
            FileContent::Text(_) => Vec::new(),
            FileContent::Secret(name) => vec![name.as_str()],
            FileContent::SecretTemplate { uses, .. } => uses.iter().map(String::as_str).collect(),
        })
    }
}

fn file(content: &FileContent) -> String {
    match content {
        FileContent::Text(text) => hash(text.as_bytes()),
        FileContent::Secret(name) => format!("secret/{name}"),
        FileContent::SecretTemplate { .. } => hash(json(content).as_bytes()),
    }
}

/// As much of a hash as tells two contents apart.
fn hash(bytes: &[u8]) -> String {
    digest(bytes)[..12].to_string()
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("parts of a container are maps, lists and text").trim_matches('"').to_string()
}
