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
    if quorum.others() != witnesses.len() {
        return Err(LogError::QuorumMismatch {
            needed: quorum.needed().unwrap_or(0),
            others: quorum.others(),
            witnesses: witnesses.len(),
        });
    }
    let mut text = format!("log {log}\n");
    for (name, key) in witnesses {
        let _ = writeln!(text, "witness {name} {key}");
    }
    match quorum.needed() {
        None => text.push_str("quorum none\n"),
        Some(needed) => {
            let _ = write!(text, "group {} {needed}", group_name(witnesses));
            for (name, _) in witnesses {
                let _ = write!(text, " {name}");
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

/// A name for the group that no witness has.
fn group_name(witnesses: &[(String, Verifier)]) -> String {
    let mut name = "members".to_owned();
    while witnesses.iter().any(|(witness, _)| *witness == name) {
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
        assert!(matches!(
            policy_text(&log, &witnesses(5), Quorum::of_club(6)),
            Err(LogError::QuorumMismatch { .. })
        ));
    }
}
