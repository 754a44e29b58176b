//! Issuing receipts.

use ciborium::Value;
use coset::{CoseSign1Builder, Header, HeaderBuilder, Label, TaggedCborSerializable as _, iana};

use super::keys::key_thumbprint;
use super::{CONSISTENCY, CWT_CLAIMS, INCLUSION, ISSUER, RFC9162_SHA256, SUBJECT, TREE_SIZE, VDP, VDS};
use crate::checkpoint::Checkpoint;
use crate::error::LogError;
use crate::hash::Hash;
use crate::note::Signer;
use crate::proof::{verify_consistency, verify_inclusion};

/// A receipt that `leaf` is at `index` of the tree of a checkpoint that the log signed and stored. `subject`
/// is what the statement is about, as in its own claims.
///
/// The bytes are deterministic: the same arguments give the same receipt.
///
/// # Errors
/// [`LogError::OriginMismatch`] unless the checkpoint is of the signer's log, those of [`verify_inclusion`] if
/// the path does not lead to the checkpoint's root: a wrong root is never signed. [`LogError::CoseFormat`]
/// for a tree of one leaf, whose path would be empty, which RFC 9942 does not allow: a genesis entry keeps
/// that from mattering.
pub fn issue_inclusion(
    log: &Signer,
    checkpoint: &Checkpoint,
    leaf: Hash,
    index: u64,
    path: &[Hash],
    subject: &str,
) -> Result<Vec<u8>, LogError> {
    verify_inclusion(leaf, index, checkpoint.size, path, checkpoint.root)?;
    issue(
        log,
        checkpoint,
        subject,
        INCLUSION,
        [checkpoint.size, index],
        path,
    )
}

/// A receipt that the tree of a checkpoint extends an older one, both signed and stored by the log.
///
/// # Errors
/// As [`issue_inclusion`], with [`verify_consistency`] for the path; two checkpoints of the same size have
/// nothing to prove.
pub fn issue_consistency(
    log: &Signer,
    old: &Checkpoint,
    new: &Checkpoint,
    path: &[Hash],
) -> Result<Vec<u8>, LogError> {
    verify_consistency(old.size, old.root, new.size, new.root, path)?;
    issue(log, new, log.name(), CONSISTENCY, [old.size, new.size], path)
}

fn issue(
    log: &Signer,
    checkpoint: &Checkpoint,
    subject: &str,
    proof_type: i64,
    numbers: [u64; 2],
    path: &[Hash],
) -> Result<Vec<u8>, LogError> {
    if checkpoint.origin != log.name() {
        return Err(LogError::OriginMismatch {
            origin: checkpoint.origin.clone(),
            name: log.name().to_owned(),
        });
    }
    if path.is_empty() {
        return Err(LogError::CoseFormat {
            field: "proof",
            reason: "its path must not be empty",
        });
    }
    let claims = vec![
        (Value::from(ISSUER), Value::from(log.name())),
        (Value::from(SUBJECT), Value::from(subject)),
    ];
    // In this order the keys of the map are sorted as deterministic CBOR asks.
    let protected = HeaderBuilder::new()
        .algorithm(iana::Algorithm::EdDSA)
        .key_id(key_thumbprint(&log.verifier()).to_vec())
        .value(CWT_CLAIMS, Value::Map(claims))
        .value(VDS, Value::from(RFC9162_SHA256))
        .text_value(TREE_SIZE.to_owned(), Value::from(checkpoint.size))
        .build();
    let hashes = path
        .iter()
        .map(|hash| Value::from(hash.as_bytes().to_vec()))
        .collect();
    let [first, second] = numbers.map(Value::from);
    let proof = encode(&Value::Array(vec![first, second, Value::Array(hashes)]))?;
    let proofs = Value::Map(vec![(
        Value::from(proof_type),
        Value::Array(vec![Value::from(proof)]),
    )]);
    let unprotected = Header {
        rest: vec![(Label::Int(VDP), proofs)],
        ..Header::default()
    };
    CoseSign1Builder::new()
        .protected(protected)
        .unprotected(unprotected)
        .create_detached_signature(checkpoint.root.as_bytes(), b"", |message| log.sign_bytes(message))
        .build()
        .to_tagged_vec()
        .map_err(|_| unwritable())
}

fn encode(value: &Value) -> Result<Vec<u8>, LogError> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).map_err(|_| unwritable())?;
    Ok(bytes)
}

fn unwritable() -> LogError {
    LogError::CoseFormat {
        field: "receipt",
        reason: "it cannot be written as CBOR",
    }
}
