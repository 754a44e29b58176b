//! A log that is held here, this member's own or a copy of another's: reading, and preparing what is written to it.

use std::sync::Arc;

use didymium_log::Hash;
use didymium_log::hash::leaf_hash;
use didymium_log::tile::{BundleId, TileId};
use didymium_log::tree::{self, Edge, EdgeTiles, append_batch};
use didymium_log::{LogError, tile};
use didymium_statement::Digest;
use didymium_store::{EntryRecord, Head, Store, TileRow};

use crate::{NodeError, NodeResult};

/// Most entries that one read answers.
pub const ENTRIES_PER_READ_MAX: u32 = 1_000;

/// A log in the store, by its origin. Cheap to clone; every method reads the store, so call it where blocking is allowed
/// (one read takes well under a millisecond).
#[derive(Clone)]
pub struct HeldLog {
    store: Arc<dyn Store>,
    origin: String,
}

/// Where an entry stands, with the proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// Index of the entry.
    pub index: u64,
    /// Size of the tree that the proof leads to.
    pub size: u64,
    /// Root of that tree.
    pub root: Hash,
    /// Hash of the entry as a leaf.
    pub leaf: Hash,
    /// Sibling hashes, that of the leaf first (RFC 6962 section 2.1.1).
    pub path: Vec<Hash>,
}

impl HeldLog {
    /// The log of that origin in the store, whether anything of it is there or not.
    pub fn new(store: Arc<dyn Store>, origin: &str) -> Self {
        Self {
            store,
            origin: origin.to_owned(),
        }
    }

    /// Its origin.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Its head, absent before the first commit.
    ///
    /// # Errors
    /// [`NodeError::Store`], as for every method here.
    pub fn head(&self) -> NodeResult<Option<Head>> {
        Ok(self.store.head(&self.origin)?)
    }

    /// Its size, 0 before the first commit.
    ///
    /// # Errors
    /// [`NodeError::Store`].
    pub fn size(&self) -> NodeResult<u64> {
        Ok(self.head()?.map_or(0, |head| head.size))
    }

    /// At most [`ENTRIES_PER_READ_MAX`] entries from index `from`.
    ///
    /// # Errors
    /// [`NodeError::Store`].
    pub fn entries(&self, from: u64, limit: u32) -> NodeResult<Vec<EntryRecord>> {
        Ok(self
            .store
            .entries(&self.origin, from, limit.min(ENTRIES_PER_READ_MAX))?)
    }

    /// One entry.
    ///
    /// # Errors
    /// [`NodeError::Store`].
    pub fn entry(&self, index: u64) -> NodeResult<Option<EntryRecord>> {
        Ok(self
            .store
            .entries(&self.origin, index, 1)?
            .into_iter()
            .find(|entry| entry.index == index))
    }

    /// Index of a statement in this log.
    ///
    /// # Errors
    /// [`NodeError::Store`].
    pub fn find(&self, statement: &Digest) -> NodeResult<Option<u64>> {
        let places = self.store.find(statement.as_bytes())?;
        Ok(places
            .into_iter()
            .find(|place| place.origin == self.origin)
            .map(|place| place.index))
    }

    /// Index of each of these statements in this log, absent where it is not there.
    ///
    /// # Errors
    /// [`NodeError::Store`].
    pub fn find_all(&self, statements: &[Digest]) -> NodeResult<Vec<Option<u64>>> {
        let names: Vec<&[u8; 32]> = statements.iter().map(Digest::as_bytes).collect();
        Ok(self.store.find_in(&self.origin, &names)?)
    }

    /// Proof that entry `index` is in the tree of `size` entries; without a size, in the tree of the checkpoint held.
    ///
    /// # Errors
    /// [`NodeError::NoSuchLog`], [`NodeError::Log`] if there is no such entry or tree, or a tile is missing.
    pub fn inclusion(&self, index: u64, size: Option<u64>) -> NodeResult<Inclusion> {
        let head = self.head()?.ok_or_else(|| NodeError::NoSuchLog {
            origin: self.origin.clone(),
        })?;
        let size = size.unwrap_or(head.size);
        if size > head.size {
            return Err(LogError::SizesReversed {
                old: size,
                new: head.size,
            }
            .into());
        }
        let path = tree::inclusion_proof(index, size, self.tiles())?;
        let entry = self.entry(index)?.ok_or(LogError::LeafOutside {
            index,
            start: 0,
            end: head.size,
        })?;
        Ok(Inclusion {
            index,
            size,
            root: self.root(size)?,
            leaf: leaf_hash(&entry.bytes),
            path,
        })
    }

    /// Proof that the tree of `new` entries begins with that of `old`.
    ///
    /// # Errors
    /// [`NodeError::Log`] for sizes that the log does not have.
    pub fn consistency(&self, old: u64, new: u64) -> NodeResult<Vec<Hash>> {
        let size = self.size()?;
        if new > size {
            return Err(LogError::SizesReversed { old: new, new: size }.into());
        }
        tree::consistency_proof(old, new, self.tiles())
    }

