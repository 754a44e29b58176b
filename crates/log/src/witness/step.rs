//! Deciding on one request.

use super::answer::{Answer, TEXT};
use super::request::AddCheckpoint;
use crate::checkpoint::Checkpoint;
use crate::cosignature::CheckpointCosigner;
use crate::error::LogError;
use crate::evidence::{Evidence, Finding, Suspicion, root_by_proof};
use crate::hash::Hash;
use crate::note::{NoteSignature, SignedNote, Verifier};
use crate::proof::verify_consistency;

/// What a witness keeps of a log: the checkpoint that it cosigned last. It never shrinks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignedHead {
    /// The log.
    pub origin: String,
    /// Leaves in the tree.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// When it was cosigned, in seconds since 1970.
    pub unix_seconds: u64,
    /// The checkpoint with the log's signatures and the witness's own, and no other: what is served to
    /// whoever asks which checkpoint was cosigned last. Absent where the charter has cut back what was cosigned: then
    /// it is the charter that vouches for this state.
    pub note: Option<SignedNote>,
}

/// What a witness knows of a log before the request.
#[derive(Debug, Clone, Copy)]
pub struct WitnessedLog<'a> {
    /// Keys whose signatures make a checkpoint the log's. During a rotation they are two.
    pub keys: &'a [Verifier],
    /// Whether the log stands still because it contradicted itself: nothing more is cosigned until the
    /// charter decides, but evidence is still gathered.
    pub frozen: bool,
    /// What was cosigned last; none if never.
    pub cosigned: Option<&'a CosignedHead>,
}

/// What follows from a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The answer, at once or after storing.
    pub outcome: Outcome,
    /// What the request showed about the log, to be kept and published whatever the answer.
    pub finding: Option<Finding>,
}

/// The answer, at once or after storing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is cosigned: the answer may go out.
    Refused {
        /// Why, for measures and records.
        refusal: Refusal,
        /// What to answer.
        answer: Answer,
    },
    /// Cosigned: the answer may go out when the new state is stored.
    Cosigned(Box<Pending>),
}

/// Why nothing is cosigned; displayed as the body of the answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The log is not one that the witness knows.
    #[error("unknown log")]
    UnknownLog,
    /// No known key of the log signed, or a signature by one is wrong.
    #[error("invalid signature: {0}")]
    NotSigned(LogError),
    /// The old size lies above the checkpoint's.
    #[error("old size {old} is above the checkpoint's size {new}")]
    OldAboveNew {
        /// Size given as old.
        old: u64,
        /// Size of the checkpoint.
        new: u64,
    },
    /// The old size is not the one cosigned last.
    #[error("the size cosigned last is {cosigned}")]
    Conflict {
        /// Size cosigned last, 0 if never.
        cosigned: u64,
    },
    /// A tree of size 0 with another root than that of no leaves.
    #[error("the root of size 0 must be SHA-256 of nothing")]
    ImpossibleRoot,
    /// Another root than the one cosigned at the same size.
    #[error("another root was cosigned at this size")]
    OtherRoot,
    /// The consistency proof does not verify.
    #[error("the consistency proof does not verify: {0}")]
    ProofWrong(LogError),
    /// The log is frozen.
    #[error("the log is frozen until its members decide on evidence against it")]
    Frozen,
    /// The clock shows no time that a cosignature may carry.
    #[error("the witness's clock is not set")]
    ClockUnset,
    /// The clock shows an earlier time than the last cosignature.
    #[error("the witness's clock stepped back: it shows {now}, the last cosignature was at {last}")]
    ClockSteppedBack {
        /// Seconds since 1970 now.
        now: u64,
        /// Seconds since 1970 of the last cosignature.
        last: u64,
    },
}

/// A cosignature that nobody may see before the new state is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    head: CosignedHead,
    replaces: Option<(u64, Hash)>,
    answer: Answer,
}

/// The word of the caller that a head is stored durably; [`Pending::release`] takes nothing less.
#[derive(Debug)]
#[must_use = "it releases the answer"]
pub struct Persisted {
    origin: String,
    size: u64,
    root: Hash,
    unix_seconds: u64,
}

