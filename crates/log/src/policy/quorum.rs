//! How many witnesses a club needs.

use std::fmt::Write as _;

use super::Policy;
use crate::error::LogError;
use crate::note::Verifier;

/// Fewest members other than the log's own with which a quorum prevents anything: one of four may lie.
const FEWEST: usize = 4;

/// What the members of a club other than the log's own can do together.
///
/// With k = n − f of n witnesses and n ≥ 3f + 1, two quorums share at least 2k − n ≥ f + 1 witnesses, so at
/// least one that does not lie: two contradicting checkpoints cannot both be final.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quorum {
    /// Fewer than four others: a split view is found, sooner or later, but not prevented.
    DetectionOnly {
        /// Members other than the log's own, n.
        others: usize,
    },
    /// A checkpoint with `needed` cosignatures is final while at most `faulty` witnesses lie or are absent.
    Prevention {
        /// Members other than the log's own, n.
        others: usize,
        /// Witnesses that may lie or be absent, f = ⌊(n − 1) / 3⌋.
        faulty: usize,
        /// Cosignatures needed, k = n − f.
        needed: usize,
    },
}

impl Quorum {
    /// The quorum of a club with so many members besides the log's own.
    pub fn of_club(others: usize) -> Self {
        if others < FEWEST {
            return Quorum::DetectionOnly { others };
        }
        let faulty = (others - 1) / 3;
        Quorum::Prevention {
            others,
            faulty,
            needed: others - faulty,
        }
    }

    /// Members other than the log's own, n.
    pub fn others(self) -> usize {
        match self {
            Quorum::DetectionOnly { others } | Quorum::Prevention { others, .. } => others,
        }
    }

    /// Cosignatures that make a checkpoint final, k; none where nothing is final.
    pub fn needed(self) -> Option<usize> {
        match self {
            Quorum::DetectionOnly { .. } => None,
            Quorum::Prevention { needed, .. } => Some(needed),
        }
    }

    /// Witnesses that may lie or be absent, f; 0 where nothing is prevented.
    pub fn faulty(self) -> usize {
        match self {
            Quorum::DetectionOnly { .. } => 0,
            Quorum::Prevention { faulty, .. } => faulty,
        }
    }
}

/// The policy of one log: its key, the other members' witness keys under their names, and the quorum. A club
/// that only detects gets `quorum none`: its checkpoints are logged and never final.
///
/// # Errors
/// [`LogError::QuorumMismatch`] if there are not as many witnesses as the quorum counts, and what reading the
/// text again finds: a name twice, a key twice, a name that is no word, a key of the wrong type.
pub fn policy_text(
    log: &Verifier,
    witnesses: &[(String, Verifier)],
    quorum: Quorum,
) -> Result<String, LogError> {
    let of_one_key = |(name, key): &(String, Verifier)| ClubWitness {
        name: name.clone(),
        key: key.vkey(),
        other_key: None,
    };
    let witnesses: Vec<ClubWitness> = witnesses.iter().map(of_one_key).collect();
    club_policy_text(log, &witnesses, quorum)
}

/// A member that witnesses, in the policy of another member's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClubWitness {
    /// Its name within the policy.
    pub name: String,
    /// Its verifier key.
    pub key: String,
    /// Another verifier key, such as one of ML-DSA-44, whose cosignature stands for the member as well. A build that
    /// cannot verify with it carries it in the policy and counts the first alone.
    pub other_key: Option<String>,
}

