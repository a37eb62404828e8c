//! What Spark's own analyser says about the pipeline's queries, and how it is read. `topology` makes the question,
//! `analyse` carries it there and the answer back, `rules` make findings of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::field_type;
use crate::model::pipeline::{Field, FieldType, Pipeline};
use crate::model::sql::reading::{Authority, Making, Nulls, OutputColumn, QueryReading, TableColumn};

/// Spark's answers by job. Empty where nobody asked: then the static reading stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analysis {
    /// Spark's version.
    pub spark: String,
    pub answers: BTreeMap<String, Verdict>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Verdict {
    Refused { error: Objection },
    Sound(Sound),
}

/// Why Spark would not run a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// Spark's error class: `UNRESOLVED_COLUMN.WITH_SUGGESTION`.
    pub class: String,
    pub message: String,
    /// From 1.
    #[serde(default)]
    pub line: Option<usize>,
    /// From 0, in characters.
    #[serde(default)]
    pub column: Option<usize>,
    #[serde(default)]
    pub length: Option<usize>,
}

/// What a query that Spark would run yields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sound {
    pub columns: Vec<Yielded>,
    /// Topics and sinks it reads.
    pub tables: Vec<String>,
    /// Steps that make one row of many, by Spark's names.
    pub gathers: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Yielded {
    pub name: String,
    /// As Spark writes it: `decimal(20,2)`.
    #[serde(rename = "type")]
    pub kind: String,
    pub nullable: bool,
    /// The table and column it is an unchanged copy of.
    pub direct: Option<(String, String)>,
    /// Tables and columns its value is made from.
    pub inputs: Vec<(String, String)>,
    /// Per sink with a column of this name: nothing where the writer takes it, else the type it must be cast to.
    pub fits: BTreeMap<String, Option<String>>,
}

impl Analysis {
    /// What was said about one job.
    #[must_use]
    pub fn of(&self, job: &str) -> Option<&Verdict> {
        self.answers.get(job)
    }
}

impl Verdict {
    /// The query as Spark reads it. Places of names in the text are taken from the reading that has them. A query that
    /// Spark refuses has no reading: nothing more is said about it.
    #[must_use]
    pub fn reading(&self, pipeline: &Pipeline, inferred: Option<&QueryReading>) -> QueryReading {
        let mut reading = QueryReading {
            authority: Authority::Spark,
            columns: None,
            uses: inferred.map(|read| read.uses.clone()).unwrap_or_default(),
            missing: Vec::new(),
            unchecked: Vec::new(),
        };
        let Self::Sound(sound) = self else { return reading };
        let placed = inferred.and_then(|read| read.columns.as_ref()).filter(|all| all.len() == sound.columns.len());
        let columns = sound.columns.iter().enumerate().map(|(index, column)| OutputColumn {
            place: placed.and_then(|all| all[index].place.clone()),
            ..column.output(pipeline)
        });
        let columns: Vec<OutputColumn> = columns.collect();
        reading.uses.extend(columns.iter().flat_map(|column| column.from.iter().cloned()));
        reading.columns = Some(columns);
        reading
    }
}

impl Yielded {
    /// The type, where it is one that fields have. A copy has its field's. Computed text may be a UUID, which Spark does not
    /// know: of such a column only `fits` tells something.
    #[must_use]
    pub fn field_type(&self, pipeline: &Pipeline) -> Option<FieldType> {
        let declared = self.direct.as_ref().and_then(|(table, column)| declared(pipeline, table, column));
        declared.or_else(|| field_type_of(&self.kind).filter(|kind| *kind != FieldType::String))
    }

    fn output(&self, pipeline: &Pipeline) -> OutputColumn {
        OutputColumn {
            name: Some(self.name.clone()),
            kind: self.field_type(pipeline),
            nulls: if self.nullable { Nulls::Possible } else { Nulls::Never },
            from: self.inputs.iter().map(|(table, column)| TableColumn::new(table, column)).collect(),
            making: if self.direct.is_some() { Making::Unchanged } else { Making::Computed },
            place: None,
        }
    }
}

/// What the pipeline calls the type of a column: Spark knows no UUIDs and no unions.
fn declared(pipeline: &Pipeline, table: &str, column: &str) -> Option<FieldType> {
    let schema = pipeline.topics.get(table).and_then(|topic| pipeline.schemas.get(&topic.schema));
    let fields: &[Field] = match schema {
        Some(schema) => &schema.fields,
        None => &pipeline.sinks.get(table)?.columns,
    };
    fields.iter().find(|field| field.name.eq_ignore_ascii_case(column)).map(|field| field.kind.clone())
}

/// `array<map<string,bigint>>` as `list<map<string,bigint>>`.
fn field_type_of(spark: &str) -> Option<FieldType> {
    match spark {
        "tinyint" | "smallint" => Some(FieldType::Int),
        _ => field_type::parse(&spark.replace("array<", "list<")),
    }
}
