//! The restart fence: a log signs nothing after a start before its witnesses had their say.
//!
//! A store that was restored from an old backup, or lost its last writes, would sign a second history of what
//! it signed before. Its witnesses remember. So a log that starts asks them for its own latest checkpoint,
//! and signs only when enough of them answered and none knows of anything that the store does not hold.
//!
//! With k of n cosignatures making a checkpoint final, and up to f witnesses that lie or withhold, any
//! n − k + f + 1 answers include one by an honest witness of every final checkpoint. What the log signed and
//! nobody cosigned, the fence cannot know of. The answers must be fresh: what a cache serves may be an hour old.
//!
//! An answer may come late, from a witness that cosigned by then what the log signed after the fence opened: so the
//! log tells the fence of what it signed since ([`Fence::grew`]), or it would be shut out by its own growth.
//!
//! One checkpoint that is ahead of the store, or differs from it, is enough to refuse, whoever shows it: it
//! carries the log's own signature. A refusal is final for the process; people decide how to go on. An empty
//! store is treated the same: a log whose origin its witnesses know may not start over. A log with a new
//! origin needs no fence.

use crate::checkpoint::Checkpoint;
use crate::error::LogError;
use crate::evidence::{Evidence, Finding, Suspicion};
use crate::hash::{EMPTY_ROOT, Hash};
use crate::note::{SignedNote, Verifier};
use crate::policy::Quorum;

/// What the store holds at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredHead {
    /// Leaves.
    pub size: u64,
    /// Root, recomputed from the stored tiles.
    pub root: Hash,
    /// The checkpoint as it was signed, if the store has it: with it, a difference becomes evidence.
    pub note: Option<SignedNote>,
}

/// What one witness answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FenceEvent {
    /// The latest checkpoint of this log that it cosigned.
    Signed {
        /// Position of the witness in the charter's list, from 0.
        witness: usize,
        /// The checkpoint, unverified.
        note: SignedNote,
    },
    /// It never cosigned this log.
    NoneKnown {
        /// Position of the witness.
        witness: usize,
    },
    /// It could not be reached, or answered nothing usable; it may be asked again.
    Unreachable {
        /// Position of the witness.
        witness: usize,
    },
}

/// What the log may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Too few witnesses answered.
    Wait {
        /// Answers so far.
        heard: usize,
        /// Answers needed.
        needed: usize,
        /// Witnesses that could not be reached so far.
        unreachable: usize,
    },
    /// Enough witnesses answered, and the store holds all that they know of.
    MaySign,
    /// The store lacks or contradicts what the log signed.
    MustRefuse(Box<FenceRefusal>),
}

/// Why the log must not sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FenceRefusal {
    /// Position of the witness that showed it.
    pub witness: usize,
    /// What the log signed before.
    pub checkpoint: Checkpoint,
    /// The same with its signatures: the proof that it did.
    pub note: SignedNote,
    /// How it differs from the store.
    pub difference: Difference,
}

/// How a checkpoint that the log signed differs from its store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It is larger than the store: entries were lost.
    Ahead {
        /// Leaves in the store, 0 if it is empty.
        stored: u64,
    },
    /// It has another root than the store at the same size: the store is of another history.
    OtherRoot {
        /// Root of the store at that size.
        stored: Hash,
        /// What it shows about the log, if the store has a signed checkpoint.
        finding: Option<Finding>,
    },
}

impl std::fmt::Display for FenceRefusal {
    /// One line that says why.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = self.checkpoint.size;
        match &self.difference {
            Difference::Ahead { stored } => write!(
                f,
                "this log signed a checkpoint of size {size}, the store holds {stored} entries: it was restored \
                 from an old copy or lost writes"
            ),
            Difference::OtherRoot { stored, .. } => write!(
                f,
                "this log signed root {} at size {size}, the store has root {stored} there: the store is of \
                 another history",
                self.checkpoint.root
            ),
        }
    }
}

/// Whether a witness was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    NotYet,
    Unreachable,
    Agrees,
}

/// The fence of one log at one start.
#[derive(Debug, Clone)]
pub struct Fence {
    keys: Vec<Verifier>,
    stored: Option<StoredHead>,
    needed: usize,
    witnesses: Vec<Heard>,
    refusal: Option<Box<FenceRefusal>>,
}

