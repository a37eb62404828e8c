//! `explain`: what a code means, with an example and the way out.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, Output};
use crate::doctor::signatures;
use crate::model::codes;
use crate::report::{doctor, json, pages, text};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A code, such as SF203 or SD102; all codes when left out
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let Some(code) = &args.code else {
        if global.output == Output::Json {
            let found = signatures::all().map(|one| json!({ "code": one.id, "title": one.title }));
            let all: Vec<_> =
                codes::all().map(|entry| json!({ "code": entry.code, "title": entry.title })).chain(found).collect();
            json::print_json(&json!({ "codes": all }))?;
        } else {
            text::out(pages::list());
        }
        return Ok(Exit::Done);
    };
    if let Some(signature) = signatures::find(code) {
        if global.output == Output::Json {
            json::print_json(&doctor::page_value(signature))?;
        } else {
            text::out(doctor::page(signature));
        }
        return Ok(Exit::Done);
    }
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
