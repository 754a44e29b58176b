//! The repository's own rules, as tests: see `tests/house_rules/` and `tests/licences.rs`.
//!
//! Helpers of tests that two crates need come here when there are two; today each crate's helpers are its own.
