//! One pull of one peer's log.

use std::collections::BTreeSet;
use std::sync::Arc;

use didymium_log::checkpoint::Checkpoint;
use didymium_log::hash::leaf_hash;
use didymium_log::note::SignedNote;
use didymium_log::tile::{BundleId, MAX_ENTRY_BYTES, TILE_WIDTH, decode_bundle};
use didymium_log::tree::Edge;
use didymium_log::{Hash, LogError};
use didymium_statement::{Digest, Member, Statement};
use didymium_store::{Batch, Head};
use futures_util::{StreamExt as _, stream};

use super::charter::CharterHeard;
use super::client::Answer;
use super::gossip::{Heard, contradiction};
use super::{Federation, PeerStatus, Pulled};
use crate::admission::ForeignLog;
use crate::charter::log_keys;
use crate::held::HeldLog;
use crate::ledger::new_entry;
use crate::witnessing::policy_of;
use crate::{NodeError, NodeResult, NodeState, evidence};

/// Largest checkpoint taken, bytes: room for 64 signatures and more.
pub(super) const CHECKPOINT_BYTES_MAX: usize = 64 * 1024;
/// Largest entry bundle, bytes.
const BUNDLE_BYTES_MAX: usize = TILE_WIDTH as usize * (MAX_ENTRY_BYTES + 2);
/// Bundles asked for at the same time.
const BUNDLES_AT_ONCE: usize = 4;
/// Entries that one core verifies faster than another could be asked to help.
const VERIFIED_ALONE: usize = 64;
/// Most bytes of entries that one pull gathers before they are committed together.
const GATHERED_BYTES_MAX: usize = 512 * 1024 * 1024;

/// How far the following of one peer has come: kept between pulls, lost without harm when the node stops.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Entity tag of the last checkpoint that was taken over.
    etag: Option<String>,
    /// Entries fetched but not yet committed, from `gathered_from` on.
    gathered: Vec<Vec<u8>>,
    gathered_from: u64,
    gathered_bytes: usize,
    /// What its gossip said.
    heard: Heard,
    /// What it said of the charter.
    charter: CharterHeard,
}

impl Progress {
    pub(super) const fn heard(&mut self) -> &mut Heard {
        &mut self.heard
    }

    pub(super) const fn charter(&mut self) -> &mut CharterHeard {
        &mut self.charter
    }

    /// The entries that came.
    pub(super) fn into_gathered(self) -> Vec<Vec<u8>> {
        self.gathered
    }

    fn next(&self) -> u64 {
        self.gathered_from + self.gathered.len() as u64
    }

    fn forget(&mut self, from: u64) {
        self.gathered = Vec::new();
        self.gathered_from = from;
        self.gathered_bytes = 0;
    }
}

impl Federation {
    /// Brings the copy of a peer's log up to the checkpoint that the peer shows.
    pub(super) async fn pull_entries(
        &self,
        peer: &PeerStatus,
        progress: &mut Progress,
    ) -> NodeResult<Pulled> {
        let held = self.state.log_of(&peer.member)?;
        let head = blocking(&held, HeldLog::head).await?;
        let size = head.as_ref().map_or(0, |head| head.size);
        let unchanged = Pulled {
            size,
            ..Pulled::default()
        };
        if peer.frozen {
            return Ok(unchanged);
        }
        let url = format!("{}/log/checkpoint", peer.address);
        let (note, etag) = match self
            .client
            .get(&url, CHECKPOINT_BYTES_MAX, progress.etag.as_deref())
            .await?
        {
            Answer::Body { bytes, etag } => (bytes, etag),
            Answer::NotModified => return Ok(unchanged),
            Answer::NotFound => return Err(NodeError::PeerStatus { url, status: 404 }),
        };
        let member = self
            .state
            .log_of(&peer.member)
            .and_then(|_| self.member(&peer.member))?;
        let (policy, _) = policy_of(&self.state, &peer.member)?;
        let charters = self.state.charters();
        let (signed, opened) = log_keys::open_shown(charters, &peer.member, &note, &policy.witness_keys())?;
        // Only lines that were verified are kept: the log's own and those of the club's witnesses.
        let note = SignedNote {
            text: opened.text,
            signatures: opened.verified,
        };
        if let Some(head) = &head {
            self.compare(&held, head, &signed, &note).await?;
        }
        let shown = note.clone();
        let note = note.to_string().into_bytes();
        if signed.size > size {
            let base = format!("{}/log", peer.address);
            self.gather(&base, &signed, size, progress).await?;
            let state = self.state.clone();
            let gathered = std::mem::take(&mut progress.gathered);
            let taken = tokio::task::spawn_blocking({
                let (signed, note) = (signed.clone(), note.clone());
                move || take_over(&state, &member, &signed, &note, &gathered)
            });
            let taken = taken.await?;
            progress.forget(signed.size);
            if let Err(error) = taken {
                progress.forget(size);
                return Err(self.diagnose(peer, head.as_ref(), &signed, &shown, error).await);
            }
            self.state.changed().tell();
            tracing::info!(
                peer = peer.member,
                from = size,
                to = signed.size,
                "took over new entries"
            );
        }
        if let Some(head) = head.filter(|head| head.size == signed.size && head.checkpoint != note) {
            let (state, origin) = (self.state.clone(), head.origin);
            let refreshed = tokio::task::spawn_blocking(move || {
                state
                    .store()
                    .refresh_checkpoint(&origin, head.size, &head.root, &note)
            });
            refreshed.await??;
        }
        progress.etag = etag;
        Ok(Pulled {
            size: signed.size,
            entries: signed.size - size,
            ..Pulled::default()
        })
    }

