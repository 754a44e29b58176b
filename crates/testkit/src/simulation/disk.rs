//! A member's store, and the disk under it with its faults.

use std::collections::VecDeque;
use std::rc::Rc;

use didymium_log::Hash;
use didymium_log::evidence::Evidence;
use didymium_log::witness::CosignedHead;

use super::club::{MemberId, Signed};
use super::copy::{Growth, LogCopy};

/// Names a write between a process and its disk.
pub(super) type WriteId = u64;

/// Everything that a member keeps. Cheap to clone: entries, heads and notes are shared.
#[derive(Debug, Clone)]
pub(super) struct Store {
    /// The own log and the mirrors of the others, by member.
    pub(super) logs: Vec<LogCopy>,
    /// What the witness cosigned last, by member.
    pub(super) cosigned: Vec<Option<Rc<CosignedHead>>>,
    /// The own head with the cosignatures that came so far.
    pub(super) collected: Option<Rc<Signed>>,
    /// Evidence against each member.
    pub(super) evidence: Vec<Option<Rc<Evidence>>>,
}

/// One transaction.
#[derive(Debug, Clone)]
pub(super) enum Write {
    /// Entries, tiles and head of a log, if it is still the one that they were made for.
    Grow { log: MemberId, growth: Rc<Growth> },
    /// The same whatever the log is: it is cut back first. Only a planted bug does so.
    Overwrite { log: MemberId, growth: Rc<Growth> },
    /// What the witness cosigned, if what it replaces is still there.
    Cosigned {
        log: MemberId,
        replaces: Option<(u64, Hash)>,
        guarded: bool,
        head: Rc<CosignedHead>,
    },
    /// Cosignatures of the own head. Nobody waits for it.
    Collected { signed: Rc<Signed> },
    /// Evidence against a member.
    Evidence {
        against: MemberId,
        evidence: Rc<Evidence>,
    },
}

/// What became of a write, as the process is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// It is on disk.
    Synced,
    /// It was not applied: the store is not as the write expects.
    Conflict,
    /// It was not applied for want of room.
    Full,
    /// Nobody knows.
    Unknown,
}

impl Store {
    pub(super) fn new(members: usize) -> Self {
        Store {
            logs: vec![LogCopy::default(); members],
            cosigned: vec![None; members],
            collected: None,
            evidence: vec![None; members],
        }
    }

    /// Applies a write; answers whether the store was as it expects.
    pub(super) fn apply(&mut self, write: &Write) -> bool {
        match write {
            Write::Grow { log, growth } => self.logs[*log].grow(growth),
            Write::Overwrite { log, growth } => {
                if let Ok(cut) = self.logs[*log].first(growth.first) {
                    self.logs[*log] = cut;
                }
                self.logs[*log].grow(growth)
            }
            Write::Cosigned {
                log,
                replaces,
                guarded,
                head,
            } => {
                let stored = self.cosigned[*log].as_ref().map(|head| (head.size, head.root));
                if *guarded && stored != *replaces {
                    return false;
                }
                self.cosigned[*log] = Some(Rc::clone(head));
                true
            }
            Write::Collected { signed } => {
                self.collected = Some(Rc::clone(signed));
                true
            }
            Write::Evidence { against, evidence } => {
                self.evidence[*against].get_or_insert_with(|| Rc::clone(evidence));
                true
            }
        }
    }
}

/// A disk with what it holds, what it says that it holds, and what is on its way.
#[derive(Debug)]
pub(super) struct Disk {
    /// What processes read.
    live: Store,
    /// What survives a crash.
    stable: Store,
    /// What was applied to `live` and not yet to `stable`, oldest first.
    unflushed: Vec<Write>,
    /// Writes under way, oldest first.
    under_way: VecDeque<(WriteId, Write)>,
    /// Whether it calls writes synced that are not.
    pub(super) lies: bool,
    backup: Option<Box<Store>>,
}

