//! Heads that a log signed and showed, held against the copy of that log here.
//!
//! A head that is longer than the copy can be judged only when the copy has grown past it: until then it is remembered. So
//! a fork that one of a log's witnesses was shown is found also in a club of two, where nobody else would hold one against
//! the other, and also where the proof that came with it was somebody's garbage. The head that this member's own witness
//! cosigned last is judged like every other. What agrees is forgotten; what differs is evidence.
//!
//! The memory is lost when the node stops, and then the head cosigned last is what remains.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use didymium_log::checkpoint::Checkpoint;
use didymium_log::evidence::{Evidence, Suspicion};
use didymium_log::note::{SignedNote, Verifier};
use didymium_log::{Hash, LogError};
use didymium_store::Head;

use crate::charter::{is_doubtful, log_keys};
use crate::held::HeldLog;
use crate::{NodeResult, NodeState, evidence};

/// Most heads remembered of one log. Where there are more, the smaller stay: the copy comes past them first.
const WAITING_A_LOG_MAX: usize = 64;

/// A head that a log signed with a key that it has or had: there is no other way to make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedHead {
    signed: Checkpoint,
    note: SignedNote,
}

impl SignedHead {
    /// Verifies a note; of its lines only those are kept that keys of the `log` or of `witnesses` verify.
    ///
    /// # Errors
    /// [`LogError`] if the log did not sign it, or if it is no checkpoint of that log.
    pub(crate) fn open(note: &[u8], log: &[Verifier], witnesses: &[Verifier]) -> Result<Self, LogError> {
        let (signed, opened, _) = log_keys::open_with(log, note, witnesses)?;
        let note = SignedNote {
            text: opened.text,
            signatures: opened.verified,
        };
        Ok(Self { signed, note })
    }

    /// What it says.
    pub(crate) const fn signed(&self) -> &Checkpoint {
        &self.signed
    }

    /// The note, with the lines that were verified.
    pub(crate) const fn note(&self) -> &SignedNote {
        &self.note
    }
}

/// What is known of the heads of one log.
#[derive(Debug, Default)]
struct OfLog {
    /// Those that wait for the copy to grow past them, by size.
    waiting: BTreeMap<u64, SignedHead>,
    /// The head cosigned last that was found to agree with the copy. A copy only grows: it agrees for ever.
    agreed: Option<(u64, Hash)>,
}

/// Heads that wait, by origin of the log, at most [`WAITING_A_LOG_MAX`] of each.
#[derive(Debug, Default)]
pub(crate) struct Waiting(BTreeMap<String, OfLog>);

impl Waiting {
    /// Remembers a head; answers another that the log signed of the same size, if there is one: that is proof enough. The
    /// largest is forgotten where there are too many.
    fn add(&mut self, head: &SignedHead) -> Option<SignedHead> {
        let size = head.signed.size;
        let waiting = &mut self.0.entry(head.signed.origin.clone()).or_default().waiting;
        if let Some(known) = waiting.get(&size) {
            return (known.signed.root != head.signed.root).then(|| known.clone());
        }
        waiting.insert(size, head.clone());
        if waiting.len() > WAITING_A_LOG_MAX {
            waiting.pop_last();
        }
        None
    }

    /// Those of a log that a copy of that size can decide.
    fn up_to(&self, origin: &str, size: u64) -> Vec<SignedHead> {
        let of_log = self.0.get(origin);
        let waiting = of_log.into_iter().flat_map(|log| log.waiting.range(..=size));
        waiting.map(|(_, head)| head.clone()).collect()
    }

    /// Forgets a head that was decided.
    fn forget(&mut self, head: &SignedHead) {
        if let Some(log) = self.0.get_mut(&head.signed.origin)
            && log.waiting.get(&head.signed.size) == Some(head)
        {
            log.waiting.remove(&head.signed.size);
        }
    }

    fn count(&self, origin: &str) -> usize {
        self.0.get(origin).map_or(0, |log| log.waiting.len())
    }
}

/// How many heads of a member's log wait for the copy here to grow past them: at most 64.
///
/// # Errors
/// [`crate::NodeError::NotAMember`].
pub fn waiting(state: &NodeState, member: &str) -> NodeResult<usize> {
    let member = state.member_ever(member)?;
    Ok(of(state, |waiting| waiting.count(member.origin())))
}

fn of<T>(state: &NodeState, read: impl FnOnce(&mut Waiting) -> T) -> T {
    read(&mut state.shown().lock().unwrap_or_else(PoisonError::into_inner))
}

