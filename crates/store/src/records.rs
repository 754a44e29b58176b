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
