//! The pipeline as far as it makes sense, with everything found: for pictures of a file that is being mended, and for
//! questions about the parts of it that are sound.

use std::path::Path;

use super::{LARGEST_FILE, Project, blueprints, contents, locate, open, overrides, read_bounded, shown_path};
use crate::cli::{Failure, Global};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::embedded;
use crate::model::{self, Evidence, pipeline::Pipeline};
use crate::report::diagnostics::Source;
use crate::spec::files::ProjectFiles;
use crate::spec::service_keys::ServiceKeys;
use crate::template::Templates;
use crate::topology::analysis;

/// Never to be run: it may be full of errors.
pub(in crate::cli) struct Draft {
    pub pipeline: Pipeline,
    pub found: Vec<Diagnostic>,
    /// The file as the user named it.
    pub path: String,
    files: ProjectFiles,
}

impl Project {
    /// # Errors
    /// The file cannot be read, or is no map of keys at all.
    pub(in crate::cli) fn draft(global: &Global, evidence: &Evidence) -> Result<Draft, Failure> {
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
        let all: ProjectFiles = files.clone().into_iter().chain(overrides(&folder)).collect();
        let pipeline = model::draft(&document, &keys, &all, evidence, &mut found);
        Ok(Draft { pipeline, found: found.sorted(), path: shown_path(&path), files })
    }

    /// A project of nothing but the queries that Spark can be asked about, whatever else is wrong with the file.
    ///
    /// # Errors
    /// As `draft`; or a file that the pipeline names cannot be read.
    pub(in crate::cli) fn askable(global: &Global) -> Result<Self, Failure> {
        let Draft { pipeline, found, path, files } = Self::draft(global, &Evidence::default())?;
        let located = locate(global.file.as_deref())?;
        let folder = located.parent().unwrap_or(Path::new("")).to_path_buf();
        let named: Vec<String> = files.into_keys().collect();
        Ok(Self {
            name: global.project.clone().unwrap_or_else(|| pipeline.name.clone()),
            pipeline: analysis::askable(&pipeline),
            blueprints: blueprints(&folder)?,
            templates: Templates::new(embedded::templates(&folder)?),
            files: contents(&folder, &named)?,
            profiles: global.profile.clone(),
            source: Source { path: path.clone(), ..Source::default() },
            path,
            findings: found,
            overrides: overrides(&folder),
            folder,
        })
    }
}
