//! The files below a folder that a pipeline names: links are followed as long as they stay inside the project and lead to no folder
//! that is being read already, and all of it is bounded. Contents are read by others.

use std::path::{Path, PathBuf};

use crate::spec::files::FileContent;

/// What builds and tools leave behind is no source.
const SKIPPED: [&str; 4] = ["target", ".git", "__pycache__", "node_modules"];
/// A link to nothing that an editor keeps beside a file that is open.
const EDITOR_MARK: &str = ".#";
const MOST_FILES: usize = 10_000;
const MOST_REFUSED: usize = 1_000;
const MOST_BYTES: u64 = 512 * 1024 * 1024;
const DEEPEST: usize = 40;

/// What is below one folder, by path from the project folder.
#[derive(Debug, Default)]
pub(super) struct Below {
    /// In no order of its own.
    pub files: Vec<String>,
    /// What must not be read, as `Outside` or `TooMuch`.
    pub refused: Vec<(String, FileContent)>,
    bytes: u64,
}

/// Everything below `path`. What cannot be listed is reported when it is read.
pub(super) fn below(project: &Path, path: &str) -> Below {
    let mut found = Below::default();
    let project = absolute(project);
    let Ok(root) = project.canonicalize() else { return found };
    let path = path.trim_end_matches('/');
    let Ok(start) = project.join(path).canonicalize() else { return found };
    let mut walk = Walk { root, open: vec![start], found: &mut found };
    walk.folder(path);
    found
}

/// A folder's path that is not empty, as it is where the file is named without one.
pub(super) fn absolute(folder: &Path) -> PathBuf {
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_path_buf() }
}

struct Walk<'a> {
    root: PathBuf,
    /// The folders that are being read, each inside the one before, without links.
    open: Vec<PathBuf>,
    found: &'a mut Below,
}

impl Walk<'_> {
    fn folder(&mut self, path: &str) {
        let Some(real) = self.open.last().cloned() else { return };
        let Ok(entries) = std::fs::read_dir(&real) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            if self.is_full() {
                return;
            }
            let name = name.to_string_lossy();
            if !SKIPPED.contains(&name.as_ref()) && !name.starts_with(EDITOR_MARK) {
                self.entry(&format!("{path}/{name}"), &entry.path());
            }
        }
    }

    fn entry(&mut self, path: &str, place: &Path) {
        let Ok(real) = place.canonicalize() else {
            // A link to nothing; a file that went away meanwhile is missing as well.
            return self.refuse(path, FileContent::Missing);
        };
        if !real.starts_with(&self.root) {
            return self.refuse(path, FileContent::Outside);
        }
        let Ok(found) = real.metadata() else { return self.refuse(path, FileContent::Missing) };
        if found.is_dir() {
            return self.inner(path, real);
        }
        if !found.is_file() {
            return self.refuse(path, FileContent::Outside);
        }
        self.found.files.push(path.to_owned());
        self.found.bytes = self.found.bytes.saturating_add(found.len());
        if self.found.files.len() > MOST_FILES {
            self.refuse(path, FileContent::TooMuch("is one file more than the 10,000 that a folder may hold"));
        } else if self.found.bytes > MOST_BYTES {
            self.refuse(path, FileContent::TooMuch("goes over the 512 MiB that a folder may hold"));
        }
    }

    fn inner(&mut self, path: &str, real: PathBuf) {
        // Also a link to a folder above the named one would bring that one back.
        if self.open.iter().any(|open| open.starts_with(&real)) {
            return self
                .refuse(path, FileContent::TooMuch("is a link to a folder that it is in itself: it has no end"));
        }
        if self.open.len() > DEEPEST {
            return self.refuse(path, FileContent::TooMuch("is more than 40 folders deep"));
        }
        self.open.push(real);
        self.folder(path);
        self.open.pop();
    }

    fn refuse(&mut self, path: &str, why: FileContent) {
        self.found.refused.push((path.to_owned(), why));
    }

    /// One word about a limit is enough.
    fn is_full(&self) -> bool {
        let Below { files, refused, bytes } = &self.found;
        files.len() > MOST_FILES || refused.len() > MOST_REFUSED || *bytes > MOST_BYTES
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// A project with `dags/own.py` and `lib/shared.py`, beside a folder that is not its own.
    fn project() -> (tempfile::TempDir, PathBuf) {
        let place = tempfile::tempdir().unwrap();
        let project = place.path().join("project");
        for folder in ["project/dags", "project/lib", "elsewhere"] {
            fs::create_dir_all(place.path().join(folder)).unwrap();
        }
        fs::write(project.join("dags/own.py"), "1").unwrap();
        fs::write(project.join("lib/shared.py"), "2").unwrap();
        fs::write(place.path().join("elsewhere/secret.py"), "3").unwrap();
        (place, project)
    }

    fn sorted(mut found: Below) -> Below {
        found.files.sort();
        found.refused.sort_by(|a, b| a.0.cmp(&b.0));
        found
    }

    #[test]
    fn links_that_stay_inside_the_project_are_followed() {
        let (_place, project) = project();
        symlink("../lib", project.join("dags/lib")).unwrap();
        symlink("own.py", project.join("dags/same.py")).unwrap();
        let found = sorted(below(&project, "dags/"));
        assert_eq!(found.files, ["dags/lib/shared.py", "dags/own.py", "dags/same.py"]);
        assert!(found.refused.is_empty(), "{:?}", found.refused);
    }

    #[test]
    fn links_that_lead_out_of_the_project_are_refused_and_not_followed() {
        let (_place, project) = project();
        symlink("../../elsewhere", project.join("dags/folder")).unwrap();
        symlink("/etc/passwd", project.join("dags/users.py")).unwrap();
        let found = sorted(below(&project, "dags"));
        assert_eq!(found.files, ["dags/own.py"]);
        let outside = |path: &str| (path.to_owned(), FileContent::Outside);
        assert_eq!(found.refused, [outside("dags/folder"), outside("dags/users.py")]);
    }

    #[test]
    fn a_circle_of_links_has_an_end() {
        let (_place, project) = project();
        symlink("..", project.join("dags/all")).unwrap();
        symlink("../dags", project.join("lib/dags")).unwrap();
        symlink("../lib", project.join("dags/lib")).unwrap();
        let found = sorted(below(&project, "dags"));
        assert_eq!(found.files, ["dags/lib/shared.py", "dags/own.py"]);
        let refused: Vec<&str> = found.refused.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(refused, ["dags/all", "dags/lib/dags"]);
    }

    #[test]
    fn a_link_to_nothing_is_missing() {
        let (_place, project) = project();
        symlink("nowhere.py", project.join("dags/gone.py")).unwrap();
        assert_eq!(below(&project, "dags").refused, [("dags/gone.py".to_owned(), FileContent::Missing)]);
    }

    #[test]
    fn more_files_than_a_folder_may_hold_are_said_once() {
        let (_place, project) = project();
        for number in 0..MOST_FILES + 5 {
            fs::write(project.join(format!("dags/{number}.txt")), "").unwrap();
        }
        let found = below(&project, "dags");
        assert_eq!(found.refused.len(), 1);
        assert!(matches!(found.refused[0].1, FileContent::TooMuch(_)));
    }
}
