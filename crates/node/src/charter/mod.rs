//! The charter at work: what is proposed, signed and adopted while the node runs.
//!
//! The node reads everything under the version that was in force when it was opened. Beside that stands the *desk*: the
//! charter log as it goes on, with proposals, signatures and versions as they come from people and peers. When the desk
//! adopts a version, it is on disk first; then the node opens itself again under it.

mod copies;
mod desk;
mod draft;
pub(crate) mod log_keys;
mod policies;
mod revoked;
mod views;

pub use copies::{Demand, objection};
pub(crate) use desk::{Desk, Stands};
pub use desk::{Taken, take};
pub use draft::{
    UNTIL_ENTRIES, contradicting, cut_at_last_good, cut_of_heads, cut_of_store, head_at, include, remove,
    replace_key, revoke_key, set_role,
};
pub use policies::{PolicyAt, policies_at};
pub use revoked::{ask_anew, doubt, doubt_about};
pub(crate) use revoked::{is_beyond_last_good, is_doubtful};
pub(crate) use views::fork_view;
pub use views::{CountView, ForkView, ProposalView, ProposalsView, RefusalView, proposal_view};

use didymium_statement::{CharterId, CharterLog, Proposal};

use crate::{NodeResult, NodeState};

/// The charter log as it is now, with open proposals: further on than [`NodeState::charters`] when a version was adopted
/// under which the node is not open yet.
pub fn current(state: &NodeState) -> CharterLog {
    state.desk().log()
}

/// What is proposed to follow the version in force.
///
/// # Errors
/// [`crate::NodeError::Statement`] for a proposal that cannot be encoded.
pub fn proposals(state: &NodeState) -> NodeResult<ProposalsView> {
    views::proposals_view(&state.desk().stands())
}

/// One open proposal or request, with what this node's copies of the logs have against it. Blocking.
///
/// # Errors
/// [`crate::NodeError::Store`].
pub fn proposal(state: &NodeState, id: &CharterId) -> NodeResult<Option<ProposalView>> {
    let (before, found): (_, Option<Proposal>) = {
        let stands = state.desk().stands();
        let found = stands.log.proposal(id).or_else(|| stands.requests.get(id));
        (stands.log.head().version().clone(), found.cloned())
    };
    found
        .map(|found| {
            let mut view = proposal_view(&before, &found)?;
            view.objection = objection(state, found.version(), Demand::Everything)?;
            Ok(view)
        })
        .transpose()
}
