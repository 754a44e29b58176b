//! The members of a simulated club: names, keys, policies. The same for every seed, so made once.

use didymium_log::LogError;
use didymium_log::checkpoint::Checkpoint;
use didymium_log::cosignature::Cosigner;
use didymium_log::note::{SignedNote, Signer, Verifier};
use didymium_log::policy::{Policy, Quorum, policy_text};

use super::mutation::Mutation;

/// Position of a member in the club, from 0.
pub(super) type MemberId = usize;

/// Milliseconds of simulated time from the start of the run.
pub(super) type Time = u64;

pub(super) const SECOND: Time = 1_000;
pub(super) const MINUTE: Time = 60 * SECOND;
pub(super) const HOUR: Time = 60 * MINUTE;
pub(super) const DAY: Time = 24 * HOUR;

/// What the clocks of the club show when a run starts, seconds since 1970.
const START_UNIX_SECONDS: u64 = 1_795_000_000;

/// A club: what its charter says of its members, and their secret keys.
#[derive(Debug)]
pub struct Club {
    pub(super) logs: Vec<LogKeys>,
    pub(super) witnesses: Vec<WitnessKeys>,
    pub(super) quorum: Quorum,
}

/// The log of one member.
#[derive(Debug)]
pub(super) struct LogKeys {
    pub(super) signer: Signer,
    pub(super) verifier: [Verifier; 1],
    /// Who has to cosign, as the charter makes it.
    pub(super) policy: Policy,
    /// The same with a quorum that is one too low.
    pub(super) low_policy: Policy,
}

/// The witness of one member.
#[derive(Debug)]
pub(super) struct WitnessKeys {
    pub(super) cosigner: Cosigner,
    pub(super) verifier: [Verifier; 1],
}

impl Club {
    /// A club of so many members, 5 at least and 200 at most.
    ///
    /// # Errors
    /// [`LogError::QuorumMismatch`] for other numbers; those of making keys and policies.
    pub fn new(members: usize) -> Result<Self, LogError> {
        let quorum = Quorum::of_club(members.saturating_sub(1));
        let Quorum::Prevention {
            others,
            faulty,
            needed,
        } = quorum
        else {
            return Err(LogError::QuorumMismatch {
                needed: 0,
                others: quorum.others(),
                witnesses: members,
            });
        };
        let too_low = Quorum::Prevention {
            others,
            faulty,
            needed: needed - 1,
        };
        let witnesses = (0..members)
            .map(|member| {
                let cosigner = Cosigner::from_seed(&witness_name(member), &key_seed(2, member))?;
                let verifier = [cosigner.verifier()];
                Ok(WitnessKeys { cosigner, verifier })
            })
            .collect::<Result<Vec<_>, LogError>>()?;
        let logs = (0..members)
            .map(|member| {
                let signer = Signer::from_seed(&origin(member), &key_seed(1, member))?;
                let named: Vec<(String, Verifier)> = (0..members)
                    .filter(|other| *other != member)
                    .map(|other| (format!("member{other}"), witnesses[other].cosigner.verifier()))
                    .collect();
                Ok(LogKeys {
                    policy: policy_text(&signer.verifier(), &named, quorum)?.parse()?,
                    low_policy: policy_text(&signer.verifier(), &named, too_low)?.parse()?,
                    verifier: [signer.verifier()],
                    signer,
                })
            })
            .collect::<Result<Vec<_>, LogError>>()?;
        Ok(Club {
            logs,
            witnesses,
            quorum,
        })
    }

    /// Members of the club.
    pub fn members(&self) -> usize {
        self.logs.len()
    }

    /// Members other than `member`.
    pub(super) fn others(&self, member: MemberId) -> impl Iterator<Item = MemberId> + use<> {
        (0..self.logs.len()).filter(move |other| *other != member)
    }

    /// The member whose log has this origin.
    pub(super) fn member_of(&self, origin: &str) -> Option<MemberId> {
        let number = origin.strip_prefix("log.member")?.strip_suffix(".example")?;
        number.parse().ok().filter(|member| *member < self.logs.len())
    }

    pub(super) fn policy(&self, member: MemberId, mutation: Option<Mutation>) -> &Policy {
        let log = &self.logs[member];
        if mutation == Some(Mutation::QuorumTooLow) {
            &log.low_policy
        } else {
            &log.policy
        }
    }

    /// Cosignatures that make a head final.
    pub(super) fn needed(&self) -> usize {
        self.quorum.needed().unwrap_or(usize::MAX)
    }
}

/// Origin of a member's log.
pub(super) fn origin(member: MemberId) -> String {
    format!("log.member{member}.example")
}

fn witness_name(member: MemberId) -> String {
    format!("witness.member{member}.example")
}

fn key_seed(role: u8, member: MemberId) -> [u8; 32] {
    let mut seed = [role; 32];
    seed[..8].copy_from_slice(&(member as u64).to_be_bytes());
    seed
}

/// What a clock that is `offset_ms` ahead shows, seconds since 1970.
pub(super) fn unix_seconds(now: Time, offset_ms: i64) -> u64 {
    (START_UNIX_SECONDS * SECOND + now).saturating_add_signed(offset_ms) / SECOND
}

/// A signed checkpoint with what its text says, read once.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) note: SignedNote,
    pub(super) head: Checkpoint,
}

impl Signed {
    pub(super) fn new(note: SignedNote) -> Result<Self, LogError> {
        let head = Checkpoint::parse(&note.text)?;
        Ok(Signed { note, head })
    }
}
