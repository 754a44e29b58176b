//! Floor 3: the transparency log of one member, as pure functions.
//!
//! An append-only RFC 6962 tree, kept as C2SP `tlog-tiles`, whose head is published as a C2SP
//! `tlog-checkpoint` in a `signed-note`. Nothing here reads a file, a clock or a random source:
//! tiles come in through a closure, keys and times through arguments.
//!
//! | module | subject | source |
//! |---|---|---|
//! | [`hash`] | leaf and node hashes | RFC 6962 section 2.1 |
//! | [`tile`] | which tiles a tree has, their paths and bytes, entry bundles | C2SP tlog-tiles v0.1.0 |
//! | [`tree`] | appending, roots and proofs over tiles | RFC 6962 section 2.1 |
//! | [`proof`] | verifying inclusion and consistency, of trees and subtrees | RFC 9162 section 2.1, draft-ietf-plants-merkle-tree-certs |
//! | [`note`] | signed notes and their keys | C2SP signed-note v1.0.0 |
//! | [`cosignature`] | timestamped cosignatures: Ed25519, and ML-DSA-44 with the feature `ml-dsa` | C2SP tlog-cosignature v1.0.1, v1.1.0 |
//! | [`checkpoint`] | checkpoints and their signing | C2SP tlog-checkpoint v1.0.0 |
//! | [`policy`] | whose cosignatures make a checkpoint final; the quorum of a club | C2SP tlog-policy |
//! | [`tlog_proof`] | proofs of logging to keep offline, and their grade | C2SP tlog-proof |
//! | [`receipt`] | COSE receipts, and receipts on statements | RFC 9942, RFC 9943 |
//! | [`sequencer`] | who gets which place in the log, and when, as a state machine | |
//! | [`witness`] | a witness of other logs, as a state machine | C2SP tlog-witness v1.0.0 |
//! | [`evidence`] | evidence that a log contradicts itself | |
//! | [`fence`] | when a log that starts may sign, as a state machine | |
//! | [`mirror`] | what a mirror fetches and may keep, as a state machine | C2SP tlog-tiles v0.1.0 |
//!
//! # Example
//!
//! ```
//! use didymium_log::checkpoint::{Checkpoint, open_checkpoint, sign_checkpoint};
//! use didymium_log::hash::leaf_hash;
//! use didymium_log::note::Signer;
//! use didymium_log::tree::{Edge, EdgeTiles, append_batch};
//!
//! # fn main() -> Result<(), didymium_log::LogError> {
//! let leaves = [leaf_hash(b"genesis"), leaf_hash(b"first return")];
//! let writes = append_batch(&EdgeTiles::default(), &leaves)?;
//!
//! // The second path to the same root, before anything is signed.
//! let mut edge = Edge::default();
//! for leaf in leaves {
//!     edge.append(leaf)?;
//! }
//! assert_eq!(edge.root(), writes.edge.root());
//!
//! let signer = Signer::from_seed("log.member.example", &[7; 32])?;
//! let head = Checkpoint { origin: signer.name().to_owned(), size: edge.size(), root: edge.root() };
//! let note = sign_checkpoint(&head, &signer)?;
//! assert_eq!(open_checkpoint(&note, &signer.verifier())?, head);
//! # Ok(())
//! # }
//! ```

mod cbor;
pub mod checkpoint;
pub mod cosignature;
mod error;
pub mod evidence;
pub mod fence;
pub mod hash;
pub mod mirror;
pub mod note;
pub mod policy;
pub mod proof;
pub mod receipt;
pub mod sequencer;
pub mod tile;
pub mod tlog_proof;
pub mod tree;
pub mod witness;

pub use error::LogError;
pub use hash::Hash;
