//! `explain`: what a code means, with an example and the way out.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, Output};
use crate::model::codes;
use crate::report::{json, pages, text};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A code, such as SF203; all codes when left out
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let Some(code) = &args.code else {
        if global.output == Output::Json {
            let all: Vec<_> = codes::all().map(|entry| json!({ "code": entry.code, "title": entry.title })).collect();
            json::print_json(&json!({ "codes": all }))?;
        } else {
            text::out(pages::list());
        }
        return Ok(Exit::Done);
    };
    let Some(entry) = codes::find(code) else {
        return Err(
            Failure::new(Exit::Usage, format!("there is no code `{code}`")).hint("`sparkflow explain` lists them all")
        );
    };
    if global.output == Output::Json {
        json::print_json(&pages::as_value(entry))?;
    } else {
        text::out(pages::page(entry));
    }
    Ok(Exit::Done)
}
