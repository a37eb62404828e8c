//! What is only just starting: right after a restart a service does not answer yet, and a driver is not listed, or is about to be
//! started again. That is worth a short wait; what crashes meanwhile, or has run for long, is not.
//!
//! Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::live::{ContainerState, Live, LiveContainer, Readiness};
use crate::topology::resource::{Container, Lifecycle, Topology};

/// A container that began longer ago is not starting any more.
pub const PATIENCE: Duration = Duration::from_secs(45);
pub(super) const PAUSE: Duration = Duration::from_millis(500);
/// A container that is still being restarted after so many looks is in a loop.
const RESTARTING_LOOKS: u32 = 2;

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

/// Whether a service began a moment ago and does not answer yet, or is about to begin; but those of which more is known.
#[must_use]
pub(super) fn is_any(topology: &Topology, live: &Live, settled: &BTreeSet<&str>, look: Look) -> bool {
    let is_open = |name: &str, wanted: &Container| wanted.lifecycle == Lifecycle::Service && !settled.contains(name);
    let services = topology.containers.iter().filter(|(name, wanted)| is_open(name, wanted));
    services.filter_map(|(name, _)| live.containers.get(name)).any(|found| is_one(found, look))
}

#[must_use]
pub(super) fn is_any_restarting(live: &Live) -> bool {
    live.containers.values().any(|found| matches!(found.state, ContainerState::Restarting { .. }))
}

/// When it was looked, and how often before then something was just being restarted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub now_ms: i64,
    pub restarting: u32,
}

fn is_one(found: &LiveContainer, look: Look) -> bool {
    let longest = i64::try_from(PATIENCE.as_millis()).unwrap_or(i64::MAX);
    let is_young = found.started_ms.is_some_and(|started| (0..=longest).contains(&(look.now_ms - started)));
    match (&found.state, &found.readiness) {
        (ContainerState::Running, Readiness::Wavering(_)) => true,
        (ContainerState::Running, Readiness::Waiting(_) | Readiness::DefaultLogin) => is_young,
        // The engine lets what has crashed once begin again at once, and what crashes at each start wait longer and longer.
        (ContainerState::Restarting { .. }, _) => look.restarting < RESTARTING_LOOKS,
        _ => false,
    }
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
        let at = |now_ms| Look { now_ms, restarting: 0 };
        assert!(is_one(&container(100_000, waiting()), at(110_000)));
        assert!(!is_one(&container(100_000, waiting()), at(146_000)));
        assert!(!is_one(&container(100_000, Readiness::Ready), at(110_000)));
        assert!(!is_one(&container(100_000, waiting()), at(90_000)), "its clock is not ours");
        let ended = ContainerState::Exited { exit_code: 1, out_of_memory: false };
        assert!(!is_one(&LiveContainer { state: ended, ..container(100_000, waiting()) }, at(110_000)));
    }

    #[test]
    fn what_ended_a_moment_ago_is_about_to_begin_and_what_stays_away_is_in_a_loop() {
        let leaving = container(100_000, Readiness::Wavering("its application has ended".to_string()));
        assert!(is_one(&leaving, Look { now_ms: 900_000, restarting: 5 }));
        let state = ContainerState::Restarting { exit_code: 1, out_of_memory: false };
        let restarting = LiveContainer { state, ..leaving };
        assert!(is_one(&restarting, Look { now_ms: 900_000, restarting: 0 }));
        assert!(!is_one(&restarting, Look { now_ms: 900_000, restarting: RESTARTING_LOOKS }));
    }
}
