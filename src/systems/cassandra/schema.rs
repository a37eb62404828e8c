//! What the database holds: keyspaces, tables, columns with their types and roles. Its own keyspaces are left out.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Cassandra, CassandraError, bounded, failed};

const SYSTEM_KEYSPACES: [&str; 7] = [
    "system",
    "system_auth",
    "system_distributed",
    "system_schema",
    "system_traces",
    "system_views",
    "system_virtual_schema",
];

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyspace {
    /// As the database writes it: `class`, `replication_factor`.
    pub replication: BTreeMap<String, String>,
    pub tables: BTreeMap<String, Table>,
}

/// Partition key, then clustering columns, each in key order, then the others by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub columns: Vec<Column>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    /// As the database writes it: `text`, `frozen<list<int>>`.
    pub cql_type: String,
    pub role: ColumnRole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnRole {
    PartitionKey,
    Clustering,
    Static,
    Regular,
}

type ColumnRow = (String, String, String, String, String, i32);

impl Cassandra {
    /// Every keyspace that is not the database's own, with its tables.
    ///
    /// # Errors
    /// When the database does not answer within `limit`.
    pub async fn keyspaces(&self, limit: Duration) -> Result<BTreeMap<String, Keyspace>, CassandraError> {
        let mut found: BTreeMap<String, Keyspace> = self
            .schema_rows::<(String, BTreeMap<String, String>)>(
                "SELECT keyspace_name, replication FROM system_schema.keyspaces",
                limit,
            )
            .await?
            .into_iter()
            .filter(|(name, _)| !SYSTEM_KEYSPACES.contains(&name.as_str()))
            .map(|(name, replication)| {
                let keyspace = Keyspace { replication, tables: BTreeMap::new() };
                (name, keyspace)
            })
            .collect();
        // Views have columns too; only what is listed as a table is one.
        let tables = self
            .schema_rows::<(String, String)>("SELECT keyspace_name, table_name FROM system_schema.tables", limit)
            .await?;
        for (keyspace, table) in tables {
            if let Some(keyspace) = found.get_mut(&keyspace) {
                keyspace.tables.insert(table, Table::default());
            }
        }
        let mut columns = self
            .schema_rows::<ColumnRow>(
                "SELECT keyspace_name, table_name, column_name, type, kind, position \
                 FROM system_schema.columns",
                limit,
            )
            .await?;
        columns.sort_by_key(|(_, _, name, _, kind, position)| (role(kind), *position, name.clone()));
        for (keyspace, table, name, cql_type, kind, _) in columns {
            let table = found.get_mut(&keyspace).and_then(|keyspace| keyspace.tables.get_mut(&table));
            if let Some(table) = table {
                table.columns.push(Column { name, cql_type, role: role(&kind) });
            }
        }
        Ok(found)
    }

    async fn schema_rows<Row>(&self, statement: &str, limit: Duration) -> Result<Vec<Row>, CassandraError>
    where
        Row: for<'frame> scylla::deserialize::row::DeserializeRow<'frame, 'frame>,
    {
        let action = || "describe its schema".to_owned();
        let answer = bounded(action, limit, self.session().query_unpaged(statement, ())).await?;
        let rows = answer.into_rows_result().map_err(|source| failed(action(), limit, source))?;
        let typed = rows.rows::<Row>().map_err(|source| failed(action(), limit, source))?;
        typed.map(|row| row.map_err(|source| failed(action(), limit, source))).collect()
    }
}

fn role(kind: &str) -> ColumnRole {
    match kind {
        "partition_key" => ColumnRole::PartitionKey,
        "clustering" => ColumnRole::Clustering,
        "static" => ColumnRole::Static,
        _ => ColumnRole::Regular,
    }
}
