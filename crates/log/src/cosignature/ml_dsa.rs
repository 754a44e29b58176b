//! ML-DSA-44 cosignatures of trees and subtrees, key type 0x06 (C2SP tlog-cosignature v1.1.0).
//!
//! Unlike the Ed25519 message, this one names the cosigner, says which tree instead of quoting the
//! checkpoint's text, and so does not cover extension lines.

use std::fmt;
use std::str::FromStr;

use ml_dsa::{EncodedVerifyingKey, Keypair as _, MlDsa44, Signature, SigningKey, VerifyingKey};
use ml_dsa::{SignatureEncoding as _, Signer as _, Verifier as _};

use super::{CheckpointCosigner, ML_DSA_COSIGNATURE_BYTES, split_at_length};
use crate::checkpoint::{Checkpoint, MAX_ORIGIN_BYTES};
use crate::error::{LogError, excerpt};
use crate::hash::Hash;
use crate::note::{KeyType, NoteSignature, Verifier, parse_skey};
use crate::proof::is_subtree;

/// Start of the message.
const LABEL: &[u8; 12] = b"subtree/v1\n\0";

/// Longest name of a cosigner, in bytes: its length is one byte of the message.
const MAX_NAME_BYTES: usize = 255;

/// A part of a log's tree that is cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subtree<'a> {
    /// The log.
    pub origin: &'a str,
    /// First leaf; 0 for a whole tree.
    pub start: u64,
    /// First leaf after it; for a whole tree, its size.
    pub end: u64,
    /// Its root.
    pub hash: Hash,
}

/// A witness's or mirror's ML-DSA-44 key. Its memory is wiped when it is dropped.
///
/// Parsed from `PRIVATE+KEY+name+hex8(id)+base64(0x06 ‖ seed)`; never displayed.
pub struct MlDsaCosigner {
    key: SigningKey<MlDsa44>,
    verifier: Verifier,
}

impl MlDsaCosigner {
    /// A cosigner from the 32-byte seed of an ML-DSA-44 key (FIPS 204, ξ).
    ///
    /// # Errors
    /// [`LogError::KeyName`] for a name that is empty, holds a space or a plus sign, or has more than 255
    /// bytes.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, LogError> {
        if name.len() > MAX_NAME_BYTES {
            return Err(LogError::KeyName { name: excerpt(name) });
        }
        let key = SigningKey::from_seed(&(*seed).into());
        let public_key = key.verifying_key().encode();
        let verifier = Verifier::new(name, KeyType::CosignatureMlDsa44, public_key)?;
        Ok(MlDsaCosigner { key, verifier })
    }

    /// Name of the key.
    pub fn name(&self) -> &str {
        self.verifier.name()
    }

    /// Cosigns a subtree that belongs to a checkpoint which this key cosigned before; no time is stated.
    ///
    /// # Errors
    /// [`LogError::SubtreeInvalid`] for a range that is no subtree, [`LogError::CheckpointFormat`] for an
    /// origin that is empty or has more than 255 bytes.
    pub fn cosign_subtree(&self, subtree: &Subtree<'_>) -> Result<NoteSignature, LogError> {
        self.sign(subtree, 0)
    }

    fn sign(&self, subtree: &Subtree<'_>, unix_seconds: u64) -> Result<NoteSignature, LogError> {
        if !is_subtree(subtree.start, subtree.end) {
            return Err(LogError::SubtreeInvalid {
                start: subtree.start,
                end: subtree.end,
                size: subtree.end,
            });
        }
        let message = message(self.name(), unix_seconds, subtree).ok_or(LogError::CheckpointFormat {
            line: 1,
            reason: "the origin must have 1 to 255 bytes",
        })?;
        let mut bytes = unix_seconds.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.key.sign(&message).to_bytes());
        Ok(NoteSignature {
            name: self.name().to_owned(),
            key_id: self.verifier.key_id(),
            bytes,
        })
    }
}

impl CheckpointCosigner for MlDsaCosigner {
    fn verifier(&self) -> Verifier {
        self.verifier.clone()
    }

