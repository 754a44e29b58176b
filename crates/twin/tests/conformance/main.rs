//! Published figures, read from the shared folder; every file asserts how many checks it made.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests stop at the first wrong vector"
)]

mod cohorts;
mod nonlinear;
mod reconciliation;
mod shared;
mod supply_risk;
