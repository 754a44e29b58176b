use super::*;
use crate::checkpoint::sign_checkpoint;
use crate::cosignature::{Cosigner, unix_seconds};
use crate::evidence::Judged;
use crate::hash::{EMPTY_ROOT, leaf_hash};
use crate::note::{Signer, open, sign};
use crate::tree::{EdgeTiles, append_batch, consistency_proof, root_from_tiles};

const NOW: u64 = 1_795_000_000;

/// A history of the log, told apart by its name.
struct History {
    name: &'static str,
}

impl History {
    fn read(&self, size: u64) -> impl Fn(u8, u64, u16) -> Result<Vec<Hash>, LogError> + Copy + use<> {
        let leaves: Vec<Hash> = (0..size)
            .map(|i| leaf_hash(format!("{}{i}", self.name).as_bytes()))
            .collect();
        let rows = Box::leak(Box::new(
            append_batch(&EdgeTiles::default(), &leaves).unwrap().rows,
        ));
        |level, index, _| {
            let row = rows
                .iter()
                .find(|row| (row.id.level, row.id.index) == (level, index));
            row.map_or(&[][..], |row| row.bytes.as_slice())
                .chunks(32)
                .map(Hash::try_from)
                .collect()
        }
    }

    fn head(&self, size: u64) -> Checkpoint {
        let root = root_from_tiles(size, self.read(size)).unwrap();
        Checkpoint {
            origin: "log.example".into(),
            size,
            root,
        }
    }

    fn proof(&self, old: u64, new: u64) -> Vec<Hash> {
        consistency_proof(old, new, self.read(new)).unwrap()
    }

    fn request(&self, old: u64, new: u64) -> AddCheckpoint {
        request(old, self.proof(old, new), &self.head(new))
    }
}

const HONEST: History = History { name: "honest" };
const FORGED: History = History { name: "forged" };

fn log() -> Signer {
    Signer::from_seed("log.example", &[1; 32]).unwrap()
}

fn witness() -> Cosigner {
    Cosigner::from_seed("witness.example", &[2; 32]).unwrap()
}

fn request(old: u64, proof: Vec<Hash>, head: &Checkpoint) -> AddCheckpoint {
    let note = sign(&head.text(), &[&log()]).unwrap();
    AddCheckpoint::new(old, proof, SignedNote::parse(note.as_bytes()).unwrap()).unwrap()
}

/// A witness with its store.
#[derive(Default)]
struct Stored {
    head: Option<CosignedHead>,
    frozen: bool,
}

impl Stored {
    fn step(&self, request: &AddCheckpoint, now: u64) -> Step {
        let keys = [log().verifier()];
        let known = WitnessedLog {
            keys: &keys,
            frozen: self.frozen,
            cosigned: self.head.as_ref(),
        };
        step(Some(known), request, &[&witness()], now).unwrap()
    }

    fn refused(&self, request: &AddCheckpoint, now: u64) -> (Refusal, Answer, Option<Finding>) {
        let step = self.step(request, now);
        match step.outcome {
            Outcome::Refused { refusal, answer } => (refusal, answer, step.finding),
            Outcome::Cosigned(pending) => panic!("cosigned {pending:?}"),
        }
    }

    fn cosigned(&mut self, request: &AddCheckpoint, now: u64) -> Answer {
        let step = self.step(request, now);
        let Outcome::Cosigned(pending) = step.outcome else {
            panic!("refused: {:?}", step.outcome);
        };
        assert_eq!(step.finding, None);
        assert_eq!(
            pending.replaces(),
            self.head.as_ref().map(|head| (head.size, head.root))
        );
        self.head = Some(pending.head().clone());
        let token = Persisted::committed(self.head.as_ref().unwrap());
        pending.release(token).unwrap()
    }
}

#[test]
fn a_log_grows_under_its_witness() {
    let mut stored = Stored::default();
    let mut old = 0;
    for new in [0, 0, 1, 2, 3, 3, 7, 256, 300] {
        let answer = stored.cosigned(&HONEST.request(old, new), NOW + new);
        assert_eq!((answer.status, answer.content_type), (200, TEXT));
        let head = stored.head.clone().unwrap();
        let kept = head.note.unwrap();
        assert_eq!(kept.signatures.len(), 2);
        let known = [log().verifier(), witness().verifier()];
        let note = open(kept.to_string(), &known).unwrap();
        assert_eq!(
            answer.body,
            note.verified[1].to_string(),
            "what was stored is what was answered"
        );
        assert_eq!(unix_seconds(&note.verified[1]), Some(NOW + new));
        old = new;
    }
}

