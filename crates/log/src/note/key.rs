//! Names, ids and types of keys, and verifying with them.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::cosignature;
#[cfg(feature = "ml-dsa")]
use crate::cosignature::ml_dsa::MlDsaKey;
use crate::error::{LogError, excerpt};

/// First four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key); displayed as 8 hexadecimal digits.
///
/// It only finds the key among those that are known, and proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    /// Id of a key by its name, type and public key bytes.
    pub fn compute(name: &str, key_type: KeyType, public_key: &[u8]) -> Self {
        Self::of_bytes(name, &[&[key_type.byte()], public_key].concat())
    }

    /// Id of a key by its name and its type byte followed by the public key.
    pub(crate) fn of_bytes(name: &str, typed_key: &[u8]) -> Self {
        let mut sha = Sha256::new();
        sha.update(name);
        sha.update(b"\n");
        sha.update(typed_key);
        let [a, b, c, d, ..] = <[u8; 32]>::from(sha.finalize());
        KeyId([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

/// What a key signs, and how. The types of the specification that no key here can have (ECDSA 0x02, RFC 6962
/// tree heads 0x05, without the feature `ml-dsa` also ML-DSA-44 cosignatures 0x06) are refused when a key is
/// read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeyType {
    /// 0x01: Ed25519 over the text of the note; a log's key.
    Ed25519,
    /// 0x04: Ed25519 over a time and the text of a checkpoint; a witness's or mirror's key.
    CosignatureEd25519,
    /// 0x06: ML-DSA-44 over a time, the cosigner's name and a tree or subtree; a witness's or mirror's key.
    #[cfg(feature = "ml-dsa")]
    CosignatureMlDsa44,
}

impl KeyType {
    /// The byte of the specification.
    pub fn byte(self) -> u8 {
        match self {
            KeyType::Ed25519 => 0x01,
            KeyType::CosignatureEd25519 => 0x04,
            #[cfg(feature = "ml-dsa")]
            KeyType::CosignatureMlDsa44 => 0x06,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(KeyType::Ed25519),
            0x04 => Some(KeyType::CosignatureEd25519),
            #[cfg(feature = "ml-dsa")]
            0x06 => Some(KeyType::CosignatureMlDsa44),
            _ => None,
        }
    }
}

/// A public key under a name; displayed and parsed as a vkey, `name+hex8(id)+base64(type ‖ public key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: KeyId,
    key_type: KeyType,
    key: PublicKey,
}

/// A public key, by algorithm.
#[derive(Debug, Clone, PartialEq, Eq)]
enum PublicKey {
    Ed25519(VerifyingKey),
    #[cfg(feature = "ml-dsa")]
    MlDsa44(MlDsaKey),
}

impl Verifier {
    /// A verifier for a public key: 32 bytes for Ed25519, 1312 for ML-DSA-44. Reading does not judge the key's
    /// strength: see [`check_charter_key`].
    ///
    /// # Errors
    /// [`LogError::KeyName`] for a bad name, [`LogError::KeyFormat`] for a wrong length or if the bytes are
    /// not a point of the curve.
    pub fn new(name: &str, key_type: KeyType, public_key: impl AsRef<[u8]>) -> Result<Self, LogError> {
        check_name(name)?;
        let public_key = public_key.as_ref();
        let wrong = |reason| LogError::KeyFormat {
            name: excerpt(name),
            reason,
        };
        let key = match key_type {
            KeyType::Ed25519 | KeyType::CosignatureEd25519 => {
                let bytes = public_key
                    .try_into()
                    .map_err(|_| wrong("an Ed25519 key has 32 bytes"))?;
                let key = VerifyingKey::from_bytes(bytes);
                PublicKey::Ed25519(key.map_err(|_| wrong("it is not an Ed25519 public key"))?)
            }
            #[cfg(feature = "ml-dsa")]
            KeyType::CosignatureMlDsa44 => {
                let key = MlDsaKey::decode(public_key);
                PublicKey::MlDsa44(key.ok_or_else(|| wrong("an ML-DSA-44 key has 1312 bytes"))?)
            }
        };
        Ok(Verifier {
            name: name.to_owned(),
            id: KeyId::compute(name, key_type, public_key),
            key_type,
            key,
        })
    }

    /// Name of the key; for a log, the origin of its checkpoints.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Id of the key.
    pub fn key_id(&self) -> KeyId {
        self.id
    }

    /// What the key signs.
    pub fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// The bytes of the public key: 32 for Ed25519, 1312 for ML-DSA-44.
    pub fn public_key(&self) -> &[u8] {
        match &self.key {
            PublicKey::Ed25519(key) => key.as_bytes(),
            #[cfg(feature = "ml-dsa")]
            PublicKey::MlDsa44(key) => key.encoded(),
        }
    }

    /// The 32 bytes of an Ed25519 public key, none for another algorithm.
    pub fn ed25519_key(&self) -> Option<&[u8; 32]> {
        match &self.key {
            PublicKey::Ed25519(key) => Some(key.as_bytes()),
            #[cfg(feature = "ml-dsa")]
            PublicKey::MlDsa44(_) => None,
        }
    }

    /// The vkey text.
    pub fn vkey(&self) -> String {
        self.to_string()
    }

    /// Checks what follows the key id in a signature line against the text of the note, as bytes.
    ///
    /// # Errors
    /// [`LogError::SignatureInvalid`]: wrong length or wrong signature.
    pub fn verify(&self, text: &[u8], signature: &[u8]) -> Result<(), LogError> {
        let good = match &self.key {
            PublicKey::Ed25519(key) if self.key_type == KeyType::Ed25519 => {
                verify_ed25519(key, text, signature)
            }
            PublicKey::Ed25519(key) => cosignature::split(signature).is_some_and(|(time, signature)| {
                verify_ed25519(key, &cosignature::message(time, text), signature)
            }),
            #[cfg(feature = "ml-dsa")]
            PublicKey::MlDsa44(key) => key.verify_checkpoint(&self.name, text, signature),
        };
        self.verified(good)
    }

    /// Checks an ML-DSA-44 cosignature, as it stands behind the key id, of a subtree of a log.
    ///
    /// # Errors
    /// [`LogError::SignatureInvalid`], also for a key of another type, for a range that is no subtree, and
    /// for a time that is not 0 where the subtree does not start at 0.
    #[cfg(feature = "ml-dsa")]
    pub fn verify_subtree(
        &self,
        subtree: &cosignature::Subtree<'_>,
        signature: &[u8],
    ) -> Result<(), LogError> {
        let good = match &self.key {
            PublicKey::Ed25519(_) => false,
            PublicKey::MlDsa44(key) => key.verify_subtree(&self.name, subtree, signature),
        };
        self.verified(good)
    }

    fn verified(&self, good: bool) -> Result<(), LogError> {
        if good {
            return Ok(());
        }
        Err(LogError::SignatureInvalid {
            name: self.name.clone(),
            id: self.id,
        })
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}+{}+{}",
            self.name,
            self.id,
            encode_key(self.key_type, self.public_key())
        )
    }
}

