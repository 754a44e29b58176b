//! Being told to stop.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::error::{CliError, CliResult};

/// Hears Ctrl-C and SIGTERM from the moment it is made: what comes before anybody waits for it is not lost.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Takes the two signals over: from now on they no longer end the program, whoever holds this does.
    ///
    /// # Errors
    /// [`CliError::Runtime`] with what the system says if signals cannot be listened for.
    pub fn listen() -> CliResult<Self> {
        let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::Runtime)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(CliError::Runtime)?;
        let (tell, told) = watch::channel(false);
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            tell.send_replace(true);
        });
        Ok(Self(told))
    }

    /// Whether it was told already.
    pub fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    /// Completes when it is told; at once if it was.
    pub async fn told(mut self) {
        // The listener goes away only with the runtime, after it has told.
        let _ = self.0.wait_for(|told| *told).await;
    }
}
