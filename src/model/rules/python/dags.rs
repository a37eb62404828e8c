//! SF920 to SF922: DAG files written for another Airflow, and schedules that do not do what they seem to.

use super::Program;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::python::DagFaultKind;
use crate::model::rules::Facts;

pub(super) fn all(facts: &Facts<'_>, program: &Program<'_>, found: &mut Diagnostics) {
    let is_ours = facts.pipeline.services.get("airflow").is_some_and(|airflow| airflow.image.is_none());
    for fault in &program.reading.dag_faults {
        let place = program.span(&fault.at);
        let path = program.path;
        let finding = match &fault.kind {
            // Which Airflow another image holds is not known here.
            DagFaultKind::Removed { .. } if !is_ours => continue,
            DagFaultKind::Removed { name, instead } => {
                Diagnostic::error("SF920", format!("Airflow 3 has no `{name}`: the DAGs of `{path}` would not appear"))
                    .in_file(path, place, "removed in Airflow 3")
                    .help(format!("use {instead}"))
            }
            DagFaultKind::ScheduleOfTasks => Diagnostic::warning(
                "SF921",
                "a schedule among the arguments of tasks has no effect: the DAG runs only when it is started by hand",
            )
            .in_file(path, place, "not read")
            .help("write `schedule=` in the call of `DAG`"),
            DagFaultKind::StartsNow => Diagnostic::warning(
                "SF922",
                "a `start_date` of now moves with every reading of the file: no run is ever due",
            )
            .in_file(path, place, "another moment at each reading")
            .help("write a fixed day: `datetime(2026, 1, 1)`"),
            DagFaultKind::CatchesUp => Diagnostic::note(
                "SF921",
                "`catchup=True` starts one run for every interval since `start_date`, all at once",
            )
            .in_file(path, place, "on"),
        };
        found.push(finding);
    }
}
