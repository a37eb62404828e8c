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
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        // A pipe or a device (`/dev/stdout`): nobody reads it twice, and it must not be replaced.
        return std::fs::write(path, text).map_err(|error| unwritten(path, &error));
    }
    beside(path, text.as_bytes(), readers)?.persist(path).map_err(|error| unwritten(path, &error.error))?;
    Ok(())
}

/// The same where nothing may stand yet.
pub(super) fn create(path: &Path, bytes: &[u8], readers: Readers) -> Result<(), Failure> {
    beside(path, bytes, readers)?.persist_noclobber(path).map_err(|error| unwritten(path, &error.error))?;
    Ok(())
}

fn beside(path: &Path, bytes: &[u8], readers: Readers) -> Result<tempfile::NamedTempFile, Failure> {
    let wrong = |error: std::io::Error| unwritten(path, &error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(wrong)?;
    let access = Permissions::from_mode(readers.mode());
    file.as_file().set_permissions(access).map_err(wrong)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(wrong)?;
    Ok(file)
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("cannot write `{}`: {error}", path.display()))
}

/// The text of a file the user named.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::new(Exit::File, format!("cannot read `{}`: {error}", path.display())))
}
