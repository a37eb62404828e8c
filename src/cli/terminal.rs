//! The caller's own terminal, lent to a command elsewhere: every key goes through, and the window's size with it.

use std::io::IsTerminal;

use crate::report::text;
use crate::systems::docker::exec::Terminal;

/// Whether a person sits at both ends.
#[must_use]
pub(super) fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && text::is_terminal()
}

/// What the window measures now; a usual size where it does not say.
#[cfg(unix)]
#[must_use]
pub(super) fn window() -> Terminal {
    let size = rustix::termios::tcgetwinsize(std::io::stdin()).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0);
    size.map_or(USUAL, |size| Terminal { columns: size.ws_col, rows: size.ws_row })
}

#[cfg(not(unix))]
#[must_use]
pub(super) fn window() -> Terminal {
    USUAL
}

const USUAL: Terminal = Terminal { columns: 80, rows: 24 };

/// As long as this lives, keys are not echoed and not acted upon here: Ctrl-C reaches the command.
pub(super) struct Raw {
    #[cfg(unix)]
    before: rustix::termios::Termios,
}

impl Raw {
    #[cfg(unix)]
    pub(super) fn enter() -> std::io::Result<Self> {
        use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(std::io::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(std::io::stdin(), OptionalActions::Now, &raw)?;
        Ok(Self { before })
    }

    #[cfg(not(unix))]
    pub(super) fn enter() -> std::io::Result<Self> {
        Ok(Self {})
    }
}

#[cfg(unix)]
impl Drop for Raw {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        // The terminal may be gone, and then nobody misses its settings.
        let _gone = tcsetattr(std::io::stdin(), OptionalActions::Drain, &self.before);
    }
}

/// Ends each time the window has changed.
#[cfg(unix)]
pub(super) async fn resized() {
    use tokio::signal::unix::{SignalKind, signal};
    if let Ok(mut changes) = signal(SignalKind::window_change())
        && changes.recv().await.is_some()
    {
        return;
    }
    std::future::pending::<()>().await;
}

#[cfg(not(unix))]
pub(super) async fn resized() {
    std::future::pending::<()>().await;
}
