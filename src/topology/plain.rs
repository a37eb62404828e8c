//! Any other container a file asks for: an image, its ports and its environment, with our limits and labels.

use std::collections::{BTreeMap, BTreeSet};

use crate::blueprint::{ContainerPart, Parts, PortPart, Ready};
use crate::model::pipeline::Service;
use crate::topology::facts::number;

const DEFAULT_MEMORY: u64 = 512 * 1024 * 1024;

pub(super) fn parts(name: &str, service: &Service) -> Parts {
    let ports: BTreeMap<String, PortPart> = service
        .host_ports
        .iter()
        .filter_map(|(port, host)| Some((port.clone(), PortPart { container: port.parse().ok()?, host: *host })))
        .collect();
    // Without a known protocol the best proof is an answer on its first port; without a port, that it runs.
    let ready = match ports.keys().next() {
        Some(port) => Ready::Tcp { port: port.clone() },
        None => Ready::Running {},
    };
    let part = ContainerPart {
        image: service.image.clone().unwrap_or_default(),
        command: match service.settings.get("command") {
            Some(crate::model::pipeline::Setting::List(words)) => words.clone(),
            _ => Vec::new(),
        },
        user: String::new(),
        env: service.env.clone(),
        after: BTreeMap::new(),
        files: BTreeMap::new(),
        mounts: BTreeMap::new(),
        ports,
        memory: number(service, "memory").unwrap_or(DEFAULT_MEMORY),
        pids: 500,
        tmpfs: Vec::new(),
        stop_seconds: 10,
        once: false,
        ready,
        uses: BTreeSet::new(),
        serves: None,
    };
    Parts {
        volumes: Vec::new(),
        secrets: BTreeMap::new(),
        containers: BTreeMap::from([(name.to_string(), part)]),
        endpoints: BTreeMap::new(),
        job: None,
    }
}