    fn cosign_checkpoint(&self, text: &str, unix_seconds: u64) -> Result<NoteSignature, LogError> {
        let checkpoint = Checkpoint::parse(text)?;
        self.sign(&whole(&checkpoint), unix_seconds)
    }
}

impl FromStr for MlDsaCosigner {
    type Err = LogError;

    /// # Errors
    /// [`LogError::KeyFormat`], [`LogError::KeyName`], [`LogError::KeyTypeUnsupported`] for a key of another
    /// type, or [`LogError::KeyIdMismatch`]. No error holds any of the secret.
    fn from_str(skey: &str) -> Result<Self, LogError> {
        parse_skey(skey, KeyType::CosignatureMlDsa44, |name, seed| {
            let cosigner = MlDsaCosigner::from_seed(name, seed)?;
            let id = cosigner.verifier.key_id();
            Ok((cosigner, id))
        })
    }
}

impl fmt::Debug for MlDsaCosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MlDsaCosigner")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}

/// The public half, with its bytes.
#[derive(Clone)]
pub(crate) struct MlDsaKey {
    encoded: Box<EncodedVerifyingKey<MlDsa44>>,
    key: Box<VerifyingKey<MlDsa44>>,
}

impl MlDsaKey {
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let encoded = Box::new(EncodedVerifyingKey::<MlDsa44>::try_from(bytes).ok()?);
        let key = Box::new(VerifyingKey::decode(&encoded));
        Some(MlDsaKey { encoded, key })
    }

    pub(crate) fn encoded(&self) -> &[u8] {
        self.encoded.as_slice()
    }

    pub(crate) fn verify_checkpoint(&self, name: &str, text: &[u8], signature: &[u8]) -> bool {
        let text = std::str::from_utf8(text).ok();
        let checkpoint = text.and_then(|text| Checkpoint::parse(text).ok());
        checkpoint.is_some_and(|checkpoint| self.verify_subtree(name, &whole(&checkpoint), signature))
    }

    pub(crate) fn verify_subtree(&self, name: &str, subtree: &Subtree<'_>, signature: &[u8]) -> bool {
        let Some((time, signature)) = split_at_length(signature, ML_DSA_COSIGNATURE_BYTES) else {
            return false;
        };
        if !is_subtree(subtree.start, subtree.end) || (subtree.start != 0 && time != 0) {
            return false;
        }
        let (Some(message), Ok(signature)) = (
            message(name, time, subtree),
            Signature::<MlDsa44>::try_from(signature),
        ) else {
            return false;
        };
        self.key.verify(&message, &signature).is_ok()
    }
}

impl PartialEq for MlDsaKey {
    fn eq(&self, other: &Self) -> bool {
        self.encoded == other.encoded
    }
}

impl Eq for MlDsaKey {}

impl fmt::Debug for MlDsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "MlDsaKey({})",
            hex::encode(self.encoded.get(..8).unwrap_or_default())
        )
    }
}

/// The tree of a checkpoint as the subtree that starts at 0.
fn whole(checkpoint: &Checkpoint) -> Subtree<'_> {
    Subtree {
        origin: &checkpoint.origin,
        start: 0,
        end: checkpoint.size,
        hash: checkpoint.root,
    }
}

