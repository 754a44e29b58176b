//! The charter's proposals as a node shows them, to people and to the other nodes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use didymium_statement::{Change, CharterFork, CharterVersion, Count, Proposal, changes};
use serde::{Deserialize, Serialize};

use super::desk::Stands;
use crate::{NodeError, NodeResult};

/// What is proposed to follow the version in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalsView {
    /// Id of the club: that of the charter's first version.
    pub club: String,
    /// Number of the version in force.
    pub version: u32,
    /// Its id.
    pub charter: String,
    /// Proposals that a voting member has signed.
    pub proposals: Vec<ProposalView>,
    /// Proposals that no voting member has signed yet, as those of who wishes to join.
    pub requests: Vec<ProposalView>,
    /// The fork of the charter, if one was seen.
    pub fork: Option<ForkView>,
    /// A version that counts and that this node does not adopt.
    pub refused: Option<RefusalView>,
}

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalView {
    /// Its id.
    pub id: String,
    /// Number of the version that it would be.
    pub version: u32,
    /// What it changes, a sentence each.
    pub english: Vec<String>,
    /// The same in French.
    pub french: Vec<String>,
    /// Votes under the version in force.
    pub before: Option<CountView>,
    /// Votes under the proposed version.
    pub after: CountView,
    /// Members that must sign for themselves and have not.
    pub unconsenting: Vec<String>,
    /// Members whose new statement key has not signed.
    pub unproved: Vec<String>,
    /// The proposal (COSE_Sign), base64.
    pub cose: String,
    /// What this node's copies of the logs have against it; only where one proposal is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objection: Option<String>,
}

/// Votes under one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountView {
    /// Number of the version.
    pub version: u32,
    /// Members that have signed.
    pub signed: Vec<String>,
    /// Members that could.
    pub unsigned: Vec<String>,
    /// Signatures needed.
    pub needed: usize,
}

/// Two versions where there can be only one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForkView {
    /// Number that both have.
    pub version: u32,
    /// Id of the one adopted here.
    pub ours: String,
    /// Id of the other.
    pub theirs: String,
    /// Members that signed both.
    pub signed_both: Vec<String>,
}

/// A version that counts and is not adopted here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalView {
    /// Its number.
    pub version: u32,
    /// What contradicts it.
    pub reason: String,
}

impl ProposalView {
    /// The proposal's bytes.
    ///
    /// # Errors
    /// [`NodeError::Encode`] if they are not base64.
    pub fn bytes(&self) -> NodeResult<Vec<u8>> {
        STANDARD.decode(&self.cose).map_err(|error| NodeError::Encode {
            what: "a proposal",
            reason: error.to_string(),
        })
    }
}

/// What stands on a desk.
///
/// # Errors
/// [`NodeError::Statement`] for a proposal that cannot be encoded.
pub(super) fn proposals_view(stands: &Stands) -> NodeResult<ProposalsView> {
    let log = &stands.log;
    let before = log.head().version();
    let view = |proposal| proposal_view(before, proposal);
    Ok(ProposalsView {
        club: log.club().to_string(),
        version: before.charter.version,
        charter: log.head().id().to_string(),
        proposals: log.proposals().map(view).collect::<NodeResult<_>>()?,
        requests: stands.requests.values().map(view).collect::<NodeResult<_>>()?,
        fork: log.fork().map(fork_view),
        refused: stands.refused.as_ref().map(|(version, reason)| RefusalView {
            version: *version,
            reason: reason.clone(),
        }),
    })
}

/// One proposal to follow `before`.
///
/// # Errors
/// [`NodeError::Statement`] if it cannot be encoded.
pub fn proposal_view(before: &CharterVersion, proposal: &Proposal) -> NodeResult<ProposalView> {
    let tally = proposal.tally();
    let found = changes(before, proposal.version());
    let mut unproved: Vec<String> = tally.unproved.into_iter().map(|(member, _)| member).collect();
    unproved.dedup();
    Ok(ProposalView {
        id: proposal.id().to_string(),
        version: proposal.version().charter.version,
        english: found.iter().map(Change::english).collect(),
        french: found.iter().map(Change::french).collect(),
        before: tally.before.map(CountView::from),
        after: tally.after.into(),
        unconsenting: tally.unconsenting,
        unproved,
        cose: STANDARD.encode(proposal.bytes()?),
        objection: None,
    })
}

pub(crate) fn fork_view(fork: &CharterFork) -> ForkView {
    ForkView {
        version: fork.ours.charter().version,
        ours: fork.ours.id().to_string(),
        theirs: fork.theirs.id().to_string(),
        signed_both: fork.signed_both.clone(),
    }
}

impl From<Count> for CountView {
    fn from(count: Count) -> Self {
        Self {
            version: count.version,
            signed: count.signed,
            unsigned: count.unsigned,
            needed: count.needed,
        }
    }
}
