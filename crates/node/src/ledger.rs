//! The member's own log: one writer, and nothing signed that is not computed twice.
//!
//! The order of a commit: refuse what cannot stand, keep the blobs, compute tree and root by two paths, sign, write all
//! in one transaction, and only then answer and tell the others. A crash at any point leaves the log as it was or as it
//! is, and blobs that no entry names are swept at the next start.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use didymium_log::checkpoint::{Checkpoint, sign_checkpoint};
use didymium_log::hash::leaf_hash;
use didymium_log::note::{Signer, Verifier};
use didymium_log::tree::Edge;
use didymium_log::{Hash, tile};
use didymium_statement::{Digest, PayloadRef, Statement, StatementId};
use didymium_store::{Batch, NewEntry, Store, StoreError};

use crate::charter::log_keys;
use crate::clock::Clock;
use crate::gate::{Gate, Passage};
use crate::held::HeldLog;
use crate::{Changed, NodeError, NodeResult};

/// Most entries of one commit of [`Ledger::append`].
pub const BATCH_ENTRIES_MAX: usize = 1_024;

/// Most entries that [`Ledger::append_all_or_nothing`] takes.
pub const IMPORT_ENTRIES_MAX: usize = 100_000;

/// Where a statement stands after an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The statement.
    pub statement: StatementId,
    /// Its index in the log.
    pub index: u64,
    /// Whether this append put it there; false if it stood there before.
    pub fresh: bool,
}

/// A statement to be logged, with the blob it names unless that was handed over before ([`Ledger::keep_blob`]).
pub type Entry = (Statement, Option<Vec<u8>>);

/// The member's own log. Blocking: call it from `spawn_blocking` in async code.
pub struct Ledger {
    store: Arc<dyn Store>,
    log: HeldLog,
    signer: Signer,
    clock: Arc<dyn Clock>,
    changed: Changed,
    gate: Gate,
    /// The compact range, kept beside the stored tiles as the second path to the root. Held by the one writer.
    edge: Mutex<Edge>,
}

impl Ledger {
    /// Opens the log that `signer` names, checks that what is stored fits together, and sweeps blobs of an import that
    /// was cut off. `keys` are those that the log had under earlier versions of the charter: a head that one of them signed
    /// is signed again.
    ///
    /// # Errors
    /// [`NodeError::StoredLog`] if the checkpoint's signature, the root over the tiles, the entries of the last bundle
    /// and the stored head do not agree; [`NodeError::Store`].
    pub fn open(
        store: Arc<dyn Store>,
        signer: Signer,
        keys: &[Verifier],
        clock: Arc<dyn Clock>,
        changed: Changed,
    ) -> NodeResult<Self> {
        let log = HeldLog::new(Arc::clone(&store), signer.name());
        let mut all = vec![signer.verifier()];
        all.extend(keys.iter().cloned());
        let (edge, stale) = check_stored(&log, &all)?;
        // Only copies of others' logs are written ahead of their heads.
        if let Some(ahead) = store.staged(log.origin())? {
            let (first, last) = (ahead.size, ahead.next - 1);
            return Err(NodeError::StoredLog {
                origin: log.origin().to_owned(),
                reason: format!("entries {first} to {last} lie beyond its head"),
            });
        }
        if let Some(head) = stale {
            let again = sign_checkpoint(&head, &signer)?;
            store.refresh_checkpoint(&head.origin, head.size, &head.root.0, again.as_bytes())?;
        }
        match store.sweep_blobs() {
            Ok(0) => {}
            Ok(swept) => tracing::info!(blobs = swept, "swept blobs of an import that was cut off"),
            // Even to delete takes room. A full disk must not keep the node from serving what it holds.
            Err(StoreError::DiskFull) => tracing::warn!(
                "the disk is full: blobs of an import that was cut off stay until the next start; free some room"
            ),
            Err(error) => return Err(error.into()),
        }
        Ok(Self {
            store,
            log,
            signer,
            clock,
            changed,
            gate: Gate::default(),
            edge: Mutex::new(edge),
        })
    }

