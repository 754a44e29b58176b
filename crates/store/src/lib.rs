//! Floor 5: the one place that touches storage.
//!
//! A node keeps everything in one SQLite file, `node.db`, in a folder that one process at a time may hold. WAL with
//! `synchronous=FULL`: what [`Store::commit`] has answered survives a crash of process, system or power. Migrations run
//! forward only.
//!
//! | table | trusted? | what its loss or change costs |
//! |---|---|---|
//! | `log`, `entry` of this member | yes, it is the member's word | the log: restore from a mirror |
//! | `log`, `entry` of others | no, verified before it is written and again when served | fetched again |
//! | `tile` | derived from `entry` | rebuilt |
//! | `evidence` | no, it verifies by itself | found again, or read from the others' logs |
//! | `blob` | no, named by its SHA-256 | fetched again, or the twin says *incomplete* |

mod connection;
mod error;
mod lock;
mod records;
mod scan;
mod sqlite;

pub use error::StoreError;
pub use lock::FolderLock;
pub use records::{
    Batch, Cosigned, EntryRecord, EvidenceRecord, Grade, Head, NewEntry, Place, Published, TileRow,
};
pub use scan::ScannedEntry;
pub use sqlite::{SqliteStore, StoreOptions};

/// Result of a store's operation.
pub type StoreResult<T> = Result<T, StoreError>;

/// What a node needs of its storage, and no more, so that another engine can replace SQLite.
pub trait Store: Send + Sync {
    /// Heads of all logs held, by origin.
    ///
    /// # Errors
    /// Any storage error, as for every method here.
    fn heads(&self) -> StoreResult<Vec<Head>>;

    /// Head of one log; absent before its first commit.
    fn head(&self, origin: &str) -> StoreResult<Option<Head>>;

    /// Writes entries, tiles and the new head in one durable transaction, if the log still stands at
    /// `batch.expected_size`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it does not; [`StoreError::DiskFull`] if there is no room. Nothing is written then.
    fn commit(&self, batch: &Batch<'_>) -> StoreResult<()>;

    /// At most `limit` entries of a log from index `from`, in order.
    fn entries(&self, origin: &str, from: u64, limit: u32) -> StoreResult<Vec<EntryRecord>>;

    /// Where a statement stands: one place a log at most.
    fn find(&self, statement: &[u8; 32]) -> StoreResult<Vec<Place>>;

    /// Index of each of these statements in one log, absent where it is not there; all as of one moment.
    fn find_in(&self, origin: &str, statements: &[&[u8; 32]]) -> StoreResult<Vec<Option<u64>>>;

    /// Stored hashes of a tile (32 bytes each, partial tiles shorter).
    fn tile(&self, origin: &str, level: u8, index: u64) -> StoreResult<Option<Vec<u8>>>;

    /// Keeps a blob under its digest. The caller has computed or checked the digest.
    fn put_blob(&self, digest: &[u8; 32], bytes: &[u8]) -> StoreResult<()>;

    /// A blob's bytes.
    fn blob(&self, digest: &[u8; 32]) -> StoreResult<Option<Vec<u8>>>;

    /// Entries of a log that name a blob, in order: at most `limit`.
    fn carriers(&self, origin: &str, digest: &[u8; 32], limit: u32) -> StoreResult<Vec<EntryRecord>>;

    /// Removes a blob (erasure, or a test that withholds one).
    fn delete_blob(&self, digest: &[u8; 32]) -> StoreResult<()>;

    /// Blobs that entries name and that are not here, each with one entry that names it: at most `limit`.
    fn missing_blobs(&self, limit: u32) -> StoreResult<Vec<([u8; 32], Place)>>;

    /// Removes blobs that no entry names, left by an import that was cut off; says how many.
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

    /// Bytes that the disk under the store has left for this process.
    fn free_bytes(&self) -> StoreResult<u64>;
}
