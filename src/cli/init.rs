//! `init`: a pipeline to begin with, in files of the user's own. Nothing that is there is written over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::whole_file::{self, Readers};
use crate::cli::{Failure, Global, Output};
use crate::embedded;
use crate::model::names::{self, Kind};
use crate::report::{json, text};

const PIPELINE: &str = "pipeline.yaml";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to write; made if it is not there
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// What to begin with
    #[arg(long, value_name = "TEMPLATE", default_value = "minimal")]
    template: Template,
}

/// A folder below `templates/init/` each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Template {
    /// A source, a topic, a streaming job and a table
    Minimal,
    /// A SQL job on a schedule, with Airflow
    Batch,
    /// A job in Python of your own
    Python,
}

impl Template {
    fn folder(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Batch => "batch",
            Self::Python => "python",
        }
    }
}

pub(super) fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let mut files = embedded::starter(args.template.folder());
    if let (Some(name), Some(text)) = (project_name(&args.folder), files.get_mut(PIPELINE)) {
        *text = named(text, &name);
    }
    refuse_to_overwrite(&args.folder, &files)?;
    for (path, text) in &files {
        let target = args.folder.join(path);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).map_err(|error| {
                Failure::new(Exit::Failed, format!("cannot make the folder `{}`: {error}", parent.display()))
            })?;
        }
        whole_file::create(&target, text.as_bytes(), Readers::Everyone)?;
    }
    let written: Vec<String> = files.keys().map(|path| args.folder.join(path).display().to_string()).collect();
    if global.output == Output::Json {
        json::print_json(&json!({"template": args.template.folder(), "files": written}))?;
        return Ok(Exit::Done);
    }
    for path in &written {
        text::say(format!("wrote {path}"));
    }
    text::out(format!("Next: {}sparkflow up", entering(&args.folder)));
    Ok(Exit::Done)
}

/// All files are looked at before the first is written.
fn refuse_to_overwrite(folder: &Path, files: &BTreeMap<String, String>) -> Result<(), Failure> {
    let there: Vec<String> = files
        .keys()
        .map(|path| folder.join(path))
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| format!("`{}`", path.display()))
        .collect();
    if there.is_empty() {
        return Ok(());
    }
    let (verb, what) = if there.len() == 1 { ("is", "it") } else { ("are", "them") };
    let reason = format!("{} {verb} there already, and `init` writes over nothing", there.join(", "));
    Err(Failure::new(Exit::Failed, reason).hint(format!("name another folder, or move {what} away")))
}

/// The pipeline is called like its folder, so that two of them do not meet under one name in the engine.
fn project_name(folder: &Path) -> Option<String> {
    let whole = std::path::absolute(folder).ok()?;
    let folder = whole.file_name()?.to_str()?.to_lowercase();
    let name: String = folder.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let name = name.trim_matches('-');
    names::problem(Kind::Pipeline, name).is_none().then(|| name.to_string())
}

fn named(text: &str, name: &str) -> String {
    let lines =
        text.lines().map(|line| if line.starts_with("name: ") { format!("name: {name}") } else { line.to_string() });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// `cd DIR && `, where the user stands elsewhere.
fn entering(folder: &Path) -> String {
    match folder.to_str() {
        Some("." | "") => String::new(),
        _ => format!("cd {} && ", folder.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_has_a_pipeline_and_every_folder_is_a_template() {
        let offered: Vec<&str> = Template::value_variants().iter().map(|template| template.folder()).collect();
        assert!(offered.iter().all(|name| embedded::starter(name).contains_key(PIPELINE)), "{offered:?}");
        let mut folders = embedded::starters();
        folders.sort();
        let mut sorted: Vec<String> = offered.iter().map(ToString::to_string).collect();
        sorted.sort();
        assert_eq!(folders, sorted);
    }

    #[test]
    fn a_pipeline_is_called_like_its_folder_where_that_is_a_name() {
        assert_eq!(project_name(Path::new("/tmp/My Shop-2")).as_deref(), Some("my-shop-2"));
        assert_eq!(project_name(Path::new("/tmp/__")), None);
        assert_eq!(named("# a\nname: orders\nschemas:\n", "shop"), "# a\nname: shop\nschemas:\n");
    }
}
