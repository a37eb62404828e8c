//! What one step does, in words and in the plan's grammar.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One call on one system.
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
    /// Lets a paused container go on.
    ResumeContainer,
    RemoveContainer,
    /// The first set of files.
    CreateFiles,
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
    RemoveTopic,
    CreateKeyspace,
    AlterKeyspace {
        replication: u32,
    },
    CreateTable,
    AddColumns {
        columns: Vec<(String, String)>,
    },
    RemoveTable,
    CreateConnection,
    ReplaceConnection,
    RegisterDag,
    EnableDag,
    PauseDag,
    RemoveNetwork,
    RemoveVolume,
}

/// What happens to a resource as a whole: the sign in front of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Create,
    /// In place.
    Change,
    /// Removed and made anew.
    Replace,
    Remove,
}

impl Action {
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Create => "+",
            Self::Change => "~",
            Self::Replace => "-/+",
            Self::Remove => "-",
        }
    }

    /// As JSON and messages name it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Replace => "replace",
            Self::Remove => "remove",
        }
    }
}

impl Change {
    /// What this step alone does to its resource; never `Replace`, which takes two.
    #[must_use]
    pub fn action(&self) -> Action {
        match self {
            Self::FetchImage
            | Self::BuildImage
            | Self::CreateNetwork
            | Self::CreateVolume
            | Self::CreateSecret
            | Self::CreateContainer
            | Self::CreateFiles
            | Self::CreateTopic
            | Self::CreateKeyspace
            | Self::CreateTable
            | Self::CreateConnection
            | Self::RegisterDag => Action::Create,
            Self::RemoveContainer
            | Self::RemoveTopic
            | Self::RemoveTable
            | Self::RemoveNetwork
            | Self::RemoveVolume => Action::Remove,
            _ => Action::Change,
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
            Self::ResumeContainer => "resumed",
            Self::CreateFiles | Self::PublishFiles | Self::PublishFile { .. } => "published",
            Self::RegisterDag => "registered",
            Self::EnableDag => "enabled",
            Self::PauseDag => "paused",
            other => match other.action() {
                Action::Create => "created",
                Action::Remove => "removed",
                Action::Change | Action::Replace => "changed",
            },
        }
    }

    /// What the step does, as a verb phrase.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::FetchImage => "fetch".to_string(),
            Self::BuildImage => "build".to_string(),
            Self::CreateSecret => "generate".to_string(),
            Self::StartContainer => "start".to_string(),
            Self::ResumeContainer => "resume".to_string(),
            Self::SetPassword => "put in force".to_string(),
            Self::CreateFiles | Self::PublishFiles => "publish".to_string(),
            Self::PublishFile { path } => format!("publish {path}"),
            Self::AlterTopic { config } => {
                let keys: Vec<_> = config.iter().map(|(key, value)| format!("{key}={value}")).collect();
                format!("set {}", keys.join(", "))
            }
            Self::GrowPartitions { to } => format!("grow to {to} partitions"),
            Self::AlterKeyspace { replication } => format!("set replication {replication}"),
            Self::AddColumns { columns } => {
                let names: Vec<_> = columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
                format!("add {}", names.join(", "))
            }
            Self::ReplaceConnection => "set".to_string(),
            Self::RegisterDag => "register".to_string(),
            Self::EnableDag => "enable".to_string(),
            Self::PauseDag => "pause".to_string(),
            other => other.action().word().to_string(),
        }
    }
}
