//! What is only just starting: right after a restart a service does not answer yet, and a driver is not listed. That is worth a
//! short wait; what crashes meanwhile, or has run for long, is not.
//!
//! Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::live::{ContainerState, Live, LiveContainer, Readiness};
use crate::topology::resource::{Lifecycle, Topology};

/// A container that began longer ago is not starting any more.
pub const PATIENCE: Duration = Duration::from_secs(45);
pub(super) const PAUSE: Duration = Duration::from_millis(500);

/// How often the engine had to start each container again.
pub(super) type Restarts = BTreeMap<String, u64>;

#[must_use]
pub(super) fn restarts(live: &Live) -> Restarts {
    live.containers.iter().map(|(name, found)| (name.clone(), found.restart_count)).collect()
}

/// Whether one was started again more than once since: once is what a driver does when a service it needs was away.
#[must_use]
pub(super) fn crashed(before: &Restarts, live: &Live) -> bool {
    restarts(live).iter().any(|(name, count)| before.get(name).is_some_and(|before| *count > before + 1))
}

/// Whether a service began a moment ago and does not answer yet.
#[must_use]
pub(super) fn is_any(topology: &Topology, live: &Live, now_ms: i64) -> bool {
    topology.containers.iter().any(|(name, wanted)| {
        wanted.lifecycle == Lifecycle::Service && live.containers.get(name).is_some_and(|found| is_one(found, now_ms))
    })
}

fn is_one(found: &LiveContainer, now_ms: i64) -> bool {
    let waits = matches!(found.readiness, Readiness::Waiting(_) | Readiness::DefaultLogin);
    let age = found.started_ms.map(|started| now_ms - started);
    let is_young = age.is_some_and(|age| (0..=i64::try_from(PATIENCE.as_millis()).unwrap_or(i64::MAX)).contains(&age));
    found.state == ContainerState::Running && waits && is_young
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(started_ms: i64, readiness: Readiness) -> LiveContainer {
        LiveContainer { started_ms: Some(started_ms), ..LiveContainer::of(ContainerState::Running, readiness) }
    }

    #[test]
    fn only_what_began_a_moment_ago_and_does_not_answer_is_starting() {
        let waiting = || Readiness::Waiting("no answer".to_string());
        assert!(is_one(&container(100_000, waiting()), 110_000));
        assert!(!is_one(&container(100_000, waiting()), 146_000));
        assert!(!is_one(&container(100_000, Readiness::Ready), 110_000));
        assert!(!is_one(&container(100_000, waiting()), 90_000), "its clock is not ours");
        let ended = ContainerState::Exited { exit_code: 1, out_of_memory: false };
        assert!(!is_one(&LiveContainer { state: ended, ..container(100_000, waiting()) }, 110_000));
    }
}
