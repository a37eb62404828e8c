//! Which thing or row a finding is about: the one that stands at one of its places.

use std::collections::{BTreeMap, BTreeSet};

use super::picture::Mark;
use crate::diagnostic::{Diagnostic, Label, Span};
use crate::model::lineage::Node;
use crate::model::pipeline::{Field, JobCode, Pipeline};

/// Findings by what they are about.
pub(super) struct Marks {
    by_node: BTreeMap<Node, Mark>,
}

impl Marks {
    pub(super) fn of(pipeline: &Pipeline, findings: &[Diagnostic]) -> Self {
        let places = Places::of(pipeline);
        let mut marks = Self { by_node: BTreeMap::new() };
        for finding in findings {
            let nodes: BTreeSet<Node> = finding.labels.iter().flat_map(|label| places.at(label)).collect();
            for node in nodes {
                marks.add(node, finding);
            }
        }
        marks
    }

    pub(super) fn on(&self, node: &Node) -> Option<Mark> {
        self.by_node.get(node).cloned()
    }

    fn add(&mut self, node: Node, finding: &Diagnostic) {
        let mark = self.by_node.entry(node).or_insert_with(|| Mark {
            severity: finding.severity,
            codes: BTreeSet::new(),
            texts: Vec::new(),
        });
        mark.severity = mark.severity.max(finding.severity);
        mark.codes.insert(finding.code);
        mark.texts.push(format!("{}: {}", finding.code, finding.message));
    }
}

/// Where things and rows stand in the files.
struct Places {
    /// Things by where they start, in the file's order. Services are not drawn, but what is said about them is not about the
    /// thing before them.
    things: BTreeMap<usize, (Span, Option<Node>)>,
    rows: BTreeMap<usize, Vec<Node>>,
    /// Jobs by the file of their code.
    files: BTreeMap<String, Vec<Node>>,
}

impl Places {
    fn of(pipeline: &Pipeline) -> Self {
        let mut places = Self { things: BTreeMap::new(), rows: BTreeMap::new(), files: BTreeMap::new() };
        for (name, source) in &pipeline.sources {
            places.thing(source.span, Node::Source(name.clone()));
        }
        for (name, topic) in &pipeline.topics {
            places.thing(topic.span, Node::Topic(name.clone()));
            let fields = pipeline.schemas.get(&topic.schema).map_or(&[][..], |schema| &schema.fields);
            places.rows(fields, |field| Node::Field { topic: name.clone(), name: field });
        }
        for (name, job) in &pipeline.jobs {
            places.thing(job.span, Node::Job(name.clone()));
            if let JobCode::SqlFile { path, .. } | JobCode::Python { path } = &job.code {
                places.files.entry(path.clone()).or_default().push(Node::Job(name.clone()));
            }
            for column in job.contract.writes.values().flatten() {
                let node = Node::Output { job: name.clone(), name: column.name.clone() };
                places.rows.entry(column.span.start).or_default().push(node);
            }
        }
        for (name, sink) in &pipeline.sinks {
            places.thing(sink.span, Node::Sink(name.clone()));
            places.rows(&sink.columns, |column| Node::Column { sink: name.clone(), name: column });
        }
        for (name, schedule) in &pipeline.schedules {
            places.thing(schedule.span, Node::Schedule(name.clone()));
        }
        for span in pipeline.services.values().filter_map(|service| service.span) {
            places.things.insert(span.start, (span, None));
        }
        places
    }

    fn thing(&mut self, span: Span, node: Node) {
        self.things.insert(span.start, (span, Some(node)));
    }

    fn rows(&mut self, fields: &[Field], node: impl Fn(String) -> Node) {
        for field in fields {
            self.rows.entry(field.span.start).or_default().push(node(field.name.clone()));
        }
    }

    /// Rows count for their things too.
    fn at(&self, label: &Label) -> Vec<Node> {
        if let Some(path) = &label.file {
            return self.files.get(path).cloned().unwrap_or_default();
        }
        if let Some(rows) = self.rows.get(&label.span.start) {
            return rows.iter().flat_map(|row| [row.clone(), row.owner()]).collect();
        }
        let before = self.things.range(..=label.span.start).next_back();
        let inside = before.filter(|(_, (key, _))| label.span.line == key.line || label.span.column > key.column);
        inside.and_then(|(_, (_, node))| node.clone()).into_iter().collect()
    }
}
