//! Passwords and keys in clear text: by the name they are given to. Their values go no further.

use super::names::Names;
use super::tree::{Expr, Kind, Statement, Value};
use super::{Reading, Secret};

const WORDS: [&str; 9] =
    ["password", "passwd", "secret", "secret_key", "api_key", "apikey", "access_token", "auth_token", "access_key"];

/// `PASSWORD = "..."`
pub(super) fn statement<'tree>(statement: &'tree Statement, names: &Names<'tree>, reading: &mut Reading) {
    let Kind::Assign { targets, value } = &statement.kind else { return };
    for target in targets {
        match &target.value {
            Value::Name(name) if is_secret(name) => take(name, value, names, reading),
            Value::Item { key, .. } => {
                if let Some(key) = names.text(key).filter(|key| is_secret(&key.value)) {
                    take(&key.value, value, names, reading);
                }
            }
            _ => {}
        }
    }
}

/// `f(password="...")`, `.config("spark.x.password", "...")`, `{"password": "..."}`
pub(super) fn expr<'tree>(expr: &'tree Expr, names: &Names<'tree>, reading: &mut Reading) {
    match &expr.value {
        Value::Call(call) => {
            for keyword in &call.keywords {
                if let Some(name) = keyword.name.as_deref().filter(|name| is_secret(name)) {
                    take(name, &keyword.value, names, reading);
                }
            }
            if let [key, value] = call.args.as_slice()
                && matches!(call.name(), Some("config" | "set" | "option" | "setIfMissing"))
                && let Some(key) = names.text(key).filter(|key| is_secret(&key.value))
            {
                take(&key.value, value, names, reading);
            }
        }
        Value::Dict(items) => {
            for (key, value) in items {
                let key = key.as_ref().and_then(|key| names.text(key));
                if let Some(key) = key.filter(|key| is_secret(&key.value)) {
                    take(&key.value, value, names, reading);
                }
            }
        }
        _ => {}
    }
}

/// The last part of a dotted or underscored name says what it is.
fn is_secret(name: &str) -> bool {
    let folded = name.to_ascii_lowercase().replace(['-', '.'], "_");
    WORDS.iter().any(|word| folded == *word || folded.ends_with(&format!("_{word}")))
}

/// Only texts written here: not an empty one, and not one that names where the secret is.
fn take<'tree>(name: &str, value: &'tree Expr, names: &Names<'tree>, reading: &mut Reading) {
    let Some(text) = names.text(value) else { return };
    let is_reference = text.value.starts_with(['$', '/', '{', '<']) || text.value.contains("{{");
    if !text.value.is_empty() && !is_reference {
        reading.secrets.push(Secret { name: name.to_owned(), at: text.at });
    }
}
