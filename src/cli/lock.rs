//! One change at a time per engine and project, for everybody on this machine who can reach that engine.
//!
//! A kernel lock: it ends with its holder, however that ends. The file behind it says nothing and is never removed.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::cli::Failure;
use crate::cli::exit::Exit;
use crate::topology::resource::digest;

/// Folders that belong to nobody: everybody may make files there and remove only their own.
#[cfg(unix)]
const SHARED: [&str; 3] = ["/run/lock", "/var/lock", "/tmp"];
/// A file that was not there a moment ago may be there now; more often than this it is somebody's game.
const ATTEMPTS: usize = 3;

/// # Errors
/// When another run holds the lock, or its file cannot be what we think it is.
pub(super) fn take(engine_id: &str, project: &str) -> Result<File, Failure> {
    let key = digest(format!("{engine_id}/{project}").as_bytes());
    let path = folder().join(format!("sparkflow-{}.lock", &key[..24]));
    let file = open(&path).map_err(|error| {
        Failure::new(Exit::Environment, format!("cannot take the lock `{}`: {error}", path.display()))
            .hint("see who owns that file; sparkflow makes it readable for all and follows no link")
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            let reason = format!("another sparkflow is changing project `{project}`");
            Err(Failure::new(Exit::Failed, reason).hint("wait until it is done, then try again"))
        }
        Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

/// The same for every user, whatever the environment says.
#[cfg(unix)]
fn folder() -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    const STICKY_AND_OPEN: u32 = 0o1002;
    let shared = SHARED.map(PathBuf::from).into_iter().find(|folder| {
        std::fs::metadata(folder)
            .is_ok_and(|found| found.is_dir() && found.permissions().mode() & STICKY_AND_OPEN == STICKY_AND_OPEN)
    });
    shared.unwrap_or_else(std::env::temp_dir)
}

#[cfg(not(unix))]
fn folder() -> PathBuf {
    std::env::temp_dir()
}

/// Opens the file, or makes it. To read is enough to lock, so that nobody needs to write to another user's file.
fn open(path: &Path) -> std::io::Result<File> {
    let mut last = None;
    for _ in 0..ATTEMPTS {
        match existing(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            other => return other,
        }
        match made(path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => last = Some(error),
            other => return other,
        }
    }
    Err(last.unwrap_or_else(|| std::io::ErrorKind::NotFound.into()))
}

/// No link is followed, and nothing that waits for a writer is waited for.
#[cfg(unix)]
fn existing(path: &Path) -> std::io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("it is no ordinary file"));
    }
    Ok(file)
}

#[cfg(not(unix))]
fn existing(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

/// A new file, readable for all whatever the caller's mask is.
fn made(path: &Path) -> std::io::Result<File> {
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    Ok(file)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_by_one_and_freed_with_its_holder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.lock");
        let first = open(&path).unwrap();
        first.try_lock().unwrap();
        assert!(open(&path).unwrap().try_lock().is_err());
        drop(first);
        assert!(open(&path).unwrap().try_lock().is_ok());
    }

    #[test]
    fn the_file_can_be_read_by_all_and_written_by_its_maker() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.lock");
        open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    }

    #[test]
    fn neither_a_link_nor_a_pipe_is_taken_for_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let [target, link, pipe] = ["target", "link", "pipe"].map(|name| folder.path().join(name));
        std::fs::write(&target, "kept").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(open(&link).is_err());
        assert!(open(folder.path()).is_err());
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o644.into(), 0).unwrap();
        assert!(open(&pipe).is_err());
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "kept");
    }
}
