//! The `services` section: keys that blueprints declare, and plain containers.

use super::check::{self, Checker};
use super::node::{Entry, Kind, Node};
use super::scalar::{self, Problem};
use super::service_keys::{
    BlueprintKeys, COMMON_KEYS, CONTAINER_KEYS, EXTERNAL, RESERVED_SERVICES, SettingKey, SettingKind,
};
use super::suggest;
use crate::diagnostic::Diagnostic;

pub(super) fn check(checker: &mut Checker<'_>, node: &Node) {
    if !checker.is_map(node, "`services`") {
        return;
    }
    for entry in node.entries() {
        service(checker, entry);
    }
}

fn service(checker: &mut Checker<'_>, entry: &Entry) {
    let name = entry.key.text.as_str();
    let node = &entry.value;
    let blueprint = checker.services.get(name);
    if blueprint.is_none() && RESERVED_SERVICES.contains(&name) && node.get("image").is_none() {
        checker.found.push(check::not_yet(&format!("the service `{name}`")).at(entry.key.span, "reserved"));
        return;
    }
    if let Some(external) = node.entry(EXTERNAL) {
        checker.found.push(check::not_yet("services that run elsewhere").at(external.key.span, "reserved"));
    }
    if !checker.is_map(node, "a service") {
        return;
    }
    match blueprint {
        Some(blueprint) => settings(checker, blueprint, node, "", &format!("the service `{name}`")),
        None if node.get("image").is_some() || checker.extent == check::Extent::Part => container(checker, node),
        None => unknown(checker, entry),
    }
}

fn unknown(checker: &mut Checker<'_>, entry: &Entry) {
    let name = &entry.key.text;
    let known: Vec<&str> = checker.services.keys().map(String::as_str).collect();
    checker.found.push(
        Diagnostic::error("SF018", format!("`{name}` is no known service, and names no image"))
            .at(entry.key.span, "unknown service")
            .help(format!("{}; any other container needs `image:`", suggest::help(name, "services", &known))),
    );
}

fn settings(checker: &mut Checker<'_>, blueprint: &BlueprintKeys, node: &Node, prefix: &str, title: &str) {
    let mut names = blueprint.names_at(prefix);
    if prefix.is_empty() {
        names.extend(COMMON_KEYS);
    }
    for entry in node.entries() {
        let key = entry.key.text.as_str();
        let full = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
        match blueprint.settings.get(&full) {
            Some(setting) => value(checker, setting, entry),
            None if blueprint.has_nested(&full) => {
                if checker.is_map(&entry.value, &format!("`{full}`")) {
                    settings(checker, blueprint, &entry.value, &full, title);
                }
            }
            None if prefix.is_empty() && key == "image" => text(checker, &entry.value),
            None if prefix.is_empty() && key == "ports" => named_ports(checker, blueprint, &entry.value),
            None if prefix.is_empty() && key == EXTERNAL => {}
            None => checker.unknown_key(entry, &names, title),
        }
    }
}

fn value(checker: &mut Checker<'_>, setting: &SettingKey, entry: &Entry) {
    let node = &entry.value;
    if checker.is_unknown_yet(node) {
        return;
    }
    let problem = match setting.kind {
        SettingKind::Bool => scalar::boolean(node).err(),
        SettingKind::Memory => scalar::memory(node).err(),
        SettingKind::Choice => check::choice(node, &setting.values.iter().map(String::as_str).collect::<Vec<_>>()),
        SettingKind::Text | SettingKind::File | SettingKind::Folder | SettingKind::Secret => scalar::text(node).err(),
        SettingKind::List => return list(checker, node),
        SettingKind::Int => {
            scalar::integer_between(node, setting.min.unwrap_or(0), setting.max.unwrap_or(i64::MAX)).err()
        }
    };
    match (&setting.not_yet, problem) {
        (Some(what), Some(Problem { code: "SF009" | "SF010", .. })) => {
            checker.found.push(check::not_yet(what).at(node.span, "this value"));
        }
        (_, problem) => checker.report(node, problem),
    }
}

fn list(checker: &mut Checker<'_>, node: &Node) {
    if node.one_or_many().is_empty() && !matches!(node.kind, Kind::Seq(_)) {
        checker.wrong_kind(node, "a list", "write it in brackets: `[...]`");
    }
    for item in node.one_or_many() {
        checker.report(item, scalar::text(item).err());
    }
}

fn text(checker: &mut Checker<'_>, node: &Node) {
    checker.report(node, scalar::text(node).err());
}

/// `fixed`, `auto`, or host ports by the blueprint's name.
fn named_ports(checker: &mut Checker<'_>, blueprint: &BlueprintKeys, node: &Node) {
    if checker.is_unknown_yet(node) {
        return;
    }
    if node.scalar().is_some() {
        checker.report(node, check::choice(node, &["fixed", "auto"]));
        return;
    }
    if !checker.is_map(node, "`ports`") {
        return;
    }
    let names: Vec<&str> = blueprint.ports.keys().map(String::as_str).collect();
    for entry in node.entries() {
        if !names.is_empty() && !names.contains(&entry.key.text.as_str()) {
            checker.unknown_key(entry, &names, "`ports`");
        }
        checker.report(&entry.value, host_port(&entry.value).err());
    }
}

fn container(checker: &mut Checker<'_>, node: &Node) {
    for entry in node.entries() {
        let value = &entry.value;
        if checker.is_unknown_yet(value) {
            continue;
        }
        match entry.key.text.as_str() {
            "image" => text(checker, value),
            "memory" => checker.report(value, scalar::memory(value).err()),
            "command" => list(checker, value),
            "env" if checker.is_map(value, "`env`") => {
                value.entries().iter().for_each(|entry| text(checker, &entry.value));
            }
            "ports" => container_ports(checker, value),
            "env" | EXTERNAL => {}
            _ => checker.unknown_key(entry, &CONTAINER_KEYS, "a container"),
        }
    }
}

fn container_ports(checker: &mut Checker<'_>, node: &Node) {
    if node.text().is_some_and(|text| text == "auto" || text == "fixed") {
        return;
    }
    for entry in node.entries() {
        if entry.key.text.parse::<u16>().is_err() {
            checker.unknown_key(entry, &["the port inside the container"], "`ports`");
        }
        checker.report(&entry.value, host_port(&entry.value).err());
    }
    for item in node.one_or_many() {
        checker.report(item, published(item).err());
    }
}

/// A port of this machine that needs no privilege.
pub fn host_port(node: &Node) -> Result<u16, Problem> {
    let value = scalar::integer_between(node, 1024, 65_535)?;
    u16::try_from(value).map_err(|_| Problem::range(format!("{value} is no port")))
}

/// `3000`, or `3001:3000` for another port on this machine: (host, container).
pub fn published(node: &Node) -> Result<(u16, u16), Problem> {
    let written = scalar::text(node)?;
    let (host, inside) = written.split_once(':').unwrap_or((written, written));
    match (host.parse::<u16>(), inside.parse::<u16>()) {
        (Ok(host), Ok(inside)) if host >= 1024 && inside > 0 => Ok((host, inside)),
        _ => Err(Problem::range(format!("`{written}` is no port to publish"))
            .help("write `3000`, or `3001:3000` as host:container; host ports are 1024 to 65535")),
    }
}
