//! `replay`: recorded answers, served where a source would answer.

use std::net::SocketAddr;

use crate::cli::exit::Exit;
use crate::cli::{Failure, Global};
use crate::replay::fixture::Fixture;
use crate::replay::service;
use crate::report::text;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// SOURCE=FILE, once per source
    #[arg(long, value_name = "SOURCE=FILE", required = true)]
    fixture: Vec<String>,
    /// SOURCE=PATH of the list of records, for fixtures that do not say it themselves
    #[arg(long, value_name = "SOURCE=PATH")]
    records: Vec<String>,
}

pub(super) async fn run(_: &Global, args: &Args) -> Result<Exit, Failure> {
    let mut fixtures = Vec::new();
    for given in &args.fixture {
        let Some((source, file)) = given.split_once('=') else {
            return Err(Failure::new(Exit::Usage, format!("`{given}` is not SOURCE=FILE")));
        };
        let records = args.records.iter().filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == source);
        let content = std::fs::read_to_string(file)
            .map_err(|error| Failure::new(Exit::File, format!("cannot read `{file}`: {error}")))?;
        let fixture = Fixture::parse(source, file, records.map_or("$", |(_, path)| path), &content)
            .map_err(|error| Failure::new(Exit::File, error))?;
        text::say(format!("{source}: {} recorded answers from {file}", fixture.record_count()));
        fixtures.push(fixture);
    }
    text::say(format!("listening on {}", args.listen));
    service::serve(args.listen, fixtures).await.map_err(|error| Failure::new(Exit::Failed, error))?;
    Ok(Exit::Done)
}
