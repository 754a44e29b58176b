//! Who has signed a version, under which version's keys, and what is still missing.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{KeyPurpose, Member};
use super::succession::CharterVersion;
use crate::{KeyId, StatementError, StatementKey};

/// Signatures of voting members under one version's keys. A member counts once, with however many keys it signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The version whose members and keys are counted.
    pub version: u32,
    /// Members that have signed, in the charter's order.
    pub signed: Vec<String>,
    /// Members that could still sign.
    pub unsigned: Vec<String>,
    /// Signatures needed: that version's threshold.
    pub needed: usize,
}

impl Count {
    /// Signatures that are still missing.
    pub fn missing(&self) -> usize {
        self.needed.saturating_sub(self.signed.len())
    }

    /// Counts under the keys that `keys_of` gives each member for it.
    fn of(
        version: &CharterVersion,
        keys_of: impl Fn(&Member) -> BTreeSet<KeyId>,
        signatures: &BTreeSet<KeyId>,
    ) -> Self {
        let (mut signed, mut unsigned) = (Vec::new(), Vec::new());
        for member in version.charter.voters() {
            let keys = keys_of(member);
            if !keys.is_disjoint(signatures) {
                signed.push(member.member.clone());
            } else if !keys.is_empty() {
                // Whose every key is revoked by the version cannot sign it.
                unsigned.push(member.member.clone());
            }
        }
        Self {
            version: version.charter.version,
            signed,
            unsigned,
            needed: version.threshold(),
        }
    }

    fn require(&self) -> Result<(), StatementError> {
        if self.missing() == 0 {
            return Ok(());
        }
        Err(StatementError::CharterBelowThreshold {
            version: self.version,
            signed: self.signed.len(),
            needed: self.needed,
            unsigned: self.unsigned.join(", "),
        })
    }
}

/// What a version has of the signatures that make it count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Votes of the version before, under its keys; absent for the first version. A key that the new version revokes
    /// does not vote on its own revocation, unless too few voting members would be left without it.
    pub before: Option<Count>,
    /// Votes of the version itself, under its keys.
    pub after: Count,
    /// Members that must sign for themselves and have not: every founder; who joins, returns or is given a vote; whose
    /// keys or address change otherwise than by revocation.
    pub unconsenting: Vec<String>,
    /// New statement keys that have not signed, so that nobody knows whether their member has them.
    pub unproved: Vec<(String, KeyId)>,
}

impl Tally {
    /// Whether nothing is missing.
    pub fn counts(&self) -> bool {
        self.require().is_ok()
    }

    /// The signatures of voting members that are still missing, at least: the larger of the two counts.
    pub fn missing(&self) -> usize {
        let before = self.before.as_ref().map_or(0, Count::missing);
        before.max(self.after.missing())
    }

    /// Refuses a version that lacks something.
    pub(super) fn require(&self) -> Result<(), StatementError> {
        if let Some(member) = self.unconsenting.first() {
            return Err(StatementError::CharterUnsigned {
                member: member.clone(),
            });
        }
        if let Some((member, key)) = self.unproved.first() {
            return Err(StatementError::CharterKeyUnproved {
                member: member.clone(),
                key: *key,
            });
        }
        self.before.iter().try_for_each(Count::require)?;
        self.after.require()
    }

    /// Counts: `signed` are the keys whose signatures verified.
    pub(super) fn of(
        before: Option<&CharterVersion>,
        after: &CharterVersion,
        signed: &BTreeSet<KeyId>,
    ) -> Self {
        let voting = |member: &Member| voting_keys(member, before, after).map(|key| key.id()).collect();
        let usable = |member: &Member| usable_keys(member, after).map(|key| key.id()).collect();
        let unconsenting = after
            .charter
            .members
            .iter()
            .filter(|member| {
                let keys = consent_keys(before, after, member);
                keys.is_some_and(|keys| keys.is_disjoint(signed))
            })
            .map(|member| member.member.clone())
            .collect();
        let unproved = before
            .map_or_else(Vec::new, |before| new_statement_keys(before, after))
            .into_iter()
            .filter(|(_, key)| !signed.contains(key))
            .collect();
        Self {
            before: before.map(|before| Count::of(before, voting, signed)),
            after: Count::of(after, usable, signed),
            unconsenting,
            unproved,
        }
    }
}

