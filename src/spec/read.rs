//! From YAML text to a tree of nodes: one pass over the parser's events, bounded in depth, size and aliases.
//!
//! Knows YAML and nothing about pipelines.

use std::collections::BTreeMap;

use serde_yaml::granit_parser::{Event, Options, Parser, ScalarStyle, Span as YamlSpan, Tag};

use super::bytes::span_at;
use super::entries::{add_entry, key_of, merged};
use super::node::{Entry, Key, Kind, Node, Origin, Scalar, Style};
use super::syntax;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};

pub(super) const MAX_DEPTH: usize = 64;
const MAX_ALIASES: usize = 1_000;
/// Twice the largest pipeline that is planned within its time.
const MAX_KEYS: usize = 20_000;
const NODE_WEIGHT: usize = 64;
/// About the bytes that the tree may take, after aliases are expanded.
const MAX_WEIGHT: usize = 64 * 1024 * 1024;

/// The tree of the one document in `text`, or nothing where it cannot be read.
pub fn read(text: &str, found: &mut Diagnostics) -> Option<Node> {
    let mut options = Options::default();
    options.flow_nesting_limit = MAX_DEPTH * 2;
    options.block_nesting_limit = MAX_DEPTH * 2;
    options.set_emit_comments(false);
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder::new(text);
    while let Some(next) = parser.next_event() {
        let result = match next {
            Ok((event, span)) => builder.event(event, builder.span(&span), found),
            Err(error) => Err(syntax::error(text, &error)),
        };
        if let Err(problem) = result {
            found.push(problem);
            return None;
        }
    }
    if builder.root.is_none() {
        let start = span_at(text, 0, 0);
        found.push(
            Diagnostic::error("SF005", "the file is empty")
                .at(start, "nothing here")
                .help("start with `name:` and a topic; `sparkflow init` writes an example"),
        );
    }
    builder.root
}

struct Builder<'text> {
    text: &'text str,
    open: Vec<Open>,
    root: Option<Node>,
    anchors: BTreeMap<usize, Anchor>,
    alias_count: usize,
    weight: usize,
    document_count: usize,
}

/// A collection whose end has not come yet.
struct Open {
    span: Span,
    anchor: usize,
    weight_before: usize,
    deepest: usize,
    content: Content,
}

enum Content {
    Seq(Vec<Node>),
    Map { entries: Vec<Entry>, seen: BTreeMap<String, Span>, key: Option<Key> },
}

struct Anchor {
    node: Node,
    weight: usize,
    depth: usize,
}

impl<'text> Builder<'text> {
    fn new(text: &'text str) -> Self {
        Self {
            text,
            open: Vec::new(),
            root: None,
            anchors: BTreeMap::new(),
            alias_count: 0,
            weight: 0,
            document_count: 0,
        }
    }

    fn span(&self, span: &YamlSpan) -> Span {
        let start = span.start.byte_offset().unwrap_or_default();
        let end = span.end.byte_offset().unwrap_or(start).max(start).min(self.text.len());
        let trimmed = self.text.get(start..end).map_or(end, |text| start + text.trim_end().len());
        Span { start, end: trimmed, line: span.start.line().max(1), column: span.start.col() + 1 }
    }

