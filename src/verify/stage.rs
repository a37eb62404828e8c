//! What a proof is made of: stages, each with a verdict, what was seen, and what to do where it failed.
//!
//! Data only; `report` shows it.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// How far `verify` goes; each level includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Ready,
    Resources,
    Trace,
}

/// What kind of proof a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A service answered in its own protocol.
    Ready,
    /// A declared resource was read back.
    Resources,
    /// An image holds the versions it is known for.
    Versions,
    /// Records and rows balance.
    Counts,
    /// A record of ours went the whole way.
    Trace,
}

impl Kind {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Resources => "resources",
            Self::Versions => "versions",
            Self::Counts => "counts",
            Self::Trace => "trace",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ok,
    Failed,
    /// Neither shown to work nor shown to fail; the stage says why.
    NotProven,
}

impl State {
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::NotProven => "not proven",
        }
    }
}

/// One hop or one resource, and what was found there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stage {
    pub kind: Kind,
    /// As in plans: `topic/user_created`, `job/store_users`, `table/user_data.users`.
    pub name: String,
    pub state: State,
    /// The evidence.
    pub seen: String,
    /// What to do next, where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    #[serde(serialize_with = "milliseconds")]
    pub seconds: f64,
    /// The evidence in numbers, for programs.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: BTreeMap<&'static str, Value>,
}

impl Stage {
    pub(super) fn ok(kind: Kind, name: impl Into<String>, seen: impl Into<String>) -> Self {
        Self::new(kind, name.into(), State::Ok, seen.into(), None)
    }

    pub(super) fn failed(
        kind: Kind,
        name: impl Into<String>,
        seen: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self::new(kind, name.into(), State::Failed, seen.into(), Some(next.into()))
    }

    pub(super) fn not_proven(kind: Kind, name: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(kind, name.into(), State::NotProven, why.into(), None)
    }

    fn new(kind: Kind, name: String, state: State, seen: String, next: Option<String>) -> Self {
        Self { kind, name, state, seen, next, seconds: 0.0, figures: BTreeMap::new() }
    }

    #[must_use]
    pub(super) fn since(mut self, began: Instant) -> Self {
        self.seconds = began.elapsed().as_secs_f64();
        self
    }

    #[must_use]
    pub(super) fn figure(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.figures.insert(name, value.into());
        self
    }
}

/// Why the work ended before it was through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    Interrupted,
    TimeOver,
}

/// Everything that was proven, and not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proof {
    pub stages: Vec<Stage>,
    #[serde(serialize_with = "milliseconds")]
    pub seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stop>,
}

impl Proof {
    #[must_use]
    pub fn count(&self, state: State) -> usize {
        self.stages.iter().filter(|stage| stage.state == state).count()
    }

    pub fn failed(&self) -> impl Iterator<Item = &Stage> {
        self.stages.iter().filter(|stage| stage.state == State::Failed)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn milliseconds<S: Serializer>(seconds: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((seconds * 1000.0).round() / 1000.0)
}
