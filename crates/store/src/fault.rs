//! What a store tells whoever keeps it running: that its disk fails it.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::StoreError;

/// A disk that fails the store. What was acknowledged is not touched by it; that more can be acknowledged is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A write found no room; it was taken back.
    Full,
    /// The system could not read or write: what is on the disk is known when the store is opened again.
    Failed {
        /// What SQLite said.
        reason: String,
    },
}

impl Fault {
    /// The fault that an error tells of, if it tells of one.
    pub fn of(error: &StoreError) -> Option<Self> {
        match error {
            StoreError::DiskFull => Some(Self::Full),
            StoreError::DiskFailed { source, .. } => Some(Self::Failed {
                reason: source.to_string(),
            }),
            _ => None,
        }
    }

    /// The fault that an error of a file beside the database tells of, if it tells of one.
    pub fn of_file(error: &std::io::Error) -> Option<Self> {
        if error.kind() == std::io::ErrorKind::StorageFull {
            return Some(Self::Full);
        }
        let failed = error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error());
        failed.then(|| Self::Failed {
            reason: error.to_string(),
        })
    }
}

/// Is told of a fault, on the thread that met it.
pub type FaultListener = Box<dyn Fn(Fault) + Send + Sync>;

/// Who listens now.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Option<FaultListener>>);

impl Faults {
    /// Takes the place of whoever listened before.
    pub(crate) fn listen(&self, listener: FaultListener) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(listener);
    }

    pub(crate) fn tell(&self, fault: Fault) {
        if let Some(listener) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            listener(fault);
        }
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").finish_non_exhaustive()
    }
}
