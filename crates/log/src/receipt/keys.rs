//! The log's key as a COSE Key, as `/.well-known/scitt-keys` serves it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use coset::{CborSerializable as _, CoseKey, CoseKeyBuilder, CoseKeySet, Label, iana};
use sha2::{Digest, Sha256};

use crate::cbor;
use crate::error::LogError;
use crate::note::{KeyType, Verifier};

/// Labels of an octet key pair's curve and public key.
const CURVE: i64 = -1;
const PUBLIC_KEY: i64 = -2;
/// The curve Ed25519.
const ED25519: i64 = 6;

/// Longest key set that is read, in bytes, and most keys in it.
const MAX_KEY_SET_BYTES: usize = 64 * 1024;
const MAX_KEYS: usize = 256;

/// COSE Key Thumbprint with SHA-256 (RFC 9679) of an Ed25519 key: the name by which receipts call it.
pub fn key_thumbprint(key: &Verifier) -> [u8; 32] {
    // {1: 1, -1: 6, -2: the key}: the required members, sorted.
    let mut sha = Sha256::new();
    sha.update([0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20]);
    sha.update(key.public_key());
    sha.finalize().into()
}

/// The thumbprint of a key as it stands in an address: base64url without padding, as SCRAPI §2.2 asks
/// (draft-ietf-scitt-scrapi-11). It lets a thumbprint stand as it is too, where that is safe in an address, which among
/// hashes does not occur.
pub fn key_in_address(key: &Verifier) -> String {
    URL_SAFE_NO_PAD.encode(key_thumbprint(key))
}

fn to_cose(key: &Verifier) -> CoseKey {
    let public_key = key.public_key().to_vec();
    let mut cose = CoseKeyBuilder::new_okp_key()
        .algorithm(iana::Algorithm::EdDSA)
        .param(CURVE, Value::from(ED25519))
        .param(PUBLIC_KEY, Value::from(public_key))
        .build();
    cose.key_id = key_thumbprint(key).to_vec();
    cose
}

/// One key as a COSE Key, in deterministic CBOR.
///
/// # Errors
/// [`LogError::KeyTypeUnsupported`] for a key that is not a log's.
pub fn cose_key(key: &Verifier) -> Result<Vec<u8>, LogError> {
    check_type(key)?;
    to_cose(key).to_vec().map_err(|_| unwritable())
}

/// The keys of a log as a COSE Key Set, in the order given, in deterministic CBOR.
///
/// # Errors
/// [`LogError::KeyTypeUnsupported`] for a key that is not a log's.
pub fn cose_key_set(keys: &[Verifier]) -> Result<Vec<u8>, LogError> {
    keys.iter().try_for_each(check_type)?;
    CoseKeySet(keys.iter().map(to_cose).collect())
        .to_vec()
        .map_err(|_| unwritable())
}

/// Reads the Ed25519 keys of a key set as keys of the log `origin`; keys of other types are left out. Where
/// the bytes come from is for the caller to trust: the charter names a member's keys.
///
/// # Errors
/// [`LogError::TooLong`], [`LogError::Cbor`], [`LogError::CoseFormat`], [`LogError::KeyFormat`] for bytes that
/// are no point of the curve, [`LogError::KeyName`] for an origin that is no key name.
pub fn parse_key_set(bytes: &[u8], origin: &str) -> Result<Vec<Verifier>, LogError> {
    if bytes.len() > MAX_KEY_SET_BYTES {
        return Err(LogError::TooLong {
            what: "key set",
            found: bytes.len(),
            max: MAX_KEY_SET_BYTES,
        });
    }
    cbor::check(bytes)?;
    let wrong = |reason| LogError::CoseFormat {
        field: "key set",
        reason,
    };
    let set = CoseKeySet::from_slice(bytes).map_err(|_| wrong("it is no array of keys"))?;
    if set.0.len() > MAX_KEYS {
        return Err(wrong("it has more than 256 keys"));
    }
    let mut keys = Vec::new();
    for key in &set.0 {
        if key.kty != coset::KeyType::Assigned(iana::KeyType::OKP)
            || param(key, CURVE).and_then(Value::as_integer) != Some(ED25519.into())
        {
            continue;
        }
        let public_key: &[u8; 32] = param(key, PUBLIC_KEY)
            .and_then(Value::as_bytes)
            .and_then(|bytes| bytes.as_slice().try_into().ok())
            .ok_or_else(|| wrong("an Ed25519 key has 32 bytes"))?;
        keys.push(Verifier::new(origin, KeyType::Ed25519, public_key)?);
    }
    Ok(keys)
}

fn param(key: &CoseKey, label: i64) -> Option<&Value> {
    let mut params = key.params.iter();
    params
        .find(|(found, _)| *found == Label::Int(label))
        .map(|(_, value)| value)
}

fn check_type(key: &Verifier) -> Result<(), LogError> {
    if key.key_type() == KeyType::Ed25519 {
        return Ok(());
    }
    Err(LogError::KeyTypeUnsupported {
        name: key.name().to_owned(),
        key_type: key.key_type().byte(),
    })
}

fn unwritable() -> LogError {
    LogError::CoseFormat {
        field: "key",
        reason: "it cannot be written as CBOR",
    }
}