/// What a crash did to a disk.
#[derive(Debug, Default, Clone)]
pub(super) struct Crash {
    /// Writes under way that were persisted, nobody knowing.
    pub(super) kept: Vec<Write>,
    /// Writes under way that are lost.
    pub(super) lost: usize,
    /// Whether writes that nobody had waited for are lost.
    pub(super) unsynced_lost: bool,
    /// Whether writes that were called synced are lost.
    pub(super) synced_lost: bool,
}

/// Most writes that a lying disk keeps in its cache.
const LYING_CACHE: usize = 6;

impl Disk {
    pub(super) fn new(members: usize) -> Self {
        Disk {
            live: Store::new(members),
            stable: Store::new(members),
            unflushed: Vec::new(),
            under_way: VecDeque::new(),
            lies: false,
            backup: None,
        }
    }

    /// What processes read.
    pub(super) fn store(&self) -> &Store {
        &self.live
    }

    /// Takes a write in; nothing is persisted yet.
    pub(super) fn begin(&mut self, id: WriteId, write: Write) {
        self.under_way.push_back((id, write));
    }

    /// Takes a write back out of those under way.
    pub(super) fn end(&mut self, id: WriteId) -> Option<Write> {
        let place = self.under_way.iter().position(|(known, _)| *known == id)?;
        self.under_way.remove(place).map(|(_, write)| write)
    }

    /// Persists a write; answers whether the store was as it expects.
    pub(super) fn persist(&mut self, write: Write) -> bool {
        if !self.live.apply(&write) {
            return false;
        }
        let synced = !matches!(write, Write::Collected { .. });
        self.unflushed.push(write);
        let keep = match (self.lies, synced) {
            (true, _) => LYING_CACHE,
            // Whoever syncs a write syncs those before it.
            (false, true) => 0,
            (false, false) => usize::MAX,
        };
        let flushed = self.unflushed.len().saturating_sub(keep);
        for write in self.unflushed.drain(..flushed) {
            self.stable.apply(&write);
        }
        true
    }

    /// Loses power: `keeps_under_way` and `keeps_unflushed` of the oldest writes survive.
    pub(super) fn crash(&mut self, keeps_under_way: usize, keeps_unflushed: usize) -> Crash {
        let mut crash = Crash::default();
        let kept = keeps_unflushed.min(self.unflushed.len());
        let lost = self.unflushed.split_off(kept);
        for write in self.unflushed.drain(..) {
            self.stable.apply(&write);
        }
        for write in &lost {
            match write {
                Write::Collected { .. } => crash.unsynced_lost = true,
                _ => crash.synced_lost = true,
            }
        }
        for (place, (_, write)) in std::mem::take(&mut self.under_way).into_iter().enumerate() {
            // A transaction is persisted whole or not at all, and none before an older one.
            if lost.is_empty() && place < keeps_under_way && self.stable.apply(&write) {
                crash.kept.push(write);
            } else {
                crash.lost += 1;
            }
        }
        self.live = self.stable.clone();
        crash
    }

    pub(super) fn writes_under_way(&self) -> usize {
        self.under_way.len()
    }

    pub(super) fn writes_unflushed(&self) -> usize {
        self.unflushed.len()
    }

    /// Copies what is stored, as a backup does.
    pub(super) fn back_up(&mut self) {
        self.backup = Some(Box::new(self.live.clone()));
    }

    /// Puts the disk back to its last backup; answers whether there is one.
    pub(super) fn restore(&mut self) -> bool {
        let Some(backup) = &self.backup else {
            return false;
        };
        self.live = (**backup).clone();
        self.stable = self.live.clone();
        self.unflushed.clear();
        self.under_way.clear();
        true
    }

    /// Drops what the witness cosigned: a planted bug kept it in memory only.
    pub(super) fn forget_cosigned(&mut self) {
        self.live.cosigned.fill(None);
        self.stable.cosigned.fill(None);
    }
}
