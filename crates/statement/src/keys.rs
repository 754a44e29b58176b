//! Keys that sign statements: Ed25519.

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::StatementError;

/// Names a key in a statement's header: the first 16 bytes of the SHA-256 of the public key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 16]);

impl KeyId {
    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A public key that verifies statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementKey(VerifyingKey);

impl StatementKey {
    /// Takes a key into the club: 32 bytes, a canonical point that is not of small order.
    ///
    /// # Errors
    /// [`StatementError::BadKey`] otherwise.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError> {
        let bad = |reason| StatementError::BadKey { reason };
        let bytes: &[u8; 32] = bytes
            .try_into()
            .map_err(|_| bad("an Ed25519 public key has 32 bytes"))?;
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| bad("not a point of the curve"))?;
        if key.is_weak() {
            return Err(bad("a point of small order"));
        }
        if !is_canonical(bytes) {
            return Err(bad("a non-canonical encoding"));
        }
        Ok(Self(key))
    }

    /// Parses 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`StatementError::BadKey`] if it is not a key.
    pub fn from_hex(text: &str) -> Result<Self, StatementError> {
        let bytes = hex::decode(text).map_err(|_| StatementError::BadKey {
            reason: "not hexadecimal",
        })?;
        Self::from_bytes(&bytes)
    }

    /// The 32 bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The key's id.
    pub fn id(&self) -> KeyId {
        let digest: [u8; 32] = Sha256::digest(self.0.as_bytes()).into();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        KeyId(id)
    }

    /// Verifies by the club's one Ed25519 rule: dalek `verify` (as Go, ring and OpenSSL), never mixed with others.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

/// The y coordinate is below the field's prime 2^255 − 19.
fn is_canonical(bytes: &[u8; 32]) -> bool {
    let top = bytes[31] & 0x7f;
    !(top == 0x7f && bytes[1..31].iter().all(|b| *b == 0xff) && bytes[0] >= 0xed)
}

/// A secret key that signs statements. Its bytes are wiped when dropped and never printed.
pub struct StatementSigner(SigningKey);

impl StatementSigner {
    /// A signer from 32 secret bytes; the caller brings the randomness.
    pub fn from_seed(seed: &Zeroizing<[u8; 32]>) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public half.
    pub fn public(&self) -> StatementKey {
        StatementKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
}

impl fmt::Debug for StatementSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatementSigner({})", self.public().id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_and_non_canonical_keys_are_refused() {
        let identity = {
            let mut bytes = [0; 32];
            bytes[0] = 1;
            bytes
        };
        assert!(StatementKey::from_bytes(&identity).is_err());
        let mut non_canonical = [0xff; 32];
        non_canonical[0] = 0xee; // y = 1 + p: the identity again, written otherwise
        non_canonical[31] = 0x7f;
        assert!(StatementKey::from_bytes(&non_canonical).is_err());
        assert!(StatementKey::from_bytes(&[7; 31]).is_err());
    }

    #[test]
    fn the_secret_is_not_printed() {
        let signer = StatementSigner::from_seed(&Zeroizing::new([0x41; 32]));
        assert!(!format!("{signer:?}").contains("41414141"));
    }
}
