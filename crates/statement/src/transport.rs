//! Keys between nodes: one signs requests, the other is that of TLS, which the charter pins.
//!
//! Neither signs anything that lasts. They are types of their own so that a key of one use cannot be given to another.

use std::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{Digest, StatementError, StatementKey, StatementSigner};

/// What stands before the 32 bytes of an Ed25519 public key in a SubjectPublicKeyInfo (RFC 8410 §4).
const ED25519_SPKI_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The SubjectPublicKeyInfo (DER) of an Ed25519 public key.
pub fn ed25519_spki(public: &[u8; 32]) -> Vec<u8> {
    [ED25519_SPKI_PREFIX.as_slice(), public].concat()
}

/// The pin of a TLS key: SHA-256 of its SubjectPublicKeyInfo (DER), whatever kind of key it is.
pub fn tls_pin(spki: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(spki).into())
}

/// A public key that verifies requests between nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportKey(StatementKey);

impl TransportKey {
    /// Parses 64 hexadecimal digits, as the charter has them.
    ///
    /// # Errors
    /// [`StatementError::BadKey`] if it is not a key, by the same rule as for statement keys.
    pub fn from_hex(text: &str) -> Result<Self, StatementError> {
        StatementKey::from_hex(text).map(Self)
    }

    /// The 32 bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The name of the key within its member: the id that a statement key with these bytes would have.
    pub fn id(&self) -> String {
        self.0.id().to_string()
    }

    /// Whether `signature` is this key's over `message`, by the club's one Ed25519 rule.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verifies(message, signature)
    }
}

/// A secret Ed25519 key between nodes: that which signs requests, or that of TLS. Its bytes are wiped when dropped and
/// never printed.
pub struct TransportSigner(StatementSigner);

impl TransportSigner {
    /// A signer from 32 secret bytes; the caller brings the randomness.
    pub fn from_seed(seed: &Zeroizing<[u8; 32]>) -> Self {
        Self(StatementSigner::from_seed(seed))
    }

    /// The public half.
    pub fn public(&self) -> TransportKey {
        TransportKey(self.0.public())
    }

    /// Signs a message: 64 bytes.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message)
    }

    /// The pin of this key as a key of TLS.
    pub fn pin(&self) -> Digest {
        tls_pin(&ed25519_spki(&self.public().to_bytes()))
    }
}

impl fmt::Debug for TransportSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransportSigner({})", self.public().id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_not_printed() {
        let signer = TransportSigner::from_seed(&Zeroizing::new([0x41; 32]));
        assert!(!format!("{signer:?}").contains("41414141"));
    }

    #[test]
    fn what_is_signed_verifies_and_nothing_else() {
        let signer = TransportSigner::from_seed(&Zeroizing::new([7; 32]));
        let signature = signer.sign(b"request");
        let public = TransportKey::from_hex(&hex::encode(signer.public().to_bytes())).unwrap();
        assert!(public.verifies(b"request", &signature));
        assert!(!public.verifies(b"Request", &signature));
        assert!(!public.verifies(b"request", &signature[..63]));
    }

    /// The example of RFC 8410 §10.1, whose SubjectPublicKeyInfo has 44 bytes.
    #[test]
    fn the_spki_is_that_of_rfc_8410() {
        use base64::Engine as _;
        let der = base64::engine::general_purpose::STANDARD
            .decode("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=")
            .unwrap();
        let public: [u8; 32] = der[12..].try_into().unwrap();
        assert_eq!(ed25519_spki(&public), der);
    }
}
