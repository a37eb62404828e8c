//! Files that containers of the stack read: what they hold and which resource each belongs to.

use std::collections::BTreeMap;

use crate::topology::dags;
use crate::topology::resource::{ResourceId, digest};

/// Files in the pipeline volume, below a directory named by their hash.
#[derive(Debug, Clone, Default)]
pub struct Published {
    pub hash: String,
    /// Relative path -> content.
    pub files: BTreeMap<String, PublishedFile>,
}

impl Published {
    /// Whether a file among the DAG files is the project's own and not a schedule's.
    #[must_use]
    pub fn is_own_dag_file(&self, file: &str) -> bool {
        let path = format!("{}/{file}", dags::FOLDER);
        self.files.get(&path).is_some_and(|file| matches!(file.owner, ResourceId::File(_)))
    }
}

#[derive(Debug, Clone)]
pub struct PublishedFile {
    pub owner: ResourceId,
    pub content: PublishedContent,
}

#[derive(Debug, Clone)]
pub enum PublishedContent {
    Bytes(Vec<u8>),
    /// Copied out of an image we built: a compiled job.
    FromImage {
        image: String,
        tag: String,
        path: String,
    },
}

impl PublishedContent {
    /// SHA-256 of the bytes; `None` for what an image holds (its path carries the image's hash instead).
    #[must_use]
    pub fn digest(&self) -> Option<String> {
        match self {
            Self::Bytes(bytes) => Some(digest(bytes)),
            Self::FromImage { .. } => None,
        }
    }
}
