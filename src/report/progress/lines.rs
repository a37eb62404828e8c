//! Progress as lines that stay: plain for logs and CI, JSON for programs.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Outcome;
use super::steps::{Ended, Steps, duration};
use crate::report::json::FORMAT_VERSION;
use crate::report::text::plain;

/// A silent job is a dead job to many a CI: a slow step is named this often.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// More steps than this are counted.
const MOST_NAMED: usize = 6;

/// One line per change, with the time since the command began.
pub(super) struct PlainLines {
    to: Box<dyn Write + Send>,
    only: Only,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Only {
    Everything,
    Failures,
}

impl PlainLines {
    pub(super) fn new(to: Box<dyn Write + Send>) -> Self {
        Self { to, only: Only::Everything }
    }

    pub(super) fn failures_only(to: Box<dyn Write + Send>) -> Self {
        Self { to, only: Only::Failures }
    }

    pub(super) fn moved(&mut self, id: &str, text: &str, elapsed: Duration) {
        if self.only == Only::Everything {
            self.line(elapsed, &format!("{id}: {}", plain(text)));
        }
    }

    pub(super) fn note(&mut self, text: &str, elapsed: Duration) {
        if self.only == Only::Everything {
            self.line(elapsed, &plain(text));
        }
    }

    pub(super) fn finish(&mut self, id: &str, outcome: &Outcome, ended: &Ended, elapsed: Duration) {
        let count = ended.count.as_ref().map_or_else(String::new, |count| format!(", {count}"));
        let took = duration(ended.took);
        match outcome {
            Outcome::Done(text) => self.moved(id, &format!("{text}{count} ({took})"), elapsed),
            Outcome::Skipped(text) => self.moved(id, text, elapsed),
            Outcome::Failed(text) => {
                self.line(elapsed, &format!("{id}: failed: {} ({took})", plain(text)));
                for line in &ended.lines {
                    self.line(elapsed, &format!("{id} | {line}"));
                }
            }
        }
    }

    /// Names each step that has been silent for a while, with its last line; where there is no step, says that work goes on.
    pub(super) fn heartbeat(&mut self, steps: &mut Steps, now: Instant) {
        let elapsed = steps.elapsed(now);
        if steps.idle(now).is_some_and(|silent| silent >= HEARTBEAT) {
            steps.spoke(now);
            self.line(elapsed, "still at work");
        }
        let mut named_count = 0;
        for (id, step) in steps.iter_mut() {
            if now.saturating_duration_since(step.said) < HEARTBEAT {
                continue;
            }
            step.said = now;
            named_count += 1;
            if named_count > MOST_NAMED {
                continue;
            }
            let last = step.lines.back().map_or_else(String::new, |line| format!(" | {line}"));
            let took = duration(now.saturating_duration_since(step.since));
            self.line(elapsed, &format!("{id}: still {} ({took}){last}", step.text()));
        }
        if named_count > MOST_NAMED {
            self.line(elapsed, &format!("and {} more that are still under way", named_count - MOST_NAMED));
        }
    }

    /// A display that cannot be written to must not stop the work it shows.
    fn line(&mut self, elapsed: Duration, text: &str) {
        let _ = writeln!(self.to, "[{:>7}] {text}", duration(elapsed)).and_then(|()| self.to.flush());
    }
}

/// One JSON object per line.
pub(super) struct JsonLines {
    to: Box<dyn Write + Send>,
}

impl JsonLines {
    pub(super) fn new(to: Box<dyn Write + Send>) -> Self {
        Self { to }
    }

    pub(super) fn event(&mut self, event: &str, id: &str, text: &str, elapsed: Duration) {
        self.line(&json!({
            "format_version": FORMAT_VERSION, "event": event, "id": id, "text": text, "at_ms": milliseconds(elapsed),
        }));
    }

    pub(super) fn finish(&mut self, id: &str, outcome: &Outcome, ended: &Ended, elapsed: Duration) {
        let (word, text, lines) = match outcome {
            Outcome::Done(text) => ("done", text, [].as_slice()),
            Outcome::Skipped(text) => ("skipped", text, [].as_slice()),
            Outcome::Failed(text) => ("failed", text, ended.lines.as_slice()),
        };
        self.line(&json!({
            "format_version": FORMAT_VERSION, "event": "finish", "id": id, "outcome": word, "text": text,
            "count": ended.count, "lines": lines, "took_ms": milliseconds(ended.took), "at_ms": milliseconds(elapsed),
        }));
    }

