//! SF608, SF809, SF921, SF922: DAGs of the project that take a generated one's id, are written for another Airflow, or have
//! schedules that do not do what they seem to.

use super::Program;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::facts::{StackVersions, judge_dag_name};
use crate::model::python::DagFaultKind;
use crate::model::rules::{Facts, own_dags};

pub(super) fn all(facts: &Facts<'_>, stack: &StackVersions, program: &Program<'_>, found: &mut Diagnostics) {
    ids(facts, program, found);
    names(stack, program, found);
    for fault in &program.reading.dag_faults {
        let place = program.span(&fault.at);
        let path = program.path;
        let finding = match fault.kind {
            DagFaultKind::ScheduleOfTasks => Diagnostic::warning(
                "SF921",
                "a schedule among the arguments of tasks has no effect: the DAG runs only when it is started by hand",
            )
            .in_file(path, place, "not read here")
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

/// SF608: Airflow keeps one DAG per id, and which one wins is chance.
fn ids(facts: &Facts<'_>, program: &Program<'_>, found: &mut Diagnostics) {
    let dags = &program.reading.dags;
    for dag in dags.iter().filter(|dag| facts.pipeline.schedules.contains_key(&dag.value)) {
        let message = format!("`{}` makes a DAG `{}`, and so does the schedule of that name", program.path, dag.value);
        found.push(own_dags::clash(facts, message, program.path, program.span(&dag.at), &dag.value));
    }
}

/// SF809: one finding per line, for a module that is gone takes all its names along.
fn names(stack: &StackVersions, program: &Program<'_>, found: &mut Diagnostics) {
    let mut told = None;
    for name in &program.reading.airflow_names {
        let place = program.span(&name.at);
        let Some(finding) = judge_dag_name(&name.value, stack).filter(|_| told != Some(place.line)) else { continue };
        told = Some(place.line);
        found.push(finding.diagnostic().in_file(program.path, place, "removed in Airflow 3"));
    }
}
