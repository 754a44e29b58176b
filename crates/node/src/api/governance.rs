//! The charter as it is now, how it came to be, and what is proposed.

use axum::extract::State;

use super::query::{Ask, PageAsk, window_of};
use super::types::{CharterForkView, CharterRefusal, Governance};
use super::{ApiError, ApiState, handlers, views};
use crate::NodeState;
use crate::blocking::blocking;
use crate::charter::{Demand, Stands, fork_view, objection};
use crate::clock::rfc3339;

/// Most versions of a page: each may tell of every key of every member.
const VERSIONS_LIMIT_MAX: u64 = 100;

/// The charter: members, rules of change, versions (newest first, in pages of at most 100), what is proposed.
#[utoipa::path(get, path = "/api/v1/governance", tag = "node", params(PageAsk), responses((status = 200, body = Governance), (status = 400, description = "A parameter is wrong")))]
pub(crate) async fn governance(
    State(state): State<ApiState>,
    Ask(ask): Ask<PageAsk>,
) -> Result<axum::Json<Governance>, ApiError> {
    let window = window_of(ask.offset, ask.limit, VERSIONS_LIMIT_MAX)?;
    blocking(move || Ok(axum::Json(governance_of(&state.node, window)?))).await
}

/// What stands on the desk, in the wire's form. Blocking.
///
/// # Errors
/// [`ApiError::Node`] if a log cannot be held against a proposal, or the founding entry cannot be read.
pub fn governance_of(node: &NodeState, window: (usize, usize)) -> Result<Governance, ApiError> {
    let stands = node.desk().stands().clone();
    let log = &stands.log;
    let head = log.head();
    let own = &node.member().member;
    let founded = founded_ms(node)?;
    let newest_first: Vec<_> = log.versions().iter().rev().collect();
    let versions = handlers::page(
        &newest_first,
        |version| {
            let known = stands.known_since.get(&version.id()).copied();
            let known = known.or(founded.filter(|_| version.charter().version == 1));
            views::charter_version(log, version, known.map(rfc3339))
        },
        window,
    );
    let fork = log.fork().map(fork_view).map(|fork| CharterForkView {
        version: fork.version,
        ours: fork.ours,
        theirs: fork.theirs,
        signed_both: fork.signed_both,
    });
    let refused = stands.refused.as_ref().map(|(version, reason)| CharterRefusal {
        version: *version,
        reason: reason.clone(),
    });
    let members = head.charter().members.iter();
    Ok(Governance {
        member: own.clone(),
        at: rfc3339(node.clock().now_ms()),
        name: head.charter().club.clone(),
        club: log.club().to_string(),
        version: head.charter().version,
        charter: head.id().to_string(),
        threshold: views::votes_needed(head),
        quorum: views::quorum(head.charter(), own),
        members: members.map(|member| views::charter_member(log, member)).collect(),
        former: views::former_members(log),
        versions,
        proposals: proposals_of(node, &stands)?,
        fork,
        refused,
    })
}

/// What is proposed, then what is only asked for. Requests are anybody's: the logs are not read for them.
fn proposals_of(node: &NodeState, stands: &Stands) -> Result<Vec<super::types::CharterProposal>, ApiError> {
    let mut shown = Vec::new();
    for proposal in stands.log.proposals() {
        let mut view = views::charter_proposal(&stands.log, proposal, false);
        view.objection = objection(node, proposal.version(), Demand::Everything)?;
        shown.push(view);
    }
    let requests = stands.requests.values();
    shown.extend(requests.map(|request| views::charter_proposal(&stands.log, request, true)));
    Ok(shown)
}

/// When the own log began, milliseconds since the Unix epoch: with a club's founding, the first version was known then.
fn founded_ms(node: &NodeState) -> Result<Option<i64>, ApiError> {
    let genesis = node.ledger().log().entry(0)?;
    Ok(genesis.map(|entry| entry.recorded_ms))
}
