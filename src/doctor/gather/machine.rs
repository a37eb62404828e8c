//! The engine's machine: room on its disk, memory that is promised, and its clock.

use super::{Request, gap};
use crate::doctor::evidence::{Evidence, Kind, Line, Passage, Standing};

/// Less than this and services are about to stop writing.
const LEAST_DISK_MIB: u64 = 256;
/// Records and logins tolerate this much.
const MOST_SKEW_SECONDS: i64 = 30;
const MIB: u64 = 1024 * 1024;

pub(super) async fn machine(request: &Request<'_>) -> Evidence {
    let docker = &request.session.docker;
    let (machine, info) = match tokio::try_join!(docker.machine(), docker.info()) {
        Ok(both) => both,
        Err(error) => return gap("the machine", &error),
    };
    let mut gaps = Vec::new();
    let limits: u64 = request.topology.containers.values().map(|container| container.memory).sum();
    let mut lines = vec![format!(
        "memory: {} MiB in all, the limits of this project {} MiB",
        info.memory_bytes / MIB,
        limits / MIB
    )];
    match free_mib(&machine.root_folder) {
        Ok(free) if free < LEAST_DISK_MIB => lines.push(format!("disk: only {free} MiB free for the engine")),
        Ok(free) => lines.push(format!("disk: {free} MiB free for the engine")),
        Err(why) => gaps.push(format!("free disk of the engine: {why}")),
    }
    let clock: Result<jiff::Timestamp, _> = machine.clock.parse();
    // The engine was asked a moment after the caller looked at its own clock.
    match clock.map(|clock| clock.as_second() - request.now.as_second()) {
        Ok(ahead) if ahead > MOST_SKEW_SECONDS + i64::try_from(request.patience.look.as_secs()).unwrap_or(0) => {
            lines.push(format!("clock: the engine is {ahead} s ahead"));
        }
        Ok(behind) if behind < -MOST_SKEW_SECONDS => lines.push(format!("clock: the engine is {} s behind", -behind)),
        Ok(_) => lines.push("clock: the engine's is this machine's".to_string()),
        Err(_) => gaps.push("the engine's clock: it does not say".to_string()),
    }
    let lines = lines.into_iter().map(|text| Line::new("", text)).collect();
    Evidence { passages: vec![Passage::new(Kind::Machine, "machine", Standing::Troubled, lines)], gaps }
}

/// Of the file system that holds images and volumes. Where the engine lives in a virtual machine, its folder is not here.
#[cfg(unix)]
fn free_mib(folder: &str) -> Result<u64, String> {
    let found =
        rustix::fs::statvfs(folder).map_err(|error| format!("`{folder}` is not to be seen from here ({error})"))?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize) / MIB)
}

#[cfg(not(unix))]
fn free_mib(folder: &str) -> Result<u64, String> {
    Err(format!("`{folder}` is not to be seen from here"))
}
