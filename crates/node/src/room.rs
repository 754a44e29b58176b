//! Room on the disk: what only grows stops before there is none, so that what must be written to go on serving still can be.
//!
//! The intake and the following of peers ask here. What a witness signs, evidence and the charter do not: they are small,
//! and the reserve is there for them.

use crate::folder::NodeConfig;
use crate::{NodeError, NodeResult, NodeState};

/// What takes room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taker {
    /// The member's own log.
    OwnLog,
    /// Copies of the others' logs and blobs. They leave twice the reserve: what others say must not keep the member from
    /// saying something, and copies can be had again.
    Copies,
}

impl Taker {
    const fn reserves(self) -> u64 {
        match self {
            Self::OwnLog => 1,
            Self::Copies => 2,
        }
    }
}

/// Free bytes on the disk below which the own log takes nothing in: what is logged must still be readable, copied and swept.
const RESERVE_BYTES: u64 = 256 * 1024 * 1024;

/// Size of a page of the database, bytes.
const PAGE_BYTES: u64 = 4_096;

/// Of a database whose size is limited this part is the reserve, if it is less than [`RESERVE_BYTES`].
const RESERVE_PART: u64 = 4;

/// How often what is written stands on the disk for a while: in the journal, and in the file that it is folded into.
const TIMES_ON_DISK: u64 = 2;

/// The free bytes that a node keeps back.
fn reserve(config: &NodeConfig) -> u64 {
    match config.overrides.database_pages_max {
        0 => RESERVE_BYTES,
        pages => RESERVE_BYTES.min(u64::from(pages) * PAGE_BYTES / RESERVE_PART),
    }
}

/// Lets `bytes` more be written only if what this taker must leave is left after it. Blocking.
///
/// # Errors
/// [`NodeError::NoRoom`].
pub(crate) fn require(state: &NodeState, taker: Taker, bytes: u64) -> NodeResult<()> {
    let left = reserve(state.config()).saturating_mul(taker.reserves());
    let needed = left.saturating_add(bytes.saturating_mul(TIMES_ON_DISK));
    // Where nobody can tell, the store itself says when it is full.
    match state.store().free_bytes() {
        Ok(free) if free < needed => Err(NodeError::NoRoom { needed }),
        _ => Ok(()),
    }
}
