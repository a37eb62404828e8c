//! When to ask a source again, and when not to: pure, the caller sleeps.
//!
//! Waits double from `first` to `longest`, and jitter adds up to as much again; a source that says `Retry-After` is not asked before that.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// How patiently one request is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Repetitions after the first attempt.
    pub retries: u32,
    pub first: Duration,
    pub longest: Duration,
    /// A `Retry-After` beyond this ends the run with what the source asked for, rather than sitting there.
    pub longest_ban: Duration,
}

impl Patience {
    #[must_use]
    pub fn with_retries(retries: u32) -> Self {
        Self {
            retries,
            first: Duration::from_millis(200),
            longest: Duration::from_secs(10),
            longest_ban: Duration::from_mins(5),
        }
    }

    /// The waits between the attempts: as many as there are retries.
    #[must_use]
    pub fn waits(&self) -> ExponentialBackoff {
        ExponentialBuilder::default()
            .with_min_delay(self.first)
            .with_max_delay(self.longest)
            .with_max_times(usize::try_from(self.retries).unwrap_or(usize::MAX))
            .with_jitter()
            .build()
    }
}

/// Whether the same request may succeed later.
#[must_use]
pub fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}

/// How long a `Retry-After` header asks to wait: seconds, or a date as HTTP writes it.
#[must_use]
pub fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = rfc2822::parse(header).ok()?.timestamp();
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_waits_as_retries_and_none_is_longer_than_allowed() {
        let patience = Patience { longest: Duration::from_millis(500), ..Patience::with_retries(5) };
        let waits: Vec<_> = patience.waits().collect();
        assert_eq!(waits.len(), 5);
        // Jitter adds up to as much again.
        assert!(waits.iter().all(|wait| *wait >= patience.first && *wait <= patience.longest * 2), "{waits:?}");
        assert_eq!(Patience::with_retries(0).waits().count(), 0);
    }

    #[test]
    fn a_ban_is_given_in_seconds_or_as_a_date() {
        let now: Timestamp = "2015-10-21T07:27:30Z".parse().unwrap();
        assert_eq!(retry_after(" 120 ", now), Some(Duration::from_mins(2)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("-1", now), None);
    }

    #[test]
    fn only_what_may_pass_is_asked_again() {
        for status in [408, 425, 429, 500, 502, 503, 504] {
            assert!(is_passing(status), "{status}");
        }
        for status in [301, 400, 401, 403, 404, 410, 422] {
            assert!(!is_passing(status), "{status}");
        }
    }
}
