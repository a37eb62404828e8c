//! Progress as lines that move: one per running step, finished ones stay above them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Outcome;
use super::steps::{Ended, Step, Steps, duration};
use crate::report::text::plain;

/// From here on a step shows the last line of its log.
const SLOW: Duration = Duration::from_secs(10);
/// Times a second the terminal is drawn, at most.
const DRAWS_PER_SECOND: u8 = 12;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

pub(super) struct Terminal {
    lines: MultiProgress,
    bars: BTreeMap<String, ProgressBar>,
}

impl Terminal {
    pub(super) fn new() -> Self {
        let lines = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND));
        Self { lines, bars: BTreeMap::new() }
    }

    pub(super) fn begin(&mut self, id: &str, step: &Step, now: Instant) {
        let bar = self.bars.entry(id.to_owned()).or_insert_with(|| {
            let bar = self.lines.add(ProgressBar::new_spinner());
            bar.set_style(style("{spinner} {wide_msg}"));
            bar
        });
        draw(bar, id, step, now);
    }

    pub(super) fn refresh(&self, steps: &Steps, now: Instant) {
        for (id, step) in steps.iter() {
            if let Some(bar) = self.bars.get(id) {
                draw(bar, id, step, now);
            }
        }
    }

    pub(super) fn finish(&mut self, id: &str, outcome: &Outcome, ended: &Ended) {
        if let Some(bar) = self.bars.remove(id) {
            bar.finish_and_clear();
            self.lines.remove(&bar);
        }
        let count = ended.count.as_ref().map_or_else(String::new, |count| format!(", {count}"));
        let took = duration(ended.took);
        match outcome {
            Outcome::Done(text) => {
                self.note(&format!("{GOOD}✔{GOOD:#} {id:<22} {}{count}  {DIM}{took}{DIM:#}", plain(text)));
            }
            Outcome::Skipped(text) => self.note(&format!("{DIM}-{DIM:#} {id:<22} {}", plain(text))),
            Outcome::Failed(text) => {
                self.note(&format!("{BAD}✖{BAD:#} {id:<22} {}  {DIM}{took}{DIM:#}", plain(text)));
                for line in &ended.lines {
                    self.note(&format!("  {DIM}|{DIM:#} {line}"));
                }
            }
        }
    }

    /// A line that stays.
    pub(super) fn note(&self, text: &str) {
        // A terminal that went away takes its display with it; the work goes on.
        let _ = self.lines.println(colored(text.to_owned()));
    }

    pub(super) fn clear(&mut self) {
        for bar in std::mem::take(&mut self.bars).into_values() {
            bar.finish_and_clear();
            self.lines.remove(&bar);
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The text with its colours where they are wanted.
fn colored(text: String) -> String {
    match anstream::AutoStream::choice(&std::io::stderr()) {
        anstream::ColorChoice::Never => anstream::adapter::strip_str(&text).to_string(),
        _ => text,
    }
}

fn draw(bar: &ProgressBar, id: &str, step: &Step, now: Instant) {
    let took = now.saturating_duration_since(step.since);
    let mut text = format!("{id:<22} {}  {}", step.text(), duration(took));
    if let (true, Some(line)) = (took >= SLOW, step.lines.back()) {
        text = format!("{text}  {DIM}{line}{DIM:#}");
    }
    if let Some(total) = step.meter.as_ref().and_then(|meter| meter.tally.total) {
        if bar.length() != Some(total) {
            bar.set_style(style("{spinner} [{bar:20}] {wide_msg}"));
            bar.set_length(total);
        }
        bar.set_position(step.meter.as_ref().map_or(0, |meter| meter.tally.done));
    }
    bar.set_message(colored(text));
    bar.tick();
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("the templates of this file are well formed")
        .tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ")
        .progress_chars("=> ")
}