    fn line(&mut self, event: &Value) {
        let _ = writeln!(self.to, "{event}").and_then(|()| self.to.flush());
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::{Outcome, Progress, Screen, Tally};
    use super::{JsonLines, MOST_NAMED, PlainLines, Steps};
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};
    use std::time::{Duration, Instant};

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Paper {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What one small run says: a step that ends well, one that fails.
    fn run(progress: &Progress) {
        progress.begin("kafka", "creating");
        progress.phase("kafka", "starting");
        progress.phase("kafka", "starting");
        progress.finish("kafka", &Outcome::Done("ready".to_owned()));
        progress.begin("spark", "starting");
        progress.detail("spark", "\u{1b}[31mout of memory\u{1b}[0m\n");
        progress.finish("spark", &Outcome::Failed("exited with 137".to_owned()));
    }

    #[test]
    fn plain_progress_is_one_line_per_change_and_a_failure_brings_its_last_lines() {
        let paper = Paper::default();
        run(&Progress::on(Screen::Plain(PlainLines::new(Box::new(paper.clone()))), None));
        let expected = "\
[   0.0s] kafka: creating
[   0.0s] kafka: starting
[   0.0s] kafka: ready (0.0s)
[   0.0s] spark: starting
[   0.0s] spark: failed: exited with 137 (0.0s)
[   0.0s] spark | out of memory
";
        assert_eq!(paper.text(), expected);
    }

    #[test]
    fn quiet_progress_shows_failures_only() {
        let paper = Paper::default();
        run(&Progress::on(Screen::Plain(PlainLines::failures_only(Box::new(paper.clone()))), None));
        assert_eq!(paper.text().lines().count(), 2);
    }

    #[test]
    fn json_progress_is_one_object_per_line() {
        let paper = Paper::default();
        run(&Progress::on(Screen::Json(JsonLines::new(Box::new(paper.clone()))), None));
        let events: Vec<serde_json::Value> =
            paper.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(events.len(), 5);
        assert_eq!(events[2]["outcome"], "done");
        assert_eq!(events[4]["lines"][0], "out of memory");
        assert!(events.iter().all(|event| event["format_version"] == 1));
    }

    #[test]
    fn a_slow_step_is_named_every_fifteen_seconds_with_its_last_line() {
        let paper = Paper::default();
        let mut lines = PlainLines::new(Box::new(paper.clone()));
        let start = Instant::now();
        let mut steps = Steps::new(start);
        steps.begin("randomuser", "reading", start);
        steps.detail("randomuser", "page 3");
        steps.count("randomuser", "records", Tally { done: 90, ..Tally::default() }, start + Duration::from_secs(9));
        for second in 1..=31 {
            lines.heartbeat(&mut steps, start + Duration::from_secs(second));
        }
        let expected = "\
[  15.0s] randomuser: still reading  90 records, 10/s (15.0s) | page 3
[  30.0s] randomuser: still reading  90 records, 10/s (30.0s) | page 3
";
        assert_eq!(paper.text(), expected);
    }

    #[test]
    fn silence_without_a_step_is_broken_too_until_the_work_is_over() {
        let paper = Paper::default();
        let mut lines = PlainLines::new(Box::new(paper.clone()));
        let start = Instant::now();
        let mut steps = Steps::new(start);
        for second in 1..=31 {
            lines.heartbeat(&mut steps, start + Duration::from_secs(second));
        }
        steps.forget_all();
        lines.heartbeat(&mut steps, start + Duration::from_secs(90));
        assert_eq!(paper.text(), "[  15.0s] still at work\n[  30.0s] still at work\n");
    }

    #[test]
    fn of_many_slow_steps_a_few_are_named_and_the_rest_counted() {
        let paper = Paper::default();
        let mut lines = PlainLines::new(Box::new(paper.clone()));
        let start = Instant::now();
        let mut steps = Steps::new(start);
        for number in 0..20 {
            steps.begin(&format!("topic/t{number}"), "creating", start);
        }
        lines.heartbeat(&mut steps, start + Duration::from_secs(15));
        let text = paper.text();
        assert_eq!(text.lines().count(), MOST_NAMED + 1, "{text}");
        assert!(text.ends_with("[  15.0s] and 14 more that are still under way\n"), "{text}");
    }
}
