//! What a run went through: a simulator that exercises nothing finds nothing.

/// Counts one enum's variants, so that the list of them stands once.
macro_rules! reached {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        /// A fault that happened, or a state that a member came into.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Reached {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Reached {
            /// Everything that is counted.
            pub const ALL: &'static [Reached] = &[$(Reached::$name,)+];
        }
    };
}

reached! {
    /// A message was lost.
    MessageLost,
    /// A message came twice.
    MessageTwice,
    /// A message overtook another between the same two members.
    MessageOvertook,
    /// A message was cut off by a partition.
    PartitionCut,
    /// A member was down for a day or more.
    DownForDays,
    /// A member crashed between two actions of one step.
    CrashBetweenActions,
    /// A member crashed after a commit of its log was on disk and before anybody was answered.
    CrashBeforeAnswer,
    /// A member crashed after a cosignature was on disk and before it was sent.
    CrashBeforeCosignatureSent,
    /// A write under way was lost in a crash.
    WriteLostInCrash,
    /// A write under way was persisted although the process crashed before it knew.
    WriteKeptInCrash,
    /// A write that nobody had waited for was lost in a crash.
    UnsyncedLost,
    /// A write that the disk had called synced was lost in a crash.
    SyncedLost,
    /// A write failed and was persisted nevertheless.
    FailedButPersisted,
    /// A write failed and was not persisted, and the process did not know which.
    FailedUnknown,
    /// A write failed for want of room, and nothing was written.
    DiskFull,
    /// A write of unknown outcome reached the disk later.
    LateWriteLanded,
    /// A late write found that the store had moved on, and was refused.
    LateWriteRefused,
    /// A log stopped because it did not know what was on disk.
    StoppedOnUnknown,
    /// A clock was set.
    ClockSet,
    /// A witness refused because its clock had stepped back.
    ClockRefused,
    /// A member was put back to an old backup.
    RestoredFromBackup,
    /// A fence opened.
    FenceOpened,
    /// A fence closed: the witnesses knew more than the store.
    FenceClosed,
    /// A log whose fence had closed got its entries back from the mirrors, and its fence opened.
    RecoveredFromMirrors,
    /// A fence heard an answer after it had opened.
    FenceHeardLate,
    /// A restored log signed another history of what it had shown and nobody had witnessed.
    UnwitnessedFork,
    /// An acknowledged entry was lost with its disk before it was witnessed.
    UnwitnessedLoss,
    /// A statement that stood in the log was submitted again, and answered with its first index.
    DuplicateAnswered,
    /// A statement was submitted again while its first submission waited.
    DuplicateJoined,
    /// Several statements went into one commit.
    GroupCommit,
    /// A busy log let statements gather before the next commit.
    Gathered,
    /// A log came to more than one full tile.
    BeyondOneTile,
    /// A head was witnessed.
    Witnessed,
    /// A proof of logging was verified as witnessed, from its text.
    ProofVerified,
    /// A witness answered that it had cosigned another size.
    WitnessConflict,
    /// Two requests met at a witness, and the second was judged again.
    WitnessRace,
    /// A witness refused a log against which there is evidence.
    FrozenRefused,
    /// A mirror refused what did not belong to the tree.
    ForeignRefused,
    /// A mirror was served a tile or bundle that is wider than the one it asked for.
    WiderServed,
    /// A mirror found that a log rewrote its history.
    RewriteFound,
    /// Evidence of two roots of one size was made.
    SameSizeProven,
    /// A failed consistency proof was evidence by itself, or became it by a member's own tiles.
    SuspicionProven,
    /// A suspicion was cleared by a member's own tiles.
    SuspicionCleared,
    /// Evidence was read in another member's log, or told by it.
    EvidenceRead,
    /// A log signed a second history.
    HistoryForked,
    /// A lying witness cosigned a history that contradicts what it cosigned before.
    Colluded,
    /// A lying member showed an old head.
    OldHeadShown,
    /// A lying member withheld an answer.
    Withheld,
    /// A lying member sent a wrong proof.
    FalseProof,
    /// A lying member served wrong bytes.
    FalseBytes,
}

/// How often each thing was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    counts: Vec<u64>,
}

impl Default for Coverage {
    fn default() -> Self {
        Coverage {
            counts: vec![0; Reached::ALL.len()],
        }
    }
}

impl Coverage {
    /// How often this was reached.
    pub fn count(&self, reached: Reached) -> u64 {
        self.counts.get(reached as usize).copied().unwrap_or(0)
    }

    /// What was never reached.
    pub fn missing(&self) -> Vec<Reached> {
        let all = Reached::ALL.iter().copied();
        all.filter(|reached| self.count(*reached) == 0).collect()
    }

    /// Adds what another run reached.
    pub fn add(&mut self, other: &Coverage) {
        for (sum, count) in self.counts.iter_mut().zip(&other.counts) {
            *sum += count;
        }
    }

    pub(super) fn reach(&mut self, reached: Reached) {
        if let Some(count) = self.counts.get_mut(reached as usize) {
            *count += 1;
        }
    }
}
