//! What an Airflow 3 does not have or takes otherwise, in a file of DAGs.

use std::ops::Range;

use super::names::Names;
use super::tree::{Call, Expr, Kind, Statement, Value};
use super::{DagFault, DagFaultKind, Reading};

/// Modules that Airflow 3 no longer has, and what takes their place.
const MODULES: [(&str, &str); 12] = [
    ("airflow.operators.python_operator", "airflow.providers.standard.operators.python"),
    ("airflow.operators.bash_operator", "airflow.providers.standard.operators.bash"),
    ("airflow.operators.dummy_operator", "airflow.providers.standard.operators.empty"),
    ("airflow.operators.dummy", "airflow.providers.standard.operators.empty"),
    ("airflow.operators.email_operator", "airflow.providers.smtp.operators.smtp"),
    ("airflow.operators.dagrun_operator", "airflow.providers.standard.operators.trigger_dagrun"),
    ("airflow.operators.subdag", "task groups"),
    ("airflow.operators.subdag_operator", "task groups"),
    ("airflow.hooks.base_hook", "airflow.sdk.BaseHook"),
    ("airflow.sensors.base_sensor_operator", "airflow.sdk.BaseSensorOperator"),
    ("airflow.utils.dates", "a datetime of the standard library"),
    ("airflow.contrib", "the package of the provider"),
];
const OPERATORS: &str = "airflow.operators";
const DAYS_AGO: &str = "a fixed datetime";

pub(super) fn statement<'tree>(statement: &'tree Statement, names: &Names<'tree>, reading: &mut Reading) {
    match &statement.kind {
        Kind::Import { module: Some(module), names: imported } => {
            let removed = MODULES.iter().find(|(name, _)| module == name || module.starts_with(&format!("{name}.")));
            if module == OPERATORS && imported.iter().any(|name| name.name.ends_with("Operator")) {
                let name = "import of operators from airflow.operators".to_owned();
                fault(&statement.at, name, "airflow.providers.standard.operators", reading);
            } else if let Some((_, instead)) = removed {
                fault(&statement.at, module.clone(), instead, reading);
            }
        }
        Kind::Import { module: None, names: imported } => {
            for name in imported {
                if let Some((module, instead)) = MODULES.iter().find(|(module, _)| name.name == *module) {
                    fault(&name.at, (*module).to_owned(), instead, reading);
                }
            }
        }
        Kind::Assign { targets, value } => {
            if targets.iter().any(|target| matches!(&target.value, Value::Name(name) if name == "default_args")) {
                arguments_of_tasks(value, names, reading);
            }
        }
        _ => {}
    }
}

pub(super) fn expr<'tree>(expr: &'tree Expr, names: &Names<'tree>, reading: &mut Reading) {
    match &expr.value {
        Value::Attribute { of, name, name_at } if name == "days_ago" => {
            if matches!(&of.value, Value::Attribute { name, .. } if name == "dates") {
                fault(name_at, "days_ago".to_owned(), DAYS_AGO, reading);
            }
        }
        Value::Call(call) if call.name() == Some("DAG") || call.name() == Some("dag") => dag(call, names, reading),
        _ => {}
    }
}

fn dag<'tree>(call: &'tree Call, names: &Names<'tree>, reading: &mut Reading) {
    for (name, instead) in [
        ("schedule_interval", "schedule"),
        ("timetable", "schedule"),
        ("concurrency", "max_active_tasks"),
        ("default_view", "nothing: the page decides"),
        ("orientation", "nothing: the page decides"),
    ] {
        if let Some(keyword) = call.keyword(name) {
            fault(&(keyword.at.start..keyword.at.start + name.len()), name.to_owned(), instead, reading);
        }
    }
    if let Some(keyword) = call.keyword("catchup").filter(|keyword| keyword.value.value == Value::Bool(true)) {
        reading.dag_faults.push(DagFault { at: keyword.at.clone(), kind: DagFaultKind::CatchesUp });
    }
    if let Some(keyword) = call.keyword("start_date") {
        starts_now(&keyword.value, names, reading);
    }
    if let Some(keyword) = call.keyword("default_args") {
        arguments_of_tasks(&keyword.value, names, reading);
    }
}

fn arguments_of_tasks<'tree>(value: &'tree Expr, names: &Names<'tree>, reading: &mut Reading) {
    let Value::Dict(items) = &names.follow(value).value else { return };
    for (key, value) in items.iter().filter_map(|(key, value)| Some((key.as_ref()?, value))) {
        match &key.value {
            Value::Text(name) if name == "schedule_interval" || name == "schedule" => {
                reading.dag_faults.push(DagFault { at: key.at.clone(), kind: DagFaultKind::ScheduleOfTasks });
            }
            Value::Text(name) if name == "start_date" => starts_now(value, names, reading),
            _ => {}
        }
    }
}

fn starts_now<'tree>(value: &'tree Expr, names: &Names<'tree>, reading: &mut Reading) {
    let value = names.follow(value);
    if has_clock(value) {
        reading.dag_faults.push(DagFault { at: value.at.clone(), kind: DagFaultKind::StartsNow });
    }
}

fn has_clock(value: &Expr) -> bool {
    let mut found = false;
    value.each(&mut |part| {
        found |= matches!(&part.value, Value::Call(call) if matches!(call.name(), Some("now" | "today" | "utcnow")));
    });
    found
}

fn fault(at: &Range<usize>, name: String, instead: &'static str, reading: &mut Reading) {
    reading.dag_faults.push(DagFault { at: at.clone(), kind: DagFaultKind::Removed { name, instead } });
}
