//! Thin clients of the systems the stack is made of: connect, a handful of verbs in our words, error context, timeouts.
//!
//! The only room that names bollard, rdkafka, scylla and reqwest. Plain data goes in and comes out; nothing here
//! compares, decides, retries by policy or prints.

pub mod airflow;
pub mod cassandra;
pub mod debootstrap;
pub mod docker;
pub mod http;
pub mod kafka;
pub mod spark;

/// Bytes as lower case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// Longer texts are driver internals that help nobody in a line of progress.
const LINE_CHARS: usize = 240;

/// An error with all its causes.
#[must_use]
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = inner.source();
    }
    text
}

/// An error with all its causes, on one line of bounded length.
#[must_use]
pub fn one_line(error: &dyn std::error::Error) -> String {
    let line = with_causes(error).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LINE_CHARS {
        return line;
    }
    let kept: String = line.chars().take(LINE_CHARS).collect();
    format!("{kept} ...")
}
