//! `cql`: one statement, with the project's own login.

use std::io::Read;
use std::time::Duration;

use serde_json::json;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, Output};
use crate::report::table::Table;
use crate::report::{json, text};

const MOST_ROWS: usize = 10_000;
const LIMIT: Duration = Duration::from_mins(1);

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The statement; read from stdin when it is not given
    statement: Option<String>,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    let statement = if let Some(statement) = &args.statement {
        statement.clone()
    } else {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text)?;
        text
    };
    let cassandra = stack.session().cassandra().await?;
    let answer =
        cassandra.query(&statement, &[], MOST_ROWS, LIMIT).await.map_err(|error| Failure::new(Exit::Failed, error))?;
    if global.output == Output::Json {
        json::print_json(&json!({"columns": answer.columns, "truncated": answer.truncated, "rows": answer.rows}))?;
        return Ok(Exit::Done);
    }
    if answer.columns.is_empty() {
        text::say("done");
        return Ok(Exit::Done);
    }
    let headings: Vec<&str> = answer.columns.iter().map(|(name, _)| name.as_str()).collect();
    let mut table = Table::new(&headings);
    for row in &answer.rows {
        let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or("null")).collect();
        table.row(&cells);
    }
    text::out(table);
    let more = if answer.truncated { ", more not shown" } else { "" };
    text::say(format!("({} rows{more})", answer.rows.len()));
    Ok(Exit::Done)
}
