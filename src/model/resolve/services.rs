//! Services: what the file names, what the flow needs, and what those need in turn.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::{Scope, list, memory, port_policy, text, texts};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::pipeline::{Pipeline, Service, Setting};
use crate::spec::files::{FileContent, dotted};
use crate::spec::node::Node;
use crate::spec::service_keys::{BlueprintKeys, DefaultValue, SettingKey, SettingKind};
use crate::spec::{host_port, published, scalar};

/// The kind of a service that no blueprint describes.
pub const CONTAINER: &str = "container";

pub fn all(scope: &Scope<'_>, pipeline: &Pipeline, found: &mut Diagnostics) -> BTreeMap<String, Service> {
    let mut services: BTreeMap<String, Service> = BTreeMap::new();
    for entry in scope.section("services") {
        let name = &entry.key.text;
        let mut service = match scope.services.get(name) {
            Some(blueprint) => from_blueprint(scope, name, blueprint, &entry.value, found),
            None => container(&entry.value),
        };
        service.span = Some(entry.key.span);
        services.insert(name.clone(), service);
    }
    let mut wanted: Vec<String> = flow_needs(pipeline).into_iter().map(str::to_owned).collect();
    wanted.extend(services.values().flat_map(|service| blueprint_needs(scope, service)));
    while let Some(name) = wanted.pop() {
        if services.contains_key(&name) {
            continue;
        }
        let service = default_service(scope, &name, found);
        wanted.extend(blueprint_needs(scope, &service));
        services.insert(name, service);
    }
    services
}

/// What topics, tables, jobs, schedules and recorded sources run on.
fn flow_needs(pipeline: &Pipeline) -> Vec<&'static str> {
    let needs = [
        ("kafka", !pipeline.topics.is_empty()),
        ("cassandra", !pipeline.sinks.is_empty()),
        ("spark", !pipeline.jobs.is_empty()),
        ("airflow", !pipeline.schedules.is_empty()),
        ("replay", pipeline.sources.values().any(|source| source.replay.is_some())),
    ];
    needs.into_iter().filter(|(_, needed)| *needed).map(|(name, _)| name).collect()
}

fn blueprint_needs(scope: &Scope<'_>, service: &Service) -> Vec<String> {
    let needs = scope.services.get(&service.kind).map(|blueprint| &blueprint.needs);
    let held = |conditions: &BTreeMap<String, String>| {
        conditions.iter().all(|(key, value)| service.settings.get(key).is_some_and(|setting| words(setting) == *value))
    };
    needs.into_iter().flatten().filter(|(_, conditions)| held(conditions)).map(|(name, _)| name.clone()).collect()
}

fn words(setting: &Setting) -> String {
    match setting {
        Setting::Bool(value) => value.to_string(),
        Setting::Int(value) => value.to_string(),
        Setting::Text(value) => value.clone(),
        Setting::List(values) => values.join(","),
    }
}

fn default_service(scope: &Scope<'_>, name: &str, found: &mut Diagnostics) -> Service {
    let empty = Node { span: scope.root.span, kind: crate::spec::node::Kind::Map(Vec::new()) };
    let keys = scope.services.get(name).cloned().unwrap_or_default();
    from_blueprint(scope, name, &keys, &empty, found)
}

fn from_blueprint(
    scope: &Scope<'_>,
    name: &str,
    keys: &BlueprintKeys,
    node: &Node,
    found: &mut Diagnostics,
) -> Service {
    let mut service = Service { kind: name.to_owned(), ..container(node) };
    service.env.clear();
    service.settings.clear();
    for (key, setting) in &keys.settings {
        let given = dotted(node, key);
        if setting.kind == SettingKind::Secret {
            let secret = given.and_then(Node::text).map(|secret| SecretString::from(secret.to_owned()));
            service.secrets.extend(secret.map(|secret| (key.clone(), secret)));
            continue;
        }
        if setting.kind.is_path()
            && let Some(path) = given
        {
            project_path(scope, setting.kind, path, found);
        }
        let value = given
            .and_then(|node| typed(setting, node))
            .or_else(|| setting.default.as_ref().and_then(|value| default(setting, value)));
        service.settings.extend(value.map(|value| (key.clone(), value)));
    }
    service
}

/// SF021 where the path names something else than the setting takes.
fn project_path(scope: &Scope<'_>, kind: SettingKind, path: &Node, found: &mut Diagnostics) {
    let expected = match (kind, scope.file(path, found)) {
        (SettingKind::Folder, Some(FileContent::Text(_) | FileContent::Bytes(_))) => "a folder",
        (SettingKind::File, Some(FileContent::Directory | FileContent::Bytes(_))) => "a text file",
        _ => return,
    };
    found.push(
        Diagnostic::error("SF021", format!("`{}` is not {expected}", path.text().unwrap_or_default()))
            .at(path.span, "this path"),
    );
}

fn typed(setting: &SettingKey, node: &Node) -> Option<Setting> {
    match setting.kind {
        SettingKind::Bool => scalar::boolean(node).ok().map(Setting::Bool),
        SettingKind::Int => scalar::integer(node).ok().map(Setting::Int),
        SettingKind::Memory => scalar::memory(node).ok().and_then(|bytes| i64::try_from(bytes).ok()).map(Setting::Int),
        SettingKind::List => {
            Some(Setting::List(node.one_or_many().iter().filter_map(|item| item.text().map(str::to_owned)).collect()))
        }
        SettingKind::Choice | SettingKind::Text | SettingKind::Secret | SettingKind::File | SettingKind::Folder => {
            node.text().map(|text| Setting::Text(text.to_owned()))
        }
    }
}

fn default(setting: &SettingKey, value: &DefaultValue) -> Option<Setting> {
    match (setting.kind, value) {
        (SettingKind::Memory, DefaultValue::Text(text)) => {
            scalar::memory_text(text).and_then(|bytes| i64::try_from(bytes).ok()).map(Setting::Int)
        }
        (_, DefaultValue::Bool(value)) => Some(Setting::Bool(*value)),
        (_, DefaultValue::Int(value)) => Some(Setting::Int(*value)),
        (_, DefaultValue::Text(text)) => Some(Setting::Text(text.clone())),
        (_, DefaultValue::List(items)) => Some(Setting::List(items.clone())),
    }
}

fn container(node: &Node) -> Service {
    let mut settings = BTreeMap::new();
    if node.get("command").is_some() {
        settings.insert("command".to_owned(), Setting::List(list(node, "command")));
    }
    if let Some(bytes) = memory(node, "memory").and_then(|bytes| i64::try_from(bytes).ok()) {
        settings.insert("memory".to_owned(), Setting::Int(bytes));
    }
    Service {
        kind: CONTAINER.to_owned(),
        span: None,
        image: text(node, "image"),
        ports: node.get("ports").and_then(port_policy),
        host_ports: host_ports(node),
        settings,
        env: texts(node, "env"),
        secrets: BTreeMap::new(),
    }
}

fn host_ports(node: &Node) -> BTreeMap<String, u16> {
    let Some(ports) = node.get("ports") else {
        return BTreeMap::new();
    };
    let mut named: BTreeMap<String, u16> = ports
        .entries()
        .iter()
        .filter_map(|entry| Some((entry.key.text.clone(), host_port(&entry.value).ok()?)))
        .collect();
    let listed = ports.one_or_many().iter().filter_map(|item| published(item).ok());
    named.extend(listed.map(|(host, inside)| (inside.to_string(), host)));
    named
}