impl Persisted {
    /// To be called after the transaction that stored `head` has committed and was synced, and at no other
    /// place.
    pub fn committed(head: &CosignedHead) -> Self {
        Persisted {
            origin: head.origin.clone(),
            size: head.size,
            root: head.root,
            unix_seconds: head.unix_seconds,
        }
    }
}

impl Pending {
    /// What has to be stored for this log before the answer is released.
    pub fn head(&self) -> &CosignedHead {
        &self.head
    }

    /// Size and root that must still be stored when [`Pending::head`] replaces them, none for the first: if
    /// they are not, another request came first, nothing is stored, and the step is taken again.
    pub fn replaces(&self) -> Option<(u64, Hash)> {
        self.replaces
    }

    /// The answer with the cosignatures.
    ///
    /// # Errors
    /// [`LogError::NotPersisted`] if another head was stored than [`Pending::head`].
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the word is given once for one answer"
    )]
    pub fn release(self, stored: Persisted) -> Result<Answer, LogError> {
        let head = &self.head;
        let same = stored.origin == head.origin
            && (stored.size, stored.root, stored.unix_seconds) == (head.size, head.root, head.unix_seconds);
        if !same {
            return Err(LogError::NotPersisted {
                expected: head.size,
                stored: stored.size,
            });
        }
        Ok(self.answer)
    }
}

/// Decides on a request about the log that the caller found by the request's origin, none if it knows no such
/// log, and cosigns at `now` (seconds since 1970) with every key of `cosigners`.
///
/// # Errors
/// Only for mistakes of the caller: [`LogError::WitnessState`], [`LogError::WitnessWithoutKey`],
/// [`LogError::KeyAmbiguous`], [`LogError::OriginMismatch`] for a key of another log, or a key that cannot
/// cosign. They are answered by 500.
pub fn step(
    log: Option<WitnessedLog<'_>>,
    request: &AddCheckpoint,
    cosigners: &[&dyn CheckpointCosigner],
    now: u64,
) -> Result<Step, LogError> {
    let Some(log) = log else {
        return Ok(Step::refused(Refusal::UnknownLog, None));
    };
    let new = request.checkpoint();
    if let Some(state) = log.cosigned
        && state.origin != new.origin
    {
        return Err(LogError::WitnessState {
            origin: new.origin.clone(),
            state: state.origin.clone(),
        });
    }
    let lines = match log_signatures(log.keys, request) {
        Ok(lines) => lines,
        Err(error @ (LogError::KeyAmbiguous { .. } | LogError::OriginMismatch { .. })) => return Err(error),
        Err(error) => return Ok(Step::refused(Refusal::NotSigned(error), None)),
    };
    let (refusal, finding) = judge(&log, request, now);
    if let Some(refusal) = refusal {
        return Ok(Step::refused(refusal, finding));
    }
    let pending = cosign(&log, request, lines, cosigners, now)?;
    Ok(Step {
        outcome: Outcome::Cosigned(Box::new(pending)),
        finding,
    })
}

impl Step {
    fn refused(refusal: Refusal, finding: Option<Finding>) -> Self {
        let answer = Answer::refusing(&refusal);
        Step {
            outcome: Outcome::Refused { refusal, answer },
            finding,
        }
    }
}

/// The signatures of the checkpoint by the log's keys, all verified.
fn log_signatures(keys: &[Verifier], request: &AddCheckpoint) -> Result<Vec<NoteSignature>, LogError> {
    let origin = &request.checkpoint().origin;
    if let Some(key) = keys.iter().find(|key| key.name() != origin) {
        return Err(LogError::OriginMismatch {
            origin: origin.clone(),
            name: key.name().to_owned(),
        });
    }
    request.note().clone().open(keys).map(|note| note.verified)
}

