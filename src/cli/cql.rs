//! `cql`: one statement, with the project's own login.

use std::io::Read;

use serde_json::json;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, Output};
use crate::report::table::Table;
use crate::report::{json, text};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The statement; read from stdin when it is not given
    statement: Option<String>,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    let statement = match &args.statement {
        Some(statement) => statement.clone(),
        None => {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text)?;
            text
        }
    };
    let cassandra = stack.session().cassandra().await?;
    let answer = cassandra.query(&statement).await.map_err(|error| Failure::new(Exit::Failed, error))?;
    if global.output == Output::Json {
        json::print_json(&json!({"columns": answer.columns, "rows": answer.rows}))?;
        return Ok(Exit::Done);
    }
    if answer.columns.is_empty() {
        text::say("done");
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&answer.columns);
    for row in &answer.rows {
        let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or("null")).collect();
        table.row(&cells);
    }
    text::out(table);
    text::say(format!("({} rows)", answer.rows.len()));
    Ok(Exit::Done)
}
