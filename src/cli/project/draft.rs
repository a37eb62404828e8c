//! The pipeline as far as it makes sense, with everything found: for pictures of a file that is being mended, and for
//! questions about the parts of it that are sound.

use std::path::{Path, PathBuf};

use super::{LARGEST_FILE, Project, blueprints, contents, locate, open, overrides, read_bounded, source};
use crate::cli::{Failure, Global, replays};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
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
    pub source: Source,
    pub folder: PathBuf,
    /// Paths of the files that the pipeline names.
    named: Vec<String>,
}

impl Draft {
    /// The same, for who mends what these codes say.
    ///
    /// # Errors
    /// Findings, where there are other errors.
    pub(in crate::cli) fn sound_but_for(self, codes: &[&str]) -> Result<Self, Failure> {
        let is_left = |one: &Diagnostic| one.severity == Severity::Error && !codes.contains(&one.code);
        if self.found.iter().any(is_left) {
            return Err(Failure::Findings { found: self.found, source: self.source });
        }
        Ok(self)
    }
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
            return Err(Failure::Findings {
                found: found.sorted(),
                source: source(&path, &bytes, ProjectFiles::new()),
            });
        };
        let all: ProjectFiles = files.clone().into_iter().chain(overrides(&folder)).collect();
        let pipeline = model::draft(&document, &keys, &all, evidence, &mut found);
        let replays = replays::looked_at(&pipeline, &files, &evidence.surveys);
        model::judge_replays(&document, &keys, &files, &pipeline, &replays, &mut found);
        let named = files.keys().cloned().collect();
        Ok(Draft { pipeline, found: found.sorted(), source: source(&path, &bytes, files), folder, named })
    }

    /// A project of nothing but the queries that Spark can be asked about, whatever else is wrong with the file.
    ///
    /// # Errors
    /// As `draft`; or a file that the pipeline names cannot be read.
    pub(in crate::cli) fn askable(global: &Global) -> Result<Self, Failure> {
        let Draft { pipeline, found, source, folder, named } = Self::draft(global, &Evidence::default())?;
        Ok(Self {
            name: global.project.clone().unwrap_or_else(|| pipeline.name.clone()),
            pipeline: analysis::askable(&pipeline),
            blueprints: blueprints(&folder)?,
            templates: Templates::new(embedded::templates(&folder)?),
            files: contents(&folder, &named)?,
            profiles: global.profile.clone(),
            path: source.path.clone(),
            source,
            findings: found,
            overrides: overrides(&folder),
            folder,
        })
    }
}