/// Remembers a head until the copy here can decide it. Where the log signed another of that size, that is evidence, and
/// kept. Blocking.
///
/// # Errors
/// Those of [`evidence::keep`].
pub(crate) fn remember(state: &NodeState, member: &str, head: &SignedHead) -> NodeResult<()> {
    // Every history begins with nothing.
    if head.signed.size == 0 {
        return Ok(());
    }
    // What was signed with a stolen key was settled when it was revoked: it proves nothing against its owner.
    if is_doubtful(state.charters(), member, head.note.to_string().as_bytes()) {
        return Ok(());
    }
    let Some(other) = of(state, |waiting| waiting.add(head)) else {
        return Ok(());
    };
    let keys = log_keys::ever(state.charters(), member)?;
    let witnesses = evidence::witness_keys(state);
    let found = Evidence::same_size(&other.note, &head.note, &keys, &witnesses)?;
    evidence::keep(state, &found)?;
    Ok(())
}

/// Takes up a suspicion: either of its heads may be of a fork, so both are held against the copy. Blocking.
///
/// # Errors
/// Those of [`remember`] and [`judge`].
pub(crate) fn suspect(state: &NodeState, member: &str, suspicion: &Suspicion) -> NodeResult<()> {
    let held = state.log_of(member)?;
    let keys = log_keys::ever(state.charters(), member)?;
    let taken = [suspicion.smaller(), suspicion.larger()].map(|note| {
        let head = SignedHead::open(note.to_string().as_bytes(), &keys, &[])?;
        let settled = settle(state, &held, &head, &keys);
        // What is decided at once takes nobody's place; what failed to be judged is judged again.
        if !matches!(settled, Ok(true)) {
            remember(state, member, &head)?;
        }
        settled
    });
    taken.into_iter().try_for_each(|settled| settled.map(|_| ()))
}

/// Holds what is known of a member's log against the copy here, as far as that reaches: the heads that wait, and the head
/// that the witness here cosigned last. Blocking.
///
/// # Errors
/// [`crate::NodeError::Store`], [`crate::NodeError::Log`]: the first that could not be judged. The others are judged all the same,
/// and that one the next time.
pub(crate) fn judge(state: &NodeState, member: &str) -> NodeResult<()> {
    let held = state.log_of(member)?;
    let keys = log_keys::ever(state.charters(), member)?;
    let size = held.size()?;
    let waiting = of(state, |waiting| waiting.up_to(held.origin(), size));
    let (decided, judged) = judge_each(waiting, |head| settle(state, &held, head, &keys));
    of(state, |waiting| {
        for head in &decided {
            waiting.forget(head);
        }
    });
    let cosigned = judge_cosigned(state, member, &held, &keys);
    judged.and(cosigned)
}

/// Judges every head: one that cannot be judged must not hide the fork that the next one proves. Answers those that are
/// decided, and the first error.
fn judge_each(
    heads: Vec<SignedHead>,
    mut settle: impl FnMut(&SignedHead) -> NodeResult<bool>,
) -> (Vec<SignedHead>, NodeResult<()>) {
    let (mut decided, mut judged) = (Vec::new(), Ok(()));
    for head in heads {
        match settle(&head) {
            Ok(true) => decided.push(head),
            Ok(false) => {}
            Err(error) => judged = judged.and(Err(error)),
        }
    }
    (decided, judged)
}

/// In a club of two nobody else holds what the witness here cosigned against what is followed here.
fn judge_cosigned(state: &NodeState, member: &str, held: &HeldLog, keys: &[Verifier]) -> NodeResult<()> {
    let Some(cosigned) = state.store().cosigned(held.origin())? else {
        return Ok(());
    };
    let place = Some((cosigned.size, Hash(cosigned.root)));
    let agreed = of(state, |waiting| {
        waiting.0.get(held.origin()).and_then(|log| log.agreed)
    });
    if cosigned.size == 0 || agreed == place {
        return Ok(());
    }
    let Some(note) = &cosigned.note else {
        return Ok(());
    };
    // What the disk holds is believed no more than what a peer says.
    let head = SignedHead::open(note.as_bytes(), keys, &evidence::witness_keys(state))?;
    if settle(state, held, &head, keys)? {
        of(state, |waiting| {
            waiting.0.entry(held.origin().to_owned()).or_default().agreed = place;
        });
        return Ok(());
    }
    // The witness may cosign a longer one before the copy gets there: this one is not forgotten then.
    remember(state, member, &head)
}

/// Judges one head; answers whether it is decided. What differs is kept as evidence.
fn settle(state: &NodeState, held: &HeldLog, head: &SignedHead, keys: &[Verifier]) -> NodeResult<bool> {
    match compare_below(state, held, head, keys)? {
        Compared::Agrees => Ok(true),
        Compared::Differs(found) => {
            evidence::keep(state, &found)?;
            Ok(true)
        }
        Compared::Above { .. } => Ok(false),
    }
}

/// What holding a head against the copy here comes to.
pub(crate) enum Compared {
    /// It is of the history that is held.
    Agrees,
    /// It is of another.
    Differs(Box<Evidence>),
    /// The head is longer than what is held.
    Above {
        /// Entries that are held.
        held: u64,
    },
}

