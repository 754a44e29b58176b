//! Tiles: which a tree has, what they are called, and their bytes (C2SP tlog-tiles v0.1.0).
//!
//! A tile of level L holds up to 256 hashes; hash `i` of tile `n` is the root of the perfect subtree
//! over the leaves `[(n·256 + i)·256^L, (n·256 + i + 1)·256^L)`. So one level of tiles is eight levels of the tree.
//! An entry bundle holds the entries of one level-0 tile.

use std::fmt;
use std::str::FromStr;

use crate::error::{LogError, excerpt};
use crate::hash::{HASH_BYTES, Hash};

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
    /// # Errors
    /// [`LogError::TileOutOfRange`] for a level above 63 or a width that is not 1 to 256.
    pub fn new(level: u8, index: u64, width: u16) -> Result<Self, LogError> {
        if level > MAX_TILE_LEVEL || !(1..=TILE_WIDTH).contains(&width) {
            return Err(LogError::TileOutOfRange { level, width });
        }
        Ok(TileId { level, index, width })
    }

    /// The tile at this place in a tree of `size` leaves, as wide as that tree makes it; none if it would be empty.
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
/// [`MAX_ENTRY_BYTES`].
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
/// [`LogError::BundleWidth`] unless the width is 1 to 256, [`LogError::BundleBytes`] if the bytes end early or go on.
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

/// Full subtrees of 256^level leaves in a tree of `size` leaves.
pub(crate) fn hashes_at_level(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * 8).unwrap_or(0)
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/", self.level)?;
        write_place(f, self.index, self.width)
    }
}

impl fmt::Display for BundleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tile/entries/")?;
        write_place(f, self.index, self.width)
    }
}

impl FromStr for TileId {
    type Err = LogError;

    /// # Errors
    /// [`LogError::TilePath`] for every path that tlog-tiles does not allow, such as leading zeros or `.p/256`.
    fn from_str(path: &str) -> Result<Self, LogError> {
        let wrong = |reason| LogError::TilePath {
            path: excerpt(path),
            reason,
        };
        let rest = path
            .strip_prefix("tile/")
            .ok_or_else(|| wrong("it must start with `tile/`"))?;
        let (level, place) = rest
            .split_once('/')
            .ok_or_else(|| wrong("it must name a level and a position"))?;
        let level = parse_decimal(level)
            .and_then(|level| u8::try_from(level).ok())
            .filter(|level| *level <= MAX_TILE_LEVEL)
            .ok_or_else(|| wrong("the level must be a decimal number from 0 to 63"))?;
        let (index, width) = parse_place(place).map_err(wrong)?;
        Ok(TileId { level, index, width })
    }
}

impl FromStr for BundleId {
    type Err = LogError;

    /// # Errors
    /// [`LogError::TilePath`] for every path that tlog-tiles does not allow.
    fn from_str(path: &str) -> Result<Self, LogError> {
        let wrong = |reason| LogError::TilePath {
            path: excerpt(path),
            reason,
        };
        let place = path
            .strip_prefix("tile/entries/")
            .ok_or_else(|| wrong("it must start with `tile/entries/`"))?;
        let (index, width) = parse_place(place).map_err(wrong)?;
        Ok(BundleId { index, width })
    }
}

/// Writes `x001/x234/067` and, for a partial tile, `.p/5`.
fn write_place(f: &mut fmt::Formatter<'_>, index: u64, width: u16) -> fmt::Result {
    let mut groups = vec![index % 1000];
    let mut left = index / 1000;
    while left > 0 {
        groups.push(left % 1000);
        left /= 1000;
    }
    for group in groups.iter().skip(1).rev() {
        write!(f, "x{group:03}/")?;
    }
    write!(f, "{:03}", index % 1000)?;
    if width < TILE_WIDTH {
        write!(f, ".p/{width}")?;
    }
    Ok(())
}

/// Reads what [`write_place`] writes, and nothing else; the error is the broken rule.
fn parse_place(place: &str) -> Result<(u64, u16), &'static str> {
    let (digits, width) = match place.split_once(".p/") {
        None => (place, TILE_WIDTH),
        Some((digits, width)) => {
            let width = parse_decimal(width).and_then(|width| u16::try_from(width).ok());
            let partial = width.filter(|width| (1..TILE_WIDTH).contains(width));
            (
                digits,
                partial.ok_or("the width of a partial tile must be a decimal number from 1 to 255")?,
            )
        }
    };
    const GROUPS: &str =
        "the position must be groups of three digits, all but the last with an `x` before them";
    let mut index: u64 = 0;
    let mut groups = digits.split('/').peekable();
    let mut first = true;
    while let Some(group) = groups.next() {
        let last = groups.peek().is_none();
        let group = if last {
            group
        } else {
            group.strip_prefix('x').ok_or(GROUPS)?
        };
        if group.len() != 3 || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(GROUPS);
        }
        let value: u64 = group.parse().map_err(|_| GROUPS)?;
        if first && !last && value == 0 {
            return Err("the position has a leading group of zeros");
        }
        first = false;
        index = index
            .checked_mul(1000)
            .and_then(|index| index.checked_add(value))
            .ok_or("the position exceeds 64 bits")?;
    }
    Ok((index, width))
}

/// A decimal number without sign or leading zero.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let plain = text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    if plain { text.parse().ok() } else { None }
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

    #[test]
    fn wrong_paths_are_refused() {
        for path in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/+1/000",
            "tile/0/x000/001",
            "tile/0/001/002",
            "tile/0/x001",
            "tile/0/x01/001",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p",
            "/tile/0/000",
            "tile/0/000/",
            "tile/0/000.p/5/",
            "tile/0/000\n",
            "tile/0/０００",
            "tile/entries/000",
            "tile/8/data/000",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/0/000.p/5.p/5",
        ] {
            assert!(path.parse::<TileId>().is_err(), "{path:?} was accepted");
        }
        assert!("tile/0/000".parse::<BundleId>().is_err());
        let last = TileId {
            level: 63,
            index: u64::MAX,
            width: 1,
        };
        assert_eq!(last.path(), "tile/63/x018/x446/x744/x073/x709/x551/615.p/1");
        assert_eq!(last.path().parse(), Ok(last));
    }

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
        let hashes = [crate::hash::leaf_hash(b"a"), crate::hash::leaf_hash(b"b")];
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
