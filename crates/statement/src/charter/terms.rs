//! From where to where in a log a key counts, read off the chain of versions.

use std::collections::BTreeMap;

use super::document::KeyPurpose;
use super::signed::SignedCharter;

/// A stretch of a log in which a key of a member counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTerm {
    /// What the key is for.
    pub purpose: KeyPurpose,
    /// The key: hexadecimal for statements, a verifier key for the others.
    pub key: String,
    /// Size of the log from which it counts.
    pub from: u64,
    /// Size of the log up to which it counts; no end if absent.
    pub until: Option<u64>,
    /// Whether the end is the last good size of a revocation.
    pub revoked: bool,
}

impl KeyTerm {
    /// Whether a statement at that index, from 0, counts under the key.
    pub fn holds_entry(&self, index: u64) -> bool {
        self.from <= index && self.until.is_none_or(|until| index < until)
    }

    /// Whether a checkpoint of that size, or a cosignature of one, counts under the key. Both ends do: an idle log may
    /// sign the size at which its key changes with either.
    pub fn holds_size(&self, size: u64) -> bool {
        self.from <= size && self.until.is_none_or(|until| size <= until)
    }

    fn end_at(&mut self, size: u64) {
        self.until = Some(self.until.map_or(size, |until| until.min(size)));
    }
}

/// The terms of a member's keys of one purpose on the log of `log_of`, oldest first. For statement and log keys that
/// is the member's own; for a cosigner's keys any other, and only while its role lets it witness.
pub(super) fn key_terms(
    versions: &[SignedCharter],
    member: &str,
    purpose: KeyPurpose,
    log_of: &str,
) -> Vec<KeyTerm> {
    let mut terms: Vec<KeyTerm> = Vec::new();
    let mut last_good: BTreeMap<String, Option<u64>> = BTreeMap::new();
    let mut position = 0;
    for version in versions {
        let version = version.version();
        position = version.head_of(log_of).map_or(position, |head| head.size);
        let holder = version.charter.member(member);
        let keys = holder
            .filter(|holder| purpose.is_about_own_log() || holder.role.counts_as_witness())
            .map(|holder| &holder.keys);
        for term in &mut terms {
            let dropped = keys.is_none_or(|keys| !keys.has(purpose, &term.key));
            if dropped && term.until.is_none() {
                let later = version
                    .retirement(member, purpose, &term.key)
                    .and_then(|one| one.until);
                term.end_at(later.unwrap_or(position));
            } else if holder.is_none() {
                // A key that was retired with some way to go ends with its member.
                term.end_at(position);
            }
        }
        for key in keys.map_or(&[][..], |keys| keys.of(purpose)) {
            let material = purpose.material(key);
            let is_open = |term: &KeyTerm| term.until.is_none() && purpose.material(&term.key) == material;
            if !terms.iter().any(is_open) {
                terms.push(KeyTerm {
                    purpose,
                    key: key.clone(),
                    from: position,
                    until: None,
                    revoked: false,
                });
            }
        }
        let revoked = version.revoked().iter();
        for one in revoked.filter(|one| one.member == member && one.purpose == purpose) {
            let size = one.last_good_size(log_of);
            let known = last_good.entry(purpose.material(&one.key)).or_insert(size);
            *known = (*known).min(size);
        }
    }
    terms.retain_mut(|term| revoke(term, &last_good));
    terms
}

/// Ends a term with the revocation of its key; false if nothing of it is left.
fn revoke(term: &mut KeyTerm, last_good: &BTreeMap<String, Option<u64>>) -> bool {
    match last_good.get(&term.purpose.material(&term.key)) {
        None => true,
        Some(None) => false,
        Some(Some(size)) => {
            term.revoked = term.until.is_none_or(|until| *size <= until);
            term.end_at(*size);
            term.from <= *size
        }
    }
}
