//! From node to node: requests that members sign (RFC 9421), over TLS whose keys the charter pins.
//!
//! [`Message`], [`RequestSigner`], [`Presented`] and [`Nonces`] are pure: bytes, time and randomness come from the caller.
//! A request carries one signature, with the tag `didymium-node`, by the member's transport key. It covers `@method`,
//! `@authority`, `@path`, `@query` and, where there is a body, `content-digest` (RFC 9530), so that nothing of it can be
//! changed and it cannot be sent to another node; it counts for half a minute, and once.

pub(crate) mod known;
mod message;
mod nonces;
mod outgoing;
mod refusal;
mod signer;
#[cfg(test)]
mod tests;
mod tls;
mod verifier;

pub use message::{Message, content_digest, signature_base};
pub use nonces::Nonces;
pub use outgoing::signed_headers;
pub use refusal::SignatureRefusal;
pub use signer::{RequestSigner, SignedHeaders};
pub(crate) use tls::{Pins, Trust, builder, objection_of, server_config};
pub use tls::{local_client, unpinned_client};
pub use verifier::{Presented, Verified};

/// Longest time for which a signature counts, seconds.
pub const LIFETIME_S_MAX: i64 = 30;
/// How far two nodes' clocks may be apart, seconds.
pub const CLOCK_SKEW_S_MAX: i64 = 30;
/// Most requests of one member that are remembered. A nonce is kept for 90 seconds at most, so this is well above a
/// thousand requests a second.
pub const NONCES_MAX: usize = 131_072;
/// Length of a nonce, bytes.
pub const NONCE_BYTES: usize = 16;

/// What these signatures are for; one with another tag is none of them.
const TAG: &str = "didymium-node";
/// The algorithm's name in the registry of RFC 9421.
const ALGORITHM: &str = "ed25519";
/// The label of the signature in both headers.
const LABEL: &str = "didymium";
