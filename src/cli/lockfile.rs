//! `lock`: writes what the pipeline runs on beside it; and `--locked`, which refuses to differ from that.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::whole_file::{self, Readers};
use crate::cli::{Failure, Global, Output};
use crate::report::{json, text};
use crate::spec::suggest;
use crate::topology::host;
use crate::topology::lock::{FORMAT_VERSION, Lock};

const FILE_NAME: &str = "sparkflow.lock";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Take over only what NAME stands for, and leave the rest of the lock as it is: an image (`spark`), a file of
    /// requirements or another lock by its path, a package (`group:artifact`), or `sparkflow` itself
    #[arg(long, value_name = "NAME", num_args = 1..)]
    upgrade: Vec<String>,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let project = Project::load(global)?;
    let path = path(&project);
    let now = of(&project)?;
    if !args.upgrade.is_empty() {
        return upgrade(global, &path, &now, &args.upgrade);
    }
    let lock = now;
    let text = serde_json::to_string_pretty(&lock)? + "\n";
    let is_new = std::fs::read_to_string(&path).ok().as_ref() != Some(&text);
    if is_new {
        whole_file::write(&path, &text, Readers::Everyone)?;
    }
    if global.output == Output::Json {
        json::print_json(&json!({ "file": path, "changed": is_new, "lock": lock }))?;
        return Ok(Exit::Done);
    }
    let (images, locks) = (lock.images.len(), lock.locks.len());
    let state = if is_new { "written" } else { "unchanged" };
    text::out(format!("{FILE_NAME}: {images} images and {locks} locks, {state}."));
    Ok(Exit::Done)
}

/// The lock with what the names stand for as it is now.
fn upgrade(global: &Global, path: &Path, now: &Lock, names: &[String]) -> Result<Exit, Failure> {
    let locked = read(path)?;
    let mut lock = locked.clone();
    for name in names {
        lock = lock.upgraded(now, name).ok_or_else(|| {
            let known: Vec<&str> = locked.names(now).into_iter().collect();
            let reason = format!("nothing that is locked is called `{name}`");
            Failure::new(Exit::Usage, reason).hint(suggest::help(name, "names", &known))
        })?;
    }
    let (changes, left) = (locked.differences(&lock), lock.differences(now));
    if !changes.is_empty() {
        whole_file::write(path, &(serde_json::to_string_pretty(&lock)? + "\n"), Readers::Everyone)?;
    }
    if global.output == Output::Json {
        let changed = !changes.is_empty();
        json::print_json(&json!({ "file": path, "changed": changed, "changes": changes, "left": left, "lock": lock }))?;
        return Ok(Exit::Done);
    }
    for change in &changes {
        text::out(change);
    }
    let state = if changes.is_empty() { "unchanged" } else { "written" };
    text::out(format!("{FILE_NAME}: {state}."));
    if !left.is_empty() {
        text::say(format!("left as they are locked, and `--locked` refuses them:\n  {}", left.join("\n  ")));
    }
    Ok(Exit::Done)
}

/// The lock as it was written.
fn read(path: &Path) -> Result<Lock, Failure> {
    let wrong = |reason: String| {
        Failure::new(Exit::File, format!("`{FILE_NAME}`: {reason}")).hint("write it anew with `sparkflow lock`")
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let locked: Lock = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if locked.format_version != FORMAT_VERSION {
        return Err(wrong(format!("its form is {}, this sparkflow reads {FORMAT_VERSION}", locked.format_version)));
    }
    Ok(locked)
}

/// Refuses where the lock is absent, of another form, or says something else than the pipeline would run on now.
pub(super) fn check(project: &Project) -> Result<(), Failure> {
    let differences = read(&path(project))?.differences(&of(project)?);
    if differences.is_empty() {
        return Ok(());
    }
    let reason = format!("the pipeline differs from `{FILE_NAME}`:\n  {}", differences.join("\n  "));
    Err(Failure::new(Exit::File, reason)
        .hint("undo the change, or accept it with `sparkflow lock`, or a part of it with `--upgrade NAME`"))
}

fn path(project: &Project) -> PathBuf {
    project.folder.join(FILE_NAME)
}

fn of(project: &Project) -> Result<Lock, Failure> {
    let (ports, certificates) = (BTreeMap::new(), BTreeMap::new());
    // The lock is of what is the same on every machine.
    let inputs = project.inputs(&ports, &host::UNKNOWN, &certificates);
    Ok(Lock::of(&inputs, env!("CARGO_PKG_VERSION"))?)
}
