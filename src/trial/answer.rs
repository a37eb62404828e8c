//! What the container says: a line of JSON per case, in the order of the cases, until it ends or is ended.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Row;

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Answer {
    pub end: End,
    pub seconds: f64,
    /// Rows that are there afterwards, by sink: of the tables that were given or written.
    #[serde(default)]
    pub tables: BTreeMap<String, Vec<Row>>,
    /// Dead letters, by the topic of the record.
    #[serde(default)]
    pub letters: BTreeMap<String, Vec<Letter>>,
    /// The end of what the job printed.
    #[serde(default)]
    pub printed: String,
}

/// How the job ended.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    Well,
    /// The line that says why, and all that was said.
    Badly {
        why: String,
        all: String,
    },
    /// It was still running when its time was over.
    Never {
        seconds: f64,
    },
}

/// A dead letter, as far as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Letter {
    pub reason: String,
    pub value: Option<String>,
}

/// The answers that were given. The last line may be half of one, where the process was ended while it wrote.
///
/// # Errors
/// A whole line is no answer: another program wrote it.
pub fn read(text: &[u8]) -> Result<Vec<Answer>, serde_json::Error> {
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(&[][..], |end| &text[..end]);
    whole.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(serde_json::from_slice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_line_is_no_answer_and_takes_none_away() {
        let text = b"{\"end\":\"well\",\"seconds\":0.5}\n{\"end\":{\"badly\":{\"why\":\"a\",\"all\":\"b\"}},\"seconds\":1}\n{\"end\":\"we";
        let answers = read(text).unwrap();
        assert_eq!(answers.len(), 2);
        assert_eq!(answers[1].end, End::Badly { why: "a".to_owned(), all: "b".to_owned() });
        assert!(read(b"").unwrap().is_empty());
        assert!(read(b"hello\n").is_err());
    }
}
