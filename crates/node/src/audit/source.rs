//! Where a log is read: by the addresses of C2SP tlog-tiles, wherever it lies.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use didymium_log::Hash;
use didymium_log::tile::{BundleId, MAX_ENTRY_BYTES, TILE_WIDTH, TileId, decode_bundle};
use didymium_statement::Digest;
use didymium_statement::limits::{BLOB_BYTES_MAX, CHARTER_BYTES_MAX, CHARTER_CHAIN_BYTES_MAX};
use didymium_store::{Grade, ScannedEntry, SqliteStore, Store as _};

use super::Budget;
use crate::evidence::EVIDENCE_A_LOG_MAX;
use crate::folder::{CHAIN_FILE, CHARTER_FILE};
use crate::held::HeldLog;
use crate::{NodeError, NodeResult};

/// Largest checkpoint taken, bytes.
const CHECKPOINT_BYTES_MAX: usize = 64 * 1024;
/// Largest tile, bytes.
const TILE_BYTES_MAX: usize = TILE_WIDTH as usize * 32;
/// Largest entry bundle, bytes.
const BUNDLE_BYTES_MAX: usize = TILE_WIDTH as usize * (MAX_ENTRY_BYTES + 2);

/// Largest evidence taken, bytes: two notes and a proof.
const EVIDENCE_BYTES_MAX: usize = 256 * 1024;

/// An entry that is read, with what a store keeps beside it.
#[derive(Debug, Clone, Copy)]
pub struct ReadEntry<'a> {
    /// Index in the log.
    pub index: u64,
    /// The statement.
    pub bytes: &'a [u8],
    /// The row of a store, where it comes from one.
    pub stored: Option<ScannedEntry<'a>>,
}

/// A log that can be read. Nothing of what it answers is believed. Every method blocks, and several threads may call.
pub trait LogSource: Sync {
    /// The bytes at an address of the log, such as `tile/0/000`; absent if there are none.
    ///
    /// # Errors
    /// If the place cannot be read, answers with more than `bytes_max`, or a bound of the audit is reached; as for every
    /// method here.
    fn get(&self, path: &str, bytes_max: usize) -> NodeResult<Option<Vec<u8>>>;

    /// The charter that lies beside the log: the chain of all versions where there is one, else a version alone.
    fn charter(&self) -> NodeResult<Option<Vec<u8>>>;

    /// Where it is, for people.
    fn place(&self) -> String;

    /// How many threads may read it at once.
    fn threads(&self) -> usize {
        std::thread::available_parallelism().map_or(1, |cores| cores.get().min(8))
    }

    /// The signed checkpoint.
    fn checkpoint(&self) -> NodeResult<Option<Vec<u8>>> {
        self.get("checkpoint", CHECKPOINT_BYTES_MAX)
    }

    /// What is told or kept here as evidence that the log contradicts itself.
    fn evidence(&self) -> NodeResult<Vec<Vec<u8>>> {
        let told = self.get("evidence", EVIDENCE_BYTES_MAX)?;
        Ok(told.into_iter().collect())
    }

    /// The bytes of a blob.
    fn blob(&self, digest: &Digest) -> NodeResult<Option<Vec<u8>>> {
        self.get(&format!("blob/{digest}"), BLOB_BYTES_MAX)
    }

    /// The bytes of a tile; where only the full one is there, its first hashes.
    fn tile(&self, id: TileId) -> NodeResult<Option<Vec<u8>>> {
        if let Some(bytes) = self.get(&id.path(), TILE_BYTES_MAX)? {
            return Ok(Some(bytes));
        }
        if !id.is_partial() {
            return Ok(None);
        }
        let full = TileId {
            width: TILE_WIDTH,
            ..id
        };
        let bytes = self.get(&full.path(), TILE_BYTES_MAX)?;
        let bytes = bytes.filter(|bytes| bytes.len() == TILE_BYTES_MAX);
        Ok(bytes.map(|mut bytes| {
            bytes.truncate(usize::from(id.width) * 32);
            bytes
        }))
    }

    /// Visits the entries of a bundle in order; says how many there are.
    fn entries(&self, id: BundleId, visit: &mut dyn FnMut(ReadEntry<'_>)) -> NodeResult<u64> {
        let (bytes, width) = match self.get(&id.path(), BUNDLE_BYTES_MAX)? {
            Some(bytes) => (bytes, id.width),
            None if id.is_partial() => {
                let full = BundleId {
                    width: TILE_WIDTH,
                    ..id
                };
                match self.get(&full.path(), BUNDLE_BYTES_MAX)? {
                    Some(bytes) => (bytes, TILE_WIDTH),
                    None => return Ok(0),
                }
            }
            None => return Ok(0),
        };
        let first = id.index * u64::from(TILE_WIDTH);
        let entries = decode_bundle(&bytes, width)?;
        for (index, bytes) in (first..).zip(entries.iter().take(usize::from(id.width))) {
            visit(ReadEntry {
                index,
                bytes,
                stored: None,
            });
        }
        Ok(u64::from(id.width))
    }
}

/// Reads tiles of a tree of `size` entries for the functions of [`didymium_log::tree`], whatever width they ask for.
pub fn read_tiles(
    source: &dyn LogSource,
    size: u64,
) -> impl FnMut(u8, u64, u16) -> NodeResult<Vec<Hash>> + '_ {
    move |level, index, _| {
        let Some(id) = TileId::in_tree(level, index, size) else {
            return Ok(Vec::new());
        };
        let bytes = source.tile(id)?.unwrap_or_default();
        Ok(bytes.as_chunks::<32>().0.iter().copied().map(Hash).collect())
    }
}

