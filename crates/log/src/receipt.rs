//! COSE receipts over the same tree (RFC 9942), for statements registered as in SCITT (RFC 9943).
//!
//! A receipt is a COSE_Sign1 by the log. Its proof stands in the unprotected header, its payload, the root of
//! the tree, is left out: whoever verifies it computes the root from the statement and the proof, and checks
//! the signature over that.
//!
//! | header | label | value |
//! |---|---|---|
//! | protected | 1 | −8, EdDSA |
//! | protected | 4 | thumbprint of the key (RFC 9679) |
//! | protected | 15 | CWT claims: 1 the log's origin, 2 what the statement is about |
//! | protected | 395 | 1, RFC9162_SHA256 |
//! | protected | `didymium-tree-size` | size of the tree |
//! | unprotected | 396 | proofs: −1 inclusion `[size, index, path]`, −2 consistency `[old, new, path]` |
//!
//! RFC 9942 signs the root only. Trees of other sizes can lead to the same root by a path of the same shape,
//! so that size and index could be rewritten by whoever passes the receipt on; hence the signed size. With
//! it, the path decides the index. Receipts without it verify, and say so.
//!
//! The leaf is the statement with an empty unprotected header, so that attaching a receipt to the statement
//! does not change the leaf.

mod issue;
mod keys;
mod statement;
mod verify;

pub use issue::{issue_consistency, issue_inclusion};
pub use keys::{cose_key, cose_key_set, key_in_address, key_thumbprint, parse_key_set};
pub use statement::{attach, receipts_of, registered_bytes, statement_leaf, verify_statement};
pub use verify::{ProvenConsistency, ProvenInclusion, Receipt};

/// Header label of receipts in a statement.
const RECEIPTS: i64 = 394;
/// Header label of the verifiable data structure.
const VDS: i64 = 395;
/// Header label of the proofs.
const VDP: i64 = 396;
/// The verifiable data structure of RFC 9162 with SHA-256.
const RFC9162_SHA256: i64 = 1;
/// Proof type of inclusion.
const INCLUSION: i64 = -1;
/// Proof type of consistency.
const CONSISTENCY: i64 = -2;
/// Header label of CWT claims, and the two claims that receipts have.
const CWT_CLAIMS: i64 = 15;
const ISSUER: i64 = 1;
const SUBJECT: i64 = 2;
/// Header label of the size of the tree, a name of our own.
const TREE_SIZE: &str = "didymium-tree-size";

/// Longest receipt that is read, in bytes.
pub const MAX_RECEIPT_BYTES: usize = 16 * 1024;

/// Longest statement with receipts that is read, in bytes.
pub const MAX_TRANSPARENT_BYTES: usize = 256 * 1024;

/// Most receipts on one statement.
pub const MAX_RECEIPTS: usize = 64;

/// Most proofs in one receipt.
pub const MAX_PROOFS: usize = 8;

/// Media type of a receipt.
pub const RECEIPT_MEDIA_TYPE: &str = "application/scitt-receipt+cose";

/// Media type of a statement, with or without receipts.
pub const STATEMENT_MEDIA_TYPE: &str = "application/scitt-statement+cose";

#[cfg(test)]
mod tests;
