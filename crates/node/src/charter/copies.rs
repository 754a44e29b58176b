//! Holding a version of the charter against the logs as they are here.
//!
//! The cut of a version, and the last good heads of its revocations, say what counts of every log. Whoever signs them says
//! that they know those states; whoever adopts them finds at least that they hold no other history.

use std::sync::Arc;

use didymium_statement::{CharterVersion, LogHead};

use crate::held::HeldLog;
use crate::{NodeResult, NodeState};

/// How much of the heads that a version names must be held here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// Nothing must; what is held must agree. A copy that is shorter is held against the charter as it grows.
    Nothing,
    /// All of it: before a member signs.
    Everything,
}

/// What the logs held here have against a version: the first head that they contradict, or that they do not reach.
/// Blocking.
///
/// # Errors
/// [`crate::NodeError::Store`], [`crate::NodeError::Log`] for a missing tile.
pub fn objection(state: &NodeState, version: &CharterVersion, demand: Demand) -> NodeResult<Option<String>> {
    let Some(succession) = &version.succession else {
        return Ok(None);
    };
    let last_good = succession.revoked.iter().flat_map(|one| &one.last_good);
    for head in succession.cut.iter().chain(last_good) {
        if let Some(reason) = against(state, head, demand)? {
            return Ok(Some(reason));
        }
    }
    Ok(None)
}

/// Whether a version names more of this member's own log than is held here: then the folder is an old copy, and what it signed would be
/// a second history.
///
/// # Errors
/// [`crate::NodeError::Store`].
pub(crate) fn names_more_of_own(state: &NodeState, version: &CharterVersion) -> NodeResult<bool> {
    let Some(head) = version.head_of(&state.member().member) else {
        return Ok(false);
    };
    Ok(head.size > state.ledger().log().size()?)
}

fn against(state: &NodeState, head: &LogHead, demand: Demand) -> NodeResult<Option<String>> {
    let code = &head.member;
    let Some(member) = state.charters().member_ever(code) else {
        // The rules of change know who may stand in a cut.
        return Ok(None);
    };
    let held = HeldLog::new(Arc::clone(state.store()), member.origin());
    let size = held.size()?;
    if head.size > size {
        let own = *code == state.member().member;
        return Ok(if own {
            Some(format!(
                "it names {} entries of this member's own log and {size} are held here: this folder is an old copy",
                head.size
            ))
        } else if demand == Demand::Everything {
            Some(format!(
                "it names {} entries of the log of {code} and {size} are held here: sign when they have come",
                head.size
            ))
        } else {
            None
        });
    }
    let root = held.root(head.size)?;
    Ok((root.0 != *head.root.as_bytes()).then(|| {
        format!(
            "it gives the first {} entries of the log of {code} the root {}, here they have {root}",
            head.size, head.root
        )
    }))
}
