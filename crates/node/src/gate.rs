//! Whether this member's log may sign.

use std::sync::{Mutex, PoisonError};

use crate::{NodeError, NodeResult};

/// What stands between a statement and the signature of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// Nothing.
    Open,
    /// After a start, until enough witnesses have said what they know of this log (see [`didymium_log::fence`]).
    Waiting {
        /// Members that have answered.
        heard: usize,
        /// Members that must.
        needed: usize,
    },
    /// The node opens itself again under a new version of the charter, with another gate.
    Reopening,
    /// What the log signed before is not what this node holds: people decide how to go on.
    Shut {
        /// Why, in words.
        reason: String,
    },
}

/// The gate of one log. What is shut stays shut while the node runs; what reopens does so as another gate.
#[derive(Debug)]
pub struct Gate(Mutex<Passage>);

impl Default for Gate {
    fn default() -> Self {
        Self(Mutex::new(Passage::Open))
    }
}

impl Gate {
    /// How it stands.
    pub fn passage(&self) -> Passage {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets pass only if it is open.
    ///
    /// # Errors
    /// [`NodeError::LogWaits`], [`NodeError::LogReopens`] or [`NodeError::LogShut`].
    pub fn pass(&self) -> NodeResult<()> {
        match self.passage() {
            Passage::Open => Ok(()),
            Passage::Waiting { heard, needed } => Err(NodeError::LogWaits { heard, needed }),
            Passage::Reopening => Err(NodeError::LogReopens),
            Passage::Shut { reason } => Err(NodeError::LogShut { reason }),
        }
    }

    /// Sets it, unless it is shut or reopens; says whether that changed anything.
    pub(crate) fn set(&self, passage: Passage) -> bool {
        let mut stands = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*stands, Passage::Reopening | Passage::Shut { .. }) || *stands == passage {
            return false;
        }
        *stands = passage;
        true
    }
}
