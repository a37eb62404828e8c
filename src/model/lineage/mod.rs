//! The way of the data as a graph: source path -> field -> what a job yields -> column, and the things these belong to.
//!
//! Built from the pipeline and from readings of its queries; who made the readings is remembered on the edges.

mod build;

use std::collections::BTreeMap;
use std::fmt;

use petgraph::graph::{DiGraph, NodeIndex};

use super::analysis::Analysis;
use super::pipeline::{FieldType, Pipeline};
use super::sql::reading::{Authority, QueryReading, Tables, query_of};
use super::sql::{Unread, read_columns};

pub use build::build;

/// By job: the queries that could be read.
pub type Readings = BTreeMap<String, QueryReading>;

/// One end of a hop. Ordered, so that a graph is drawn the same way each time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    Source(String),
    /// A value in a source's record.
    Path {
        source: String,
        path: String,
    },
    Topic(String),
    Field {
        topic: String,
        name: String,
    },
    Job(String),
    /// A column of what a job yields or says it writes.
    Output {
        job: String,
        name: String,
    },
    Sink(String),
    Column {
        sink: String,
        name: String,
    },
    Schedule(String),
}

/// A node with the type of its values, where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    pub node: Node,
    pub kind: Option<FieldType>,
}

/// How it is known that something goes this way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The pipeline says so.
    Declared,
    /// Spark says so of the query.
    Query,
    /// Read from the query's text.
    Inferred,
}

/// What goes along an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flow {
    /// Values.
    Data,
    /// Only the decision which rows there are, or what they are grouped by.
    Condition,
    /// The order to start.
    Start,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    pub flow: Flow,
    pub evidence: Evidence,
}

/// The whole graph.
#[derive(Debug, Clone, Default)]
pub struct Lineage {
    pub graph: DiGraph<Stop, Hop>,
    index: BTreeMap<Node, NodeIndex>,
}

/// Every query that could be read: by Spark where it answered, else from its text.
#[must_use]
pub fn readings(pipeline: &Pipeline, analysis: &Analysis) -> Readings {
    let all = readings_or_reasons(pipeline, analysis);
    all.into_iter().filter_map(|(job, read)| Some((job.to_owned(), read.ok()?))).collect()
}

/// The same, with the reason where a query was not read.
#[must_use]
pub fn readings_or_reasons<'a>(
    pipeline: &'a Pipeline,
    analysis: &Analysis,
) -> BTreeMap<&'a str, Result<QueryReading, Unread>> {
    let tables = Tables::of(pipeline);
    let queries = pipeline.jobs.iter().filter_map(|(name, job)| Some((name.as_str(), query_of(&job.code)?)));
    let readings = queries.map(|(name, query)| {
        let inferred = read_columns(query, &tables);
        let spark = analysis.of(name).map(|verdict| verdict.reading(pipeline, inferred.as_ref().ok()));
        (name, spark.map_or(inferred, Ok))
    });
    readings.collect()
}

impl Lineage {
    #[must_use]
    pub fn find(&self, node: &Node) -> Option<NodeIndex> {
        self.index.get(node).copied()
    }

    /// Every node, in order.
    pub fn nodes(&self) -> impl Iterator<Item = (&Node, NodeIndex)> {
        self.index.iter().map(|(node, index)| (node, *index))
    }

    fn add(&mut self, node: Node, kind: Option<FieldType>) -> NodeIndex {
        if let Some(index) = self.index.get(&node) {
            return *index;
        }
        let index = self.graph.add_node(Stop { node: node.clone(), kind });
        self.index.insert(node, index);
        index
    }

    /// Nothing where one of the two is not there: a reference that leads nowhere has its own finding.
    fn connect(&mut self, from: &Node, to: &Node, flow: Flow, evidence: Evidence) {
        let (Some(from), Some(to)) = (self.find(from), self.find(to)) else { return };
        self.graph.update_edge(from, to, Hop { flow, evidence });
    }
}

impl Node {
    /// The thing it belongs to; itself where it is one.
    #[must_use]
    pub fn owner(&self) -> Self {
        match self {
            Self::Path { source, .. } => Self::Source(source.clone()),
            Self::Field { topic, .. } => Self::Topic(topic.clone()),
            Self::Output { job, .. } => Self::Job(job.clone()),
            Self::Column { sink, .. } => Self::Sink(sink.clone()),
            thing => thing.clone(),
        }
    }

    /// Its kind, as commands and JSON name it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Source(_) => "source",
            Self::Path { .. } => "path",
            Self::Topic(_) => "topic",
            Self::Field { .. } => "field",
            Self::Job(_) => "job",
            Self::Output { .. } => "output",
            Self::Sink(_) => "sink",
            Self::Column { .. } => "column",
            Self::Schedule(_) => "schedule",
        }
    }

    /// Its own name, without its owner's.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Source(name)
            | Self::Topic(name)
            | Self::Job(name)
            | Self::Sink(name)
            | Self::Schedule(name)
            | Self::Field { name, .. }
            | Self::Output { name, .. }
            | Self::Column { name, .. }
            | Self::Path { path: name, .. } => name,
        }
    }
}

/// `topic/user_created`, `field/user_created/id`.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = self.owner();
        if *self == owner {
            return write!(f, "{}/{}", self.word(), self.name());
        }
        write!(f, "{}/{}/{}", self.word(), owner.name(), self.name())
    }
}

impl Evidence {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Query => "query",
            Self::Inferred => "inferred",
        }
    }
}

impl From<Authority> for Evidence {
    fn from(authority: Authority) -> Self {
        match authority {
            Authority::Spark => Self::Query,
            Authority::Inferred => Self::Inferred,
        }
    }
}

impl Flow {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Condition => "condition",
            Self::Start => "start",
        }
    }
}