/// A folder of static files as a plain download of a tlog-tiles log makes it; `charter.chain` or `charter.cose`, and `blob/…`, may lie in it.
#[derive(Debug)]
pub struct FolderSource {
    dir: PathBuf,
    budget: Arc<Budget>,
}

impl FolderSource {
    /// The log in a folder.
    pub fn new(dir: &Path, budget: Arc<Budget>) -> Self {
        Self {
            dir: dir.to_owned(),
            budget,
        }
    }

    fn read(&self, path: &str, bytes_max: usize) -> NodeResult<Option<Vec<u8>>> {
        let path = self.dir.join(path);
        let read = std::fs::metadata(&path).and_then(|meta| {
            if meta.len() > bytes_max as u64 {
                let reason = format!("it has {} bytes, {bytes_max} are the limit", meta.len());
                return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, reason));
            }
            std::fs::read(&path)
        });
        match read {
            Ok(bytes) => {
                self.budget.spend(bytes.len())?;
                Ok(Some(bytes))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(NodeError::io(path)(error)),
        }
    }
}

impl LogSource for FolderSource {
    fn get(&self, path: &str, bytes_max: usize) -> NodeResult<Option<Vec<u8>>> {
        self.read(path, bytes_max)
    }

    fn charter(&self) -> NodeResult<Option<Vec<u8>>> {
        if let Some(chain) = self.read(CHAIN_FILE, CHARTER_CHAIN_BYTES_MAX)? {
            return Ok(Some(chain));
        }
        self.read(CHARTER_FILE, CHARTER_BYTES_MAX)
    }

    fn place(&self) -> String {
        self.dir.display().to_string()
    }
}

/// A log in a node's store, read beside whoever writes it.
pub struct StoreSource {
    dir: PathBuf,
    store: Arc<SqliteStore>,
    log: HeldLog,
    budget: Arc<Budget>,
}

impl StoreSource {
    /// The log of an origin in the store of a folder.
    pub fn new(dir: &Path, store: Arc<SqliteStore>, origin: &str, budget: Arc<Budget>) -> Self {
        let log = HeldLog::new(Arc::clone(&store) as Arc<dyn didymium_store::Store>, origin);
        Self {
            dir: dir.to_owned(),
            store,
            log,
            budget,
        }
    }

    /// The store.
    pub fn store(&self) -> &SqliteStore {
        &self.store
    }

    /// The log in it.
    pub const fn log(&self) -> &HeldLog {
        &self.log
    }
}

impl LogSource for StoreSource {
    fn get(&self, path: &str, _bytes_max: usize) -> NodeResult<Option<Vec<u8>>> {
        let bytes = match path.parse::<TileId>() {
            Ok(id) => self.log.tile(id)?,
            Err(_) => None,
        };
        self.budget.spend(bytes.as_ref().map_or(0, Vec::len))?;
        Ok(bytes)
    }

    /// The head, with the cosignatures that were gathered for its text.
    fn checkpoint(&self) -> NodeResult<Option<Vec<u8>>> {
        let Some(head) = self.log.head()? else {
            return Ok(None);
        };
        let cosigned = self.store.published(self.log.origin(), Grade::Cosigned)?;
        let text = |note: &[u8]| {
            let end = note.windows(2).rposition(|pair| pair == b"\n\n")?;
            Some(note[..end].to_vec())
        };
        let of_head = head.checkpoint.as_deref().and_then(text);
        Ok(match cosigned {
            Some(cosigned) if of_head.is_some() && text(cosigned.note.as_bytes()) == of_head => {
                Some(cosigned.note.into_bytes())
            }
            _ => head.checkpoint,
        })
    }

    fn evidence(&self) -> NodeResult<Vec<Vec<u8>>> {
        let kept = self.store.evidence(self.log.origin(), EVIDENCE_A_LOG_MAX)?;
        Ok(kept.into_iter().map(|record| record.bytes).collect())
    }

    fn blob(&self, digest: &Digest) -> NodeResult<Option<Vec<u8>>> {
        let bytes = self.store.blob(digest.as_bytes())?;
        self.budget.spend(bytes.as_ref().map_or(0, Vec::len))?;
        Ok(bytes)
    }

    fn entries(&self, id: BundleId, visit: &mut dyn FnMut(ReadEntry<'_>)) -> NodeResult<u64> {
        let first = id.index * u64::from(TILE_WIDTH);
        let (mut found, mut read) = (0, 0);
        let to = first + u64::from(id.width);
        self.store
            .scan_entries(self.log.origin(), first, to, &mut |entry| {
                found += 1;
                read += entry.bytes.len();
                visit(ReadEntry {
                    index: entry.index,
                    bytes: entry.bytes,
                    stored: Some(entry),
                });
            })?;
        self.budget.spend(read)?;
        Ok(found)
    }

    fn charter(&self) -> NodeResult<Option<Vec<u8>>> {
        Ok(Some(crate::folder::charter::read(&self.dir)?.to_bytes()?))
    }

    fn place(&self) -> String {
        self.dir.display().to_string()
    }
}
