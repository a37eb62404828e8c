//! What was gathered, as data: passages of lines, each with its place.
//!
//! Types only; no line is judged here.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Everything that was seen, and what could not be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub passages: Vec<Passage>,
    /// What could not be gathered, and why.
    pub gaps: Vec<String>,
}

/// Lines from one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    pub kind: Kind,
    /// `container/kafka`, `dag/nightly task load`, `topic/orders`.
    pub subject: String,
    pub standing: Standing,
    /// Oldest first.
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// RFC 3339; empty where nobody wrote the time down.
    pub at: String,
    pub text: String,
}

/// Where lines come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The state of a container, in our words.
    State,
    /// The engine's machine: disk, memory, clock.
    Machine,
    /// What the engine did to containers and networks.
    Event,
    /// A difference between the file and what is there.
    Plan,
    /// What the Spark master says of its applications.
    Spark,
    /// The output of a container; a driver's, where a job runs in it.
    Log,
    /// What an executor wrote in its worker.
    Executor,
    /// The log of an Airflow task.
    Task,
    /// A DAG file that Airflow could not read.
    Import,
    /// A run of a DAG that failed.
    Run,
    /// A stage that `verify` could not prove.
    Stage,
    /// What a command of ours said when it failed.
    Command,
}

/// Whether there is reason to doubt what a passage is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It works: what its log complained of on the way is over, unless it never passes by itself.
    Healthy,
    /// It does not work, or somebody asked about it.
    Troubled,
}

impl Evidence {
    /// There is reason to doubt it after all: what it wrote counts.
    pub fn doubt(&mut self, subject: &str) {
        for passage in self.passages.iter_mut().filter(|passage| passage.subject == subject) {
            passage.standing = Standing::Troubled;
        }
    }
}

impl Kind {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Machine => "machine",
            Self::Event => "event",
            Self::Plan => "plan",
            Self::Spark => "application",
            Self::Log => "log",
            Self::Executor => "executor log",
            Self::Task => "task log",
            Self::Import => "import error",
            Self::Run => "run",
            Self::Stage => "stage",
            Self::Command => "message",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

impl Line {
    #[must_use]
    pub fn new(at: impl Into<String>, text: impl Into<String>) -> Self {
        Self { at: at.into(), text: text.into() }
    }
}

impl Passage {
    #[must_use]
    pub fn new(kind: Kind, subject: impl Into<String>, standing: Standing, lines: Vec<Line>) -> Self {
        Self { kind, subject: subject.into(), standing, lines }
    }

    /// One line that is doubt enough by itself.
    #[must_use]
    pub fn one(kind: Kind, subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(kind, subject, Standing::Troubled, vec![Line::new("", text)])
    }

    /// A text of several lines without times.
    #[must_use]
    pub fn text(kind: Kind, subject: impl Into<String>, text: &str) -> Self {
        Self::new(kind, subject, Standing::Troubled, text.lines().map(|line| Line::new("", line)).collect())
    }
}
