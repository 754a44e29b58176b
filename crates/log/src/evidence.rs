//! Split-view evidence: what a log signed contradicts itself.
//!
//! Evidence holds two notes that one log signed, and what is needed to see that no append-only log can have
//! signed both. It convinces whoever knows the log's keys, without trust in who shows it:
//!
//! - **two roots for one size**: the two notes alone;
//! - **a history rewritten**: besides the notes, the root that the larger tree has at the smaller size, as its
//!   tiles give it, and the consistency proof between the two. The larger note signs that root's history, the
//!   smaller note signs another.
//!
//! A consistency proof that merely fails shows nothing: anybody can send a wrong proof with a right
//! checkpoint. Such a pair is a [`Suspicion`], until a proof from the log's own tiles clears or proves it.

mod bytes;
mod words;

pub use bytes::MAX_EVIDENCE_BYTES;

use crate::checkpoint::Checkpoint;
use crate::error::LogError;
use crate::hash::Hash;
use crate::note::{NoteSignature, SignedNote, Verifier};
use crate::proof::{MAX_PROOF_HASHES, verify_consistency};

/// Longest note kept in evidence, in bytes; cosignatures beyond it are dropped.
const MAX_NOTE_BYTES: usize = 12 * 1024;

/// Two notes of one log that contradict each other; made and read only by what checks their form, believed
/// only after [`Evidence::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    smaller: SignedNote,
    larger: SignedNote,
    rewritten: Option<Rewritten>,
}

/// How the larger tree's history differs from the smaller tree.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rewritten {
    /// Root that the larger tree has at the smaller size.
    root: Hash,
    /// Consistency proof from that root to the larger one.
    path: Vec<Hash>,
}

/// What verified evidence proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitView {
    /// The log.
    pub origin: String,
    /// The smaller checkpoint, or one of the two of the same size.
    pub smaller: Checkpoint,
    /// The larger checkpoint, or the other of the same size.
    pub larger: Checkpoint,
    /// Root that the larger tree has at the smaller size; for the same size, its root.
    pub root_at_smaller: Hash,
}

/// Two checkpoints that a log signed, the second of which was not shown to extend the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspicion {
    smaller: SignedNote,
    larger: SignedNote,
}

/// What was seen of a log that may contradict itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It contradicts itself, for everybody to verify.
    Proven(Box<Evidence>),
    /// It signed a larger tree that was not shown to extend a smaller one. Whoever showed it may be at fault:
    /// the log's tiles decide ([`Suspicion::judge`]).
    Suspected(Box<Suspicion>),
}

/// What a proof from the log's tiles says about a [`Suspicion`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// The larger tree extends the smaller one: whoever sent the proof that failed was at fault.
    Cleared,
    /// The log rewrote its history.
    Proven(Box<Evidence>),
}

impl Evidence {
    /// Evidence from two notes with the same size and different roots.
    ///
    /// Of the signature lines only those are kept that keys of `log` or of `witnesses` verify: that of the
    /// log makes the evidence, those of witnesses tell who cosigned which side.
    ///
    /// # Errors
    /// Those of [`Evidence::verify`], and of reading the notes.
    pub fn same_size(
        one: &SignedNote,
        other: &SignedNote,
        log: &[Verifier],
        witnesses: &[Verifier],
    ) -> Result<Self, LogError> {
        Self::new(one, other, None, log, witnesses)
    }

    /// Evidence from two notes, the `root` that the larger tree has at the smaller size, and the consistency
    /// `path` between them, as [`crate::tree::root_from_tiles`] and [`crate::tree::consistency_proof`]
    /// compute them from the tiles of the larger tree.
    ///
    /// # Errors
    /// Those of [`Evidence::verify`], and of reading the notes.
    pub fn rewritten(
        smaller: &SignedNote,
        larger: &SignedNote,
        root: Hash,
        path: &[Hash],
        log: &[Verifier],
        witnesses: &[Verifier],
    ) -> Result<Self, LogError> {
        let path = path.to_vec();
        Self::new(smaller, larger, Some(Rewritten { root, path }), log, witnesses)
    }

    fn new(
        one: &SignedNote,
        other: &SignedNote,
        rewritten: Option<Rewritten>,
        log: &[Verifier],
        witnesses: &[Verifier],
    ) -> Result<Self, LogError> {
        let place = |note: &SignedNote| {
            Checkpoint::parse(&note.text).map(|checkpoint| (checkpoint.size, checkpoint.root))
        };
        let (one, other) = (
            keep_verified(one, log, witnesses),
            keep_verified(other, log, witnesses),
        );
        if [&one, &other]
            .iter()
            .any(|note| note.to_string().len() > MAX_NOTE_BYTES)
        {
            return Err(LogError::EvidenceFormat {
                reason: "a note is too long",
            });
        }
        let (smaller, larger) = if place(&one)? <= place(&other)? {
            (one, other)
        } else {
            (other, one)
        };
        let evidence = Evidence {
            smaller,
            larger,
            rewritten,
        };
        evidence.verify(log)?;
        Ok(evidence)
    }

