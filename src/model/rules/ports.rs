//! SF306: two services cannot have the same port of this machine.

use std::collections::BTreeMap;

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::pipeline::PortPolicy;

/// SF306. Free ports (`auto`) do not clash.
pub(super) fn clashes(facts: &Facts<'_>, found: &mut Diagnostics) {
    let mut seen: BTreeMap<u16, (&str, Option<Span>)> = BTreeMap::new();
    for (name, number, written) in documented(facts).into_iter().chain(fixed(facts)) {
        let Some((other, first)) = seen.insert(number, (name, written)) else { continue };
        let message = format!("`{other}` and `{name}` both want port {number} of this machine");
        let place = written.or(first).unwrap_or_else(|| facts.place(&["name"]));
        let mut diagnostic = Diagnostic::error("SF306", message).at(place, "this port");
        if let Some(first) = first.filter(|first| *first != place) {
            diagnostic = diagnostic.at(first, "and this one");
        }
        found.push(diagnostic.help("write another port, or `ports: auto`"));
    }
}

/// A service, a port of this machine it wants, and where the file says so.
type Wanted<'a> = (&'a str, u16, Option<Span>);

/// Ports that blueprints document, where the file does not give others.
fn documented<'a>(facts: &Facts<'a>) -> Vec<Wanted<'a>> {
    let mut wanted = Vec::new();
    for (name, service) in &facts.pipeline.services {
        let policy = service.ports.unwrap_or(facts.pipeline.ports);
        let blueprint = facts.scope.services.get(name).filter(|_| policy == PortPolicy::Fixed);
        let ports = blueprint.into_iter().flat_map(|blueprint| &blueprint.ports);
        let silent = ports.filter(|(port, _)| !service.host_ports.contains_key(*port));
        wanted.extend(silent.map(|(_, number)| (name.as_str(), *number, service.span)));
    }
    wanted
}

/// Ports that the file gives.
fn fixed<'a>(facts: &Facts<'a>) -> Vec<Wanted<'a>> {
    let mut wanted = Vec::new();
    for (name, service) in &facts.pipeline.services {
        let place = |port: &str| Some(facts.place(&["services", name, "ports", port]));
        wanted.extend(service.host_ports.iter().map(|(port, number)| (name.as_str(), *number, place(port))));
    }
    wanted
}
