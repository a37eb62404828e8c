//! Reads the pipeline and everything it names from disk, and resolves it.

pub(super) mod draft;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::blueprint::Blueprint;
use crate::cli::exit::Exit;
use crate::cli::project_files::{contents, look, look_below, read_bounded, readable};
use crate::cli::{Failure, Format, Global, lockfile, replays, sources};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::embedded;
use crate::model::{self, Evidence, pipeline::Pipeline};
use crate::report::diagnostics::{self, Source};
use crate::report::text;
use crate::spec::files::{FileContent, ProjectFiles};
use crate::spec::service_keys::ServiceKeys;
use crate::spec::{self, Document};
use crate::template::Templates;
use crate::topology::build::Inputs;
use crate::topology::host::Material;
use crate::topology::resource::digest;

const FILE_NAME: &str = "pipeline.yaml";
/// Larger files are refused before they are parsed.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;
/// Values may name earlier ones, so that a few lines could ask for all the memory there is.
const LARGEST_ENV_FILE: u64 = 64 * 1024;
const LARGEST_VALUE: usize = 8 * 1024;

/// A pipeline that resolved, with the files it is made from.
pub(super) struct Project {
    /// Name in the engine.
    pub name: String,
    pub pipeline: Pipeline,
    pub blueprints: BTreeMap<String, Blueprint>,
    pub templates: Templates,
    /// Content by path below the project folder.
    pub files: BTreeMap<String, Vec<u8>>,
    pub profiles: Vec<String>,
    /// The file as the user named it.
    pub path: String,
    /// Its text, and those of the files it names.
    pub source: Source,
    /// Warnings and notes about it.
    pub findings: Vec<Diagnostic>,
    /// Its folder.
    pub folder: PathBuf,
    /// The project's own locks and Dockerfiles, which say other versions than ours.
    pub overrides: ProjectFiles,
}

impl Project {
    /// # Errors
    /// Findings with their places when the file is wrong; an error when it cannot be read.
    pub(super) fn load(global: &Global) -> Result<Self, Failure> {
        let project = Self::read(global, &Evidence::default())?;
        project.show(Severity::Warning, global);
        Ok(project)
    }

    /// The same, judged with more than its text, and nothing shown: the caller may learn more before it says what is found.
    ///
    /// # Errors
    /// As `load`.
    pub(super) fn read(global: &Global, evidence: &Evidence) -> Result<Self, Failure> {
        let path = locate(global.file.as_deref())?;
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let bytes = read_bounded(&path, LARGEST_FILE, "16 MiB")?;
        let blueprints = blueprints(&folder)?;
        let keys: ServiceKeys =
            blueprints.iter().map(|(name, blueprint)| (name.clone(), blueprint.keys.clone())).collect();
        let mut found = Diagnostics::default();
        let overrides = overrides(&folder);
        let (pipeline, texts) = resolve(&bytes, global, &folder, &keys, &overrides, evidence, &mut found)?;
        let found = found.sorted();
        let named: Vec<String> = texts.keys().cloned().collect();
        let source = source(&path, &bytes, texts);
        let Some(pipeline) = pipeline else {
            return Err(Failure::Findings { found, source });
        };
        let templates = Templates::new(embedded::templates(&folder)?);
        let project = Self {
            folder: folder.clone(),
            overrides,
            name: global.project.clone().unwrap_or_else(|| pipeline.name.clone()),
            files: contents(&folder, &named)?,
            templates,
            blueprints,
            pipeline,
            profiles: global.profile.clone(),
            path: source.path.clone(),
            source,
            findings: found,
        };
        if global.locked {
            lockfile::check(&project)?;
        }
        Ok(project)
    }

    /// What was found from this severity on, in the lines of the file: talk for people. Programs get all findings at once, from
    /// the command.
    pub(super) fn show(&self, least: Severity, global: &Global) {
        self.show_beyond(&[], least, global);
    }

    /// The same without what was shown before.
    pub(super) fn show_beyond(&self, known: &[Diagnostic], least: Severity, global: &Global) {
        let is_shown = global.format.is_none_or(|format| format == Format::Text) && !global.quiet;
        let worth = self.findings.iter().filter(|one| one.severity >= least && !known.contains(one));
        let worth: Vec<Diagnostic> = worth.cloned().collect();
        if is_shown && !worth.is_empty() {
            text::say(diagnostics::render(&worth, &self.source));
        }
    }

    /// What its topology is made from, with what one machine adds.
    pub(super) fn inputs<'a>(
        &'a self,
        host_ports: &'a BTreeMap<String, u16>,
        binary: &'a Material,
        certificates: &'a BTreeMap<String, Material>,
    ) -> Inputs<'a> {
        Inputs {
            project: &self.name,
            pipeline: &self.pipeline,
            blueprints: &self.blueprints,
            templates: &self.templates,
            host_ports,
            files: &self.files,
            binary,
            certificates,
        }
    }

    /// SHA-256 of the pipeline and of every file it names, by path.
    #[must_use]
    pub(super) fn file_hashes(&self) -> BTreeMap<String, String> {
        let mut hashes: BTreeMap<String, String> =
            self.files.iter().map(|(path, content)| (path.clone(), digest(content))).collect();
        hashes.insert(FILE_NAME.to_string(), digest(self.source.text.as_bytes()));
        hashes
    }

    /// The profile options of this run, to be repeated in the next command.
    #[must_use]
    pub(super) fn profile_words(&self) -> String {
        self.profiles.iter().map(|profile| format!(" --profile {profile}")).collect()
    }
}

