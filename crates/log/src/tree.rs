//! Growing a tree over tiles, and its roots and proofs (RFC 6962 section 2.1).
//!
//! Two paths lead to one root. [`Edge`] keeps the roots of the perfect subtrees that a tree consists of (its compact
//! range). [`EdgeTiles`] keeps the hashes of the last, partial tile of every level, which is what storage holds.
//! A log computes both before it signs, so that a flipped bit in either is found while it can still be mended.
//!
//! Functions that need stored tiles take `read(level, index, width)`. It answers the first `width` hashes of that
//! tile, in order; more is fine, as when storage already holds a wider version. For a tile that is absent it answers
//! no hash at all, which becomes [`LogError::TileMissing`]. Its own error type comes through unchanged.

use std::collections::BTreeMap;

use crate::error::LogError;
use crate::hash::{EMPTY_ROOT, HASH_BYTES, Hash, node_hash};
use crate::proof::{is_subtree, split_point};
use crate::tile::{TILE_WIDTH, TileId, encode_tile, hashes_at_level};

/// Most leaves in a tree: sizes fit a signed 64-bit number, as other implementations and SQLite hold them.
pub const MAX_TREE_SIZE: u64 = i64::MAX as u64;

/// Levels of tiles in the largest tree.
const TILE_LEVELS: u8 = 8;

/// The compact range of a tree: the roots of its perfect subtrees, largest and leftmost first.
///
/// It has as many nodes as the size has one bits; appending hashes at most 63 nodes and one on average.
/// `Edge::default()` is the empty tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    size: u64,
    // INVARIANT: `nodes.len() == size.count_ones()`.
    nodes: Vec<Hash>,
}

impl Edge {
    /// The edge of a tree of `size` leaves from its stored nodes, largest subtree first.
    ///
    /// # Errors
    /// [`LogError::EdgeNodes`] if their number does not fit the size, [`LogError::TreeFull`] for a size that is too large.
    pub fn from_nodes(size: u64, nodes: Vec<Hash>) -> Result<Self, LogError> {
        grown(0, size)?;
        let expected = size.count_ones();
        if nodes.len() != expected as usize {
            return Err(LogError::EdgeNodes {
                size,
                expected,
                found: nodes.len(),
            });
        }
        Ok(Edge { size, nodes })
    }

    /// Leaves in the tree.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The nodes, largest subtree first.
    pub fn nodes(&self) -> &[Hash] {
        &self.nodes
    }

    /// Adds one leaf at the right.
    ///
    /// # Errors
    /// [`LogError::TreeFull`] at [`MAX_TREE_SIZE`]; the edge is then unchanged.
    pub fn append(&mut self, leaf_hash: Hash) -> Result<(), LogError> {
        let size = grown(self.size, 1)?;
        let mut hash = leaf_hash;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.nodes.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.nodes.push(hash);
        self.size = size;
        Ok(())
    }

    /// Root of the tree; [`EMPTY_ROOT`] without leaves.
    pub fn root(&self) -> Hash {
        fold_right(self.nodes.iter().rev().copied(), None).unwrap_or(EMPTY_ROOT)
    }
}

/// The last tile of every level as far as it is partial: 0 to 255 hashes each. `EdgeTiles::default()` is the empty tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EdgeTiles {
    size: u64,
    // INVARIANT: `levels[l].len() == (size >> 8l) % 256`, and no level is missing below the highest one in use.
    levels: Vec<Vec<Hash>>,
}

impl EdgeTiles {
    /// Reads the partial tiles at the right edge of a tree of `size` leaves: at most 8 reads.
    ///
    /// # Errors
    /// [`LogError::TreeFull`], [`LogError::TileMissing`], [`LogError::TileLength`], and whatever `read` answers.
    pub fn load<E: From<LogError>>(
        size: u64,
        mut read: impl FnMut(u8, u64, u16) -> Result<Vec<Hash>, E>,
    ) -> Result<Self, E> {
        grown(0, size)?;
        let mut levels = Vec::new();
        for level in (0..TILE_LEVELS).take_while(|level| hashes_at_level(*level, size) > 0) {
            let last = hashes_at_level(level, size) / u64::from(TILE_WIDTH);
            levels.push(match TileId::in_tree(level, last, size) {
                Some(tile) => read_checked(tile, &mut read)?,
                None => Vec::new(),
            });
        }
        Ok(EdgeTiles { size, levels })
    }

