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

/// Largest charter in bytes, signatures included.
pub const CHARTER_BYTES_MAX: usize = 256 * 1024;

/// Most signatures of one charter: every member may sign with an old and a new key, twice over.
pub const CHARTER_SIGNATURES_MAX: usize = 4 * MEMBERS_MAX;

/// Most statement keys that a member may have at one time.
pub const STATEMENT_KEYS_MAX: usize = 8;

/// Most keys that one version of the charter retires, and most that it revokes.
pub const KEYS_ENDED_MAX: usize = 4 * MEMBERS_MAX;

/// Longest reason of a revocation in bytes.
pub const REASON_BYTES_MAX: usize = 500;

/// Most versions of one club's charter.
pub const CHARTER_VERSIONS_MAX: usize = 1_000;

/// Largest chain of all versions of a charter in bytes.
pub const CHARTER_CHAIN_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Most proposals for the next version that are open at one time.
pub const CHARTER_PROPOSALS_MAX: usize = 16;