/// Holds a head against the tiles here, if it is not longer. Blocking.
///
/// # Errors
/// [`crate::NodeError::Log`], [`crate::NodeError::Store`].
pub(crate) fn compare_below(
    state: &NodeState,
    held: &HeldLog,
    shown: &SignedHead,
    keys: &[Verifier],
) -> NodeResult<Compared> {
    // A copy that the charter alone vouches for proves nothing against a head: it is judged when the log has signed again.
    let Some(head) = held.head()?.filter(|head| head.checkpoint.is_some()) else {
        return Ok(Compared::Above { held: 0 });
    };
    let (size, note) = (shown.signed.size, &shown.note);
    if size > head.size {
        return Ok(Compared::Above { held: head.size });
    }
    let root = held.root(size)?;
    if root == shown.signed.root {
        return Ok(Compared::Agrees);
    }
    let witnesses = evidence::witness_keys(state);
    let found = contradiction(held, &head, size, root, note, keys, &witnesses)?;
    Ok(Compared::Differs(Box::new(found)))
}

/// Evidence from a note that is not longer than the copy held, and has another root than the copy at its size. Blocking.
///
/// # Errors
/// [`crate::NodeError::Log`], [`crate::NodeError::Store`].
pub(crate) fn contradiction(
    held: &HeldLog,
    head: &Head,
    size: u64,
    root: Hash,
    note: &SignedNote,
    log: &[Verifier],
    witnesses: &[Verifier],
) -> NodeResult<Evidence> {
    let own = SignedNote::parse(head.checkpoint.as_deref().unwrap_or_default())?;
    if size == head.size {
        return Ok(Evidence::same_size(&own, note, log, witnesses)?);
    }
    let path = held.consistency(size, head.size)?;
    Ok(Evidence::rewritten(note, &own, root, &path, log, witnesses)?)
}

#[cfg(test)]
mod tests {
    use didymium_log::checkpoint::sign_checkpoint;
    use didymium_log::note::Signer;

    use super::*;

    fn log() -> Signer {
        Signer::from_seed("log.example", &[1; 32]).unwrap()
    }

    fn head(size: u64, root: u8) -> SignedHead {
        let checkpoint = Checkpoint {
            origin: "log.example".to_owned(),
            size,
            root: Hash([root; 32]),
        };
        let note = sign_checkpoint(&checkpoint, &log()).unwrap();
        SignedHead::open(note.as_bytes(), &[log().verifier()], &[]).unwrap()
    }

    #[test]
    fn the_smaller_stay_when_there_are_too_many() {
        let most = WAITING_A_LOG_MAX as u64;
        let mut waiting = Waiting::default();
        for size in (1..=3 * most).rev() {
            assert_eq!(waiting.add(&head(size, 1)), None);
            assert!(waiting.count("log.example") <= WAITING_A_LOG_MAX);
        }
        for size in 1..=3 * most {
            assert_eq!(waiting.add(&head(size, 1)), None);
        }
        let sizes: Vec<u64> = waiting
            .up_to("log.example", u64::MAX)
            .iter()
            .map(|head| head.signed.size)
            .collect();
        assert_eq!(sizes, (1..=most).collect::<Vec<_>>());
        assert_eq!(waiting.up_to("log.example", 5).len(), 5);
        assert_eq!(waiting.count("other.example"), 0);
    }

    #[test]
    fn two_of_a_size_are_told_and_what_is_decided_is_forgotten() {
        let mut waiting = Waiting::default();
        let (one, other) = (head(7, 1), head(7, 2));
        assert_eq!(waiting.add(&one), None);
        assert_eq!(waiting.add(&one), None);
        assert_eq!(waiting.add(&other), Some(one.clone()));
        waiting.forget(&other);
        assert_eq!(waiting.count("log.example"), 1, "that is another head");
        waiting.forget(&one);
        assert_eq!(waiting.count("log.example"), 0);
    }

    #[test]
    fn one_head_that_cannot_be_judged_does_not_keep_the_others_from_it() {
        let heads: Vec<SignedHead> = (1..=4).map(|size| head(size, 1)).collect();
        let mut seen = Vec::new();
        let (decided, judged) = judge_each(heads.clone(), |head| {
            seen.push(head.signed.size);
            match head.signed.size {
                2 => Err(LogError::NoKnownSignature.into()),
                3 => Err(LogError::ProofTooLong { found: 1 }.into()),
                size => Ok(size == 4),
            }
        });
        assert_eq!((seen, decided), (vec![1, 2, 3, 4], vec![heads[3].clone()]));
        let first = matches!(judged, Err(crate::NodeError::Log(LogError::NoKnownSignature)));
        assert!(first, "{judged:?}");
    }

    #[test]
    fn what_the_log_did_not_sign_is_no_head() {
        let stranger = Signer::from_seed("log.example", &[2; 32]).unwrap().verifier();
        let note = head(7, 1).note.to_string();
        assert!(SignedHead::open(note.as_bytes(), &[stranger], &[]).is_err());
        let changed = note.replace("\n7\n", "\n8\n");
        assert!(SignedHead::open(changed.as_bytes(), &[log().verifier()], &[]).is_err());
    }
}
