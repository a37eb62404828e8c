//! SF608: DAG files of the project beside the generated ones. Ids that clash are found where the files are read: `python::dags`.

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::spec::files::dotted;

/// SF608: no file of the project takes the place of a generated DAG's.
pub(super) fn apart_from_generated(facts: &Facts<'_>, found: &mut Diagnostics) {
    let node = facts.scope.root.get("services").and_then(|services| dotted(services, "airflow.dags"));
    let Some(folder) = node.and_then(|node| node.text()) else { return };
    let prefix = folder.trim_end_matches('/').len() + 1;
    for (path, text) in facts.below(folder, ".py") {
        let name = path[prefix..].trim_end_matches(".py");
        if facts.pipeline.schedules.contains_key(name) {
            let message = format!("`{path}` would replace the generated DAG file of the schedule `{name}`");
            found.push(clash(facts, message, path, Span::of(text, 0, 0), name));
        }
    }
}

/// A DAG of the project and the schedule that it clashes with.
pub(super) fn clash(facts: &Facts<'_>, message: String, path: &str, place: Span, schedule: &str) -> Diagnostic {
    Diagnostic::error("SF608", message)
        .in_file(path, place, "your own DAG")
        .at(facts.place(&["schedules", schedule]), "the DAG of this schedule is generated")
        .help("rename one of them")
}
