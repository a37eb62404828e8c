//! What is secret in a pipeline's own text: variables that fill it in, and values under keys that name a secret.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::doctor::redact::MARK;

static VARIABLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\$\{([A-Za-z_][A-Za-z0-9_]*)").expect("our own pattern"));
static SECRET_KEY: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?i)(?P<key>\b[\w.-]*(?:password|passwd|secret|token|api[_-]?key|private[_-]?key|credential)[\w.-]*["']?\s*[:=]\s*)(?P<value>"[^"]*"|'[^']*'|\$\{[^}]*\}|[^\s,}#]+)"#;
    Regex::new(pattern).expect("our own pattern")
});

/// Names of the variables a text is filled in with.
#[must_use]
pub fn variables(text: &str) -> BTreeSet<String> {
    VARIABLE.captures_iter(text).map(|found| found[1].to_string()).collect()
}

/// A pipeline's text without the values under keys such as `password`; references to variables stay, their defaults do not.
#[must_use]
pub fn without_literals(text: &str) -> String {
    let kept = |found: &Captures<'_>| {
        let names = variables(&found["value"]);
        let value = match names.first() {
            Some(name) => format!("\"${{{name}}}\""),
            None => format!("\"{MARK}\""),
        };
        format!("{}{value}", &found["key"])
    };
    SECRET_KEY.replace_all(text, kept).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_reference_gives_its_name() {
        let names = variables("a: ${A}\nb: ${B:-x}${C?why}\nc: $D");
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["A", "B", "C"]);
    }

    #[test]
    fn a_password_in_clear_text_does_not_stay() {
        let text = "airflow: { admin: me, password: hunter22 }\ndb_password: \"a b\"\nkey: id";
        assert_eq!(
            without_literals(text),
            "airflow: { admin: me, password: \"[redacted]\" }\ndb_password: \"[redacted]\"\nkey: id"
        );
    }

    #[test]
    fn a_reference_stays_and_its_default_does_not() {
        assert_eq!(without_literals("password: ${PW:-hunter22}"), "password: \"${PW}\"");
    }
}
