//! A charter with the signatures that make it count.

use std::collections::{BTreeMap, BTreeSet};

use super::cose::{self, CharterSignature, Written};
use super::document::{Charter, CharterId};
use super::succession::CharterVersion;
use super::tally::{Tally, signatories};
use crate::{KeyId, StatementError, StatementKey, StatementSigner};

/// A charter with the signatures that make it count.
#[derive(Debug, Clone)]
pub struct SignedCharter {
    id: CharterId,
    version: CharterVersion,
    signers: BTreeSet<KeyId>,
    bytes: Vec<u8>,
}

impl SignedCharter {
    /// Signs a first version by every member: `signers` in any order.
    ///
    /// # Errors
    /// [`StatementError::CharterUnsigned`] if a member's key is not among the signers, or the charter breaks a rule.
    pub fn sign(charter: &Charter, signers: &[StatementSigner]) -> Result<Self, StatementError> {
        let draft = Written::draft(CharterVersion::from(charter.clone()))?;
        let signatures: Vec<_> = signers
            .iter()
            .map(|signer| cose::sign(&draft.payload, signer))
            .collect();
        Self::parse(&cose::encode(&draft.payload, &signatures)?)
    }

    /// Decodes the first version of a charter and checks that every member it names has signed it.
    ///
    /// # Errors
    /// The first reason why it does not count; [`StatementError::CharterNeedsChain`] for a later version, which only
    /// the version before it can vouch for: read it with [`crate::CharterLog`].
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        let written = Written::parse(bytes)?;
        if written.version.succession.is_some() {
            return Err(StatementError::CharterNeedsChain {
                version: written.version.charter.version,
            });
        }
        let (signers, fault) = verified(&written);
        Tally::of(None, &written.version, &signers).require()?;
        fault.map_or(Ok(()), Err)?;
        Ok(Self::assembled(
            written.id,
            written.version,
            signers,
            bytes.to_vec(),
        ))
    }

    /// A charter whose signatures have been verified, and found to be enough.
    pub(super) const fn assembled(
        id: CharterId,
        version: CharterVersion,
        signers: BTreeSet<KeyId>,
        bytes: Vec<u8>,
    ) -> Self {
        Self {
            id,
            version,
            signers,
            bytes,
        }
    }

    /// The charter's id.
    pub const fn id(&self) -> CharterId {
        self.id
    }

    /// What holds in it.
    pub const fn charter(&self) -> &Charter {
        &self.version.charter
    }

    /// What holds in it, and how it follows the version before.
    pub const fn version(&self) -> &CharterVersion {
        &self.version
    }

    /// The keys that signed, verified.
    pub const fn signers(&self) -> &BTreeSet<KeyId> {
        &self.signers
    }

    /// The signed bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The keys whose signatures verify, and the first signature that does not or that is nobody's.
fn verified(written: &Written) -> (BTreeSet<KeyId>, Option<StatementError>) {
    let known = signatories(None, &written.version);
    let mut signers = BTreeSet::new();
    let mut fault = None;
    for signature in &written.signatures {
        match check(&written.payload, signature, &known) {
            Ok(_) => {
                signers.insert(signature.key);
            }
            Err(wrong) => fault = fault.or(Some(wrong)),
        }
    }
    (signers, fault)
}

/// The member that a signature is of.
///
/// # Errors
/// [`StatementError::CharterStranger`] or [`StatementError::BadSignature`].
pub(super) fn check<'a>(
    payload: &[u8],
    signature: &CharterSignature,
    known: &'a BTreeMap<KeyId, (String, StatementKey)>,
) -> Result<&'a str, StatementError> {
    let key = signature.key;
    let (member, public) = known.get(&key).ok_or(StatementError::CharterStranger { key })?;
    if !cose::verifies(payload, signature, public) {
        return Err(StatementError::BadSignature { key });
    }
    Ok(member)
}
