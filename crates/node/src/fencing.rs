//! The restart fence at work: after a start, the others are asked what they know of this member's log, and until enough
//! of them have answered it signs nothing ([`didymium_log::fence`]).
//!
//! A log that was never shown to anybody, its genesis being all it has, needs no fence.

use std::time::Duration;

use didymium_log::Hash;
use didymium_log::evidence::Finding;
use didymium_log::fence::{Decision, Difference, Fence, FenceEvent, StoredHead};
use didymium_log::note::SignedNote;
use didymium_statement::Digest;
use didymium_store::Grade;

use crate::charter::log_keys;
use crate::federation::{Answer, PeerClient};
use crate::gate::Passage;
use crate::shutdown::Shutdown;
use crate::witnessing::policy_of;
use crate::{NodeResult, NodeState, evidence};

/// Largest cosigned checkpoint taken, bytes.
const NOTE_BYTES_MAX: usize = 64 * 1024;
/// How long after a round of questions the silent ones are asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// Whether others may know more of this member's log than is held here. Blocking.
///
/// # Errors
/// [`crate::NodeError::Store`].
pub(crate) fn is_needed(state: &NodeState) -> NodeResult<bool> {
    let log = state.ledger().log();
    let shown = state.store().published(log.origin(), Grade::Cosigned)?.is_some();
    Ok(shown || log.size()? > 1)
}

/// Sets the gate to wait for the others. Blocking.
///
/// # Errors
/// [`crate::NodeError::Store`], [`crate::NodeError::Log`].
pub(crate) fn raise(state: &NodeState) -> NodeResult<Option<Fence>> {
    let log = state.ledger().log();
    let Some(head) = log.head()? else {
        return Ok(None);
    };
    let keys = log_keys::ever(state.charters(), &state.member().member)?;
    let (_, quorum) = policy_of(state, &state.member().member)?;
    let stored = StoredHead {
        size: head.size,
        root: Hash(head.root),
        note: SignedNote::parse(&head.checkpoint).ok(),
    };
    let fence = Fence::new(keys, Some(stored), quorum);
    let Decision::Wait { heard, needed, .. } = fence.decision() else {
        return Ok(None);
    };
    state.ledger().gate().set(Passage::Waiting { heard, needed });
    Ok(Some(fence))
}

/// Asks until the gate may open or must stay shut, or the node stops.
pub(crate) async fn keep_fence(state: NodeState, mut fence: Fence, shutdown: Shutdown) {
    let client = match PeerClient::of(&state) {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(error = error.in_words(), "the witnesses cannot be asked");
            return;
        }
    };
    let stopping = shutdown.wait();
    tokio::pin!(stopping);
    let mut told = false;
    loop {
        let decided = tokio::select! {
            () = &mut stopping => return,
            decided = ask_all(&state, &client, &mut fence) => decided,
        };
        match decided {
            Decision::MaySign => {
                state.ledger().gate().set(Passage::Open);
                tracing::info!("the others know nothing of this log that is not here: it signs");
                return;
            }
            Decision::MustRefuse(refusal) => {
                if let Difference::OtherRoot {
                    finding: Some(finding @ Finding::Proven(_)),
                    ..
                } = &refusal.difference
                {
                    let (keeping, finding) = (state.clone(), finding.clone());
                    let member = state.member().member.clone();
                    let kept = tokio::task::spawn_blocking(move || {
                        evidence::take_finding(&keeping, &member, &finding);
                    });
                    if let Err(error) = kept.await {
                        tracing::error!(%error, "evidence could not be kept");
                    }
                }
                shut(&state, &refusal.to_string());
                return;
            }
            Decision::Wait { heard, needed, .. } => {
                state.ledger().gate().set(Passage::Waiting { heard, needed });
                if !std::mem::replace(&mut told, true) {
                    tracing::warn!(
                        heard,
                        needed,
                        "statements are taken in when enough members have said what they know of this log"
                    );
                }
            }
        }
        tokio::select! {
            () = &mut stopping => return,
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

/// Shuts the log for good: it signed what is not held here.
pub(crate) fn shut(state: &NodeState, reason: &str) {
    let passage = Passage::Shut {
        reason: reason.to_owned(),
    };
    if state.ledger().gate().set(passage) {
        tracing::error!(reason, "this member's log signs nothing more");
    }
}

async fn ask_all(state: &NodeState, client: &PeerClient, fence: &mut Fence) -> Decision {
    let own = state.ledger().log().clone();
    let name = Digest::of(own.origin().as_bytes());
    let questions = state.peers().into_iter().map(|peer| {
        let url = format!("{}/witness/{name}/checkpoint", peer.address);
        async move { client.get(&url, NOTE_BYTES_MAX, None).await }
    });
    let answers = futures_util::future::join_all(questions).await;
    // A witness's number in the fence is its place among the peers.
    for (witness, answer) in answers.into_iter().enumerate() {
        let event = match answer {
            Ok(Answer::Body { bytes, .. }) => match SignedNote::parse(&bytes) {
                Ok(note) => FenceEvent::Signed { witness, note },
                Err(_) => FenceEvent::Unreachable { witness },
            },
            Ok(Answer::NotFound) => FenceEvent::NoneKnown { witness },
            Ok(Answer::NotModified) | Err(_) => FenceEvent::Unreachable { witness },
        };
        let log = own.clone();
        // The tiles are read where the answers are judged: a few reads at a start.
        if let Err(error) = fence.step(event, |size| log.root(size)) {
            tracing::warn!(
                witness,
                error = error.in_words(),
                "a witness's answer cannot be used"
            );
        }
    }
    fence.decision()
}
