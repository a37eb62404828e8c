//! What is known about a query: its result's columns, where each comes from, what it reads, who says so.
//!
//! Data only, so that Spark's own analysis can stand where the static reading of this room stands.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::model::pipeline::{FieldType, JobCode, Pipeline};

/// Who read the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authority {
    /// Spark's analyser. It is right.
    Spark,
    /// This room, from the text alone: what it says holds, and what it does not know it leaves open.
    Inferred,
}

/// A column of a topic or sink, by the name the pipeline gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableColumn {
    pub table: String,
    pub column: String,
}

impl TableColumn {
    #[must_use]
    pub fn new(table: impl Into<String>, column: impl Into<String>) -> Self {
        Self { table: table.into(), column: column.into() }
    }
}

/// One query, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryReading {
    pub authority: Authority,
    /// In the result's order. Nothing where they cannot be told.
    pub columns: Option<Vec<OutputColumn>>,
    /// What the result depends on: its columns' origins, conditions, joins, groups. All of it where `unchecked` is empty.
    pub uses: BTreeSet<TableColumn>,
    /// Columns that no table of the query has.
    pub missing: Vec<MissingColumn>,
    /// Parts that were not understood. Nothing is claimed about them.
    pub unchecked: Vec<Unchecked>,
}

/// One column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputColumn {
    /// Nothing where Spark makes up a name.
    pub name: Option<String>,
    /// Nothing where it cannot be told.
    pub kind: Option<FieldType>,
    pub nulls: Nulls,
    /// The columns its value is made of.
    pub from: BTreeSet<TableColumn>,
    pub making: Making,
    /// Its name in the text, in bytes.
    pub place: Option<Range<usize>>,
}

/// Whether a column may be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nulls {
    Never,
    /// It cannot be told.
    Unknown,
    Possible,
}

/// What a query does to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Making {
    /// The value of the one column it comes from.
    Unchanged,
    Computed,
}

/// A name that leads nowhere, and what there was to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingColumn {
    pub name: String,
    /// The tables the query reads at that point, where they are declared ones.
    pub tables: Vec<String>,
    pub known: Vec<String>,
    pub place: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchecked {
    pub what: String,
    pub place: Option<Range<usize>>,
}

/// A column as a query may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableField {
    pub name: String,
    pub kind: FieldType,
    pub nulls: Nulls,
}

/// The tables a query may name, by their names in the pipeline.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    fields: BTreeMap<String, Vec<TableField>>,
}

impl Tables {
    /// Topics with their records' fields, sinks with their columns. A name that is both is no table: which is meant is
    /// not known (SF102).
    #[must_use]
    pub fn of(pipeline: &Pipeline) -> Self {
        let mut fields = BTreeMap::new();
        for (name, topic) in &pipeline.topics {
            let schema = pipeline.schemas.get(&topic.schema).map_or(&[][..], |schema| &schema.fields);
            // A record that lacks a required field is a dead letter: no job sees it.
            let nulls = |required: bool| if required { Nulls::Never } else { Nulls::Possible };
            let of = |field: &crate::model::pipeline::Field| TableField {
                name: field.name.clone(),
                kind: field.kind.clone(),
                nulls: nulls(field.required),
            };
            fields.insert(name.clone(), schema.iter().map(of).collect());
        }
        for (name, sink) in &pipeline.sinks {
            if fields.remove(name).is_some() {
                continue;
            }
            let in_key = |column: &str| sink.partition_key.iter().chain(&sink.clustering_key).any(|key| key == column);
            let of = |column: &crate::model::pipeline::Field| TableField {
                name: column.name.clone(),
                kind: column.kind.clone(),
                // Cassandra has no row without its key, and enforces nothing else.
                nulls: if in_key(&column.name) { Nulls::Never } else { Nulls::Possible },
            };
            fields.insert(name.clone(), sink.columns.iter().map(of).collect());
        }
        Self { fields }
    }

    /// The columns of a table: jobs see it under this very name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&[TableField]> {
        self.fields.get(name).map(Vec::as_slice).filter(|fields| !fields.is_empty())
    }
}

/// The text of a SQL job.
#[must_use]
pub fn query_of(code: &JobCode) -> Option<&str> {
    match code {
        JobCode::Sql { query } | JobCode::SqlFile { query, .. } => Some(query),
        JobCode::Python { .. } | JobCode::Jar { .. } | JobCode::Maven { .. } => None,
    }
}
