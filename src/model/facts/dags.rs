//! Names in DAG files that Airflow 3 has not any more: `data/dags.yaml`.

use super::Finding;
use super::stack::StackVersions;
use super::tables::{Fact, Part, REMOVED_IN_AIRFLOW_3};
use super::version::Version;
use crate::diagnostic::Severity;

/// What is wrong with a dotted name that is imported, or with the name of an argument (`schedule_interval`), in a DAG file.
#[must_use]
pub fn judge_dag_name(name: &str, stack: &StackVersions) -> Option<Finding> {
    let airflow = stack.get("airflow", Part::Airflow)?;
    if Version::read("3").is_some_and(|three| *airflow < three) {
        return None;
    }
    let lies_in = |module: &str| name == module || name.strip_prefix(module).is_some_and(|rest| rest.starts_with('.'));
    let removed = REMOVED_IN_AIRFLOW_3.iter().find(|removed| lies_in(&removed.name))?;
    let fact = Fact {
        id: "removed-in-airflow-3".to_owned(),
        says: "Airflow 3 dropped what had long been deprecated".to_owned(),
        help: Some(format!("use {}", removed.instead)),
        source: "Apache Airflow 3.0 release notes and upgrading guide".to_owned(),
        checked: "2026-11-24".to_owned(),
    };
    let message = format!("Airflow {airflow} has no `{name}`");
    Some(Finding::new("SF809", Severity::Error, message, &fact))
}