/// What is signed; none for a name or origin whose length does not fit a byte, or is 0.
fn message(name: &str, unix_seconds: u64, subtree: &Subtree<'_>) -> Option<Vec<u8>> {
    let mut message = LABEL.to_vec();
    let put = |text: &str, limit: usize| {
        let length = u8::try_from(text.len()).ok()?;
        if length == 0 || text.len() > limit {
            return None;
        }
        let mut bytes = vec![length];
        bytes.extend_from_slice(text.as_bytes());
        Some(bytes)
    };
    let (name, origin) = (put(name, MAX_NAME_BYTES)?, put(subtree.origin, MAX_ORIGIN_BYTES)?);
    message.extend(name);
    message.extend(unix_seconds.to_be_bytes());
    message.extend(origin);
    message.extend(subtree.start.to_be_bytes());
    message.extend(subtree.end.to_be_bytes());
    message.extend(subtree.hash.as_bytes());
    Some(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cosignature::unix_seconds;
    use crate::hash::leaf_hash;
    use crate::note::{Signer, open, sign};

    fn cosigner() -> MlDsaCosigner {
        MlDsaCosigner::from_seed("witness.example", &[3; 32]).unwrap()
    }

    fn head(size: u64) -> Checkpoint {
        Checkpoint {
            origin: "log.example".into(),
            size,
            root: leaf_hash(b"x"),
        }
    }

    #[test]
    fn a_cosignature_names_tree_time_and_cosigner_but_no_extension() {
        let log = Signer::from_seed("log.example", &[1; 32]).unwrap();
        let (cosigner, text) = (cosigner(), head(9).text());
        let verifier = CheckpointCosigner::verifier(&cosigner);
        assert_eq!(verifier.vkey().parse(), Ok(verifier.clone()));
        let line = cosigner.cosign_checkpoint(&text, 1_795_000_000).unwrap();
        assert_eq!(line.bytes.len(), ML_DSA_COSIGNATURE_BYTES);
        assert_eq!(unix_seconds(&line), Some(1_795_000_000));
        let note = format!("{}{line}", sign(&text, &[&log]).unwrap());
        let opened = open(&note, &[log.verifier(), verifier.clone()]).unwrap();
        assert_eq!(opened.verified.len(), 2);

        let verify = |text: &str, bytes: &[u8]| verifier.verify(text.as_bytes(), bytes);
        assert!(verify(&format!("{text}extension\n"), &line.bytes).is_ok());
        assert!(verify(&head(8).text(), &line.bytes).is_err());
        assert!(verify("no checkpoint\n", &line.bytes).is_err());
        assert!(verify(&text, &line.bytes[1..]).is_err());
        for place in [7, 8, 1_000, ML_DSA_COSIGNATURE_BYTES - 1] {
            let mut wrong = line.bytes.clone();
            wrong[place] ^= 1;
            assert!(verify(&text, &wrong).is_err(), "byte {place}");
        }
        let renamed = Verifier::new(
            "other.example",
            KeyType::CosignatureMlDsa44,
            verifier.public_key(),
        )
        .unwrap();
        assert!(renamed.verify(text.as_bytes(), &line.bytes).is_err());
    }

    #[test]
    fn subtrees_carry_no_time() {
        let cosigner = cosigner();
        let verifier = CheckpointCosigner::verifier(&cosigner);
        let subtree = Subtree {
            origin: "log.example",
            start: 8,
            end: 13,
            hash: leaf_hash(b"y"),
        };
        let line = cosigner.cosign_subtree(&subtree).unwrap();
        assert_eq!(verifier.verify_subtree(&subtree, &line.bytes), Ok(()));
        assert_eq!(unix_seconds(&line), Some(0));
        let moved = Subtree { start: 0, ..subtree };
        assert!(verifier.verify_subtree(&moved, &line.bytes).is_err());
        let timed = cosigner.sign(&subtree, 5).unwrap();
        assert!(verifier.verify_subtree(&subtree, &timed.bytes).is_err());
        let crooked = Subtree { start: 7, ..subtree };
        assert!(cosigner.cosign_subtree(&crooked).is_err());
        let log = Signer::from_seed("log.example", &[1; 32]).unwrap();
        assert!(log.verifier().verify_subtree(&subtree, &line.bytes).is_err());
    }

    #[test]
    fn names_and_keys_that_do_not_fit_are_refused() {
        assert!(MlDsaCosigner::from_seed(&"n".repeat(256), &[3; 32]).is_err());
        assert!(MlDsaCosigner::from_seed("a b", &[3; 32]).is_err());
        assert!(Verifier::new("n", KeyType::CosignatureMlDsa44, [0; 1311]).is_err());
        let shown = format!("{:?}", cosigner());
        assert!(shown.len() < 300 && !shown.contains("0303"), "{shown}");
    }
}
