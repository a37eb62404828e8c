//! SF508, SF904: what a program gives to a spark-submit of its own. The versions of its packages are judged in `session`.

use super::Program;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::python::word_within;
use crate::model::rules::Facts;
use crate::model::rules::addresses::is_known;
use crate::model::rules::submit::has_baked;

pub(super) fn all(facts: &Facts<'_>, program: &Program<'_>, found: &mut Diagnostics) {
    masters(facts, program, found);
    packages(facts, program, found);
}

/// SF508: a master that is not the stack's. One that only the shell or Airflow knows is passed over.
fn masters(facts: &Facts<'_>, program: &Program<'_>, found: &mut Diagnostics) {
    for master in &program.reading.submitted_masters {
        let value = master.value.as_str();
        let is_clusters = value.strip_prefix("spark://").is_some_and(|address| is_known(facts, address));
        if is_clusters || value.contains(['$', '{', '`']) {
            continue;
        }
        let message =
            format!("{} submits a job to the master `{value}`, so it would not run on the cluster", program.title());
        let place = word_within(program.text, &master.at, value);
        found.push(
            Diagnostic::error("SF508", message)
                .in_file(program.path, program.span(&place), "set here")
                .help("write `spark://spark-master:7077`, or let a schedule run the job"),
        );
    }
}

/// SF904: connectors that our images hold already.
fn packages(facts: &Facts<'_>, program: &Program<'_>, found: &mut Diagnostics) {
    let is_ours = |name: &str| facts.pipeline.services.get(name).is_none_or(|service| service.image.is_none());
    if !is_ours("spark") || !is_ours("airflow") {
        return;
    }
    for list in program.reading.submitted_packages.iter().filter(|list| has_baked(&list.value)) {
        let first = list.value.split(',').map(str::trim).find(|package| has_baked(package)).unwrap_or(&list.value);
        let message = format!("{} fetches connectors that the image holds already", program.title());
        let place = word_within(program.text, &list.at, first);
        found.push(
            Diagnostic::warning("SF904", message)
                .in_file(program.path, program.span(&place), "fetched at each start, and perhaps of another version")
                .help("delete it: the connectors that fit this Spark are in the image"),
        );
    }
}