    /// Whether the log may sign.
    pub const fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Lets nothing more into the log through this writer, and waits for what is under way: another writer takes over.
    pub(crate) fn retire(&self) {
        self.gate.set(Passage::Reopening);
        drop(self.edge.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Signs checkpoints and receipts of the log.
    pub(crate) const fn signer(&self) -> &Signer {
        &self.signer
    }

    /// The log, to read from.
    pub const fn log(&self) -> &HeldLog {
        &self.log
    }

    /// The signed checkpoint of the head, absent before the first entry.
    ///
    /// # Errors
    /// [`NodeError::Store`].
    pub fn checkpoint(&self) -> NodeResult<Option<Vec<u8>>> {
        Ok(self.log.head()?.and_then(|head| head.checkpoint))
    }

    /// Keeps the blob that a statement names, ahead of the append that logs the statement: an import need not hold all
    /// its blobs in memory. A blob whose statement is never logged is swept at the next start.
    ///
    /// # Errors
    /// [`NodeError::BlobUncalled`], [`NodeError::Refused`] if it has another digest, [`NodeError::Store`].
    pub fn keep_blob(&self, statement: &Statement, blob: &[u8]) -> NodeResult<()> {
        let PayloadRef::Blob(digest) = statement.payload else {
            return Err(NodeError::BlobUncalled {
                statement: statement.id(),
            });
        };
        statement
            .payload_bytes(Some(blob))
            .map_err(NodeError::refused(statement.id()))?;
        Ok(self.store.put_blob(digest.as_bytes(), blob)?)
    }

    /// Appends statements that admission let through, [`BATCH_ENTRIES_MAX`] a commit. A statement that stands in the log
    /// already is answered with its first index. What was committed before an error stays.
    ///
    /// # Errors
    /// [`NodeError::BlobAbsent`], [`NodeError::BlobUncalled`], [`NodeError::Refused`], [`NodeError::StoredLog`],
    /// [`NodeError::Store`]; of the commit that fails nothing is written.
    pub fn append(&self, mut entries: Vec<Entry>) -> NodeResult<Vec<Appended>> {
        let mut answers = Vec::with_capacity(entries.len());
        while !entries.is_empty() {
            let rest = entries.split_off(entries.len().min(BATCH_ENTRIES_MAX));
            answers.extend(self.commit(&entries)?);
            entries = rest;
        }
        Ok(answers)
    }

    /// Appends statements in one commit: all of them or, on any error or crash, none.
    ///
    /// # Errors
    /// [`NodeError::TooManyEntries`] above [`IMPORT_ENTRIES_MAX`], and those of [`Ledger::append`].
    pub fn append_all_or_nothing(&self, entries: &[Entry]) -> NodeResult<Vec<Appended>> {
        if entries.len() > IMPORT_ENTRIES_MAX {
            return Err(NodeError::TooManyEntries {
                count: entries.len(),
                max: IMPORT_ENTRIES_MAX,
            });
        }
        self.commit(entries)
    }

    fn commit(&self, entries: &[Entry]) -> NodeResult<Vec<Appended>> {
        let mut edge = self.edge.lock().unwrap_or_else(PoisonError::into_inner);
        let (fresh, answers) = self.places(entries, edge.size())?;
        if fresh.is_empty() {
            return Ok(answers);
        }
        self.gate.pass()?;
        for (statement, blob) in &fresh {
            self.settle_blob(statement, *blob)?;
        }
        let leaves: Vec<Hash> = fresh
            .iter()
            .map(|(statement, _)| leaf_hash(statement.bytes()))
            .collect();
        let growth = self.log.grow(&edge, &leaves)?;
        let head = Checkpoint {
            origin: self.log.origin().to_owned(),
            size: growth.edge.size(),
            root: growth.root,
        };
        let checkpoint = sign_checkpoint(&head, &self.signer)?;
        self.store.commit(&Batch {
            origin: self.log.origin(),
            expected_size: edge.size(),
            expected_root: (edge.size() > 0).then(|| edge.root().0),
            entries: fresh.iter().map(|(statement, _)| new_entry(statement)).collect(),
            tiles: growth.tiles,
            root: head.root.0,
            checkpoint: Some(checkpoint.as_bytes()),
            recorded_ms: self.clock.now_ms(),
        })?;
        *edge = growth.edge;
        drop(edge);
        self.changed.tell();
        Ok(answers)
    }

    /// Which entries are new, and the place of each: one index a statement, the first.
    #[expect(
        clippy::type_complexity,
        reason = "two parallel answers of one pass, used once"
    )]
    fn places<'a>(
        &self,
        entries: &'a [Entry],
        size: u64,
    ) -> NodeResult<(Vec<(&'a Statement, Option<&'a [u8]>)>, Vec<Appended>)> {
        let mut fresh: Vec<(&Statement, Option<&[u8]>)> = Vec::new();
        let mut given: HashMap<StatementId, u64> = HashMap::new();
        let mut answers = Vec::with_capacity(entries.len());
        let ids: Vec<StatementId> = entries.iter().map(|(statement, _)| statement.id()).collect();
        let stood = self.log.find_all(&ids)?;
        for (((statement, blob), id), stood) in entries.iter().zip(ids).zip(stood) {
            let known = stood.or_else(|| given.get(&id).copied());
            let index = known.unwrap_or(size + fresh.len() as u64);
            if known.is_none() {
                fresh.push((statement, blob.as_deref()));
                given.insert(id, index);
            }
            answers.push(Appended {
                statement: id,
                index,
                fresh: known.is_none(),
            });
        }
        Ok((fresh, answers))
    }

    /// A blob is here, under its digest, before any entry names it.
    fn settle_blob(&self, statement: &Statement, blob: Option<&[u8]>) -> NodeResult<()> {
        match (&statement.payload, blob) {
            (_, Some(blob)) => self.keep_blob(statement, blob),
            (PayloadRef::Inline(_) | PayloadRef::Sealed(_), None) => Ok(()),
            (PayloadRef::Blob(digest), None) => match self.store.blob(digest.as_bytes())? {
                Some(_) => Ok(()),
                None => Err(NodeError::BlobAbsent {
                    statement: statement.id(),
                    blob: *digest,
                }),
            },
        }
    }
}

