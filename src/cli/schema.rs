//! `schema`: the JSON Schema of pipeline.yaml, from the same table of keys that checks it.

use std::path::Path;

use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, project};
use crate::report::text;
use crate::spec;

#[derive(Debug, clap::Args)]
pub struct Args {}

pub(super) fn run(global: &Global, _: &Args) -> Result<Exit, Failure> {
    let folder = global.file.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_path_buf();
    let schema = spec::schema::json_schema(&project::service_keys(&folder)?);
    text::out(serde_json::to_string_pretty(&schema)?);
    Ok(Exit::Done)
}
