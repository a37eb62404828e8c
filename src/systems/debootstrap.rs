//! Debian's own tool: makes the base image from packages, for a machine that reaches those but no image registry.
//!
//! Works as root on a machine that has debootstrap; says what to type elsewhere. It installs nothing on the machine itself.

mod mirror;
mod tool;
mod tree;

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::mirror::Mirror;
use self::tool::Tool;
use super::docker::{DockerError, Engine};

const SUITE: &str = "bookworm";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

const INSTALL_LIMIT: Duration = Duration::from_mins(15);
const UPDATE_LIMIT: Duration = Duration::from_mins(5);
const IMPORT_LIMIT: Duration = Duration::from_mins(5);

/// What may go wrong while a base is made.
#[derive(Debug, thiserror::Error)]
pub enum DebootstrapError {
    #[error(
        "`{tag}` cannot be made here: {missing}. Where a registry answers, type `docker pull {tag}`; else \
         `sudo apt-get install debootstrap debian-archive-keyring`, and then the same command again as root"
    )]
    NotHere { tag: String, missing: String },
    #[error("could not {action}: {reason}")]
    Failed {
        action: String,
        reason: String,
        /// The end of the tool's output, oldest line first.
        output: Vec<String>,
    },
    #[error("could not {action} within {seconds} s")]
    Timeout { action: String, seconds: u64 },
    #[error("could not {action}: {source}")]
    Io {
        action: String,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Engine(#[from] DockerError),
}

/// Makes the release's smallest root from this machine's mirror and hands it to the engine as `tag`. About a minute.
///
/// # Errors
/// `NotHere` names the commands to type instead; all others say which step failed.
pub async fn make_base(
    engine: &Engine,
    tag: &str,
    mut on_line: impl FnMut(String) + Send,
) -> Result<(), DebootstrapError> {
    if let Some(missing) = missing() {
        return Err(DebootstrapError::NotHere { tag: tag.to_owned(), missing });
    }
    let mirror = Mirror::of_this_machine();
    let scratch = Scratch::create()?;
    let root = scratch.root();
    install(&root, &mirror, &mut on_line).await?;
    done(tree::keep_slim(&root), "tell the new root what to leave out")?;
    if mirror.is_encrypted() {
        done(tree::add_certificates(&root), "copy this machine's certificates into the new root")?;
        inside(&root, "trust this machine's certificates", &["update-ca-certificates"], &mut on_line).await?;
    }
    update(&root, &mirror, &mut on_line).await?;
    done(tree::clean(&root), "clean the new root")?;
    on_line(format!("importing {tag}"));
    import(engine, tag, &root).await
}

/// Why it cannot be done here, if so.
fn missing() -> Option<String> {
    // The effective user is the second number.
    let process = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ids = process.lines().find_map(|line| line.strip_prefix("Uid:"));
    let is_root = ids.and_then(|ids| ids.split_whitespace().nth(1)) == Some("0");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has = |name: &str| {
        let places = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/bin".into(), "/sbin".into()]);
        places.map(|folder: PathBuf| folder.join(name)).any(|file| file.is_file())
    };
    if !has("debootstrap") {
        return Some("debootstrap is not installed".to_owned());
    }
    if !Path::new(KEYRING).is_file() {
        return Some("Debian's keys are not installed".to_owned());
    }
    (!is_root).then(|| "debootstrap needs root".to_owned())
}

async fn install(
    root: &Path,
    mirror: &Mirror,
    on_line: &mut (impl FnMut(String) + Send),
) -> Result<(), DebootstrapError> {
    let keyring = format!("--keyring={KEYRING}");
    let mut arguments = vec![OsStr::new("debootstrap"), "--variant=minbase".as_ref(), keyring.as_ref()];
    if mirror.is_encrypted() {
        arguments.push("--include=ca-certificates".as_ref());
    }
    arguments.extend([SUITE.as_ref(), root.as_os_str()]);
    arguments.extend(mirror.main.as_deref().map(OsStr::new));
    Tool { action: "install Debian's smallest root", limit: INSTALL_LIMIT, arguments: &arguments }.run(on_line).await
}

/// Adds the suites debootstrap leaves out and takes their packages. A mirror without them makes the plain release.
async fn update(
    root: &Path,
    mirror: &Mirror,
    on_line: &mut (impl FnMut(String) + Send),
) -> Result<(), DebootstrapError> {
    let list = root.join("etc/apt/sources.list");
    let plain = done(std::fs::read_to_string(&list), "read the new root's package sources")?;
    done(std::fs::write(&list, with_security(&plain, mirror)), "write the new root's package sources")?;
    let refresh = ["apt-get", "-qq", "-o", "Acquire::Retries=2", "-o", "APT::Update::Error-Mode=any", "update"];
    match inside(root, "read the security suite", &refresh, on_line).await {
        Err(DebootstrapError::Failed { reason, .. }) => {
            on_line(format!("no security suite, the base is the plain release: {reason}"));
            done(std::fs::write(&list, plain), "write the new root's package sources")
        }
        Err(other) => Err(other),
        Ok(()) => inside(root, "install security updates", &["apt-get", "-qq", "--yes", "upgrade"], on_line).await,
    }
}

/// The sources debootstrap wrote, with updates, and with security from where this machine gets it, else from beside the mirror.
fn with_security(plain: &str, mirror: &Mirror) -> String {
    let written = plain.lines().find_map(|line| line.strip_prefix("deb ")?.split_whitespace().next());
    let main = written.unwrap_or_default();
    let security = mirror.security.clone().unwrap_or_else(|| format!("{}-security", main.trim_end_matches('/')));
    format!("deb {main} {SUITE} main\ndeb {main} {SUITE}-updates main\ndeb {security} {SUITE}-security main\n")
}

/// Runs a command of the new root in it.
async fn inside(
    root: &Path,
    action: &str,
    command: &[&str],
    on_line: &mut (impl FnMut(String) + Send),
) -> Result<(), DebootstrapError> {
    let mut arguments = vec![OsStr::new("chroot"), root.as_os_str()];
    arguments.extend(command.iter().map(OsStr::new));
    Tool { action, limit: UPDATE_LIMIT, arguments: &arguments }.run(on_line).await
}

async fn import(engine: &Engine, tag: &str, root: &Path) -> Result<(), DebootstrapError> {
    let arguments = ["tar", "--directory"].map(OsStr::new);
    let arguments =
        [&arguments[..], &[root.as_os_str()], &["--numeric-owner", "--create", "."].map(OsStr::new)].concat();
    let tool = Tool { action: "pack the new root", limit: IMPORT_LIMIT, arguments: &arguments };
    let (packed, packing) = tool.start()?;
    engine.import_rootfs(tag, packed, tool.limit).await?;
    let whole = packing.finish().await;
    if whole.is_err() {
        // The engine takes a tar that ends early for a small one.
        engine.remove_image(tag).await?;
    }
    whole
}

fn done<T>(result: io::Result<T>, action: &str) -> Result<T, DebootstrapError> {
    result.map_err(|source| DebootstrapError::Io { action: action.to_owned(), source })
}

/// The folder the root is made in, for its owner's eyes only; gone when this is dropped.
struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    fn create() -> Result<Self, DebootstrapError> {
        // Where a machine keeps /tmp in memory it allows no devices there, which debootstrap needs.
        let place = std::env::var_os("TMPDIR").map_or_else(|| PathBuf::from("/var/tmp"), PathBuf::from);
        let made = tempfile::Builder::new().prefix("sparkflow-base-").tempdir_in(&place);
        let folder = done(made, &format!("make a folder in `{}`", place.display()))?.keep();
        Ok(Self { folder })
    }

    fn root(&self) -> PathBuf {
        self.folder.join("root")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A tool that was just ended may still finish its last file.
        for _ in 0..5 {
            if std::fs::remove_dir_all(&self.folder).is_ok() || !self.folder.exists() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "deb http://mirror.example/debian/ bookworm main\n";

    #[test]
    fn security_is_taken_from_where_this_machine_gets_it() {
        let mirror = Mirror { main: None, security: Some("http://other.example/sec".to_owned()) };
        let list = with_security(PLAIN, &mirror);
        assert!(list.contains("deb http://other.example/sec bookworm-security main\n"), "{list}");
    }

    #[test]
    fn security_lies_beside_a_mirror_that_nothing_is_known_about() {
        let list = with_security(PLAIN, &Mirror::default());
        assert!(list.contains("deb http://mirror.example/debian-security bookworm-security main\n"), "{list}");
        assert!(list.contains("deb http://mirror.example/debian/ bookworm-updates main\n"), "{list}");
    }

    #[test]
    fn the_folder_is_gone_with_its_owner() {
        let scratch = Scratch::create().unwrap();
        let folder = scratch.folder.clone();
        std::fs::create_dir_all(scratch.root().join("etc")).unwrap();
        drop(scratch);
        assert!(!folder.exists());
    }

    #[test]
    fn who_cannot_make_it_is_told_what_to_type() {
        let error = DebootstrapError::NotHere { tag: "x:1".to_owned(), missing: "debootstrap needs root".to_owned() };
        let text = error.to_string();
        assert!(text.contains("`docker pull x:1`") && text.contains("`sudo apt-get install debootstrap"), "{text}");
    }
}
