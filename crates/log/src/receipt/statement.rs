//! Receipts on a statement: attaching them, reading them, and the leaf that they do not change.

use super::verify::{ProvenInclusion, Receipt};
use super::{MAX_RECEIPT_BYTES, MAX_RECEIPTS, MAX_TRANSPARENT_BYTES, RECEIPTS};
use crate::cbor::{self, Walk, encode_bytes, encode_head};
use crate::error::LogError;
use crate::hash::{Hash, leaf_hash};
use crate::note::Verifier;

/// Tag of COSE_Sign1.
const COSE_SIGN1: u64 = 18;
/// CBOR's null, for a detached payload.
const NULL: u64 = 22;

/// The parts of a tagged COSE_Sign1, as they stand in its bytes.
pub(super) struct Parts<'a> {
    /// Protected header, with the head of its byte string.
    protected: &'a [u8],
    /// Entries of the unprotected header: key and value.
    unprotected: Vec<(&'a [u8], &'a [u8])>,
    /// Payload and signature.
    rest: [&'a [u8]; 2],
}

impl<'a> Parts<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Result<Self, LogError> {
        if bytes.len() > MAX_TRANSPARENT_BYTES {
            return Err(LogError::TooLong {
                what: "statement",
                found: bytes.len(),
                max: MAX_TRANSPARENT_BYTES,
            });
        }
        cbor::check(bytes)?;
        let wrong = |field, reason| LogError::CoseFormat { field, reason };
        let mut walk = Walk::new(bytes);
        if walk.expect(6, "it must be tagged")? != COSE_SIGN1 || walk.expect(4, "it must be an array")? != 4 {
            return Err(wrong("statement", "it must be a tagged COSE_Sign1"));
        }
        let protected = walk.item()?;
        let header = Walk::new(protected).byte_string("the protected header must be a byte string")?;
        if !header.is_empty() {
            cbor::check(header)?;
            Walk::new(header).expect(5, "the protected header must hold a map")?;
        }
        let mut unprotected = Vec::new();
        for _ in 0..walk.expect(5, "the unprotected header must be a map")? {
            unprotected.push((walk.item()?, walk.item()?));
        }
        let rest = [walk.item()?, walk.item()?];
        let [payload, signature] = rest;
        let head = Walk::new(payload).head()?;
        if head.major != 2 && (head.major, head.number) != (7, NULL) {
            return Err(wrong("payload", "it must be a byte string or null"));
        }
        Walk::new(signature).expect(2, "the signature must be a byte string")?;
        Ok(Parts {
            protected,
            unprotected,
            rest,
        })
    }

    /// The same with another unprotected header, given as encoded keys and values.
    fn with(&self, mut unprotected: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<u8> {
        unprotected.sort();
        let mut bytes = encode_head(6, COSE_SIGN1);
        bytes.extend(encode_head(4, 4));
        bytes.extend_from_slice(self.protected);
        bytes.extend(encode_head(5, length(unprotected.len())));
        for (key, value) in unprotected {
            bytes.extend(key);
            bytes.extend(value);
        }
        self.rest.iter().for_each(|part| bytes.extend_from_slice(part));
        bytes
    }

    /// The receipts in the unprotected header, as bytes.
    fn receipts(&self) -> Result<Vec<&'a [u8]>, LogError> {
        let label = receipts_label();
        let mut entries = self.unprotected.iter();
        let Some((_, list)) = entries.find(|(key, _)| **key == *label) else {
            return Ok(Vec::new());
        };
        let mut walk = Walk::new(list);
        let count = walk.expect(4, "receipts (394) must be an array")?;
        if count == 0 || count > length(MAX_RECEIPTS) {
            return Err(LogError::CoseFormat {
                field: "receipts (394)",
                reason: "there must be 1 to 64",
            });
        }
        (0..count)
            .map(|_| walk.byte_string("a receipt must be a byte string"))
            .collect()
    }
}

/// The statement as it is registered: its unprotected header is the empty map, everything else is kept byte
/// for byte.
///
/// # Errors
/// [`LogError::TooLong`], [`LogError::Cbor`] or [`LogError::CoseFormat`] unless it is a tagged COSE_Sign1 in
/// strict CBOR.
pub fn registered_bytes(statement: &[u8]) -> Result<Vec<u8>, LogError> {
    Ok(Parts::of(statement)?.with(Vec::new()))
}

