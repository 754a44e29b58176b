//! Auditing a log: everything that can be checked of it by somebody who trusts nothing but a charter.
//!
//! ```text
//!  a node's folder ─┐
//!  a tiles folder ──┼─► LogSource ──► heads: who signed, who cosigned      ┐
//!  the HTTP face ───┘                 walk: entries ─► tiles ─► root       ├─► Report: each check yes, no, open, missing
//!                                     rules: issuer, signature, genesis    │
//!                                     compare: kept head, another's copy   ┘
//! ```
//!
//! Nothing is believed because a server or a disk says it. Entries are hashed anew and must lead to the root that the log
//! has signed; the tiles must be those of that tree; two heads must be shown to be one history, else what is found
//! is evidence for everybody ([`didymium_log::evidence`]).

mod alike;
mod budget;
mod check;
mod compare;
mod fsck;
mod heads;
mod http;
mod report;
mod rules;
mod source;
mod walk;

pub use budget::Budget;
pub use check::{AuditRequest, audit};
pub use fsck::{FsckRequest, fsck};
pub use heads::{Cosigners, Head, cosigners, open_head, open_standing_head};
pub use http::{HttpSource, Reader};
pub use report::{Answer, Check, Report, Told};
pub use source::{FolderSource, LogSource, StoreSource, read_tiles};

/// Who watches a long check.
pub trait Watch: Sync {
    /// So many entries of so many are checked. Called from several threads.
    fn entries(&self, done: u64, total: u64);
}

/// Nobody watches.
impl Watch for () {
    fn entries(&self, _done: u64, _total: u64) {}
}
