//! A log's private key.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signer as _, SigningKey};

use super::key::{KeyId, KeyType, Verifier, check_id, decode_key, split_key};
use super::text::NoteSignature;
use crate::error::{LogError, excerpt};

/// An Ed25519 key (type 0x01) that signs the text of notes. Its memory is wiped when it is dropped.
///
/// Parsed from `PRIVATE+KEY+name+hex8(id)+base64(type ‖ seed)`; never displayed.
pub struct Signer {
    key: SigningKey,
    verifier: Verifier,
}

impl Signer {
    /// A signer from the 32-byte seed of an Ed25519 key (RFC 8032 section 5.1.5).
    ///
    /// # Errors
    /// [`LogError::KeyName`] for an empty name or one with a space or a plus sign.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, LogError> {
        let key = SigningKey::from_bytes(seed);
        let verifier = Verifier::new(name, KeyType::Ed25519, key.verifying_key().as_bytes())?;
        Ok(Signer { key, verifier })
    }

    /// Name of the key; for a log, the origin of its checkpoints.
    pub fn name(&self) -> &str {
        self.verifier.name()
    }

    /// The public half.
    pub fn verifier(&self) -> Verifier {
        self.verifier.clone()
    }

    /// Signature of other bytes than a note, which no text of a note can be.
    pub(crate) fn sign_bytes(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message).to_bytes().to_vec()
    }

    /// Signature of a note's text, which ends in a newline. See [`super::sign`] for the whole note.
    pub fn sign_text(&self, text: &str) -> NoteSignature {
        NoteSignature {
            name: self.name().to_owned(),
            key_id: self.verifier.key_id(),
            bytes: self.key.sign(text.as_bytes()).to_bytes().to_vec(),
        }
    }
}

impl FromStr for Signer {
    type Err = LogError;

    /// # Errors
    /// [`LogError::KeyFormat`], [`LogError::KeyName`], [`LogError::KeyTypeUnsupported`] (also for a
    /// cosigner's key) or [`LogError::KeyIdMismatch`]. No error holds any of the secret.
    fn from_str(skey: &str) -> Result<Self, LogError> {
        parse_skey(skey, KeyType::Ed25519, |name, seed| {
            let signer = Signer::from_seed(name, seed)?;
            let id = signer.verifier.key_id();
            Ok((signer, id))
        })
    }
}

/// Reads `PRIVATE+KEY+name+hex8(id)+base64(type ‖ seed)` of one type, and checks the id that its seed gives.
pub(crate) fn parse_skey<T>(
    skey: &str,
    expected: KeyType,
    from_seed: impl FnOnce(&str, &[u8; 32]) -> Result<(T, KeyId), LogError>,
) -> Result<T, LogError> {
    let rest = skey
        .strip_prefix("PRIVATE+KEY+")
        .ok_or_else(|| LogError::KeyFormat {
            name: String::new(),
            reason: "a signing key must start with `PRIVATE+KEY+`",
        })?;
    let (name, id, bytes) = split_key(rest)?;
    let (key_type, seed) = decode_key(name, &bytes)?;
    if key_type != expected {
        return Err(LogError::KeyTypeUnsupported {
            name: excerpt(name),
            key_type: key_type.byte(),
        });
    }
    let seed = seed.try_into().map_err(|_| LogError::KeyFormat {
        name: excerpt(name),
        reason: "a seed has 32 bytes",
    })?;
    let (key, computed) = from_seed(name, seed)?;
    check_id(name, id, computed)?;
    Ok(key)
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}
