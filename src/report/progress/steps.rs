//! What the running steps are at: phase, last lines, counts. Data only; it is told the time.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use super::Tally;
use crate::report::text::plain;

/// Lines kept for the case that a step fails.
const KEPT_LINES: usize = 20;
/// A rate over less than this says more about the clock than about the work.
const RATE_WINDOW: Duration = Duration::from_secs(1);

pub(super) struct Steps {
    started: Instant,
    /// Since when nothing was said; nothing once the work is over and the result is being shown.
    silent: Option<Instant>,
    running: BTreeMap<String, Step>,
}

pub(super) struct Step {
    pub(super) phase: String,
    pub(super) since: Instant,
    /// When it was last said to be still running.
    pub(super) said: Instant,
    pub(super) lines: VecDeque<String>,
    pub(super) meter: Option<Meter>,
}

/// A step that is over.
#[derive(Default)]
pub(super) struct Ended {
    pub(super) took: Duration,
    pub(super) lines: Vec<String>,
    pub(super) count: Option<String>,
}

pub(super) struct Meter {
    pub(super) unit: &'static str,
    pub(super) tally: Tally,
    mark: (Instant, u64),
    per_second: Option<u64>,
}

impl Steps {
    pub(super) fn new(started: Instant) -> Self {
        Self { started, silent: Some(started), running: BTreeMap::new() }
    }

    pub(super) fn elapsed(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.started)
    }

    /// Something was said.
    pub(super) fn spoke(&mut self, now: Instant) {
        self.silent = Some(now);
    }

    /// How long nothing was said while no step runs: between two steps somebody works as well.
    pub(super) fn idle(&self, now: Instant) -> Option<Duration> {
        self.silent.filter(|_| self.running.is_empty()).map(|since| now.saturating_duration_since(since))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Step)> {
        self.running.iter().map(|(id, step)| (id.as_str(), step))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Step)> {
        self.running.iter_mut().map(|(id, step)| (id.as_str(), step))
    }

    pub(super) fn begin(&mut self, id: &str, text: &str, now: Instant) -> &Step {
        let phase = plain(text).into_owned();
        let step = Step { phase, since: now, said: now, lines: VecDeque::new(), meter: None };
        self.spoke(now);
        self.running.insert(id.to_owned(), step);
        &self.running[id]
    }

    /// False where the text is what was already shown, or the step is not running.
    pub(super) fn phase(&mut self, id: &str, text: &str, now: Instant) -> bool {
        let text = plain(text);
        match self.running.get_mut(id) {
            Some(step) if step.phase != text => {
                step.phase = text.into_owned();
                step.said = now;
                true
            }
            _ => false,
        }
    }

    pub(super) fn forget_all(&mut self) {
        self.silent = None;
        self.running.clear();
    }

    pub(super) fn detail(&mut self, id: &str, line: &str) {
        let line = plain(line.trim_end());
        let Some(step) = self.running.get_mut(id).filter(|_| !line.is_empty()) else { return };
        if step.lines.len() == KEPT_LINES {
            step.lines.pop_front();
        }
        step.lines.push_back(line.into_owned());
    }

    pub(super) fn count(&mut self, id: &str, unit: &'static str, tally: Tally, now: Instant) {
        let Some(step) = self.running.get_mut(id) else { return };
        let meter = step.meter.get_or_insert(Meter { unit, tally, mark: (step.since, 0), per_second: None });
        meter.tally = tally;
        let window = now.saturating_duration_since(meter.mark.0);
        if window >= RATE_WINDOW {
            meter.per_second = Some(rate(tally.done.saturating_sub(meter.mark.1), window));
            meter.mark = (now, tally.done);
        }
    }

    pub(super) fn finish(&mut self, id: &str, now: Instant) -> Ended {
        self.spoke(now);
        let Some(step) = self.running.remove(id) else { return Ended::default() };
        let took = now.saturating_duration_since(step.since);
        let count = step.meter.map(|meter| meter.whole(took));
        Ended { took, lines: step.lines.into(), count }
    }
}

impl Step {
    /// The phase with how far it has come.
    pub(super) fn text(&self) -> String {
        match &self.meter {
            None => self.phase.clone(),
            Some(meter) => format!("{}  {}", self.phase, meter.text()),
        }
    }
}

impl Meter {
    /// `1200 of 5000 records, 410/s, lag 12`
    fn text(&self) -> String {
        let of = self.tally.total.map_or_else(String::new, |total| format!(" of {total}"));
        let rate = self.per_second.map_or_else(String::new, |rate| format!(", {rate}/s"));
        let lag = self.tally.lag.map_or_else(String::new, |lag| format!(", lag {lag}"));
        format!("{}{of} {}{rate}{lag}", self.tally.done, self.unit)
    }

    /// The count with the rate over all of the step's time.
    fn whole(&self, took: Duration) -> String {
        format!("{} {}, {}/s", self.tally.done, self.unit, rate(self.tally.done, took))
    }
}

fn rate(done: u64, took: Duration) -> u64 {
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    done.saturating_mul(1000) / milliseconds
}

/// `3.7s`, `2m 05s`: the same width of thought at any scale.
pub(super) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        return format!("{}.{}s", seconds, time.subsec_millis() / 100);
    }
    format!("{}m {:02}s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::{Steps, duration};
    use crate::report::progress::Tally;
    use std::time::{Duration, Instant};

    #[test]
    fn only_the_last_twenty_lines_are_kept() {
        let start = Instant::now();
        let mut steps = Steps::new(start);
        steps.begin("image spark", "building", start);
        for number in 0..50 {
            steps.detail("image spark", &format!("line {number}\n"));
        }
        let ended = steps.finish("image spark", start + Duration::from_secs(3));
        assert_eq!((ended.lines.len(), ended.lines[0].as_str()), (20, "line 30"));
        assert_eq!(ended.took, Duration::from_secs(3));
    }

    #[test]
    fn the_rate_is_of_the_last_second_and_the_final_one_of_all_the_time() {
        let start = Instant::now();
        let mut steps = Steps::new(start);
        steps.begin("randomuser", "reading", start);
        let tally = |done| Tally { done, total: Some(1000), lag: Some(4) };
        steps.count("randomuser", "records", tally(100), start + Duration::from_secs(1));
        steps.count("randomuser", "records", tally(500), start + Duration::from_secs(2));
        let text = steps.iter().next().unwrap().1.text();
        assert_eq!(text, "reading  500 of 1000 records, 400/s, lag 4");
        let ended = steps.finish("randomuser", start + Duration::from_secs(4));
        assert_eq!(ended.count.as_deref(), Some("500 records, 125/s"));
    }

    #[test]
    fn the_same_phase_twice_is_one_change() {
        let start = Instant::now();
        let mut steps = Steps::new(start);
        steps.begin("kafka", "creating", start);
        assert!(!steps.phase("kafka", "creating", start));
        assert!(steps.phase("kafka", "starting", start));
        assert!(!steps.phase("nobody", "starting", start));
    }

    #[test]
    fn times_read_well_at_any_scale() {
        assert_eq!(duration(Duration::from_millis(3_760)), "3.7s");
        assert_eq!(duration(Duration::from_secs(125)), "2m 05s");
    }
}
