//! Every entry once: hashed anew, held against the tiles, and all of them led to one root. Several threads share the
//! bundles; what each finds is put together in the order of the log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use didymium_log::Hash;
use didymium_log::hash::leaf_hash;
use didymium_log::tile::{BundleId, TILE_WIDTH, TileId, decode_tile};
use didymium_log::tree::{Rebuilt, full_tile_root};
use didymium_statement::Digest;

use super::Watch;
use super::budget::Budget;
use super::report::Faults;
use super::rules::{Accusation, Rules};
use super::source::{LogSource, ReadEntry};
use crate::{NodeError, NodeResult};

/// Bundles that a thread takes at a time.
const BUNDLES_A_TURN: u64 = 16;
/// Bundles of which nothing is there before a walk ends: a signed size may be anything, and the answer is known.
const ABSENT_BUNDLES_MAX: u64 = 64;

/// Which statement stands where, in 16 bytes: enough to find what may stand twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// First 8 bytes of the statement's name for a store, whose index goes by it; of the leaf's hash elsewhere.
    pub(super) prefix: u64,
    /// Row in a store, index elsewhere.
    pub(super) place: u64,
}

/// What a walk over a log has found.
#[derive(Default)]
pub(super) struct Walked {
    /// Root of the entries; absent if some are not there.
    pub(super) root: Option<Hash>,
    /// Entries that are not there, are not the leaves of their tile, or cannot be read.
    pub(super) entries: Faults,
    /// Tiles that are not there or not those of the entries.
    pub(super) tiles: Faults,
    /// Rows whose deduplication key or blob is not that of their entry.
    pub(super) rows: Faults,
    /// Entries whose envelope, issuer, key or signature is wrong.
    pub(super) statements: Faults,
    /// Entries whose key had ended before them, or came after: they stand in the tree and count nowhere.
    pub(super) ended: Faults,
    /// Whether the first entry is among those withheld.
    pub(super) genesis_withheld: bool,
    /// Whether the first entry founds the log.
    pub(super) founded: bool,
    /// What is wrong with the genesis.
    pub(super) genesis: Faults,
    /// Statements that accuse a log without proof.
    pub(super) accusations: Faults,
    /// Accusations by heads that show nothing since their key was revoked.
    pub(super) settled: Faults,
    /// Accusations that are proven.
    pub(super) proven: Vec<Accusation>,
    /// Keys of all entries, ascending.
    pub(super) keys: Vec<Key>,
    /// Bundles that are not for who reads: they stand in the tree by the hashes of their tiles.
    pub(super) withheld: Faults,
    /// Entries in them.
    pub(super) entries_withheld: u64,
    /// Blobs that entries name, each with the first that does.
    pub(super) blobs: BTreeMap<Digest, u64>,
    /// Statements by kind, where they were decoded.
    pub(super) kinds: BTreeMap<String, u64>,
    /// Entries that were decoded and verified.
    pub(super) verified: u64,
}

/// What is walked, and how.
pub(super) struct Walk<'a> {
    pub(super) source: &'a dyn LogSource,
    /// Entries to walk.
    pub(super) size: u64,
    pub(super) rules: &'a Rules<'a>,
    /// Whether every entry is decoded and verified, or the first alone.
    pub(super) signatures: bool,
    pub(super) budget: &'a Budget,
    pub(super) watch: &'a dyn Watch,
}

/// What one thread has found.
#[derive(Default)]
struct Share {
    found: Walked,
    /// Roots of full bundles, by the bundle's index.
    roots: Vec<(u64, Hash)>,
    /// Leaf hashes of the partial bundle.
    last: Vec<Hash>,
    /// Bundles of which nothing was there.
    absent: u64,
}

impl Share {
    /// Gives the leaves of a bundle their place in the tree.
    fn place(&mut self, id: BundleId, leaves: Vec<Hash>) {
        match full_tile_root(&leaves) {
            Some(root) => self.roots.push((id.index, root)),
            None => self.last = leaves,
        }
    }
}

/// The tile of a bundle's hashes.
const fn leaf_tile(id: BundleId) -> TileId {
    TileId {
        level: 0,
        index: id.index,
        width: id.width,
    }
}

/// The bytes by which keys are compared first.
fn key_prefix(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}

