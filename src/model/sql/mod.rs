//! What can be told about a query without Spark: which tables it names, what its result looks like.
//!
//! Spark is the authority on SQL. Where this room does not understand a query it says so and claims nothing.

mod columns;
pub mod condition;
mod offsets;
pub mod predicate;
pub mod reading;
mod shape;
mod tables;
pub mod witness;

use sqlparser::ast::{self, SetExpr, Statement};
use sqlparser::dialect::SparkSqlDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer};

pub use columns::read_columns;
pub use shape::{Class, Column, Columns};
pub use tables::{tables, tables_at};

/// Deeper queries are not read.
const MAX_DEPTH: usize = 60;
/// Nor are longer ones: a chain of operators is a tree as deep as it is long. Values in a list do not count.
const MAX_WORDS: usize = 10_000;

/// A query that could be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub class: Class,
    pub columns: Columns,
}

/// Why a text is not one query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Not understood here; Spark may think otherwise.
    #[error("the query is not understood here: {0}")]
    Syntax(String),
    #[error("the text holds {0} statements")]
    StatementCount(usize),
    #[error("the statement is no query")]
    NoQuery,
}

/// What the one query of a job does to rows.
///
/// # Errors
/// The text is not one query, or not one that is understood here.
pub fn read(text: &str) -> Result<Query, Unread> {
    let query = parse(text)?;
    Ok(match query.body.as_ref() {
        SetExpr::Select(select) if query.with.is_none() => {
            Query { class: shape::class(&query, select), columns: shape::columns(select) }
        }
        _ => Query { class: Class::Other, columns: Columns::Unknown },
    })
}

fn parse(text: &str) -> Result<ast::Query, Unread> {
    let tokens = Tokenizer::new(&SparkSqlDialect, text).tokenize_with_location();
    let tokens = tokens.map_err(|error| Unread::Syntax(error.to_string()))?;
    let values = |token: &Token| {
        matches!(token, Token::Whitespace(_) | Token::Comma | Token::Number(..) | Token::SingleQuotedString(_))
    };
    if tokens.iter().filter(|token| !values(&token.token)).count() > MAX_WORDS {
        return Err(Unread::Syntax(format!("longer than {MAX_WORDS} words")));
    }
    let mut parser = Parser::new(&SparkSqlDialect).with_recursion_limit(MAX_DEPTH).with_tokens_with_locations(tokens);
    let statements = parser.parse_statements().map_err(|error| Unread::Syntax(words(&error)))?;
    if statements.len() != 1 {
        return Err(Unread::StatementCount(statements.len()));
    }
    match statements.into_iter().next() {
        Some(Statement::Query(query)) => Ok(*query),
        _ => Err(Unread::NoQuery),
    }
}

fn words(error: &ParserError) -> String {
    match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.clone(),
        ParserError::RecursionLimitExceeded => "nested too deeply".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(text: &str) -> Class {
        read(text).unwrap().class
    }

    #[test]
    fn a_query_has_a_class() {
        assert_eq!(class("SELECT * FROM t"), Class::Copy);
        assert_eq!(class("SELECT a, b AS c FROM t"), Class::Copy);
        assert_eq!(class("SELECT a, upper(b) AS c FROM t"), Class::Map);
        assert_eq!(class("SELECT * FROM t WHERE a > 1"), Class::Filter);
        assert_eq!(class("SELECT a, count(*) AS n FROM t GROUP BY a"), Class::Aggregate);
        assert_eq!(class("SELECT count(*) AS n FROM t"), Class::Aggregate);
        assert_eq!(class("SELECT DISTINCT a FROM t"), Class::Aggregate);
        assert_eq!(class("SELECT a FROM t JOIN u ON t.a = u.a"), Class::Other);
    }

    #[test]
    fn what_is_no_query_is_told_apart() {
        assert_eq!(read("DROP TABLE t"), Err(Unread::NoQuery));
        assert_eq!(read("SELECT 1; SELECT 2"), Err(Unread::StatementCount(2)));
        assert!(matches!(read("SELEC * FROM t"), Err(Unread::Syntax(_))));
    }

    #[test]
    fn a_deeply_nested_query_is_not_read_but_ends() {
        let text = format!("SELECT {}1{} FROM t", "(".repeat(5_000), ")".repeat(5_000));
        assert!(matches!(read(&text), Err(Unread::Syntax(_))));
    }

    #[test]
    fn a_long_chain_of_operators_is_not_read_but_ends() {
        for (first, next) in
            [("1", " + 1"), ("1", "::int"), ("a", " AND a"), ("1 FROM t", " UNION SELECT 1 FROM t"), ("a", ".b")]
        {
            for count in [700, 1_900, 20_000, 100_000] {
                let result = read(&format!("SELECT {first}{}", next.repeat(count)));
                assert!(count < 20_000 || matches!(result, Err(Unread::Syntax(_))), "{next}");
            }
        }
    }
}
