//! `cql`: statements with the project's own login: as an argument, from a pipe, or one after the other at a prompt.

use std::io::{BufRead, IsTerminal, Read};
use std::time::Duration;

use serde_json::json;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, Output};
use crate::report::table::Table;
use crate::report::{failure, json, text};
use crate::systems::cassandra::Cassandra;
use crate::systems::cassandra::rows::Rows;
use crate::systems::cassandra::statements::{Rest, Statement, split};

const MOST_ROWS: usize = 10_000;
const LIMIT: Duration = Duration::from_mins(1);
/// More is no set of statements that somebody wrote.
const LARGEST_INPUT: u64 = 16 * 1024 * 1024;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Statements, with `;` between them; without any, what is piped in, or a prompt
    statement: Option<String>,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    let cassandra = stack.session().cassandra().await?;
    if let Some(statement) = &args.statement {
        return all(global, &cassandra, statement).await;
    }
    if std::io::stdin().is_terminal() {
        return prompt(global, &cassandra).await;
    }
    let mut input = String::new();
    std::io::stdin().lock().take(LARGEST_INPUT + 1).read_to_string(&mut input)?;
    if input.len() as u64 > LARGEST_INPUT {
        return Err(
            Failure::new(Exit::Failed, "more than 16 MiB of statements were piped in").hint("run them in parts")
        );
    }
    all(global, &cassandra, &input).await
}

/// In order, up to the first that fails. Nothing is run of a text whose end is missing.
async fn all(global: &Global, cassandra: &Cassandra, input: &str) -> Result<Exit, Failure> {
    let (mut statements, rest) = split(input);
    match rest {
        Rest::Empty => {}
        Rest::Whole(statement) => statements.push(statement),
        Rest::Open(statement, what) => {
            let reason = format!("the statement in line {} has no end: {what} is still open", statement.line);
            return Err(Failure::new(Exit::Failed, reason).hint("none of the statements was run"));
        }
    }
    if statements.is_empty() {
        return Err(Failure::new(Exit::Usage, "there is no statement to run"));
    }
    let count = statements.len();
    for (index, statement) in statements.iter().enumerate() {
        let answer = answer(cassandra, statement).await;
        show(global, &answer.map_err(|error| stopped(error, statement, index, count))?)?;
    }
    Ok(Exit::Done)
}

/// Which statement it was, where there are several.
fn stopped(error: Failure, statement: &Statement, index: usize, count: usize) -> Failure {
    if count == 1 {
        return error;
    }
    let place = format!("this was statement {} of {count}, in line {}", index + 1, statement.line);
    error.hint(format!("{place}: those before it are done, those after it are not"))
}

async fn answer(cassandra: &Cassandra, statement: &Statement) -> Result<Rows, Failure> {
    let asked = cassandra.query(&statement.text, &[], MOST_ROWS, LIMIT).await;
    asked.map_err(|error| Failure::new(Exit::Failed, error))
}

/// Line by line until `exit` or the end of the input. A statement that fails is said, and the next one may be typed.
async fn prompt(global: &Global, cassandra: &Cassandra) -> Result<Exit, Failure> {
    text::say("Statements end with `;` and may take several lines. `exit` or Ctrl-D ends.");
    let mut typed = String::new();
    loop {
        text::ask(if typed.is_empty() { "cql> " } else { "...> " });
        let line = tokio::task::spawn_blocking(read_line).await.map_err(std::io::Error::other)??;
        let Some(line) = line else {
            text::say("");
            return Ok(Exit::Done);
        };
        if typed.is_empty() && is_goodbye(&line) {
            return Ok(Exit::Done);
        }
        typed.push_str(&line);
        let (statements, rest) = split(&typed);
        for statement in &statements {
            match answer(cassandra, statement).await {
                Ok(answer) => show(global, &answer)?,
                Err(wrong) => drop(wrong.print(global.findings())),
            }
        }
        typed = match rest {
            Rest::Empty => String::new(),
            Rest::Whole(statement) | Rest::Open(statement, _) => statement.text,
        };
        if typed.len() as u64 > LARGEST_INPUT {
            text::say(failure::warning("more than 16 MiB without an end are forgotten"));
            typed.clear();
        }
    }
}

/// The next line with its end; none where the input has ended.
fn read_line() -> std::io::Result<Option<String>> {
    let mut line = String::new();
    let read = std::io::stdin().lock().take(LARGEST_INPUT).read_line(&mut line)?;
    Ok((read > 0).then_some(line))
}

fn is_goodbye(line: &str) -> bool {
    matches!(line.trim().trim_end_matches(';').to_ascii_lowercase().as_str(), "exit" | "quit")
}

fn show(global: &Global, answer: &Rows) -> Result<(), Failure> {
    if global.output == Output::Json {
        json::print_json(&json!({"columns": answer.columns, "truncated": answer.truncated, "rows": answer.rows}))?;
        return Ok(());
    }
    if answer.columns.is_empty() {
        text::say("done");
        return Ok(());
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
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_goodbye;

    #[test]
    fn the_prompt_ends_where_somebody_says_so() {
        assert!(is_goodbye("exit\n") && is_goodbye(" QUIT; \n"));
        assert!(!is_goodbye("SELECT exit FROM t;\n") && !is_goodbye("\n"));
    }
}
