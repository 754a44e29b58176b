//! The signal that something of what the node holds has changed.

use tokio::sync::watch;

/// Told by the ledger and by the federation after each commit and each blob; heard by the twin's job. Signals that come
/// while a listener is busy melt into one.
#[derive(Debug, Clone)]
pub struct Changed(watch::Sender<u64>);

impl Default for Changed {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Changed {
    /// Tells every listener.
    pub fn tell(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// A listener: `changed().await` returns after the next signal; the value counts signals.
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}
