//! The source texts inside the folders that a pipeline names: DAG files, Maven projects. Read to be checked, within bounds.

use std::path::Path;

use crate::spec::files::{FileContent, ProjectFiles};

const ENDS: [&str; 4] = [".py", ".java", ".scala", "pom.xml"];
/// What builds leave behind is no source.
const SKIPPED: [&str; 4] = ["target", ".git", "__pycache__", "node_modules"];
const LARGEST_TEXT: u64 = 1024 * 1024;
const MOST_FILES: usize = 2_000;
const DEEPEST: usize = 12;

/// Adds them to the files, under their paths from the project folder. Larger and more files are left out: they are not checked.
pub(super) fn below(folder: &Path, files: &mut ProjectFiles) {
    let folders: Vec<String> = files
        .iter()
        .filter(|(_, content)| **content == FileContent::Directory)
        .map(|(path, _)| path.trim_end_matches('/').to_owned())
        .collect();
    let mut texts = Vec::new();
    for path in folders {
        gather(folder, &path, 0, &mut texts);
    }
    files.extend(texts.into_iter().map(|(path, text)| (path, FileContent::Text(text))));
}

fn gather(folder: &Path, path: &str, depth: usize, texts: &mut Vec<(String, String)>) {
    // What cannot be read here is reported where the folder is published.
    let Ok(entries) = std::fs::read_dir(folder.join(path)) else { return };
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(kind) = entry.file_type() else { continue };
        let inner = format!("{path}/{name}");
        if kind.is_dir() && depth < DEEPEST && !SKIPPED.contains(&name.as_str()) {
            gather(folder, &inner, depth + 1, texts);
        }
        let is_small = || entry.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST_TEXT);
        if kind.is_file() && texts.len() < MOST_FILES && ENDS.iter().any(|end| name.ends_with(end)) && is_small() {
            texts.extend(std::fs::read_to_string(folder.join(&inner)).ok().map(|text| (inner, text)));
        }
    }
}
