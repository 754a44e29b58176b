//! Sealed statements: the log holds a salted commitment, the owner keeps what it commits to.
//!
//! The commitment is HMAC-SHA256 of the payload under a salt of 32 random bytes. With the salt secret, nobody can try
//! tonnages or names against it; with the salt shown, nobody can show another payload. Once salt and payload are gone, the
//! log still verifies and says nothing of what was sealed.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::limits::BLOB_BYTES_MAX;
use crate::{Digest, StatementError, StatementId};

/// Bytes of a salt.
const SALT_BYTES: usize = 32;

/// What a sealed statement carries in place of its payload.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Commitment([u8; 32]);

impl Commitment {
    /// A commitment read from a statement.
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Digest::from_bytes(self.0).fmt(f)
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Commitment({self})")
    }
}

/// 32 random bytes that hide a payload behind its commitment. Secret; overwritten when dropped.
pub struct Salt(Zeroizing<[u8; SALT_BYTES]>);

impl Salt {
    /// A salt from the caller's random source.
    pub fn from_random(bytes: [u8; SALT_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// What opens a commitment: salt and payload. Secret; overwritten when dropped, and never shown by `Debug`.
pub struct Opening {
    salt: Salt,
    payload: Zeroizing<Vec<u8>>,
}

impl Opening {
    pub(crate) fn new(salt: Salt, payload: Vec<u8>) -> Self {
        Self {
            salt,
            payload: Zeroizing::new(payload),
        }
    }

    /// Reads what [`Opening::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`StatementError::NotAnOpening`] if the bytes are too few or too many.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError> {
        let not_an_opening = || StatementError::NotAnOpening { bytes: bytes.len() };
        let (salt, payload) = bytes
            .split_first_chunk::<SALT_BYTES>()
            .ok_or_else(not_an_opening)?;
        if payload.len() > BLOB_BYTES_MAX {
            return Err(not_an_opening());
        }
        Ok(Self::new(Salt::from_random(*salt), payload.to_vec()))
    }

    /// The salt, then the payload.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([self.salt.0.as_slice(), &self.payload].concat())
    }

    /// What a statement must carry to commit to this payload.
    pub fn commitment(&self) -> Commitment {
        Commitment(self.mac().finalize().into_bytes().into())
    }

    /// The payload, if this opens `commitment`, compared in constant time.
    pub(crate) fn open(
        &self,
        commitment: &Commitment,
        statement: StatementId,
    ) -> Result<&[u8], StatementError> {
        self.mac()
            .verify_slice(&commitment.0)
            .map_err(|_| StatementError::WrongOpening { statement })?;
        Ok(&self.payload)
    }

    fn mac(&self) -> Hmac<Sha256> {
        // HMAC pads a short key with zeros to one block; salts have one length, so no two give the same key.
        let mut block = Zeroizing::new([0_u8; 64]);
        block[..SALT_BYTES].copy_from_slice(&*self.salt.0);
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        mac.update(&self.payload);
        mac
    }
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opening(secret)")
    }
}
