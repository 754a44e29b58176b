//! Floor 5: the one place that touches storage.
//!
//! A node keeps everything in one SQLite file, `node.db`, in a folder that one process at a time may hold. WAL with
//! `synchronous=FULL`: what [`Store::commit`] has answered survives a crash of process, system or power. Migrations run
//! forward only.
//!
//! A log that is copied from another member may be far longer than what fits in memory, so its entries come in parts: each
//! is *staged* ahead of the head, durably, and the last one moves the head over all of them. Who reads sees the log up to
//! its head and nothing after it; only deduplication and the sweep of blobs look further.
//!
//! | table | trusted? | what its loss or change costs |
//! |---|---|---|
//! | `log`, `entry` of this member | yes, it is the member's word | the log: restore from a mirror |
//! | `log`, `entry` of others | no, verified before it is written and again when served | fetched again |
//! | `tile` | derived from `entry` | rebuilt |
//! | `evidence` | no, it verifies by itself | found again, or read from the others' logs |
//! | `blob` | no, named by its SHA-256 | fetched again, or the twin says *incomplete* |

mod ahead;
mod connection;
mod error;
mod fault;
mod lock;
mod records;
mod scan;
mod sqlite;

pub use error::StoreError;
pub use fault::{Fault, FaultListener};
pub use lock::FolderLock;
pub use records::{
    Ahead, Batch, Cosigned, EntryRecord, EvidenceRecord, Grade, Head, LogEnd, NewEntry, Place, Published,
    Retraction, Staged, TileRow,
};
pub use scan::ScannedEntry;
pub use sqlite::{SqliteStore, StoreOptions};

/// Result of a store's operation.
pub type StoreResult<T> = Result<T, StoreError>;

/// What a node needs of its storage, and no more, so that another engine can replace SQLite.
pub trait Store: Send + Sync {
    /// Heads of all logs held, by origin. A log of which only staged entries are here has none.
    ///
    /// # Errors
    /// Any storage error, as for every method here.
    fn heads(&self) -> StoreResult<Vec<Head>>;

    /// Head of one log; absent before its first commit.
    fn head(&self, origin: &str) -> StoreResult<Option<Head>>;

    /// Writes entries, tiles and the new head in one durable transaction, if the log, with what is staged ahead of its
    /// head, still ends at `batch.expected_size` and its head still has `batch.expected_root`. What was staged is under the
    /// new head then.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it does not; [`StoreError::DiskFull`] if there is no room. Nothing is written then.
    fn commit(&self, batch: &Batch<'_>) -> StoreResult<()>;

    /// Writes entries and tiles ahead of the head in one durable transaction, if the log, with what is staged already, still
    /// ends at `part.expected_next` and its head still has `part.expected_root`. The head stays as it is, and nobody sees them before a commit.
    ///
    /// # Errors
    /// As for [`Store::commit`].
    fn stage(&self, part: &Staged<'_>) -> StoreResult<()>;

    /// What waits ahead of the head of a log; absent if nothing does.
    fn staged(&self, origin: &str) -> StoreResult<Option<Ahead>>;

    /// Forgets what waits ahead of the head of a log, entries and hashes. A crash in the middle leaves less of it waiting.
    fn unstage(&self, origin: &str) -> StoreResult<()>;

    /// Cuts the head of a log back, if it stands where the retraction says; says whether it did. What lies beyond waits ahead
    /// of the head, with nothing that it is copied towards: it is for [`Store::unstage`]. Durable when it returns.
    fn retract(&self, cut: &Retraction<'_>) -> StoreResult<bool>;

    /// Cuts what the witness cosigned last of a log back, as [`Store::retract`] does with its head.
    fn retract_cosigned(&self, cut: &Retraction<'_>) -> StoreResult<bool>;

    /// Stored hashes of a tile, with those of entries that wait ahead of the head.
    fn staged_tile(&self, origin: &str, level: u8, index: u64) -> StoreResult<Option<Vec<u8>>>;

    /// At most `limit` entries of a log from index `from`, in order.
    fn entries(&self, origin: &str, from: u64, limit: u32) -> StoreResult<Vec<EntryRecord>>;

    /// Where a statement stands: one place a log at most.
    fn find(&self, statement: &[u8; 32]) -> StoreResult<Vec<Place>>;

    /// Index of each of these statements in one log, staged entries included, absent where it is not there; all as of one
    /// moment.
    fn find_in(&self, origin: &str, statements: &[&[u8; 32]]) -> StoreResult<Vec<Option<u64>>>;

    /// Stored hashes of a tile of the head's tree (32 bytes each, partial tiles shorter).
    fn tile(&self, origin: &str, level: u8, index: u64) -> StoreResult<Option<Vec<u8>>>;

    /// Keeps a blob under its digest. The caller has computed or checked the digest.
    fn put_blob(&self, digest: &[u8; 32], bytes: &[u8]) -> StoreResult<()>;

    /// A blob's bytes.
    fn blob(&self, digest: &[u8; 32]) -> StoreResult<Option<Vec<u8>>>;

    /// Entries of a log that name a blob, in order: at most `limit`.
    fn carriers(&self, origin: &str, digest: &[u8; 32], limit: u32) -> StoreResult<Vec<EntryRecord>>;

    /// Removes a blob (erasure, or a test that withholds one).
    fn delete_blob(&self, digest: &[u8; 32]) -> StoreResult<()>;

    /// Blobs that entries of one log, or of all, name and that are not here, each with one entry that names it: at most `limit`.
    fn missing_blobs(&self, origin: Option<&str>, limit: u32) -> StoreResult<Vec<([u8; 32], Place)>>;

    /// Removes blobs that no entry names, staged ones included, left by an import that was cut off; says how many.
    fn sweep_blobs(&self) -> StoreResult<u64>;

    /// Replaces the signed checkpoint of a log that stands at this size and root: the same head with other cosignatures.
    fn refresh_checkpoint(
        &self,
        origin: &str,
        size: u64,
        root: &[u8; 32],
        checkpoint: &[u8],
    ) -> StoreResult<()>;

    /// What this member's witness cosigned last, of one log.
    fn cosigned(&self, origin: &str) -> StoreResult<Option<Cosigned>>;

    /// Replaces what the witness cosigned last, if `replaces` (size and root, absent for the first) still stands; says
    /// whether it did. Durable when it returns.
    fn put_cosigned(&self, replaces: Option<(u64, [u8; 32])>, new: &Cosigned) -> StoreResult<bool>;

    /// The newest checkpoint of a grade, absent if there is none.
    fn published(&self, origin: &str, grade: Grade) -> StoreResult<Option<Published>>;

    /// Keeps a checkpoint with its cosignatures, unless a newer one of the grade is there.
    fn put_published(&self, origin: &str, grade: Grade, new: &Published) -> StoreResult<()>;

    /// Keeps evidence against a log; says whether it is new. Durable when it returns.
    fn put_evidence(&self, new: &EvidenceRecord) -> StoreResult<bool>;

    /// The evidence kept against one log, the first found first: at most `limit`.
    fn evidence(&self, origin: &str, limit: u32) -> StoreResult<Vec<EvidenceRecord>>;

    /// Bytes that the store has left: those of the disk under it, or fewer where its own size is limited.
    fn free_bytes(&self) -> StoreResult<u64>;

    /// From now on tells that listener, and no earlier one, of each operation that the disk failed, whoever asked for it.
    /// It is called before the operation answers and must not use the store.
    fn on_fault(&self, listener: FaultListener);
}