impl Walk<'_> {
    /// Walks the log.
    ///
    /// # Errors
    /// If the source cannot be read, or a bound is reached.
    pub(super) fn run(&self) -> NodeResult<Walked> {
        let bundles = self.size.div_ceil(u64::from(TILE_WIDTH));
        let turns = bundles.div_ceil(BUNDLES_A_TURN);
        let threads = self
            .source
            .threads()
            .min(usize::try_from(turns).unwrap_or(usize::MAX));
        let (next, stop, done) = (AtomicU64::new(0), AtomicBool::new(false), AtomicU64::new(0));
        let shares: Vec<NodeResult<Share>> = std::thread::scope(|scope| {
            let work = || {
                let share = self.share(bundles, &next, &stop, &done);
                stop.fetch_or(share.is_err(), Ordering::Relaxed);
                share
            };
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let own = work();
            let joined = others.into_iter().map(|thread| match thread.join() {
                Ok(share) => share,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            std::iter::once(own).chain(joined).collect()
        });
        self.put_together(shares)
    }

    /// The work of one thread: turns of a few bundles, until there are none.
    fn share(
        &self,
        bundles: u64,
        next: &AtomicU64,
        stop: &AtomicBool,
        done: &AtomicU64,
    ) -> NodeResult<Share> {
        let mut share = Share::default();
        while !stop.load(Ordering::Relaxed) {
            let first = next.fetch_add(BUNDLES_A_TURN, Ordering::Relaxed);
            if first >= bundles {
                break;
            }
            self.budget.check_time()?;
            let mut walked = 0;
            for index in first..bundles.min(first + BUNDLES_A_TURN) {
                if let Some(id) = BundleId::in_tree(index, self.size) {
                    self.bundle(id, &mut share)?;
                    walked += u64::from(id.width);
                }
            }
            if share.absent > ABSENT_BUNDLES_MAX {
                stop.store(true, Ordering::Relaxed);
            }
            let done = done.fetch_add(walked, Ordering::Relaxed) + walked;
            self.watch.entries(done, self.size);
        }
        Ok(share)
    }

    /// One bundle and its level-0 tile.
    fn bundle(&self, id: BundleId, share: &mut Share) -> NodeResult<()> {
        let first = id.index * u64::from(TILE_WIDTH);
        let mut leaves: Vec<Hash> = Vec::with_capacity(usize::from(id.width));
        let found = &mut share.found;
        let read = self.source.entries(id, &mut |entry| {
            // An entry that is not there leaves those after it without a place.
            if entry.index == first + leaves.len() as u64 {
                let leaf = leaf_hash(entry.bytes);
                self.entry(&entry, leaf, found);
                leaves.push(leaf);
            }
        });
        match read {
            Err(NodeError::PeerRefuses { reason, .. }) => return self.withheld(id, first, &reason, share),
            Err(NodeError::Log(error)) => {
                found.entries.add(first, || format!("{id}: {error}"));
            }
            read => drop(read?),
        }
        let missing = u64::from(id.width) - leaves.len() as u64;
        share.absent += u64::from(leaves.is_empty());
        if missing > 0 {
            let (from, last) = (first + leaves.len() as u64, first + u64::from(id.width) - 1);
            found
                .entries
                .add(from, || format!("entries {from} to {last} are not there ({id})"));
        }
        self.tile(id, first, &leaves, found)?;
        if missing > 0 {
            return Ok(());
        }
        share.place(id, leaves);
        Ok(())
    }

    /// A bundle that is not for who reads: its tile's hashes stand for its entries.
    fn withheld(&self, id: BundleId, first: u64, reason: &str, share: &mut Share) -> NodeResult<()> {
        let found = &mut share.found;
        let last = first + u64::from(id.width) - 1;
        found
            .withheld
            .add(first, || format!("entries {first} to {last}: {reason}"));
        found.entries_withheld += u64::from(id.width);
        found.genesis_withheld |= first == 0;
        let tile = leaf_tile(id);
        let Some(leaves) = self.stored_tile(tile, first, found)? else {
            return Ok(());
        };
        for (place, leaf) in (first..).zip(&leaves) {
            let prefix = key_prefix(leaf.as_bytes());
            found.keys.push(Key { prefix, place });
        }
        share.place(id, leaves);
        Ok(())
    }

    /// One entry, apart from its place in the tree.
    fn entry(&self, entry: &ReadEntry<'_>, leaf: Hash, found: &mut Walked) {
        let index = entry.index;
        let key = match &entry.stored {
            None => Key {
                prefix: key_prefix(leaf.as_bytes()),
                place: index,
            },
            Some(row) => {
                let name = Digest::of(entry.bytes);
                if name.as_bytes() != row.statement {
                    found.rows.add(index, || {
                        format!(
                            "entry {index} is statement {name}, its row says {}",
                            hex::encode(row.statement)
                        )
                    });
                }
                if let Some(blob) = row.blob.and_then(|blob| blob.try_into().ok()) {
                    found.blobs.entry(Digest::from_bytes(blob)).or_insert(index);
                }
                Key {
                    prefix: key_prefix(name.as_bytes()),
                    place: row.row.cast_unsigned(),
                }
            }
        };
        found.keys.push(key);
        if self.signatures || index == 0 {
            self.rules.judge(entry, found);
        }
    }

    /// Holds a level-0 tile against the leaves of its bundle.
    fn tile(&self, id: BundleId, first: u64, leaves: &[Hash], found: &mut Walked) -> NodeResult<()> {
        let tile = leaf_tile(id);
        let Some(hashes) = self.stored_tile(tile, first, found)? else {
            return Ok(());
        };
        for (index, (leaf, said)) in (first..).zip(leaves.iter().zip(&hashes)) {
            if leaf != said {
                let differs = || format!("entry {index} hashes to {leaf}, {tile} says {said}");
                found.tiles.add(index, differs);
            }
        }
        Ok(())
    }

    /// A tile as it is stored; one that is absent or has another length is a fault.
    fn stored_tile(&self, tile: TileId, at: u64, found: &mut Walked) -> NodeResult<Option<Vec<Hash>>> {
        let Some(bytes) = self.source.tile(tile)? else {
            found.tiles.add(at, || format!("{tile} is not there"));
            return Ok(None);
        };
        match decode_tile(tile, &bytes) {
            Ok(hashes) => Ok(Some(hashes)),
            Err(error) => {
                found.tiles.add(at, || error.to_string());
                Ok(None)
            }
        }
    }

    fn put_together(&self, shares: Vec<NodeResult<Share>>) -> NodeResult<Walked> {
        let mut all = Walked::default();
        let mut roots = Vec::new();
        let mut last = Vec::new();
        for share in shares {
            let share = share?;
            roots.extend(share.roots);
            last.extend(share.last);
            all.merge(share.found);
        }
        roots.sort_unstable_by_key(|(index, _)| *index);
        all.keys.sort_unstable();
        all.proven.sort_by_key(|accusation| accusation.index);
        if roots.len() as u64 * u64::from(TILE_WIDTH) + last.len() as u64 == self.size {
            let roots = roots.into_iter().map(|(_, root)| root).collect();
            let rebuilt = Rebuilt::new(roots, last)?;
            all.root = Some(rebuilt.root());
            self.upper_tiles(&rebuilt, &mut all)?;
        }
        Ok(all)
    }

    /// Holds the tiles above level 0 against those of the entries.
    fn upper_tiles(&self, rebuilt: &Rebuilt, found: &mut Walked) -> NodeResult<()> {
        for (tile, computed) in rebuilt.tiles() {
            // Faults of tiles are listed in the order of the entries under them.
            let span = 1_u64.checked_shl(8 * (u32::from(tile.level) + 1)).unwrap_or(0);
            let at = tile.index.saturating_mul(span);
            let Some(hashes) = self.stored_tile(tile, at, found)? else {
                continue;
            };
            let wrong = hashes
                .iter()
                .zip(computed)
                .position(|(said, computed)| said != computed);
            if let Some(place) = wrong {
                found.tiles.add(at, || {
                    format!("hash {place} of {tile} is not that of the entries under it")
                });
            }
        }
        Ok(())
    }

    /// Entries that are the same statement as an earlier one, by comparing those whose keys begin alike.
    ///
    /// # Errors
    /// If the source cannot be read.
    pub(super) fn doubles(
        &self,
        keys: &[Key],
        index_of: impl Fn(u64) -> NodeResult<Option<u64>>,
    ) -> NodeResult<Faults> {
        let mut doubles = Faults::default();
        for alike in keys.chunk_by(|one, next| one.prefix == next.prefix) {
            if alike.len() < 2 {
                continue;
            }
            let mut seen = BTreeMap::new();
            let mut indexes = BTreeSet::new();
            for key in alike {
                indexes.extend(index_of(key.place)?);
            }
            for index in indexes {
                self.budget.check_time()?;
                if let Some(leaf) = self.leaf(index)? {
                    match seen.get(&leaf) {
                        Some(first) => doubles.add(index, || {
                            format!("entry {index} is the same statement as entry {first}")
                        }),
                        None => drop(seen.insert(leaf, index)),
                    }
                }
            }
        }
        Ok(doubles)
    }

    fn leaf(&self, index: u64) -> NodeResult<Option<Hash>> {
        let Some(id) = BundleId::in_tree(index / u64::from(TILE_WIDTH), self.size) else {
            return Ok(None);
        };
        let mut leaf = None;
        let read = self.source.entries(id, &mut |entry| {
            if entry.index == index {
                leaf = Some(leaf_hash(entry.bytes));
            }
        });
        match read {
            // What is withheld stands in the tree by the hash in its tile.
            Err(NodeError::PeerRefuses { .. }) => {
                let place = usize::try_from(index % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
                let tile = leaf_tile(id);
                let bytes = self.source.tile(tile)?.unwrap_or_default();
                let hashes = decode_tile(tile, &bytes).unwrap_or_default();
                Ok(hashes.get(place).copied())
            }
            read => read.map(|_| leaf),
        }
    }
}

impl Walked {
    fn merge(&mut self, other: Self) {
        self.entries.merge(other.entries);
        self.tiles.merge(other.tiles);
        self.rows.merge(other.rows);
        self.statements.merge(other.statements);
        self.ended.merge(other.ended);
        self.genesis.merge(other.genesis);
        self.accusations.merge(other.accusations);
        self.settled.merge(other.settled);
        self.withheld.merge(other.withheld);
        self.entries_withheld += other.entries_withheld;
        self.proven.extend(other.proven);
        self.keys.extend(other.keys);
        for (blob, index) in other.blobs {
            let first = self.blobs.entry(blob).or_insert(index);
            *first = index.min(*first);
        }
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        self.verified += other.verified;
        self.genesis_withheld |= other.genesis_withheld;
        self.founded |= other.founded;
    }
}
