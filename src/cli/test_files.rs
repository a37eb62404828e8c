//! Which files of tests are read, and which of their cases are wanted.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::Failure;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::project_files::read_bounded;
use crate::spec::suggest;
use crate::trial::read::is_about_a_job;
use crate::trial::{FOLDER, Trial};

/// Larger files hold no small given data.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// What the user named: jobs, files, both, or nothing, which is all there is.
pub(super) struct Chosen {
    /// By path from the project's folder.
    pub files: Vec<(String, Vec<u8>)>,
    named: BTreeSet<String>,
    jobs: BTreeSet<String>,
}

impl Chosen {
    pub(super) fn of(project: &Project, only: &[String]) -> Result<Self, Failure> {
        let mut chosen = Self { files: Vec::new(), named: BTreeSet::new(), jobs: BTreeSet::new() };
        for name in only {
            let job = name.strip_prefix("job/").unwrap_or(name);
            if project.pipeline.jobs.contains_key(job) {
                chosen.jobs.insert(job.to_string());
                continue;
            }
            let (file, bytes) = named(project, name)?;
            if chosen.named.insert(file.clone()) {
                chosen.files.push((file, bytes));
            }
        }
        if only.is_empty() || !chosen.jobs.is_empty() {
            for (file, bytes) in beside(&project.folder)? {
                if !chosen.named.contains(&file) {
                    chosen.files.push((file, bytes));
                }
            }
        }
        Ok(chosen)
    }

    pub(super) fn has(&self, trial: &Trial) -> bool {
        let is_everything = self.named.is_empty() && self.jobs.is_empty();
        is_everything || self.named.contains(&trial.file) || self.jobs.contains(&trial.job)
    }
}

/// A file that the user named, from where they stand.
fn named(project: &Project, name: &str) -> Result<(String, Vec<u8>), Failure> {
    let path = Path::new(name);
    if !path.is_file() {
        let known: Vec<&str> = project.pipeline.jobs.keys().map(String::as_str).collect();
        let reason = format!("`{name}` is neither a job nor a file");
        return Err(Failure::new(Exit::Usage, reason).hint(suggest::help(name, "jobs", &known)));
    }
    let root = std::path::absolute(&project.folder)?.canonicalize()?;
    let real = path.canonicalize()?;
    let Ok(inside) = real.strip_prefix(&root) else {
        let reason = format!("`{name}` is not in the folder of the pipeline");
        return Err(Failure::new(Exit::File, reason).hint(format!("put it into `{FOLDER}` beside pipeline.yaml")));
    };
    Ok((inside.display().to_string(), read_bounded(&real, LARGEST_FILE, "16 MiB")?))
}

/// The files of tests beside the pipeline, in order. Other YAML may stand there too: it is left alone.
fn beside(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut files = Vec::new();
    let below = folder.join(FOLDER);
    if !below.is_dir() {
        return Ok(files);
    }
    for entry in std::fs::read_dir(&below)? {
        let path = entry?.path();
        let is_yaml = path.extension().is_some_and(|end| end == "yaml" || end == "yml") && path.is_file();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| is_yaml) else { continue };
        let bytes = read_bounded(&path, LARGEST_FILE, "16 MiB")?;
        if is_about_a_job(&bytes) {
            files.push((format!("{FOLDER}/{name}"), bytes));
        }
    }
    files.sort();
    Ok(files)
}
