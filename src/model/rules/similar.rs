//! SF224 and SF227: names that were probably meant to be one.

use std::collections::{BTreeMap, BTreeSet};

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::near;
use crate::model::pipeline::Field;

/// SF224: in one schema or table, two fields of the same letters.
pub(super) fn fields_of_the_same_letters(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, schema) in &facts.pipeline.schemas {
        twins(&format!("the schema `{name}`"), &schema.fields, found);
    }
    for (name, sink) in &facts.pipeline.sinks {
        if facts.scope.root.get("sinks").and_then(|sinks| sinks.get(name)?.get("columns")).is_some() {
            twins(&format!("the sink `{name}`"), &sink.columns, found);
        }
    }
}

fn twins(owner: &str, fields: &[Field], found: &mut Diagnostics) {
    let mut seen: BTreeMap<String, &Field> = BTreeMap::new();
    for field in fields {
        let Some(first) = seen.insert(near::folded(&field.name), field) else { continue };
        if first.name == field.name {
            continue;
        }
        let message = format!("{owner} has both `{}` and `{}`", first.name, field.name);
        found.push(
            Diagnostic::warning("SF224", message)
                .at(field.span, "this one")
                .at(first.span, "and this one")
                .help("if they are one thing, keep one: who fills the first and reads the second finds nothing"),
        );
    }
}

/// SF227: two topics that together would be one: one is written, the other is read.
pub(super) fn topics_that_differ_by_a_letter(facts: &Facts<'_>, found: &mut Diagnostics) {
    let pipeline = facts.pipeline;
    let written: BTreeMap<&str, &str> =
        pipeline.sources.iter().map(|(name, source)| (source.to.as_str(), name.as_str())).collect();
    let read: BTreeSet<&str> = pipeline.jobs.values().flat_map(|job| &job.reads).map(String::as_str).collect();
    let names: Vec<&str> = pipeline.topics.keys().map(String::as_str).collect();
    for (left, right) in near::pairs(&names) {
        // Kafka's own trouble with dots is SF103.
        let whole = |name: &str| written.contains_key(name) && read.contains(name);
        let both = |set: &dyn Fn(&str) -> bool| set(left) && set(right);
        let only_dots = left.replace('.', "_") == right.replace('.', "_");
        let apart = both(&|name| written.contains_key(name)) || both(&|name| read.contains(name));
        if only_dots || apart || both(&whole) {
            continue;
        }
        let place = |name: &str| pipeline.topics.get(name).map_or(Span::default(), |topic| topic.span);
        let words = |name: &str| match (written.get(name), read.contains(name)) {
            (Some(source), false) => format!("written by `{source}`, read by nobody"),
            (Some(source), true) => format!("written by `{source}`, and read"),
            (None, true) => "read, and written by nobody".to_owned(),
            (None, false) => "neither written nor read".to_owned(),
        };
        found.push(
            Diagnostic::warning("SF227", format!("the topics `{left}` and `{right}` are almost the same name"))
                .at(place(left), words(left))
                .at(place(right), words(right))
                .help("if they are one topic, keep one of the names"),
        );
    }
}
