//! SF250 to SF256: what real records say about a source's map, where somebody asked for a sample; what `replay` shares of it.

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::model::survey::{FieldSurvey, PathSurvey, Survey};
use crate::spec::node::Node;
use crate::spec::suggest;

/// More paths than this are counted, not named: it is one line.
const NAMED_PATHS: usize = 12;
/// How the mapping begins to say that a required value is not there.
const LACKING: &str = "required";

/// Whose records are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Records {
    Sampled,
    /// What only some of them show may be there to be tried: a warning.
    Replayed,
}

impl Records {
    fn words(self) -> &'static str {
        match self {
            Self::Sampled => "records of the sample",
            Self::Replayed => "records of its replay",
        }
    }
}

/// Every source that was looked at.
pub(super) fn surveys(facts: &Facts<'_>, found: &mut Diagnostics) {
    for survey in facts.surveys {
        found.extend(fields(facts.scope.root, survey, Records::Sampled));
        found.extend(unmapped(facts, survey));
        found.extend(repeated_keys(facts, survey));
        found.extend(shortfall(facts, survey));
    }
}

/// What is found in the fields of one source.
pub(super) fn fields(root: &Node, survey: &Survey, records: Records) -> impl Iterator<Item = Diagnostic> {
    survey.fields.iter().filter_map(move |field| found_in_field(root, survey, field, records))
}

/// At most one finding per field: the first cause hides the others.
fn found_in_field(root: &Node, survey: &Survey, field: &FieldSurvey, records: Records) -> Option<Diagnostic> {
    let union = field.paths.iter().find(|path| path.kinds.len() > 1);
    let reason = field.reason.as_deref().unwrap_or_default();
    let place = root.place(&["sources", &survey.source, "map", &field.field]);
    let (name, all, records_of) = (&field.field, survey.count, records.words());
    if field.failing == 0 {
        let never = !field.paths.is_empty() && field.empty == all;
        let paths = field.paths.iter().map(|path| format!("`{}`", path.path)).collect::<Vec<_>>().join(", ");
        let message = format!("`{name}` is empty in all {all} {records_of}");
        return never.then(|| {
            Diagnostic::warning("SF253", message).at(place, format!("nothing is at {paths}")).help(
                meant(survey, field).unwrap_or_else(|| {
                    "compare the path with a record: a name may be spelled otherwise, or stand elsewhere".to_owned()
                }),
            )
        });
    }
    let dead = format!("{} of {all} {records_of} would be dead letters", field.failing);
    let diagnostic = match union {
        Some(path) => several_types(format!("`{}` gives {}: {dead}", path.path, kinds(path)), records)
            .help("say which type is meant: `{ path: ..., cast: string }`"),
        None if reason.starts_with(LACKING) => {
            graded("SF252", format!("`{name}` is required and not there: {dead}"), field.failing, all).help(
                meant(survey, field).unwrap_or_else(|| {
                    "make the field optional if the source may leave it out, or mend its path".to_owned()
                }),
            )
        }
        None => graded("SF251", format!("`{name}` does not get its type: {dead}"), field.failing, all)
            .help("declare the field as what comes, or add a `cast` that can read it"),
    };
    Some(diagnostic.at(place, reason))
}

/// A value that nothing maps, spelled almost like one of the field's paths in which nothing is found, or of its name in another place.
fn meant(survey: &Survey, field: &FieldSurvey) -> Option<String> {
    let path = field.paths.iter().find(|path| path.empty == survey.count)?;
    let (parent, name) = path.path.rsplit_once('.')?;
    let free = || survey.unmapped.iter().filter_map(|path| path.rsplit_once('.'));
    let siblings = free().filter(|(above, _)| *above == parent).map(|(_, name)| name);
    let found = match suggest::nearest(name, siblings) {
        Some(sibling) => format!("{parent}.{sibling}"),
        None => free().find(|(_, other)| *other == name).map(|(above, other)| format!("{above}.{other}"))?,
    };
    Some(format!("did you mean `{found}`? nothing maps what is there"))
}

fn several_types(message: String, records: Records) -> Diagnostic {
    match records {
        Records::Sampled => Diagnostic::error("SF250", message),
        Records::Replayed => Diagnostic::warning("SF250", message),
    }
}

/// What no record passes is an error; what some pass may be meant.
fn graded(code: &'static str, message: String, failing: usize, all: usize) -> Diagnostic {
    let mut diagnostic = Diagnostic::warning(code, message);
    if failing == all {
        diagnostic.severity = Severity::Error;
    }
    diagnostic
}

/// `text in 23 records (text "D12 3AB") and a number in 27 (number 44706)`
fn kinds(path: &PathSurvey) -> String {
    let kinds = path.kinds.iter().map(|(kind, seen)| {
        let example = seen.example.as_ref().map(|example| format!(" ({example})")).unwrap_or_default();
        format!("{kind} {} times{example}", seen.count)
    });
    kinds.collect::<Vec<_>>().join(" and ")
}

fn unmapped(facts: &Facts<'_>, survey: &Survey) -> Option<Diagnostic> {
    let (count, named) = (survey.unmapped.len(), survey.unmapped.iter().take(NAMED_PATHS));
    let named = named.map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    let more = count.saturating_sub(NAMED_PATHS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!("the records of `{}` have {count} values that nothing maps: {named}{more}", survey.source);
    let place = facts.place(&["sources", &survey.source, "map"]);
    (count > 0).then(|| Diagnostic::note("SF254", message).at(place, "this map leaves them out"))
}

fn repeated_keys(facts: &Facts<'_>, survey: &Survey) -> Option<Diagnostic> {
    let source = facts.pipeline.sources.get(&survey.source)?;
    let key = facts.pipeline.topics.get(&source.to)?.key.as_ref()?;
    let message =
        format!("{} of {} records of the sample have a `{key}` that came before", survey.repeated_keys, survey.count);
    (survey.repeated_keys > 0).then(|| {
        Diagnostic::warning("SF255", message)
            .at(facts.place(&["sources", &survey.source, "map", key]), "the key of each record")
            .help("later records replace earlier ones of the same key: choose a key that tells records apart, if they are not the same thing")
    })
}

fn shortfall(facts: &Facts<'_>, survey: &Survey) -> Option<Diagnostic> {
    let why = survey.shortfall.as_ref()?;
    let place = facts.place(&["sources", &survey.source]);
    let (source, count) = (&survey.source, survey.count);
    Some(if count == 0 {
        Diagnostic::warning("SF256", format!("`{source}` could not be looked at: {why}")).at(place, "no sample of it")
    } else {
        Diagnostic::note("SF256", format!("{count} records of `{source}` were looked at: {why}"))
            .at(place, "fewer than asked for")
    })
}

#[cfg(test)]
#[path = "sample_tests.rs"]
mod tests;
