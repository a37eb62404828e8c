//! Chooses host ports before anything starts: the documented ones, or free ones that stay the same once taken.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, TcpListener};

use crate::cli::Failure;
use crate::cli::exit::Exit;
use crate::model::pipeline::PortPolicy;
use crate::systems::docker::Engine;
use crate::topology::build::PortNeed;
use crate::topology::labels;
use crate::topology::resource::digest;

/// Chosen ports lie below those that kernels give to clients.
const FIRST_PORT: u16 = 20_000;
const PORTS: u16 = 10_000;
const MOST_ATTEMPTS: u32 = 64;

/// Host ports by `container/port name`, for the ports that are not fixed.
pub(super) async fn choose(
    engine: &Engine,
    project: &str,
    needs: &[PortNeed],
) -> Result<BTreeMap<String, u16>, Failure> {
    let mut chosen = BTreeMap::new();
    if needs.iter().all(|need| need.policy == PortPolicy::Fixed) {
        return Ok(chosen);
    }
    let held = held(engine, project).await?;
    for need in needs.iter().filter(|need| need.policy == PortPolicy::Auto) {
        let container = labels::engine_name(project, &need.container);
        let port = if let Some(port) = held.get(&(container, need.container_port)) {
            *port
        } else {
            free(project, need, &chosen)?
        };
        chosen.insert(format!("{}/{}", need.container, need.port), port);
    }
    Ok(chosen)
}

/// The first free one of the ports that are this project's by its name: the same every time, as long as nobody takes it.
fn free(project: &str, need: &PortNeed, chosen: &BTreeMap<String, u16>) -> Result<u16, Failure> {
    (0..MOST_ATTEMPTS)
        .map(|attempt| candidate(project, need, attempt))
        .filter(|port| !chosen.values().any(|other| other == port))
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .ok_or_else(|| Failure::new(Exit::Environment, format!("no port is free for `{}`", need.container)))
}

fn candidate(project: &str, need: &PortNeed, attempt: u32) -> u16 {
    let digest = digest(format!("{project}/{}/{}/{attempt}", need.container, need.port).as_bytes());
    let number = u32::from_str_radix(&digest[..8], 16).unwrap_or(0) % u32::from(PORTS);
    FIRST_PORT + u16::try_from(number).unwrap_or(0)
}

/// What another machine chose, and for what it did not speak of the project's first choice.
pub(super) fn recorded(project: &str, needs: &[PortNeed], known: &BTreeMap<String, u16>) -> BTreeMap<String, u16> {
    let auto = needs.iter().filter(|need| need.policy == PortPolicy::Auto);
    auto.map(|need| {
        let name = format!("{}/{}", need.container, need.port);
        let port = known.get(&name).copied().unwrap_or_else(|| candidate(project, need, 0));
        (name, port)
    })
    .collect()
}

/// (container, container port) -> host port, as written in the labels when the container was made.
async fn held(engine: &Engine, project: &str) -> Result<BTreeMap<(String, u16), u16>, Failure> {
    let containers = engine.containers(&labels::of_project(project)).await?;
    let mut held = BTreeMap::new();
    for container in containers {
        for (inside, host) in labels::ports_of(&container.labels) {
            held.insert((container.name.clone(), inside), host);
        }
    }
    Ok(held)
}

/// Fixed ports of a project that is not up yet which some process holds.
pub(super) fn taken(wanted: &BTreeSet<u16>) -> Vec<u16> {
    wanted.iter().copied().filter(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_err()).collect()
}

/// The process that listens on a port, as far as this user may see it.
pub(super) fn holder(port: u16) -> String {
    let unknown = "a process that this user cannot see".to_string();
    let Some(inode) = listening_inode(port) else { return unknown };
    let Ok(processes) = std::fs::read_dir("/proc") else { return unknown };
    let wanted = format!("socket:[{inode}]");
    for process in processes.flatten() {
        let Ok(handles) = std::fs::read_dir(process.path().join("fd")) else { continue };
        let holds = handles
            .flatten()
            .any(|handle| std::fs::read_link(handle.path()).is_ok_and(|link| link.to_string_lossy() == wanted));
        if holds {
            let name = std::fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            return format!("process {} (`{}`)", process.file_name().to_string_lossy(), name.trim());
        }
    }
    unknown
}

/// The socket of whoever listens on a port, from the kernel's tables (Linux).
fn listening_inode(port: u16) -> Option<String> {
    const LISTEN: &str = "0A";
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        for line in std::fs::read_to_string(table).unwrap_or_default().lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let local = fields.get(1)?.rsplit_once(':')?.1;
            if u16::from_str_radix(local, 16) == Ok(port) && fields.get(3) == Some(&LISTEN) {
                return fields.get(9).map(|inode| (*inode).to_string());
            }
        }
    }
    None
}