impl Fence {
    /// A fence for the log with these keys, present and former, before any answer.
    pub fn new(keys: Vec<Verifier>, stored: Option<StoredHead>, quorum: Quorum) -> Self {
        let others = quorum.others();
        let cosignatures = quorum.needed().unwrap_or(others);
        let needed = (others - cosignatures + quorum.faulty() + 1).min(others);
        Fence {
            keys,
            stored,
            needed,
            witnesses: vec![Heard::NotYet; others],
            refusal: None,
        }
    }

    /// Answers needed before the log may sign.
    pub fn needed(&self) -> usize {
        self.needed
    }

    /// What follows from the answers so far.
    pub fn decision(&self) -> Decision {
        if let Some(refusal) = &self.refusal {
            return Decision::MustRefuse(refusal.clone());
        }
        let count = |state| self.witnesses.iter().filter(|heard| **heard == state).count();
        let heard = count(Heard::Agrees);
        if heard >= self.needed {
            return Decision::MaySign;
        }
        Decision::Wait {
            heard,
            needed: self.needed,
            unreachable: count(Heard::Unreachable),
        }
    }

    /// Tells the fence that the log grew: what it holds now, committed, is what later answers are held against. To be
    /// called after every commit while answers may still come. A head that is not larger changes nothing.
    pub fn grew(&mut self, stored: StoredHead) {
        if self
            .stored
            .as_ref()
            .is_none_or(|before| before.size < stored.size)
        {
            self.stored = Some(stored);
        }
    }

    /// Takes one answer. `root_at` gives the root of the store at a size that is not above the stored one, as
    /// [`crate::tree::root_from_tiles`] does. Answers that come after [`Decision::MaySign`] are judged as
    /// well: the log stops when one of them is ahead of what it holds, as [`Fence::grew`] was told.
    ///
    /// # Errors
    /// [`LogError::FenceWitness`]; for a checkpoint that the log did not sign, what is wrong with it: the
    /// witness then counts as unreachable. Errors of `root_at` come through, and the witness counts as not
    /// heard.
    pub fn step<E: From<LogError>>(
        &mut self,
        event: FenceEvent,
        root_at: impl FnOnce(u64) -> Result<Hash, E>,
    ) -> Result<Decision, E> {
        let (FenceEvent::Signed { witness, .. }
        | FenceEvent::NoneKnown { witness }
        | FenceEvent::Unreachable { witness }) = event;
        self.known(witness)?;
        match event {
            FenceEvent::Unreachable { .. } => self.mark(witness, Heard::Unreachable),
            FenceEvent::NoneKnown { .. } => self.mark(witness, Heard::Agrees),
            FenceEvent::Signed { note, .. } => {
                let checkpoint = match self.open(&note) {
                    Ok(checkpoint) => checkpoint,
                    Err(error) => {
                        self.mark(witness, Heard::Unreachable);
                        return Err(error.into());
                    }
                };
                match self.compare(&checkpoint, &note, root_at)? {
                    None => self.mark(witness, Heard::Agrees),
                    Some(difference) => {
                        self.refusal.get_or_insert_with(|| {
                            Box::new(FenceRefusal {
                                witness,
                                checkpoint,
                                note,
                                difference,
                            })
                        });
                    }
                }
            }
        }
        Ok(self.decision())
    }

    fn known(&self, witness: usize) -> Result<(), LogError> {
        if witness < self.witnesses.len() {
            return Ok(());
        }
        Err(LogError::FenceWitness {
            witness,
            others: self.witnesses.len(),
        })
    }

    /// Notes what a witness did; who agreed once is not forgotten when it is gone later.
    fn mark(&mut self, witness: usize, heard: Heard) {
        if let Some(state) = self.witnesses.get_mut(witness)
            && *state != Heard::Agrees
        {
            *state = heard;
        }
    }

    /// The checkpoint, if one of the log's keys signed it.
    fn open(&self, note: &SignedNote) -> Result<Checkpoint, LogError> {
        crate::evidence::signed_checkpoint(note, &self.keys)
    }

