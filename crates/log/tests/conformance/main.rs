//! Published vectors, read from the shared folder; every family asserts how many it checked.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests stop at the first wrong vector"
)]

mod note;
mod proof;
mod shared;
mod tree;