    /// Leaves in the tree.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Root of the tree; [`EMPTY_ROOT`] without leaves.
    pub fn root(&self) -> Hash {
        let root = self
            .levels
            .iter()
            .fold(None, |right, hashes| range_root(hashes, right));
        root.unwrap_or(EMPTY_ROOT)
    }
}

/// What appending a batch changes in storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileWrites {
    /// Size of the tree before.
    pub old_size: u64,
    /// The edge after: its size and root are those of the checkpoint to sign.
    pub edge: EdgeTiles,
    /// The tiles that changed or are new, whole, by level and then from left to right.
    ///
    /// A row replaces the row of the same level and index, whose width was smaller.
    pub rows: Vec<TileRow>,
}

/// One tile to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileRow {
    /// Level, index and width.
    pub id: TileId,
    /// The tile's bytes: 32 for each hash of its width.
    pub bytes: Vec<u8>,
}

/// Appends leaves to a tree and answers the tiles to write. Nothing is changed in place: a caller whose commit fails
/// drops the answer and still has the edge that is in storage.
///
/// # Errors
/// [`LogError::TreeFull`] beyond [`MAX_TREE_SIZE`] leaves.
pub fn append_batch(edge_tiles: &EdgeTiles, leaf_hashes: &[Hash]) -> Result<TileWrites, LogError> {
    let old_size = edge_tiles.size;
    let size = grown(old_size, leaf_hashes.len() as u64)?;
    let mut levels = edge_tiles.levels.clone();
    let mut rows = Vec::new();
    let mut arriving = leaf_hashes.to_vec();
    for level in 0..TILE_LEVELS {
        if arriving.is_empty() {
            break;
        }
        let position = usize::from(level);
        if levels.len() == position {
            levels.push(Vec::new());
        }
        let mut tile = std::mem::take(&mut levels[position]);
        let mut index = hashes_at_level(level, old_size) / u64::from(TILE_WIDTH);
        let mut parents = Vec::new();
        for hash in arriving {
            tile.push(hash);
            if tile.len() == usize::from(TILE_WIDTH) {
                rows.push(row(level, index, &tile)?);
                parents.extend(range_root(&tile, None));
                tile.clear();
                index += 1;
            }
        }
        if !tile.is_empty() {
            rows.push(row(level, index, &tile)?);
        }
        levels[position] = tile;
        arriving = parents;
    }
    Ok(TileWrites {
        old_size,
        edge: EdgeTiles { size, levels },
        rows,
    })
}

/// Root of the tree of `size` leaves, from the stored tiles at its right edge: at most 8 reads.
///
/// # Errors
/// [`LogError::TreeFull`], [`LogError::TileMissing`], [`LogError::TileLength`], and whatever `read` answers.
pub fn root_from_tiles<E: From<LogError>>(
    size: u64,
    read: impl FnMut(u8, u64, u16) -> Result<Vec<Hash>, E>,
) -> Result<Hash, E> {
    Ok(EdgeTiles::load(size, read)?.root())
}

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

/// Proof that the tree of `new` leaves begins with that of `old` leaves, for [`crate::proof::verify_consistency`].
/// Empty if `old` is 0 or equals `new`. Each tile is read at most once.
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

/// Hash of the leaves `[start, end)` as a tree of their own, from the tiles of a tree of `size` leaves; the hash of a
/// subtree that a mirror or witness may sign. [`EMPTY_ROOT`] if there are none.
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

/// Reads a tile and cuts what is beyond its width.
fn read_checked<E: From<LogError>>(
    tile: TileId,
    read: &mut impl FnMut(u8, u64, u16) -> Result<Vec<Hash>, E>,
) -> Result<Vec<Hash>, E> {
    let mut hashes = read(tile.level, tile.index, tile.width)?;
    if hashes.is_empty() {
        return Err(LogError::TileMissing { tile }.into());
    }
    if hashes.len() < usize::from(tile.width) {
        return Err(LogError::TileLength {
            tile,
            found: hashes.len() * HASH_BYTES,
        }
        .into());
    }
    hashes.truncate(usize::from(tile.width));
    Ok(hashes)
}

fn row(level: u8, index: u64, hashes: &[Hash]) -> Result<TileRow, LogError> {
    let width = u16::try_from(hashes.len()).unwrap_or(u16::MAX);
    Ok(TileRow {
        id: TileId::new(level, index, width)?,
        bytes: encode_tile(hashes),
    })
}

