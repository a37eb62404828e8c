//! Chooses host ports before anything starts: the documented ones, or free ones that stay the same once taken.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, TcpListener};

use crate::cli::Failure;
use crate::model::pipeline::PortPolicy;
use crate::systems::docker::Engine;
use crate::topology::build::PortNeed;
use crate::topology::labels;

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
    let mut reserved = Vec::new();
    for need in needs.iter().filter(|need| need.policy == PortPolicy::Auto) {
        let container = labels::engine_name(project, &need.container);
        let port = if let Some(port) = held.get(&(container, need.container_port)) {
            *port
        } else {
            // Bound until all are chosen, so that no two get the same.
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let port = listener.local_addr()?.port();
            reserved.push(listener);
            port
        };
        chosen.insert(format!("{}/{}", need.container, need.port), port);
    }
    Ok(chosen)
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