    /// The member of a code.
    fn member(&self, code: &str) -> NodeResult<Member> {
        crate::folder::require_member(self.state.charter(), code).cloned()
    }

    /// Fetches the entries from `size` up to the signed size from the log face at `base`; what came before an error is kept
    /// for the next pull.
    pub(super) async fn gather(
        &self,
        base: &str,
        signed: &Checkpoint,
        size: u64,
        progress: &mut Progress,
    ) -> NodeResult<()> {
        if progress.gathered_from != size || progress.next() > signed.size {
            progress.forget(size);
        }
        let width = u64::from(TILE_WIDTH);
        let first = progress.next() / width;
        let bundles =
            (first..signed.size.div_ceil(width)).filter_map(|index| BundleId::in_tree(index, signed.size));
        let fetched = stream::iter(bundles).map(|id| async move { (id, self.bundle(base, id).await) });
        let mut fetched = std::pin::pin!(fetched.buffered(BUNDLES_AT_ONCE));
        while let Some((id, entries)) = fetched.next().await {
            let skip = progress.next().saturating_sub(id.index * width);
            for entry in entries?
                .into_iter()
                .skip(usize::try_from(skip).unwrap_or(usize::MAX))
            {
                progress.gathered_bytes += entry.len();
                progress.gathered.push(entry);
            }
            if progress.gathered_bytes > GATHERED_BYTES_MAX {
                progress.forget(size);
                return Err(NodeError::LogTooFarAhead {
                    origin: signed.origin.clone(),
                    max: GATHERED_BYTES_MAX,
                });
            }
        }
        Ok(())
    }

    /// One bundle; if the partial one is gone, the full one that replaced it, cut to width.
    async fn bundle(&self, base: &str, id: BundleId) -> NodeResult<Vec<Vec<u8>>> {
        let url = |id: BundleId| format!("{base}/{}", id.path());
        let (bytes, width) = match self.client.get(&url(id), BUNDLE_BYTES_MAX, None).await? {
            Answer::Body { bytes, .. } => (bytes, id.width),
            _ if id.is_partial() => {
                let full = BundleId {
                    width: TILE_WIDTH,
                    ..id
                };
                (
                    self.client.require(&url(full), BUNDLE_BYTES_MAX).await?,
                    TILE_WIDTH,
                )
            }
            _ => {
                return Err(NodeError::PeerStatus {
                    url: url(id),
                    status: 404,
                });
            }
        };
        let entries = decode_bundle(&bytes, width)?;
        Ok(entries
            .into_iter()
            .take(usize::from(id.width))
            .map(<[u8]>::to_vec)
            .collect())
    }

