//! Making proofs from stored tiles.

use std::collections::BTreeMap;

use super::{grown, range_root, read_checked};
use crate::error::LogError;
use crate::hash::{EMPTY_ROOT, HASH_BYTES, Hash, node_hash};
use crate::proof::{is_subtree, split_point};
use crate::tile::{TILE_WIDTH, TileId, hashes_at_level};

/// Proof that leaf `index` is in the tree of `size` leaves, sibling of the leaf first, for
/// [`crate::proof::verify_inclusion`]. Each tile is read at most once.
///
/// # Errors
/// [`LogError::LeafOutside`] unless `index < size`; [`LogError::TreeFull`], [`LogError::TileMissing`],
/// [`LogError::TileLength`], and whatever `read` answers.
pub fn inclusion_proof<E: From<LogError>>(
    index: u64,
    size: u64,
    read: impl FnMut(u8, u64, u16) -> Result<Vec<Hash>, E>,
) -> Result<Vec<Hash>, E> {
    if index >= size {
        return Err(LogError::LeafOutside {
            index,
            start: 0,
            end: size,
        }
        .into());
    }
    let mut tiles = Tiles::new(size, read)?;
    let (mut low, mut high) = (0, size);
    let mut path = Vec::new();
    while high - low > 1 {
        let split = low + split_point(high - low);
        if index < split {
            path.push(tiles.range(split, high)?);
            high = split;
        } else {
            path.push(tiles.range(low, split)?);
            low = split;
        }
    }
    path.reverse();
    Ok(path)
}

/// Proof that the tree of `new` leaves begins with that of `old` leaves, for
/// [`crate::proof::verify_consistency`]. Empty if `old` is 0 or equals `new`. Each tile is read at most once.
///
/// # Errors
/// [`LogError::SizesReversed`] unless `old <= new`; [`LogError::TreeFull`], [`LogError::TileMissing`],
/// [`LogError::TileLength`], and whatever `read` answers.
pub fn consistency_proof<E: From<LogError>>(
    old: u64,
    new: u64,
    read: impl FnMut(u8, u64, u16) -> Result<Vec<Hash>, E>,
) -> Result<Vec<Hash>, E> {
    if old > new {
        return Err(LogError::SizesReversed { old, new }.into());
    }
    subtree_consistency_proof(0, old, new, read)
}

/// Proof that the subtree `[start, end)` is part of the tree of `size` leaves, for
/// [`crate::proof::verify_subtree_consistency`] (draft-ietf-plants-merkle-tree-certs section 4.4).
///
/// # Errors
/// [`LogError::SubtreeInvalid`] unless it is a subtree of that tree; [`LogError::TreeFull`],
/// [`LogError::TileMissing`], [`LogError::TileLength`], and whatever `read` answers.
pub fn subtree_consistency_proof<E: From<LogError>>(
    start: u64,
    end: u64,
    size: u64,
    read: impl FnMut(u8, u64, u16) -> Result<Vec<Hash>, E>,
) -> Result<Vec<Hash>, E> {
    if !is_subtree(start, end) || end > size {
        return Err(LogError::SubtreeInvalid { start, end, size }.into());
    }
    let mut tiles = Tiles::new(size, read)?;
    if start == end {
        return Ok(Vec::new());
    }
    let (mut low, mut high) = (0, size);
    // Once a split falls inside the subtree, the verifier no longer knows the hash of what is left of it.
    let (mut start, mut known) = (start, true);
    let mut path = Vec::new();
    while (low, high) != (start, end) {
        let split = low + split_point(high - low);
        if end <= split {
            path.push(tiles.range(split, high)?);
            high = split;
        } else {
            path.push(tiles.range(low, split)?);
            if start < split {
                start = split;
                known = false;
            }
            low = split;
        }
    }
    if !known {
        path.push(tiles.range(low, high)?);
    }
    path.reverse();
    Ok(path)
}

/// Hash of the leaves `[start, end)` as a tree of their own, from the tiles of a tree of `size` leaves; the
/// hash of a subtree that a mirror or witness may sign. [`EMPTY_ROOT`] if there are none.
///
/// # Errors
/// [`LogError::SubtreeInvalid`] unless it is a subtree of that tree; [`LogError::TreeFull`],
/// [`LogError::TileMissing`], [`LogError::TileLength`], and whatever `read` answers.
pub fn subtree_root<E: From<LogError>>(
    start: u64,
    end: u64,
    size: u64,
    read: impl FnMut(u8, u64, u16) -> Result<Vec<Hash>, E>,
) -> Result<Hash, E> {
    if !is_subtree(start, end) || end > size {
        return Err(LogError::SubtreeInvalid { start, end, size }.into());
    }
    Tiles::new(size, read)?.range(start, end)
}

/// Tiles read so far for one proof.
struct Tiles<R> {
    size: u64,
    read: R,
    seen: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl<R> Tiles<R> {
    fn new<E>(size: u64, read: R) -> Result<Self, E>
    where
        E: From<LogError>,
        R: FnMut(u8, u64, u16) -> Result<Vec<Hash>, E>,
    {
        grown(0, size)?;
        Ok(Tiles {
            size,
            read,
            seen: BTreeMap::new(),
        })
    }

    /// Hash of the leaves `[low, high)`, where `[low, high)` is a subtree within the tree.
    fn range<E>(&mut self, low: u64, high: u64) -> Result<Hash, E>
    where
        E: From<LogError>,
        R: FnMut(u8, u64, u16) -> Result<Vec<Hash>, E>,
    {
        // Perfect parts from the right, smallest first: the one bits of the length, upwards.
        let mut right: Option<Hash> = None;
        let (mut end, mut left) = (high, high - low);
        while left > 0 {
            let height = left.trailing_zeros();
            let part = self.perfect(height, end - (1 << height))?;
            right = Some(right.map_or(part, |right| node_hash(&part, &right)));
            end -= 1 << height;
            left &= left - 1;
        }
        Ok(right.unwrap_or(EMPTY_ROOT))
    }

    /// Hash of the `2^height` leaves from `start`, a multiple of that number.
    fn perfect<E>(&mut self, height: u32, start: u64) -> Result<Hash, E>
    where
        E: From<LogError>,
        R: FnMut(u8, u64, u16) -> Result<Vec<Hash>, E>,
    {
        let level = u8::try_from(height / 8).unwrap_or(u8::MAX);
        let first = hashes_at_level(level, start);
        let index = first / u64::from(TILE_WIDTH);
        let from = usize::try_from(first % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
        // INVARIANT: the part lies within the tree, so the tree has this tile, at least this wide.
        let width = TileId::in_tree(level, index, self.size).map_or(TILE_WIDTH, |tile| tile.width);
        let tile = TileId { level, index, width };
        if !self.seen.contains_key(&(level, index)) {
            let hashes = read_checked(tile, &mut self.read)?;
            self.seen.insert((level, index), hashes);
        }
        let hashes = self.seen.get(&(level, index)).map_or(&[][..], Vec::as_slice);
        let part = hashes.get(from..).and_then(|rest| rest.get(..1 << (height % 8)));
        let root = part.and_then(|part| range_root(part, None));
        root.ok_or_else(|| {
            LogError::TileLength {
                tile,
                found: hashes.len() * HASH_BYTES,
            }
            .into()
        })
    }
}
