//! A file of tests -> trials: names refer to what the job reads and writes, cells have the types of their columns.
//! Everything that is wrong is found in one run.

use std::collections::BTreeMap;

use super::{Given, Record, Row, Trial, cells, expect};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::ingest::cast::plain_text;
use crate::model::pipeline::{Field, Job, JobCode, Pipeline, Sink, Topic};
use crate::spec::node::{Entry, Node};
use crate::spec::{self, check, suggest, trials::TRIALS};

/// What a file holds, and what is wrong with it, placed in that file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    pub trials: Vec<Trial>,
    pub findings: Vec<Diagnostic>,
}

/// Whether a YAML file means to be a file of tests: it says which job it is about.
#[must_use]
pub fn is_about_a_job(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"job:"))
}

/// Reads a file; `file` is its path from the project's folder.
#[must_use]
pub fn read(file: &str, text: &[u8], pipeline: &Pipeline) -> Reading {
    let mut found = Diagnostics::default();
    let trials = trials(file, text, pipeline, &mut found);
    let mut findings = found.sorted();
    for label in findings.iter_mut().flat_map(|one| &mut one.labels) {
        label.file = Some(file.to_owned());
    }
    Reading { trials, findings }
}

fn trials(file: &str, text: &[u8], pipeline: &Pipeline, found: &mut Diagnostics) -> Vec<Trial> {
    let Some(root) = spec::parse_plain(text, found) else { return Vec::new() };
    check::against(&root, &TRIALS, found);
    let Some((name, job)) = job(&root, pipeline, found) else { return Vec::new() };
    let mut subject = Subject { name, job, pipeline, found };
    let cases = root.get("cases").map_or(&[][..], Node::entries);
    if cases.is_empty() && !subject.found.has_errors() {
        subject.found.push(
            Diagnostic::error("SF007", "a file of tests needs cases")
                .at(root.place(&["cases"]), "none of them is here")
                .help("write a sentence that is so as the key, and under it `topics` or `tables`, and `expect`"),
        );
    }
    cases.iter().filter_map(|entry| subject.trial(file, entry)).collect()
}

/// The job the file is about, if it can be tried.
fn job<'a>(root: &'a Node, pipeline: &'a Pipeline, found: &mut Diagnostics) -> Option<(&'a str, &'a Job)> {
    let node = root.get("job")?;
    let name = node.text()?;
    let Some(job) = pipeline.jobs.get(name) else {
        unknown(name, "job", "jobs", node.span, pipeline.jobs.keys(), found);
        return None;
    };
    if matches!(job.code, JobCode::Jar { .. } | JobCode::Maven { .. }) {
        found.push(
            check::not_yet("tests of jobs in Java or Scala")
                .at(node.span, format!("`{name}` runs a jar"))
                .help("only SQL and Python jobs can be tried without the stack; try this one with `sparkflow run job`"),
        );
        return None;
    }
    Some((name, job))
}

/// A name that nothing has, with the one that may have been meant.
pub(super) fn unknown<'a>(
    name: &str,
    noun: &str,
    plural: &str,
    span: Span,
    known: impl Iterator<Item = &'a String>,
    found: &mut Diagnostics,
) {
    let known: Vec<&str> = known.map(String::as_str).collect();
    let help = if known.is_empty() { format!("it has no {plural}") } else { suggest::help(name, plural, &known) };
    found.push(Diagnostic::error("SF101", format!("there is no {noun} `{name}`")).at(span, "not known").help(help));
}

/// The job that a file is about, and what is said about it.
pub(super) struct Subject<'a> {
    pub name: &'a str,
    pub job: &'a Job,
    pub pipeline: &'a Pipeline,
    pub found: &'a mut Diagnostics,
}

impl<'a> Subject<'a> {
    fn trial(&mut self, file: &str, entry: &Entry) -> Option<Trial> {
        let given =
            Given { topics: self.topics(entry.value.get("topics")), tables: self.tables(entry.value.get("tables")) };
        let expected = expect::read(self, entry)?;
        Some(Trial {
            file: file.to_owned(),
            job: self.name.to_owned(),
            name: entry.key.text.clone(),
            span: entry.key.span,
            given,
            expected,
        })
    }

    /// Own code may reach for anything the pipeline has; a query reads what it names.
    pub(super) fn is_own_code(&self) -> bool {
        matches!(self.job.code, JobCode::Python { .. })
    }

