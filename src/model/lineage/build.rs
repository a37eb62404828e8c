//! From the pipeline and the readings of its queries to the graph. One small function per kind of hop.

use super::{Evidence, Flow, Lineage, Node, Readings};
use crate::model::pipeline::{Action, Contract, FieldType, Generated, Job, Pipeline, Projection, Schema};
use crate::model::sql::reading::{QueryReading, TableColumn};

/// The whole way of the data.
#[must_use]
pub fn build(pipeline: &Pipeline, readings: &Readings) -> Lineage {
    let mut lineage = Lineage::default();
    things(&mut lineage, pipeline);
    sources(&mut lineage, pipeline);
    for (name, job) in &pipeline.jobs {
        let reading = readings.get(name);
        job_as_a_whole(&mut lineage, pipeline, name, job, reading);
        match reading {
            Some(reading) => query(&mut lineage, pipeline, name, job, reading),
            None => contract(&mut lineage, pipeline, name, &job.contract),
        }
    }
    schedules(&mut lineage, pipeline);
    lineage
}

/// Everything that has a name, with its parts.
fn things(lineage: &mut Lineage, pipeline: &Pipeline) {
    for name in pipeline.sources.keys() {
        lineage.add(Node::Source(name.clone()), None);
    }
    for (topic, declared) in &pipeline.topics {
        lineage.add(Node::Topic(topic.clone()), None);
        for field in pipeline.schemas.get(&declared.schema).map_or(&[][..], |schema| &schema.fields) {
            let node = Node::Field { topic: topic.clone(), name: field.name.clone() };
            lineage.add(node, Some(field.kind.clone()));
        }
    }
    for name in pipeline.jobs.keys() {
        lineage.add(Node::Job(name.clone()), None);
    }
    for (sink, declared) in &pipeline.sinks {
        lineage.add(Node::Sink(sink.clone()), None);
        for column in &declared.columns {
            let node = Node::Column { sink: sink.clone(), name: column.name.clone() };
            lineage.add(node, Some(column.kind.clone()));
        }
    }
    for name in pipeline.schedules.keys() {
        lineage.add(Node::Schedule(name.clone()), None);
    }
}

fn sources(lineage: &mut Lineage, pipeline: &Pipeline) {
    for (name, source) in &pipeline.sources {
        let (from, to) = (Node::Source(name.clone()), Node::Topic(source.to.clone()));
        lineage.connect(&from, &to, Flow::Data, Evidence::Declared);
        let schema = pipeline.topics.get(&source.to).and_then(|topic| pipeline.schemas.get(&topic.schema));
        for (field, projection) in &source.map {
            let to = Node::Field { topic: source.to.clone(), name: field.clone() };
            for (path, kind) in origins(projection, field, schema) {
                let from = Node::Path { source: name.clone(), path };
                lineage.add(from.clone(), kind);
                lineage.connect(&from, &to, Flow::Data, Evidence::Declared);
            }
        }
    }
}

/// Where a field's value comes from. A path that is not cast must have the field's own type.
fn origins(projection: &Projection, field: &str, schema: Option<&Schema>) -> Vec<(String, Option<FieldType>)> {
    match projection {
        Projection::Path { path, cast: Some(_) } => vec![(path.clone(), None)],
        Projection::Path { path, cast: None } => {
            let kind = schema.and_then(|schema| schema.field(field)).map(|field| field.kind.clone());
            vec![(path.clone(), kind)]
        }
        Projection::Join { paths, .. } | Projection::Hash(paths) => {
            paths.iter().map(|path| (path.clone(), None)).collect()
        }
        Projection::Const(value) => vec![(format!("= {value}"), None)],
        Projection::Generate(Generated::Uuid) => vec![("a new UUID".to_owned(), Some(FieldType::Uuid))],
        Projection::Generate(Generated::Now) => vec![("the time".to_owned(), Some(FieldType::Timestamp))],
    }
}

