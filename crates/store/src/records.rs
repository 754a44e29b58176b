//! What the store takes and gives.

/// The state of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Origin line of the log.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root hash of the tree of that size.
    pub root: [u8; 32],
    /// The signed checkpoint of that size (note text).
    pub checkpoint: Vec<u8>,
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
    /// The size the log must have now (compare and set).
    pub expected_size: u64,
    /// Entries from `expected_size` on.
    pub entries: Vec<NewEntry<'a>>,
    /// Tiles that the entries change.
    pub tiles: Vec<TileRow>,
    /// Root after the entries.
    pub root: [u8; 32],
    /// Signed checkpoint after the entries.
    pub checkpoint: &'a [u8],
    /// Recorded time, milliseconds since the Unix epoch.
    pub recorded_ms: i64,
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
    /// The checkpoint as the log signed it, with the cosignature.
    pub note: String,
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
