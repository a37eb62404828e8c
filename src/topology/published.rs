//! Files that containers of the stack read: what they hold and which resource each belongs to.

use std::collections::BTreeMap;

use crate::topology::resource::{ResourceId, digest};

/// Files in the pipeline volume, below a directory named by their hash.
#[derive(Debug, Clone, Default)]
pub struct Published {
    pub hash: String,
    /// Relative path -> content.
    pub files: BTreeMap<String, PublishedFile>,
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
