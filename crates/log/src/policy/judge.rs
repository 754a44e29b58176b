//! Which cosignatures count, and whether they are enough.

use std::collections::BTreeSet;

use super::{Node, Policy, WitnessKey};
use crate::checkpoint::{Checkpoint, open_cosigned};
use crate::cosignature::unix_seconds;
use crate::error::{LogError, excerpt};
use crate::note::{Note, SignedNote, Verifier};

/// A witness that counted, and when it cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessTime {
    /// Name within the policy.
    pub witness: String,
    /// Time of the cosignature, in seconds since 1970.
    pub unix_seconds: u64,
}

/// What a policy says about a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Whether the quorum is met. With `quorum none` it always is.
    pub met: bool,
    /// Whether the quorum asks for at least one cosignature.
    pub needs_witnesses: bool,
    /// Witnesses that cosigned, in the order of the policy, whether or not the quorum names them. One with two keys
    /// ([`super::PolicyWitness::other_key_of`]) stands here once, by its first key if that cosigned.
    pub counted: Vec<WitnessTime>,
    /// Fewest further witnesses that would meet the quorum; 0 if it is met.
    pub missing: usize,
    /// Witnesses of which this build cannot verify a cosignature.
    pub unverifiable: Vec<String>,
}

impl Judgement {
    /// The median of the times of cosigning: with fewer than half of the witnesses lying, it lies between two
    /// honest clocks. The lower of two; none if nobody cosigned.
    pub fn median_time(&self) -> Option<u64> {
        let mut times: Vec<u64> = self.counted.iter().map(|witness| witness.unix_seconds).collect();
        times.sort_unstable();
        times.get(times.len().checked_sub(1)? / 2).copied()
    }
}

impl Policy {
    /// Judges a signed checkpoint of one of the policy's logs.
    ///
    /// # Errors
    /// [`LogError::LogNotInPolicy`] if none of the policy's logs signed it, and those of
    /// [`Policy::judge_of_log`].
    pub fn judge(&self, note: impl AsRef<[u8]>) -> Result<(Checkpoint, Judgement), LogError> {
        let note = note.as_ref();
        for log in &self.logs {
            match self.judge_of_log(note, &log.key) {
                Err(
                    LogError::NoKnownSignature
                    | LogError::LogSignatureMissing { .. }
                    | LogError::OriginMismatch { .. },
                ) => {}
                judged => return judged,
            }
        }
        let origin = Checkpoint::parse(&SignedNote::parse(note)?.text)?.origin;
        Err(LogError::LogNotInPolicy {
            name: excerpt(&origin),
        })
    }

    /// Judges a signed checkpoint of the log with this key.
    ///
    /// # Errors
    /// [`LogError::LogNotInPolicy`] if the policy lists logs and this is none of them, and those of
    /// [`open_cosigned`], among them [`LogError::SignatureInvalid`] if a known witness's cosignature is wrong.
    pub fn judge_of_log(
        &self,
        note: impl AsRef<[u8]>,
        log: &Verifier,
    ) -> Result<(Checkpoint, Judgement), LogError> {
        if !self.logs.is_empty() && !self.logs.iter().any(|known| known.key == *log) {
            return Err(LogError::LogNotInPolicy {
                name: log.name().to_owned(),
            });
        }
        let (checkpoint, note) = open_cosigned(note, log, &self.witness_keys())?;
        Ok((checkpoint, self.count(&note)))
    }

    /// Counts the cosignatures that were verified in opening `note` with [`Policy::witness_keys`]; others in
    /// it do not count.
    pub fn count(&self, note: &Note) -> Judgement {
        let mut counted = Vec::new();
        let mut unverifiable = Vec::new();
        // What each name still lacks, in the order of the policy, so that members come before their group.
        let mut lacking: Vec<usize> = Vec::new();
        let mut impossible = BTreeSet::new();
        for (position, node) in self.nodes.iter().enumerate() {
            let lacks = match node {
                Node::Witness(witness) if witness.duplicate => {
                    impossible.insert(position);
                    1
                }
                Node::Witness(witness) => match &witness.key {
                    WitnessKey::Unsupported { .. } => {
                        unverifiable.push(witness.name.clone());
                        1
                    }
                    WitnessKey::Usable(key) => match time_by(note, key) {
                        Some(unix_seconds) => {
                            let name = witness.other_key_of.as_ref().unwrap_or(&witness.name);
                            if !counted.iter().any(|known: &WitnessTime| known.witness == *name) {
                                counted.push(WitnessTime {
                                    witness: name.clone(),
                                    unix_seconds,
                                });
                            }
                            0
                        }
                        None => 1,
                    },
                },
                Node::Group { needed, members, .. } => {
                    let mut best: Vec<usize> = members
                        .iter()
                        .filter(|member| !impossible.contains(*member))
                        .filter_map(|member| lacking.get(*member).copied())
                        .collect();
                    best.sort_unstable();
                    if best.len() < *needed {
                        impossible.insert(position);
                    }
                    best.iter().take(*needed).sum::<usize>() + needed.saturating_sub(best.len())
                }
            };
            lacking.push(lacks);
        }
        let missing = self
            .quorum
            .map_or(0, |quorum| lacking.get(quorum).copied().unwrap_or(1));
        Judgement {
            met: missing == 0,
            needs_witnesses: self.quorum.is_some(),
            counted,
            missing,
            unverifiable,
        }
    }
}

