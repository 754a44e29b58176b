//! A tree computed anew from its leaves, to hold what is stored against it.

use super::{EdgeTiles, grown, perfect_root};
use crate::error::LogError;
use crate::hash::Hash;
use crate::tile::{TILE_WIDTH, TileId, hashes_at_level};

/// Root of a full tile, which is a hash of the level above; none for any other number of hashes than 256.
pub fn full_tile_root(hashes: &[Hash]) -> Option<Hash> {
    (hashes.len() == usize::from(TILE_WIDTH))
        .then(|| perfect_root(hashes))
        .flatten()
}

/// The tiles above level 0 and the root, from the leaves alone. The leaves of level-0 tiles can be hashed in any order
/// and on any number of threads: what is kept of each full one is its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// All hashes of the levels from 1 up.
    levels: Vec<Vec<Hash>>,
    edge: EdgeTiles,
}

impl Rebuilt {
    /// From the roots of all full level-0 tiles, in order, and the leaf hashes after them, fewer than 256.
    ///
    /// # Errors
    /// [`LogError::TreeFull`]; [`LogError::BundleWidth`] for 256 leaf hashes or more.
    pub fn new(tile_roots: Vec<Hash>, last: Vec<Hash>) -> Result<Self, LogError> {
        if last.len() >= usize::from(TILE_WIDTH) {
            return Err(LogError::BundleWidth { found: last.len() });
        }
        let size = (tile_roots.len() as u64).saturating_mul(u64::from(TILE_WIDTH));
        let size = grown(size, last.len() as u64)?;
        let mut edge = EdgeTiles {
            size,
            levels: vec![last],
        };
        let mut levels = Vec::new();
        let mut hashes = tile_roots;
        while !hashes.is_empty() {
            let (full, partial) = hashes.as_chunks::<{ TILE_WIDTH as usize }>();
            let above = full.iter().filter_map(|tile| full_tile_root(tile)).collect();
            edge.levels.push(partial.to_vec());
            levels.push(std::mem::replace(&mut hashes, above));
        }
        edge.levels.truncate(
            (0..8)
                .take_while(|level| hashes_at_level(*level, size) > 0)
                .count(),
        );
        Ok(Self { levels, edge })
    }

    /// Leaves in the tree.
    pub fn size(&self) -> u64 {
        self.edge.size()
    }

    /// Root of the tree.
    pub fn root(&self) -> Hash {
        self.edge.root()
    }

    /// The tiles of the levels from 1 up, each with its hashes.
    pub fn tiles(&self) -> impl Iterator<Item = (TileId, &[Hash])> {
        self.levels.iter().zip(1..).flat_map(|(hashes, level)| {
            hashes
                .chunks(usize::from(TILE_WIDTH))
                .zip(0..)
                .filter_map(move |(hashes, index)| {
                    let width = u16::try_from(hashes.len()).ok()?;
                    Some((TileId::new(level, index, width).ok()?, hashes))
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;
    use crate::tile::encode_tile;
    use crate::tree::append_batch;

    #[test]
    fn a_rebuilt_tree_is_the_one_that_was_appended() {
        for size in [0_u32, 1, 255, 256, 257, 600, 65_535, 65_536, 66_000] {
            let leaves: Vec<Hash> = (0..size).map(|i| leaf_hash(&i.to_be_bytes())).collect();
            let appended = append_batch(&EdgeTiles::default(), &leaves).unwrap();
            let (full, last) = leaves.as_chunks::<256>();
            let roots = full.iter().filter_map(|tile| full_tile_root(tile)).collect();
            let rebuilt = Rebuilt::new(roots, last.to_vec()).unwrap();
            assert_eq!(
                (rebuilt.size(), rebuilt.root()),
                (u64::from(size), appended.edge.root())
            );
            let above: Vec<_> = rebuilt
                .tiles()
                .map(|(id, hashes)| (id, encode_tile(hashes)))
                .collect();
            let mut stored: Vec<_> = appended.rows.iter().filter(|row| row.id.level > 0).collect();
            stored.sort_by_key(|row| (row.id.level, row.id.index));
            let stored: Vec<_> = stored.iter().map(|row| (row.id, row.bytes.clone())).collect();
            assert_eq!(above, stored, "size {size}");
        }
        assert!(Rebuilt::new(Vec::new(), vec![leaf_hash(b"x"); 256]).is_err());
    }
}
