//! What a file of DAGs takes from Airflow, and schedules that do not do what they seem to.

use std::ops::Range;

use super::names::{Names, Text};
use super::tree::{Call, Expr, Kind, Statement, Value};
use super::{DagFault, DagFaultKind, Reading};

pub(super) fn statement<'tree>(statement: &'tree Statement, names: &Names<'tree>, reading: &mut Reading) {
    match &statement.kind {
        Kind::Import { module, names: imported } => {
            for name in imported {
                let dotted = match module {
                    Some(module) => format!("{module}.{}", name.name),
                    None => name.name.clone(),
                };
                uses(&name.at, dotted, reading);
            }
        }
        Kind::Assign { targets, value }
            if targets.iter().any(|target| matches!(&target.value, Value::Name(name) if name == "default_args")) =>
        {
            arguments_of_tasks(value, names, reading);
        }
        Kind::Function { name, values, .. } => {
            reading.dags.extend(values.iter().filter_map(|value| decorated(value, name, names)));
        }
        _ => {}
    }
}

/// The DAG that `@dag` makes of a function: called as the decorator says, else as the function.
fn decorated<'tree>(decorator: &'tree Expr, function: &str, names: &Names<'tree>) -> Option<Text> {
    let (callee, call) = match &decorator.value {
        Value::Call(call) => (&call.callee, Some(call)),
        _ => (decorator, None),
    };
    if !matches!(&callee.value, Value::Name(name) | Value::Attribute { name, .. } if name == "dag") {
        return None;
    }
    let value = call.and_then(|call| id(call, names)).unwrap_or_else(|| function.to_owned());
    let start = decorator.at.start.saturating_sub("@".len());
    Some(Text { value, at: start..start + "@dag".len() })
}

/// A DAG's id, where it is a literal: the first argument, or `dag_id`.
fn id<'tree>(call: &'tree Call, names: &Names<'tree>) -> Option<String> {
    let named = || call.keyword("dag_id").map(|keyword| &keyword.value);
    Some(names.text(call.args.first().or_else(named)?)?.value)
}

pub(super) fn expr<'tree>(expr: &'tree Expr, names: &Names<'tree>, reading: &mut Reading) {
    match &expr.value {
        Value::Attribute { name_at, .. } => {
            if let Some(dotted) = dotted(expr) {
                uses(name_at, dotted, reading);
            }
        }
        Value::Call(call) if call.name() == Some("DAG") => {
            let name = call.callee.at.end - "DAG".len();
            reading.dags.extend(id(call, names).map(|value| Text { value, at: name..name + "DAG(".len() }));
            dag(call, names, reading);
        }
        Value::Call(call) if call.name() == Some("dag") => dag(call, names, reading),
        _ => {}
    }
}

fn dag<'tree>(call: &'tree Call, names: &Names<'tree>, reading: &mut Reading) {
    for keyword in &call.keywords {
        if let Some(name) = &keyword.name {
            uses(&(keyword.at.start..keyword.at.start + name.len()), name.clone(), reading);
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

/// `airflow.utils.dates.days_ago` of such an expression.
fn dotted(expr: &Expr) -> Option<String> {
    match &expr.value {
        Value::Name(name) => Some(name.clone()),
        Value::Attribute { of, name, .. } => Some(format!("{}.{name}", dotted(of)?)),
        _ => None,
    }
}

fn uses(at: &Range<usize>, name: String, reading: &mut Reading) {
    reading.airflow_names.push(Text { value: name, at: at.clone() });
}
