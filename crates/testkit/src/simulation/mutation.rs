//! Planted bugs: what the simulator must catch.

/// A bug planted in the shell of every honest member. Each stands for a mistake that somebody made, or could make,
/// in driving the cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mutation {
    /// Submitters are answered when their commit is handed to the disk.
    AcknowledgesBeforeCommit,
    /// A checkpoint is sent to the witnesses when its commit is handed to the disk.
    ShowsBeforeCommit,
    /// A witness answers before its new state is on disk.
    ReleasesBeforeStored,
    /// A witness cosigns whatever a log signed, without looking at the proof.
    SkipsConsistency,
    /// A witness keeps its state in memory only.
    ForgetsCosigned,
    /// A witness stores its new state without comparing the one that it replaces.
    StoresUnguarded,
    /// A log that starts signs at once.
    NoFence,
    /// A log whose store holds one entry at most is taken for new, and needs no fence.
    TrustsYoungStore,
    /// A commit compares the size of the log that it extends, and not its root.
    ComparesSizes,
    /// The fence is not told that the log grew, and who it shut out does not look at its store again.
    ShutForGood,
    /// The index of statements is not read after a start.
    ForgetsPlaces,
    /// A log does not ask again from the size that a witness says it cosigned.
    BelievesNoConflict,
    /// The quorum is one cosignature too low.
    QuorumTooLow,
    /// A cosignature that came twice counts twice.
    CountsTwice,
    /// A mirror keeps what it is served without checking it.
    KeepsUnchecked,
    /// A mirror fetches full bundles only.
    DropsPartial,
    /// Evidence stays with whoever found it.
    KeepsEvidence,
    /// Evidence is published in the own log, and told nobody otherwise.
    PublishesOnly,
    /// A commit of unknown outcome is taken for one that failed, and the next one overwrites.
    UnknownIsFailed,
}

impl Mutation {
    /// Every mutation.
    pub const ALL: [Mutation; 19] = [
        Mutation::AcknowledgesBeforeCommit,
        Mutation::ShowsBeforeCommit,
        Mutation::ReleasesBeforeStored,
        Mutation::SkipsConsistency,
        Mutation::ForgetsCosigned,
        Mutation::StoresUnguarded,
        Mutation::NoFence,
        Mutation::TrustsYoungStore,
        Mutation::ComparesSizes,
        Mutation::ShutForGood,
        Mutation::ForgetsPlaces,
        Mutation::BelievesNoConflict,
        Mutation::QuorumTooLow,
        Mutation::CountsTwice,
        Mutation::KeepsUnchecked,
        Mutation::DropsPartial,
        Mutation::KeepsEvidence,
        Mutation::PublishesOnly,
        Mutation::UnknownIsFailed,
    ];
}
