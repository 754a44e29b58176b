//! One part of a log that is being copied: entries that belong to a signed tree, admitted, and written in one step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use didymium_log::Hash;
use didymium_log::checkpoint::Checkpoint;
use didymium_log::hash::leaf_hash;
use didymium_log::mirror::Entries;
use didymium_log::note::SignedNote;
use didymium_log::tree::{Edge, EdgeTiles};
use didymium_statement::{Digest, Member, Statement};
use didymium_store::{Ahead, Batch, Head, Staged, TileRow};

use crate::admission::ForeignLog;
use crate::charter::log_keys;
use crate::held::HeldLog;
use crate::ledger::new_entry;
use crate::room::Taker;
use crate::shown::SignedHead;
use crate::{NodeError, NodeResult, NodeState, evidence, room, shown};

/// Entries that one core verifies faster than another could be asked to help.
const VERIFIED_ALONE: usize = 64;
/// Bytes of entries that make a part whole; one bundle more may be in it.
const PART_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The state up to which a log is copied.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The log with its size and root there.
    pub(super) state: Checkpoint,
    /// The lines over it that were verified: the log's own and those of the club's witnesses. Absent for a state that the
    /// charter alone vouches for.
    pub(super) note: Option<SignedNote>,
}

impl Target {
    /// What stands for it on disk.
    fn text(&self) -> String {
        match &self.note {
            Some(note) => note.to_string(),
            None => self.state.text(),
        }
    }
}

/// What is held of a log, with what waits ahead of its head.
pub(super) struct Standing {
    /// Its head; absent before the first.
    pub(super) head: Option<Head>,
    /// What waits.
    pub(super) ahead: Option<Ahead>,
    /// The right edge of the tree that copying goes on from.
    pub(super) edge: EdgeTiles,
}

impl Standing {
    /// Reads it. What waits and cannot be gone on from is forgotten. Blocking.
    ///
    /// # Errors
    /// [`NodeError::StoredLog`] if the tiles do not lead to the head; [`NodeError::Store`].
    pub(super) fn read(state: &NodeState, member: &Member) -> NodeResult<Self> {
        let origin = member.origin();
        let held = HeldLog::new(Arc::clone(state.store()), origin);
        let head = held.head()?;
        let ahead = state.store().staged(origin)?;
        if let Some(ahead) = ahead {
            let reason = match usable(state, member, &held, &ahead) {
                Ok(Ok(edge)) => {
                    let ahead = Some(ahead);
                    return Ok(Self { head, ahead, edge });
                }
                Ok(Err(reason)) => reason,
                Err(NodeError::Log(error)) => error.to_string(),
                Err(other) => return Err(other),
            };
            tracing::warn!(
                log = origin,
                reason,
                "what waits ahead of a head cannot be used: it is fetched again"
            );
            forget(state, member, &ahead)?;
        }
        // A tile that is missing here is no fault of whoever serves the log.
        let edge = match held.edge_ahead(head.as_ref().map_or(0, |head| head.size)) {
            Err(NodeError::Log(error)) => {
                return Err(NodeError::StoredLog {
                    origin: origin.to_owned(),
                    reason: error.to_string(),
                });
            }
            edge => edge?,
        };
        if let Some(head) = head.as_ref().filter(|head| head.root != edge.root().0) {
            return Err(NodeError::StoredLog {
                origin: origin.to_owned(),
                reason: format!(
                    "its tiles lead to root {}, its checkpoint says {}",
                    edge.root(),
                    Hash(head.root)
                ),
            });
        }
        Ok(Self {
            head,
            ahead: None,
            edge,
        })
    }

    /// Entries under the head.
    pub(super) fn size(&self) -> u64 {
        self.head.as_ref().map_or(0, |head| head.size)
    }

    /// Root of the head, absent where no entry is under one.
    pub(super) fn head_root(&self) -> Option<[u8; 32]> {
        let head = self.head.as_ref().filter(|head| head.size > 0);
        head.map(|head| head.root)
    }
}