/// Checks a checkpoint that the log signed, in the order of the specification.
fn judge(log: &WitnessedLog<'_>, request: &AddCheckpoint, now: u64) -> (Option<Refusal>, Option<Finding>) {
    let (old, new) = (request.old_size(), request.checkpoint());
    if old > new.size {
        return (Some(Refusal::OldAboveNew { old, new: new.size }), None);
    }
    // Another root at the size cosigned is a split view whatever the sender thinks that we know.
    let forked = log
        .cosigned
        .filter(|state| state.size == new.size && state.root != new.root);
    let finding = forked.and_then(|state| {
        let evidence = Evidence::same_size(state.note.as_ref()?, request.note(), log.keys, &[]).ok()?;
        Some(Finding::Proven(Box::new(evidence)))
    });
    let cosigned = log.cosigned.map_or(0, |state| state.size);
    if old != cosigned {
        return (Some(Refusal::Conflict { cosigned }), finding);
    }
    if !new.has_possible_root() {
        return (Some(Refusal::ImpossibleRoot), finding);
    }
    if forked.is_some() {
        return (Some(Refusal::OtherRoot), finding);
    }
    if let Err(error) = check_proof(log.cosigned, request) {
        let finding = log.cosigned.and_then(|state| suspect(state, request, log.keys));
        return (Some(Refusal::ProofWrong(error)), finding);
    }
    if log.frozen {
        return (Some(Refusal::Frozen), None);
    }
    (check_clock(log.cosigned, now).err(), None)
}

fn check_proof(cosigned: Option<&CosignedHead>, request: &AddCheckpoint) -> Result<(), LogError> {
    let new = request.checkpoint();
    match cosigned.filter(|state| state.size > 0) {
        Some(state) => verify_consistency(state.size, state.root, new.size, new.root, request.proof()),
        // Every tree extends the empty one, and there is nothing to prove.
        None if request.proof().is_empty() => Ok(()),
        None => Err(LogError::ProofLength {
            found: request.proof().len(),
            expected: 0,
        }),
    }
}

/// What a failed proof from the head cosigned last to a larger one shows.
fn suspect(state: &CosignedHead, request: &AddCheckpoint, keys: &[Verifier]) -> Option<Finding> {
    let note = state.note.as_ref()?;
    let old = Checkpoint {
        origin: state.origin.clone(),
        size: state.size,
        root: state.root,
    };
    if let Some(root) = root_by_proof(&old, request.checkpoint(), request.proof()) {
        let evidence = Evidence::rewritten(note, request.note(), root, request.proof(), keys, &[]).ok()?;
        return Some(Finding::Proven(Box::new(evidence)));
    }
    let suspicion = Suspicion::new(note, request.note(), keys).ok()?;
    Some(Finding::Suspected(Box::new(suspicion)))
}

fn check_clock(cosigned: Option<&CosignedHead>, now: u64) -> Result<(), Refusal> {
    if now == 0 || i64::try_from(now).is_err() {
        return Err(Refusal::ClockUnset);
    }
    match cosigned {
        Some(state) if now < state.unix_seconds => Err(Refusal::ClockSteppedBack {
            now,
            last: state.unix_seconds,
        }),
        _ => Ok(()),
    }
}

fn cosign(
    log: &WitnessedLog<'_>,
    request: &AddCheckpoint,
    lines: Vec<NoteSignature>,
    cosigners: &[&dyn CheckpointCosigner],
    now: u64,
) -> Result<Pending, LogError> {
    if cosigners.is_empty() {
        return Err(LogError::WitnessWithoutKey);
    }
    let (text, new) = (&request.note().text, request.checkpoint());
    let own = cosigners
        .iter()
        .map(|cosigner| cosigner.cosign_checkpoint(text, now))
        .collect::<Result<Vec<_>, _>>()?;
    let answer = Answer {
        status: 200,
        content_type: TEXT,
        body: own.iter().map(ToString::to_string).collect(),
    };
    let head = CosignedHead {
        origin: new.origin.clone(),
        size: new.size,
        root: new.root,
        unix_seconds: now,
        note: Some(SignedNote {
            text: text.clone(),
            signatures: lines.into_iter().chain(own).collect(),
        }),
    };
    Ok(Pending {
        head,
        replaces: log.cosigned.map(|state| (state.size, state.root)),
        answer,
    })
}

#[cfg(test)]
#[path = "step_tests.rs"]
mod tests;
