//! The source texts inside the folders that a pipeline names: DAG files, Maven projects. Read to be checked, within bounds.

use std::path::Path;

use crate::cli::folder_walk;
use crate::spec::files::{FileContent, ProjectFiles};

const ENDS: [&str; 4] = [".py", ".java", ".scala", "pom.xml"];
const LARGEST_TEXT: u64 = 1024 * 1024;
const MOST_FILES: usize = 2_000;

/// Adds them to the files, under their paths from the project folder, and with them what there must not be read. Larger and more
/// texts are left out: they are not checked.
pub(super) fn below(folder: &Path, files: &mut ProjectFiles) {
    let folders: Vec<String> =
        files.iter().filter(|(_, content)| **content == FileContent::Directory).map(|(path, _)| path.clone()).collect();
    let mut count = 0;
    for path in folders {
        let found = folder_walk::below(folder, &path);
        files.extend(found.refused);
        for path in found.files.into_iter().filter(|path| ENDS.iter().any(|end| path.ends_with(end))) {
            if count < MOST_FILES
                && let Some(text) = text(&folder.join(&path))
            {
                files.insert(path, FileContent::Text(text));
                count += 1;
            }
        }
    }
}

fn text(path: &Path) -> Option<String> {
    let is_small = std::fs::metadata(path).is_ok_and(|found| found.len() <= LARGEST_TEXT);
    // What cannot be read here is reported where the folder is published.
    if is_small { std::fs::read_to_string(path).ok() } else { None }
}
