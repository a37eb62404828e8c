//! The pipeline as far as it makes sense, with everything found: for pictures of a file that is being mended.

use std::path::Path;

use super::{LARGEST_FILE, Project, blueprints, locate, open, read_bounded, shown_path};
use crate::cli::{Failure, Global};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{self, lineage::Readings, pipeline::Pipeline};
use crate::report::diagnostics::Source;
use crate::spec::service_keys::ServiceKeys;

/// Never to be run: it may be full of errors.
pub(in crate::cli) struct Draft {
    pub pipeline: Pipeline,
    pub found: Vec<Diagnostic>,
    /// The file as the user named it.
    pub path: String,
}

impl Project {
    /// # Errors
    /// The file cannot be read, or is no map of keys at all.
    pub(in crate::cli) fn draft(global: &Global) -> Result<Draft, Failure> {
        let path = locate(global.file.as_deref())?;
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let bytes = read_bounded(&path, LARGEST_FILE, "16 MiB")?;
        let keys: ServiceKeys =
            blueprints(&folder)?.into_iter().map(|(name, blueprint)| (name, blueprint.keys)).collect();
        let mut found = Diagnostics::default();
        let Some((document, files)) = open(&bytes, global, &folder, &keys, &mut found)? else {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let source = Source { path: shown_path(&path), text, ..Source::default() };
            return Err(Failure::Findings { found: found.sorted(), source });
        };
        let pipeline = model::draft(&document, &keys, &files, &Readings::new(), &mut found);
        Ok(Draft { pipeline, found: found.sorted(), path: shown_path(&path) })
    }
}