    /// The note with the smaller tree, or one of the two of the same size.
    pub fn smaller(&self) -> &SignedNote {
        &self.smaller
    }

    /// The note with the larger tree, or the other of the same size.
    pub fn larger(&self) -> &SignedNote {
        &self.larger
    }

    /// Checks that the log, by the keys that it has or had, signed both notes, and that they contradict each
    /// other.
    ///
    /// # Errors
    /// [`LogError::LogSignatureMissing`] or [`LogError::NoKnownSignature`] if the log did not sign one of
    /// them, [`LogError::CheckpointFormat`] or [`LogError::OriginMismatch`] if one is no checkpoint of the
    /// log, [`LogError::EvidenceEmpty`] if they do not contradict each other, those of
    /// [`verify_consistency`] if the path does not lead to the larger tree.
    pub fn verify(&self, log: &[Verifier]) -> Result<SplitView, LogError> {
        let smaller = signed_checkpoint(&self.smaller, log)?;
        let larger = signed_checkpoint(&self.larger, log)?;
        let empty = |reason| LogError::EvidenceEmpty { reason };
        if smaller.origin != larger.origin {
            return Err(empty("the notes are of two logs"));
        }
        let root_at_smaller = match &self.rewritten {
            None if smaller.size != larger.size => {
                return Err(empty(
                    "the sizes differ and there is no proof between the checkpoints",
                ));
            }
            None => larger.root,
            Some(_) if smaller.size == 0 || smaller.size >= larger.size => {
                return Err(empty("there is nothing to prove between these sizes"));
            }
            Some(Rewritten { root, path }) => {
                verify_consistency(smaller.size, *root, larger.size, larger.root, path)?;
                *root
            }
        };
        if root_at_smaller == smaller.root {
            return Err(empty("the larger tree has the same root at the smaller size"));
        }
        Ok(SplitView {
            origin: smaller.origin.clone(),
            smaller,
            larger,
            root_at_smaller,
        })
    }
}

impl Suspicion {
    /// Two notes that the log signed, of which the second has more leaves.
    ///
    /// # Errors
    /// Those of [`Evidence::verify`] for either note; [`LogError::SizesReversed`] unless the second is larger
    /// than the first, which must not be empty.
    pub fn new(smaller: &SignedNote, larger: &SignedNote, log: &[Verifier]) -> Result<Self, LogError> {
        let (old, new) = (signed_checkpoint(smaller, log)?, signed_checkpoint(larger, log)?);
        if old.size == 0 || old.size >= new.size {
            return Err(LogError::SizesReversed {
                old: old.size,
                new: new.size,
            });
        }
        Ok(Suspicion {
            smaller: keep_verified(smaller, log, &[]),
            larger: keep_verified(larger, log, &[]),
        })
    }

    /// The note with the smaller tree, with the lines of the log alone.
    pub fn smaller(&self) -> &SignedNote {
        &self.smaller
    }

    /// The note with the larger tree, with the lines of the log alone.
    pub fn larger(&self) -> &SignedNote {
        &self.larger
    }

    /// Sizes of the two trees: the tiles of the larger decide.
    ///
    /// # Errors
    /// Never for a suspicion made by [`Suspicion::new`].
    pub fn sizes(&self) -> Result<(u64, u64), LogError> {
        let smaller = Checkpoint::parse(&self.smaller.text)?;
        Ok((smaller.size, Checkpoint::parse(&self.larger.text)?.size))
    }

    /// Judges by the `root` that the larger tree has at the smaller size and the consistency `path` between
    /// them, both computed from the tiles of the larger tree.
    ///
    /// # Errors
    /// Those of [`verify_consistency`] if the path does not lead from `root` to the larger checkpoint: then
    /// the tiles are not the log's, and nothing is decided.
    pub fn judge(&self, root: Hash, path: &[Hash], log: &[Verifier]) -> Result<Judged, LogError> {
        let smaller = Checkpoint::parse(&self.smaller.text)?;
        let larger = Checkpoint::parse(&self.larger.text)?;
        verify_consistency(smaller.size, root, larger.size, larger.root, path)?;
        if root == smaller.root {
            return Ok(Judged::Cleared);
        }
        Evidence::rewritten(&self.smaller, &self.larger, root, path, log, &[])
            .map(|evidence| Judged::Proven(Box::new(evidence)))
    }
}

