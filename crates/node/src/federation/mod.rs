//! Following the other members' logs: pull, verify, keep, serve.
//!
//! For each peer, in turn and for ever: fetch the checkpoint; verify its signature under the charter; fetch the entries
//! that are new, each bundle held against the signed tree as it comes; admit each; write them in parts, and with the last
//! part the checkpoint; then fetch blobs that entries name and that are not here; ask which heads it knows, and how its
//! charter goes on. Checkpoints, entries and blobs come from the origin or from whoever has a copy. What was interrupted
//! goes on where it was. Nothing that a peer says can change what is held already.

mod blobs;
mod charter;
mod client;
mod copying;
mod extension;
mod gossip;
mod pace;
mod part;
mod pull;
mod restore;
mod source;
mod vouched;

use std::collections::BTreeMap;
use std::sync::Arc;

use didymium_store::StoreError;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use blobs::Blobs;
pub(crate) use client::{Answer, PeerClient};
pub use gossip::{KnownHead, KnownHeads, known_heads};
use pace::Pace;
use pull::Progress;
pub use restore::{Restoration, Restored};

use crate::blocking::blocking;
use crate::room::Taker;
use crate::shutdown::Shutdown;
use crate::{NodeError, NodeResult, NodeState, room, shown};

/// What this node knows of a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerStatus {
    /// Member code.
    pub member: String,
    /// Base address that it is asked at.
    pub address: String,
    /// When it last showed a checkpoint that could be accepted, milliseconds since the Unix epoch.
    pub last_seen_ms: Option<i64>,
    /// Why its log could not be followed when it was last tried, in words.
    pub trouble: Option<String>,
    /// Whether the trouble is that this node's own disk is full, or nearly: the peer is not to blame.
    pub disk_full: bool,
    /// Whether its log is proven to contradict itself: it is followed and cosigned no further until the charter decides.
    pub frozen: bool,
    /// Entries that it holds of each member's log, by member code, as it last said.
    pub copies: BTreeMap<String, u64>,
}

impl PeerStatus {
    /// A peer that was not heard of yet.
    pub(crate) fn unheard(member: &str, address: &str) -> Self {
        let address = address.trim_end_matches('/').to_owned();
        Self {
            member: member.to_owned(),
            address,
            last_seen_ms: None,
            trouble: None,
            disk_full: false,
            frozen: false,
            copies: BTreeMap::new(),
        }
    }
}

/// What one pull brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Entries of the peer's log that are held now.
    pub size: u64,
    /// Entries that came.
    pub entries: u64,
    /// Blobs that came.
    pub blobs: u64,
    /// Blobs that entries of this log name and that nobody had.
    pub missing_blobs: u64,
}

/// Follows the peers of one node. Cheap to clone.
#[derive(Clone)]
pub struct Federation {
    state: NodeState,
    client: PeerClient,
    progress: Arc<BTreeMap<String, Mutex<Progress>>>,
    /// Held by whoever copies the logs that nobody signs.
    vouched: Arc<Mutex<()>>,
}

impl Federation {
    /// A federation of the node's peers under its charter.
    ///
    /// # Errors
    /// [`NodeError::Client`].
    pub fn new(state: NodeState) -> NodeResult<Self> {
        let progress = state
            .peers()
            .into_iter()
            .map(|peer| (peer.member, Mutex::default()))
            .collect();
        Ok(Self {
            client: PeerClient::of(&state)?,
            progress: Arc::new(progress),
            vouched: Arc::default(),
            state,
        })
    }

