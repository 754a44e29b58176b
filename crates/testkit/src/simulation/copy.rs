//! A log as a store holds it: the member's own, or a mirror of another's.

use std::collections::BTreeMap;
use std::rc::Rc;

use didymium_log::hash::{Hash, leaf_hash};
use didymium_log::mirror::Resource;
use didymium_log::tile::{BundleId, TILE_WIDTH, TileId, decode_tile, encode_bundle, encode_tile};
use didymium_log::tree::{EdgeTiles, TileRow, consistency_proof, root_from_tiles};
use didymium_log::{LogError, tree};

use super::club::Signed;
use super::random::mix;

/// What one commit adds to a log.
#[derive(Debug, Clone)]
pub(super) struct Growth {
    /// Index of the first entry: the size that the log must have.
    pub(super) first: u64,
    /// Root of the signed head that the log must have, none before the first entry.
    pub(super) onto: Option<Hash>,
    /// Whether the root is compared; only lies and planted bugs look at the size alone.
    pub(super) guarded: bool,
    pub(super) entries: Vec<Rc<[u8]>>,
    pub(super) rows: Vec<TileRow>,
    pub(super) edge: EdgeTiles,
    /// The head that the entries lead to, signed.
    pub(super) signed: Rc<Signed>,
}

/// Entries, tiles and signed head of one log.
#[derive(Debug, Clone, Default)]
pub(super) struct LogCopy {
    entries: Vec<Rc<[u8]>>,
    tiles: BTreeMap<(u8, u64), Vec<Hash>>,
    edge: EdgeTiles,
    signed: Option<Rc<Signed>>,
    /// Index of each entry by its leaf: the first, if a bug put one in twice.
    places: BTreeMap<Hash, u64>,
    /// A running digest of the entries, one value for each size from 0: the simulator's own view of which history
    /// extends which, made without the tree.
    chain: Vec<u64>,
}

impl LogCopy {
    pub(super) fn size(&self) -> u64 {
        self.edge.size()
    }

    pub(super) fn edge(&self) -> &EdgeTiles {
        &self.edge
    }

    /// The signed head; none before the first entry.
    pub(super) fn signed(&self) -> Option<&Rc<Signed>> {
        self.signed.as_ref()
    }

    pub(super) fn entry(&self, index: u64) -> Option<&Rc<[u8]>> {
        self.entries.get(usize::try_from(index).ok()?)
    }

    /// Index of the entry with this leaf.
    pub(super) fn find(&self, leaf: &Hash) -> Option<u64> {
        self.places.get(leaf).copied()
    }

    /// Whether each entry stands here once.
    pub(super) fn is_without_doubles(&self) -> bool {
        self.places.len() == self.entries.len()
    }

    /// One value for each size from 0 to [`LogCopy::size`].
    pub(super) fn chain(&self) -> Vec<u64> {
        std::iter::once(0).chain(self.chain.iter().copied()).collect()
    }

    /// Root of the signed head; none before the first entry.
    pub(super) fn root(&self) -> Option<Hash> {
        self.signed.as_ref().map(|signed| signed.head.root)
    }

    /// Appends, if the log is the one that the growth was made for; answers whether it was.
    pub(super) fn grow(&mut self, growth: &Growth) -> bool {
        if growth.first != self.size() || growth.guarded && growth.onto != self.root() {
            return false;
        }
        for (index, entry) in (growth.first..).zip(&growth.entries) {
            let leaf = leaf_hash(entry);
            self.places.entry(leaf).or_insert(index);
            let before = self.chain.last().copied().unwrap_or(0);
            self.chain.push(link(before, &leaf));
        }
        self.entries.extend(growth.entries.iter().cloned());
        for row in &growth.rows {
            let hashes = decode_tile(row.id, &row.bytes).unwrap_or_default();
            self.tiles.insert((row.id.level, row.id.index), hashes);
        }
        self.edge = growth.edge.clone();
        self.signed = Some(Rc::clone(&growth.signed));
        true
    }

    /// The copy as it was with its first `size` entries, without a signed head.
    ///
    /// # Errors
    /// Those of [`tree::append_batch`].
    pub(super) fn first(&self, size: u64) -> Result<Self, LogError> {
        let mut cut = LogCopy::default();
        let length = usize::try_from(size)
            .unwrap_or(usize::MAX)
            .min(self.entries.len());
        cut.entries = self.entries[..length].to_vec();
        cut.chain = self.chain[..length].to_vec();
        let leaves: Vec<Hash> = cut.entries.iter().map(|entry| leaf_hash(entry)).collect();
        for (index, leaf) in (0..).zip(&leaves) {
            cut.places.entry(*leaf).or_insert(index);
        }
        let writes = tree::append_batch(&EdgeTiles::default(), &leaves)?;
        for row in &writes.rows {
            let key = (row.id.level, row.id.index);
            cut.tiles.insert(key, decode_tile(row.id, &row.bytes)?);
        }
        cut.edge = writes.edge;
        Ok(cut)
    }

    fn read(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, LogError> {
        let tile = self.tiles.get(&(level, index));
        let hashes = tile.into_iter().flatten().take(usize::from(width));
        Ok(hashes.copied().collect())
    }

    /// Root at a size up to the present one.
    ///
    /// # Errors
    /// Those of [`root_from_tiles`].
    pub(super) fn root_at(&self, size: u64) -> Result<Hash, LogError> {
        root_from_tiles(size, |level, index, width| self.read(level, index, width))
    }

    /// Consistency proof from one size to another, both up to the present one; none is needed from 0 or to the same.
    ///
    /// # Errors
    /// Those of [`consistency_proof`].
    pub(super) fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, LogError> {
        if old == 0 || old == new {
            return Ok(Vec::new());
        }
        consistency_proof(old, new, |level, index, width| self.read(level, index, width))
    }

    /// Inclusion proof of an entry in the tree of `size` leaves.
    ///
    /// # Errors
    /// Those of [`tree::inclusion_proof`].
    pub(super) fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, LogError> {
        tree::inclusion_proof(index, size, |level, index, width| self.read(level, index, width))
    }

    /// What a server of the log answers for a tile or bundle: the one asked for, or where it has become full, the full
    /// one that replaced it.
    pub(super) fn serve(&self, asked: Resource) -> Option<(Resource, Vec<u8>)> {
        match asked {
            Resource::Tile(tile) => {
                let hashes = self.tiles.get(&(tile.level, tile.index))?;
                let width = served_width(tile.width, hashes.len())?;
                let bytes = encode_tile(&hashes[..usize::from(width)]);
                Some((Resource::Tile(TileId { width, ..tile }), bytes))
            }
            Resource::Bundle(bundle) => {
                let first = usize::try_from(bundle.index).ok()? * usize::from(TILE_WIDTH);
                let entries = self.entries.get(first..)?;
                let width = served_width(bundle.width, entries.len())?;
                let bytes = encode_bundle(&entries[..usize::from(width)]).ok()?;
                Some((Resource::Bundle(BundleId { width, ..bundle }), bytes))
            }
        }
    }
}

fn served_width(asked: u16, there: usize) -> Option<u16> {
    if there >= usize::from(TILE_WIDTH) {
        return Some(TILE_WIDTH);
    }
    (there >= usize::from(asked)).then_some(asked)
}

fn link(before: u64, leaf: &Hash) -> u64 {
    leaf.as_bytes().chunks_exact(8).fold(before, |value, part| {
        let part = part
            .iter()
            .fold(0, |number, byte| (number << 8) | u64::from(*byte));
        mix(value.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ part)
    })
}
