//! What a table holds: the keys of its rows, nulls, leftovers of earlier tracers, and a digest of everything.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Number, Value};

use super::balance::{Key, key_part};
use super::route::key_columns;
use super::tracer::is_reserved;
use crate::model::pipeline::{FieldType, Sink};
use crate::session::{Session, SessionError};
use crate::systems::cassandra::quoted;
use crate::systems::cassandra::rows::TableName;
use crate::topology::resource::digest;

/// Larger tables are counted only.
pub(super) const MOST_ROWS: usize = 200_000;
/// Larger tables are not compared row by row.
const MOST_DIGESTED: usize = 10_000;
const LIMIT: Duration = Duration::from_mins(1);

/// The rows of a table by their keys. Rows with a reserved key are kept apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Rows {
    pub keys: BTreeSet<Key>,
    /// Whole keys, ready to be deleted by.
    pub tracers: Vec<BTreeMap<String, Value>>,
    /// Per column that was asked about.
    pub nulls: BTreeMap<String, usize>,
    /// False when there are more rows than were read.
    pub complete: bool,
}

/// Reads keys, and whether the given columns are null.
///
/// # Errors
/// When Cassandra does not answer, or the table is another.
pub(super) async fn read(session: &Session, sink: &Sink, watched: &[String]) -> Result<Rows, SessionError> {
    let key = key_columns(sink);
    let names = key.iter().map(|column| &column.name).chain(watched).map(|name| quoted(name));
    let statement = format!("SELECT {} FROM {}", names.collect::<Vec<_>>().join(", "), cql_name(sink));
    let found = session.cassandra().await?.query(&statement, &[], MOST_ROWS, LIMIT).await?;
    let mut rows = Rows { complete: !found.truncated, ..Rows::default() };
    rows.nulls = watched.iter().map(|name| (name.clone(), 0)).collect();
    for row in &found.rows {
        let (cells, rest) = row.split_at(key.len().min(row.len()));
        let texts: Vec<&str> = cells.iter().map(|cell| cell.as_deref().unwrap_or_default()).collect();
        if key.iter().zip(&texts).any(|(column, text)| is_reserved(&column.kind, text)) {
            let whole =
                key.iter().zip(&texts).map(|(column, text)| (column.name.clone(), bindable(text, &column.kind)));
            rows.tracers.push(whole.collect());
            continue;
        }
        let parts = key.iter().zip(&texts).map(|(column, text)| key_part(&Value::from(*text), &column.kind));
        rows.keys.insert(parts.collect());
        for (name, _) in watched.iter().zip(rest).filter(|(_, cell)| cell.is_none()) {
            rows.nulls.entry(name.clone()).and_modify(|count| *count += 1);
        }
    }
    Ok(rows)
}

/// A value the database prints, as it takes it back.
fn bindable(text: &str, kind: &FieldType) -> Value {
    match kind {
        FieldType::Boolean => text.parse::<bool>().map_or_else(|_| Value::from(text), Value::from),
        FieldType::Double => {
            let number = text.parse::<f64>().ok().and_then(Number::from_f64);
            number.map_or_else(|| Value::from(text), Value::Number)
        }
        FieldType::List(_) | FieldType::Map(..) => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
        _ => Value::from(text),
    }
}

/// What stands for everything in a table: equal when nothing changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Print {
    pub rows: u64,
    /// Of all rows and columns; absent for large tables.
    pub digest: Option<String>,
}

/// # Errors
/// When Cassandra does not answer, or the table is another.
pub(super) async fn print(session: &Session, sink: &Sink) -> Result<Print, SessionError> {
    let cassandra = session.cassandra().await?;
    let names: Vec<String> = sink.columns.iter().map(|column| quoted(&column.name)).collect();
    let statement = format!("SELECT {} FROM {}", names.join(", "), cql_name(sink));
    let found = cassandra.query(&statement, &[], MOST_DIGESTED, LIMIT).await?;
    if !found.truncated {
        let mut lines: Vec<String> = found.rows.iter().map(|row| format!("{row:?}")).collect();
        lines.sort_unstable();
        return Ok(Print { rows: lines.len() as u64, digest: Some(digest(lines.join("\n").as_bytes())) });
    }
    let key = sink.partition_key.first().map_or("", String::as_str);
    let count = cassandra.count_rows(table_name(sink), key, LIMIT).await?;
    Ok(Print { rows: count.rows, digest: None })
}

#[must_use]
pub(super) fn table_name(sink: &Sink) -> TableName<'_> {
    TableName { keyspace: &sink.keyspace, table: &sink.table }
}

fn cql_name(sink: &Sink) -> String {
    format!("{}.{}", quoted(&sink.keyspace), quoted(&sink.table))
}
