//! Proofs of logging, to keep and to verify offline (C2SP tlog-proof@v1, file extension `.tlog-proof`).
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64>           optional, authenticated by nothing
//! index 5
//! <base64>                 inclusion path, one hash a line
//!
//! <the checkpoint, as signed>
//! ```
//!
//! A proof has one of two [`Grade`]s. A verifier that needs to know that the log cannot take the entry back
//! asks for *witnessed*.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{Checkpoint, open_checkpoint};
use crate::error::LogError;
use crate::hash::{Hash, leaf_hash};
use crate::note::Verifier;
use crate::policy::{Judgement, Policy};
use crate::proof::{MAX_PROOF_HASHES, verify_inclusion};
use crate::tile::parse_decimal;

/// Longest proof that is read, in bytes: extra data as long as an entry, and a checkpoint with a hundred
/// cosignatures.
pub const MAX_TLOG_PROOF_BYTES: usize = 512 * 1024;

/// Most bytes of extra data.
pub const MAX_EXTRA_BYTES: usize = 65_535;

const TITLE: &str = "c2sp.org/tlog-proof@v1";

/// A proof that an entry is in a log; displayed and parsed as its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Data that the proof carries for its users. Anybody may have changed it.
    pub extra: Option<Vec<u8>>,
    /// Index of the entry, from 0.
    pub index: u64,
    /// Inclusion path, from the leaf's sibling up.
    pub path: Vec<Hash>,
    /// The signed checkpoint, as it was published.
    pub checkpoint: String,
}

/// How much stands behind a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grade {
    /// The log signed: it can still show others another history.
    Logged {
        /// What the policy says, with how many witnesses are missing; none without a policy.
        judgement: Option<Judgement>,
    },
    /// Enough witnesses cosigned: no other history of the log can be final.
    Witnessed {
        /// Who cosigned, and when.
        judgement: Judgement,
    },
}

impl Grade {
    /// Whether the quorum was met.
    pub fn is_witnessed(&self) -> bool {
        matches!(self, Grade::Witnessed { .. })
    }
}

/// What a verified proof says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Index of the entry.
    pub index: u64,
    /// The checkpoint that it was proven under.
    pub checkpoint: Checkpoint,
    /// How much stands behind it.
    pub grade: Grade,
}

impl TlogProof {
    /// Verifies that `entry` is in the log with the key `log`. With a policy whose quorum is met, and which
    /// asks for witnesses at all, the grade is *witnessed*; otherwise it is *logged*, which is no error.
    ///
    /// # Errors
    /// Those of [`open_checkpoint`] or [`Policy::judge_of_log`] for the checkpoint, and of
    /// [`verify_inclusion`] for the path.
    pub fn verify(&self, entry: &[u8], log: &Verifier, policy: Option<&Policy>) -> Result<Proven, LogError> {
        self.verify_leaf(leaf_hash(entry), log, policy)
    }

