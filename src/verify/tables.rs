//! Bounded looks at a table: its first rows, whether it has so many, and the removal of a row. Nothing here reads a whole table.

use std::time::Duration;

use super::Stand;
use super::route::key_columns;
use crate::model::pipeline::Sink;
use crate::session::SessionError;
use crate::systems::cassandra::quoted;
use crate::systems::cassandra::rows::TableName;
use crate::topology::resource::digest;

/// Rows that are looked at whole.
const MOST_ROWS: usize = 50;
const LIMIT: Duration = Duration::from_secs(20);

/// The first rows of a table in its own order, with the moments they were written: equal where nobody touched them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glance {
    pub rows: usize,
    pub digest: String,
}

/// # Errors
/// When Cassandra does not answer, or the table is another.
pub(super) async fn glance(stand: &Stand<'_>, sink: &Sink) -> Result<Glance, SessionError> {
    let key = key_columns(sink);
    let names = sink.columns.iter().map(|column| quoted(&column.name));
    let timed = sink.columns.iter().filter(|column| key.iter().all(|one| one.name != column.name));
    let times = timed.map(|column| format!("WRITETIME({})", quoted(&column.name)));
    let selected: Vec<String> = names.chain(times).collect();
    let statement = format!("SELECT {} FROM {} LIMIT {MOST_ROWS}", selected.join(", "), cql_name(sink));
    let found = stand.cassandra().await?.query(&statement, &[], MOST_ROWS, LIMIT).await?;
    let lines: Vec<String> = found.rows.iter().map(|row| format!("{row:?}")).collect();
    Ok(Glance { rows: lines.len(), digest: digest(lines.join("\n").as_bytes()) })
}

/// How many rows there are, counted up to `wanted` and no further.
///
/// # Errors
/// When Cassandra does not answer, or the table is another.
pub(super) async fn at_least(stand: &Stand<'_>, sink: &Sink, wanted: u64) -> Result<u64, SessionError> {
    let most = usize::try_from(wanted).unwrap_or(usize::MAX);
    let key: Vec<String> = key_columns(sink).iter().map(|column| quoted(&column.name)).collect();
    let statement = format!("SELECT {} FROM {} LIMIT {}", key.join(", "), cql_name(sink), wanted.max(1));
    let found = stand.cassandra().await?.query(&statement, &[], most, LIMIT).await?;
    Ok(found.rows.len() as u64)
}

#[must_use]
pub(super) fn table_name(sink: &Sink) -> TableName<'_> {
    TableName { keyspace: &sink.keyspace, table: &sink.table }
}

fn cql_name(sink: &Sink) -> String {
    format!("{}.{}", quoted(&sink.keyspace), quoted(&sink.table))
}
