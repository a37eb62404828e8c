//! How long the proof may take, and whether somebody asked it to stop.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::stage::Stop;

/// Cheap to clone; all clones end at the same moment.
#[derive(Clone)]
pub struct Clock {
    ends: Instant,
    interrupt: watch::Receiver<bool>,
}

impl Clock {
    #[must_use]
    pub fn new(limit: Duration, interrupt: watch::Receiver<bool>) -> Self {
        Self { ends: Instant::now() + limit, interrupt }
    }

    #[must_use]
    pub(super) fn stopped(&self) -> Option<Stop> {
        if *self.interrupt.borrow() {
            return Some(Stop::Interrupted);
        }
        self.left().is_zero().then_some(Stop::TimeOver)
    }

    fn left(&self) -> Duration {
        self.ends.saturating_duration_since(Instant::now())
    }

    /// Waits a moment, shorter when the whole ends before.
    pub(super) async fn pause(&self, moment: Duration) {
        let mut interrupt = self.interrupt.clone();
        tokio::select! {
            () = tokio::time::sleep(moment.min(self.left())) => {}
            () = told(&mut interrupt) => {}
        }
    }

    /// The work's result, or nothing when the whole ends before it does.
    pub(super) async fn bound<T>(&self, work: impl Future<Output = T>) -> Result<T, Stop> {
        let mut interrupt = self.interrupt.clone();
        tokio::select! {
            result = work => Ok(result),
            () = tokio::time::sleep(self.left()) => Err(Stop::TimeOver),
            () = told(&mut interrupt) => Err(Stop::Interrupted),
        }
    }
}

/// Until somebody asks to stop; for ever when nobody can any more.
async fn told(interrupt: &mut watch::Receiver<bool>) {
    if interrupt.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_ends_with_the_whole() {
        let (_sender, interrupt) = watch::channel(false);
        let clock = Clock::new(Duration::from_millis(20), interrupt);
        let bound = clock.bound(std::future::pending::<()>()).await;
        assert_eq!(bound, Err(Stop::TimeOver));
        assert_eq!(clock.stopped(), Some(Stop::TimeOver));
    }

    #[tokio::test]
    async fn an_interruption_ends_a_wait_at_once() {
        let (sender, interrupt) = watch::channel(false);
        let clock = Clock::new(Duration::from_mins(1), interrupt);
        sender.send(true).unwrap();
        clock.pause(Duration::from_secs(30)).await;
        assert_eq!(clock.stopped(), Some(Stop::Interrupted));
    }
}
