//! Rows: any statement with bound values, one row by its key with the moments it was written, burials.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use scylla::response::PagingState;
use scylla::response::query_result::QueryResult;
use scylla::statement::unprepared::Statement;
use scylla::value::{CqlValue, Row};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bind::{bind, type_name};
use super::value::{text, to_json};
use super::{Cassandra, CassandraError, bounded, failed, quoted, timeout};

const PAGE_ROWS: i32 = 5000;

/// The answer to a statement, ready to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Name and CQL type; empty when the statement answers nothing.
    pub columns: Vec<(String, String)>,
    /// `None` is null.
    pub rows: Vec<Vec<Option<String>>>,
    /// There are more rows than were asked for.
    pub truncated: bool,
}

/// One row, and when its columns were written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredRow {
    pub columns: BTreeMap<String, Value>,
    /// Microseconds since 1970, for columns that are not part of the key and not null.
    pub written_us: BTreeMap<String, i64>,
}

/// A table by name, unquoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableName<'a> {
    pub keyspace: &'a str,
    pub table: &'a str,
}

impl TableName<'_> {
    fn cql(self) -> String {
        format!("{}.{}", quoted(self.keyspace), quoted(self.table))
    }
}

impl Cassandra {
    /// Runs any statement; `?` in it are bound to `values` by the types the database says they have.
    ///
    /// # Errors
    /// When a value does not fit its type, the database refuses, or it takes longer than `limit`.
    pub async fn query(
        &self,
        statement: &str,
        values: &[Value],
        max_rows: usize,
        limit: Duration,
    ) -> Result<Rows, CassandraError> {
        let deadline = Instant::now() + limit;
        let mut found = Rows::default();
        let mut page = PagingState::start();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let (answer, next) = self.page(statement, values, page, left).await?;
            take_page(answer, &mut found, statement, limit)?;
            if found.rows.len() > max_rows {
                found.rows.truncate(max_rows);
                found.truncated = true;
                return Ok(found);
            }
            match next {
                Some(next) => page = next,
                None => return Ok(found),
            }
        }
    }

    /// One row by its whole key: the given columns, and when each was written. `None` when there is no such row.
    ///
    /// # Errors
    /// When a value does not fit its type, the table is another, or the database takes longer than `limit`.
    pub async fn row(
        &self,
        table: TableName<'_>,
        key: &BTreeMap<String, Value>,
        columns: &[String],
        limit: Duration,
    ) -> Result<Option<StoredRow>, CassandraError> {
        let timed = columns.iter().filter(|name| !key.contains_key(*name));
        let selected: Vec<String> = columns
            .iter()
            .map(|name| quoted(name))
            .chain(timed.clone().map(|name| format!("WRITETIME({})", quoted(name))))
            .collect();
        let statement = format!("SELECT {} FROM {} WHERE {}", selected.join(", "), table.cql(), key_condition(key));
        let values: Vec<Value> = key.values().cloned().collect();
        let (answer, _) = self.page(&statement, &values, PagingState::start(), limit).await?;
        let Some(cells) = first_row(answer, &statement, limit)? else {
            return Ok(None);
        };
        let (cells, moments) = cells.split_at(columns.len());
        let written_us =
            timed.zip(moments).filter_map(|(name, time)| Some((name.clone(), newest(time.as_ref()?)?))).collect();
        Ok(Some(StoredRow {
            columns: columns
                .iter()
                .zip(cells)
                .map(|(name, cell)| (name.clone(), cell.as_ref().map_or(Value::Null, to_json)))
                .collect(),
            written_us,
        }))
    }

    /// Deletes one row by its whole key, and with it every write of that row until a moment to come: whoever brings it
    /// again before that brings it in vain.
    ///
    /// # Errors
    /// When a value does not fit its type, or the database takes longer than `limit`.
    pub async fn bury_row(
        &self,
        table: TableName<'_>,
        key: &BTreeMap<String, Value>,
        until_us: i64,
        limit: Duration,
    ) -> Result<(), CassandraError> {
        let condition = key_condition(key);
        let statement = format!("DELETE FROM {} USING TIMESTAMP {until_us} WHERE {condition}", table.cql());
        let values: Vec<Value> = key.values().cloned().collect();
        self.page(&statement, &values, PagingState::start(), limit).await?;
        Ok(())
    }

    async fn page(
        &self,
        statement: &str,
        values: &[Value],
        page: PagingState,
        limit: Duration,
    ) -> Result<(QueryResult, Option<PagingState>), CassandraError> {
        let action = || format!("run `{statement}`");
        if limit.is_zero() {
            return Err(timeout(action(), limit));
        }
        let mut unprepared = Statement::new(statement).with_page_size(PAGE_ROWS);
        unprepared.set_request_timeout(Some(limit));
        let session = self.session();
        let (answer, next) = if values.is_empty() {
            let asking = session.query_single_page(unprepared, (), page);
            bounded(action, limit, asking).await?
        } else {
            let preparing = self.session.add_prepared_statement(&unprepared);
            let prepared = bounded(action, limit, preparing).await?;
            let bound = bind(prepared.get_variable_col_specs().as_slice(), values)?;
            let asking = session.execute_single_page(&prepared, bound, page);
            bounded(action, limit, asking).await?
        };
        match next.into_paging_control_flow() {
            ControlFlow::Break(()) => Ok((answer, None)),
            ControlFlow::Continue(next) => Ok((answer, Some(next))),
        }
    }
}

fn key_condition(key: &BTreeMap<String, Value>) -> String {
    let parts: Vec<String> = key.keys().map(|name| format!("{} = ?", quoted(name))).collect();
    parts.join(" AND ")
}

fn take_page(answer: QueryResult, found: &mut Rows, statement: &str, limit: Duration) -> Result<(), CassandraError> {
    if !answer.is_rows() {
        return Ok(());
    }
    let action = || format!("run `{statement}`");
    let page = answer.into_rows_result().map_err(|source| failed(action(), limit, source))?;
    if found.columns.is_empty() {
        found.columns =
            page.column_specs().iter().map(|spec| (spec.name().to_owned(), type_name(spec.typ()))).collect();
    }
    let rows = page.rows::<Row>().map_err(|source| failed(action(), limit, source))?;
    for row in rows {
        let row = row.map_err(|source| failed(action(), limit, source))?;
        let cells = row.columns.iter().map(|cell| cell.as_ref().map(text));
        found.rows.push(cells.collect());
    }
    Ok(())
}

fn first_row(
    answer: QueryResult,
    statement: &str,
    limit: Duration,
) -> Result<Option<Vec<Option<CqlValue>>>, CassandraError> {
    let action = || format!("run `{statement}`");
    let page = answer.into_rows_result().map_err(|source| failed(action(), limit, source))?;
    let row = page.maybe_first_row::<Row>().map_err(|source| failed(action(), limit, source))?;
    Ok(row.map(|row| row.columns))
}

/// A column of many cells has a moment for each.
fn newest(time: &CqlValue) -> Option<i64> {
    match time {
        CqlValue::BigInt(moment) => Some(*moment),
        CqlValue::List(moments) => moments.iter().filter_map(newest).max(),
        _ => None,
    }
}
