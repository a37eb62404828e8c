//! `CREATE KEYSPACE`, `CREATE TABLE` and `INSERT` in texts: which table, which columns, of which types.

use std::ops::Range;

use super::names::Names;
use super::tree::{Expr, Value};
use super::{Reading, word_within};

/// A statement that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub kind: Kind,
    /// `CREATE TABLE`, `INSERT INTO`: the words that say what it does.
    pub at: Range<usize>,
    pub keyspace: Option<String>,
    pub table: Option<String>,
    pub columns: Vec<Column>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    MakesKeyspace,
    MakesTable,
    Inserts,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// Lower case, as CQL writes it; nothing in an INSERT.
    pub kind: Option<String>,
    pub at: Range<usize>,
}

pub(super) fn expr<'tree>(expr: &'tree Expr, names: &Names<'tree>, text: &str, reading: &mut Reading) {
    if !matches!(expr.value, Value::Text(_) | Value::Template(_)) {
        return;
    }
    let Some(said) = names.text(expr) else { return };
    // Several statements in one text are executed one by one by nobody, but written so in files.
    for part in said.value.split(';') {
        reading.statements.extend(statement(part, &expr.at, text));
    }
}

fn statement(said: &str, part: &Range<usize>, text: &str) -> Option<Statement> {
    let tokens = tokens(said);
    let mut words = Words { tokens: &tokens, next: 0 };
    let (kind, verb) = match (words.take()?.to_ascii_lowercase().as_str(), words.take()?.to_ascii_lowercase().as_str())
    {
        ("create", "keyspace" | "schema") => (Kind::MakesKeyspace, "create keyspace"),
        ("create", "table" | "columnfamily") => (Kind::MakesTable, "create table"),
        ("insert", "into") => (Kind::Inserts, "insert into"),
        _ => return None,
    };
    words.skip_if(&["if", "not", "exists"]);
    let first = words.take().map(unquoted)?;
    let second = if words.peek() == Some(".") {
        words.take();
        words.take().map(unquoted)
    } else {
        None
    };
    let (keyspace, table) = match (kind, second) {
        (Kind::MakesKeyspace, _) => (Some(first), None),
        (_, Some(table)) => (Some(first), Some(table)),
        (_, None) => (None, Some(first)),
    };
    let columns = match kind {
        Kind::MakesKeyspace => Vec::new(),
        Kind::MakesTable => definitions(words.rest(), part, text),
        Kind::Inserts => inserted(words.rest(), part, text),
    };
    Some(Statement { kind, at: word_within(text, part, verb), keyspace, table, columns })
}

/// `(name type [PRIMARY KEY], ..., PRIMARY KEY (...))`
fn definitions(tokens: &[&str], part: &Range<usize>, text: &str) -> Vec<Column> {
    let mut columns = Vec::new();
    for definition in groups(tokens) {
        let [name, kind @ ..] = definition.as_slice() else { continue };
        if name.eq_ignore_ascii_case("primary") || kind.is_empty() {
            continue;
        }
        let end =
            kind.iter().position(|word| word.eq_ignore_ascii_case("primary") || word.eq_ignore_ascii_case("static"));
        let kind: String = kind[..end.unwrap_or(kind.len())].concat().to_ascii_lowercase();
        columns.push(Column { at: word_within(text, part, name), name: unquoted(name), kind: Some(kind) });
    }
    columns
}

fn inserted(tokens: &[&str], part: &Range<usize>, text: &str) -> Vec<Column> {
    let names = groups(tokens).into_iter().filter_map(|group| group.first().copied());
    names.map(|name| Column { at: word_within(text, part, name), name: unquoted(name), kind: None }).collect()
}

/// What stands between the first parenthesis and its end, split at its commas.
fn groups<'said>(tokens: &[&'said str]) -> Vec<Vec<&'said str>> {
    let mut groups = vec![Vec::new()];
    let mut depth = 0_usize;
    for token in tokens {
        match *token {
            "(" | "<" => depth += 1,
            ")" | ">" if depth == 1 => break,
            ")" | ">" => depth = depth.saturating_sub(1),
            "," if depth == 1 => {
                groups.push(Vec::new());
                continue;
            }
            _ => {}
        }
        let opens = *token == "(" && depth == 1;
        if let Some(group) = groups.last_mut().filter(|_| depth > 0 && !opens) {
            group.push(*token);
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

struct Words<'tokens, 'said> {
    tokens: &'tokens [&'said str],
    next: usize,
}

impl<'tokens, 'said> Words<'tokens, 'said> {
    fn take(&mut self) -> Option<&'said str> {
        let token = self.tokens.get(self.next).copied();
        self.next += 1;
        token
    }

    fn peek(&self) -> Option<&'said str> {
        self.tokens.get(self.next).copied()
    }

    fn skip_if(&mut self, words: &[&str]) {
        let ahead = self.tokens.get(self.next..self.next + words.len());
        if ahead.is_some_and(|ahead| ahead.iter().zip(words).all(|(token, word)| token.eq_ignore_ascii_case(word))) {
            self.next += words.len();
        }
    }

    fn rest(&self) -> &'tokens [&'said str] {
        self.tokens.get(self.next..).unwrap_or(&[])
    }
}

/// Names, quoted names, and single signs.
fn tokens(said: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = said.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            letter if is_name(letter) => rest.find(|other: char| !is_name(other)).unwrap_or(rest.len()),
            sign => sign.len_utf8(),
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '%' | '?')
}

/// Names without quotes are lower case to Cassandra.
fn unquoted(name: &str) -> String {
    name.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .map_or_else(|| name.to_ascii_lowercase(), str::to_owned)
}
