//! What several floors test with: the repository's own rules (`tests/house_rules/`, `tests/licences.rs`), and a
//! deterministic [`simulation`] of a whole club.
//!
//! Helpers of tests that two crates need come here when there are two; today each crate's helpers are its own.

pub mod simulation;
