//! Bytes of tiles and entry bundles.

use super::{TILE_WIDTH, TileId};
use crate::error::LogError;
use crate::hash::{HASH_BYTES, Hash};

/// Bytes of a tile: its hashes, one after the other.
pub fn encode_tile(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Hashes of a tile from its bytes.
///
/// # Errors
/// [`LogError::TileLength`] unless there are 32 bytes for each hash of the tile's width.
pub fn decode_tile(tile: TileId, bytes: &[u8]) -> Result<Vec<Hash>, LogError> {
    let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
    if !rest.is_empty() || hashes.len() != usize::from(tile.width) {
        return Err(LogError::TileLength {
            tile,
            found: bytes.len(),
        });
    }
    Ok(hashes.iter().copied().map(Hash).collect())
}

/// Bytes of an entry bundle: for each entry its length as a big-endian 16-bit number, then its bytes.
///
/// # Errors
/// [`LogError::BundleWidth`] unless there are 1 to 256 entries, [`LogError::EntryTooLong`] for one above
/// [`super::MAX_ENTRY_BYTES`].
pub fn encode_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, LogError> {
    if entries.is_empty() || entries.len() > usize::from(TILE_WIDTH) {
        return Err(LogError::BundleWidth { found: entries.len() });
    }
    let mut bytes = Vec::with_capacity(entries.iter().map(|entry| 2 + entry.as_ref().len()).sum());
    for (position, entry) in entries.iter().enumerate() {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| LogError::EntryTooLong {
            position,
            found: entry.len(),
        })?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// Entries of a bundle of `width` entries from its bytes.
///
/// # Errors
/// [`LogError::BundleWidth`] unless the width is 1 to 256, [`LogError::BundleBytes`] if the bytes end early
/// or go on.
pub fn decode_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, LogError> {
    if !(1..=TILE_WIDTH).contains(&width) {
        return Err(LogError::BundleWidth {
            found: usize::from(width),
        });
    }
    let mut entries = Vec::with_capacity(usize::from(width));
    let mut rest = bytes;
    let broken = |rest: &[u8], reason| LogError::BundleBytes {
        offset: bytes.len() - rest.len(),
        reason,
    };
    for _ in 0..width {
        let (length, after) = rest
            .split_first_chunk::<2>()
            .ok_or_else(|| broken(rest, "an entry is missing"))?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after
            .split_at_checked(length)
            .ok_or_else(|| broken(rest, "an entry is cut off"))?;
        entries.push(entry);
        rest = after;
    }
    if !rest.is_empty() {
        return Err(broken(rest, "bytes after the last entry"));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;
    use crate::tile::MAX_ENTRY_BYTES;

    #[test]
    fn bundles_round_trip_and_broken_ones_are_refused() {
        let entries: [&[u8]; 3] = [b"", b"a", &[0xff; MAX_ENTRY_BYTES]];
        let bytes = encode_bundle(&entries).unwrap();
        assert_eq!(decode_bundle(&bytes, 3).unwrap(), entries);
        assert!(matches!(
            decode_bundle(&bytes, 2),
            Err(LogError::BundleBytes { offset: 5, .. })
        ));
        assert!(matches!(
            decode_bundle(&bytes, 4),
            Err(LogError::BundleBytes { .. })
        ));
        assert!(matches!(
            decode_bundle(&bytes[..bytes.len() - 1], 3),
            Err(LogError::BundleBytes { offset: 5, .. })
        ));
        assert!(decode_bundle(&bytes, 0).is_err() && decode_bundle(&bytes, 257).is_err());
        let long = vec![0; MAX_ENTRY_BYTES + 1];
        assert_eq!(
            encode_bundle(&[long]),
            Err(LogError::EntryTooLong {
                position: 0,
                found: 65_536
            })
        );
        assert!(encode_bundle::<&[u8]>(&[]).is_err() && encode_bundle(&[b""; 257]).is_err());
    }

    #[test]
    fn tiles_round_trip() {
        let tile = TileId::new(0, 0, 2).unwrap();
        let hashes = [leaf_hash(b"a"), leaf_hash(b"b")];
        assert_eq!(decode_tile(tile, &encode_tile(&hashes)).unwrap(), hashes);
        assert_eq!(
            decode_tile(tile, &[0; 63]),
            Err(LogError::TileLength { tile, found: 63 })
        );
        assert!(
            TileId::new(64, 0, 1).is_err()
                && TileId::new(0, 0, 0).is_err()
                && TileId::new(0, 0, 257).is_err()
        );
    }
}