/// The policy of one log, as [`policy_text`], for witnesses of whom some have another key beside the first: such a member is a
/// group that needs either, and so counts once, whichever of its keys cosigned.
///
/// ```text
/// witness CAN can.example/witness+<id>+<Ed25519 key>
/// witness CAN-other-key can.example/witness+<id>+<ML-DSA-44 key>
/// group CAN-either 1 CAN CAN-other-key
/// ```
///
/// # Errors
/// Those of [`policy_text`].
pub fn club_policy_text(
    log: &Verifier,
    witnesses: &[ClubWitness],
    quorum: Quorum,
) -> Result<String, LogError> {
    if quorum.others() != witnesses.len() {
        return Err(LogError::QuorumMismatch {
            needed: quorum.needed().unwrap_or(0),
            others: quorum.others(),
            witnesses: witnesses.len(),
        });
    }
    let mut text = format!("log {log}\n");
    for ClubWitness { name, key, other_key } in witnesses {
        let _ = writeln!(text, "witness {name} {key}");
        if let Some(other_key) = other_key {
            let other = other_key_name(name);
            let _ = writeln!(text, "witness {other} {other_key}");
            let _ = writeln!(text, "group {} 1 {name} {other}", either_name(name));
        }
    }
    match quorum.needed() {
        None => text.push_str("quorum none\n"),
        Some(needed) => {
            let _ = write!(text, "group {} {needed}", group_name(witnesses));
            for witness in witnesses {
                let _ = match witness.other_key {
                    None => write!(text, " {}", witness.name),
                    Some(_) => write!(text, " {}", either_name(&witness.name)),
                };
            }
            let _ = writeln!(text, "\nquorum {}", group_name(witnesses));
        }
    }
    let policy: Policy = text.parse()?;
    // A name with a space or a sign of its own would be read as something else.
    if policy.to_string() == text {
        Ok(text)
    } else {
        Err(LogError::PolicyFormat {
            line: 1,
            reason: "a name or key is not one word",
        })
    }
}

/// The name under which a witness's other key stands.
pub(super) fn other_key_name(witness: &str) -> String {
    format!("{witness}-other-key")
}

/// The name of the group of a witness's two keys.
fn either_name(witness: &str) -> String {
    format!("{witness}-either")
}

