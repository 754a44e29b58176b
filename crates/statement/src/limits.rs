//! Named limits of what can be said, with their units.

/// Largest statement in bytes: an entry of the log (tlog-tiles bundles carry a 16-bit length).
pub const STATEMENT_BYTES_MAX: usize = 65_535;

/// Largest payload in bytes that is put inside a statement; a larger one becomes a blob.
pub const INLINE_PAYLOAD_BYTES_MAX: usize = 32 * 1024;

/// Largest blob in bytes.
pub const BLOB_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Most rows of one `statistic` payload.
pub const STATISTIC_ROWS_MAX: usize = 50_000;

/// Longest free-text field (note, description) in bytes.
pub const TEXT_BYTES_MAX: usize = 4_000;

/// Longest name, key or URI in bytes.
pub const NAME_BYTES_MAX: usize = 300;

/// Most owners, processes, actors, commodities or affected countries of one payload.
pub const LIST_ITEMS_MAX: usize = 64;

/// Most members of one charter.
pub const MEMBERS_MAX: usize = 64;