impl FromStr for Verifier {
    type Err = LogError;

    /// # Errors
    /// [`LogError::KeyFormat`], [`LogError::KeyName`], [`LogError::KeyTypeUnsupported`] or
    /// [`LogError::KeyIdMismatch`].
    fn from_str(vkey: &str) -> Result<Self, LogError> {
        let (name, id, bytes) = split_key(vkey)?;
        let (key_type, public_key) = decode_key(name, &bytes)?;
        let verifier = Verifier::new(name, key_type, public_key)?;
        check_id(name, id, verifier.id)?;
        Ok(verifier)
    }
}

/// Checks an Ed25519 public key before it enters the charter.
///
/// Signatures are verified by the rule that dalek's `verify`, Go, ring and OpenSSL share, which accepts these
/// keys; other libraries do not, so that their owner could split the club. Hence they are refused at the
/// door.
///
/// # Errors
/// [`LogError::KeyRefused`] for bytes that are not a point, a non-canonical encoding, or a point of small
/// order.
pub fn check_charter_key(public_key: &[u8; 32]) -> Result<(), LogError> {
    let refused = |reason| LogError::KeyRefused {
        key: *public_key,
        reason,
    };
    let key = VerifyingKey::from_bytes(public_key).map_err(|_| refused("it is not a point of the curve"))?;
    if key.is_weak() {
        return Err(refused(
            "it is a point of small order, for which anybody can sign",
        ));
    }
    if key.to_edwards().compress().as_bytes() != public_key {
        return Err(refused("it is not the canonical encoding of its point"));
    }
    Ok(())
}

/// The Ed25519 rule of the club: cofactorless, canonical S, recomputed R compared by bytes.
pub(crate) fn verify_ed25519(key: &VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok())
}

/// # Errors
/// [`LogError::KeyName`] for an empty name or one with a space (of any script) or a plus sign.
pub(crate) fn check_name(name: &str) -> Result<(), LogError> {
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+' || c < ' ') {
        return Err(LogError::KeyName { name: excerpt(name) });
    }
    Ok(())
}

/// Takes `name+id+base64` apart. The bytes may be secret.
pub(super) fn split_key(text: &str) -> Result<(&str, KeyId, zeroize::Zeroizing<Vec<u8>>), LogError> {
    let name = text.split('+').next().unwrap_or_default();
    let wrong = |reason| LogError::KeyFormat {
        name: excerpt(name),
        reason,
    };
    let mut parts = text.splitn(3, '+').skip(1);
    let (Some(id), Some(key)) = (parts.next(), parts.next()) else {
        return Err(wrong("it must be a name, an id and the key, joined by `+`"));
    };
    let mut id_bytes = [0; 4];
    hex::decode_to_slice(id, &mut id_bytes).map_err(|_| wrong("its id must be 8 hexadecimal digits"))?;
    let bytes = STANDARD
        .decode(key)
        .map_err(|_| wrong("it must end in canonical base64"))?;
    Ok((name, KeyId(id_bytes), zeroize::Zeroizing::new(bytes)))
}