/// Forgets what waits ahead of a head, but not the checkpoint that it was copied towards: the log signed that, whatever it
/// shows now. Blocking.
///
/// # Errors
/// [`NodeError::Store`]; those of [`shown::remember`].
pub(super) fn forget(state: &NodeState, member: &Member, ahead: &Ahead) -> NodeResult<()> {
    if let Some(pending) = &ahead.pending {
        let keys = log_keys::ever(state.charters(), &member.member)?;
        // What no key of the log signed is of the disk alone.
        if let Ok(head) = SignedHead::open(pending, &keys, &evidence::witness_keys(state)) {
            shown::remember(state, &member.member, &head)?;
        }
    }
    state.store().unstage(member.origin())?;
    Ok(())
}

/// The edge of what waits ahead of a head, or why it cannot be gone on from.
fn usable(
    state: &NodeState,
    member: &Member,
    held: &HeldLog,
    ahead: &Ahead,
) -> NodeResult<Result<EdgeTiles, String>> {
    if ahead.pending.is_none() {
        return Ok(Err("nobody staged it".to_owned()));
    }
    // A version of the charter may have come since.
    let waits = ahead.size + 1..=ahead.next;
    let mut anchors = state.charters().anchors(&member.member);
    while let Some(anchor) = anchors.find(|anchor| waits.contains(&anchor.size)) {
        let found = held.root_ahead(anchor.size)?;
        if found.0 != *anchor.root.as_bytes() {
            return Ok(Err(format!(
                "its first {} entries have root {found}, the charter says {}",
                anchor.size, anchor.root
            )));
        }
    }
    held.edge_ahead(ahead.next).map(Ok)
}

/// Entries that follow each other, with what they change.
#[derive(Debug)]
pub(super) struct Part {
    /// The tree before them.
    before: EdgeTiles,
    /// Root of the head when copying began, as [`Standing::head_root`] tells it: no other may be there when they are written.
    head_root: Option<[u8; 32]>,
    entries: Vec<Vec<u8>>,
    /// Tiles to write, by level and index.
    tiles: BTreeMap<(u8, u64), Vec<u8>>,
    bytes: usize,
}

impl Part {
    /// A part that goes on from a tree that leads on from a head.
    pub(super) const fn after(before: EdgeTiles, head_root: Option<[u8; 32]>) -> Self {
        Self {
            before,
            head_root,
            entries: Vec::new(),
            tiles: BTreeMap::new(),
            bytes: 0,
        }
    }