/// Hash of a statement as a leaf, whatever receipts it carries.
///
/// # Errors
/// Those of [`registered_bytes`].
pub fn statement_leaf(statement: &[u8]) -> Result<Hash, LogError> {
    registered_bytes(statement).map(|bytes| leaf_hash(&bytes))
}

/// Adds receipts to a statement, behind those that it carries; one that it carries already is not added
/// again. The result is a transparent statement. Receipts of kinds that cannot be verified here are added all
/// the same.
///
/// # Errors
/// Those of [`registered_bytes`] and [`Receipt::parse`], for the receipts that are added;
/// [`LogError::CoseFormat`] if there would be more than [`MAX_RECEIPTS`], [`LogError::TooLong`] if the
/// statement would become too long to be read.
pub fn attach(statement: &[u8], receipts: &[impl AsRef<[u8]>]) -> Result<Vec<u8>, LogError> {
    let parts = Parts::of(statement)?;
    let mut all = parts.receipts()?;
    for receipt in receipts.iter().map(AsRef::as_ref) {
        // Another service's receipt may be of a kind that only others can verify.
        match Receipt::parse(receipt) {
            Ok(_) | Err(LogError::ReceiptUnsupported { .. }) => {}
            Err(error) => return Err(error),
        }
        if !all.contains(&receipt) {
            all.push(receipt);
        }
    }
    if all.is_empty() {
        return Err(LogError::ReceiptMissing);
    }
    if all.len() > MAX_RECEIPTS {
        return Err(LogError::CoseFormat {
            field: "receipts (394)",
            reason: "there must be 1 to 64",
        });
    }
    let label = receipts_label();
    let mut list = encode_head(4, length(all.len()));
    all.iter().for_each(|receipt| list.extend(encode_bytes(receipt)));
    let mut unprotected: Vec<(Vec<u8>, Vec<u8>)> = parts
        .unprotected
        .iter()
        .filter(|(key, _)| **key != *label)
        .map(|(key, value)| (key.to_vec(), value.to_vec()))
        .collect();
    unprotected.push((label, list));
    let bytes = parts.with(unprotected);
    if bytes.len() > MAX_TRANSPARENT_BYTES {
        return Err(LogError::TooLong {
            what: "statement",
            found: bytes.len(),
            max: MAX_TRANSPARENT_BYTES,
        });
    }
    Ok(bytes)
}

/// The receipts that a statement carries. One that cannot be read, or is of another kind, is an error in its
/// place and spoils no other.
///
/// # Errors
/// Those of [`registered_bytes`].
pub fn receipts_of(statement: &[u8]) -> Result<Vec<Result<Receipt, LogError>>, LogError> {
    let receipts = Parts::of(statement)?.receipts()?;
    Ok(receipts
        .into_iter()
        .map(|receipt| {
            if receipt.len() > MAX_RECEIPT_BYTES {
                return Err(LogError::TooLong {
                    what: "receipt",
                    found: receipt.len(),
                    max: MAX_RECEIPT_BYTES,
                });
            }
            Receipt::parse(receipt)
        })
        .collect())
}

/// Verifies offline that a statement, by one of the receipts that it carries, is in the log with one of
/// these keys. The signature of its author is not looked at.
///
/// # Errors
/// Those of [`registered_bytes`]; if no receipt verifies, the error of the last one tried, or
/// [`LogError::ReceiptMissing`].
pub fn verify_statement(statement: &[u8], log: &[Verifier]) -> Result<ProvenInclusion, LogError> {
    let leaf = statement_leaf(statement)?;
    let mut refused = LogError::ReceiptMissing;
    for receipt in receipts_of(statement)? {
        match receipt {
            Err(error) => refused = error,
            Ok(receipt) => {
                for key in log {
                    match receipt.verify_inclusion(leaf, key) {
                        Ok(proven) => return Ok(proven),
                        Err(error) => refused = error,
                    }
                }
            }
        }
    }
    Err(refused)
}

/// The label 394, encoded.
fn receipts_label() -> Vec<u8> {
    encode_head(0, RECEIPTS.unsigned_abs())
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