/// A statement as the store takes it.
pub(crate) fn new_entry(statement: &Statement) -> NewEntry<'_> {
    let blob = statement.blob().map(|digest| *digest.as_bytes());
    NewEntry {
        statement: *statement.id().as_bytes(),
        bytes: statement.bytes(),
        blob,
    }
}

/// The compact range of the stored log, after its parts were held against each other; and its head, if not the first of
/// `keys` has signed it.
fn check_stored(log: &HeldLog, keys: &[Verifier]) -> NodeResult<(Edge, Option<Checkpoint>)> {
    let wrong = |reason: String| NodeError::StoredLog {
        origin: log.origin().to_owned(),
        reason,
    };
    let Some(head) = log.head()? else {
        return Ok((Edge::default(), None));
    };
    let note = head.checkpoint.unwrap_or_default();
    let (signed, _, key) = log_keys::open_with(keys, &note, &[])
        .map_err(|error| wrong(format!("its checkpoint is not what this log signed: {error}")))?;
    if (signed.size, signed.root.0) != (head.size, head.root) {
        return Err(wrong(format!(
            "its checkpoint is of size {}, its head of size {}",
            signed.size, head.size
        )));
    }
    let edge = log.edge(head.size).map_err(|error| wrong(error.in_words()))?;
    if edge.root().0 != head.root {
        return Err(wrong(format!(
            "its tiles lead to root {}, its checkpoint says {}",
            edge.root(),
            signed.root
        )));
    }
    if let Some(fault) = check_last_bundle(log, head.size)? {
        return Err(wrong(fault));
    }
    let stale = keys
        .first()
        .is_none_or(|first| (first.name(), first.key_id()) != (key.name(), key.key_id()));
    Ok((edge, stale.then_some(signed)))
}

/// The entries of the last bundle are the leaves of the last level-0 tile.
fn check_last_bundle(log: &HeldLog, size: u64) -> NodeResult<Option<String>> {
    let Some(last) = size.checked_sub(1) else {
        return Ok(None);
    };
    let width = u64::from(tile::TILE_WIDTH);
    let start = last / width * width;
    let entries = log.entries(start, u32::from(tile::TILE_WIDTH))?;
    let Some(id) = tile::TileId::in_tree(0, last / width, size) else {
        return Ok(None);
    };
    let hashes = log
        .tile(id)?
        .map(|bytes| tile::decode_tile(id, &bytes))
        .transpose()?
        .unwrap_or_default();
    let fits = entries.len() as u64 == size - start
        && entries.iter().zip(&hashes).all(|(entry, hash)| {
            leaf_hash(&entry.bytes) == *hash && Digest::of(&entry.bytes).as_bytes() == &entry.statement
        });
    Ok((!fits).then(|| format!("entries {start} to {last} are not the leaves of tile `{id}`")))
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger")
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}