#[test]
fn a_state_that_the_charter_vouches_for_holds_and_proves_nothing() {
    let cut_back = || {
        let mut stored = Stored::default();
        stored.cosigned(&HONEST.request(0, 3), NOW);
        stored.head.as_mut().unwrap().note = None;
        stored
    };
    // Nobody's signature is held against the log, and the log is held to the state all the same.
    let (refusal, answer, finding) = cut_back().refused(&FORGED.request(3, 3), NOW + 1);
    assert_eq!((refusal, answer.status, finding), (Refusal::OtherRoot, 422, None));
    let (refusal, answer, finding) = cut_back().refused(&FORGED.request(3, 7), NOW + 1);
    assert!(matches!(refusal, Refusal::ProofWrong(_)), "{refusal:?}");
    assert_eq!((answer.status, finding), (422, None));
    let (refusal, ..) = cut_back().refused(&HONEST.request(0, 7), NOW + 1);
    assert_eq!(refusal, Refusal::Conflict { cosigned: 3 });
    let mut stored = cut_back();
    stored.cosigned(&HONEST.request(3, 7), NOW + 1);
    assert!(stored.head.unwrap().note.is_some());
}

#[test]
fn only_the_lines_of_the_log_are_kept() {
    let mut stored = Stored::default();
    let plain = HONEST.request(0, 3);
    let mut note = plain.note().clone();
    note.signatures.push(
        Cosigner::from_seed("other.example", &[9; 32])
            .unwrap()
            .cosign(&note.text, 5),
    );
    let request = AddCheckpoint::new(0, vec![], note).unwrap();
    stored.cosigned(&request, NOW);
    let names: Vec<String> = stored
        .head
        .unwrap()
        .note
        .unwrap()
        .signatures
        .into_iter()
        .map(|line| line.name)
        .collect();
    assert_eq!(names, ["log.example", "witness.example"]);
}

#[test]
fn an_unknown_log_and_an_unknown_key_differ() {
    let request = HONEST.request(0, 3);
    let unknown = step(None, &request, &[&witness()], NOW).unwrap();
    assert!(
        matches!(unknown.outcome, Outcome::Refused { ref answer, .. } if answer.status == 404 && answer.body == "unknown log\n")
    );

    let stranger = Signer::from_seed("log.example", &[8; 32]).unwrap();
    let note = sign_checkpoint(&HONEST.head(3), &stranger).unwrap();
    let foreign = AddCheckpoint::new(0, vec![], SignedNote::parse(note.as_bytes()).unwrap()).unwrap();
    let stored = Stored::default();
    let (refusal, answer, _) = stored.refused(&foreign, NOW);
    assert_eq!(
        (refusal, answer.status),
        (Refusal::NotSigned(LogError::NoKnownSignature), 403)
    );
}

#[test]
fn a_wrong_signature_by_a_known_key_is_403_even_beside_a_right_one() {
    let next = Signer::from_seed("log.example", &[5; 32]).unwrap();
    let keys = [log().verifier(), next.verifier()];
    let mut note = HONEST.request(0, 3).note().clone();
    note.signatures.push(next.sign_text(&note.text));
    let known = |note: &SignedNote| {
        let request = AddCheckpoint::new(0, vec![], note.clone()).unwrap();
        let log = WitnessedLog {
            keys: &keys,
            frozen: false,
            cosigned: None,
        };
        step(Some(log), &request, &[&witness()], NOW).unwrap().outcome
    };
    assert!(matches!(known(&note), Outcome::Cosigned(_)));
    note.signatures[1].bytes[3] ^= 1;
    assert!(matches!(known(&note), Outcome::Refused { answer, .. } if answer.status == 403));
}

#[test]
fn sizes_that_do_not_fit() {
    let mut stored = Stored::default();
    let (refusal, answer, _) = stored.refused(&request(4, vec![], &HONEST.head(3)), NOW);
    assert_eq!(
        (refusal, answer.status),
        (Refusal::OldAboveNew { old: 4, new: 3 }, 400)
    );
    let (_, answer, _) = stored.refused(&HONEST.request(1, 3), NOW);
    assert_eq!(
        (answer.status, answer.content_type, answer.body.as_str()),
        (409, "text/x.tlog.size", "0\n")
    );
    stored.cosigned(&HONEST.request(0, 3), NOW);
    for old in [0, 1, 4] {
        let (_, answer, finding) = stored.refused(&HONEST.request(old, 5), NOW);
        assert_eq!((answer.status, answer.body.as_str()), (409, "3\n"));
        assert_eq!(finding, None);
    }
}

#[test]
fn proofs_that_do_not_fit() {
    let mut stored = Stored::default();
    let surplus = request(0, vec![leaf_hash(b"x")], &HONEST.head(3));
    assert_eq!(stored.refused(&surplus, NOW).1.status, 422);
    let impossible = Checkpoint {
        root: leaf_hash(b"x"),
        ..HONEST.head(0)
    };
    assert_eq!(
        stored.refused(&request(0, vec![], &impossible), NOW).0,
        Refusal::ImpossibleRoot
    );
    assert_eq!(
        stored.refused(&request(0, vec![], &impossible), NOW).1.status,
        422
    );

    stored.cosigned(&HONEST.request(0, 3), NOW);
    let again = request(3, vec![leaf_hash(b"x")], &HONEST.head(3));
    assert_eq!(
        stored.refused(&again, NOW).1.status,
        422,
        "the same size needs no proof"
    );
    for proof in [
        vec![],
        HONEST.proof(2, 9),
        HONEST.proof(3, 9)[1..].to_vec(),
        vec![EMPTY_ROOT; 63],
    ] {
        let (_, answer, finding) = stored.refused(&request(3, proof, &HONEST.head(9)), NOW);
        assert_eq!(answer.status, 422);
        let Some(Finding::Suspected(suspicion)) = finding else {
            panic!("{finding:?}");
        };
        let judged = suspicion.judge(HONEST.head(3).root, &HONEST.proof(3, 9), &[log().verifier()]);
        assert_eq!(
            judged,
            Ok(Judged::Cleared),
            "the sender was at fault, not the log"
        );
    }
}

