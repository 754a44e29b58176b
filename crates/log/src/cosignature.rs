//! Timestamped cosignatures of checkpoints (C2SP tlog-cosignature): Ed25519, key type 0x04 (v1.0.1), and with
//! the feature `ml-dsa` ML-DSA-44 over trees and subtrees, key type 0x06 (v1.1.0).
//!
//! The Ed25519 message does not name the cosigner: each role (log, witness, mirror) has a key of its own. So a
//! [`Cosigner`] is another type than a [`Signer`](crate::note::Signer). [`note::open`](crate::note::open)
//! verifies both.

#[cfg(feature = "ml-dsa")]
pub(crate) mod ml_dsa;

#[cfg(feature = "ml-dsa")]
pub use ml_dsa::{MlDsaCosigner, Subtree};

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};

use crate::error::LogError;
use crate::note::{KeyType, NoteSignature, Verifier};

/// Bytes of an Ed25519 cosignature in a note: 8 of time, 64 of Ed25519.
pub const COSIGNATURE_BYTES: usize = 72;

/// Bytes of an ML-DSA-44 cosignature in a note: 8 of time, 2420 of ML-DSA-44.
pub const ML_DSA_COSIGNATURE_BYTES: usize = 2428;

/// A key that cosigns checkpoints, of whichever type.
pub trait CheckpointCosigner {
    /// The public half.
    fn verifier(&self) -> Verifier;

    /// Cosigns the text of a checkpoint at `unix_seconds`; what the caller has to have done before is said at
    /// [`Cosigner::cosign`].
    ///
    /// # Errors
    /// [`LogError::CheckpointFormat`] for a text that the type of key cannot sign.
    fn cosign_checkpoint(&self, text: &str, unix_seconds: u64) -> Result<NoteSignature, LogError>;
}

impl CheckpointCosigner for Cosigner {
    fn verifier(&self) -> Verifier {
        Cosigner::verifier(self)
    }

    fn cosign_checkpoint(&self, text: &str, unix_seconds: u64) -> Result<NoteSignature, LogError> {
        Ok(self.cosign(text, unix_seconds))
    }
}

/// A witness's or mirror's Ed25519 key. Its memory is wiped when it is dropped.
pub struct Cosigner {
    key: SigningKey,
    verifier: Verifier,
}

impl Cosigner {
    /// A cosigner from the 32-byte seed of an Ed25519 key, which must be no log's key.
    ///
    /// # Errors
    /// [`LogError::KeyName`] for an empty name or one with a space or a plus sign.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, LogError> {
        let key = SigningKey::from_bytes(seed);
        let verifier = Verifier::new(name, KeyType::CosignatureEd25519, key.verifying_key().as_bytes())?;
        Ok(Cosigner { key, verifier })
    }

    /// Name of the key.
    pub fn name(&self) -> &str {
        self.verifier.name()
    }

    /// The public half.
    pub fn verifier(&self) -> Verifier {
        self.verifier.clone()
    }

    /// Cosigns the text of a checkpoint, extension lines included, at `unix_seconds`. The caller has checked
    /// that it extends every checkpoint of the log that this key cosigned before, and has stored that it now
    /// cosigns this one.
    pub fn cosign(&self, checkpoint_text: &str, unix_seconds: u64) -> NoteSignature {
        let signature = self.key.sign(&message(unix_seconds, checkpoint_text.as_bytes()));
        let mut bytes = unix_seconds.to_be_bytes().to_vec();
        bytes.extend_from_slice(&signature.to_bytes());
        NoteSignature {
            name: self.name().to_owned(),
            key_id: self.verifier.key_id(),
            bytes,
        }
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cosigner")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}

/// Time of a cosignature in seconds since 1970, from a signature that a cosigner's key verified; none for
/// other lengths.
pub fn unix_seconds(signature: &NoteSignature) -> Option<u64> {
    split_at_length(&signature.bytes, COSIGNATURE_BYTES)
        .or_else(|| split_at_length(&signature.bytes, ML_DSA_COSIGNATURE_BYTES))
        .map(|(time, _)| time)
}

/// What is signed.
pub(crate) fn message(unix_seconds: u64, checkpoint_text: &[u8]) -> Vec<u8> {
    let mut message = format!("cosignature/v1\ntime {unix_seconds}\n").into_bytes();
    message.extend_from_slice(checkpoint_text);
    message
}

/// Takes a cosignature apart into time and Ed25519 signature.
pub(crate) fn split(bytes: &[u8]) -> Option<(u64, &[u8])> {
    split_at_length(bytes, COSIGNATURE_BYTES)
}

/// Takes a cosignature of this length apart; a time beyond 2^63 − 1 is none.
fn split_at_length(bytes: &[u8], length: usize) -> Option<(u64, &[u8])> {
    if bytes.len() != length {
        return None;
    }
    let (time, signature) = bytes.split_first_chunk::<8>()?;
    let time = u64::from_be_bytes(*time);
    i64::try_from(time).is_ok().then_some((time, signature))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::{Signer, open, sign};

    const TEXT: &str = "log.example\n1\n1SjW7aTEoQSbESqhOpbmgVm5UrbGDBlX2dK/P6qy6XM=\n";

    #[test]
    fn a_cosignature_covers_text_and_time() {
        let log = Signer::from_seed("log.example", &[1; 32]).unwrap();
        let witness = Cosigner::from_seed("witness.example", &[2; 32]).unwrap();
        let line = witness.cosign(TEXT, 1_795_000_000);
        assert_eq!(unix_seconds(&line), Some(1_795_000_000));
        let note = format!("{}{line}", sign(TEXT, &[&log]).unwrap());
        let opened = open(&note, &[log.verifier(), witness.verifier()]).unwrap();
        assert_eq!(opened.verified.len(), 2);
        assert_eq!(opened.verified[1], line);

        let mut moved = line.clone();
        moved.bytes[7] ^= 1;
        assert!(witness.verifier().verify(TEXT.as_bytes(), &moved.bytes).is_err());
        assert!(
            witness
                .verifier()
                .verify(TEXT.replace("\n1\n", "\n2\n").as_bytes(), &line.bytes)
                .is_err()
        );
        assert!(
            witness
                .verifier()
                .verify(TEXT.as_bytes(), &line.bytes[..71])
                .is_err()
        );
    }

    #[test]
    fn a_log_signature_is_no_cosignature() {
        let as_log = Signer::from_seed("same.example", &[3; 32]).unwrap();
        let as_witness = Cosigner::from_seed("same.example", &[3; 32]).unwrap();
        assert_ne!(as_log.verifier().key_id(), as_witness.verifier().key_id());
        let line = as_log.sign_text(TEXT);
        assert!(
            as_witness
                .verifier()
                .verify(TEXT.as_bytes(), &line.bytes)
                .is_err()
        );
        assert_eq!(unix_seconds(&line), None);
    }
}
