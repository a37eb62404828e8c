//! No secret leaves in a diagnosis or a bundle: every form that a value may take in a log is replaced.
//!
//! Which values are secret is the caller's knowledge.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use regex::Regex;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::doctor::evidence::Evidence;

pub const MARK: &str = "[redacted]";
/// Shorter texts stand everywhere by chance: they are replaced where they stand alone as a word.
const SHORTEST_INSIDE: usize = 6;
/// Longer numbers than ports and counts have are taken for secrets.
const LONGEST_NUMBER: usize = 5;

/// Replaces secrets in text.
pub struct Redactor {
    pattern: Option<Regex>,
    /// `user:password@` in an address, whoever wrote it.
    address: Regex,
}

impl Redactor {
    /// A redactor of these values, in plain, base64, URL-encoded and JSON-escaped form.
    ///
    /// Values that say nothing (empty, `true`, a port) are left alone.
    #[must_use]
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let mut parts: Vec<String> = Vec::new();
        for secret in secrets {
            let value = secret.expose_secret();
            let lines = value.lines().filter(|line| line.trim().len() >= SHORTEST_INSIDE);
            for text in std::iter::once(value.trim()).chain(lines.map(str::trim)) {
                if is_telling(text) {
                    parts.extend(forms(text));
                }
            }
        }
        // The longest first: a secret that begins with another one is taken whole.
        parts.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        parts.dedup();
        let words: Vec<String> = parts.iter().map(|part| pattern_of(part)).collect();
        let pattern = (!words.is_empty()).then(|| {
            let mut builder = regex::RegexBuilder::new(&words.join("|"));
            builder.size_limit(64 * 1024 * 1024).build().expect("escaped texts make a pattern")
        });
        let address = Regex::new(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/\s:@]*:[^/\s@]+@").expect("our own pattern");
        Self { pattern, address }
    }

    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let known = match &self.pattern {
            Some(pattern) => pattern.replace_all(text, MARK),
            None => text.into(),
        };
        self.address.replace_all(&known, format!("${{scheme}}{MARK}@").as_str()).into_owned()
    }

    /// Texts and keys anywhere in a document; its shape stays, so that it can be read again.
    #[must_use]
    pub fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.value(item)).collect()),
            Value::Object(fields) => {
                Value::Object(fields.into_iter().map(|(key, value)| (self.text(&key), self.value(value))).collect())
            }
            Value::Number(number) if self.text(&number.to_string()).contains(MARK) => Value::String(MARK.to_string()),
            other => other,
        }
    }

    /// Everything that was gathered.
    #[must_use]
    pub fn evidence(&self, mut evidence: Evidence) -> Evidence {
        for passage in &mut evidence.passages {
            passage.subject = self.text(&passage.subject);
            for line in &mut passage.lines {
                line.text = self.text(&line.text);
            }
        }
        for gap in &mut evidence.gaps {
            *gap = self.text(gap);
        }
        evidence
    }
}

/// Whether a value is worth hiding: what is short and common would black out half of every log.
fn is_telling(text: &str) -> bool {
    let is_number = text.len() <= LONGEST_NUMBER && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = ["true", "false", "yes", "no", "on", "off", "null"].contains(&text.to_ascii_lowercase().as_str());
    text.len() >= 3 && !is_number && !is_word
}

fn pattern_of(part: &str) -> String {
    let escaped = regex::escape(part);
    if part.len() >= SHORTEST_INSIDE {
        return escaped;
    }
    let edge = |character: Option<char>| match character {
        Some(character) if character.is_alphanumeric() || character == '_' => r"\b",
        _ => "",
    };
    format!("{}{escaped}{}", edge(part.chars().next()), edge(part.chars().next_back()))
}

/// Every way in which a value is commonly written.
fn forms(text: &str) -> Vec<String> {
    let mut forms = vec![text.to_string(), encoded(text, Spaces::Percent), encoded(text, Spaces::Plus)];
    let json = serde_json::to_string(text).unwrap_or_default();
    let json = json.trim_matches('"').to_string();
    // Once more where a document stands inside another one's text.
    let twice = serde_json::to_string(&json).unwrap_or_default();
    forms.push(twice.trim_matches('"').to_string());
    forms.push(json.replace('/', "\\/"));
    forms.push(json.chars().map(escaped_unicode).collect());
    forms.push(json);
    forms.extend(in_base64(text));
    forms.retain(|form| form.len() >= 3);
    forms
}

fn escaped_unicode(character: char) -> String {
    if character.is_ascii() {
        return character.to_string();
    }
    let mut units = [0; 2];
    character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Spaces {
    Percent,
    Plus,
}

fn encoded(text: &str, spaces: Spaces) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            b' ' if spaces == Spaces::Plus => encoded.push('+'),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

/// In base64 a text looks different at each of three distances from the beginning (`user:` before a password), and its
/// edges mix with its neighbours: what is left of it without the edges is the same wherever it stands.
fn in_base64(text: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        for before in 0..3_usize {
            let mut bytes = vec![0; before];
            bytes.extend_from_slice(text.as_bytes());
            let whole = engine.encode(&bytes);
            let start = [0, 2, 3][before];
            let end = if bytes.len().is_multiple_of(3) { whole.len() } else { whole.len() - 1 };
            if let Some(core) = whole.get(start..end).filter(|core| core.len() >= SHORTEST_INSIDE) {
                forms.push(core.to_string());
            }
        }
    }
    forms
}