    /// The same for the hash of an entry that is not at hand.
    ///
    /// # Errors
    /// Those of [`TlogProof::verify`].
    pub fn verify_leaf(
        &self,
        leaf: Hash,
        log: &Verifier,
        policy: Option<&Policy>,
    ) -> Result<Proven, LogError> {
        let (checkpoint, grade) = match policy {
            None => (
                open_checkpoint(&self.checkpoint, log)?,
                Grade::Logged { judgement: None },
            ),
            Some(policy) => {
                let (checkpoint, judgement) = policy.judge_of_log(&self.checkpoint, log)?;
                let grade = if judgement.met && judgement.needs_witnesses {
                    Grade::Witnessed { judgement }
                } else {
                    Grade::Logged {
                        judgement: Some(judgement),
                    }
                };
                (checkpoint, grade)
            }
        };
        verify_inclusion(leaf, self.index, checkpoint.size, &self.path, checkpoint.root)?;
        Ok(Proven {
            index: self.index,
            checkpoint,
            grade,
        })
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{TITLE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", STANDARD.encode(hash))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for TlogProof {
    type Err = LogError;

    /// # Errors
    /// [`LogError::ProofTooLong`] or [`LogError::ProofFormat`]. The checkpoint is not judged here.
    fn from_str(text: &str) -> Result<Self, LogError> {
        if text.len() > MAX_TLOG_PROOF_BYTES {
            return Err(LogError::ProofTooLong { found: text.len() });
        }
        let wrong = |line, reason| LogError::ProofFormat { line, reason };
        let (head, checkpoint) = text
            .split_once("\n\n")
            .ok_or_else(|| wrong(1, "an empty line must come before the checkpoint"))?;
        let mut lines = head.split('\n').zip(1..).peekable();
        if lines.next().is_none_or(|(line, _)| line != TITLE) {
            return Err(wrong(1, "it must be `c2sp.org/tlog-proof@v1`"));
        }
        let mut extra = None;
        if let Some((line, number)) = lines.next_if(|(line, _)| line.starts_with("extra ")) {
            let bytes = STANDARD
                .decode(line.strip_prefix("extra ").unwrap_or_default())
                .ok()
                .filter(|bytes| bytes.len() <= MAX_EXTRA_BYTES)
                .ok_or_else(|| {
                    wrong(
                        number,
                        "extra data must be canonical base64 of at most 65535 bytes",
                    )
                })?;
            extra = Some(bytes);
        }
        let next = if extra.is_some() { 3 } else { 2 };
        let index = lines
            .next()
            .and_then(|(line, _)| line.strip_prefix("index "))
            .and_then(parse_decimal)
            .ok_or_else(|| {
                wrong(
                    next,
                    "it must be `index` and a decimal number without leading zero",
                )
            })?;
        let mut path = Vec::new();
        for (line, number) in lines {
            if path.len() == MAX_PROOF_HASHES {
                return Err(wrong(number, "there must be at most 63 hashes"));
            }
            let hash = STANDARD
                .decode(line)
                .ok()
                .and_then(|bytes| Hash::try_from(bytes.as_slice()).ok());
            path.push(hash.ok_or_else(|| wrong(number, "a hash must be 32 bytes in base64"))?);
        }
        Ok(TlogProof {
            extra,
            index,
            path,
            checkpoint: checkpoint.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::sign_checkpoint;
    use crate::cosignature::Cosigner;
    use crate::hash::node_hash;
    use crate::note::Signer;

    fn witness(number: u8) -> Cosigner {
        Cosigner::from_seed(&format!("w{number}"), &[number; 32]).unwrap()
    }

    fn log() -> Signer {
        Signer::from_seed("log.example", &[0x77; 32]).unwrap()
    }

    /// Entries `a` and `b`; the proof of `b`, cosigned by witnesses of these numbers.
    fn proof(by: &[u8]) -> TlogProof {
        let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
        let head = Checkpoint {
            origin: "log.example".into(),
            size: 2,
            root: node_hash(&a, &b),
        };
        let lines: String = by
            .iter()
            .map(|number| witness(*number).cosign(&head.text(), 50).to_string())
            .collect();
        TlogProof {
            extra: None,
            index: 1,
            path: vec![a],
            checkpoint: sign_checkpoint(&head, &log()).unwrap() + &lines,
        }
    }

    fn policy(quorum: &str) -> Policy {
        let witnesses: String = (1..=3)
            .map(|number| format!("witness w{number} {}\n", witness(number).verifier()))
            .collect();
        format!("{witnesses}{quorum}").parse().unwrap()
    }

    #[test]
    fn the_grade_is_what_the_policy_says() {
        let log = log().verifier();
        let two = policy("group g 2 w1 w2 w3\nquorum g\n");
        let graded = |by, policy| proof(by).verify(b"b", &log, policy).unwrap().grade;
        assert_eq!(graded(&[1, 2], None), Grade::Logged { judgement: None });
        let Grade::Logged {
            judgement: Some(judgement),
        } = graded(&[1], Some(&two))
        else {
            panic!("not logged");
        };
        assert_eq!((judgement.missing, judgement.counted.len()), (1, 1));
        let Grade::Witnessed { judgement } = graded(&[1, 3], Some(&two)) else {
            panic!("not witnessed");
        };
        assert_eq!((judgement.counted.len(), judgement.median_time()), (2, Some(50)));
        assert!(
            !graded(&[1, 3], Some(&policy("quorum none\n"))).is_witnessed(),
            "a club that only detects never says witnessed"
        );
    }

    #[test]
    fn another_entry_index_path_log_or_text_is_refused() {
        let log = log().verifier();
        let good = proof(&[1]);
        assert!(good.verify(b"b", &log, None).is_ok());
        assert!(good.verify(b"a", &log, None).is_err());
        let stranger = Signer::from_seed("log.example", &[1; 32]).unwrap().verifier();
        assert_eq!(
            good.verify(b"b", &stranger, None),
            Err(LogError::NoKnownSignature)
        );
        let changed = |change: fn(&mut TlogProof)| {
            let mut proof = proof(&[1]);
            change(&mut proof);
            proof.verify(b"b", &log, None)
        };
        assert!(changed(|proof| proof.index = 0).is_err());
        assert!(changed(|proof| proof.index = 2).is_err());
        assert!(changed(|proof| proof.path.clear()).is_err());
        assert!(changed(|proof| proof.path[0].0[0] ^= 1).is_err());
        assert!(changed(|proof| proof.checkpoint = proof.checkpoint.replace("\n2\n", "\n3\n")).is_err());
        assert!(changed(|proof| proof.extra = Some(vec![1])).is_ok());
    }

    #[test]
    fn text_round_trips() {
        for extra in [None, Some(vec![]), Some(vec![0; MAX_EXTRA_BYTES])] {
            let proof = TlogProof {
                extra,
                ..proof(&[1, 2])
            };
            assert_eq!(proof.to_string().parse(), Ok(proof));
        }
    }

    #[test]
    fn malformed_texts_are_refused_with_their_line() {
        let good = proof(&[]).to_string();
        let hash = good.lines().nth(2).unwrap().to_owned();
        for (line, text) in [
            (1, String::new()),
            (1, good.replace("@v1", "@v2")),
            (1, good.replace("\n\n", "\n")),
            (1, format!("\n{good}")),
            (2, good.replace("index 1", "index 01")),
            (2, good.replace("index 1", "index  1")),
            (2, good.replace("index 1", "extra\nindex 1")),
            (2, good.replace("index 1", "extra AB==\nindex 1")),
            (3, good.replace("index 1", "extra AA==\nindex x")),
            (3, good.replace("index 1", "extra AA==\nextra AA==\nindex 1")),
            (3, good.replace(&hash, &hash[1..])),
            (3, good.replace(&hash, &format!("{hash} "))),
            (66, good.replace(&hash, &[hash.as_str(); 64].join("\n"))),
        ] {
            match text.parse::<TlogProof>() {
                Err(LogError::ProofFormat { line: found, .. }) => assert_eq!(found, line, "{text:?}"),
                other => panic!("{text:?} gave {other:?}"),
            }
        }
        let long = " ".repeat(MAX_TLOG_PROOF_BYTES + 1);
        assert!(matches!(
            long.parse::<TlogProof>(),
            Err(LogError::ProofTooLong { .. })
        ));
    }
}
