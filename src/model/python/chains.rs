//! Chains of calls that end in `start`, `save` or `load`: which table, which options of Kafka's reader, and whether a stream
//! has a checkpoint.

use super::calls::named_options;
use super::names::{Names, Text};
use super::tree::{Call, Expr, Value};
use super::{Reading, Table};

/// Formats that keep nothing, and need no checkpoint.
const FLEETING: [&str; 3] = ["console", "memory", "noop"];

pub(super) fn expr<'tree>(expr: &'tree Expr, names: &Names<'tree>, reading: &mut Reading) {
    let Value::Call(last) = &expr.value else { return };
    if !last.is_method() || !matches!(last.name(), Some("start" | "save" | "load" | "toTable")) {
        return;
    }
    let chain = Chain::ending_in(last);
    let options: Vec<(Text, &Expr)> = chain.calls.iter().flat_map(|call| named_options(call, names)).collect();
    let value = |wanted: &str| options.iter().find(|(key, _)| key.value == wanted).map(|(_, value)| *value);
    if let Some(table) = value("table").and_then(|table| names.text(table)) {
        reading.tables.push(Table { keyspace: value("keyspace").and_then(|keyspace| names.text(keyspace)), table });
    }
    let is_stream = chain.attributes.contains(&"writeStream") && matches!(last.name(), Some("start" | "toTable"));
    let format = chain.calls.iter().find(|call| call.name() == Some("format")).and_then(|call| call.args.first());
    let format = format.or_else(|| last.keyword("format").map(|keyword| &keyword.value));
    let format = format.and_then(|format| names.text(format));
    let is_fleeting = format.as_ref().is_some_and(|format| FLEETING.contains(&format.value.as_str()));
    if last.name() == Some("load") && format.is_some_and(|format| format.value == "kafka") {
        let calls = chain.calls.iter().filter(|call| matches!(call.name(), Some("option" | "options")));
        reading.kafka_options.extend(calls.flat_map(|call| named_options(call, names)).map(|(key, _)| key));
    }
    let may_have_one = value("checkpointLocation").is_some()
        || last.keyword("checkpointLocation").is_some()
        || chain.calls.iter().any(|call| call.keywords.iter().any(|keyword| keyword.name.is_none()));
    if is_stream && !is_fleeting && !may_have_one {
        reading.streams_without_checkpoint.push(expr.at.clone());
    }
}

/// The calls and attributes before and with the last call.
struct Chain<'tree> {
    calls: Vec<&'tree Call>,
    attributes: Vec<&'tree str>,
}

impl<'tree> Chain<'tree> {
    fn ending_in(last: &'tree Call) -> Self {
        let mut chain = Self { calls: vec![last], attributes: Vec::new() };
        let mut next = Some(&last.callee);
        while let Some(expr) = next {
            next = match &expr.value {
                Value::Attribute { of, name, .. } => {
                    chain.attributes.push(name);
                    Some(of)
                }
                Value::Call(call) => {
                    chain.calls.push(call);
                    Some(&call.callee)
                }
                _ => None,
            };
        }
        chain
    }
}
