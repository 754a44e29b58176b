//! A version that is being signed: signatures come one by one, from any side, in any order.

use std::collections::{BTreeMap, BTreeSet};

use super::cose::{self, CharterSignature, Written};
use super::document::CharterId;
use super::signed::{self, SignedCharter};
use super::succession::CharterVersion;
use super::tally::{Tally, signatories};
use crate::limits::CHARTER_SIGNATURES_MAX;
use crate::{KeyId, StatementError, StatementKey, StatementSigner};

/// A version that is being signed, with the signatures that there are; each of them has been verified.
///
/// Its bytes are the charter's with fewer signatures: a proposal travels as they do, and what comes back from another
/// member is merged.
#[derive(Debug, Clone)]
pub struct Proposal {
    id: CharterId,
    before: Option<CharterVersion>,
    version: CharterVersion,
    payload: Vec<u8>,
    known: BTreeMap<KeyId, (String, StatementKey)>,
    signatures: BTreeMap<KeyId, CharterSignature>,
}

impl Proposal {
    /// Proposes to found a club with this first version. What follows a version is proposed by
    /// [`crate::CharterLog::propose`].
    ///
    /// # Errors
    /// The first rule that it breaks; [`StatementError::CharterNeedsChain`] for a later version.
    pub fn to_found(version: CharterVersion) -> Result<Self, StatementError> {
        Self::founding(Written::draft(version)?)
    }

    /// Reads a proposal to found a club; one for a later version is read by [`crate::CharterLog::read_proposal`].
    ///
    /// # Errors
    /// As [`Proposal::to_found`], and for the first signature that does not verify or is nobody's.
    pub fn parse_founding(bytes: &[u8]) -> Result<Self, StatementError> {
        Self::founding(Written::parse(bytes)?)
    }

    fn founding(written: Written) -> Result<Self, StatementError> {
        if written.version.succession.is_some() {
            return Err(StatementError::CharterNeedsChain {
                version: written.version.charter.version,
            });
        }
        super::rules::founding(&written.version)?;
        Self::after(None, written)
    }

    /// A proposal to follow `before`; the rules of change have been checked.
    pub(super) fn after(before: Option<&CharterVersion>, written: Written) -> Result<Self, StatementError> {
        let mut proposal = Self {
            id: written.id,
            known: signatories(before, &written.version),
            before: before.cloned(),
            version: written.version,
            payload: written.payload,
            signatures: BTreeMap::new(),
        };
        for signature in written.signatures {
            proposal.add(signature)?;
        }
        Ok(proposal)
    }

    /// The id of the charter that it proposes.
    pub const fn id(&self) -> CharterId {
        self.id
    }

    /// What it proposes.
    pub const fn version(&self) -> &CharterVersion {
        &self.version
    }

    /// Adds a signature; false if the key had signed already.
    ///
    /// # Errors
    /// [`StatementError::CharterProposalUnknown`] for a signature of something else,
    /// [`StatementError::CharterStranger`] for a key of nobody in either version,
    /// [`StatementError::BadSignature`] for a forged one, [`StatementError::TooMany`].
    pub fn add(&mut self, signature: CharterSignature) -> Result<bool, StatementError> {
        if signature.charter != self.id {
            return Err(StatementError::CharterProposalUnknown {
                charter: signature.charter,
            });
        }
        signed::check(&self.payload, &signature, &self.known)?;
        if self.signatures.contains_key(&signature.key) {
            return Ok(false);
        }
        if self.signatures.len() >= CHARTER_SIGNATURES_MAX {
            return Err(StatementError::TooMany {
                what: "signatures of a charter",
                count: self.signatures.len() + 1,
                max: CHARTER_SIGNATURES_MAX,
            });
        }
        self.signatures.insert(signature.key, signature);
        Ok(true)
    }

    /// Signs it with a member's statement key, old or new; the signature can be sent to others by itself.
    ///
    /// # Errors
    /// [`StatementError::CharterStranger`] if the key is nobody's in either version.
    pub fn sign(&mut self, signer: &StatementSigner) -> Result<CharterSignature, StatementError> {
        let signature = cose::sign(&self.payload, signer);
        self.add(signature.clone())?;
        Ok(signature)
    }

    /// Adds what another copy of the same proposal has; the number of signatures that were new.
    ///
    /// # Errors
    /// [`StatementError::CharterProposalUnknown`] if it proposes something else.
    pub fn merge(&mut self, other: &Self) -> Result<usize, StatementError> {
        if other.id != self.id {
            return Err(StatementError::CharterProposalUnknown { charter: other.id });
        }
        let mut added = 0;
        for signature in other.signatures.values() {
            added += usize::from(self.add(signature.clone())?);
        }
        Ok(added)
    }

    /// The signatures, by key.
    pub fn signatures(&self) -> impl Iterator<Item = &CharterSignature> {
        self.signatures.values()
    }

    /// The member whose key that is in the version before or in this one, if its signature may stand here.
    pub fn member_of(&self, key: &KeyId) -> Option<&str> {
        self.known.get(key).map(|(member, _)| member.as_str())
    }

    /// Codes of everybody who has signed, voting or not, each once and in alphabetical order.
    pub fn signers(&self) -> Vec<String> {
        let codes: BTreeSet<&str> = self
            .signatures
            .keys()
            .filter_map(|key| self.member_of(key))
            .collect();
        codes.into_iter().map(str::to_owned).collect()
    }

    /// Who has signed under which version, and what is missing.
    pub fn tally(&self) -> Tally {
        let signed: BTreeSet<KeyId> = self.signatures.keys().copied().collect();
        Tally::of(self.before.as_ref(), &self.version, &signed)
    }

    /// Whether it has the signatures that make it count.
    pub fn counts(&self) -> bool {
        self.tally().counts()
    }

    /// The bytes: the payload with the signatures in the order of their keys, so that the order in which they came
    /// leaves no trace.
    ///
    /// # Errors
    /// [`StatementError::NotCose`] if they cannot be encoded; [`StatementError::TooMany`] if they are too many.
    pub fn bytes(&self) -> Result<Vec<u8>, StatementError> {
        let bytes = cose::encode(&self.payload, self.signatures.values())?;
        cose::check_length(bytes.len())?;
        Ok(bytes)
    }

    /// The signed charter.
    ///
    /// # Errors
    /// What is missing: [`StatementError::CharterUnsigned`], [`StatementError::CharterKeyUnproved`] or
    /// [`StatementError::CharterBelowThreshold`].
    pub fn finish(&self) -> Result<SignedCharter, StatementError> {
        self.tally().require()?;
        let signers = self.signatures.keys().copied().collect();
        Ok(SignedCharter::assembled(
            self.id,
            self.version.clone(),
            signers,
            self.bytes()?,
        ))
    }

    /// Whether a voting member of the version before has signed it.
    pub(super) fn has_sponsor(&self) -> bool {
        self.tally()
            .before
            .is_some_and(|before| !before.signed.is_empty())
    }
}
