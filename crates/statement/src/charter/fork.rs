//! Forks of the charter: evidence that members signed two versions where there can be only one.

use super::document::Member;
use super::signed::SignedCharter;
use super::tally::voting_keys;

/// Two versions that follow the same one and both count: evidence against everybody who signed both.
#[derive(Debug, Clone)]
pub struct CharterFork {
    /// The version that was adopted here.
    pub ours: SignedCharter,
    /// The other one.
    pub theirs: SignedCharter,
    /// Codes of the members whose keys of the version before have signed both, at least one: each of the two was
    /// signed by more than half of them.
    pub signed_both: Vec<String>,
}

impl CharterFork {
    /// The evidence, where both follow the version `before`.
    pub(super) fn between(
        before: Option<&SignedCharter>,
        ours: SignedCharter,
        theirs: SignedCharter,
    ) -> Self {
        // A key that one of the two revokes does not speak for its member there, unless it votes on it.
        let before = before.map(SignedCharter::version);
        let has_signed = |member: &Member, version: &SignedCharter| {
            let mut keys = voting_keys(member, before, version.version());
            keys.any(|key| version.signers().contains(&key.id()))
        };
        let voters = before.into_iter().flat_map(|before| before.charter.voters());
        let signed_both = voters
            .filter(|member| has_signed(member, &ours) && has_signed(member, &theirs))
            .map(|member| member.member.clone())
            .collect();
        Self {
            ours,
            theirs,
            signed_both,
        }
    }
}
