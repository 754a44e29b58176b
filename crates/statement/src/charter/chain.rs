//! The chain of versions as one file: a CBOR array of the signed charters, oldest first.

use ciborium::Value;

use super::document::CharterId;
use super::log::{CharterEvent, CharterLog};
use super::signed::SignedCharter;
use crate::StatementError;
use crate::limits::{CHARTER_CHAIN_BYTES_MAX, CHARTER_VERSIONS_MAX};

impl CharterLog {
    /// All versions as one file; proposals are left out.
    ///
    /// # Errors
    /// [`StatementError::NotCose`] if it cannot be encoded, [`StatementError::TooMany`] if it would be too large.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StatementError> {
        let versions = self.versions().iter();
        let versions = versions.map(|version| Value::Bytes(version.bytes().to_vec()));
        let bytes = encode(&Value::Array(versions.collect()))?;
        check_length(bytes.len())?;
        Ok(bytes)
    }

    /// Reads what somebody brings as trusted: a first version alone, or a chain, whose first version is trusted then.
    ///
    /// # Errors
    /// As [`CharterLog::found`] and [`CharterLog::parse`].
    pub fn brought(bytes: &[u8]) -> Result<Self, StatementError> {
        check_length(bytes.len())?;
        // CBOR's major type 4: an array, where a version alone is a tag.
        if bytes.first().is_none_or(|head| head >> 5 != 4) {
            return Self::found(SignedCharter::parse(bytes)?);
        }
        let versions = versions_of(bytes)?;
        let first = SignedCharter::parse(versions.first().ok_or_else(not_a_chain)?)?;
        Self::parse(bytes, &first.id())
    }

    /// Adds what another chain of the same club has beyond this one.
    ///
    /// # Errors
    /// As [`CharterLog::parse`]; [`StatementError::CharterForked`] if the two contradict each other.
    pub fn extended(&self, chain: &[u8]) -> Result<Self, StatementError> {
        let other = Self::parse(chain, &self.club())?;
        let (longer, shorter) = if other.versions().len() > self.versions().len() {
            (&other, self)
        } else {
            (self, &other)
        };
        let mut log = longer.clone();
        for version in shorter.versions() {
            log.step(CharterEvent::Version(version.bytes().to_vec()))?;
            if let Some(fork) = log.fork() {
                return Err(StatementError::CharterForked {
                    version: fork.ours.charter().version,
                    signed_both: fork.signed_both.join(", "),
                });
            }
        }
        Ok(log)
    }

    /// Reads a chain and verifies it whole: the first version is the one that is `trusted`, and every later one follows
    /// the one before by the rules and with the signatures that it needs.
    ///
    /// # Errors
    /// The first thing that is wrong; [`StatementError::CharterOfOtherClub`] if the first version is another one.
    pub fn parse(bytes: &[u8], trusted: &CharterId) -> Result<Self, StatementError> {
        check_length(bytes.len())?;
        let mut versions = versions_of(bytes)?.into_iter();
        let first = versions.next().ok_or_else(not_a_chain)?;
        let first = SignedCharter::parse(&first)?;
        if first.id() != *trusted {
            return Err(StatementError::CharterOfOtherClub {
                found: first.id(),
                expected: *trusted,
            });
        }
        let mut log = Self::found(first)?;
        for version in versions {
            let adopted = log.step(CharterEvent::Version(version))?;
            // A repeated or rival version is an event for a log, not a link of a chain.
            if adopted.is_empty() || log.fork().is_some() {
                return Err(not_a_chain());
            }
        }
        Ok(log)
    }
}

fn versions_of(bytes: &[u8]) -> Result<Vec<Vec<u8>>, StatementError> {
    let value: Value = ciborium::from_reader(bytes).map_err(|_| not_a_chain())?;
    if encode(&value)? != bytes {
        return Err(StatementError::NotCanonical);
    }
    let versions = value.into_array().map_err(|_| not_a_chain())?;
    if versions.len() > CHARTER_VERSIONS_MAX {
        return Err(StatementError::TooMany {
            what: "versions of a charter",
            count: versions.len(),
            max: CHARTER_VERSIONS_MAX,
        });
    }
    let bytes = versions.into_iter().map(Value::into_bytes);
    bytes.collect::<Result<_, _>>().map_err(|_| not_a_chain())
}

fn encode(value: &Value) -> Result<Vec<u8>, StatementError> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).map_err(|e| StatementError::NotCose {
        reason: e.to_string(),
    })?;
    Ok(bytes)
}

fn check_length(count: usize) -> Result<(), StatementError> {
    if count > CHARTER_CHAIN_BYTES_MAX {
        return Err(StatementError::TooMany {
            what: "bytes of a chain of charters",
            count,
            max: CHARTER_CHAIN_BYTES_MAX,
        });
    }
    Ok(())
}

const fn not_a_chain() -> StatementError {
    StatementError::NotAChain
}