    /// Pulls once from one peer: entries, then blobs. A failure is also remembered as the peer's trouble; entries and blobs
    /// are asked for even if the peer itself is silent, since others may have them.
    ///
    /// # Errors
    /// [`NodeError::NotAMember`] for a code that is no peer's, and whatever kept the log from being followed. That the peer
    /// itself failed is none where entries came from others.
    pub async fn pull_once(&self, member: &str) -> NodeResult<Pulled> {
        let (Some(progress), Some(before)) = (self.progress.get(member), self.state.peer(member)) else {
            return Err(NodeError::NotAMember {
                member: member.chars().take(40).collect(),
                known: self.progress.keys().cloned().collect::<Vec<_>>().join(", "),
            });
        };
        let mut progress = progress.lock().await;
        let (entries, blobs) = match self.require_room().await {
            Ok(()) => (
                self.pull_entries(&before, &mut progress).await,
                self.pull_blobs(&before).await,
            ),
            // What grows waits; heads, evidence and the charter are small, and a club that is told them stays honest.
            Err(full) => (Err(full), Ok(Blobs::default())),
        };
        let paused = matches!(entries, Err(NodeError::NoRoom { .. }));
        if let Err(error) = self.judge_shown(member).await {
            tracing::warn!(
                peer = member,
                error = error.in_words(),
                "heads that its log signed could not be held against the copy here"
            );
        }
        if let Err(error) = self.gossip(&before, progress.heard()).await {
            tracing::debug!(peer = member, error = error.in_words(), "no gossip");
        }
        if let Err(error) = self.pull_charter(&before, progress.charter()).await {
            tracing::debug!(
                peer = member,
                error = error.in_words(),
                "the charter was not followed"
            );
        }
        if !paused && let Err(error) = self.pull_vouched_for(&before).await {
            tracing::debug!(
                peer = member,
                error = error.in_words(),
                "no copies of the logs that nobody signs"
            );
        }
        let followed = entries.as_ref().ok();
        let trouble = followed.map_or(entries.as_ref().err(), |followed| followed.trouble.as_ref());
        self.remember(
            &before,
            trouble.or(blobs.as_ref().err()),
            trouble.is_none() && !before.frozen,
        );
        self.state
            .metrics()
            .pulled(member, trouble.is_none() && blobs.is_ok());
        let (followed, blobs) = (entries?, blobs?);
        match followed.trouble {
            Some(error) if followed.entries == 0 => Err(error),
            _ => Ok(Pulled {
                size: followed.size,
                entries: followed.entries,
                blobs: blobs.came,
                missing_blobs: blobs.missing,
            }),
        }
    }

    /// Holds the heads that a log signed and showed against the copy here, which may have grown.
    async fn judge_shown(&self, member: &str) -> NodeResult<()> {
        let (state, member) = (self.state.clone(), member.to_owned());
        blocking(move || shown::judge(&state, &member)).await
    }

    async fn require_room(&self) -> NodeResult<()> {
        let state = self.state.clone();
        tokio::task::spawn_blocking(move || room::require(&state, Taker::Copies, 0)).await?
    }

    /// Pulls once from every peer at the same time; answers what came of each, by member code.
    pub async fn pull_all_once(&self) -> BTreeMap<String, NodeResult<Pulled>> {
        let pulls = self
            .progress
            .keys()
            .map(|member| async { (member.clone(), self.pull_once(member).await) });
        futures_util::future::join_all(pulls).await.into_iter().collect()
    }

    /// Pulls from every peer again and again until the node stops, with pauses drawn from `seed` so that the members of
    /// a club do not ask in step.
    pub async fn run(self, seed: u64, shutdown: Shutdown) {
        let mut loops = JoinSet::new();
        for (number, member) in (1..).zip(self.progress.keys().cloned()) {
            let pace = Pace::new(seed.wrapping_mul(number), &self.state.config().overrides);
            loops.spawn(self.clone().follow(member, pace));
        }
        shutdown.wait().await;
        loops.shutdown().await;
    }

    async fn follow(self, member: String, mut pace: Pace) {
        tokio::time::sleep(pace.start()).await;
        loop {
            // What went wrong is in the peer's status, and was logged when it began.
            let _ = self.pull_once(&member).await;
            tokio::time::sleep(pace.next()).await;
        }
    }

    /// Keeps what a pull showed in the peer's status; says in the node's own log when trouble begins, changes or ends.
    fn remember(&self, before: &PeerStatus, error: Option<&NodeError>, heard: bool) {
        // Evidence may have frozen it meanwhile: what it says stays. Nothing else freezes: what a key signed that is no longer the
        // log's is no fault of the one that is.
        let now = self.state.peer(&before.member);
        let kept = now.filter(|now| now.frozen).and_then(|now| now.trouble);
        let frozen = kept.is_some() || before.frozen;
        let trouble = kept.or_else(|| error.map(NodeError::in_words));
        match (&before.trouble, &trouble) {
            (was, Some(now)) if was.as_ref() != Some(now) => {
                tracing::warn!(
                    peer = before.member,
                    trouble = now,
                    frozen,
                    "a peer's log cannot be followed"
                );
            }
            (Some(_), None) => tracing::info!(peer = before.member, "a peer's log is followed again"),
            _ => {}
        }
        let now = heard.then(|| self.state.clock().now_ms());
        self.state.update_peer(&before.member, |status| {
            status.trouble = trouble;
            status.frozen = frozen;
            status.disk_full = matches!(
                error,
                Some(NodeError::NoRoom { .. } | NodeError::Store(StoreError::DiskFull))
            );
            status.last_seen_ms = now.or(status.last_seen_ms);
        });
    }
}

impl std::fmt::Debug for Federation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Federation")
            .field("peers", &self.progress.keys())
            .finish_non_exhaustive()
    }
}
