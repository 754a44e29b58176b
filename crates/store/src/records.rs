//! What the store takes and gives.

use std::fmt;

/// The state of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Origin line of the log.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root hash of the tree of that size.
    pub root: [u8; 32],
    /// The signed checkpoint of that size (note text). Absent after a [`Retraction`], and in
    /// a copy that was taken of one, until the log signs one that counts.
    pub checkpoint: Option<Vec<u8>>,
}

/// What is held of a log, or was cosigned of it, is cut back to a smaller state: no signature that counts goes further, and
/// somebody else than the log vouches for that state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retraction<'a> {
    /// Origin of the log.
    pub origin: &'a str,
    /// Size and root that stand there now.
    pub from: (u64, [u8; 32]),
    /// Size and root that stand there afterwards: of the beginning of the same tree.
    pub to: (u64, [u8; 32]),
}

/// An entry about to be written.
#[derive(Debug, Clone)]
pub struct NewEntry<'a> {
    /// SHA-256 of `bytes`: the statement's name and the deduplication key.
    pub statement: [u8; 32],
    /// The statement.
    pub bytes: &'a [u8],
    /// Digest of the blob that holds its payload, if it is not inside.
    pub blob: Option<[u8; 32]>,
}

/// Hashes of one tile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileRow {
    /// Tile level (0 holds leaf hashes).
    pub level: u8,
    /// Index in the level.
    pub index: u64,
    /// 1 to 256 hashes of 32 bytes.
    pub hashes: Vec<u8>,
}

/// One durable step of one log.
#[derive(Debug, Clone)]
pub struct Batch<'a> {
    /// Origin of the log.
    pub origin: &'a str,
    /// The size the log must have now, staged entries included (compare and set).
    pub expected_size: u64,
    /// The root that its head must have now, absent where no entry is under a head: two histories can have one size.
    pub expected_root: Option<[u8; 32]>,
    /// Entries from `expected_size` on.
    pub entries: Vec<NewEntry<'a>>,
    /// Tiles that the entries change.
    pub tiles: Vec<TileRow>,
    /// Root after the entries.
    pub root: [u8; 32],
    /// Signed checkpoint after the entries; absent where somebody else than the log vouches for that state.
    pub checkpoint: Option<&'a [u8]>,
    /// Recorded time, milliseconds since the Unix epoch.
    pub recorded_ms: i64,
}

/// Entries that go ahead of the head of a log, until a commit moves the head over them.
#[derive(Debug, Clone)]
pub struct Staged<'a> {
    /// Origin of the log.
    pub origin: &'a str,
    /// Where the log must end now: the index after its last entry, staged ones included (compare and set).
    pub expected_next: u64,
    /// The root that the head must have now, as in [`Batch::expected_root`]: what is staged leads on from it.
    pub expected_root: Option<[u8; 32]>,
    /// Entries from `expected_next` on.
    pub entries: Vec<NewEntry<'a>>,
    /// Tiles that the entries change.
    pub tiles: Vec<TileRow>,
    /// The signed checkpoint that the log is being copied up to.
    pub pending: &'a [u8],
    /// Recorded time, milliseconds since the Unix epoch.
    pub recorded_ms: i64,
}

/// Where a log ends, and which one of all logs of that size it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogEnd {
    /// The index after its last entry, staged ones included.
    pub next: u64,
    /// Root of its head; absent where no entry is under a head.
    pub root: Option<[u8; 32]>,
}

impl fmt::Display for LogEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.root {
            Some(root) => write!(f, "{} after root {}", self.next, hex::encode(root)),
            None => write!(f, "{} without a head", self.next),
        }
    }
}

/// What waits ahead of the head of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    /// Size of the head, 0 before the first commit.
    pub size: u64,
    /// The index after the last entry that waits.
    pub next: u64,
    /// The signed checkpoint that the log is being copied up to. Absent where entries lie beyond the head that nobody
    /// staged.
    pub pending: Option<Vec<u8>>,
}

/// An entry read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRecord {
    /// Index in its log.
    pub index: u64,
    /// SHA-256 of `bytes`.
    pub statement: [u8; 32],
    /// The statement.
    pub bytes: Vec<u8>,
    /// Digest of its blob, if any.
    pub blob: Option<[u8; 32]>,
    /// Recorded time, milliseconds since the Unix epoch.
    pub recorded_ms: i64,
}

/// Where a statement stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Origin of the log.
    pub origin: String,
    /// Index in it.
    pub index: u64,
    /// The statement.
    pub statement: [u8; 32],
}

/// What a witness cosigned last, of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// Origin of the log.
    pub origin: String,
    /// Size of the tree.
    pub size: u64,
    /// Root of the tree.
    pub root: [u8; 32],
    /// When it was cosigned, seconds since the Unix epoch.
    pub unix_seconds: u64,
    /// The checkpoint as the log signed it, with the cosignature. Absent after a [`Retraction`].
    pub note: Option<String>,
}

/// How far a checkpoint of this member's own log has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// Some witnesses have cosigned it.
    Cosigned,
    /// As many as the charter asks for have.
    Witnessed,
}

impl Grade {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Cosigned => "cosigned",
            Self::Witnessed => "witnessed",
        }
    }
}

/// A checkpoint with cosignatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Size of the tree.
    pub size: u64,
    /// The signed note.
    pub note: String,
}

/// What shows that a log contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRecord {
    /// SHA-256 of `bytes`.
    pub digest: [u8; 32],
    /// Origin of the log that it is about.
    pub origin: String,
    /// The evidence, as the log crate writes it.
    pub bytes: Vec<u8>,
    /// When this node first had it, milliseconds since the Unix epoch.
    pub found_ms: i64,
}
