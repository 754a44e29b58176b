//! Places among the requests under way, and whose they are.
//!
//! At the door for nodes anybody may ask a few things, and send a body slowly. So what is not known to be a member's has a
//! share of the places, and all others are for members: strangers keep each other waiting, and no member. Whose a request is
//! shows before its body is read, by the signature over its head.

use tokio::sync::{Semaphore, SemaphorePermit};

use super::signed::Door;

/// Of so many places at the door for nodes one is a stranger's.
const STRANGERS_ONE_OF: usize = 4;
/// Most heads of requests that are verified at the same time. Each takes no longer than a signature does.
const HEADS_MAX: usize = 32;

/// Whose a request is, as far as that decides which places it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// A member's, or this machine's.
    Known,
    /// Anybody's.
    Stranger,
}

/// The places at one door.
pub(super) struct Places {
    known: Semaphore,
    strangers: Semaphore,
    heads: Semaphore,
}

impl Places {
    /// Places for so many requests at the same time; at the door for nodes at least one for each share.
    pub(super) fn new(door: Door, requests_max: usize) -> Self {
        let strangers = match door {
            Door::Own => 0,
            Door::Nodes => (requests_max / STRANGERS_ONE_OF).max(1),
        };
        Self {
            known: Semaphore::new(requests_max.saturating_sub(strangers).max(1)),
            strangers: Semaphore::new(strangers),
            heads: Semaphore::new(HEADS_MAX),
        }
    }

    /// Waits for a place, which is given back when it is dropped; none when the node stops.
    pub(super) async fn take(&self, whose: Whose) -> Option<SemaphorePermit<'_>> {
        let share = match whose {
            Whose::Known => &self.known,
            Whose::Stranger => &self.strangers,
        };
        share.acquire().await.ok()
    }

    /// Waits for a turn to verify a head. Nobody can hold one back: nothing more of the request is waited for meanwhile.
    pub(super) async fn verify_head(&self) -> Option<SemaphorePermit<'_>> {
        self.heads.acquire().await.ok()
    }
}
