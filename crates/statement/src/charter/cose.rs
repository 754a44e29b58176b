//! The charter's envelope: COSE_Sign in the one encoding that this code writes.
//!
//! The body's protected header carries the content type alone, each signature's carries algorithm and key id, and the
//! unprotected headers are empty. What decodes is encoded again and held against the bytes, so nothing in a charter can
//! be varied by a third party without being noticed.

use coset::{
    CoseSign, CoseSignBuilder, CoseSignature, CoseSignatureBuilder, HeaderBuilder,
    TaggedCborSerializable as _, iana,
};

use super::document::CharterId;
use super::succession::CharterVersion;
use crate::limits::{CHARTER_BYTES_MAX, CHARTER_SIGNATURES_MAX};
use crate::{Digest, KeyId, StatementError, StatementKey, StatementSigner};

/// Format version 1, whatever the charter's own version: readers from before there were later versions refuse fields
/// that they do not know, as they must.
const CONTENT_TYPE: &str = "application/vnd.didymium.charter+json; version=1";

/// One signature of a charter, apart from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CharterSignature {
    /// Id of the charter that is signed.
    pub charter: CharterId,
    /// Id of the key that signed.
    pub key: KeyId,
    /// The signature, 64 bytes, over the COSE `Sig_structure` of context `Signature`.
    pub signature: Vec<u8>,
}

/// A charter as it is written: payload, what it says, and signatures that nobody has verified yet.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) id: CharterId,
    pub(super) version: CharterVersion,
    pub(super) payload: Vec<u8>,
    pub(super) signatures: Vec<CharterSignature>,
}

impl Written {
    /// Writes a version down, without signatures.
    ///
    /// # Errors
    /// The first rule that the version breaks by itself; [`StatementError::TooMany`] for its bytes.
    pub(super) fn draft(version: CharterVersion) -> Result<Self, StatementError> {
        version.check()?;
        let payload = serde_json::to_vec(&version).map_err(|e| StatementError::Payload {
            kind: "charter",
            reason: e.to_string(),
        })?;
        check_length(payload.len())?;
        Ok(Self {
            id: Digest::of(&payload),
            version,
            payload,
            signatures: Vec::new(),
        })
    }

    /// Decodes a charter and checks what it says by itself; its signatures are not verified.
    ///
    /// # Errors
    /// What is wrong with the encoding, the payload, or a rule that needs no other version.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        check_length(bytes.len())?;
        let sign = CoseSign::from_tagged_slice(bytes).map_err(|e| StatementError::NotCose {
            reason: e.to_string(),
        })?;
        if sign.protected.header.content_type != Some(coset::ContentType::Text(CONTENT_TYPE.into())) {
            return Err(StatementError::Header {
                field: "content type (3)",
                reason: "must be that of a charter, version 1",
            });
        }
        if sign.signatures.len() > CHARTER_SIGNATURES_MAX {
            return Err(StatementError::TooMany {
                what: "signatures of a charter",
                count: sign.signatures.len(),
                max: CHARTER_SIGNATURES_MAX,
            });
        }
        let payload = sign.payload.ok_or(StatementError::Header {
            field: "payload",
            reason: "is detached",
        })?;
        let id = Digest::of(&payload);
        let signatures = sign
            .signatures
            .into_iter()
            .map(|one| signature(id, one))
            .collect::<Result<Vec<_>, _>>()?;
        if encode(&payload, &signatures)? != bytes {
            return Err(StatementError::NotCanonical);
        }
        let version: CharterVersion =
            serde_json::from_slice(&payload).map_err(|e| StatementError::Payload {
                kind: "charter",
                reason: e.to_string(),
            })?;
        version.check()?;
        Ok(Self {
            id,
            version,
            payload,
            signatures,
        })
    }
}

pub(super) fn check_length(count: usize) -> Result<(), StatementError> {
    if count > CHARTER_BYTES_MAX {
        return Err(StatementError::TooMany {
            what: "bytes of a charter",
            count,
            max: CHARTER_BYTES_MAX,
        });
    }
    Ok(())
}

fn signature(charter: CharterId, one: CoseSignature) -> Result<CharterSignature, StatementError> {
    let key = KeyId::from_slice(&one.protected.header.key_id).ok_or(StatementError::Header {
        field: "kid (4)",
        reason: "must be 16 bytes",
    })?;
    Ok(CharterSignature {
        charter,
        key,
        signature: one.signature,
    })
}

/// The bytes of a charter with these signatures, in this order.
///
/// # Errors
/// [`StatementError::NotCose`] if it cannot be encoded.
pub(super) fn encode<'a>(
    payload: &[u8],
    signatures: impl IntoIterator<Item = &'a CharterSignature>,
) -> Result<Vec<u8>, StatementError> {
    let mut builder = body(payload);
    for one in signatures {
        let mut signature = unsigned(&one.key);
        signature.signature.clone_from(&one.signature);
        builder = builder.add_signature(signature);
    }
    builder
        .build()
        .to_tagged_vec()
        .map_err(|e| StatementError::NotCose {
            reason: e.to_string(),
        })
}

/// Signs a payload.
pub(super) fn sign(payload: &[u8], signer: &StatementSigner) -> CharterSignature {
    let key = signer.public().id();
    CharterSignature {
        charter: Digest::of(payload),
        key,
        signature: signer.sign(&to_be_signed(payload, &key)),
    }
}

/// Whether `key` has signed the payload.
pub(super) fn verifies(payload: &[u8], signature: &CharterSignature, key: &StatementKey) -> bool {
    key.id() == signature.key && key.verifies(&to_be_signed(payload, &signature.key), &signature.signature)
}

fn to_be_signed(payload: &[u8], key: &KeyId) -> Vec<u8> {
    body(payload).build().tbs_data(b"", &unsigned(key))
}

fn body(payload: &[u8]) -> CoseSignBuilder {
    let header = HeaderBuilder::new().content_type(CONTENT_TYPE.into()).build();
    CoseSignBuilder::new().protected(header).payload(payload.to_vec())
}

fn unsigned(key: &KeyId) -> CoseSignature {
    let header = HeaderBuilder::new()
        .algorithm(iana::Algorithm::EdDSA)
        .key_id(key.as_bytes().to_vec())
        .build();
    CoseSignatureBuilder::new().protected(header).build()
}
