//! Floor 2: everything that can be said in the club.
//!
//! A *statement* is a COSE_Sign1 (RFC 9052) by its author, named by the SHA-256 of its bytes. Its protected header
//! carries who says it and about what (CWT claims), which kind and version it is (content type), the days it is about
//! (valid time) and who may read it (visibility). A payload too large for a log entry is carried by digest (COSE hash
//! envelope) and travels as a content-addressed blob.
//!
//! This floor does no I/O: keys, bytes and time come from the caller.

mod charter;
mod envelope;
mod error;
mod id;
mod keys;
mod kind;
pub mod limits;
pub mod payload;
mod schema;
mod sealed;
mod sign1;
mod transport;
mod visibility;

pub use charter::{
    Change, Charter, CharterAction, CharterEvent, CharterFork, CharterId, CharterLog, CharterSignature,
    CharterVersion, Count, KeyPurpose, KeyTerm, LogHead, LogOrigin, Member, MemberKeys, Proposal, Retirement,
    Revocation, Role, SignedCharter, StatementTerms, Succession, Tally, changes,
};
pub use envelope::{Draft, PayloadRef, Statement, ValidTime};
pub use error::StatementError;
pub use id::{Digest, StatementId};
pub use keys::{KeyId, StatementKey, StatementSigner};
pub use kind::{Kind, KindVersion};
pub use schema::{json_schema, published_kinds, schemas_digest};
pub use sealed::{Commitment, Opening, Salt};
pub use transport::{TransportKey, TransportSigner, ed25519_spki, tls_pin};
pub use visibility::Visibility;