/// A name for the group that no witness has.
fn group_name(witnesses: &[ClubWitness]) -> String {
    let mut name = "members".to_owned();
    while witnesses.iter().any(|witness| witness.name == name) {
        name.push('-');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cosignature::Cosigner;
    use crate::note::Signer;

    #[test]
    fn the_numbers_of_the_clubs() {
        let numbers = |members: usize| match Quorum::of_club(members - 1) {
            Quorum::Prevention {
                others,
                faulty,
                needed,
            } => (others, faulty, needed),
            detection @ Quorum::DetectionOnly { .. } => panic!("{detection:?}"),
        };
        assert_eq!(numbers(7), (6, 1, 5));
        assert_eq!(numbers(8), (7, 2, 5));
        assert_eq!(numbers(14), (13, 4, 9));
        assert_eq!(numbers(41), (40, 13, 27));
        for others in 0..4 {
            assert_eq!(Quorum::of_club(others), Quorum::DetectionOnly { others });
        }
        for others in 4..200 {
            let quorum = Quorum::of_club(others);
            let (needed, faulty) = (quorum.needed().unwrap(), quorum.faulty());
            assert!(others > 3 * faulty && needed + faulty == others);
            assert!(
                2 * needed - others > faulty,
                "two quorums share an honest witness"
            );
        }
    }

    fn witnesses(count: u8) -> Vec<(String, Verifier)> {
        let key = |seed: u8| {
            Cosigner::from_seed(&format!("w{seed}.example"), &[seed; 32])
                .unwrap()
                .verifier()
        };
        (1..=count)
            .map(|number| (format!("member{number}"), key(number)))
            .collect()
    }

    /// The key of a member that stands beside its first one: here of the same type, so that every build verifies it.
    fn other(seed: u8) -> Cosigner {
        Cosigner::from_seed(&format!("w{seed}.example"), &[seed + 100; 32]).unwrap()
    }

    fn of_two_keys(count: u8) -> Vec<ClubWitness> {
        let named = witnesses(count).into_iter().zip(1..);
        named
            .map(|((name, key), seed)| ClubWitness {
                name,
                key: key.vkey(),
                other_key: (seed != 2).then(|| other(seed).verifier().vkey()),
            })
            .collect()
    }

    #[test]
    fn a_member_with_two_keys_counts_once_by_either() {
        let log = Signer::from_seed("log.example", &[0x77; 32]).unwrap();
        let text = club_policy_text(&log.verifier(), &of_two_keys(4), Quorum::of_club(4)).unwrap();
        assert!(text.contains("group member1-either 1 member1 member1-other-key\n"));
        assert!(text.ends_with(
            "group members 3 member1-either member2 member3-either member4-either\nquorum members\n"
        ));
        let policy: Policy = text.parse().unwrap();
        assert_eq!(policy.witnesses().count(), 7);
        let head = crate::checkpoint::Checkpoint {
            origin: "log.example".into(),
            size: 1,
            root: crate::hash::leaf_hash(b"x"),
        };
        let judged = |first: &[u8], others: &[u8]| {
            let by_first = first
                .iter()
                .map(|seed| Cosigner::from_seed(&format!("w{seed}.example"), &[*seed; 32]).unwrap());
            let lines: String = by_first
                .chain(others.iter().map(|seed| other(*seed)))
                .zip(100..)
                .map(|(cosigner, time)| cosigner.cosign(&head.text(), time).to_string())
                .collect();
            let note = crate::checkpoint::sign_checkpoint(&head, &log).unwrap() + &lines;
            let (_, judgement) = policy.judge(note).unwrap();
            let counted = judgement.counted.iter();
            let counted: Vec<String> = counted.map(|by| by.witness.clone()).collect();
            (judgement.missing, counted.join(" "), judgement.median_time())
        };
        assert_eq!(
            judged(&[1], &[1]),
            (2, "member1".into(), Some(100)),
            "once, by its first"
        );
        assert_eq!(judged(&[1, 2], &[1]).0, 1);
        assert_eq!(
            judged(&[2], &[4, 1]),
            (0, "member1 member2 member4".into(), Some(101))
        );
        assert_eq!(judged(&[1, 2, 3], &[1, 3]).0, 0);
        assert_eq!(judged(&[], &[1, 3, 4]).0, 0, "the other keys alone are enough");
        assert_eq!(judged(&[1], &[2]).0, 2, "a stranger's line under a member's name");
    }

    #[test]
    fn a_policy_is_made_for_a_log() {
        let log = Signer::from_seed("log.example", &[0x77; 32]).unwrap().verifier();
        let text = policy_text(&log, &witnesses(6), Quorum::of_club(6)).unwrap();
        assert!(
            text.ends_with(
                "group members 5 member1 member2 member3 member4 member5 member6\nquorum members\n"
            )
        );
        let policy: Policy = text.parse().unwrap();
        assert_eq!((policy.logs().len(), policy.witnesses().count()), (1, 6));

        let small = policy_text(&log, &witnesses(3), Quorum::of_club(3)).unwrap();
        assert!(small.ends_with("quorum none\n"));
        assert!(!small.parse::<Policy>().unwrap().needs_witnesses());

        let mut named = witnesses(4);
        named[0].0 = "members".into();
        assert!(policy_text(&log, &named, Quorum::of_club(4)).is_ok());
        for wrong in ["two words", "none", "member2", ""] {
            named[0].0 = wrong.into();
            assert!(
                policy_text(&log, &named, Quorum::of_club(4)).is_err(),
                "{wrong:?}"
            );
        }
        // A member's other key has names of its own, which no other member may have.
        for taken in ["member1-other-key", "member1-either"] {
            let mut two_keys = of_two_keys(4);
            two_keys[3].name = taken.into();
            assert!(
                club_policy_text(&log, &two_keys, Quorum::of_club(4)).is_err(),
                "{taken}"
            );
        }
        assert!(matches!(
            policy_text(&log, &witnesses(5), Quorum::of_club(6)),
            Err(LogError::QuorumMismatch { .. })
        ));
    }
}
