//! The lineage as it is shown: things with their rows, links between them, findings on both.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::visit::EdgeRef;

use super::Subject;
use super::marks::Marks;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::lineage::{Evidence, Flow, Lineage, Node};
use crate::model::pipeline::{JobCode, Pipeline, When};

/// What is to be drawn.
#[derive(Debug)]
pub(super) struct Picture<'a> {
    pub name: &'a str,
    pub things: Vec<Thing>,
    /// Between things.
    pub links: Vec<Link>,
    /// Between rows, or from a row to a whole job.
    pub row_links: Vec<RowLink>,
    pub findings: &'a [Diagnostic],
    /// The file they are about.
    pub path: &'a str,
}

/// A source, topic, job or sink.
#[derive(Debug)]
pub(super) struct Thing {
    pub node: Node,
    /// What it is, in a few words.
    pub about: String,
    /// Schedules that start it.
    pub starts: Vec<String>,
    pub rows: Vec<Row>,
    pub mark: Option<Mark>,
}

/// A path, field or column.
#[derive(Debug)]
pub(super) struct Row {
    pub node: Node,
    pub kind: String,
    pub mark: Option<Mark>,
}

/// The worst finding about something, and all of their texts.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub severity: Severity,
    pub codes: BTreeSet<&'static str>,
    pub texts: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub from: usize,
    pub to: usize,
    pub evidence: Evidence,
}

/// By index of the thing and of its row.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowLink {
    pub from: (usize, usize),
    /// The row, or the whole thing where the value only decides.
    pub to: (usize, Option<usize>),
    pub flow: Flow,
    pub evidence: Evidence,
}

impl<'a> Picture<'a> {
    /// Of everything, or of what `kept` names.
    pub(super) fn of(subject: Subject<'a>) -> Self {
        let Subject { pipeline, lineage, findings, path, kept } = subject;
        let marks = Marks::of(pipeline, findings);
        let mut things: Vec<Thing> = Vec::new();
        let mut places = BTreeMap::new();
        for (node, _) in lineage.nodes().filter(|(node, _)| is_thing(node) && kept.contains(*node)) {
            places.insert(node.clone(), things.len());
            things.push(Thing {
                about: about(pipeline, node),
                starts: Vec::new(),
                rows: Vec::new(),
                mark: marks.on(node),
                node: node.clone(),
            });
        }
        let mut rows = BTreeMap::new();
        for (node, place) in ordered_rows(lineage) {
            let Some(&thing) = places.get(&node.owner()) else { continue };
            rows.insert(node.clone(), (thing, things[thing].rows.len()));
            let kind = lineage.graph[place].kind.as_ref().map(ToString::to_string).unwrap_or_default();
            things[thing].rows.push(Row { kind, mark: marks.on(&node), node });
        }
        let (mut links, mut row_links) = (Vec::new(), Vec::new());
        for edge in lineage.graph.edge_references() {
            let (from, to) = (&lineage.graph[edge.source()].node, &lineage.graph[edge.target()].node);
            let hop = edge.weight();
            match (from, places.get(from), rows.get(from), places.get(to), rows.get(to)) {
                (Node::Schedule(name), _, _, Some(&to), _) => things[to].starts.push(started(pipeline, name)),
                (_, Some(&from), _, Some(&to), _) => links.push(Link { from, to, evidence: hop.evidence }),
                (_, _, Some(&from), to, row) => {
                    let target = row.map(|(thing, row)| (*thing, Some(*row))).or(to.map(|thing| (*thing, None)));
                    row_links.extend(target.map(|to| RowLink { from, to, flow: hop.flow, evidence: hop.evidence }));
                }
                _ => {}
            }
        }
        Self { name: &pipeline.name, things, links, row_links, findings, path }
    }

    /// Links that lead on from a thing.
    pub(super) fn after(&self, thing: usize) -> impl Iterator<Item = &Link> {
        self.links.iter().filter(move |link| link.from == thing)
    }
}

/// Fields and columns in the order of the file, not of the alphabet.
fn ordered_rows(lineage: &Lineage) -> Vec<(Node, petgraph::graph::NodeIndex)> {
    let mut rows: Vec<(Node, petgraph::graph::NodeIndex)> =
        lineage.nodes().filter(|(node, _)| **node != node.owner()).map(|(node, index)| (node.clone(), index)).collect();
    // Nodes were made in the order of the file; paths and outputs in the order of what they fill.
    rows.sort_by_key(|(_, index)| index.index());
    rows
}

const fn is_thing(node: &Node) -> bool {
    matches!(node, Node::Source(_) | Node::Topic(_) | Node::Job(_) | Node::Sink(_))
}

fn about(pipeline: &Pipeline, node: &Node) -> String {
    let name = node.name();
    let words = match node {
        Node::Source(_) => pipeline.sources.get(name).map(|source| host(&source.http.url)),
        Node::Topic(_) => pipeline.topics.get(name).map(|topic| {
            let key = topic.key.as_ref().map(|key| format!(", key {key}")).unwrap_or_default();
            format!("{} partition{}{key}", topic.partitions, if topic.partitions == 1 { "" } else { "s" })
        }),
        Node::Job(_) => pipeline.jobs.get(name).map(|job| {
            let code = match &job.code {
                JobCode::Sql { .. } => "SQL",
                JobCode::SqlFile { path, .. } | JobCode::Python { path } => path,
                JobCode::Jar { path, .. } | JobCode::Maven { path, .. } => path,
            };
            if job.stream.is_some() { format!("{code}, streaming") } else { code.to_owned() }
        }),
        Node::Sink(_) => pipeline.sinks.get(name).map(|sink| format!("{}.{}", sink.keyspace, sink.table)),
        _ => None,
    };
    words.unwrap_or_default()
}

/// The host of an address, without what may be secret in it.
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}

fn started(pipeline: &Pipeline, schedule: &str) -> String {
    let when = match pipeline.schedules.get(schedule).map(|schedule| &schedule.when) {
        Some(When::Cron(cron)) => cron.clone(),
        Some(When::Every(every)) => format!("every {}", humantime::format_duration(*every)),
        Some(When::Manual) | None => "by hand".to_owned(),
    };
    format!("{schedule}, {when}")
}
