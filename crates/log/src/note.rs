//! Signed notes: a text and the signatures below it (C2SP signed-note v1.0.0).

mod key;
mod signer;
mod text;

pub use key::{KeyId, KeyType, Verifier, check_charter_key};
pub use signer::Signer;
#[cfg(feature = "ml-dsa")]
pub(crate) use signer::parse_skey;
pub use text::{MAX_NOTE_BYTES, MAX_SIGNATURES, Note, NoteSignature, SignedNote, open, sign};
