//! The state of a container in one sentence, always in the same words: signatures read them.

use crate::doctor::evidence::Standing;
use crate::live::{ContainerState, LiveContainer, Readiness};
use crate::topology::resource::Lifecycle;

/// A container that began again this short ago may be between two crashes.
const UNSETTLED_SECONDS: i64 = 600;

/// What became of a container, as the engine remembers it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    pub exit_code: i64,
    pub oom_killed: bool,
    /// Why the engine could not start it; empty when it could.
    pub error: String,
    pub restart_count: i64,
    /// Seconds since it was started the last time; `None` when it never was.
    pub started_seconds_ago: Option<i64>,
}

/// A container that the topology names, and what was found of it.
#[derive(Debug, Clone, Copy)]
pub struct Patient<'a> {
    pub lifecycle: Lifecycle,
    pub found: Option<&'a LiveContainer>,
    pub past: Option<&'a Past>,
}

impl Patient<'_> {
    /// The sentence, and whether it is bad news.
    #[must_use]
    pub fn state(&self) -> (String, Standing) {
        let Some(found) = self.found else { return ("not there".to_string(), Standing::Troubled) };
        let troubled = |text: String| (text, Standing::Troubled);
        match &found.state {
            ContainerState::Created if self.lifecycle == Lifecycle::Keeper => {
                ("created, never to be started".to_string(), Standing::Healthy)
            }
            ContainerState::Created => troubled(self.not_started()),
            ContainerState::Paused => troubled("paused".to_string()),
            ContainerState::Restarting { exit_code, out_of_memory } => {
                troubled(format!("restarting after exit code {exit_code}{}", killed(*out_of_memory)))
            }
            ContainerState::Exited { exit_code: 0, .. } if self.lifecycle == Lifecycle::Once => {
                ("done".to_string(), Standing::Healthy)
            }
            ContainerState::Exited { exit_code, out_of_memory } => {
                troubled(format!("exited with code {exit_code}{}{}", killed(*out_of_memory), self.refused()))
            }
            ContainerState::Running => self.running(found),
        }
    }

    fn running(&self, found: &LiveContainer) -> (String, Standing) {
        if !found.connected {
            return ("running, not in the project's network".to_string(), Standing::Troubled);
        }
        let (again, standing) = match self.past.filter(|past| is_unsettled(past)).map(|past| past.restart_count) {
            None => (String::new(), Standing::Healthy),
            // It came back: a driver does so when its master was away, and a broker that began before its quorum.
            Some(1) => (", restarted once".to_string(), Standing::Healthy),
            Some(count) => (format!(", restarted {count} times"), Standing::Troubled),
        };
        match (&found.readiness, found.readiness.obstacle()) {
            (Readiness::Ready, _) => (format!("running, ready{again}"), standing),
            (_, None) => (format!("running{again}"), standing),
            (Readiness::Waiting(_), _) if self.lifecycle == Lifecycle::Once => {
                ("running, not done".to_string(), Standing::Troubled)
            }
            (_, Some(why)) => (format!("running{again}, not ready: {why}"), Standing::Troubled),
        }
    }

    fn not_started(&self) -> String {
        match self.past {
            Some(past) if !past.error.is_empty() => format!("could not be started: {}", past.error),
            _ => "created, not started".to_string(),
        }
    }

    fn refused(&self) -> String {
        match self.past {
            Some(past) if !past.error.is_empty() => format!("; the engine says: {}", past.error),
            _ => String::new(),
        }
    }
}

fn is_unsettled(past: &Past) -> bool {
    past.restart_count > 0 && past.started_seconds_ago.is_some_and(|ago| ago < UNSETTLED_SECONDS)
}

fn killed(out_of_memory: bool) -> &'static str {
    if out_of_memory { ", killed for memory" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(lifecycle: Lifecycle, found: &LiveContainer, past: &Past) -> (String, Standing) {
        Patient { lifecycle, found: Some(found), past: Some(past) }.state()
    }

    #[test]
    fn a_container_that_was_killed_for_memory_says_so() {
        let dead = LiveContainer::of(ContainerState::Exited { exit_code: 137, out_of_memory: true }, Readiness::Ready);
        let (text, standing) = said(Lifecycle::Service, &dead, &Past::default());
        assert_eq!((text.as_str(), standing), ("exited with code 137, killed for memory", Standing::Troubled));
    }

    #[test]
    fn what_runs_once_and_ended_well_is_healthy() {
        let done = LiveContainer::of(ContainerState::Exited { exit_code: 0, out_of_memory: false }, Readiness::Ready);
        assert_eq!(said(Lifecycle::Once, &done, &Past::default()), ("done".to_string(), Standing::Healthy));
        assert_eq!(said(Lifecycle::Service, &done, &Past::default()).1, Standing::Troubled);
    }

    #[test]
    fn a_restart_of_long_ago_is_forgiven_and_a_fresh_one_is_not() {
        let ready = LiveContainer::of(ContainerState::Running, Readiness::Ready);
        let ago = |seconds| Past { restart_count: 3, started_seconds_ago: Some(seconds), ..Past::default() };
        assert_eq!(said(Lifecycle::Service, &ready, &ago(7200)).1, Standing::Healthy);
        assert_eq!(
            said(Lifecycle::Service, &ready, &ago(20)),
            ("running, ready, restarted 3 times".to_string(), Standing::Troubled)
        );
        let once = Past { restart_count: 1, ..ago(20) };
        assert_eq!(
            said(Lifecycle::Service, &ready, &once),
            ("running, ready, restarted once".to_string(), Standing::Healthy)
        );
        let waiting = LiveContainer::of(ContainerState::Running, Readiness::Waiting("no answer".to_string()));
        assert_eq!(
            said(Lifecycle::Service, &waiting, &once),
            ("running, restarted once, not ready: no answer".to_string(), Standing::Troubled)
        );
    }

    #[test]
    fn a_container_that_is_not_there_is_bad_news() {
        let gone = Patient { lifecycle: Lifecycle::Service, found: None, past: None };
        assert_eq!(gone.state(), ("not there".to_string(), Standing::Troubled));
    }
}
