//! Files that are written whole or not at all: whoever reads one never sees half of it.

use std::io::Write;
use std::path::Path;

use crate::cli::Failure;
use crate::cli::exit::Exit;

/// Writes beside the place and moves it there, readable by this user alone.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, format!("cannot write `{}`: {error}", path.display()))
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| wrong(&error))?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(|error| wrong(&error))?;
    file.persist(path).map_err(|error| wrong(&error.error))?;
    Ok(())
}

/// The text of a file the user named.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::new(Exit::File, format!("cannot read `{}`: {error}", path.display())))
}
