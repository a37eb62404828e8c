//! SF250 to SF253 and SF257: what the recorded answers of a source say about its map. They are a file of the project's, so
//! nobody has to ask for it.

use super::sample::{self, Records};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::pipeline::Pipeline;
use crate::model::resolve::Scope;
use crate::model::survey::{ReplayFault, Replayed};
use crate::spec::files::FileContent;

/// Every replay that was looked at.
pub fn all(scope: &Scope<'_>, pipeline: &Pipeline, replays: &[Replayed], found: &mut Diagnostics) {
    for replay in replays {
        match replay {
            Replayed::Served(survey) => found.extend(sample::fields(scope.root, survey, Records::Replayed)),
            Replayed::Refused { source, fault, why } => found.push(refused(scope, pipeline, source, *fault, why)),
        }
    }
}

fn refused(scope: &Scope<'_>, pipeline: &Pipeline, source: &str, fault: ReplayFault, why: &str) -> Diagnostic {
    let place = |keys: &[&str]| scope.root.place(&[&["sources", source], keys].concat());
    let message = format!("the replay of `{source}` gives no records: {why}");
    let refused = Diagnostic::error("SF257", message).at(place(&["replay"]), "served from this file");
    let file = pipeline.sources.get(source).and_then(|source| source.replay.as_deref());
    let anew = format!("write one JSON record per line, or save answers anew: `sparkflow record {source} --force`");
    match fault {
        ReplayFault::File => refused.help(anew),
        ReplayFault::List => refused.at(place(&["http", "records"]), "looked for here"),
        ReplayFault::Line(line) => match file.and_then(|file| Some((file, scope.files.get(file)?))) {
            Some((file, FileContent::Text(text))) => {
                refused.in_file(file, Span::of_line(text, line), "this line").help(anew)
            }
            _ => refused.help(anew),
        },
    }
}
