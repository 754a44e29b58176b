//! Reconciliation through its public face: against dense arithmetic on small networks, and what must hold on any.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop at the first fault")]

mod beyond;
mod dense;
mod faults;
mod grades;
mod networks;
mod planted;
mod properties;
