//! A container's output as lines, each with its stream and the engine's timestamp.

use std::collections::VecDeque;

use bollard::container::LogOutput;
use bollard::query_parameters::LogsOptions;
use futures_util::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};

use super::{DockerError, Engine, failed};

/// Which part of the output is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogRequest {
    /// Only the last lines.
    pub tail: Option<u32>,
    /// Only lines after this moment, in seconds since 1970.
    pub since: Option<i32>,
    pub until: LogEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogEnd {
    /// What is there now.
    #[default]
    Now,
    /// Goes on until the container stops.
    Follow,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    pub stream: OutputStream,
    /// RFC 3339 with nanoseconds; empty when the engine sent none.
    pub at: String,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputStream {
    Stdout,
    Stderr,
}

impl Engine {
    /// The lines of a container's output, oldest first. Bound the wait yourself when following.
    pub fn logs(
        &self,
        name: &str,
        request: LogRequest,
    ) -> impl Stream<Item = Result<LogLine, DockerError>> + Send + use<> {
        let options = LogsOptions {
            follow: request.until == LogEnd::Follow,
            stdout: true,
            stderr: true,
            since: request.since.unwrap_or(0),
            until: 0,
            timestamps: true,
            tail: request.tail.map_or_else(|| "all".to_owned(), |count| count.to_string()),
        };
        let name = name.to_owned();
        let docker = self.docker.clone();
        let frames = Box::pin(docker.logs(&name, Some(options)));
        frames.flat_map(move |frame| {
            let lines: VecDeque<Result<LogLine, DockerError>> = match frame {
                Ok(output) => lines_of(output).into_iter().map(Ok).collect(),
                Err(source) => {
                    let action = format!("read the log of container `{name}`");
                    VecDeque::from([Err(failed(action, source))])
                }
            };
            stream::iter(lines)
        })
    }
}

/// What a frame of the engine's stream carries, and where it came from.
pub(super) fn parts(output: LogOutput) -> (OutputStream, Vec<u8>) {
    match output {
        LogOutput::StdErr { message } => (OutputStream::Stderr, message.to_vec()),
        LogOutput::StdOut { message } | LogOutput::StdIn { message } | LogOutput::Console { message } => {
            (OutputStream::Stdout, message.to_vec())
        }
    }
}

fn lines_of(output: LogOutput) -> Vec<LogLine> {
    let (stream, bytes) = parts(output);
    String::from_utf8_lossy(&bytes)
        .lines()
        .map(|line| {
            let (at, text) = split_timestamp(line);
            LogLine { stream, at: at.to_owned(), text: text.to_owned() }
        })
        .collect()
}

/// The engine puts `2026-01-02T03:04:05.678901234Z ` in front of what the container wrote.
fn split_timestamp(line: &str) -> (&str, &str) {
    match line.split_once(' ') {
        Some((at, text)) if looks_like_timestamp(at) => (at, text),
        None if looks_like_timestamp(line) => (line, ""),
        _ => ("", line),
    }
}

fn looks_like_timestamp(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= 20 && bytes[4] == b'-' && bytes[10] == b'T' && bytes[13] == b':'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_timestamp_is_split_from_the_text() {
        let frame = LogOutput::StdErr {
            message: "2026-01-02T03:04:05.6789Z hello  world\n2026-01-02T03:04:06.6789Z \n".into(),
        };
        let lines = lines_of(frame);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].at, "2026-01-02T03:04:05.6789Z");
        assert_eq!(lines[0].text, "hello  world");
        assert_eq!(lines[1].text, "");
        assert_eq!(lines[0].stream, OutputStream::Stderr);
    }

    #[test]
    fn text_without_a_timestamp_is_kept_whole() {
        assert_eq!(split_timestamp("plain text"), ("", "plain text"));
    }
}
