//! Published vectors, read from the shared folder; every family asserts how many it checked.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests stop at the first wrong vector"
)]

mod manifest;
#[cfg(feature = "ml-dsa")]
mod ml_dsa;
mod note;
mod policy;
mod proof;
mod receipt;
mod shared;
mod tlog_proof;
mod tree;
mod witness;