/// The root that a failed consistency proof gives the larger tree at the smaller size, if it proves one: it
/// does when it leads to the larger root, and only the smaller root differs.
pub(crate) fn root_by_proof(smaller: &Checkpoint, larger: &Checkpoint, path: &[Hash]) -> Option<Hash> {
    match verify_consistency(smaller.size, smaller.root, larger.size, larger.root, path) {
        Err(LogError::OldRootMismatch { computed, .. }) => {
            verify_consistency(smaller.size, computed, larger.size, larger.root, path)
                .is_ok()
                .then_some(computed)
        }
        _ => None,
    }
}

/// The checkpoint of a note that one of the log's keys signed. Other lines do not matter, not even a wrong
/// one by a known key: a log must not escape by adding it.
pub(crate) fn signed_checkpoint(note: &SignedNote, log: &[Verifier]) -> Result<Checkpoint, LogError> {
    let signed = log
        .iter()
        .find(|key| note.signatures.iter().any(|line| verifies(key, note, line)));
    let Some(key) = signed else {
        return Err(log
            .first()
            .map_or(LogError::NoKnownSignature, |key| LogError::LogSignatureMissing {
                name: key.name().to_owned(),
                id: key.key_id(),
            }));
    };
    let checkpoint = Checkpoint::parse(&note.text)?;
    if checkpoint.origin != key.name() {
        return Err(LogError::OriginMismatch {
            origin: checkpoint.origin,
            name: key.name().to_owned(),
        });
    }
    Ok(checkpoint)
}

fn verifies(key: &Verifier, note: &SignedNote, line: &NoteSignature) -> bool {
    line.name == key.name()
        && line.key_id == key.key_id()
        && key.verify(note.text.as_bytes(), &line.bytes).is_ok()
}

/// The note with only the lines that known keys verify, the log's first, as many as fit.
fn keep_verified(note: &SignedNote, log: &[Verifier], witnesses: &[Verifier]) -> SignedNote {
    let by = |keys: &[Verifier]| {
        let lines = note.signatures.iter();
        lines
            .filter(|line| keys.iter().any(|key| verifies(key, note, line)))
            .cloned()
            .collect::<Vec<_>>()
    };
    let mut kept = SignedNote {
        text: note.text.clone(),
        signatures: by(log),
    };
    let mut length = kept.to_string().len();
    for line in by(witnesses) {
        // A long line that does not fit keeps no shorter one out.
        let with_it = length + line.to_string().len();
        let known = kept.signatures.contains(&line);
        if with_it <= MAX_NOTE_BYTES && !known {
            length = with_it;
            kept.signatures.push(line);
        }
    }
    kept
}