    fn event(&mut self, event: Event<'_>, span: Span, found: &mut Diagnostics) -> Result<(), Diagnostic> {
        match event {
            Event::DocumentStart(..) => self.document_start(span),
            Event::Alias(anchor) => self.alias(anchor, span, found),
            Event::Scalar(text, style, anchor, tag) => {
                let quoted =
                    style != ScalarStyle::Plain || tag.as_deref().is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
                Self::refuse_tag(tag.as_deref(), span)?;
                let style = if quoted { Style::Quoted } else { Style::Plain };
                self.scalar(Scalar { text: text.into_owned(), style, origin: Origin::Written }, anchor, span, found)
            }
            Event::SequenceStart(_, anchor, tag) => {
                Self::refuse_tag(tag.as_deref(), span)?;
                self.start(Content::Seq(Vec::new()), anchor, span)
            }
            Event::MappingStart(_, anchor, tag) => {
                Self::refuse_tag(tag.as_deref(), span)?;
                self.start(Content::Map { entries: Vec::new(), seen: BTreeMap::new(), key: None }, anchor, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span, found),
            _ => Ok(()),
        }
    }

    fn document_start(&mut self, span: Span) -> Result<(), Diagnostic> {
        self.document_count += 1;
        if self.document_count == 1 {
            return Ok(());
        }
        Err(Diagnostic::error("SF005", "the file holds more than one YAML document")
            .at(span, "a second one starts here")
            .help("keep one pipeline per file"))
    }

    fn refuse_tag(tag: Option<&Tag>, span: Span) -> Result<(), Diagnostic> {
        match tag {
            Some(tag) if !tag.is_yaml_core_schema() && tag.original() != "!" => {
                Err(Diagnostic::error("SF003", format!("the tag `{}` means nothing here", tag.original()))
                    .at(span, "tagged value")
                    .help("delete the tag"))
            }
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, scalar: Scalar, anchor: usize, span: Span, found: &mut Diagnostics) -> Result<(), Diagnostic> {
        let weight = scalar.text.len() + NODE_WEIGHT;
        self.add_weight(weight, span)?;
        let node = Node { span, kind: Kind::Scalar(scalar) };
        if anchor != 0 {
            self.anchors.insert(anchor, Anchor { node: node.clone(), weight, depth: 0 });
        }
        self.place(node, 0, found)
    }

    fn alias(&mut self, anchor: usize, span: Span, found: &mut Diagnostics) -> Result<(), Diagnostic> {
        self.alias_count += 1;
        if self.alias_count > MAX_ALIASES {
            return Err(Diagnostic::error("SF002", format!("the file uses more than {MAX_ALIASES} aliases"))
                .at(span, "one too many"));
        }
        let Some((node, weight, depth)) = self.anchors.get(&anchor).map(|a| (a.node.clone(), a.weight, a.depth)) else {
            return Err(
                Diagnostic::error("SF003", "the alias stands inside the value it names").at(span, "would never end")
            );
        };
        self.add_weight(weight, span)?;
        self.check_depth(depth, span)?;
        self.place(node, depth, found)
    }

    fn start(&mut self, content: Content, anchor: usize, span: Span) -> Result<(), Diagnostic> {
        self.check_depth(1, span)?;
        self.add_weight(NODE_WEIGHT, span)?;
        self.open.push(Open { span, anchor, weight_before: self.weight - NODE_WEIGHT, deepest: 0, content });
        Ok(())
    }

    fn end(&mut self, span: Span, found: &mut Diagnostics) -> Result<(), Diagnostic> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let kind = match open.content {
            Content::Seq(items) => Kind::Seq(items),
            Content::Map { entries, .. } => Kind::Map(merged(entries, found)),
        };
        let end = last_end(&kind).max(span.end.min(self.text.len()).max(open.span.end));
        let node = Node { span: Span { end, ..open.span }, kind };
        let depth = open.deepest + 1;
        if open.anchor != 0 {
            let weight = self.weight - open.weight_before;
            self.anchors.insert(open.anchor, Anchor { node: node.clone(), weight, depth });
            self.add_weight(weight, span)?;
        }
        self.place(node, depth, found)
    }

    /// Puts a finished node where it belongs: a key, a value, an item, or the root.
    fn place(&mut self, node: Node, depth: usize, found: &mut Diagnostics) -> Result<(), Diagnostic> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.deepest = open.deepest.max(depth);
        match &mut open.content {
            Content::Seq(items) => items.push(node),
            Content::Map { entries, seen, key } => match key.take() {
                None if entries.len() == MAX_KEYS => {
                    return Err(Diagnostic::error("SF002", format!("the map has more than {MAX_KEYS} keys"))
                        .at(node.span, "one too many")
                        .help("divide the pipeline into several files"));
                }
                None => *key = Some(key_of(node)?),
                Some(name) => add_entry(entries, seen, Entry { key: name, value: node }, found),
            },
        }
        Ok(())
    }

    fn check_depth(&self, more: usize, span: Span) -> Result<(), Diagnostic> {
        if self.open.len() + more <= MAX_DEPTH {
            return Ok(());
        }
        Err(Diagnostic::error("SF002", format!("the file is nested more than {MAX_DEPTH} levels deep"))
            .at(span, "too deep"))
    }

    fn add_weight(&mut self, weight: usize, span: Span) -> Result<(), Diagnostic> {
        self.weight += weight;
        if self.weight <= MAX_WEIGHT {
            return Ok(());
        }
        Err(Diagnostic::error("SF002", "the file holds too much, aliases expanded").at(span, "too much here"))
    }
}

fn last_end(kind: &Kind) -> usize {
    match kind {
        Kind::Scalar(_) => 0,
        Kind::Seq(items) => items.last().map_or(0, |item| item.span.end),
        Kind::Map(map) => map.entries().last().map_or(0, |entry| entry.value.span.end),
    }
}
