//! The files that a pipeline names, as they are on disk: inside the project's folder, within bounds, never through a link out of it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::Failure;
use crate::cli::exit::Exit;
use crate::cli::folder_walk::{absolute, below};
use crate::spec::files::{FileContent, ProjectFiles};

/// Larger files are no text that anybody reads.
const LARGEST_TEXT_FILE: u64 = 16 * 1024 * 1024;
/// A jar is the largest thing a project names.
const LARGEST_NAMED: u64 = 512 * 1024 * 1024;

/// What is at a path of the project; links that lead out of it are not followed.
pub(super) fn look(folder: &Path, path: &str) -> FileContent {
    let (Ok(root), Ok(real)) = (absolute(folder).canonicalize(), absolute(folder).join(path).canonicalize()) else {
        return FileContent::Missing;
    };
    if !real.starts_with(&root) {
        return FileContent::Outside;
    }
    if real.is_dir() {
        return FileContent::Directory;
    }
    match std::fs::metadata(&real) {
        // A pipe or a device would never end.
        Ok(found) if !found.is_file() => FileContent::Outside,
        Ok(found) if found.len() > LARGEST_NAMED => FileContent::Outside,
        _ => match std::fs::read(&real) {
            Ok(bytes) if bytes.len() as u64 > LARGEST_TEXT_FILE => FileContent::Bytes(bytes),
            Ok(bytes) => {
                String::from_utf8(bytes).map_or_else(|wrong| FileContent::Bytes(wrong.into_bytes()), FileContent::Text)
            }
            Err(_) => FileContent::Missing,
        },
    }
}

/// The Python files below a folder of the project, and what there must not be read.
pub(super) fn look_below(folder: &Path, path: &str, files: &mut ProjectFiles) {
    let found = below(folder, path);
    files.extend(found.refused);
    for path in found.files.into_iter().filter(|path| path.ends_with(".py")) {
        let content = look(folder, &path);
        files.insert(path, content);
    }
}

/// Every named file, folders file by file.
pub(super) fn contents(folder: &Path, named: &[String]) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut files = BTreeMap::new();
    for path in named {
        // What lies in a folder that is named as well has been read with it.
        if files.contains_key(path) {
            continue;
        }
        gather(folder, path, &mut files)?;
    }
    Ok(files)
}

/// What must not be read was a finding before: here is the last place that could read it.
fn gather(folder: &Path, path: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Failure> {
    let whole = absolute(folder).join(path);
    if !whole.is_dir() {
        files.insert(path.to_string(), read_bounded(&whole, LARGEST_NAMED, "512 MiB")?);
        return Ok(());
    }
    let found = below(folder, path);
    if let Some((refused, _)) = found.refused.first() {
        return Err(Failure::new(Exit::File, format!("`{refused}` is no file of the project that can be read")));
    }
    for inner in found.files {
        let content = read_bounded(&absolute(folder).join(&inner), LARGEST_NAMED, "512 MiB")?;
        files.insert(inner, content);
    }
    Ok(())
}

pub(super) fn readable(files: ProjectFiles) -> BTreeMap<String, String> {
    let texts = files.into_iter().filter_map(|(path, content)| match content {
        FileContent::Text(text) => Some((path, text)),
        _ => None,
    });
    texts.collect()
}

pub(super) fn read_bounded(path: &Path, limit: u64, words: &str) -> Result<Vec<u8>, Failure> {
    let size = std::fs::metadata(path)?.len();
    if size > limit {
        return Err(Failure::new(Exit::File, format!("`{}` is larger than {words}", path.display())));
    }
    std::fs::read(path).map_err(|error| Failure::new(Exit::File, format!("cannot read `{}`: {error}", path.display())))
}
