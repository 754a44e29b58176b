//! Growing a tree over tiles, and its roots and proofs (RFC 6962 section 2.1).
//!
//! Two paths lead to one root. [`Edge`] keeps the roots of the perfect subtrees that a tree consists of (its
//! compact range). [`EdgeTiles`] keeps the hashes of the last, partial tile of every level, which is what
//! storage holds. A log computes both before it signs, so that a flipped bit in either is found while it can
//! still be mended.
//!
//! Functions that need stored tiles take `read(level, index, width)`. It answers the first `width` hashes of
//! that tile, in order; more is fine, as when storage already holds a wider version. For a tile that is
//! absent it answers no hash at all, which becomes [`LogError::TileMissing`]. Its own error type comes
//! through unchanged.

mod append;
mod edge;
mod prove;
mod rebuild;

pub use append::{TileRow, TileWrites, append_batch};
pub use edge::{Edge, EdgeTiles, root_from_tiles};
pub use prove::{consistency_proof, inclusion_proof, subtree_consistency_proof, subtree_root};
pub use rebuild::{Rebuilt, full_tile_root};

use crate::error::LogError;
use crate::hash::{HASH_BYTES, Hash, node_hash};
use crate::tile::TileId;

/// Most leaves in a tree: sizes fit a signed 64-bit number, as other implementations and SQLite hold them.
pub const MAX_TREE_SIZE: u64 = i64::MAX as u64;

/// Levels of tiles in the largest tree.
const TILE_LEVELS: u8 = 8;

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

/// The size after adding leaves, within [`MAX_TREE_SIZE`].
fn grown(size: u64, added: u64) -> Result<u64, LogError> {
    let sum = size.checked_add(added).filter(|sum| *sum <= MAX_TREE_SIZE);
    sum.ok_or(LogError::TreeFull { size, added })
}

/// Root of the tree whose leaves are `hashes`, followed by a smaller tree with root `right`; none without
/// either.
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
pub(crate) fn perfect_root(hashes: &[Hash]) -> Option<Hash> {
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
    use crate::hash::{EMPTY_ROOT, leaf_hash};

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

    #[test]
    fn a_short_tile_at_the_edge_gives_no_root() {
        let tile = TileId {
            level: 0,
            index: 1,
            width: 3,
        };
        let short = root_from_tiles::<LogError>(259, |_, index, width| {
            let hashes = if index == 1 { 2 } else { width };
            Ok(vec![EMPTY_ROOT; usize::from(hashes)])
        });
        assert_eq!(short, Err(LogError::TileLength { tile, found: 64 }));
        let wide = |_, _, _| Ok(vec![EMPTY_ROOT; 256]);
        assert_eq!(
            EdgeTiles::load::<LogError>(259, wide).map(|edge| edge.levels[0].len()),
            Ok(3)
        );
    }

    fn paths(writes: &TileWrites) -> Vec<String> {
        writes.rows.iter().map(|row| row.id.path()).collect()
    }
}
