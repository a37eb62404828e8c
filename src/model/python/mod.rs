//! What a Python file says in literals: topics, hosts, schemas, tables, settings, secrets. Reads, and never runs, the code.
//!
//! Everything here is inferred: what is not certain from the text alone is left out, and a rule that uses it may warn, not refuse.

pub mod bounds;
mod calls;
mod chains;
mod commands;
pub mod cql;
mod dags;
pub mod names;
mod openings;
mod parse;
mod records;
mod schemas;
mod secrets;
#[cfg(test)]
mod tests;
pub mod tree;

use std::ops::Range;

use crate::diagnostic::Span;
use names::{Names, Text};
use tree::Statement;

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Python would refuse it too.
    #[error("{message}")]
    Syntax { message: String, at: Range<usize> },
    /// Too large or too deep for us; Python may think otherwise.
    #[error("{why}")]
    TooMuch { why: String, at: Range<usize> },
}

/// What was found in one file, each with its bytes in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// `.master(...)`, `.setMaster(...)`: the call's name, and its value where that is known.
    pub masters: Vec<Master>,
    /// Spark's settings, set in code.
    pub settings: Vec<Setting>,
    /// Where settings are given to the configuration of a session that is there already.
    pub late_settings: Vec<Range<usize>>,
    /// `PYSPARK_SUBMIT_ARGS`, set in code.
    pub submit_arguments: Vec<Text>,
    /// The master and the lists of packages that it gives to a spark-submit of its own.
    pub submitted_masters: Vec<Text>,
    pub submitted_packages: Vec<Text>,
    /// Topics that are read or sent to.
    pub reads: Vec<Text>,
    pub sends: Vec<Text>,
    /// Whether it has a Kafka producer.
    pub produces: bool,
    pub hosts: Vec<Hosts>,
    pub schemas: Vec<Schema>,
    pub records: Vec<Record>,
    pub statements: Vec<cql::Statement>,
    pub tables: Vec<Table>,
    /// Names of options that Spark's reader of Kafka is given.
    pub kafka_options: Vec<Text>,
    pub checkpoints: Vec<Text>,
    /// Absolute paths of files that it reads as soon as it starts, at the place where each is opened.
    pub openings: Vec<Text>,
    /// Streams that are written without a checkpoint.
    pub streams_without_checkpoint: Vec<Range<usize>>,
    pub secrets: Vec<Secret>,
    /// Dotted names that are imported or used, and arguments of `DAG`: whether Airflow has them is for others to say.
    pub airflow_names: Vec<Text>,
    pub dag_faults: Vec<DagFault>,
    /// Ids of the DAGs it makes, where they are literals, at the place where each is made.
    pub dags: Vec<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Master {
    pub at: Range<usize>,
    pub value: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub key: Text,
    pub value: Option<Text>,
}

/// The servers one call names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    pub of: Server,
    pub names: Vec<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    Kafka,
    Cassandra,
}

/// A `StructType` of literals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    pub at: Range<usize>,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: Text,
    /// Spark's name of the type: `IntegerType`.
    pub kind: Option<String>,
}

/// A dictionary that may be a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub at: Range<usize>,
    pub fields: Vec<(Text, Json)>,
    /// Whether fields may be added that are not seen here.
    pub is_open: bool,
}

/// What a value becomes in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Json {
    Text,
    Int,
    Float,
    Bool,
    List,
    Object,
    /// A `uuid.UUID`: `json.dumps` refuses it.
    Uuid,
    Unknown,
}

/// A table that rows are read from or written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub keyspace: Option<Text>,
    pub table: Text,
}

/// A secret in clear text; the value is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub name: String,
    pub at: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DagFault {
    pub at: Range<usize>,
    pub kind: DagFaultKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DagFaultKind {
    /// `schedule` among the arguments of tasks.
    ScheduleOfTasks,
    /// A first day that is always today.
    StartsNow,
    /// `catchup=True`
    CatchesUp,
}

/// # Errors
/// Where the text is no program, or more than is read.
pub fn read(text: &str) -> Result<Reading, Unread> {
    let program = parse::parse(text)?;
    let names = Names::of(&program);
    let mut reading = Reading::default();
    for statement in &program {
        statement.each(&mut |statement| see(statement, &names, text, &mut reading));
    }
    records::read(&program, &names, &mut reading);
    openings::read(&program, &names, text, &mut reading);
    once(&mut reading);
    Ok(reading)
}

fn see<'tree>(statement: &'tree Statement, names: &Names<'tree>, text: &str, reading: &mut Reading) {
    dags::statement(statement, names, reading);
    secrets::statement(statement, names, reading);
    calls::statement(statement, names, reading);
    for value in statement.values() {
        value.each(&mut |expr| {
            calls::expr(expr, names, reading);
            chains::expr(expr, names, reading);
            commands::expr(expr, names, reading);
            schemas::expr(expr, names, reading);
            dags::expr(expr, names, reading);
            secrets::expr(expr, names, reading);
            cql::expr(expr, names, text, reading);
        });
    }
}

/// A literal behind a name is met at every use of the name.
fn once(reading: &mut Reading) {
    fn distinct<T: PartialEq>(items: &mut Vec<T>) {
        let mut kept: Vec<T> = Vec::new();
        for item in items.drain(..) {
            if !kept.contains(&item) {
                kept.push(item);
            }
        }
        *items = kept;
    }
    distinct(&mut reading.reads);
    distinct(&mut reading.sends);
    distinct(&mut reading.hosts);
    distinct(&mut reading.tables);
    distinct(&mut reading.kafka_options);
    distinct(&mut reading.checkpoints);
    distinct(&mut reading.secrets);
    distinct(&mut reading.statements);
    distinct(&mut reading.dag_faults);
    distinct(&mut reading.dags);
}

/// The place of a word inside a part of the text: the word alone where it stands there once as a whole, else the part.
#[must_use]
pub fn word_within(text: &str, part: &Range<usize>, word: &str) -> Range<usize> {
    let slice = text.get(part.clone()).unwrap_or_default();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let folded = slice.to_ascii_lowercase();
    let whole = folded.match_indices(&word.to_ascii_lowercase()).map(|(start, _)| start).find(|start| {
        let before = start.checked_sub(1).map(|index| slice.as_bytes()[index]);
        let after = slice.as_bytes().get(start + word.len()).copied();
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    });
    whole.map_or_else(|| part.clone(), |start| part.start + start..part.start + start + word.len())
}

/// A place for people.
#[must_use]
pub fn span(text: &str, at: &Range<usize>) -> Span {
    Span::of(text, at.start, at.end)
}