/// Checks what [`Evidence`] read from bytes must keep to.
fn check_limits(path: &[Hash]) -> Result<(), LogError> {
    if path.len() > MAX_PROOF_HASHES {
        return Err(LogError::EvidenceFormat {
            reason: "the path has more than 63 hashes",
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cosignature::Cosigner;
    use crate::hash::leaf_hash;
    use crate::note::{Signer, sign};
    use crate::tree::{EdgeTiles, append_batch, consistency_proof, root_from_tiles};

    fn log() -> Signer {
        Signer::from_seed("log.example", &[1; 32]).unwrap()
    }

    fn note(size: u64, root: Hash) -> SignedNote {
        let text = Checkpoint {
            origin: "log.example".into(),
            size,
            root,
        }
        .text();
        SignedNote::parse(sign(&text, &[&log()]).unwrap().as_bytes()).unwrap()
    }

    /// Root of a tree at `size`, its root at `at`, and the proof between them; `salt` makes histories differ.
    fn tree(salt: &str, size: usize, at: u64) -> (Hash, Hash, Vec<Hash>) {
        let leaves: Vec<Hash> = (0..size)
            .map(|i| leaf_hash(format!("{salt}{i}").as_bytes()))
            .collect();
        let writes = append_batch(&EdgeTiles::default(), &leaves).unwrap();
        let read = |level: u8, index: u64, _: u16| {
            let row = writes
                .rows
                .iter()
                .find(|row| (row.id.level, row.id.index) == (level, index));
            row.map_or(&[][..], |row| row.bytes.as_slice())
                .chunks(32)
                .map(Hash::try_from)
                .collect::<Result<Vec<_>, LogError>>()
        };
        let new = u64::try_from(size).unwrap();
        (
            writes.edge.root(),
            root_from_tiles(at, read).unwrap(),
            consistency_proof(at, new, read).unwrap(),
        )
    }

    #[test]
    fn two_roots_for_one_size() {
        let keys = [log().verifier()];
        let (one, other) = (note(7, leaf_hash(b"a")), note(7, leaf_hash(b"b")));
        let evidence = Evidence::same_size(&one, &other, &keys, &[]).unwrap();
        assert_eq!(
            evidence,
            Evidence::same_size(&other, &one, &keys, &[]).unwrap(),
            "order does not matter"
        );
        let proven = evidence.verify(&keys).unwrap();
        assert_eq!((proven.smaller.size, proven.larger.size), (7, 7));
        let stranger = Signer::from_seed("log.example", &[2; 32]).unwrap().verifier();
        assert!(matches!(
            evidence.verify(&[stranger]),
            Err(LogError::LogSignatureMissing { .. })
        ));
        assert!(matches!(
            Evidence::same_size(&one, &one, &keys, &[]),
            Err(LogError::EvidenceEmpty { .. })
        ));
        let longer = note(8, leaf_hash(b"c"));
        assert!(matches!(
            Evidence::same_size(&one, &longer, &keys, &[]),
            Err(LogError::EvidenceEmpty { .. })
        ));
    }

    #[test]
    fn a_cosignature_too_long_to_keep_keeps_no_other_out() {
        let (mut one, other) = (note(7, leaf_hash(b"a")), note(7, leaf_hash(b"b")));
        // Lines of as many bytes as names make them: of two long ones one fits.
        let cosigner = |length: usize| Cosigner::from_seed(&"w".repeat(length), &[3; 32]).unwrap();
        let cosigners = [7_000, 7_001, 20].map(cosigner);
        for cosigner in &cosigners {
            one.signatures.push(cosigner.cosign(&one.text, 5));
        }
        let keys = cosigners.each_ref().map(Cosigner::verifier);
        let evidence = Evidence::same_size(&one, &other, &[log().verifier()], &keys).unwrap();
        let kept = [evidence.smaller(), evidence.larger()]
            .into_iter()
            .flat_map(|note| &note.signatures);
        let mut lengths: Vec<usize> = kept.map(|line| line.name.len()).collect();
        lengths.sort_unstable();
        assert_eq!(lengths, ["log.example".len(), "log.example".len(), 20, 7_000]);
    }

    #[test]
    fn a_rewritten_history() {
        let keys = [log().verifier()];
        for old in [3, 4] {
            let (_, honest_root, _) = tree("honest", 4, old);
            let (new_root, other_root, path) = tree("forged", 9, old);
            let (smaller, larger) = (note(old, honest_root), note(9, new_root));
            let suspicion = Suspicion::new(&smaller, &larger, &keys).unwrap();
            assert_eq!(suspicion.sizes(), Ok((old, 9)));
            let Ok(Judged::Proven(evidence)) = suspicion.judge(other_root, &path, &keys) else {
                panic!("old size {old} gave no evidence");
            };
            assert_eq!(evidence.verify(&keys).unwrap().root_at_smaller, other_root);
            assert!(
                suspicion.judge(honest_root, &path, &keys).is_err(),
                "tiles of another log decide nothing"
            );
        }
        let (new_root, old_root, path) = tree("honest", 9, 3);
        let innocent = Suspicion::new(&note(3, old_root), &note(9, new_root), &keys).unwrap();
        assert_eq!(innocent.judge(old_root, &path, &keys), Ok(Judged::Cleared));
        let (one, other) = (note(3, old_root), note(9, new_root));
        assert!(Evidence::rewritten(&one, &other, old_root, &path, &keys, &[]).is_err());
        assert!(Suspicion::new(&other, &one, &keys).is_err());
    }

    #[test]
    fn a_failed_proof_may_prove_by_itself() {
        let (_, honest_root, _) = tree("honest", 4, 3);
        let (new_root, other_root, path) = tree("forged", 9, 3);
        let head = |size, root| Checkpoint {
            origin: "log.example".into(),
            size,
            root,
        };
        let found = root_by_proof(&head(3, honest_root), &head(9, new_root), &path);
        assert_eq!(found, Some(other_root));
        assert_eq!(
            root_by_proof(&head(3, honest_root), &head(9, honest_root), &path),
            None
        );
        assert_eq!(
            root_by_proof(&head(3, other_root), &head(9, new_root), &path),
            None
        );
    }

    #[test]
    fn a_wrong_cosignature_does_not_save_the_log() {
        let keys = [log().verifier()];
        let witness = Cosigner::from_seed("w.example", &[3; 32]).unwrap();
        let (mut one, mut other) = (note(7, leaf_hash(b"a")), note(7, leaf_hash(b"b")));
        one.signatures.push(witness.cosign(&one.text, 5));
        let mut wrong = witness.cosign(&other.text, 5);
        wrong.bytes[20] ^= 1;
        other.signatures.push(wrong);
        let evidence = Evidence::same_size(&one, &other, &keys, &[witness.verifier()]).unwrap();
        let lines = [evidence.smaller(), evidence.larger()].map(|note| note.signatures.len());
        assert_eq!(
            lines.iter().sum::<usize>(),
            3,
            "the witness stands on one side only"
        );
        assert!(evidence.verify(&keys).is_ok());
    }
}
