//! The charter: who is in the club, with which keys and roles, which documents count, and how that changes.
//!
//! A charter is a COSE_Sign (RFC 9052 §4) with signatures of members over one JSON payload. Its id is the SHA-256 of the
//! payload, so it stays the same as signatures are gathered. The first version is signed by every member it names. Each
//! later one follows exactly one before it, and counts once the threshold of members has signed it **under the version
//! before** and **under itself** (as root metadata of The Update Framework, §5.3): neither can the old members be
//! outvoted by new ones, nor can anybody be made a member, or be given a key, without having signed for it.
//!
//! # The charter of a statement's time
//!
//! Which version does an old statement stand under? Not that of its date: clocks can be set back, and whoever steals a
//! retired key would only have to write an old date. The club's one order that nobody can rewrite is the **position in
//! a log**: entry numbers under a witnessed tree. So every version from the second on carries a *cut*: size and root
//! of each member's log as the signers knew it. A key of a member counts
//!
//! - for entries of the member's log (statement keys): from the cut of the version that brings the key, up to and
//!   without the cut of the version that drops it, or up to the later position that a [`Retirement`] names, since
//!   the log goes on growing while signatures are gathered;
//! - for checkpoints of the member's log (log keys): of those same sizes, both ends included, since an idle log may sign
//!   its one size with either key;
//! - for cosignatures (witness and mirror keys): on each other log, from that log's line in the cut of the version that
//!   brings the key to its line in the one that drops it, both ends included. A witness that changes its key cosigns with
//!   both from the day of the proposal, so nothing lacks a cosignature;
//! - after a [`Revocation`]: never beyond the last good size, whatever was said before, and only where the log leads to
//!   the last good root.
//!
//! A member's line in the cut of the version that no longer names it is the end of its log: what stands below goes on
//! counting. The roots make each version an anchor as well: a log that was rewritten contradicts the charter.
//!
//! What a version ended is said once, in that version, and not repeated in later ones: the charter would grow without
//! bound. The chain of versions is the memory, which is why it is kept and verified whole, see [`CharterLog`].

mod chain;
mod change;
mod cose;
mod document;
mod ends;
mod fork;
mod log;
mod lookup;
mod memory;
mod proposal;
mod rules;
mod signed;
mod succession;
mod tally;
mod terms;
mod wording;

pub use change::{Change, changes};
pub use cose::CharterSignature;
pub use document::{Charter, CharterId, KeyPurpose, Member, MemberKeys, Role};
pub use fork::CharterFork;
pub use log::{CharterAction, CharterEvent, CharterLog};
pub use lookup::{LogOrigin, StatementTerms};
pub use proposal::Proposal;
pub use signed::SignedCharter;
pub use succession::{CharterVersion, LogHead, Retirement, Revocation, Succession};
pub use tally::{Count, Tally};
pub use terms::KeyTerm;
