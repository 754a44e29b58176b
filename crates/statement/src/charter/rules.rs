//! Rules of change: what a version may say, given all versions before it. Each refusal names the rule.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{KeyPurpose, Member};
use super::ends::Ends;
use super::memory::Memory;
use super::succession::{CharterVersion, Succession};
use crate::{Digest, StatementError};

/// The rules of a first version, beyond what [`CharterVersion::check`] sees.
///
/// # Errors
/// [`StatementError::CharterNoVoter`], [`StatementError::CharterThreshold`], [`StatementError::CharterKeyReused`].
pub(super) fn founding(version: &CharterVersion) -> Result<(), StatementError> {
    version.check()?;
    version.check_threshold()?;
    keys_within(version)
}

/// The rules of a version that follows `before`, the last one in `memory`.
///
/// # Errors
/// The first rule that is broken.
pub(super) fn change(
    memory: &Memory,
    before: &CharterVersion,
    after: &CharterVersion,
) -> Result<(), StatementError> {
    let (was, is) = (&before.charter, &after.charter);
    let Some(succession) = &after.succession else {
        return Err(StatementError::CharterSuccession { version: is.version });
    };
    if was.version.checked_add(1) != Some(is.version) {
        return Err(StatementError::CharterVersionNumber {
            found: is.version,
            expected: was.version.saturating_add(1),
        });
    }
    if is.club != was.club {
        return Err(StatementError::CharterClub {
            from: was.club.clone(),
            to: is.club.clone(),
        });
    }
    keys_within(after)?;
    let change = Change {
        memory,
        before,
        after,
        succession,
    };
    is.members.iter().try_for_each(|member| change.names(member))?;
    is.members.iter().try_for_each(|member| change.new_keys(member))?;
    change.cut()?;
    was.members
        .iter()
        .try_for_each(|member| change.dropped_keys(member))?;
    let ends = Ends {
        memory,
        before,
        after,
        succession,
    };
    ends.retirements()?;
    ends.revocations()
}

/// No key stands twice in one version, whoever has it and whatever for.
fn keys_within(version: &CharterVersion) -> Result<(), StatementError> {
    let mut seen = BTreeMap::new();
    for member in &version.charter.members {
        for (purpose, key) in member.keys.all() {
            if let Some((owner, first)) = seen.insert(purpose.material(key), (&member.member, purpose)) {
                return Err(StatementError::CharterKeyReused {
                    key: purpose.shown(key),
                    now: holder(&member.member, purpose),
                    was: holder(owner, first),
                });
            }
        }
    }
    Ok(())
}

/// A key by its member and purpose, in words.
pub(super) fn holder(member: &str, purpose: KeyPurpose) -> String {
    format!("the {purpose} key of {member}")
}

/// A change from one version to the next, with what all versions said.
struct Change<'a> {
    memory: &'a Memory,
    before: &'a CharterVersion,
    after: &'a CharterVersion,
    succession: &'a Succession,
}

impl Change<'_> {
    /// A member keeps its DID, domain and origin for ever, and nobody takes those of another, even of one that left.
    fn names(&self, member: &Member) -> Result<(), StatementError> {
        let names = |of: &Member| {
            [
                ("DID", of.did.clone()),
                ("domain", of.domain.clone()),
                ("log origin", of.origin().to_owned()),
            ]
        };
        if let Some(was) = self.memory.member(&member.member) {
            for ((what, from), (_, to)) in names(was).into_iter().zip(names(member)) {
                if from != to {
                    let member = member.member.clone();
                    return Err(StatementError::CharterNameChanged {
                        member,
                        what,
                        from,
                        to,
                    });
                }
            }
            return Ok(());
        }
        for other in self.memory.members().chain(&self.after.charter.members) {
            if other.member == member.member {
                continue;
            }
            for ((what, value), (_, taken)) in names(member).into_iter().zip(names(other)) {
                if value == taken {
                    return Err(StatementError::CharterChangesHands {
                        what,
                        value,
                        owner: other.member.clone(),
                        claimant: member.member.clone(),
                    });
                }
            }
        }
        Ok(())
    }

    /// A key that comes was never anything else, and does not come back after it was retired or revoked.
    fn new_keys(&self, member: &Member) -> Result<(), StatementError> {
        let before = self.before.charter.member(&member.member);
        for (purpose, key) in member.keys.all() {
            let Some(known) = self.memory.key(purpose, key) else {
                continue;
            };
            let reused = |was| StatementError::CharterKeyReused {
                key: purpose.shown(key),
                now: holder(&member.member, purpose),
                was,
            };
            if known.member != member.member || known.purpose != purpose {
                return Err(reused(holder(&known.member, known.purpose)));
            }
            let comes = before.is_none_or(|before| !before.keys.has(purpose, key));
            if let Some(version) = known.ended.filter(|_| comes) {
                return Err(reused(format!("a key that version {version} ended")));
            }
        }
        Ok(())
    }

    /// One line for each log of the version before and of each member that returns; no log shrinks or is rewritten.
    fn cut(&self) -> Result<(), StatementError> {
        let wrong = |member: &str, reason| {
            Err(StatementError::CharterCut {
                member: member.to_owned(),
                reason,
            })
        };
        let in_before = |code: &str| self.before.charter.member(code).is_some();
        let in_after = |code: &str| self.after.charter.member(code).is_some();
        let mut named = BTreeSet::new();
        for head in &self.succession.cut {
            let code = head.member.as_str();
            if !named.insert(code) {
                return wrong(code, "stands twice in the cut");
            }
            let returns = in_after(code) && self.memory.member(code).is_some();
            if !in_before(code) && !returns {
                return wrong(code, "has no log yet, and stands in the cut");
            }
            if head.size == 0 && head.root != Digest::of(b"") {
                return wrong(code, "has an empty log whose root is not the empty tree's");
            }
            if let Some(known) = self.memory.head(code) {
                if head.size < known.size {
                    return wrong(code, "has a smaller log than in an earlier version");
                }
                if head.size == known.size && head.root != known.root {
                    return wrong(
                        code,
                        "has another root at the same size than in an earlier version",
                    );
                }
            }
        }
        let returning = self.after.charter.members.iter();
        let returning = returning.filter(|member| self.memory.member(&member.member).is_some());
        let mut due = self.before.charter.members.iter().chain(returning);
        due.find(|member| !named.contains(member.member.as_str()))
            .map_or(Ok(()), |missing| {
                wrong(&missing.member, "is not in the cut: name its log's size and root")
            })
    }

    /// A key of a member that stays does not go without a word.
    fn dropped_keys(&self, was: &Member) -> Result<(), StatementError> {
        let Some(is) = self.after.charter.member(&was.member) else {
            return Ok(());
        };
        for (purpose, key) in was.keys.all() {
            if is.keys.has(purpose, key) {
                continue;
            }
            // A log, witness or mirror key may have been revoked earlier and stood on until there was another.
            let revoked_before = self
                .memory
                .key(purpose, key)
                .is_some_and(|key| key.ended.is_some());
            let revoked = self.after.revokes(&was.member, purpose, key);
            let retired = self.after.retirement(&was.member, purpose, key).is_some();
            if !(revoked_before || revoked || retired) {
                return Err(StatementError::CharterKeyDropped {
                    member: was.member.clone(),
                    purpose,
                    key: purpose.shown(key),
                });
            }
        }
        Ok(())
    }
}
