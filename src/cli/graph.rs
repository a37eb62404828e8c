//! `graph`: the way of the data, with what is wrong marked on it. Needs no engine; what Spark said about the queries before
//! is used.

use std::collections::BTreeSet;

use clap::ValueEnum;
use petgraph::Direction;
use petgraph::graph::NodeIndex;

use crate::cli::analysis;
use crate::cli::exit::Exit;
use crate::cli::project::Project;
use crate::cli::project::draft::Draft;
use crate::cli::{Failure, Global, Output};
use crate::diagnostic::Severity;
use crate::model::Evidence;
use crate::model::lineage::{self, Flow, Lineage, Node};
use crate::report::graph::{self as shown, Detail, Subject};
use crate::report::{json, text};
use crate::spec::suggest;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// How it is drawn; svg and mermaid are for files: `sparkflow graph --format svg > graph.svg`
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Form,
    /// Show fields and columns, and what each is made of
    #[arg(long)]
    columns: bool,
    /// Only these and what they are connected with: `users`, `topic/orders`
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    Text,
    Mermaid,
    Svg,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let evidence = Evidence { analysis: analysis::known(global)?.unwrap_or_default(), ..Evidence::default() };
    let Draft { pipeline, found, source, .. } = Project::draft(global, &evidence)?;
    let lineage = lineage::build(&pipeline, &lineage::readings(&pipeline, &evidence.analysis));
    let kept = kept(&lineage, &args.names)?;
    let subject = Subject { pipeline: &pipeline, lineage: &lineage, findings: &found, path: &source.path, kept: &kept };
    if global.output == Output::Json {
        json::print_json(&shown::as_value(subject))?;
    } else {
        let format = match args.format {
            Form::Text => shown::Format::Text,
            Form::Mermaid => shown::Format::Mermaid,
            Form::Svg => shown::Format::Svg,
        };
        let detail = if args.columns { Detail::Columns } else { Detail::Things };
        text::out(shown::render(subject, format, detail));
    }
    let broken = found.iter().any(|one| one.severity == Severity::Error);
    Ok(if broken { Exit::File } else { Exit::Done })
}

/// Everything, or what leads to the named things and what they lead to.
fn kept(lineage: &Lineage, names: &[String]) -> Result<BTreeSet<Node>, Failure> {
    let things: Vec<(&Node, NodeIndex)> = lineage.nodes().filter(|(node, _)| **node == node.owner()).collect();
    if names.is_empty() {
        return Ok(things.into_iter().map(|(node, _)| node.clone()).collect());
    }
    let mut kept = BTreeSet::new();
    for name in names {
        let meant = things.iter().filter(|(node, _)| node.name() == name || node.to_string() == *name);
        let meant: Vec<NodeIndex> = meant.map(|(_, index)| *index).collect();
        if meant.is_empty() {
            let known: BTreeSet<&str> = things.iter().map(|(node, _)| node.name()).collect();
            let known: Vec<&str> = known.into_iter().collect();
            let failure = Failure::new(Exit::Usage, format!("nothing in the pipeline is called `{name}`"));
            return Err(failure.hint(suggest::help(name, "names", &known)));
        }
        for index in meant {
            reach(lineage, index, Direction::Incoming, &mut kept);
            reach(lineage, index, Direction::Outgoing, &mut kept);
        }
    }
    Ok(kept)
}

fn reach(lineage: &Lineage, from: NodeIndex, direction: Direction, kept: &mut BTreeSet<Node>) {
    let (mut open, mut seen) = (vec![from], BTreeSet::from([from]));
    while let Some(index) = open.pop() {
        kept.insert(lineage.graph[index].node.clone());
        let mut edges = lineage.graph.neighbors_directed(index, direction).detach();
        while let Some((edge, next)) = edges.next(&lineage.graph) {
            // Who starts a job does not make it part of another job's way.
            let starts = lineage.graph[edge].flow == Flow::Start;
            if !starts && lineage.graph[next].node == lineage.graph[next].node.owner() && seen.insert(next) {
                open.push(next);
            }
        }
    }
}
