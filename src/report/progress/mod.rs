//! What is going on, on stderr: lines that move on a terminal, one line per change elsewhere, JSON events for programs.
//!
//! Clones share one display, so parallel steps report to it without coordination. It never asks and never fails the work.

mod lines;
mod steps;
mod terminal;

use std::io::IsTerminal;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use lines::{JsonLines, PlainLines};
use steps::Steps;
use terminal::Terminal;

use super::text::plain;

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done; the text says what is true now (`ready`, `created`).
    Done(String),
    /// Nothing to do; the text says why.
    Skipped(String),
    /// Failed; the last lines of detail are shown with it.
    Failed(String),
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// A terminal gets moving lines; a pipe, a file and `CI` get plain ones.
    #[default]
    Auto,
    Terminal,
    Plain,
    Json,
    /// Failures only.
    Quiet,
}

impl Mode {
    /// What `Auto` means here. Moving lines on something that is not a terminal would be lost: plain ones instead.
    #[must_use]
    pub fn settled(self) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        match self {
            Self::Auto if is_terminal && std::env::var_os("CI").is_none() => Self::Terminal,
            Self::Auto => Self::Plain,
            Self::Terminal if !is_terminal => Self::Plain,
            other => other,
        }
    }
}

/// The display of one command. Cheap to clone; the last one dropped clears what still moves.
#[derive(Clone)]
pub struct Progress {
    shared: Arc<Shared>,
}

struct Shared {
    display: Mutex<Display>,
    /// Dropped with the display: that ends the ticking thread.
    _ticking: Option<Sender<()>>,
}

struct Display {
    steps: Steps,
    screen: Screen,
}

enum Screen {
    Terminal(Terminal),
    Plain(PlainLines),
    Json(JsonLines),
}

impl Progress {
    #[must_use]
    pub fn new(mode: Mode) -> Self {
        let stderr = || Box::new(anstream::stderr());
        let (screen, every) = match mode.settled() {
            Mode::Terminal => (Screen::Terminal(Terminal::new()), Some(Duration::from_millis(125))),
            Mode::Json => (Screen::Json(JsonLines::new(stderr())), None),
            Mode::Quiet => (Screen::Plain(PlainLines::failures_only(stderr())), None),
            Mode::Plain | Mode::Auto => (Screen::Plain(PlainLines::new(stderr())), Some(Duration::from_secs(1))),
        };
        Self::on(screen, every)
    }

    fn on(screen: Screen, every: Option<Duration>) -> Self {
        let display = Mutex::new(Display { steps: Steps::new(Instant::now()), screen });
        let Some(every) = every else { return Self { shared: Arc::new(Shared { display, _ticking: None }) } };
        let (ticking, stop) = mpsc::channel();
        let shared = Arc::new(Shared { display, _ticking: Some(ticking) });
        let watched = Arc::downgrade(&shared);
        thread::spawn(move || while stop.recv_timeout(every) == Err(RecvTimeoutError::Timeout) && tick(&watched) {});
        Self { shared }
    }

    /// A step starts; `id` is how it is named to the user (`kafka`, `image spark`), `text` what happens first.
    pub fn begin(&self, id: &str, text: &str) {
        self.show(|display, now| {
            let step = display.steps.begin(id, text, now);
            match &mut display.screen {
                Screen::Terminal(terminal) => terminal.begin(id, step, now),
                Screen::Plain(lines) => lines.moved(id, text, display.steps.elapsed(now)),
                Screen::Json(lines) => lines.event("begin", id, text, display.steps.elapsed(now)),
            }
        });
    }

    /// The step goes on with something else (`starting`, then `waiting for metadata`). The same text again says nothing new.
    pub fn phase(&self, id: &str, text: &str) {
        self.show(|display, now| {
            if !display.steps.phase(id, text, now) {
                return;
            }
            match &mut display.screen {
                Screen::Terminal(terminal) => terminal.refresh(&display.steps, now),
                Screen::Plain(lines) => lines.moved(id, text, display.steps.elapsed(now)),
                Screen::Json(lines) => lines.event("phase", id, text, display.steps.elapsed(now)),
            }
        });
    }

    /// A line of the step's own log: shown when the step is slow, kept for the case that it fails.
    pub fn detail(&self, id: &str, line: &str) {
        self.show(|display, _| display.steps.detail(id, line));
    }

    /// How far a step has come, in `unit`s (`records`, `bytes`); the rate is worked out here.
    pub fn count(&self, id: &str, unit: &'static str, tally: Tally) {
        self.show(|display, now| display.steps.count(id, unit, tally, now));
    }

    /// The step ended. One that was not begun is shown all the same.
    pub fn finish(&self, id: &str, outcome: &Outcome) {
        self.show(|display, now| {
            let ended = display.steps.finish(id, now);
            match &mut display.screen {
                Screen::Terminal(terminal) => terminal.finish(id, outcome, &ended),
                Screen::Plain(lines) => lines.finish(id, outcome, &ended, display.steps.elapsed(now)),
                Screen::Json(lines) => lines.finish(id, outcome, &ended, display.steps.elapsed(now)),
            }
        });
    }

    /// A remark that belongs to no step.
    pub fn note(&self, text: &str) {
        self.show(|display, now| {
            display.steps.spoke(now);
            match &mut display.screen {
                Screen::Terminal(terminal) => terminal.note(&plain(text)),
                Screen::Plain(lines) => lines.note(text, display.steps.elapsed(now)),
                Screen::Json(lines) => lines.event("note", "", text, display.steps.elapsed(now)),
            }
        });
    }

    /// Takes away what still moves and forgets the steps, so that other text can be printed; a later `begin` starts afresh.
    pub fn clear(&self) {
        self.show(|display, _| {
            display.steps.forget_all();
            if let Screen::Terminal(terminal) = &mut display.screen {
                terminal.clear();
            }
        });
    }

    fn show(&self, change: impl FnOnce(&mut Display, Instant)) {
        change(&mut held(&self.shared.display), Instant::now());
    }
}

/// How far a step has come. Fields that are not known are left out of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub done: u64,
    pub total: Option<u64>,
    /// Sent but not yet acknowledged, or produced but not yet read.
    pub lag: Option<u64>,
}

/// One beat of the clock. False once the display is gone.
fn tick(watched: &Weak<Shared>) -> bool {
    let Some(shared) = watched.upgrade() else { return false };
    let mut display = held(&shared.display);
    let Display { steps, screen } = &mut *display;
    let now = Instant::now();
    match screen {
        Screen::Terminal(terminal) => terminal.refresh(steps, now),
        Screen::Plain(lines) => lines.heartbeat(steps, now),
        Screen::Json(_) => {}
    }
    true
}

/// A display whose holder panicked still shows the rest.
fn held(display: &Mutex<Display>) -> MutexGuard<'_, Display> {
    display.lock().unwrap_or_else(PoisonError::into_inner)
}
