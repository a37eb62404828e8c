//! Waiting for a state, with a bound: the only place of the suite that sleeps.

use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(100);

/// Asks again and again until there is an answer.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, bound: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < bound, "waited {bound:?} in vain: {what}");
        std::thread::sleep(POLL);
    }
}

/// Asks until there is an answer or the time is over, whichever comes first.
pub(crate) fn wait_at_most<T>(bound: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if started.elapsed() >= bound {
            return None;
        }
        std::thread::sleep(POLL.min(bound));
    }
}
