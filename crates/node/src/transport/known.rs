//! Which keys between nodes count: those of the version in force, and those that their member has signed for already.
//!
//! Members adopt a version one after the other. Meanwhile one shows a key that another does not find in its version; it
//! counts if an open proposal gives it to the member, and the member itself has signed that proposal. Without this two
//! nodes could wait for each other for ever.

use didymium_statement::{Digest, Member, MemberKeys, Proposal, TransportKey};

use crate::{NodeState, charter};

/// The keys that a member's requests may be signed with.
pub(crate) fn request_keys(state: &NodeState, member: &str) -> Vec<TransportKey> {
    all(state, member, MemberKeys::transport_key)
}

/// The TLS keys that a member's node may show.
pub(crate) fn pins(state: &NodeState, member: &str) -> Vec<Digest> {
    all(state, member, MemberKeys::tls_pin)
}

fn all<T>(state: &NodeState, member: &str, key: impl Fn(&MemberKeys) -> Option<T>) -> Vec<T> {
    let log = charter::current(state);
    let open = log.proposals().filter_map(|open| signed_for(open, member));
    let open: Vec<&Member> = open.collect();
    // The version under which this node is open, and a later one that it has adopted and not opened yet.
    [
        state.charter().charter().member(member),
        log.head().charter().member(member),
    ]
    .into_iter()
    .flatten()
    .chain(open)
    .filter_map(|member| key(&member.keys))
    .collect()
}

/// What a proposal says of a member that has itself signed it.
fn signed_for<'a>(proposal: &'a Proposal, member: &str) -> Option<&'a Member> {
    let mut signatures = proposal.signatures();
    let signed = signatures.any(|one| proposal.member_of(&one.key) == Some(member));
    proposal.version().charter.member(member).filter(|_| signed)
}

/// The key of a nation that asks to become a member with the very request that it signs: what a proposal in `body` says of
/// it, if it has signed that.
pub(crate) fn newcomers_key(state: &NodeState, member: &str, body: &[u8]) -> Option<TransportKey> {
    let log = charter::current(state);
    if log
        .member_ever(member)
        .is_some_and(|_| log.head().charter().member(member).is_some())
    {
        return None;
    }
    let proposal = log.read_proposal(body).ok()?;
    signed_for(&proposal, member)?.keys.transport_key()
}
