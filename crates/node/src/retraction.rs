//! Taking back what the charter has taken back: the copy of a log, and what the witness here cosigned of it, that go beyond
//! the last good state of a key that was revoked.
//!
//! A thief of a log key can show others a log that goes on as its owner's never did. When the members revoke the key they
//! name the last good state, and the owner goes on from there; whoever has followed the thief, or cosigned for him, would
//! hold the owner's next head for a second history. So what lies beyond the last good state is forgotten here, and so is what
//! lies below it and bears nothing but a signature of that key: any state can be signed with it. The charter vouches for what is
//! left until the log signs again: this node has no signature for it.

use std::sync::Arc;

use didymium_log::hash::EMPTY_ROOT;
use didymium_statement::{LogHead, LogOrigin};
use didymium_store::Retraction;

use crate::charter::{is_beyond_last_good, is_doubtful};
use crate::held::HeldLog;
use crate::{NodeResult, NodeState};

/// Cuts back what is held and what was cosigned of each other log under a revoked key to what the charter vouches for. A key that
/// only made room for another takes nothing back: its log would shake its witnesses off by changing keys. To be called before
/// anything of the node runs under a version of the charter. What cannot be cut back stays as it is, and is told. Blocking.
pub(crate) fn take_back(state: &NodeState) {
    let logs = state.charters().origins();
    for log in logs.iter().filter(|log| log.member != state.member().member) {
        let taken_back = take_back_copy(state, log).and_then(|()| take_back_cosigned(state, log));
        // A full disk keeps no node from serving what it holds.
        if let Err(error) = taken_back {
            tracing::error!(
                log = log.origin,
                error = error.in_words(),
                "what goes beyond a revoked key's last good state could not be cut back: restart the node when the disk is well"
            );
        }
    }
}

fn take_back_copy(state: &NodeState, log: &LogOrigin) -> NodeResult<()> {
    let held = HeldLog::new(Arc::clone(state.store()), &log.origin);
    let pending = state.store().staged(&log.origin)?.and_then(|ahead| ahead.pending);
    if pending.is_some_and(|note| is_doubtful(state.charters(), &log.member, &note)) {
        state.store().unstage(&log.origin)?;
    }
    let Some(head) = held.head()? else {
        return Ok(());
    };
    if !head
        .checkpoint
        .as_deref()
        .is_some_and(|note| is_taken_back(state, log, note))
    {
        return Ok(());
    }
    // A copy that holds none of the states that the charter knows is of another history altogether: nothing is left of it.
    let leads_there = |state: &LogHead| {
        held.root(state.size)
            .is_ok_and(|root| root.0 == *state.root.as_bytes())
    };
    let to = last_vouched_for(state, log, head.size, leads_there).unwrap_or((0, [0; 32]));
    let cut = Retraction {
        origin: &log.origin,
        from: (head.size, head.root),
        to,
    };
    if state.store().retract(&cut)? {
        tracing::warn!(
            log = log.origin,
            from = head.size,
            to = to.0,
            "the copy of a log stands under a revoked key, where the charter does not vouch for it: it is cut back, and had again"
        );
        state.store().unstage(&log.origin)?;
    }
    Ok(())
}

fn take_back_cosigned(state: &NodeState, log: &LogOrigin) -> NodeResult<()> {
    let Some(cosigned) = state.store().cosigned(&log.origin)? else {
        return Ok(());
    };
    if !cosigned
        .note
        .as_deref()
        .is_some_and(|note| is_taken_back(state, log, note.as_bytes()))
    {
        return Ok(());
    }
    // The witness has no tiles: it holds the log to what the charter names, whether the head led there or not.
    let to = last_vouched_for(state, log, cosigned.size, |_| true).unwrap_or((0, EMPTY_ROOT.0));
    let cut = Retraction {
        origin: &log.origin,
        from: (cosigned.size, cosigned.root),
        to,
    };
    if state.store().retract_cosigned(&cut)? {
        tracing::warn!(
            log = log.origin,
            from = cosigned.size,
            to = to.0,
            "what was cosigned of a log stands under a revoked key, where the charter does not vouch for it: it is cut back"
        );
    }
    Ok(())
}

/// Whether a head of a log goes beyond what the charter lets its key sign, or is one that whoever has stolen the key may have
/// made: a smaller one than the last good state is right or not, and its signature shows neither. What was right comes again.
fn is_taken_back(state: &NodeState, log: &LogOrigin, note: &[u8]) -> bool {
    let charters = state.charters();
    is_beyond_last_good(charters, &log.member, note) || is_doubtful(charters, &log.member, note)
}

/// The largest state of at most `size` entries that the charter vouches for, among those that pass.
fn last_vouched_for(
    state: &NodeState,
    log: &LogOrigin,
    size: u64,
    passes: impl Fn(&LogHead) -> bool,
) -> Option<(u64, [u8; 32])> {
    let states = state.charters().vouched_for(&log.member);
    let reached = states.filter(|state| state.size <= size && passes(state));
    let last = reached.max_by_key(|state| state.size)?;
    Some((last.size, *last.root.as_bytes()))
}
