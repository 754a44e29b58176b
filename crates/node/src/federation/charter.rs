//! Following the charter: with each pull a peer is asked for its chain of versions and for what is proposed.

use didymium_statement::limits::{CHARTER_BYTES_MAX, CHARTER_CHAIN_BYTES_MAX, CHARTER_PROPOSALS_MAX};
use didymium_statement::{CharterEvent, CharterLog};

use super::client::Answer;
use super::{Federation, PeerStatus};
use crate::charter::{self, ProposalsView, Taken};
use crate::{NodeError, NodeResult, NodeState};

/// Largest list of proposals taken, bytes: base64 of each, the words of its changes in two languages, and as many
/// requests.
const PROPOSALS_BYTES_MAX: usize = 2 * CHARTER_PROPOSALS_MAX * 4 * CHARTER_BYTES_MAX;

/// What is remembered of a peer's charter between two pulls.
#[derive(Debug, Default)]
pub(super) struct CharterHeard {
    chain: Option<String>,
    proposals: Option<String>,
}

impl Federation {
    /// Asks a peer for versions and proposals that are new, and takes them to the desk.
    pub(super) async fn pull_charter(&self, peer: &PeerStatus, heard: &mut CharterHeard) -> NodeResult<()> {
        let url = format!("{}/charter/chain", peer.address);
        let answer = self
            .client
            .get(&url, CHARTER_CHAIN_BYTES_MAX, heard.chain.as_deref())
            .await?;
        if let Answer::Body { bytes, etag } = answer {
            let state = self.state.clone();
            match tokio::task::spawn_blocking(move || take_chain(&state, &bytes)).await? {
                // What breaks a rule does not become better by being asked for again.
                Err(error @ NodeError::Statement(_)) => {
                    tracing::warn!(
                        peer = peer.member,
                        error = error.in_words(),
                        "a peer's charter is not taken"
                    );
                }
                taken => taken?,
            }
            heard.chain = etag;
        }
        let url = format!("{}/charter/proposals", peer.address);
        let answer = self
            .client
            .get(&url, PROPOSALS_BYTES_MAX, heard.proposals.as_deref())
            .await?;
        if let Answer::Body { bytes, etag } = answer {
            let state = self.state.clone();
            tokio::task::spawn_blocking(move || take_proposals(&state, &bytes)).await??;
            heard.proposals = etag;
        }
        Ok(())
    }
}

/// Takes the versions of a peer's chain that are not known here. The chain is verified whole, from the first version that
/// this node trusts. Blocking.
fn take_chain(state: &NodeState, bytes: &[u8]) -> NodeResult<()> {
    let known = charter::current(state);
    let theirs = CharterLog::parse(bytes, &known.club())?;
    for version in theirs.versions() {
        if known.by_id(&version.id()).is_none() {
            charter::take(state, CharterEvent::Version(version.bytes().to_vec()))?;
        }
    }
    Ok(())
}

/// Takes a peer's proposals, each for itself: what one breaks is no matter of the others. Blocking.
fn take_proposals(state: &NodeState, bytes: &[u8]) -> NodeResult<()> {
    let shown: ProposalsView = serde_json::from_slice(bytes).map_err(|error| NodeError::Encode {
        what: "a list of proposals",
        reason: error.to_string(),
    })?;
    let mut refused = None;
    for proposal in shown.proposals.iter().take(CHARTER_PROPOSALS_MAX) {
        let taken = proposal
            .bytes()
            .and_then(|bytes| charter::take(state, CharterEvent::Propose(bytes)));
        match taken {
            Ok(Taken::Nothing) => {}
            Ok(taken) => tracing::info!(?taken, proposal = proposal.id, "of a peer's charter"),
            // What counts and is not adopted is tried again; what breaks a rule does not become better.
            Err(error @ NodeError::Statement(_)) => {
                tracing::debug!(
                    error = error.in_words(),
                    proposal = proposal.id,
                    "a proposal is not taken"
                );
            }
            Err(error) => refused = Some(error),
        }
    }
    refused.map_or(Ok(()), Err)
}