/// The size after adding leaves, within [`MAX_TREE_SIZE`].
fn grown(size: u64, added: u64) -> Result<u64, LogError> {
    let sum = size.checked_add(added).filter(|sum| *sum <= MAX_TREE_SIZE);
    sum.ok_or(LogError::TreeFull { size, added })
}

/// Root of the tree whose leaves are `hashes`, followed by a smaller tree with root `right`; none without either.
fn range_root(hashes: &[Hash], right: Option<Hash>) -> Option<Hash> {
    let mut rest = hashes;
    let mut right = right;
    while !rest.is_empty() {
        let (before, perfect) = rest.split_at(rest.len() - (1 << rest.len().trailing_zeros()));
        right = fold_right(perfect_root(perfect).into_iter(), right);
        rest = before;
    }
    right
}

/// Root of a perfect tree: a power of two of hashes.
fn perfect_root(hashes: &[Hash]) -> Option<Hash> {
    let mut layer = hashes.to_vec();
    while layer.len() > 1 {
        layer = layer
            .chunks_exact(2)
            .map(|pair| node_hash(&pair[0], &pair[1]))
            .collect();
    }
    layer.first().copied()
}

/// Joins roots, given from right to left, onto what is right of them.
fn fold_right(nodes: impl Iterator<Item = Hash>, right: Option<Hash>) -> Option<Hash> {
    nodes.fold(right, |right, left| {
        Some(right.map_or(left, |right| node_hash(&left, &right)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;

    #[test]
    fn sizes_beyond_the_limit_are_refused() {
        let full = EdgeTiles {
            size: MAX_TREE_SIZE,
            levels: vec![vec![EMPTY_ROOT; 255]; 8],
        };
        assert_eq!(
            append_batch(&full, &[EMPTY_ROOT]),
            Err(LogError::TreeFull {
                size: MAX_TREE_SIZE,
                added: 1
            })
        );
        let mut edge = Edge::from_nodes(MAX_TREE_SIZE, vec![EMPTY_ROOT; 63]).unwrap();
        let before = edge.clone();
        assert!(edge.append(EMPTY_ROOT).is_err());
        assert_eq!(edge, before);
        assert!(Edge::from_nodes(u64::MAX, vec![EMPTY_ROOT; 64]).is_err());
        assert_eq!(
            Edge::from_nodes(3, vec![]),
            Err(LogError::EdgeNodes {
                size: 3,
                expected: 2,
                found: 0
            })
        );
    }

    #[test]
    fn a_batch_replaces_the_partial_tile_and_adds_new_ones() {
        let leaves: Vec<Hash> = (0..600u32).map(|i| leaf_hash(i.to_string().as_bytes())).collect();
        let first = append_batch(&EdgeTiles::default(), &leaves[..5]).unwrap();
        assert_eq!(paths(&first), ["tile/0/000.p/5"]);
        let second = append_batch(&first.edge, &leaves[5..]).unwrap();
        assert_eq!(
            paths(&second),
            ["tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"]
        );
        assert_eq!((second.old_size, second.edge.size()), (5, 600));
        assert_eq!(
            append_batch(&EdgeTiles::default(), &leaves).unwrap().edge,
            second.edge
        );
        assert_eq!(append_batch(&second.edge, &[]).unwrap().rows, []);
    }

    #[test]
    fn a_missing_or_short_tile_is_named() {
        let tile = TileId {
            level: 0,
            index: 1,
            width: 3,
        };
        let missing = inclusion_proof::<LogError>(257, 259, |_, index, width| {
            Ok(if index == 0 {
                vec![EMPTY_ROOT; usize::from(width)]
            } else {
                Vec::new()
            })
        });
        assert_eq!(missing, Err(LogError::TileMissing { tile }));
        let short = inclusion_proof::<LogError>(257, 259, |_, _, _| Ok(vec![EMPTY_ROOT; 2]));
        assert_eq!(short, Err(LogError::TileLength { tile, found: 64 }));
        assert_eq!(
            inclusion_proof::<LogError>(3, 3, |_, _, _| Ok(Vec::new())),
            Err(LogError::LeafOutside {
                index: 3,
                start: 0,
                end: 3
            })
        );
    }

    fn paths(writes: &TileWrites) -> Vec<String> {
        writes.rows.iter().map(|row| row.id.path()).collect()
    }
}
