//! Being told to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Completes at Ctrl-C or SIGTERM.
///
/// # Errors
/// What the system says if signals cannot be listened for.
pub async fn stop() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}