/// The keys of every service, for commands that need no pipeline.
pub(super) fn service_keys(folder: &Path) -> Result<ServiceKeys, Failure> {
    Ok(blueprints(folder)?.into_iter().map(|(name, blueprint)| (name, blueprint.keys)).collect())
}

fn blueprints(folder: &Path) -> Result<BTreeMap<String, Blueprint>, Failure> {
    let mut parsed = BTreeMap::new();
    for (name, text) in embedded::blueprints(folder)? {
        let blueprint = Blueprint::parse(&name, &text).map_err(|error| Failure::new(Exit::File, error))?;
        parsed.insert(name, blueprint);
    }
    Ok(parsed)
}

/// The pipeline, where it could be made, and what is at each path that it names.
fn resolve(
    bytes: &[u8],
    global: &Global,
    folder: &Path,
    keys: &ServiceKeys,
    own: &ProjectFiles,
    evidence: &Evidence,
    found: &mut Diagnostics,
) -> Result<(Option<Pipeline>, ProjectFiles), Failure> {
    let Some((document, files)) = open(bytes, global, folder, keys, found)? else {
        return Ok((None, ProjectFiles::new()));
    };
    let all: ProjectFiles = files.clone().into_iter().chain(own.clone()).collect();
    let Some(pipeline) = model::resolve_with(&document, keys, &all, evidence, found) else {
        return Ok((None, files));
    };
    let replays = replays::looked_at(&pipeline, &files, &evidence.surveys);
    model::judge_replays(&document, keys, &files, &pipeline, &replays, found);
    Ok(((!found.has_errors()).then_some(pipeline), files))
}

/// The tree with profiles and variables in it, and what is at each path that it names.
fn open(
    bytes: &[u8],
    global: &Global,
    folder: &Path,
    keys: &ServiceKeys,
    found: &mut Diagnostics,
) -> Result<Option<(Document, ProjectFiles)>, Failure> {
    let Some(mut document) = spec::parse(bytes, found) else { return Ok(None) };
    spec::apply_profile(&mut document, &global.profile, found);
    spec::interpolate(&mut document, &environment(global, folder)?, found);
    let named = spec::named_files(&document, keys).into_iter().map(|(path, _)| path);
    let mut files: ProjectFiles = named.map(|path| (path.clone(), look(folder, &path))).collect();
    for path in spec::named_folders(&document, keys) {
        look_below(folder, path.trim_end_matches('/'), &mut files);
    }
    sources::below(folder, &mut files);
    Ok(Some((document, files)))
}

fn overrides(folder: &Path) -> ProjectFiles {
    let paths = model::facts::SOURCES.iter().map(|(path, _)| *path).chain(model::facts::OWN_CONTAINERS);
    let found = paths.map(|path| (path.to_owned(), look(folder, path)));
    found.filter(|(_, content)| matches!(content, FileContent::Text(_))).collect()
}

/// The file given, or `pipeline.yaml` here or in the nearest parent that has one.
fn locate(given: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = given {
        if path.is_file() {
            return Ok(path.to_path_buf());
        }
        return Err(Failure::new(Exit::File, format!("there is no file `{}`", path.display())));
    }
    let here = std::env::current_dir()?;
    for folder in here.ancestors() {
        let candidate = folder.join(FILE_NAME);
        if candidate.is_file() {
            return Ok(candidate);
        }
    }
    let reason = format!("there is no `{FILE_NAME}` in `{}` or a folder above it", here.display());
    Err(Failure::new(Exit::File, reason).hint("name the file with -f"))
}

/// The text as findings show it, with those of the files it names.
fn source(path: &Path, bytes: &[u8], files: ProjectFiles) -> Source {
    let text = String::from_utf8_lossy(bytes).into_owned();
    Source { path: shown_path(path), text, files: readable(files) }
}

/// Relative to where the user stands, where that is shorter.
fn shown_path(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

/// The values that these variables fill in; those that are not set have none.
pub(super) fn values_of(
    global: &Global,
    folder: &Path,
    names: &BTreeSet<String>,
) -> Result<Vec<SecretString>, Failure> {
    let mut environment = environment(global, folder)?;
    Ok(names.iter().filter_map(|name| environment.remove(name)).map(SecretString::from).collect())
}

/// The environment over `--env-file` (or `.env` beside the pipeline).
fn environment(global: &Global, folder: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let beside = folder.join(".env");
    let file = match &global.env_file {
        Some(file) => Some(file.clone()),
        None => beside.is_file().then_some(beside),
    };
    let mut variables = BTreeMap::new();
    if let Some(file) = file {
        let wrong =
            |error: dotenvy::Error| Failure::new(Exit::File, format!("cannot read `{}`: {error}", file.display()));
        read_bounded(&file, LARGEST_ENV_FILE, "64 KiB")?;
        for pair in dotenvy::from_path_iter(&file).map_err(wrong)? {
            let (name, value) = pair.map_err(wrong)?;
            if value.len() > LARGEST_VALUE {
                let reason = format!("the variable `{name}` of `{}` is longer than 8 KiB", file.display());
                return Err(
                    Failure::new(Exit::File, reason).hint("name large content as a file of the project instead")
                );
            }
            variables.insert(name, value);
        }
    }
    variables.extend(std::env::vars());
    Ok(variables)
}