/// Takes `type ‖ key` apart.
pub(super) fn decode_key<'a>(name: &str, bytes: &'a [u8]) -> Result<(KeyType, &'a [u8]), LogError> {
    let (type_byte, key) = bytes.split_first().ok_or_else(|| LogError::KeyFormat {
        name: excerpt(name),
        reason: "it is empty",
    })?;
    let key_type = KeyType::from_byte(*type_byte).ok_or_else(|| LogError::KeyTypeUnsupported {
        name: excerpt(name),
        key_type: *type_byte,
    })?;
    Ok((key_type, key))
}

pub(super) fn encode_key(key_type: KeyType, key: &[u8]) -> String {
    let mut bytes = vec![key_type.byte()];
    bytes.extend_from_slice(key);
    STANDARD.encode(bytes)
}

pub(super) fn check_id(name: &str, written: KeyId, computed: KeyId) -> Result<(), LogError> {
    if written == computed {
        return Ok(());
    }
    Err(LogError::KeyIdMismatch {
        name: excerpt(name),
        written,
        computed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::Signer;

    #[test]
    fn vkeys_round_trip_and_wrong_ones_are_refused() {
        let verifier = Signer::from_seed("log.example/ree", &[1; 32]).unwrap().verifier();
        let vkey = verifier.vkey();
        assert_eq!(vkey.parse(), Ok(verifier.clone()));
        let id = verifier.key_id().to_string();
        let mismatch = vkey.replace(&id, "00000000").parse::<Verifier>();
        assert!(matches!(mismatch, Err(LogError::KeyIdMismatch { .. })));
        for wrong in [
            "",
            "+",
            "++",
            "name",
            "name+00000000",
            "name+0000000+AQ==",
            "name+00000000+",
            "+00000000+AQ==",
        ] {
            assert!(wrong.parse::<Verifier>().is_err(), "{wrong} was accepted");
        }
        assert!(
            vkey.trim_end_matches('=')[..vkey.len() - 4]
                .parse::<Verifier>()
                .is_err()
        );
        assert!(vkey.replace("log.", "log ").parse::<Verifier>().is_err());
    }

    #[test]
    fn types_without_an_implementation_are_named() {
        let unknown = [0x00, 0x02, 0x05, 0xff];
        let optional = (!cfg!(feature = "ml-dsa")).then_some(0x06);
        for key_type in unknown.into_iter().chain(optional) {
            let key = STANDARD.encode([&[key_type][..], &[9; 32]].concat());
            let refused = format!("name+00000000+{key}").parse::<Verifier>();
            assert_eq!(
                refused,
                Err(LogError::KeyTypeUnsupported {
                    name: "name".to_owned(),
                    key_type
                })
            );
        }
    }

    #[test]
    fn signing_keys_are_read_but_never_shown() {
        let signer = Signer::from_seed("log.example", &[0xab; 32]).unwrap();
        let id = signer.verifier().key_id();
        let skey = format!(
            "PRIVATE+KEY+log.example+{id}+{}",
            encode_key(KeyType::Ed25519, &[0xab; 32])
        );
        let read: Signer = skey.parse().unwrap();
        assert_eq!(read.verifier(), signer.verifier());
        let shown = format!("{read:?}").to_lowercase();
        assert!(
            !shown.contains("abababab") && !shown.contains("171, 171"),
            "{shown}"
        );
        for wrong in [
            skey.replace("PRIVATE+", ""),
            skey.replace(&id.to_string(), "00000000"),
        ] {
            assert!(wrong.parse::<Signer>().is_err());
        }
        let cosigner = format!(
            "PRIVATE+KEY+n+00000000+{}",
            encode_key(KeyType::CosignatureEd25519, &[1; 32])
        );
        assert!(matches!(
            cosigner.parse::<Signer>(),
            Err(LogError::KeyTypeUnsupported { key_type: 4, .. })
        ));
    }

    #[test]
    fn weak_and_non_canonical_keys_stay_out_of_the_charter() {
        let reason = |key: [u8; 32]| match check_charter_key(&key) {
            Err(LogError::KeyRefused { reason, .. }) => reason,
            other => panic!("{other:?}"),
        };
        let mut identity = [0; 32];
        identity[0] = 1;
        assert!(reason(identity).contains("small order"));
        // y = p + 3, an encoding of the point with y = 3, which is not of small order.
        let mut non_canonical = [0xff; 32];
        non_canonical[0] = 0xf0;
        non_canonical[31] = 0x7f;
        assert!(reason(non_canonical).contains("canonical"));
        let mut no_point = [0; 32];
        no_point[0] = 2;
        assert!(reason(no_point).contains("not a point"));
        let good = Signer::from_seed("log.example", &[1; 32]).unwrap();
        assert_eq!(check_charter_key(good.verifier().ed25519_key().unwrap()), Ok(()));
    }
}
