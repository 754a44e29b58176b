//! The signal that the node is to stop.

use tokio::sync::watch;

/// Whoever holds this ends what waits on its [`Shutdown`]s; so does dropping it.
#[derive(Debug)]
pub struct ShutdownSwitch(watch::Sender<bool>);

/// Waits for the node's end. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Receiver<bool>);

/// A switch and what waits on it.
pub fn shutdown_switch() -> (ShutdownSwitch, Shutdown) {
    let (switch, waiting) = watch::channel(false);
    (ShutdownSwitch(switch), Shutdown(waiting))
}

impl ShutdownSwitch {
    /// Ends everything that waits.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Shutdown {
    /// Returns when the node is to stop.
    pub async fn wait(mut self) {
        // An error means that the switch is gone, which also ends the node.
        let _ = self.0.wait_for(|stopped| *stopped).await;
    }
}
