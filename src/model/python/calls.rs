//! Calls that name a master, a setting, a server or a topic.

use super::names::{Names, Text};
use super::tree::{Call, Expr, Kind, Statement, Value};
use super::{Hosts, Master, Reading, Server, Setting};

const KAFKA_CLIENTS: [&str; 6] =
    ["KafkaProducer", "KafkaConsumer", "KafkaAdminClient", "Producer", "Consumer", "AdminClient"];

/// `os.environ["PYSPARK_SUBMIT_ARGS"] = "..."`
pub(super) fn statement<'tree>(statement: &'tree Statement, names: &Names<'tree>, reading: &mut Reading) {
    let Kind::Assign { targets, value } = &statement.kind else { return };
    for target in targets {
        if let Value::Item { key, .. } = &target.value
            && names.text(key).is_some_and(|key| key.value == "PYSPARK_SUBMIT_ARGS")
            && let Some(arguments) = names.text(value)
        {
            reading.submit_arguments.push(Text { value: arguments.value, at: key.at.start..arguments.at.end });
        }
    }
}

pub(super) fn expr<'tree>(expr: &'tree Expr, names: &Names<'tree>, reading: &mut Reading) {
    let Value::Call(call) = &expr.value else { return };
    let Some(name) = call.name() else { return };
    match name {
        "master" if builds_a_session(call) => reading.masters.push(master(call, names)),
        "setMaster" if call.is_method() => reading.masters.push(master(call, names)),
        "config" | "set" if call.is_method() => reading.settings.extend(setting(call, names)),
        "setAll" if call.is_method() => settings(call, names, reading),
        "option" | "options" if call.is_method() => options(call, names, reading),
        "send" | "produce" if call.is_method() => {
            let topic = call.args.first().or_else(|| call.keyword("topic").map(|keyword| &keyword.value));
            reading.sends.extend(topic.and_then(|topic| names.text(topic)));
        }
        "subscribe" if call.is_method() => {
            reading.reads.extend(call.args.first().and_then(|topics| names.texts(topics)).unwrap_or_default());
        }
        "Cluster" => {
            let points = call.args.first().or_else(|| call.keyword("contact_points").map(|keyword| &keyword.value));
            hosts(Server::Cassandra, points, names, reading);
        }
        client if KAFKA_CLIENTS.contains(&client) => kafka_client(client, call, names, reading),
        _ => {}
    }
}

fn builds_a_session(call: &Call) -> bool {
    let mut receiver = call.receiver();
    while let Some(expr) = receiver {
        receiver = match &expr.value {
            Value::Attribute { name, .. } if name == "builder" => return true,
            Value::Attribute { of, .. } => Some(of),
            Value::Call(inner) => Some(&inner.callee),
            _ => None,
        };
    }
    false
}

fn master<'tree>(call: &'tree Call, names: &Names<'tree>) -> Master {
    let at = match &call.callee.value {
        Value::Attribute { name_at, .. } => name_at.start..call.args.last().map_or(name_at.end, |last| last.at.end),
        _ => call.callee.at.clone(),
    };
    Master { at, value: call.args.first().and_then(|value| names.text(value)).map(|text| text.value) }
}

fn setting<'tree>(call: &'tree Call, names: &Names<'tree>) -> Option<Setting> {
    let key = call.args.first().or_else(|| call.keyword("key").map(|keyword| &keyword.value))?;
    let value = call.args.get(1).or_else(|| call.keyword("value").map(|keyword| &keyword.value));
    let key = names.text(key).filter(|key| key.value.starts_with("spark."))?;
    Some(Setting { key, value: value.and_then(|value| names.text(value)) })
}

fn settings<'tree>(call: &'tree Call, names: &Names<'tree>, reading: &mut Reading) {
    if let Some(Value::Attribute { name, name_at, .. }) = call.receiver().map(|receiver| &receiver.value)
        && name == "_conf"
    {
        reading.late_settings.push(name_at.clone());
        return;
    }
    let Some(Value::List(pairs)) = call.args.first().map(|list| &names.follow(list).value) else { return };
    for pair in pairs {
        if let Value::List(pair) = &pair.value
            && let [key, value] = pair.as_slice()
            && let Some(key) = names.text(key).filter(|key| key.value.starts_with("spark."))
        {
            reading.settings.push(Setting { key, value: names.text(value) });
        }
    }
}

/// Options of Spark's readers and writers that name a topic or a server.
fn options<'tree>(call: &'tree Call, names: &Names<'tree>, reading: &mut Reading) {
    for (key, value) in named_options(call, names) {
        match key.value.as_str() {
            "subscribe" => {
                let topics = names.text(value).map(|text| split(&text)).unwrap_or_default();
                reading.reads.extend(topics);
            }
            "topic" => reading.sends.extend(names.text(value)),
            "kafka.bootstrap.servers" => hosts(Server::Kafka, Some(value), names, reading),
            "checkpointLocation" => reading.checkpoints.extend(names.text(value)),
            _ => {}
        }
    }
}

/// `option("key", value)`, `options(key=value)`, `options(**{"key": value})`
pub(super) fn named_options<'tree>(call: &'tree Call, names: &Names<'tree>) -> Vec<(Text, &'tree Expr)> {
    if call.name() == Some("option") {
        let key = call.args.first().and_then(|key| names.text(key));
        return key.zip(call.args.get(1)).into_iter().collect();
    }
    let mut found = Vec::new();
    for keyword in &call.keywords {
        match (&keyword.name, &names.follow(&keyword.value).value) {
            (Some(name), _) => found.push((Text { value: name.clone(), at: keyword.at.clone() }, &keyword.value)),
            (None, Value::Dict(items)) => {
                let pairs = items.iter().filter_map(|(key, value)| Some((names.text(key.as_ref()?)?, value)));
                found.extend(pairs);
            }
            _ => {}
        }
    }
    found
}

fn kafka_client<'tree>(client: &str, call: &'tree Call, names: &Names<'tree>, reading: &mut Reading) {
    reading.produces |= client.ends_with("Producer");
    let servers = call.keyword("bootstrap_servers").map(|keyword| &keyword.value);
    hosts(Server::Kafka, servers, names, reading);
    if client == "KafkaConsumer" {
        reading.reads.extend(call.args.iter().filter_map(|topic| names.text(topic)));
    }
    if let Some(Value::Dict(items)) = call.args.first().map(|first| &names.follow(first).value) {
        let servers = items.iter().find(|(key, _)| {
            key.as_ref().and_then(|key| names.text(key)).is_some_and(|key| key.value == "bootstrap.servers")
        });
        hosts(Server::Kafka, servers.map(|(_, value)| value), names, reading);
    }
}

fn hosts<'tree>(of: Server, value: Option<&'tree Expr>, names: &Names<'tree>, reading: &mut Reading) {
    let texts = value.and_then(|value| names.texts(value)).unwrap_or_default();
    let servers: Vec<Text> = texts.iter().flat_map(split).collect();
    if !servers.is_empty() {
        reading.hosts.push(Hosts { of, names: servers });
    }
}

/// A list in one text; every part has the place of the whole.
fn split(text: &Text) -> Vec<Text> {
    let parts = text.value.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| Text { value: part.to_owned(), at: text.at.clone() }).collect()
}
