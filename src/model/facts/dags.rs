//! Names in DAG files that Airflow 3 has not any more: `data/dags.yaml`.

use super::Finding;
use super::stack::StackVersions;
use super::tables::{Fact, Part, REMOVED_IN_AIRFLOW_3};
use crate::diagnostic::Severity;

/// What is wrong with a dotted name that is imported, or with the name of an argument (`schedule_interval`), in a DAG file.
#[must_use]
pub fn judge_dag_name(name: &str, stack: &StackVersions) -> Option<Finding> {
    let airflow = stack.get("airflow", Part::Airflow)?;
    let lies_in = |module: &str| name == module || name.strip_prefix(module).is_some_and(|rest| rest.starts_with('.'));
    let removed = REMOVED_IN_AIRFLOW_3.iter().find(|removed| removed.since <= *airflow && lies_in(&removed.name))?;
    let fact = Fact {
        id: "removed-in-airflow-3".to_owned(),
        says: "Airflow 3 dropped what had long been deprecated".to_owned(),
        help: Some(format!("use {}", removed.instead)),
        source: "Apache Airflow 3.0 release notes and upgrading guide, apache-airflow-core 3.0.0 to 3.2.2".to_owned(),
        checked: "2026-11-26".to_owned(),
    };
    let message = format!("Airflow {airflow} has no `{name}`");
    Some(Finding::new("SF809", Severity::Error, message, &fact))
}
