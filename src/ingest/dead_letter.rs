//! What becomes of a record that cannot be used: it is kept, with the reason, in the topic's dead-letter topic.
//!
//! The same shape is written by the generated Spark readers, there with the partition and offset it was read at.

use serde::Serialize;
use serde_json::Value;

use crate::ingest::mapping::Rejection;
use crate::ingest::task::IngestTask;

/// Kafka's default limit for one message is 1 MiB; a larger record would fail the whole run.
pub const MAX_RECORD_BYTES: usize = 900_000;

/// The value of a dead letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadLetter<'a> {
    /// Where the record was meant to go.
    pub topic: &'a str,
    /// Unknown here: the record never got there.
    pub partition: Option<i32>,
    pub offset: Option<i64>,
    pub source: Option<&'a str>,
    pub reason: String,
    /// The record as JSON text, cut at [`MAX_RECORD_BYTES`] divided by two (escaping may double it).
    pub value: &'a str,
}

/// The dead letter of a record that did not map.
#[must_use]
pub fn of_rejected(task: &IngestTask, record: &Value, rejection: &Rejection) -> String {
    of_text(task, &record.to_string(), rejection.to_string())
}

/// The dead letter of a record that maps, but is too large for a message.
#[must_use]
pub fn of_oversized(task: &IngestTask, line: &str) -> String {
    let reason = format!(
        "the record has {} bytes, at most {MAX_RECORD_BYTES} fit into a message; its beginning is kept",
        line.len()
    );
    of_text(task, line, reason)
}

fn of_text(task: &IngestTask, text: &str, reason: String) -> String {
    let mut end = text.len().min(MAX_RECORD_BYTES / 2);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let letter = DeadLetter {
        topic: &task.topic,
        partition: None,
        offset: None,
        source: Some(&task.source),
        reason,
        value: &text[..end],
    };
    serde_json::to_string(&letter).expect("a dead letter is text and numbers")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::mapping::tests::task;
    use serde_json::json;

    #[test]
    fn a_dead_letter_says_where_why_and_what() {
        let rejection = Rejection { field: "id".into(), reason: "expected uuid, found text \"x\"".into() };
        let letter: Value = serde_json::from_str(&of_rejected(&task(), &json!({ "login": "x" }), &rejection)).unwrap();
        assert_eq!(
            letter,
            json!({
                "topic": "user_created", "partition": null, "offset": null, "source": "people",
                "reason": "field `id`: expected uuid, found text \"x\"", "value": "{\"login\":\"x\"}"
            })
        );
    }

    #[test]
    fn a_record_of_any_size_makes_a_letter_that_fits() {
        let letter = of_oversized(&task(), &"\"ü".repeat(MAX_RECORD_BYTES));
        assert!(letter.len() < 1_000_000, "{}", letter.len());
    }
}
