//! Appending leaves: which tiles change.

use super::{EdgeTiles, TILE_LEVELS, grown, range_root};
use crate::error::LogError;
use crate::hash::Hash;
use crate::tile::{TILE_WIDTH, TileId, encode_tile, hashes_at_level};

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

/// Appends leaves to a tree and answers the tiles to write. Nothing is changed in place: a caller whose
/// commit fails drops the answer and still has the edge that is in storage.
///
/// # Errors
/// [`LogError::TreeFull`] beyond [`super::MAX_TREE_SIZE`] leaves.
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

fn row(level: u8, index: u64, hashes: &[Hash]) -> Result<TileRow, LogError> {
    let width = u16::try_from(hashes.len()).unwrap_or(u16::MAX);
    Ok(TileRow {
        id: TileId::new(level, index, width)?,
        bytes: encode_tile(hashes),
    })
}
