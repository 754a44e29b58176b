//! Supply risk over the whole twin: against formulas computed by hand, against drawn errors, and on the figures of `data/`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

mod control;
mod data;
mod drawn;
mod panel;
mod world;
