//! What counted where: versions, keys, logs and their ends by the position in a log.

use super::document::{CharterId, KeyPurpose, Member};
use super::log::CharterLog;
use super::signed::SignedCharter;
use super::succession::{LogHead, Revocation};
use super::tally::{Tally, signatories};
use super::terms::{KeyTerm, key_terms};
use crate::{Digest, KeyId, StatementError, StatementKey};

/// A log that is or was one of the club's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogOrigin {
    /// Its origin, which no other log ever has.
    pub origin: String,
    /// Code of the member whose log it is.
    pub member: String,
    /// Where it ended, if its member has left.
    pub end: Option<LogHead>,
}

impl CharterLog {
    /// The version of that number.
    pub fn version(&self, number: u32) -> Option<&SignedCharter> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.versions().get(place)
    }

    /// The version of that id.
    pub fn by_id(&self, id: &CharterId) -> Option<&SignedCharter> {
        self.versions().iter().find(|version| version.id() == *id)
    }

    /// The version that a version follows, if both are of this charter and it is not the first.
    fn before(&self, version: &SignedCharter) -> Option<&SignedCharter> {
        let succession = version.version().succession.as_ref()?;
        self.by_id(&succession.previous)
    }

    /// Who has signed a version of this charter, under the keys of the version before and under its own.
    pub fn tally_of(&self, version: &SignedCharter) -> Tally {
        let before = self.before(version).map(SignedCharter::version);
        Tally::of(before, version.version(), version.signers())
    }

    /// Codes of everybody who has signed a version of this charter, voting or not, each once and in alphabetical order.
    pub fn signers_of(&self, version: &SignedCharter) -> Vec<String> {
        let known = signatories(
            self.before(version).map(SignedCharter::version),
            version.version(),
        );
        let signers = version.signers().iter().filter_map(|key| known.get(key));
        let codes: std::collections::BTreeSet<String> = signers.map(|(member, _)| member.clone()).collect();
        codes.into_iter().collect()
    }

    /// The number of the version since which that member is in without a break; none if it is not in.
    pub fn member_since(&self, code: &str) -> Option<u32> {
        let newest = self.versions().iter().rev();
        let within = newest.take_while(|version| version.charter().member(code).is_some());
        within.last().map(|version| version.charter().version)
    }

    /// The member of that code as a version has it.
    pub fn member_in(&self, version: u32, code: &str) -> Option<&Member> {
        self.version(version)?.charter().member(code)
    }

    /// The member of that code as the newest version that names it has it, whether it is still in or has left.
    pub fn member_ever(&self, code: &str) -> Option<&Member> {
        self.versions()
            .iter()
            .rev()
            .find_map(|version| version.charter().member(code))
    }

    /// The version under which the entry at that index, from 0, of a member's log stands: its vocabulary, rules, schemas
    /// and the member's role. None beyond the end of the log of a member that left.
    pub fn version_at(&self, member: &str, index: u64) -> Option<&SignedCharter> {
        let mut found = None;
        let mut position = 0;
        for version in self.versions() {
            position = version
                .version()
                .head_of(member)
                .map_or(position, |head| head.size);
            if position <= index {
                found = version.charter().member(member).map(|_| version);
            }
        }
        found
    }

    /// From where to where in its own log each statement or log key counts that a member ever had, oldest first. Who
    /// checks many entries asks once.
    pub fn key_terms(&self, member: &str, purpose: KeyPurpose) -> Vec<KeyTerm> {
        key_terms(self.versions(), member, purpose, member)
    }

    /// From where to where on the log of `log_of` each witness or mirror key counts that a member ever had.
    pub fn cosigner_terms(&self, member: &str, purpose: KeyPurpose, log_of: &str) -> Vec<KeyTerm> {
        key_terms(self.versions(), member, purpose, log_of)
    }

    /// The statement key of that id, if it counts for the entry at that index, from 0, of the member's log.
    ///
    /// # Errors
    /// [`StatementError::UnknownKey`] if the member never had it; [`StatementError::KeyNotYet`] or
    /// [`StatementError::KeyEnded`] if it counts only elsewhere in the log.
    pub fn statement_key_at(
        &self,
        member: &str,
        index: u64,
        id: &KeyId,
    ) -> Result<StatementKey, StatementError> {
        self.statement_terms(member).key_at(index, id).cloned()
    }

    /// The statement keys that a member ever had, parsed, with where each counts: to be kept by who verifies many entries.
    pub fn statement_terms(&self, member: &str) -> StatementTerms {
        let terms = self.key_terms(member, KeyPurpose::Statement).into_iter();
        let parsed = terms.filter_map(|term| {
            let key = StatementKey::from_hex(&term.key).ok()?;
            Some((key.id(), key, term))
        });
        StatementTerms {
            member: member.to_owned(),
            terms: parsed.collect(),
        }
    }

    /// The statement keys that count for the entry at that index, from 0, of the member's log.
    pub fn statement_keys_at(&self, member: &str, index: u64) -> Vec<StatementKey> {
        let terms = self.key_terms(member, KeyPurpose::Statement).into_iter();
        terms
            .filter(|term| term.holds_entry(index))
            .filter_map(|term| StatementKey::from_hex(&term.key).ok())
            .collect()
    }

    /// The verifier keys that count for a checkpoint of that size of the member's log: two where the key changed.
    pub fn log_keys_at(&self, member: &str, size: u64) -> Vec<String> {
        let terms = self.key_terms(member, KeyPurpose::Log).into_iter();
        terms
            .filter(|term| term.holds_size(size))
            .map(|term| term.key)
            .collect()
    }

    /// Members and verifier keys whose cosignatures count on a checkpoint of that size of the log of `log_of`, which
    /// itself is never among them. `purpose` is witness or mirror; for the others there is none.
    pub fn cosigners_at(&self, purpose: KeyPurpose, log_of: &str, size: u64) -> Vec<(String, String)> {
        if purpose.is_about_own_log() || purpose.is_between_nodes() {
            return Vec::new();
        }
        let others = self.memory().members().filter(|member| member.member != log_of);
        others
            .flat_map(|member| {
                let terms = self.cosigner_terms(&member.member, purpose, log_of).into_iter();
                terms
                    .filter(|term| term.holds_size(size))
                    .map(|term| (member.member.clone(), term.key))
            })
            .collect()
    }

    /// Every log that is or was one of the club's, by its member's code.
    pub fn origins(&self) -> Vec<LogOrigin> {
        self.memory()
            .members()
            .map(|member| LogOrigin {
                origin: member.origin().to_owned(),
                member: member.member.clone(),
                end: self.end_of(&member.member).cloned(),
            })
            .collect()
    }

    /// The revocations of a key of a member that versions bring, oldest first.
    fn revocations_of<'a>(
        &'a self,
        member: &'a str,
        purpose: KeyPurpose,
        key: &'a str,
    ) -> impl Iterator<Item = &'a Revocation> {
        let revoked = self
            .versions()
            .iter()
            .flat_map(|version| version.version().revoked());
        revoked.filter(move |one| one.names(member, purpose, key))
    }

    /// Whether a version has revoked that key of a member, however it is written, and whether or not it had ended before.
    pub fn is_revoked(&self, member: &str, purpose: KeyPurpose, key: &str) -> bool {
        self.revocations_of(member, purpose, key).next().is_some()
    }

    /// The smallest last good state of the member's own log that revocations of its statement or log key name; none if the key
    /// was never revoked.
    pub fn last_good_of<'a>(
        &'a self,
        member: &'a str,
        purpose: KeyPurpose,
        key: &'a str,
    ) -> Option<&'a LogHead> {
        self.revocations_of(member, purpose, key)
            .flat_map(|one| &one.last_good)
            .filter(|head| head.member == member)
            .min_by_key(|head| head.size)
    }

    /// Whether a version names that state of a member's log: in its cut, or as the last good one of a key that it revokes.
    pub fn names_head(&self, member: &str, size: u64, root: &Digest) -> bool {
        self.vouched_for(member)
            .any(|head| head.size == size && head.root == *root)
    }

    /// Where the log of a former member ended; none for one that is in.
    pub fn end_of<'a>(&'a self, member: &'a str) -> Option<&'a LogHead> {
        if self.head().charter().member(member).is_some() {
            return None;
        }
        self.anchors(member).last()
    }

    /// The states of a member's log that stand in cuts, oldest first. A log that does not lead to each of them was
    /// rewritten.
    pub fn anchors<'a>(&'a self, member: &'a str) -> impl Iterator<Item = &'a LogHead> {
        self.versions()
            .iter()
            .filter_map(move |version| version.version().head_of(member))
    }

    /// Every state of a member's log that the charter vouches for, in no order: those in cuts, and the last good ones of
    /// revocations.
    pub fn vouched_for<'a>(&'a self, member: &'a str) -> impl Iterator<Item = &'a LogHead> {
        let revocations = self
            .versions()
            .iter()
            .flat_map(|version| version.version().revoked());
        let last_good = revocations.flat_map(|one| &one.last_good);
        self.anchors(member)
            .chain(last_good.filter(move |head| head.member == member))
    }
}

