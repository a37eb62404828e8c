//! Blueprints and templates travel inside the binary; a file of the same name in the project's folder takes its place.

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::{Dir, include_dir};

static BLUEPRINTS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/blueprints");
static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

const STARTERS: &str = "init";

/// Blueprint texts by service name, the project's own over ours.
///
/// # Errors
/// When a file of the project cannot be read.
pub fn blueprints(project: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    collect(&BLUEPRINTS, &mut texts);
    overlay(&project.join("blueprints"), Path::new(""), &mut texts)?;
    Ok(texts.into_iter().filter_map(|(path, text)| Some((path.strip_suffix(".yaml")?.to_string(), text))).collect())
}

/// Template texts by path below `templates/`, the project's own over ours.
///
/// # Errors
/// When a file of the project cannot be read.
pub fn templates(project: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    collect(&TEMPLATES, &mut texts);
    overlay(&project.join("templates"), Path::new(""), &mut texts)?;
    Ok(texts)
}

/// The files of one of the pipelines that `init` begins with, by path below its folder; none where there is no such folder.
#[must_use]
pub fn starter(name: &str) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    let below = format!("{STARTERS}/{name}");
    if let Some(folder) = TEMPLATES.get_dir(&below) {
        collect(folder, &mut texts);
    }
    let relative = |path: String| Some(path.strip_prefix(&below)?.trim_start_matches('/').to_string());
    texts.into_iter().filter_map(|(path, text)| Some((relative(path)?, text))).collect()
}

/// Their names.
#[must_use]
pub fn starters() -> Vec<String> {
    let folders = TEMPLATES.get_dir(STARTERS).into_iter().flat_map(Dir::dirs);
    folders.filter_map(|folder| Some(folder.path().file_name()?.to_str()?.to_string())).collect()
}

fn collect(dir: &Dir<'_>, texts: &mut BTreeMap<String, String>) {
    for file in dir.files() {
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            texts.insert(path.to_string(), text.to_string());
        }
    }
    for inner in dir.dirs() {
        collect(inner, texts);
    }
}

fn overlay(folder: &Path, below: &Path, texts: &mut BTreeMap<String, String>) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder.join(below)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            overlay(folder, &path, texts)?;
        } else if let (Some(name), Ok(text)) = (path.to_str(), std::fs::read_to_string(entry.path())) {
            texts.insert(name.to_string(), text);
        }
    }
    Ok(())
}
