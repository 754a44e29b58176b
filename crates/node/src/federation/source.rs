//! Who serves a log that is copied, and whether another is to be asked instead.

use std::time::Duration;

use crate::NodeError;
use crate::folder::Overrides;

/// Who serves a log, and where.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Code of the member.
    pub(super) member: String,
    /// The log's address there, before `/tile` and `/checkpoint`.
    pub(super) base: String,
}

/// Whether an error is of who was asked, so that somebody else may have what is wanted.
pub(super) const fn is_of_source(error: &NodeError) -> bool {
    matches!(
        error,
        NodeError::PeerSilent { .. }
            | NodeError::PeerStatus { .. }
            | NodeError::PeerBeyond { .. }
            | NodeError::PeerRefuses { .. }
            | NodeError::PeerAnswerTooLarge { .. }
            | NodeError::PeerSlow { .. }
            | NodeError::LogBroken { .. }
            | NodeError::LogShrunk { .. }
            | NodeError::LogKeyElsewhere { .. }
            | NodeError::HeadShowsNothing { .. }
            | NodeError::Log(_)
    )
}

/// How long a source was waited for, and what it gave.
pub(super) struct Patience {
    patience: Duration,
    bytes_per_second_min: u64,
    pub(super) waited: Duration,
    pub(super) bytes: u64,
}

impl Patience {
    pub(super) const fn new(limits: &Overrides) -> Self {
        Self {
            patience: Duration::from_millis(limits.copy_patience_ms),
            bytes_per_second_min: limits.copy_bytes_per_second_min,
            waited: Duration::ZERO,
            bytes: 0,
        }
    }

    pub(super) fn add(&mut self, waited: Duration, bytes: usize) {
        self.waited += waited;
        self.bytes += bytes as u64;
    }

    pub(super) fn is_too_slow(&self) -> bool {
        self.waited > self.patience + Duration::from_secs(self.bytes / self.bytes_per_second_min)
    }
}
