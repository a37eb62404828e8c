//! Ctrl-C: the first one asks to stop at a consistent place, the second one ends the program at once.

use tokio::sync::watch;

use crate::cli::exit::Exit;
use crate::report::text;

/// Turns true at the first Ctrl-C or SIGTERM.
pub(super) fn watch_interrupt() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        interrupted().await;
        text::say("interrupted: finishing what is under way; once more to end at once");
        // Nobody may be listening any more, and that is fine.
        sender.send_replace(true);
        interrupted().await;
        #[expect(clippy::disallowed_methods, reason = "the second Ctrl-C is the one way out that waits for nothing")]
        std::process::exit(i32::from(Exit::Interrupted.code()));
    });
    receiver
}

#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return wait_for_ctrl_c().await;
    };
    tokio::select! {
        () = wait_for_ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn interrupted() {
    wait_for_ctrl_c().await;
}

async fn wait_for_ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a handler the system's own behaviour stays in force.
        std::future::pending::<()>().await;
    }
}