/// Statement keys of a member that `after` does not revoke.
pub(super) fn usable_keys<'a>(
    member: &'a Member,
    after: &'a CharterVersion,
) -> impl Iterator<Item = StatementKey> + 'a {
    let usable = member
        .keys
        .statement
        .iter()
        .filter(|key| !after.revokes(&member.member, KeyPurpose::Statement, key));
    usable.filter_map(|key| StatementKey::from_hex(key).ok())
}

/// Statement keys with which a member votes on `after` under `before`: those that `after` does not revoke; all where the
/// members that are left could not reach the threshold of `before`.
///
/// Else a member that is alone, or whom the others cannot do without, could never revoke its key. Whoever stole the key
/// gains no vote by it that the key has not on anything else.
pub(super) fn voting_keys<'a>(
    member: &'a Member,
    before: Option<&CharterVersion>,
    after: &'a CharterVersion,
) -> impl Iterator<Item = StatementKey> + 'a {
    let all = before.is_some_and(|before| {
        let left = before.charter.voters();
        let left = left.filter(|voter| usable_keys(voter, after).next().is_some());
        left.count() < before.threshold()
    });
    let keys = member.keys.statement.iter();
    keys.filter(move |key| all || !after.revokes(&member.member, KeyPurpose::Statement, key))
        .filter_map(|key| StatementKey::from_hex(key).ok())
}

/// The keys with one of which a member of `after` must sign for itself; none if it need not.
fn consent_keys(
    before: Option<&CharterVersion>,
    after: &CharterVersion,
    member: &Member,
) -> Option<BTreeSet<KeyId>> {
    let ids =
        |member: &Member| -> BTreeSet<KeyId> { usable_keys(member, after).map(|key| key.id()).collect() };
    let Some(was) = before.and_then(|before| before.charter.member(&member.member)) else {
        return Some(ids(member));
    };
    let is_raised = member.role.may_vote() && !was.role.may_vote();
    if !(is_raised || member.address != was.address || changes_own_keys(was, member, after)) {
        return None;
    }
    // Who has lost every key speaks with the new one; who has none at all is spoken for by the others.
    [ids(was), ids(member)].into_iter().find(|keys| !keys.is_empty())
}

/// Whether keys of a member come, or go without being revoked.
fn changes_own_keys(was: &Member, member: &Member, after: &CharterVersion) -> bool {
    let comes = member
        .keys
        .all()
        .any(|(purpose, key)| !was.keys.has(purpose, key));
    let goes = was
        .keys
        .all()
        .any(|(purpose, key)| !member.keys.has(purpose, key) && !after.revokes(&was.member, purpose, key));
    comes || goes
}

/// Statement keys of `after` that the same member did not have before.
fn new_statement_keys(before: &CharterVersion, after: &CharterVersion) -> Vec<(String, KeyId)> {
    let members = after.charter.members.iter();
    members
        .flat_map(|member| {
            let was = before.charter.member(&member.member);
            member
                .keys
                .statement_keys()
                .map(|key| key.id())
                .filter(move |id| was.is_none_or(|was| was.statement_key(id).is_none()))
                .map(|id| (member.member.clone(), id))
        })
        .collect()
}

/// Everybody whose signature may stand under `after`: members of both versions with the keys of both, without those that
/// `after` revokes and that have no vote on it.
pub(super) fn signatories(
    before: Option<&CharterVersion>,
    after: &CharterVersion,
) -> BTreeMap<KeyId, (String, StatementKey)> {
    let members = before
        .into_iter()
        .chain([after])
        .flat_map(|version| &version.charter.members);
    members
        .flat_map(|member| {
            let keys = voting_keys(member, before, after);
            keys.map(|key| (key.id(), (member.member.clone(), key)))
        })
        .collect()
}
