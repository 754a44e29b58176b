//! Mirroring a log: what to fetch next, and what of it may be kept.
//!
//! A mirror starts from the tree that it stored and a checkpoint that was verified. Nothing is kept before it
//! is known to belong to that checkpoint's tree:
//!
//! 1. the tiles at the right edge lead to the checkpoint's root, and the tiles at the stored size show that
//!    the tree extends the stored one;
//! 2. from there downwards, every tile of level 1 and above is checked by its parent, when it is needed;
//! 3. every entry bundle is checked by the level-1 tile above it, the last, partial one by its level-0 tile.
//!
//! So each bundle may come from anybody, origin or other mirror, and a wrong one is known at once. Level-0
//! tiles are computed from the entries, not fetched. After every bundle that was kept, the stored edge is a
//! point to resume from; the checkpoint may be a later one then.
//!
//! [`Mirror::next`] says what to fetch, [`Mirror::accept`] takes it. What it answers is to be stored in one
//! transaction; a caller that could not store it starts again from what is stored.

use std::collections::BTreeMap;
use std::fmt;

use crate::checkpoint::Checkpoint;
use crate::error::LogError;
use crate::hash::{Hash, leaf_hash};
use crate::proof::verify_consistency;
use crate::tile::{BundleId, TILE_WIDTH, TileId, decode_bundle, decode_tile};
use crate::tree::{EdgeTiles, TileWrites, append_batch, consistency_proof, perfect_root, root_from_tiles};

/// Something to fetch; displayed as its path below the log's prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// A tile of hashes.
    Tile(TileId),
    /// An entry bundle.
    Bundle(BundleId),
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Resource::Tile(tile) => tile.fmt(f),
            Resource::Bundle(bundle) => bundle.fmt(f),
        }
    }
}

/// What follows from something that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// It was a tile: nothing to store.
    Tile,
    /// Entries to store, with the tiles over them.
    Entries(Box<Entries>),
    /// The tiles prove that the log rewrote its history: this root is what its tree has at the stored size,
    /// and the path leads from there to the checkpoint, as [`crate::evidence::Evidence::rewritten`] takes
    /// them. Nothing may be mirrored.
    Rewritten {
        /// Root of the new tree at the stored size.
        root: Hash,
        /// Consistency proof from that root to the checkpoint's.
        path: Vec<Hash>,
    },
}

/// Entries that belong to the tree, and what storing them changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries {
    /// Index of the first entry.
    pub first: u64,
    /// The entries, without those that were stored before.
    pub entries: Vec<Vec<u8>>,
    /// Tiles to write, and the edge after them: where to resume.
    pub writes: TileWrites,
    /// Whether the tree is now that of the checkpoint.
    pub complete: bool,
}