/// The statement keys of a member with the stretches of its log for which they count.
#[derive(Debug, Clone)]
pub struct StatementTerms {
    member: String,
    terms: Vec<(KeyId, StatementKey, KeyTerm)>,
}

impl StatementTerms {
    /// Whether the key of that id counts for the entry at that index, from 0.
    pub fn hold(&self, id: &KeyId, index: u64) -> bool {
        self.terms
            .iter()
            .any(|(known, _, term)| known == id && term.holds_entry(index))
    }

    /// The key of that id, if it counts for the entry at that index, from 0, of the member's log.
    ///
    /// # Errors
    /// [`StatementError::UnknownKey`] if the member never had it; [`StatementError::KeyNotYet`] or
    /// [`StatementError::KeyEnded`] if it counts only elsewhere in the log.
    pub fn key_at(&self, index: u64, id: &KeyId) -> Result<&StatementKey, StatementError> {
        let mut found = None;
        for (_, key, term) in self.terms.iter().filter(|(known, ..)| known == id) {
            if term.holds_entry(index) {
                return Ok(key);
            }
            found = Some(term);
        }
        let (key, member) = (*id, self.member.clone());
        Err(match found {
            None => StatementError::UnknownKey { key, issuer: member },
            Some(KeyTerm {
                until: Some(until),
                revoked,
                ..
            }) if *until <= index => StatementError::KeyEnded {
                key,
                member,
                index,
                until: *until,
                how: if *revoked { "revoked" } else { "retired" },
            },
            Some(KeyTerm { from, .. }) => StatementError::KeyNotYet {
                key,
                member,
                index,
                from: *from,
            },
        })
    }

    /// A key that the member had once, wherever it counted.
    pub fn key_ever(&self, id: &KeyId) -> Option<&StatementKey> {
        let mut known = self.terms.iter();
        known.find(|(known, ..)| known == id).map(|(_, key, _)| key)
    }
}