#[test]
fn a_split_view_is_evidence_whatever_the_answer() {
    let keys = [log().verifier()];
    let mut stored = Stored::default();
    stored.cosigned(&HONEST.request(0, 3), NOW);
    for (old, status) in [(3, 422), (0, 409)] {
        let proof = FORGED.proof(old, 3);
        let (_, answer, finding) = stored.refused(&request(old, proof, &FORGED.head(3)), NOW);
        assert_eq!(answer.status, status);
        let Some(Finding::Proven(evidence)) = finding else {
            panic!("{finding:?}");
        };
        assert_eq!(evidence.verify(&keys).unwrap().smaller.size, 3);
    }
    // The forger's own proof shows what its tree has at size 3.
    let (_, answer, finding) = stored.refused(&FORGED.request(3, 9), NOW);
    assert_eq!(answer.status, 422);
    let Some(Finding::Proven(evidence)) = finding else {
        panic!("{finding:?}");
    };
    assert_eq!(
        evidence.verify(&keys).unwrap().root_at_smaller,
        FORGED.head(3).root
    );

    // From a power of two the proof starts with the head that the witness holds: only the tiles can tell.
    let mut stored = Stored::default();
    stored.cosigned(&HONEST.request(0, 4), NOW);
    let Some(Finding::Suspected(suspicion)) = stored.refused(&FORGED.request(4, 9), NOW).2 else {
        panic!("no suspicion");
    };
    let judged = suspicion.judge(FORGED.head(4).root, &FORGED.proof(4, 9), &keys);
    assert!(matches!(judged, Ok(Judged::Proven(_))));
}

#[test]
fn a_frozen_log_gets_no_cosignature_but_still_its_errors() {
    let mut stored = Stored::default();
    stored.cosigned(&HONEST.request(0, 3), NOW);
    stored.frozen = true;
    assert_eq!(stored.refused(&HONEST.request(3, 9), NOW).0, Refusal::Frozen);
    assert_eq!(stored.refused(&HONEST.request(3, 9), NOW).1.status, 403);
    assert_eq!(stored.refused(&HONEST.request(1, 9), NOW).1.status, 409);
    assert!(
        stored
            .refused(&request(3, vec![], &FORGED.head(3)), NOW)
            .2
            .is_some()
    );
}

#[test]
fn the_clock_must_be_set_and_must_not_step_back() {
    let mut stored = Stored::default();
    for now in [0, u64::MAX, 1 << 63] {
        let (refusal, answer, _) = stored.refused(&HONEST.request(0, 3), now);
        assert_eq!((refusal, answer.status), (Refusal::ClockUnset, 503));
    }
    stored.cosigned(&HONEST.request(0, 3), NOW);
    let (refusal, answer, _) = stored.refused(&HONEST.request(3, 4), NOW - 1);
    assert_eq!(
        refusal,
        Refusal::ClockSteppedBack {
            now: NOW - 1,
            last: NOW
        }
    );
    assert!(answer.status == 503 && answer.body.contains("stepped back"));
    assert_eq!(
        stored.cosigned(&HONEST.request(3, 4), NOW).status,
        200,
        "the same second is no step back"
    );
}

#[test]
fn nothing_is_released_on_the_word_that_something_else_was_stored() {
    let stored = Stored::default();
    let Outcome::Cosigned(pending) = stored.step(&HONEST.request(0, 3), NOW).outcome else {
        panic!("refused");
    };
    let mut other = pending.head().clone();
    other.size = 2;
    let refused = pending.clone().release(Persisted::committed(&other));
    assert_eq!(
        refused,
        Err(LogError::NotPersisted {
            expected: 3,
            stored: 2
        })
    );
    let token = Persisted::committed(pending.head());
    assert!(pending.release(token).is_ok());
}

#[test]
fn mistakes_of_the_caller_are_no_answers() {
    let request = HONEST.request(0, 3);
    let keys = [log().verifier()];
    let mut stored = Stored::default();
    stored.cosigned(&request, NOW);
    let mut other = stored.head.unwrap();
    other.origin = "other.example".into();
    let known = |cosigned| WitnessedLog {
        keys: &keys,
        frozen: false,
        cosigned,
    };
    assert!(matches!(
        step(Some(known(Some(&other))), &request, &[&witness()], NOW),
        Err(LogError::WitnessState { .. })
    ));
    assert_eq!(
        step(Some(known(None)), &request, &[], NOW),
        Err(LogError::WitnessWithoutKey)
    );
}