    /// A topic that this job reads.
    pub(super) fn topic(&mut self, entry: &Entry) -> Option<&'a Topic> {
        let (pipeline, name) = (self.pipeline, entry.key.text.as_str());
        let is_read = self.is_own_code() || self.job.reads.iter().any(|read| read == name);
        if let (Some(topic), true) = (pipeline.topics.get(name), is_read) {
            return Some(topic);
        }
        let known: Vec<&String> = self.job.reads.iter().filter(|read| pipeline.topics.contains_key(*read)).collect();
        let noun = format!("topic that the job `{}` reads called", self.name);
        unknown(name, &noun, "topics it reads", entry.key.span, known.into_iter(), self.found);
        None
    }

    /// A table that this job reads or writes.
    pub(super) fn sink(&mut self, entry: &Entry) -> Option<&'a Sink> {
        let (pipeline, name) = (self.pipeline, entry.key.text.as_str());
        let mut known = self.job.reads.iter().chain(&self.job.writes).filter(|one| pipeline.sinks.contains_key(*one));
        let is_known = self.is_own_code() || known.any(|one| one == name);
        if let (Some(sink), true) = (pipeline.sinks.get(name), is_known) {
            return Some(sink);
        }
        let known = self.job.reads.iter().chain(&self.job.writes).filter(|one| pipeline.sinks.contains_key(*one));
        let known: Vec<&String> = known.collect();
        let noun = format!("table that the job `{}` reads or writes called", self.name);
        unknown(name, &noun, "tables of the job", entry.key.span, known.into_iter(), self.found);
        None
    }

    fn topics(&mut self, node: Option<&Node>) -> BTreeMap<String, Vec<Record>> {
        let mut topics = BTreeMap::new();
        for entry in node.map_or(&[][..], Node::entries) {
            let Some(topic) = self.topic(entry) else { continue };
            let records = entry.value.items().iter().map(|item| self.record(topic, item)).collect();
            topics.insert(entry.key.text.clone(), records);
        }
        topics
    }

    fn record(&mut self, topic: &Topic, node: &Node) -> Record {
        if node.scalar().is_some() {
            return Record { key: None, value: node.text().map(str::to_owned) };
        }
        let fields = &self.pipeline.schemas[&topic.schema].fields;
        for entry in node.entries() {
            self.misspelt(entry, fields);
        }
        let value = cells::json(node);
        let key = topic.key.as_ref().and_then(|key| value.get(key)).filter(|key| !key.is_null());
        Record { key: key.map(plain_text), value: Some(value.to_string()) }
    }

    /// A field that the schema does not have may be meant; one that is nearly spelt like a field of it hardly is.
    fn misspelt(&mut self, entry: &Entry, fields: &[Field]) {
        let name = entry.key.text.as_str();
        if fields.iter().any(|field| field.name == name) {
            return;
        }
        if let Some(near) = suggest::nearest(name, fields.iter().map(|field| field.name.as_str())) {
            self.found.push(
                Diagnostic::warning(
                    "SF101",
                    format!("the topic's schema has no field `{name}`: the job will not see it"),
                )
                .at(entry.key.span, "not in the schema")
                .help(format!("did you mean `{near}`?")),
            );
        }
    }

    fn tables(&mut self, node: Option<&Node>) -> BTreeMap<String, Vec<Row>> {
        let mut tables = BTreeMap::new();
        for entry in node.map_or(&[][..], Node::entries) {
            let Some(sink) = self.sink(entry) else { continue };
            let mut rows = Vec::new();
            for item in entry.value.items() {
                rows.push(self.row(sink, item));
                self.key_is_given(sink, item);
            }
            tables.insert(entry.key.text.clone(), rows);
        }
        tables
    }

    /// A table cannot hold a row without its key.
    fn key_is_given(&mut self, sink: &Sink, node: &Node) {
        for column in sink.partition_key.iter().chain(&sink.clustering_key) {
            if node.get(column).is_none_or(Node::is_null) {
                self.found.push(
                    Diagnostic::error(
                        "SF007",
                        format!("a row of {}.{} needs its key `{column}`", sink.keyspace, sink.table),
                    )
                    .at(node.head(), "missing here"),
                );
            }
        }
    }

    /// Cells of known columns, in the one spelling of their types.
    pub(super) fn row(&mut self, sink: &Sink, node: &Node) -> Row {
        let mut row = Row::new();
        for entry in node.entries() {
            let Some(column) = sink.columns.iter().find(|column| column.name == entry.key.text) else {
                let known = sink.columns.iter().map(|column| &column.name);
                unknown(&entry.key.text, "column", "columns", entry.key.span, known, self.found);
                continue;
            };
            match cells::cell(&entry.value, &column.kind) {
                Ok(value) => {
                    row.insert(column.name.clone(), value);
                }
                Err(wrong) => self.found.push(
                    Diagnostic::error(
                        "SF008",
                        format!("`{}` is {}, found {}", column.name, wrong.expected, wrong.found),
                    )
                    .at(entry.value.head(), format!("expected {}", wrong.expected)),
                ),
            }
        }
        row
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
