//! A witness of other members' logs, without I/O (C2SP tlog-witness v1.0.0 and later corrections).
//!
//! A request is read ([`AddCheckpoint::parse`]), the caller looks up what it knows of the log, and [`step`]
//! decides. The answer with a cosignature comes as a [`Pending`]: it holds what has to be stored first, and
//! yields the answer only for the [`Persisted`] token that says so. Looking up, storing and comparing that
//! nothing changed in between must be one transaction; otherwise two requests could cosign two histories.
//!
//! Where a request shows that the log contradicts itself, the [`Finding`](crate::evidence::Finding) comes beside the answer, whatever
//! the answer is.
//!
//! | case | status |
//! |---|---|
//! | cosigned | 200 |
//! | malformed, or old size above the checkpoint's | 400 |
//! | no signature by a known key of the log, or a wrong one by a known key, or broken signature lines; the log is frozen | 403 |
//! | unknown log | 404 |
//! | old size is not the one cosigned last | 409 with that size |
//! | proof wrong, other root at the same size, impossible root of size 0 | 422 |
//! | the clock cannot be trusted | 503 |
//!
//! Frozen logs and an untrusted clock are no cases of the specification.

mod answer;
mod reply;
mod request;
mod step;

pub use answer::Answer;
pub use reply::{Reply, read_reply};
pub use request::{AddCheckpoint, MAX_CHECKPOINT_BYTES, MAX_REQUEST_BYTES};
pub use step::{CosignedHead, Outcome, Pending, Persisted, Refusal, Step, WitnessedLog, step};
