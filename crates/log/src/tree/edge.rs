//! The right edge of a tree, in its two forms.

use super::{TILE_LEVELS, fold_right, grown, perfect_root, range_root, read_checked};
use crate::error::LogError;
use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::tile::{TILE_WIDTH, TileId, hashes_at_level};

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
    /// [`LogError::EdgeNodes`] if their number does not fit the size, [`LogError::TreeFull`] for a size that
    /// is too large.
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
    /// [`LogError::TreeFull`] at [`super::MAX_TREE_SIZE`]; the edge is then unchanged.
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

/// The last tile of every level as far as it is partial: 0 to 255 hashes each. `EdgeTiles::default()` is the
/// empty tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EdgeTiles {
    pub(super) size: u64,
    // INVARIANT: `levels[l].len() == (size >> 8l) % 256`, and no level is missing below the highest one in
    // use.
    pub(super) levels: Vec<Vec<Hash>>,
}

impl EdgeTiles {
    /// Reads the partial tiles at the right edge of a tree of `size` leaves: at most 8 reads.
    ///
    /// # Errors
    /// [`LogError::TreeFull`], [`LogError::TileMissing`], [`LogError::TileLength`], and whatever `read`
    /// answers.
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

impl From<&EdgeTiles> for Edge {
    /// The compact range of the same tree, for a log that starts from stored tiles.
    fn from(tiles: &EdgeTiles) -> Self {
        let mut nodes = Vec::new();
        for hashes in tiles.levels.iter().rev() {
            let mut rest = hashes.as_slice();
            while !rest.is_empty() {
                let (perfect, after) = rest.split_at(1 << rest.len().ilog2());
                nodes.extend(perfect_root(perfect));
                rest = after;
            }
        }
        Edge {
            size: tiles.size,
            nodes,
        }
    }
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
