//! The charter log through its public face: who is let in, what may change, what counted where, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

mod chain;
mod club;
mod gathering;
mod history;
mod joining;
mod keys;
mod positions;
mod refusals;
mod transport;
mod witness_ml_dsa;
mod words;
