//! Whether the stack's clock is this machine's: records carry the time of who wrote them, and generated readers drop old tracers.
//!
//! Pure; the readings come from the containers that were asked for other reasons.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::stage::{Kind, Stage, State};

pub(super) const NAME: &str = "clock";
const ALLOWED_SECONDS: f64 = 5.0;

/// What a container's clock showed at some moment between `began` and `took` after it, by ours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// Since 1970.
    pub seconds: f64,
    pub began: SystemTime,
    pub took: Duration,
}

impl Reading {
    /// Seconds that the container is ahead for certain; negative when it is behind.
    fn ahead(&self) -> f64 {
        let began = self.began.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let ended = began + self.took.as_secs_f64();
        if self.seconds > ended {
            self.seconds - ended
        } else if self.seconds < began {
            self.seconds - began
        } else {
            0.0
        }
    }
}

/// One stage for all clocks; none where no container could be asked.
#[must_use]
pub(super) fn stage(clocks: &BTreeMap<String, Reading>) -> Option<Stage> {
    let ahead = clocks.iter().map(|(name, reading)| (name, reading.ahead()));
    let (worst, seconds) = ahead.max_by(|(_, one), (_, other)| one.abs().total_cmp(&other.abs()))?;
    let stage = if seconds.abs() > ALLOWED_SECONDS {
        let direction = if seconds > 0.0 { "ahead of" } else { "behind" };
        let seen = format!("the clock of `{worst}` is {:.0} s {direction} this machine's", seconds.abs());
        Stage::failed(
            Kind::Ready,
            NAME,
            seen,
            "set the clocks right: let the engine's machine and this one follow a time server",
        )
    } else {
        Stage::ok(Kind::Ready, NAME, format!("{} containers go with this machine's", clocks.len()))
    };
    Some(stage.figure("skew_ms", (seconds * 1000.0).round()))
}

/// Whether the clocks were found to differ.
#[must_use]
pub(super) fn is_wrong(stages: &[Stage]) -> bool {
    stages.iter().any(|stage| stage.name == NAME && stage.state == State::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(seconds: f64) -> Reading {
        Reading { seconds, began: UNIX_EPOCH + Duration::from_secs(1000), took: Duration::from_secs(2) }
    }

    #[test]
    fn the_time_an_answer_took_is_no_skew() {
        let clocks = |seconds| BTreeMap::from([("kafka".to_string(), reading(seconds))]);
        assert_eq!(stage(&clocks(1001.0)).unwrap().state, State::Ok);
        assert_eq!(stage(&clocks(1006.9)).unwrap().state, State::Ok);
        assert_eq!(stage(&clocks(1007.5)).unwrap().state, State::Failed);
        assert!(stage(&clocks(400.0)).unwrap().seen.contains("600 s behind"));
        assert_eq!(stage(&BTreeMap::new()), None);
    }
}
