//! How keys end: what a retirement or a revocation may say.

use std::collections::BTreeSet;

use super::document::KeyPurpose;
use super::memory::Memory;
use super::rules::holder;
use super::succession::{CharterVersion, LogHead, Retirement, Revocation, Succession};
use crate::StatementError;

/// The ends of keys in a version, with the version before and what all versions said.
pub(super) struct Ends<'a> {
    pub(super) memory: &'a Memory,
    pub(super) before: &'a CharterVersion,
    pub(super) after: &'a CharterVersion,
    pub(super) succession: &'a Succession,
}

impl Ends<'_> {
    /// A retired key was its member's, goes, and keeps what it signed.
    pub(super) fn retirements(&self) -> Result<(), StatementError> {
        let mut named = BTreeSet::new();
        for one in &self.succession.retired {
            self.retirement(one)?;
            if !named.insert((&one.member, one.purpose.material(&one.key))) {
                return Err(ended_wrongly(
                    "retirement",
                    one.purpose,
                    &one.member,
                    &one.key,
                    "is named twice",
                ));
            }
        }
        Ok(())
    }

    fn retirement(&self, one: &Retirement) -> Result<(), StatementError> {
        let Retirement {
            member,
            purpose,
            key,
            until,
        } = one;
        let wrong = |reason| Err(ended_wrongly("retirement", *purpose, member, key, reason));
        let had = self
            .before
            .charter
            .member(member)
            .is_some_and(|was| was.keys.has(*purpose, key));
        if !had {
            return wrong("is not a key of that member in the version before");
        }
        match self.after.charter.member(member) {
            None => return wrong("ends with its member, which leaves: nothing needs to be retired"),
            Some(is) if is.keys.has(*purpose, key) => return wrong("is retired and still listed"),
            Some(_) => {}
        }
        if self.after.revokes(member, *purpose, key) {
            return wrong("is both retired and revoked");
        }
        let Some(until) = *until else {
            return Ok(());
        };
        if !purpose.is_about_own_log() {
            return wrong(
                "signs nothing in its member's log: it ends with the cut, and names no size of its own",
            );
        }
        if self.after.head_of(member).is_some_and(|head| until < head.size) {
            return wrong("is retired below the cut: only a revocation takes back what counted");
        }
        Ok(())
    }

    /// A revoked key was its member's at some time, and its last good state is one that the club knows.
    pub(super) fn revocations(&self) -> Result<(), StatementError> {
        let mut named = BTreeSet::new();
        for one in &self.succession.revoked {
            self.revocation(one)?;
            if !named.insert((&one.member, one.purpose.material(&one.key))) {
                return Err(ended_wrongly(
                    "revocation",
                    one.purpose,
                    &one.member,
                    &one.key,
                    "is named twice",
                ));
            }
        }
        Ok(())
    }

    fn revocation(&self, one: &Revocation) -> Result<(), StatementError> {
        let Revocation {
            member,
            purpose,
            key,
            last_good,
            ..
        } = one;
        let wrong = |reason| Err(ended_wrongly("revocation", *purpose, member, key, reason));
        let known = self.memory.key(*purpose, key);
        if known.is_none_or(|known| known.member != *member || known.purpose != *purpose) {
            return wrong("was never a key of that member");
        }
        let listed = self
            .after
            .charter
            .member(member)
            .is_some_and(|is| is.keys.has(*purpose, key));
        if listed && purpose.goes_when_revoked() {
            return wrong("is revoked and still listed");
        }
        if purpose.is_about_own_log() && !matches!(last_good.as_slice(), [head] if head.member == *member) {
            return wrong("must name the last good size and root of its member's log, and of no other");
        }
        if purpose.is_between_nodes() && !last_good.is_empty() {
            return wrong("signs nothing in any log, and has no last good head");
        }
        if *purpose == KeyPurpose::Log && self.vouches_beyond(member, last_good) {
            return wrong(
                "leaves more in the cut of its log than its last good head has, which nobody vouches for",
            );
        }
        let mut logs = BTreeSet::new();
        for head in last_good {
            if !logs.insert(&head.member) {
                return wrong("names the last good head of one log twice");
            }
            match self.known_head(&head.member) {
                None => return wrong("names a log that the cut does not"),
                Some(known) if head.size > known.size => {
                    return wrong(
                        "has its last good head beyond the cut: the club does not know that log so far",
                    );
                }
                Some(known) if head.size == known.size && head.root != known.root => {
                    return wrong("has a last good root that contradicts the cut");
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Whether the cut names more of a log than the last good head of its key and every cut before.
    fn vouches_beyond(&self, member: &str, last_good: &[LogHead]) -> bool {
        let good = last_good.iter().chain(self.memory.head(member));
        let vouched = good.map(|head| head.size).max();
        self.after
            .head_of(member)
            .is_some_and(|cut| Some(cut.size) > vouched)
    }

    /// The newest head of a log: this cut's, or that with which a former member left.
    fn known_head(&self, member: &str) -> Option<&LogHead> {
        self.after.head_of(member).or_else(|| self.memory.head(member))
    }
}

fn ended_wrongly(
    what: &'static str,
    purpose: KeyPurpose,
    member: &str,
    key: &str,
    reason: &'static str,
) -> StatementError {
    StatementError::CharterKeyEnd {
        what,
        key: purpose.shown(key).chars().take(80).collect(),
        holder: holder(member, purpose),
        reason,
    }
}