    /// Adds entries that follow.
    pub(super) fn add(&mut self, more: Entries) {
        self.bytes += more.entries.iter().map(Vec::len).sum::<usize>();
        self.entries.extend(more.entries);
        let rows = more.writes.rows.into_iter();
        self.tiles
            .extend(rows.map(|row| ((row.id.level, row.id.index), row.bytes)));
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether it is to be written before it grows.
    pub(super) fn is_whole(&self, entries_max: usize) -> bool {
        self.entries.len() >= entries_max || self.bytes >= PART_BYTES_MAX
    }

    /// Admits the entries and writes them: ahead of the head, or, with the last of them, under the checkpoint. Blocking.
    ///
    /// # Errors
    /// [`NodeError::CharterChanged`], [`NodeError::LogOffCharter`], [`NodeError::Refused`], [`NodeError::Genesis`],
    /// [`NodeError::StatementTwice`], [`NodeError::Store`].
    pub(super) fn keep(
        self,
        state: &NodeState,
        member: &Member,
        target: &Target,
        last: bool,
    ) -> NodeResult<()> {
        let Self {
            before,
            head_root,
            entries,
            tiles,
            bytes,
        } = self;
        let (origin, first) = (target.state.origin.as_str(), before.size());
        let _in_force = state.under_this_charter()?;
        check_anchors(state, member, &before, &entries)?;
        let held = HeldLog::new(Arc::clone(state.store()), origin);
        let statements = admit_all(state, member, &held, first, &entries)?;
        room::require(state, Taker::Copies, bytes as u64)?;
        let checkpoint = target.text();
        let rows = tiles
            .into_iter()
            .map(|((level, index), hashes)| TileRow { level, index, hashes });
        let (entries, tiles) = (statements.iter().map(new_entry).collect(), rows.collect());
        let recorded_ms = state.clock().now_ms();
        if last {
            state.store().commit(&Batch {
                origin,
                expected_size: first,
                expected_root: head_root,
                entries,
                tiles,
                root: target.state.root.0,
                checkpoint: target.note.is_some().then_some(checkpoint.as_bytes()),
                recorded_ms,
            })?;
        } else {
            state.store().stage(&Staged {
                origin,
                expected_next: first,
                expected_root: head_root,
                entries,
                tiles,
                pending: checkpoint.as_bytes(),
                recorded_ms,
            })?;
        }
        Ok(())
    }
}

/// Holds a log that grows against each of its states that the charter names.
fn check_anchors(
    state: &NodeState,
    member: &Member,
    before: &EdgeTiles,
    entries: &[Vec<u8>],
) -> NodeResult<()> {
    let anchors = state.charters().anchors(&member.member);
    let passed = before.size()..=before.size() + entries.len() as u64;
    let ahead: Vec<_> = anchors
        .filter(|anchor| anchor.size > before.size() && passed.contains(&anchor.size))
        .collect();
    let Some(end) = ahead.iter().map(|anchor| anchor.size).max() else {
        return Ok(());
    };
    let mut grown = Edge::from(before);
    for entry in entries {
        grown.append(leaf_hash(entry))?;
        for anchor in ahead.iter().filter(|anchor| anchor.size == grown.size()) {
            let found = grown.root();
            if found.0 != *anchor.root.as_bytes() {
                return Err(NodeError::LogOffCharter {
                    origin: member.origin().to_owned(),
                    size: anchor.size,
                    found,
                    anchored: anchor.root,
                });
            }
        }
        if grown.size() == end {
            break;
        }
    }
    Ok(())
}

/// Admits each entry; one statement has one place, whether under the head or ahead of it.
fn admit_all(
    state: &NodeState,
    member: &Member,
    held: &HeldLog,
    first: u64,
    entries: &[Vec<u8>],
) -> NodeResult<Vec<Statement>> {
    let statements = verified(&state.admission().log_of(member), first, entries)?;
    let ids: Vec<Digest> = statements.iter().map(Statement::id).collect();
    let places = held.find_all(&ids)?;
    let mut seen = BTreeSet::new();
    for ((index, statement), place) in (first..).zip(&statements).zip(places) {
        if !seen.insert(statement.id()) || place.is_some() {
            let origin = held.origin().to_owned();
            return Err(NodeError::StatementTwice {
                origin,
                statement: statement.id(),
                index,
            });
        }
    }
    Ok(statements)
}

/// Verifies entries on all cores: signatures are most of the work of catching up. The first entry that is refused is told.
fn verified(log: &ForeignLog<'_>, first: u64, entries: &[Vec<u8>]) -> NodeResult<Vec<Statement>> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = entries.len().div_ceil(cores).max(VERIFIED_ALONE);
    let admit = |(at, entries): (u64, &[Vec<u8>])| -> NodeResult<Vec<Statement>> {
        let numbered = (at..).zip(entries);
        numbered.map(|(index, bytes)| log.admit(index, bytes)).collect()
    };
    let mut shares = (first..).step_by(share).zip(entries.chunks(share));
    let Some(own) = shares.next() else {
        return Ok(Vec::new());
    };
    let outcomes: Vec<NodeResult<Vec<Statement>>> = std::thread::scope(|scope| {
        let others: Vec<_> = shares.map(|share| scope.spawn(move || admit(share))).collect();
        let own = admit(own);
        let joined = others.into_iter().map(|thread| match thread.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        std::iter::once(own).chain(joined).collect()
    });
    let mut statements = Vec::with_capacity(entries.len());
    for outcome in outcomes {
        statements.extend(outcome?);
    }
    Ok(statements)
}