fn job_as_a_whole(lineage: &mut Lineage, pipeline: &Pipeline, name: &str, job: &Job, reading: Option<&QueryReading>) {
    let node = Node::Job(name.to_owned());
    // What a query reads is in its text, also where its columns are not understood.
    let evidence = reading.map_or(Evidence::Declared, |reading| reading.authority.into());
    for table in &job.reads {
        lineage.connect(&table_node(pipeline, table), &node, Flow::Data, evidence);
    }
    for sink in &job.writes {
        lineage.connect(&node, &Node::Sink(sink.clone()), Flow::Data, Evidence::Declared);
    }
}

fn table_node(pipeline: &Pipeline, table: &str) -> Node {
    if pipeline.topics.contains_key(table) { Node::Topic(table.to_owned()) } else { Node::Sink(table.to_owned()) }
}

fn column_node(pipeline: &Pipeline, column: &TableColumn) -> Node {
    let (table, name) = (column.table.clone(), column.column.clone());
    if pipeline.topics.contains_key(&table) {
        Node::Field { topic: table, name }
    } else {
        Node::Column { sink: table, name }
    }
}

fn query(lineage: &mut Lineage, pipeline: &Pipeline, name: &str, job: &Job, reading: &QueryReading) {
    let evidence = reading.authority.into();
    for output in reading.columns.iter().flatten() {
        let Some(own) = &output.name else { continue };
        let node = Node::Output { job: name.to_owned(), name: own.clone() };
        lineage.add(node.clone(), output.kind.clone());
        for column in &output.from {
            lineage.connect(&column_node(pipeline, column), &node, Flow::Data, evidence);
        }
        for sink in &job.writes {
            into_column(lineage, pipeline, &node, sink, evidence);
        }
    }
    let yielded = |used: &TableColumn| reading.columns.iter().flatten().any(|output| output.from.contains(used));
    for used in reading.uses.iter().filter(|used| !yielded(used)) {
        let (from, to) = (column_node(pipeline, used), Node::Job(name.to_owned()));
        lineage.connect(&from, &to, Flow::Condition, evidence);
    }
}

/// Spark's names know no case.
fn into_column(lineage: &mut Lineage, pipeline: &Pipeline, output: &Node, sink: &str, evidence: Evidence) {
    let columns = pipeline.sinks.get(sink).map_or(&[][..], |sink| &sink.columns);
    let column = columns.iter().find(|column| column.name.eq_ignore_ascii_case(output.name()));
    if let Some(column) = column {
        let to = Node::Column { sink: sink.to_owned(), name: column.name.clone() };
        lineage.connect(output, &to, Flow::Data, evidence);
    }
}

/// What a job of own code says about itself. Which of what it reads becomes which of what it writes it does not say.
fn contract(lineage: &mut Lineage, pipeline: &Pipeline, name: &str, contract: &Contract) {
    for (table, columns) in &contract.reads {
        for column in columns {
            let from = column_node(pipeline, &TableColumn::new(table, &column.name));
            lineage.connect(&from, &Node::Job(name.to_owned()), Flow::Data, Evidence::Declared);
        }
    }
    for (sink, columns) in &contract.writes {
        for column in columns {
            let node = Node::Output { job: name.to_owned(), name: column.name.clone() };
            lineage.add(node.clone(), column.kind.clone());
            into_column(lineage, pipeline, &node, sink, Evidence::Declared);
        }
    }
}

fn schedules(lineage: &mut Lineage, pipeline: &Pipeline) {
    for (name, schedule) in &pipeline.schedules {
        let from = Node::Schedule(name.clone());
        for task in &schedule.tasks {
            let to = match &task.action {
                Action::Ingest { source, .. } => Node::Source(source.clone()),
                Action::Job(job) => Node::Job(job.clone()),
                Action::Print(_) => continue,
            };
            lineage.connect(&from, &to, Flow::Start, Evidence::Declared);
        }
    }
}
