//! What must hold in every run, and what a run says when it does not.

use std::fmt;

/// What a club promises whatever happens to it, within the faults that it is built for: at most f of n members lie,
/// where n ≥ 3f + 1 and n counts the members other than the origin of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Invariant {
    /// No honest witness whose disk kept what it synced ever cosigns two heads of one log of which neither extends
    /// the other.
    InconsistentCosignatures,
    /// Two heads of one origin that were both cosigned by a quorum are consistent.
    WitnessedFork,
    /// What a member takes for witnessed was cosigned by at least k different witnesses.
    UnearnedGrade,
    /// An acknowledged index keeps its bytes: for ever if the head above it is witnessed, and as long as the member's
    /// disk keeps what it synced if it is only logged.
    AcknowledgedMoved,
    /// One statement has one index.
    TwoPlaces,
    /// No head leaves its log, and no cosignature its witness, before the disk holds it.
    SignedBeforeCommitted,
    /// The heads that an honest log shows extend each other; a log whose disk was put back may contradict what was not
    /// yet witnessed, never what was.
    Forked,
    /// A mirror keeps under a head the bytes that its log put under that head.
    ForeignBytes,
    /// There is no evidence against a log that never signed two histories.
    Framed,
    /// A fence closes only for what its store lacks or contradicts; what a mirror has of it is got back after faults have
    /// ended.
    ShutOut,
    /// After faults have ended, all honest members hold the same copy of each honest log.
    MirrorsUnequal,
    /// After faults have ended, the head of every honest log is witnessed.
    Unwitnessed,
    /// After faults have ended, every statement that was submitted to an honest log is acknowledged.
    Unanswered,
    /// When honest members hold two histories of one log, every one of them comes to hold evidence.
    EvidenceMissing,
    /// The cores take what an honest shell hands them without an error of their own.
    CoreFailed,
}

impl Invariant {
    /// Every invariant, in the order of the documentation.
    pub const ALL: [Invariant; 15] = [
        Invariant::InconsistentCosignatures,
        Invariant::WitnessedFork,
        Invariant::UnearnedGrade,
        Invariant::AcknowledgedMoved,
        Invariant::TwoPlaces,
        Invariant::SignedBeforeCommitted,
        Invariant::Forked,
        Invariant::ForeignBytes,
        Invariant::Framed,
        Invariant::ShutOut,
        Invariant::MirrorsUnequal,
        Invariant::Unwitnessed,
        Invariant::Unanswered,
        Invariant::EvidenceMissing,
        Invariant::CoreFailed,
    ];
}

/// An invariant that a run broke; displayed with all that is needed to run it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What does not hold.
    pub invariant: Invariant,
    /// The seed of the run.
    pub seed: u64,
    /// Members of the club.
    pub members: usize,
    /// When it was seen: milliseconds of simulated time from the start of the run.
    pub at_ms: u64,
    /// The member at which it was seen.
    pub member: usize,
    /// What was seen, in words.
    pub seen: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, rest) = (self.at_ms / 86_400_000, self.at_ms % 86_400_000);
        write!(
            f,
            "{:?} at member {} on day {day}, {:02}:{:02}:{:02}.{:03}: {}\n  again: DIDYMIUM_SIM_SEED={} \
             DIDYMIUM_SIM_MEMBERS={} cargo test -p didymium-testkit --test simulation one_seed -- --nocapture",
            self.invariant,
            self.member,
            rest / 3_600_000,
            rest / 60_000 % 60,
            rest / 1_000 % 60,
            rest % 1_000,
            self.seen,
            self.seed,
            self.members,
        )
    }
}

impl std::error::Error for Violation {}

/// A violation before the run adds when and where: the member, the invariant and what was seen.
#[derive(Debug)]
pub(super) struct Breach {
    pub(super) invariant: Invariant,
    pub(super) member: usize,
    pub(super) seen: String,
}

/// A breach of an invariant at a member.
pub(super) fn breach<T>(invariant: Invariant, member: usize, seen: impl Into<String>) -> Result<T, Breach> {
    Err(Breach {
        invariant,
        member,
        seen: seen.into(),
    })
}
