//! Tiles: which a tree has, what they are called, and their bytes (C2SP tlog-tiles v0.1.0).
//!
//! A tile of level L holds up to 256 hashes; hash `i` of tile `n` is the root of the perfect subtree over the
//! leaves `[(n·256 + i)·256^L, (n·256 + i + 1)·256^L)`. So one level of tiles is eight levels of the tree. An
//! entry bundle holds the entries of one level-0 tile.

mod bytes;
mod path;

pub use bytes::{decode_bundle, decode_tile, encode_bundle, encode_tile};
pub(crate) use path::parse_decimal;

use crate::error::LogError;

/// Hashes in a full tile, entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// Longest entry that a bundle carries, in bytes: its length is a 16-bit number.
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// Highest tile level that a path may name. A tree of 2^63 leaves needs only level 7.
pub const MAX_TILE_LEVEL: u8 = 63;

/// Name of one tile of hashes; displayed and parsed as its path, `tile/0/x001/234.p/5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// Tile level, 0 to 63; level 0 holds leaf hashes.
    pub level: u8,
    /// Position in the level, from 0.
    pub index: u64,
    /// Hashes in the tile, 1 to 256; fewer than 256 make it partial.
    pub width: u16,
}

/// Name of one entry bundle; displayed and parsed as its path, `tile/entries/x001/234.p/5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleId {
    /// Position, from 0; the same as that of the level-0 tile with the entries' leaf hashes.
    pub index: u64,
    /// Entries in the bundle, 1 to 256.
    pub width: u16,
}

impl TileId {
    /// Names a tile, within the limits of the format.
    ///
    /// # Errors
    /// [`LogError::TileOutOfRange`] for a level above 63 or a width that is not 1 to 256.
    pub fn new(level: u8, index: u64, width: u16) -> Result<Self, LogError> {
        if level > MAX_TILE_LEVEL || !(1..=TILE_WIDTH).contains(&width) {
            return Err(LogError::TileOutOfRange { level, width });
        }
        Ok(TileId { level, index, width })
    }

    /// The tile at this place in a tree of `size` leaves, as wide as that tree makes it; none if it would be
    /// empty.
    pub fn in_tree(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = hashes_at_level(level, size);
        let left = hashes.checked_sub(index.checked_mul(u64::from(TILE_WIDTH))?)?;
        let width = u16::try_from(left.min(u64::from(TILE_WIDTH))).ok()?;
        (width > 0).then_some(TileId { level, index, width })
    }

    /// Whether the tile has fewer than 256 hashes and will be replaced by a wider one.
    pub fn is_partial(&self) -> bool {
        self.width < TILE_WIDTH
    }

    /// Path below a log's prefix, without a leading slash.
    pub fn path(&self) -> String {
        self.to_string()
    }
}

impl BundleId {
    /// Names a bundle, within the limits of the format.
    ///
    /// # Errors
    /// [`LogError::TileOutOfRange`] for a width that is not 1 to 256.
    pub fn new(index: u64, width: u16) -> Result<Self, LogError> {
        TileId::new(0, index, width).map(BundleId::from)
    }

    /// The bundle at this place in a tree of `size` leaves; none if it would be empty.
    pub fn in_tree(index: u64, size: u64) -> Option<Self> {
        TileId::in_tree(0, index, size).map(BundleId::from)
    }

    /// Whether the bundle has fewer than 256 entries and will be replaced by a wider one.
    pub fn is_partial(&self) -> bool {
        self.width < TILE_WIDTH
    }

    /// Path below a log's prefix, without a leading slash.
    pub fn path(&self) -> String {
        self.to_string()
    }
}

impl From<TileId> for BundleId {
    /// The bundle of the entries under a level-0 tile.
    fn from(tile: TileId) -> Self {
        BundleId {
            index: tile.index,
            width: tile.width,
        }
    }
}

/// Every tile of hashes that a tree of `size` leaves has, level by level, left to right.
pub fn tiles_in_tree(size: u64) -> impl Iterator<Item = TileId> {
    let levels = (0..8).take_while(move |level| hashes_at_level(*level, size) > 0);
    levels.flat_map(move |level| {
        let tiles = hashes_at_level(level, size).div_ceil(u64::from(TILE_WIDTH));
        (0..tiles).filter_map(move |index| TileId::in_tree(level, index, size))
    })
}

/// Every entry bundle that a tree of `size` leaves has, left to right.
pub fn bundles_in_tree(size: u64) -> impl Iterator<Item = BundleId> {
    let bundles = size.div_ceil(u64::from(TILE_WIDTH));
    (0..bundles).filter_map(move |index| BundleId::in_tree(index, size))
}

/// Full subtrees of 256^level leaves in a tree of `size` leaves.
pub(crate) fn hashes_at_level(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * 8).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seventy_thousand_leaves_have_the_tiles_of_the_specification() {
        let tiles: Vec<TileId> = tiles_in_tree(70_000).collect();
        assert_eq!(tiles.len(), 273 + 1 + 1 + 1 + 1);
        let partial: Vec<String> = tiles
            .iter()
            .filter(|tile| tile.is_partial())
            .map(TileId::path)
            .collect();
        assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
        assert_eq!(tiles_in_tree(0).count() + bundles_in_tree(0).count(), 0);
        assert_eq!(TileId::in_tree(8, 0, u64::MAX), None);
        assert_eq!(TileId::in_tree(0, u64::MAX, u64::MAX), None);
    }
}
