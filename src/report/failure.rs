//! How a failure of the world is said: `error:`, what caused it, and what to do next.
//!
//! Findings about the user's file are `diagnostics`; this is for errors that travelled up a chain of sources.

use std::error::Error;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::text::plain_lines;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();

/// The chain as text, each cause once, then the hints.
#[must_use]
pub fn render(error: &dyn Error, hints: &[String]) -> String {
    let mut text = format!("{ERROR}error:{ERROR:#} {}\n", indented(&error.to_string()));
    for cause in causes(error) {
        let _ = writeln!(text, "  caused by: {}", indented(&cause));
    }
    for hint in hints {
        let _ = writeln!(text, "  {HELP}help:{HELP:#} {}", indented(hint));
    }
    text
}

/// Further lines of a text stand under its first one.
fn indented(text: &str) -> String {
    plain_lines(text).replace('\n', "\n    ")
}

/// A warning in the same form.
#[must_use]
pub fn warning(text: &str) -> String {
    format!("{WARNING}warning:{WARNING:#} {}", indented(text))
}

/// The same failure for `-o json`; `exit` is the code the program ends with.
#[must_use]
pub fn as_value(error: &dyn Error, hints: &[String], exit: u8) -> Value {
    json!({ "error": { "message": error.to_string(), "caused_by": causes(error), "help": hints, "exit": exit } })
}

/// The sources of an error. One that its parent already quotes is left out.
fn causes(error: &dyn Error) -> Vec<String> {
    let mut said = error.to_string();
    let mut causes = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !said.contains(&text) {
            causes.push(text.clone());
            said = text;
        }
        source = cause.source();
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::{as_value, render};
    use std::io;

    #[derive(Debug, thiserror::Error)]
    enum Broken {
        #[error("cannot create topic `orders`")]
        Topic(#[source] io::Error),
        #[error("cannot read `a`: no such file")]
        Quoted(#[source] io::Error),
    }

    fn shown(error: &Broken) -> String {
        anstream::adapter::strip_str(&render(error, &["start the engine".to_owned()])).to_string()
    }

    #[test]
    fn each_cause_is_said_once_and_help_comes_last() {
        let error = Broken::Topic(io::Error::other("connection refused"));
        assert_eq!(
            shown(&error),
            "error: cannot create topic `orders`\n  caused by: connection refused\n  help: start the engine\n"
        );
    }

    #[test]
    fn a_cause_that_was_already_quoted_is_not_repeated() {
        let error = Broken::Quoted(io::Error::other("no such file"));
        assert_eq!(shown(&error), "error: cannot read `a`: no such file\n  help: start the engine\n");
    }

    #[test]
    fn programs_get_the_same_facts_and_the_exit_code() {
        let value = as_value(&Broken::Topic(io::Error::other("refused")), &[], 6);
        assert_eq!(value["error"]["caused_by"][0], "refused");
        assert_eq!(value["error"]["exit"], 6);
    }
}
