//! Dictionaries that may be records: literals, and those filled key by key in one function.

use std::collections::BTreeMap;

use super::names::{Names, Text};
use super::tree::{Call, Expr, Kind, Statement, Value};
use super::{Json, Reading, Record};

/// Methods after which a dictionary may hold more than is seen.
const ADDING: [&str; 3] = ["update", "setdefault", "__setitem__"];

pub(super) fn read<'tree>(program: &'tree [Statement], names: &Names<'tree>, reading: &mut Reading) {
    let mut scope = Scope::default();
    scope.walk(program, names, reading);
    scope.close(reading);
}

/// The dictionaries of one function by the name of their variable.
#[derive(Default)]
struct Scope<'tree> {
    open: BTreeMap<&'tree str, Record>,
}

impl<'tree> Scope<'tree> {
    fn walk(&mut self, statements: &'tree [Statement], names: &Names<'tree>, reading: &mut Reading) {
        for statement in statements {
            if let Kind::Function { body, .. } = &statement.kind {
                let mut inner = Scope::default();
                inner.walk(body, names, reading);
                inner.close(reading);
                continue;
            }
            let assigned = self.assign(statement, names);
            for value in statement.values() {
                value.each(&mut |expr| self.see(expr, assigned, names, reading));
            }
            self.walk(statement.body(), names, reading);
        }
    }

    /// Takes `name = {...}` and `name["key"] = value`; gives the dictionary it took, so that it is not taken twice.
    fn assign(&mut self, statement: &'tree Statement, names: &Names<'tree>) -> Option<&'tree Expr> {
        let Kind::Assign { targets, value } = &statement.kind else { return None };
        let [target] = targets.as_slice() else { return None };
        match &target.value {
            Value::Name(name) => {
                let Value::Dict(items) = &value.value else { return None };
                let mut record = literal(items, names);
                record.at = target.at.start..value.at.start + 1;
                self.open.insert(name, record);
                Some(value)
            }
            Value::Item { of, key } => {
                if let (Value::Name(name), Some(key)) = (&of.value, names.text(key))
                    && let Some(record) = self.open.get_mut(name.as_str())
                {
                    let place = target.at.start..value.at.end;
                    record.fields.push((Text { value: key.value, at: place }, json(value)));
                }
                None
            }
            _ => None,
        }
    }

    fn see(&mut self, expr: &'tree Expr, assigned: Option<&Expr>, names: &Names<'tree>, reading: &mut Reading) {
        match &expr.value {
            Value::Dict(items) if !assigned.is_some_and(|taken| std::ptr::eq(taken, expr)) => {
                let record = Record { at: expr.at.start..expr.at.start + 1, ..literal(items, names) };
                keep(record, reading);
            }
            Value::Call(call) if call.name().is_some_and(|name| ADDING.contains(&name)) => {
                if let Some(Value::Name(name)) = call.receiver().map(|receiver| &receiver.value)
                    && let Some(record) = self.open.get_mut(name.as_str())
                {
                    record.is_open = true;
                }
            }
            _ => {}
        }
    }

    fn close(self, reading: &mut Reading) {
        for record in self.open.into_values() {
            keep(record, reading);
        }
    }
}

/// One field says nothing about which record it is.
fn keep(record: Record, reading: &mut Reading) {
    if record.fields.len() > 1 {
        reading.records.push(record);
    }
}

fn literal<'tree>(items: &'tree [(Option<Expr>, Expr)], names: &Names<'tree>) -> Record {
    let mut record = Record { at: 0..0, fields: Vec::new(), is_open: false };
    for (key, value) in items {
        match key.as_ref().and_then(|key| Some((key, names.text(key)?))) {
            Some((key, name)) => {
                record.fields.push((Text { value: name.value, at: key.at.clone() }, json(names.follow(value))));
            }
            None => record.is_open = true,
        }
    }
    record
}

/// What `json.dumps` makes of a value, where its form alone says so.
fn json(value: &Expr) -> Json {
    match &value.value {
        Value::Text(_) | Value::Template(_) => Json::Text,
        Value::Int(_) => Json::Int,
        Value::Float => Json::Float,
        Value::Bool(_) => Json::Bool,
        Value::List(_) => Json::List,
        Value::Dict(_) => Json::Object,
        Value::Call(call) => made_by(call),
        _ => Json::Unknown,
    }
}

fn made_by(call: &Call) -> Json {
    match (call.name(), call.is_method()) {
        (Some("str" | "repr"), false) | (Some("isoformat" | "strftime" | "hexdigest" | "join" | "format"), true) => {
            Json::Text
        }
        (Some("int" | "len"), false) => Json::Int,
        (Some("float"), false) => Json::Float,
        (Some("bool"), false) => Json::Bool,
        (Some("list" | "sorted"), false) => Json::List,
        (Some("dict"), false) => Json::Object,
        (Some("uuid1" | "uuid3" | "uuid4" | "uuid5" | "UUID"), _) => Json::Uuid,
        _ => Json::Unknown,
    }
}
