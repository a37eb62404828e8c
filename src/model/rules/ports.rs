//! SF306: two services cannot have the same port of this machine.

use std::collections::BTreeMap;

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::pipeline::{PortPolicy, Service};

/// SF306. Free ports (`auto`) do not clash.
pub fn clashes(facts: &Facts<'_>, found: &mut Diagnostics) {
    let mut seen: BTreeMap<u16, (&str, Span)> = BTreeMap::new();
    for (name, service) in &facts.pipeline.services {
        for (port, number) in ports(facts, name, service) {
            let place = facts.place(&["services", name, "ports", &port]);
            match seen.get(&number) {
                Some((other, first)) => found.push(
                    Diagnostic::error(
                        "SF306",
                        format!("`{other}` and `{name}` both want port {number} of this machine"),
                    )
                    .at(place, "this one")
                    .at(*first, "and this one")
                    .help("write another port, or `ports: auto`"),
                ),
                None => {
                    seen.insert(number, (name, place));
                }
            }
        }
    }
}

/// What the file fixes, and what the blueprint documents where the file is silent.
fn ports(facts: &Facts<'_>, name: &str, service: &Service) -> BTreeMap<String, u16> {
    let policy = service.ports.unwrap_or(facts.pipeline.ports);
    let documented = facts.scope.services.get(name).filter(|_| policy == PortPolicy::Fixed);
    let mut ports = documented.map(|blueprint| blueprint.ports.clone()).unwrap_or_default();
    ports.extend(service.host_ports.clone());
    ports
}