    fn compare<E: From<LogError>>(
        &self,
        signed: &Checkpoint,
        note: &SignedNote,
        root_at: impl FnOnce(u64) -> Result<Hash, E>,
    ) -> Result<Option<Difference>, E> {
        let stored = self.stored.as_ref().map_or(0, |stored| stored.size);
        if signed.size > stored {
            return Ok(Some(Difference::Ahead { stored }));
        }
        let root = match &self.stored {
            _ if signed.size == 0 => EMPTY_ROOT,
            Some(stored) if stored.size == signed.size => stored.root,
            _ => root_at(signed.size)?,
        };
        if root == signed.root {
            return Ok(None);
        }
        Ok(Some(Difference::OtherRoot {
            stored: root,
            finding: self.finding(signed, note),
        }))
    }

    /// What the difference shows about the log, which is ourselves or whoever has our key.
    fn finding(&self, signed: &Checkpoint, note: &SignedNote) -> Option<Finding> {
        let stored = self.stored.as_ref()?;
        let own = stored.note.as_ref()?;
        if stored.size == signed.size {
            let evidence = Evidence::same_size(note, own, &self.keys, &[]).ok()?;
            return Some(Finding::Proven(Box::new(evidence)));
        }
        let suspicion = Suspicion::new(note, own, &self.keys).ok()?;
        Some(Finding::Suspected(Box::new(suspicion)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::sign_checkpoint;
    use crate::hash::leaf_hash;
    use crate::note::Signer;
    use crate::tree::Edge;

    fn log() -> Signer {
        Signer::from_seed("log.example", &[1; 32]).unwrap()
    }

    fn root(history: &str, size: u64) -> Hash {
        let mut edge = Edge::default();
        for i in 0..size {
            edge.append(leaf_hash(format!("{history}{i}").as_bytes()))
                .unwrap();
        }
        edge.root()
    }

    fn note(history: &str, size: u64) -> SignedNote {
        let head = Checkpoint {
            origin: "log.example".into(),
            size,
            root: root(history, size),
        };
        SignedNote::parse(sign_checkpoint(&head, &log()).unwrap().as_bytes()).unwrap()
    }

    fn stored(size: u64) -> Option<StoredHead> {
        Some(StoredHead {
            size,
            root: root("ours", size),
            note: Some(note("ours", size)),
        })
    }

    fn fence(stored: Option<StoredHead>, others: usize) -> Fence {
        Fence::new(vec![log().verifier()], stored, Quorum::of_club(others))
    }

    fn step(fence: &mut Fence, event: FenceEvent) -> Decision {
        fence
            .step(event, |size| Ok::<_, LogError>(root("ours", size)))
            .unwrap()
    }

    fn signed(witness: usize, history: &str, size: u64) -> FenceEvent {
        FenceEvent::Signed {
            witness,
            note: note(history, size),
        }
    }

    #[test]
    fn enough_answers_are_n_minus_k_plus_f_plus_one() {
        for (others, needed) in [(0, 0), (1, 1), (3, 1), (4, 3), (6, 3), (7, 5), (13, 9), (40, 27)] {
            assert_eq!(fence(stored(9), others).needed(), needed, "n = {others}");
        }
        assert_eq!(
            fence(stored(9), 0).decision(),
            Decision::MaySign,
            "who is alone has nobody to ask"
        );
    }

    #[test]
    fn a_store_that_is_up_to_date_may_sign() {
        let mut fence = fence(stored(9), 6);
        let wait = |heard, unreachable| Decision::Wait {
            heard,
            needed: 3,
            unreachable,
        };
        assert_eq!(fence.decision(), wait(0, 0));
        assert_eq!(step(&mut fence, signed(0, "ours", 9)), wait(1, 0));
        assert_eq!(
            step(&mut fence, signed(0, "ours", 9)),
            wait(1, 0),
            "a witness counts once"
        );
        assert_eq!(
            step(&mut fence, FenceEvent::Unreachable { witness: 1 }),
            wait(1, 1)
        );
        assert_eq!(
            step(&mut fence, FenceEvent::Unreachable { witness: 0 }),
            wait(1, 1)
        );
        assert_eq!(
            step(&mut fence, signed(1, "ours", 4)),
            wait(2, 0),
            "behind the store is fine"
        );
        assert_eq!(
            step(&mut fence, FenceEvent::NoneKnown { witness: 5 }),
            Decision::MaySign
        );
        assert!(matches!(
            step(&mut fence, signed(2, "ours", 10)),
            Decision::MustRefuse(_)
        ));
    }

    #[test]
    fn a_late_answer_is_held_against_what_the_log_holds_by_then() {
        let mut fence = fence(stored(9), 6);
        for witness in 0..3 {
            step(&mut fence, signed(witness, "ours", 9));
        }
        assert_eq!(fence.decision(), Decision::MaySign);
        fence.grew(stored(12).unwrap());
        fence.grew(stored(10).unwrap());
        for (witness, size) in [(3, 12), (4, 11), (5, 9)] {
            assert_eq!(step(&mut fence, signed(witness, "ours", size)), Decision::MaySign);
        }
        let mut forked = fence.clone();
        assert!(matches!(
            step(&mut forked, signed(5, "theirs", 12)),
            Decision::MustRefuse(_)
        ));
        let Decision::MustRefuse(refusal) = step(&mut fence, signed(5, "ours", 13)) else {
            panic!("signed");
        };
        assert_eq!(refusal.difference, Difference::Ahead { stored: 12 });
    }

    #[test]
    fn one_checkpoint_ahead_is_enough_to_refuse_for_good() {
        let mut fence = fence(stored(9), 6);
        let Decision::MustRefuse(refusal) = step(&mut fence, signed(3, "ours", 10)) else {
            panic!("signed");
        };
        assert_eq!((refusal.witness, refusal.checkpoint.size), (3, 10));
        assert_eq!(refusal.difference, Difference::Ahead { stored: 9 });
        assert!(refusal.to_string().contains("size 10, the store holds 9"));
        for witness in 0..6 {
            let decision = step(&mut fence, signed(witness, "ours", 9));
            assert_eq!(decision, Decision::MustRefuse(refusal.clone()));
        }
    }

    #[test]
    fn another_history_is_refused_with_evidence() {
        let keys = [log().verifier()];
        for size in [9, 4] {
            let mut fence = fence(stored(9), 6);
            let Decision::MustRefuse(refusal) = step(&mut fence, signed(3, "theirs", size)) else {
                panic!("signed");
            };
            let Difference::OtherRoot {
                stored,
                finding: Some(finding),
            } = refusal.difference
            else {
                panic!("{refusal:?}");
            };
            assert_eq!(stored, root("ours", size));
            match finding {
                Finding::Proven(evidence) => assert!(size == 9 && evidence.verify(&keys).is_ok()),
                Finding::Suspected(suspicion) => assert_eq!(suspicion.sizes(), Ok((4, 9))),
            }
        }
    }

    #[test]
    fn an_empty_store_may_sign_only_if_enough_witnesses_know_nothing() {
        let mut empty = fence(None, 6);
        step(&mut empty, FenceEvent::NoneKnown { witness: 0 });
        step(&mut empty, signed(1, "ours", 0));
        assert_eq!(
            step(&mut empty, FenceEvent::NoneKnown { witness: 2 }),
            Decision::MaySign
        );
        let mut lost = fence(None, 6);
        step(&mut lost, FenceEvent::NoneKnown { witness: 0 });
        let Decision::MustRefuse(refusal) = step(&mut lost, signed(1, "ours", 1)) else {
            panic!("signed");
        };
        assert_eq!(refusal.difference, Difference::Ahead { stored: 0 });
    }

    #[test]
    fn what_the_log_did_not_sign_is_no_answer() {
        let mut fence = fence(stored(9), 6);
        let mut forged = note("theirs", 99);
        forged.signatures[0].bytes[0] ^= 1;
        let event = FenceEvent::Signed {
            witness: 0,
            note: forged,
        };
        let refused = fence.step(event, |_| Ok::<_, LogError>(EMPTY_ROOT));
        assert!(refused.is_err());
        assert_eq!(
            fence.decision(),
            Decision::Wait {
                heard: 0,
                needed: 3,
                unreachable: 1
            }
        );
        let nobody = fence.step(FenceEvent::NoneKnown { witness: 6 }, |_| {
            Ok::<_, LogError>(EMPTY_ROOT)
        });
        assert_eq!(
            nobody,
            Err(LogError::FenceWitness {
                witness: 6,
                others: 6
            })
        );
        let failing = fence.step(signed(2, "ours", 4), |_| Err(LogError::WitnessWithoutKey));
        assert_eq!(failing, Err(LogError::WitnessWithoutKey));
    }
}
