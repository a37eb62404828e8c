//! What has to change, in which order, why, and at what risk.
//!
//! `diff` is the only place that compares; `status`, `up` and `verify` ask it. It prints nothing, asks nobody
//! and reads no clock. In sync means: no steps, nothing deferred, nothing blocked.

mod containers;
pub mod diff;
mod files;
mod images;
mod services;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

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
}

/// One change of one resource: one call on one system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub resource: ResourceId,
    pub change: Change,
    /// Which key, old -> new, or what is missing.
    pub because: String,
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    FetchImage,
    BuildImage,
    CreateNetwork,
    CreateVolume,
    CreateSecret,
    /// Puts a generated password in force in the service that was born with another one.
    SetPassword,
    CreateContainer,
    StartContainer,
    RemoveContainer,
    PublishFiles,
    PublishFile {
        path: String,
    },
    CreateTopic,
    AlterTopic {
        config: BTreeMap<String, String>,
    },
    GrowPartitions {
        to: i32,
    },
    CreateKeyspace,
    CreateTable,
    AddColumns {
        columns: Vec<(String, String)>,
    },
    CreateConnection,
    ReplaceConnection,
    RegisterDag,
    EnableDag,
    PauseDag,
    RemoveNetwork,
    RemoveVolume,
    RemoveImage,
}

impl Change {
    /// The sign of the plan's grammar: `+` create, `~` change in place, `-` remove.
    #[must_use]
    pub fn sign(&self) -> char {
        match self {
            Self::FetchImage
            | Self::BuildImage
            | Self::CreateNetwork
            | Self::CreateVolume
            | Self::CreateSecret
            | Self::CreateContainer
            | Self::CreateTopic
            | Self::CreateKeyspace
            | Self::CreateTable
            | Self::CreateConnection => '+',
            Self::RemoveContainer | Self::RemoveNetwork | Self::RemoveVolume | Self::RemoveImage => '-',
            _ => '~',
        }
    }

    /// What is true when the step is done.
    #[must_use]
    pub fn done(&self) -> &'static str {
        match self {
            Self::FetchImage => "fetched",
            Self::BuildImage => "built",
            Self::CreateSecret => "generated",
            Self::SetPassword => "in force",
            Self::StartContainer => "started",
            Self::RemoveContainer | Self::RemoveNetwork | Self::RemoveVolume | Self::RemoveImage => "removed",
            Self::PublishFiles | Self::PublishFile { .. } => "published",
            Self::RegisterDag => "registered",
            Self::EnableDag => "enabled",
            Self::PauseDag => "paused",
            Self::AlterTopic { .. }
            | Self::GrowPartitions { .. }
            | Self::AddColumns { .. }
            | Self::ReplaceConnection => "changed",
            _ => "created",
        }
    }

    /// What the step does, as a verb phrase.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::FetchImage => "fetch".to_string(),
            Self::BuildImage => "build".to_string(),
            Self::CreateNetwork
            | Self::CreateVolume
            | Self::CreateContainer
            | Self::CreateTopic
            | Self::CreateKeyspace
            | Self::CreateTable
            | Self::CreateConnection => "create".to_string(),
            Self::CreateSecret => "generate".to_string(),
            Self::StartContainer => "start".to_string(),
            Self::RemoveContainer | Self::RemoveNetwork | Self::RemoveVolume | Self::RemoveImage => {
                "remove".to_string()
            }
            Self::SetPassword => "put in force".to_string(),
            Self::PublishFiles => "publish".to_string(),
            Self::PublishFile { path } => format!("publish {path}"),
            Self::AlterTopic { config } => {
                let keys: Vec<_> = config.iter().map(|(key, value)| format!("{key}={value}")).collect();
                format!("set {}", keys.join(", "))
            }
            Self::GrowPartitions { to } => format!("grow to {to} partitions"),
            Self::AddColumns { columns } => {
                let names: Vec<_> = columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
                format!("add {}", names.join(", "))
            }
            Self::ReplaceConnection => "replace".to_string(),
            Self::RegisterDag => "register".to_string(),
            Self::EnableDag => "enable".to_string(),
            Self::PauseDag => "pause".to_string(),
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

/// A plan while it is being made: steps find their predecessors by resource.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    plan: Plan,
    last: BTreeMap<ResourceId, usize>,
    deferred: BTreeSet<ResourceId>,
}

impl Draft {
    /// Adds a step after every step of this plan that concerns one of `needs`, and after earlier ones of its own resource.
    pub(crate) fn step<'a>(
        &mut self,
        resource: ResourceId,
        change: Change,
        because: impl Into<String>,
        risk: Risk,
        needs: impl IntoIterator<Item = &'a ResourceId>,
    ) {
        let mut after: Vec<usize> = needs.into_iter().filter_map(|need| self.last.get(need).copied()).collect();
        after.extend(self.last.get(&resource).copied());
        after.sort_unstable();
        after.dedup();
        self.last.insert(resource.clone(), self.plan.steps.len());
        self.plan.steps.push(Step { resource, change, because: because.into(), after, risk });
    }

    pub(crate) fn defer(&mut self, resource: ResourceId, why: impl Into<String>) {
        self.deferred.insert(resource.clone());
        self.plan.deferred.push(Deferred { resource, why: why.into() });
    }

    pub(crate) fn block(&mut self, resource: ResourceId, why: impl Into<String>, fix: impl Into<String>) {
        self.plan.blocked.push(Blocked { resource, why: why.into(), fix: fix.into() });
    }

    pub(crate) fn undeclared(&mut self, resource: ResourceId) {
        self.plan.undeclared.push(resource);
    }

    /// Whether this plan already changes the resource.
    pub(crate) fn changes(&self, resource: &ResourceId) -> bool {
        self.last.contains_key(resource)
    }

    pub(crate) fn is_deferred(&self, resource: &ResourceId) -> bool {
        self.deferred.contains(resource)
    }

    pub(crate) fn finish(self) -> Plan {
        self.plan
    }
}