/// When a key cosigned a note, if it did. A cosignature of a checkpoint that states no time does not count.
fn time_by(note: &Note, key: &Verifier) -> Option<u64> {
    let mut lines = note.verified.iter();
    let line = lines.find(|line| line.name == key.name() && line.key_id == key.key_id())?;
    unix_seconds(line).filter(|time| *time > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::sign_checkpoint;
    use crate::cosignature::Cosigner;
    use crate::hash::leaf_hash;
    use crate::note::Signer;

    fn log() -> Signer {
        Signer::from_seed("log.example", &[0x77; 32]).unwrap()
    }

    fn witness(number: u8) -> Cosigner {
        Cosigner::from_seed(&format!("w{number}.example"), &[number; 32]).unwrap()
    }

    fn policy(groups: &str) -> Policy {
        let witnesses: String = (1..=6)
            .map(|number| format!("witness w{number} {}\n", witness(number).verifier()))
            .collect();
        format!("log {}\n{witnesses}{groups}", log().verifier())
            .parse()
            .unwrap()
    }

    fn note(by: &[u8]) -> String {
        let head = Checkpoint {
            origin: "log.example".into(),
            size: 9,
            root: leaf_hash(b"x"),
        };
        let lines: String = by
            .iter()
            .map(|number| {
                witness(*number)
                    .cosign(&head.text(), 100 + u64::from(*number))
                    .to_string()
            })
            .collect();
        sign_checkpoint(&head, &log()).unwrap() + &lines
    }

    fn judged(policy: &Policy, by: &[u8]) -> (bool, usize, usize) {
        let (_, judgement) = policy.judge(note(by)).unwrap();
        (judgement.met, judgement.missing, judgement.counted.len())
    }

    #[test]
    fn a_threshold_counts_and_says_what_is_missing() {
        let policy = policy("group g 5 w1 w2 w3 w4 w5 w6\nquorum g\n");
        assert_eq!(judged(&policy, &[]), (false, 5, 0));
        assert_eq!(judged(&policy, &[3, 1, 6, 2]), (false, 1, 4));
        assert_eq!(judged(&policy, &[3, 1, 6, 2, 5]), (true, 0, 5));
        let (checkpoint, judgement) = policy.judge(note(&[3, 1, 6, 2])).unwrap();
        assert_eq!(checkpoint.size, 9);
        let names: Vec<&str> = judgement
            .counted
            .iter()
            .map(|counted| counted.witness.as_str())
            .collect();
        assert_eq!(names, ["w1", "w2", "w3", "w6"]);
        assert_eq!(judgement.median_time(), Some(102));
    }

    #[test]
    fn two_levels_keep_one_bloc_from_deciding_alone() {
        let policy =
            policy("group north 2 w1 w2 w3\ngroup south 2 w4 w5 w6\ngroup g all north south\nquorum g\n");
        assert_eq!(judged(&policy, &[1, 2, 3]), (false, 2, 3));
        assert_eq!(judged(&policy, &[1, 2, 3, 4]), (false, 1, 4));
        assert_eq!(judged(&policy, &[1, 3, 4, 6]), (true, 0, 4));
    }

    #[test]
    fn a_single_witness_and_none() {
        assert_eq!(judged(&policy("quorum w4\n"), &[1, 2]), (false, 1, 2));
        assert_eq!(judged(&policy("quorum w4\n"), &[4]), (true, 0, 1));
        let none = policy("quorum none\n");
        let (_, judgement) = none.judge(note(&[])).unwrap();
        assert_eq!((judgement.met, judgement.needs_witnesses), (true, false));
        assert_eq!(judgement.median_time(), None);
    }

    #[test]
    fn only_the_policys_log_and_only_right_cosignatures() {
        let policy = policy("group g 2 w1 w2 w3\nquorum g\n");
        let other = Signer::from_seed("other.example", &[9; 32]).unwrap();
        let head = Checkpoint {
            origin: "other.example".into(),
            size: 9,
            root: leaf_hash(b"x"),
        };
        let foreign = sign_checkpoint(&head, &other).unwrap();
        assert!(matches!(
            policy.judge(&foreign),
            Err(LogError::LogNotInPolicy { name }) if name == "other.example"
        ));
        assert!(matches!(
            policy.judge_of_log(&foreign, &other.verifier()),
            Err(LogError::LogNotInPolicy { .. })
        ));
        // A stranger's line is ignored; a wrong line by a known witness spoils the note.
        let stranger = Cosigner::from_seed("s", &[8; 32]).unwrap();
        let text = note(&[1]);
        let head = text.split("\n\n").next().unwrap().to_owned() + "\n";
        let with_stranger = format!("{text}{}", stranger.cosign(&head, 5));
        assert_eq!(policy.judge(&with_stranger).unwrap().1.counted.len(), 1);
        let mut wrong = witness(2).cosign(&head, 5);
        wrong.bytes[40] ^= 1;
        assert!(matches!(
            policy.judge(format!("{text}{wrong}")),
            Err(LogError::SignatureInvalid { .. })
        ));
        let timeless = format!("{text}{}", witness(2).cosign(&head, 0));
        assert_eq!(policy.judge(&timeless).unwrap().1.counted.len(), 1);
    }

    #[test]
    fn a_key_under_two_names_counts_once() {
        let text = policy("quorum none\n").to_string();
        let doubled = text.replace("quorum none\n", "")
            + &format!(
                "witness again {}\ngroup g 2 w1 again\nquorum g\n",
                witness(1).verifier()
            );
        let policy = Policy::parse_lenient(&doubled).unwrap();
        let (_, judgement) = policy.judge(note(&[1])).unwrap();
        assert_eq!((judgement.met, judgement.missing), (false, 1));
    }
}