    /// Holds a checkpoint that is not larger against the copy held here.
    async fn compare(
        &self,
        held: &HeldLog,
        head: &Head,
        signed: &Checkpoint,
        note: &SignedNote,
    ) -> NodeResult<()> {
        if signed.size > head.size {
            return Ok(());
        }
        let (origin, size) = (signed.origin.clone(), signed.size);
        let root = blocking(held, move |held| held.root(size)).await?;
        if root != signed.root {
            let (state, held, head, note) = (self.state.clone(), held.clone(), head.clone(), note.clone());
            tokio::task::spawn_blocking(move || {
                let member = state.member_of_log(held.origin())?;
                let keys = log_keys::ever(state.charters(), &member.member)?;
                let witnesses = evidence::witness_keys(&state);
                let found = contradiction(&held, &head, size, root, &note, &keys, &witnesses)?;
                evidence::keep(&state, &found)
            })
            .await??;
            return Err(NodeError::LogRewritten {
                origin,
                size,
                held: root,
                found: size,
                now: signed.root,
            });
        }
        if size < head.size {
            return Err(NodeError::LogShrunk {
                origin,
                held: head.size,
                found: size,
            });
        }
        Ok(())
    }
}

/// Admits the entries, checks that they lead to the signed root, and writes them with the checkpoint. Blocking.
pub(super) fn take_over(
    state: &NodeState,
    member: &Member,
    signed: &Checkpoint,
    note: &[u8],
    gathered: &[Vec<u8>],
) -> NodeResult<()> {
    let held = HeldLog::new(Arc::clone(state.store()), &signed.origin);
    let size = held.size()?;
    let edge = held.edge(size)?;
    let leaves: Vec<Hash> = gathered.iter().map(|entry| leaf_hash(entry)).collect();
    let growth = held.grow(&edge, &leaves)?;
    if growth.edge.size() != signed.size {
        let reason = format!("it served {} entries from {size} on", gathered.len());
        return Err(NodeError::LogBroken {
            origin: signed.origin.clone(),
            size: signed.size,
            reason,
        });
    }
    if growth.root != signed.root {
        return Err(LogError::RootMismatch {
            computed: growth.root,
            expected: signed.root,
        }
        .into());
    }
    check_anchors(state, member, &edge, &leaves)?;
    let statements = admit_all(state, member, &held, size, gathered)?;
    state.store().commit(&Batch {
        origin: &signed.origin,
        expected_size: size,
        entries: statements.iter().map(new_entry).collect(),
        tiles: growth.tiles,
        root: growth.root.0,
        checkpoint: note,
        recorded_ms: state.clock().now_ms(),
    })?;
    Ok(())
}

/// Holds a log that grows against each of its states that the charter names.
fn check_anchors(state: &NodeState, member: &Member, edge: &Edge, leaves: &[Hash]) -> NodeResult<()> {
    let anchors = state.charters().anchors(&member.member);
    let ahead: Vec<_> = anchors.filter(|anchor| anchor.size > edge.size()).collect();
    if ahead.is_empty() {
        return Ok(());
    }
    let mut grown = edge.clone();
    for leaf in leaves {
        grown.append(*leaf)?;
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
    }
    Ok(())
}

/// Admits each entry; one statement has one place.
fn admit_all(
    state: &NodeState,
    member: &Member,
    held: &HeldLog,
    size: u64,
    gathered: &[Vec<u8>],
) -> NodeResult<Vec<Statement>> {
    let statements = verified(&state.admission().log_of(member), size, gathered)?;
    let ids: Vec<Digest> = statements.iter().map(Statement::id).collect();
    let places = held.find_all(&ids)?;
    let mut seen = BTreeSet::new();
    for ((index, statement), place) in (size..).zip(&statements).zip(places) {
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
fn verified(log: &ForeignLog<'_>, first: u64, gathered: &[Vec<u8>]) -> NodeResult<Vec<Statement>> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = gathered.len().div_ceil(cores).max(VERIFIED_ALONE);
    let admit = |(at, entries): (u64, &[Vec<u8>])| -> NodeResult<Vec<Statement>> {
        let numbered = (at..).zip(entries);
        numbered.map(|(index, bytes)| log.admit(index, bytes)).collect()
    };
    let mut shares = (first..).step_by(share).zip(gathered.chunks(share));
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
    let mut statements = Vec::with_capacity(gathered.len());
    for outcome in outcomes {
        statements.extend(outcome?);
    }
    Ok(statements)
}

/// Reads a log where blocking is allowed.
pub(super) async fn blocking<T: Send + 'static>(
    held: &HeldLog,
    read: impl FnOnce(&HeldLog) -> NodeResult<T> + Send + 'static,
) -> NodeResult<T> {
    let held = held.clone();
    tokio::task::spawn_blocking(move || read(&held)).await?
}
