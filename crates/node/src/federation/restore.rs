//! Bringing the own log back from the copies that others hold: after a disk was lost, or an old backup was put in its place.
//!
//! It is the one time that somebody else than the sequencer writes the own log, so the node must not run. Nothing is signed:
//! what comes bears this log's own signature already, made before the loss. Whether the log may go on is for the fence to say
//! at the next start, as always.

use std::path::Path;
use std::sync::Arc;

use didymium_log::Hash;
use didymium_log::checkpoint::Checkpoint;
use didymium_store::Head;

use super::part::Target;
use super::pull::{Shown, head_of};
use super::source::Source;
use super::{Federation, PeerStatus};
use crate::clock::SystemClock;
use crate::{NodeError, NodeFolder, NodeResult, NodeState};

/// What bringing a log back came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Entries that were there before.
    pub from: u64,
    /// Entries that are there now.
    pub to: u64,
    /// How many entries each member that answered has of the log, by code, the longest copy first.
    pub copies: Vec<(String, u64)>,
    /// Members that could not be asked, each with the reason.
    pub silent: Vec<(String, String)>,
    /// Payloads that came.
    pub blobs: u64,
    /// Payloads that entries name and nobody has: sealed ones are in the vault, *home* ones in backups alone.
    pub missing_blobs: u64,
}

/// A folder that was opened to bring its log back: it can do nothing else.
#[derive(Debug)]
pub struct Restoration {
    federation: Federation,
}

impl Restoration {
    /// Opens a folder with the member's keys, whatever is left of its log. The node must not run. Blocking.
    ///
    /// # Errors
    /// Those of [`crate::Node::open`], but for a log that is lost.
    pub fn open(dir: &Path) -> NodeResult<Self> {
        let state = NodeState::open_to_restore(NodeFolder::open(dir)?, Arc::new(SystemClock))?;
        let federation = Federation::new(state)?;
        Ok(Self { federation })
    }

    /// What the parts of the node share.
    pub const fn state(&self) -> &NodeState {
        &self.federation.state
    }

    /// Brings the own log up to the longest of the copies that the others hold.
    ///
    /// # Errors
    /// [`NodeError::NoCopies`] if nobody could be asked. [`NodeError::LogRewritten`] if what is here is no beginning of that
    /// copy: both bear this log's signature, and nothing is changed. Those of a copy of another's log.
    pub async fn run(&self) -> NodeResult<Restored> {
        self.federation.restore().await
    }
}

impl Federation {
    async fn restore(&self) -> NodeResult<Restored> {
        let own = self.state.member().clone();
        let held = self.state.log_of(&own.member)?;
        let head = head_of(&held).await?;
        let from = head.as_ref().map_or(0, |head| head.size);
        let (mut shown, mut silent) = (Vec::new(), Vec::new());
        for peer in self.state.peers() {
            let source = Source {
                base: format!("{}/mirror/{}", peer.address, own.member),
                member: peer.member,
            };
            match self.shown_at(&own, &source, None).await {
                Ok(Some((head, _))) => shown.push((source, head)),
                Ok(None) => {}
                Err(NodeError::PeerStatus { status: 404, .. }) => {
                    silent.push((source.member, "has no copy".to_owned()));
                }
                Err(error) => silent.push((source.member, error.in_words())),
            }
        }
        shown.sort_by_key(|(_, head)| std::cmp::Reverse(head.signed.size));
        let copies = shown
            .iter()
            .map(|(source, head)| (source.member.clone(), head.signed.size));
        let copies: Vec<(String, u64)> = copies.collect();
        let sources: Vec<Source> = shown.iter().map(|(source, _)| source.clone()).collect();
        let Some((_, Shown { signed, note })) = shown.into_iter().next() else {
            let asked: Vec<String> = silent.iter().map(|(who, why)| format!("{who}: {why}")).collect();
            return Err(NodeError::NoCopies {
                member: own.member,
                asked: asked.join("; "),
            });
        };
        let mut to = from;
        if let Some(head) = head.filter(|head| head.size > 0) {
            self.require_beginning(&head, &signed, &sources).await?;
        }
        if signed.size > from {
            let target = Target {
                state: signed,
                note: Some(note),
            };
            to = self.copy(&own, &target, &sources).await?.to;
        }
        let blobs = self
            .pull_blobs(&PeerStatus::unheard(&own.member, &own.address))
            .await?;
        Ok(Restored {
            from,
            to,
            copies,
            silent,
            blobs: blobs.came,
            missing_blobs: blobs.missing,
        })
    }

    /// Holds what is here against the longest copy: one of the two must be the beginning of the other. Nothing may be signed
    /// about it here, where the log itself is in doubt.
    async fn require_beginning(
        &self,
        head: &Head,
        signed: &Checkpoint,
        sources: &[Source],
    ) -> NodeResult<()> {
        let held = Hash(head.root);
        let now = match head.size.cmp(&signed.size) {
            std::cmp::Ordering::Greater => return Ok(()),
            std::cmp::Ordering::Equal => signed.root,
            std::cmp::Ordering::Less => self.root_there(head.size, signed, sources).await?,
        };
        if now == held {
            return Ok(());
        }
        Err(NodeError::LogRewritten {
            origin: head.origin.clone(),
            size: head.size,
            held,
            found: signed.size,
            now,
        })
    }

    /// The root that the signed tree has at a size, from whoever can show it.
    async fn root_there(&self, size: u64, signed: &Checkpoint, sources: &[Source]) -> NodeResult<Hash> {
        let mut failed = None;
        for source in sources {
            match self.signed_root_at(&source.base, size, signed).await {
                Ok(there) => return Ok(there.root),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        Err(failed.unwrap_or_else(|| NodeError::NoCopies {
            member: self.state.member().member.clone(),
            asked: "nobody shows it".to_owned(),
        }))
    }
}
