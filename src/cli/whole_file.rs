//! Files that are written whole or not at all: whoever reads one never sees half of it.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::cli::Failure;
use crate::cli::exit::Exit;

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// What was seen on this machine.
    Owner,
    /// What belongs to the project.
    Everyone,
}

impl Readers {
    fn mode(self) -> u32 {
        match self {
            Self::Owner => 0o600,
            Self::Everyone => 0o644,
        }
    }
}

/// Writes beside the place and moves it there.
pub(super) fn write(path: &Path, text: &str, readers: Readers) -> Result<(), Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, format!("cannot write `{}`: {error}", path.display()))
    };
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        // A pipe or a device (`/dev/stdout`): nobody reads it twice, and it must not be replaced.
        return std::fs::write(path, text).map_err(|error| wrong(&error));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| wrong(&error))?;
    let access = Permissions::from_mode(readers.mode());
    file.as_file().set_permissions(access).map_err(|error| wrong(&error))?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(|error| wrong(&error))?;
    file.persist(path).map_err(|error| wrong(&error.error))?;
    Ok(())
}

/// The text of a file the user named.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::new(Exit::File, format!("cannot read `{}`: {error}", path.display())))
}