/// Mirroring one log up to one checkpoint.
#[derive(Debug, Clone)]
pub struct Mirror {
    target: Checkpoint,
    edge: EdgeTiles,
    /// Whether the first step is done: the edge and the extension are proven.
    extends: bool,
    /// Tiles at the right edge and, once checked, those above the next bundle; in the first step also those
    /// at the stored size, unchecked.
    tiles: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl Mirror {
    /// A mirror that holds the tree of `stored` and goes to `target`, which its log signed.
    ///
    /// # Errors
    /// [`LogError::SizesReversed`] if the checkpoint is smaller than what is stored, and
    /// [`LogError::OldRootMismatch`] if it has the same size and another root: a split view.
    pub fn new(stored: EdgeTiles, target: Checkpoint) -> Result<Self, LogError> {
        if target.size < stored.size() {
            return Err(LogError::SizesReversed {
                old: stored.size(),
                new: target.size,
            });
        }
        if target.size == stored.size() && target.root != stored.root() {
            return Err(LogError::OldRootMismatch {
                computed: target.root,
                expected: stored.root(),
            });
        }
        Ok(Mirror {
            extends: target.size == stored.size(),
            target,
            edge: stored,
            tiles: BTreeMap::new(),
        })
    }

    /// The edge of what was accepted so far.
    pub fn edge(&self) -> &EdgeTiles {
        &self.edge
    }

    /// What to fetch next, in the order in which it has to be accepted, at most `window` bundles; nothing if
    /// the tree is complete. Where a partial tile or bundle is gone, its log has it wider: that will do.
    pub fn next(&self, window: usize) -> Vec<Resource> {
        if self.is_complete() {
            return Vec::new();
        }
        if !self.extends {
            return self.lacking().into_iter().map(Resource::Tile).collect();
        }
        let mut next = Vec::new();
        let first = self.next_bundle();
        for index in (first..).take(window.max(1)) {
            let Some(bundle) = BundleId::in_tree(index, self.target.size) else {
                break;
            };
            if let Some(tile) = self.unchecked_above(index) {
                // The bundles before it come first; what is below it cannot be checked yet.
                if next.is_empty() {
                    next.push(Resource::Tile(tile));
                }
                break;
            }
            next.push(Resource::Bundle(bundle));
        }
        next
    }

    /// Whether the tree of the checkpoint is complete.
    pub fn is_complete(&self) -> bool {
        self.edge.size() == self.target.size
    }

    /// Takes what was fetched. After an error nothing has changed but what is said there, and the same may
    /// be fetched from somebody else.
    ///
    /// # Errors
    /// [`LogError::MirrorUnasked`] for anything but what comes next; those of reading a tile or bundle;
    /// [`LogError::TileForeign`] or [`LogError::BundleForeign`] for what does not belong to the tree.
    /// [`LogError::RootMismatch`] if the tiles of the first step together do not lead to the checkpoint: any
    /// of them may be wrong, and all are forgotten.
    pub fn accept(&mut self, resource: Resource, bytes: &[u8]) -> Result<Accepted, LogError> {
        let unasked = || LogError::MirrorUnasked {
            resource: resource.to_string(),
        };
        match resource {
            _ if self.is_complete() => Err(unasked()),
            Resource::Tile(given) if !self.extends => {
                let lacking = self.lacking().into_iter();
                let asked = lacking.filter(|asked| serves(given, *asked)).max();
                let asked = asked.ok_or_else(unasked)?;
                self.keep_tile(asked, given, bytes)?;
                if self.lacking().is_empty() {
                    return self.prove_extension();
                }
                Ok(Accepted::Tile)
            }
            Resource::Tile(given) => {
                let asked = self
                    .unchecked_above(self.next_bundle())
                    .filter(|asked| serves(given, *asked))
                    .ok_or_else(unasked)?;
                self.check_tile(asked, given, bytes)?;
                Ok(Accepted::Tile)
            }
            Resource::Bundle(given) => {
                let asked = BundleId::in_tree(self.next_bundle(), self.target.size).ok_or_else(unasked)?;
                let fits = given.index == asked.index && given.width >= asked.width;
                if !self.extends || !fits || self.unchecked_above(asked.index).is_some() {
                    return Err(unasked());
                }
                self.accept_bundle(asked, given, bytes)
            }
        }
    }

    fn next_bundle(&self) -> u64 {
        self.edge.size() / u64::from(TILE_WIDTH)
    }

    /// The tiles that the first step reads and that are not there yet.
    fn lacking(&self) -> Vec<TileId> {
        let mut lacking = BTreeMap::new();
        // Which tiles are read depends on sizes only, so those that are absent can be anything for now.
        let read = |level: u8, index: u64, width: u16| -> Result<Vec<Hash>, LogError> {
            let tile = TileId { level, index, width };
            if self.known(tile).is_none() {
                let wider = lacking.entry((level, index)).or_insert(width);
                *wider = width.max(*wider);
            }
            Ok(vec![self.target.root; usize::from(width)])
        };
        // Sizes were compared in the beginning, and no read fails: there is no error to come.
        let _ = self.extension(read);
        lacking
            .into_iter()
            .map(|((level, index), width)| TileId { level, index, width })
            .collect()
    }

    /// Root of the target, root at the stored size, and the proof between them, from tiles.
    fn extension(
        &self,
        mut read: impl FnMut(u8, u64, u16) -> Result<Vec<Hash>, LogError>,
    ) -> Result<(Hash, Hash, Vec<Hash>), LogError> {
        let (old, new) = (self.edge.size(), self.target.size);
        let root = root_from_tiles(new, &mut read)?;
        let old_root = root_from_tiles(old, &mut read)?;
        let path = consistency_proof(old, new, &mut read)?;
        Ok((root, old_root, path))
    }

    fn known(&self, tile: TileId) -> Option<&[Hash]> {
        let hashes = self.tiles.get(&(tile.level, tile.index))?;
        hashes.get(..usize::from(tile.width))
    }

    fn keep_tile(&mut self, asked: TileId, given: TileId, bytes: &[u8]) -> Result<(), LogError> {
        let mut hashes = decode_tile(given, bytes)?;
        hashes.truncate(usize::from(asked.width));
        self.tiles.insert((asked.level, asked.index), hashes);
        Ok(())
    }

    /// Ends the first step, when all its tiles are there.
    fn prove_extension(&mut self) -> Result<Accepted, LogError> {
        let (old, new) = (self.edge.size(), self.target.size);
        let proven = self
            .extension(|level, index, width| {
                let tile = TileId { level, index, width };
                Ok(self.known(tile).unwrap_or_default().to_vec())
            })
            .and_then(|(root, old_root, path)| {
                if root != self.target.root {
                    return Err(LogError::RootMismatch {
                        computed: root,
                        expected: self.target.root,
                    });
                }
                verify_consistency(old, old_root, new, root, &path)?;
                Ok((old_root, path))
            });
        match proven {
            Ok((root, path)) if root != self.edge.root() => {
                self.tiles.clear();
                Ok(Accepted::Rewritten { root, path })
            }
            Ok(_) => {
                // What is not at the right edge was only good for the proof.
                let size = self.target.size;
                self.tiles.retain(|(level, index), hashes| {
                    let edge = TileId::in_tree(*level, *index, size);
                    edge.is_some_and(|edge| edge.is_partial() && usize::from(edge.width) == hashes.len())
                });
                self.extends = true;
                Ok(Accepted::Tile)
            }
            Err(error) => {
                self.tiles.clear();
                Err(error)
            }
        }
    }

    /// The highest tile above a bundle that has not been checked; none if the bundle can be.
    fn unchecked_above(&self, bundle: u64) -> Option<TileId> {
        let id = BundleId::in_tree(bundle, self.target.size)?;
        if id.is_partial() {
            return None;
        }
        let mut index = bundle;
        let mut unchecked = None;
        for level in 1..=8 {
            index /= u64::from(TILE_WIDTH);
            let tile = TileId::in_tree(level, index, self.target.size)?;
            if self.known(tile).is_some() {
                return unchecked;
            }
            unchecked = Some(tile);
        }
        unchecked
    }

    /// The hash at a place of a level, from a tile that was checked.
    fn hash_at(&self, level: u8, position: u64) -> Option<Hash> {
        let width = u64::from(TILE_WIDTH);
        let hashes = self.tiles.get(&(level, position / width))?;
        hashes.get(usize::try_from(position % width).ok()?).copied()
    }

    /// Checks a full tile by its parent, and keeps it while it is above the next bundle.
    fn check_tile(&mut self, asked: TileId, given: TileId, bytes: &[u8]) -> Result<(), LogError> {
        let hashes = decode_tile(given, bytes)?;
        let parent = self.hash_at(asked.level + 1, asked.index);
        if parent.is_none() || perfect_root(&hashes) != parent {
            return Err(LogError::TileForeign { tile: asked });
        }
        self.tiles.insert((asked.level, asked.index), hashes);
        Ok(())
    }

    fn accept_bundle(
        &mut self,
        asked: BundleId,
        given: BundleId,
        bytes: &[u8],
    ) -> Result<Accepted, LogError> {
        let mut entries = decode_bundle(bytes, given.width)?;
        entries.truncate(usize::from(asked.width));
        let leaves: Vec<Hash> = entries.iter().map(leaf_hash_of).collect();
        let belongs = if asked.is_partial() {
            self.tiles.get(&(0, asked.index)) == Some(&leaves)
        } else {
            let above = self.hash_at(1, asked.index);
            above.is_some() && perfect_root(&leaves) == above
        };
        if !belongs {
            return Err(LogError::BundleForeign { bundle: asked });
        }
        let first = self.edge.size();
        let stored = usize::try_from(first % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
        let writes = append_batch(&self.edge, leaves.get(stored..).unwrap_or_default())?;
        if writes.edge.size() == self.target.size && writes.edge.root() != self.target.root {
            // The store does not hold what its edge says.
            return Err(LogError::RootMismatch {
                computed: writes.edge.root(),
                expected: self.target.root,
            });
        }
        self.edge = writes.edge.clone();
        self.forget_passed();
        Ok(Accepted::Entries(Box::new(Entries {
            first,
            entries: entries.into_iter().skip(stored).map(<[u8]>::to_vec).collect(),
            writes,
            complete: self.is_complete(),
        })))
    }

    /// Drops full tiles that no bundle to come is below.
    fn forget_passed(&mut self) {
        let next = self.next_bundle();
        self.tiles.retain(|(level, index), hashes| {
            let span = u64::from(TILE_WIDTH).checked_pow(u32::from(*level));
            let end = span.and_then(|span| span.checked_mul(index + 1));
            hashes.len() < usize::from(TILE_WIDTH) || end.is_none_or(|end| end > next)
        });
    }
}

fn leaf_hash_of(entry: &&[u8]) -> Hash {
    leaf_hash(entry)
}

/// Whether a tile that was given can stand for the one asked for: the same, or a wider one at its place.
fn serves(given: TileId, asked: TileId) -> bool {
    (given.level, given.index) == (asked.level, asked.index) && given.width >= asked.width
}

#[cfg(test)]
#[path = "mirror_tests.rs"]
mod tests;
