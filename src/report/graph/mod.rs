//! The way of the data as a tree, a Mermaid chart, an SVG picture or JSON, findings marked on it.

mod card;
mod layout;
mod marks;
mod mermaid;
mod picture;
mod svg;
mod text;
mod value;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::model::lineage::{Lineage, Node};
use crate::model::pipeline::Pipeline;
use picture::Picture;

/// What a graph is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Mermaid,
    Svg,
}

/// How much of it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Sources, topics, jobs, tables.
    Things,
    /// Their fields and columns too.
    Columns,
}

/// What there is to show.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub pipeline: &'a Pipeline,
    pub lineage: &'a Lineage,
    pub findings: &'a [Diagnostic],
    /// The file as the user named it.
    pub path: &'a str,
    /// The things to be shown.
    pub kept: &'a BTreeSet<Node>,
}

/// The graph in one of its forms.
#[must_use]
pub fn render(subject: Subject<'_>, format: Format, detail: Detail) -> String {
    let picture = Picture::of(subject);
    match format {
        Format::Text => text::render(&picture, detail),
        Format::Mermaid => mermaid::render(&picture, detail),
        Format::Svg => svg::render(&picture, detail),
    }
}

/// The graph for programs: everything about the things that are kept, whatever the detail.
#[must_use]
pub fn as_value(subject: Subject<'_>) -> Value {
    value::of(&Picture::of(subject))
}
