//! SF240 to SF245: what only Spark can say about a query. The columns it yields are judged by `results`, like those that
//! were read from the text; where Spark was asked, its reading has taken their place.

use std::ops::Range;

use super::Facts;
use super::query_place::Query;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::analysis::{Objection, Sound, Verdict, Yielded};
use crate::model::pipeline::{Job, Pipeline};
use crate::model::sql::reading::query_of;

/// Every query that Spark was asked about.
pub(super) fn verdicts(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, job) in &facts.pipeline.jobs {
        let (Some(verdict), Some(query)) = (facts.analysis.of(name), Query::of(facts, name, job)) else { continue };
        match verdict {
            Verdict::Refused { error } => found.push(refused(name, error, query)),
            Verdict::Sound(sound) => {
                found.extend(gathering_stream(facts, name, job, sound, query));
                for sink in job.writes.iter().filter(|sink| facts.pipeline.sinks.contains_key(*sink)) {
                    found.extend(columns(facts, name, sink, sound, query));
                }
            }
        }
    }
}

/// SF245: why queries were read without Spark, said once, at the first of them. Nothing where there is none.
#[must_use]
pub fn inferred(pipeline: &Pipeline, why: &str) -> Option<Diagnostic> {
    let first = pipeline.jobs.values().filter(|job| query_of(&job.code).is_some()).min_by_key(|job| job.span)?;
    let message = format!("what is said about queries is inferred from their text: {why}");
    Some(Diagnostic::note("SF245", message).at(first.span, "the first of them"))
}

/// SF240: in Spark's words, at the place that Spark names.
fn refused(job: &str, error: &Objection, query: Query<'_>) -> Diagnostic {
    let mut lines = error.message.lines();
    let first = lines.next().unwrap_or_default().trim_end_matches('.');
    let what = if first.is_empty() { "it gives no reason" } else { first };
    let diagnostic = Diagnostic::error("SF240", format!("Spark refuses the query of `{job}`: {what}"));
    let part = range_of(error, query.text);
    let mut label = format!("Spark's {}", error.class);
    if let (Some(line), Some(column), false) = (error.line, error.column, query.points()) {
        label.push_str(&format!(", at line {line}, column {} of this query", column + 1));
    }
    let rest = lines.collect::<Vec<_>>().join(" ");
    let help = if rest.is_empty() { "the job would fail at its start with these words".to_owned() } else { rest };
    query.label(diagnostic, part.as_ref(), &label).help(help)
}

/// The bytes that Spark points at. Nothing where it points nowhere, or outside of the text.
fn range_of(error: &Objection, text: &str) -> Option<Range<usize>> {
    let (line, column) = error.line.zip(error.column)?;
    let before: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let rest = text.get(before..).filter(|_| line <= text.split('\n').count())?;
    let start = before + rest.char_indices().nth(column).map_or(rest.trim_end().len(), |(at, _)| at);
    let rest = &text[start..];
    let length = error.length.map_or_else(|| word(rest), |count| rest.chars().take(count).map(char::len_utf8).sum());
    Some(start..start + length)
}

/// The length of the word that begins a text, at least one character of it.
fn word(text: &str) -> usize {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    end.max(text.chars().next().map_or(0, char::len_utf8))
}

/// SF244: each micro-batch is a query of its own, so a total is the batch's total.
fn gathering_stream(facts: &Facts<'_>, name: &str, job: &Job, sound: &Sound, query: Query<'_>) -> Option<Diagnostic> {
    let reads_topic = sound.tables.iter().any(|table| facts.pipeline.topics.contains_key(table));
    if job.stream.is_none() || sound.gathers.is_empty() || !reads_topic {
        return None;
    }
    let steps = sound.gathers.iter().map(|step| format!("`{step}`")).collect::<Vec<_>>().join(", ");
    let message = format!("the stream `{name}` makes one row of many ({steps}), within each micro-batch alone");
    let diagnostic = Diagnostic::warning("SF244", message);
    let diagnostic = query.label(diagnostic, None, "runs once per micro-batch, over its records only");
    Some(diagnostic.help(
        "rows of earlier batches are overwritten: store the records as they are, and aggregate the table in a batch job",
    ))
}

/// SF241 and SF242.
fn columns<'a>(
    facts: &'a Facts<'_>,
    job: &'a str,
    sink: &'a str,
    sound: &'a Sound,
    query: Query<'a>,
) -> impl Iterator<Item = Diagnostic> + 'a {
    sound.columns.iter().enumerate().filter_map(move |(index, column)| {
        let same = |other: &Yielded| other.name.eq_ignore_ascii_case(&column.name);
        if sound.columns[..index].iter().any(same) {
            let message = format!("the query of `{job}` yields `{}` twice", column.name);
            let diagnostic = query.label(Diagnostic::error("SF242", message), None, "in this query");
            return Some(diagnostic.help("give one of them another name with AS, or leave it out"));
        }
        let cast = column.fits.get(sink)?.as_ref().filter(|_| column.field_type(facts.pipeline).is_none())?;
        let target = facts.column_place(sink, &column.name)?;
        let message = format!(
            "`{}` of the job `{job}` is {}, which the column of `{sink}` cannot hold",
            column.name, column.kind
        );
        let diagnostic = query.label(Diagnostic::error("SF241", message), None, "yielded here");
        Some(
            diagnostic
                .at(target, "the column")
                .help(format!("write CAST(... AS {}) in the query", cast.to_uppercase())),
        )
    })
}

#[cfg(test)]
#[path = "analysis_tests.rs"]
mod tests;