    /// Root of the tree of the first `size` entries, from tiles.
    ///
    /// # Errors
    /// [`NodeError::Log`] if a tile is missing.
    pub fn root(&self, size: u64) -> NodeResult<Hash> {
        tree::root_from_tiles(size, self.tiles())
    }

    /// The bytes of a tile as wide as asked, absent unless the log has all of its hashes.
    ///
    /// # Errors
    /// [`NodeError::Store`].
    pub fn tile(&self, id: TileId) -> NodeResult<Option<Vec<u8>>> {
        let bytes = usize::from(id.width) * didymium_log::hash::HASH_BYTES;
        Ok(self
            .store
            .tile(&self.origin, id.level, id.index)?
            .filter(|stored| stored.len() >= bytes)
            .map(|mut stored| {
                stored.truncate(bytes);
                stored
            }))
    }

    /// The bytes of an entry bundle as wide as asked, absent unless the log has all of its entries.
    ///
    /// # Errors
    /// [`NodeError::Store`].
    pub fn bundle(&self, id: BundleId) -> NodeResult<Option<Vec<u8>>> {
        let Some(from) = id
            .index
            .checked_mul(u64::from(tile::TILE_WIDTH))
            .filter(|from| i64::try_from(*from).is_ok())
        else {
            return Ok(None);
        };
        let entries = self.store.entries(&self.origin, from, u32::from(id.width))?;
        if entries.len() < usize::from(id.width) {
            return Ok(None);
        }
        let bytes: Vec<&[u8]> = entries.iter().map(|entry| entry.bytes.as_slice()).collect();
        Ok(Some(tile::encode_bundle(&bytes)?))
    }

    /// Reads stored tiles for the functions of [`didymium_log::tree`].
    fn tiles(&self) -> impl FnMut(u8, u64, u16) -> NodeResult<Vec<Hash>> + '_ {
        |level, index, width| {
            let stored = self.store.tile(&self.origin, level, index)?.unwrap_or_default();
            Ok(hashes_of(&stored, width))
        }
    }

    /// The compact range of the first `size` entries, from tiles.
    pub(crate) fn edge(&self, size: u64) -> NodeResult<Edge> {
        let mut nodes = Vec::new();
        let mut start = 0;
        for bit in (0..64)
            .rev()
            .map(|shift| 1_u64 << shift)
            .filter(|bit| size & bit != 0)
        {
            nodes.push(tree::subtree_root(start, start + bit, size, self.tiles())?);
            start += bit;
        }
        Ok(Edge::from_nodes(size, nodes)?)
    }

    /// Reads stored tiles with what waits ahead of the head.
    fn tiles_ahead(&self) -> impl FnMut(u8, u64, u16) -> NodeResult<Vec<Hash>> + '_ {
        |level, index, width| {
            let stored = self.store.staged_tile(&self.origin, level, index)?;
            Ok(hashes_of(&stored.unwrap_or_default(), width))
        }
    }

    /// The right edge of the first `size` entries, with those that wait ahead of the head: where copying goes on from.
    pub(crate) fn edge_ahead(&self, size: u64) -> NodeResult<EdgeTiles> {
        EdgeTiles::load(size, self.tiles_ahead())
    }

    /// Root of the first `size` entries, with those that wait ahead of the head.
    pub(crate) fn root_ahead(&self, size: u64) -> NodeResult<Hash> {
        tree::root_from_tiles(size, self.tiles_ahead())
    }

    /// What appending leaves to the tree of `edge` changes. The root is computed twice, over the stored tiles and over
    /// the compact range; if the two differ, storage or memory is wrong and nothing may be signed or written.
    pub(crate) fn grow(&self, edge: &Edge, leaves: &[Hash]) -> NodeResult<Growth> {
        let stored = EdgeTiles::load(edge.size(), self.tiles())?;
        let writes = append_batch(&stored, leaves)?;
        let mut edge = edge.clone();
        for leaf in leaves {
            edge.append(*leaf)?;
        }
        let (by_tiles, by_edge) = (writes.edge.root(), edge.root());
        if by_tiles != by_edge {
            let reason = format!(
                "the root of size {} is {by_tiles} over tiles and {by_edge} over the edge",
                edge.size()
            );
            return Err(NodeError::StoredLog {
                origin: self.origin.clone(),
                reason,
            });
        }
        let tiles = writes.rows.into_iter().map(|row| TileRow {
            level: row.id.level,
            index: row.id.index,
            hashes: row.bytes,
        });
        Ok(Growth {
            edge,
            root: by_tiles,
            tiles: tiles.collect(),
        })
    }
}

/// The first hashes of a stored tile.
fn hashes_of(stored: &[u8], width: u16) -> Vec<Hash> {
    let hashes = stored.as_chunks::<32>().0.iter().copied().map(Hash);
    hashes.take(usize::from(width)).collect()
}

impl std::fmt::Debug for HeldLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HeldLog")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// A tree after an append that is not written yet.
pub(crate) struct Growth {
    /// The compact range after.
    pub(crate) edge: Edge,
    /// Its root.
    pub(crate) root: Hash,
    /// Tiles to write.
    pub(crate) tiles: Vec<TileRow>,
}
