//! What has to change, in which order, why, and at what risk.
//!
//! `diff` is the only place that compares; `status`, `up` and `verify` ask it. It prints nothing, asks nobody
//! and reads no clock. In sync means: no steps, nothing deferred, nothing blocked.

mod airflow;
mod cassandra;
pub mod cause;
pub mod change;
mod containers;
pub mod diff;
mod draft;
mod files;
pub mod grouped;
mod images;
mod kafka;
pub mod part;
pub mod saved;

use serde::{Deserialize, Serialize};

use self::cause::KeyChange;
use self::change::Change;
use crate::topology::resource::ResourceId;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// In an order that respects `after`.
    pub steps: Vec<Step>,
    /// What cannot be compared or done before something else has happened.
    pub deferred: Vec<Deferred>,
    /// What no step can mend.
    pub blocked: Vec<Blocked>,
    /// Found inside a service we own, named by nobody: reported, never dropped.
    pub undeclared: Vec<ResourceId>,
}

impl Plan {
    /// Everything declared is there and answers.
    #[must_use]
    pub fn in_sync(&self) -> bool {
        self.steps.is_empty() && self.deferred.is_empty() && self.blocked.is_empty()
    }

    #[must_use]
    pub fn risk(&self) -> Risk {
        self.steps.iter().map(|step| step.risk).max().unwrap_or(Risk::None)
    }

    /// Steps that destroy data: each wants a flag that names its resource.
    pub fn losses(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.risk == Risk::DataLoss)
    }
}

/// One change of one resource: one call on one system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub resource: ResourceId,
    pub change: Change,
    /// Which key, old -> new, or what is missing.
    pub because: String,
    /// The keys that differ, where both sides are known.
    pub keys: Vec<KeyChange>,
    /// Positions of the steps that must be done first.
    pub after: Vec<usize>,
    pub risk: Risk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    None,
    Restart,
    DataLoss,
}

impl Risk {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Restart => "restart",
            Self::DataLoss => "data loss",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deferred {
    pub resource: ResourceId,
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    pub resource: ResourceId,
    pub why: String,
    pub fix: String,
}
