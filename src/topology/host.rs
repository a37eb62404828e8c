//! What one machine puts into a stack that another one would not: its program, its certificates, the ports it chose.
//!
//! Known by hash, so that a plan can be made where those files are not.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::topology::resource::digest;

/// As it is written down beside what was observed. Nothing here is secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// SHA-256 of the program that goes into images.
    pub binary: String,
    /// SHA-256 of each extra certificate, by file name.
    pub certificates: BTreeMap<String, String>,
    /// `container/port name` -> host port, where it is not the documented one.
    pub ports: BTreeMap<String, u16>,
}

/// A file that goes into an image: whole, or by its hash alone where nothing is going to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Material {
    Whole { bytes: Vec<u8>, digest: String },
    Known { digest: String },
}

/// For what looks at no such file.
pub static UNKNOWN: Material = Material::Known { digest: String::new() };

impl Material {
    /// Hashed once: a program is large.
    #[must_use]
    pub fn whole(bytes: Vec<u8>) -> Self {
        let digest = digest(&bytes);
        Self::Whole { bytes, digest }
    }

    /// SHA-256 of the bytes.
    #[must_use]
    pub fn digest(&self) -> &str {
        match self {
            Self::Whole { digest, .. } | Self::Known { digest } => digest,
        }
    }
}
