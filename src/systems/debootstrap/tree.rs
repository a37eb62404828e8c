//! The new root as files: what a container never reads is taken out, now and with every package to come.
//!
//! Nothing here follows a link, so nothing outside of the root is touched.

use std::fs;
use std::io;
use std::path::Path;

const NO_DOCUMENTS: &str = "\
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/info/*
path-exclude /usr/share/groff/*
path-exclude /usr/share/locale/*
";

const NO_CACHES: &str = "\
APT::Keep-Downloaded-Packages \"false\";
Acquire::Languages \"none\";
Dir::Cache::pkgcache \"\";
Dir::Cache::srcpkgcache \"\";
DPkg::Post-Invoke { \"rm -f /var/cache/apt/archives/*.deb || true\"; };
";

/// Packages installed from now on bring no documents, and leave no archives behind.
pub(super) fn keep_slim(root: &Path) -> io::Result<()> {
    fs::write(root.join("etc/dpkg/dpkg.cfg.d/slim"), NO_DOCUMENTS)?;
    fs::write(root.join("etc/apt/apt.conf.d/slim"), NO_CACHES)
}

/// What was installed before, and what belongs to the machine that made it.
pub(super) fn clean(root: &Path) -> io::Result<()> {
    remove_files(&root.join("usr/share/doc"), &|name| name != "copyright")?;
    let unread = ["usr/share/man", "usr/share/info", "usr/share/groff", "usr/share/locale"];
    let stale = ["var/cache/apt", "var/lib/apt/lists", "var/cache/debconf", "var/log", "tmp"];
    for folder in unread.iter().chain(&stale) {
        remove_files(&root.join(folder), &|_| true)?;
    }
    for name in ["etc/resolv.conf", "etc/hostname"] {
        absent_is_done(fs::remove_file(root.join(name)))?;
    }
    fs::write(root.join("etc/machine-id"), "")
}

/// The machine's own extra certificates, for `update-ca-certificates` to find.
pub(super) fn add_certificates(root: &Path) -> io::Result<()> {
    let place = "usr/local/share/ca-certificates";
    let inside = root.join(place);
    fs::create_dir_all(&inside)?;
    for entry in fs::read_dir(Path::new("/").join(place)).into_iter().flatten() {
        let path = entry?.path();
        if let (Some(name), true) = (path.file_name(), path.extension().is_some_and(|end| end == "crt")) {
            fs::copy(&path, inside.join(name))?;
        }
    }
    Ok(())
}

/// Removes files and links below a folder; the folders stay, and a missing one is fine.
fn remove_files(folder: &Path, is_unwanted: &impl Fn(&str) -> bool) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_files(&entry.path(), is_unwanted)?;
        } else if is_unwanted(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn absent_is_done(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root_with(paths: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for path in ["etc/hostname", "etc/dpkg/dpkg.cfg.d/x", "etc/apt/apt.conf.d/x"].iter().chain(paths) {
            fs::create_dir_all(root.path().join(path).parent().unwrap()).unwrap();
            fs::write(root.path().join(path), "x").unwrap();
        }
        root
    }

    #[test]
    fn documents_caches_and_the_name_of_the_machine_go_and_licences_stay() {
        let gone = ["usr/share/doc/apt/NEWS", "usr/share/man/de/man1/apt.1", "var/lib/apt/lists/x", "var/log/dpkg.log"];
        let stays = ["usr/share/doc/apt/copyright", "usr/bin/apt", "var/lib/dpkg/status"];
        let root = root_with(&[gone.as_slice(), &stays].concat());
        keep_slim(root.path()).unwrap();
        clean(root.path()).unwrap();
        let is_there = |path: &&str| root.path().join(path).exists();
        assert!(!gone.iter().chain(&["etc/hostname"]).any(is_there));
        assert!(stays.iter().chain(&["etc/dpkg/dpkg.cfg.d/slim", "etc/machine-id"]).all(is_there));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_removed_and_what_it_points_to_is_not() {
        let outside = root_with(&["precious"]);
        let root = root_with(&["var/log/dpkg.log"]);
        std::os::unix::fs::symlink(outside.path(), root.path().join("var/log/away")).unwrap();
        clean(root.path()).unwrap();
        assert!(!root.path().join("var/log/away").exists());
        assert!(outside.path().join("precious").exists());
    }
}
