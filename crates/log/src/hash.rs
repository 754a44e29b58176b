//! Hashes of the tree: SHA-256 with the domain separation of RFC 6962 section 2.1.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::error::{LogError, excerpt};

/// Bytes in a [`struct@Hash`].
pub const HASH_BYTES: usize = 32;

/// Root of the empty tree: SHA-256 of no bytes (RFC 6962 section 2.1).
pub const EMPTY_ROOT: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// A SHA-256 hash: of a leaf, of a node, or a root.
///
/// Displayed and parsed as 64 hexadecimal digits (displayed in lower case).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; HASH_BYTES]);

/// Hash of an entry as a leaf: SHA-256(0x00 ‖ entry).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut sha = Sha256::new();
    sha.update([0x00]);
    sha.update(entry);
    Hash(sha.finalize().into())
}

/// Hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut sha = Sha256::new();
    sha.update([0x01]);
    sha.update(left.0);
    sha.update(right.0);
    Hash(sha.finalize().into())
}

impl Hash {
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }
}

impl From<[u8; HASH_BYTES]> for Hash {
    fn from(bytes: [u8; HASH_BYTES]) -> Self {
        Hash(bytes)
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = LogError;

    /// # Errors
    /// [`LogError::HashLength`] unless there are exactly 32 bytes.
    fn try_from(bytes: &[u8]) -> Result<Self, LogError> {
        bytes
            .try_into()
            .map(Hash)
            .map_err(|_| LogError::HashLength { found: bytes.len() })
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = LogError;

    /// # Errors
    /// [`LogError::HashText`] for anything but hexadecimal digits, [`LogError::HashLength`] unless
    /// there are 64 of them.
    fn from_str(text: &str) -> Result<Self, LogError> {
        let bytes = hex::decode(text).map_err(|_| LogError::HashText { text: excerpt(text) })?;
        Hash::try_from(bytes.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_root_is_sha256_of_nothing() {
        assert_eq!(EMPTY_ROOT.0, <[u8; 32]>::from(Sha256::digest([])));
    }

    #[test]
    fn leaf_and_node_are_domain_separated() {
        // RFC 6962 reference values of the certificate-transparency test suite.
        let leaf = leaf_hash(b"");
        assert_eq!(
            leaf.to_string(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        let mut preimage = vec![0x01];
        preimage.extend_from_slice(leaf.as_bytes());
        preimage.extend_from_slice(leaf.as_bytes());
        assert_eq!(
            node_hash(&leaf, &leaf).0,
            <[u8; 32]>::from(Sha256::digest(&preimage))
        );
        assert_ne!(leaf_hash(&preimage[1..]), node_hash(&leaf, &leaf));
    }

    #[test]
    fn hex_round_trips_and_refuses_the_rest() {
        let hash = leaf_hash(b"a");
        assert_eq!(hash.to_string().parse::<Hash>().unwrap(), hash);
        assert_eq!("00".parse::<Hash>(), Err(LogError::HashLength { found: 1 }));
        assert!(matches!("zz".parse::<Hash>(), Err(LogError::HashText { .. })));
        assert!(Hash::try_from([0u8; 33].as_slice()).is_err());
    }
}
