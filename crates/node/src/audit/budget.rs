//! How much an audit may read, and for how long.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::{NodeError, NodeResult};

/// The bounds of one audit. Shared by all that read for it.
#[derive(Debug)]
pub struct Budget {
    bytes_max: u64,
    bytes: AtomicU64,
    time_max: Duration,
    begun: Instant,
}

impl Budget {
    /// Bounds that count from now.
    pub fn new(bytes_max: u64, time_max: Duration) -> Self {
        Self {
            bytes_max,
            bytes: AtomicU64::new(0),
            time_max,
            begun: Instant::now(),
        }
    }

    /// No bounds but those of the numbers: for what lies on this machine's own disk.
    pub fn unbounded() -> Self {
        Self::new(u64::MAX, Duration::MAX)
    }

    /// Counts what was read.
    ///
    /// # Errors
    /// [`NodeError::AuditStopped`] beyond a bound.
    pub fn spend(&self, bytes: usize) -> NodeResult<()> {
        let spent = self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        if spent.saturating_add(bytes as u64) > self.bytes_max {
            let reason = format!("it has read {} MiB", self.bytes_max >> 20);
            return Err(NodeError::AuditStopped { reason });
        }
        self.check_time()
    }

    /// # Errors
    /// [`NodeError::AuditStopped`] when the time is over.
    pub(super) fn check_time(&self) -> NodeResult<()> {
        if self.begun.elapsed() > self.time_max {
            let reason = format!("it has taken {} s", self.time_max.as_secs());
            return Err(NodeError::AuditStopped { reason });
        }
        Ok(())
    }

    /// Bytes read so far.
    pub fn spent(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Since it began.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bounds_stop() {
        let budget = Budget::new(100, Duration::from_secs(3_600));
        assert!(budget.spend(60).is_ok() && budget.spend(40).is_ok());
        assert!(matches!(budget.spend(1), Err(NodeError::AuditStopped { .. })));
        let late = Budget::new(100, Duration::ZERO);
        assert!(matches!(late.spend(0), Err(NodeError::AuditStopped { .. })));
        assert!(Budget::unbounded().spend(usize::MAX).is_ok());
    }
}
