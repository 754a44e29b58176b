//! Gossip of heads: what others were shown of each log is held against what was shown here.
//!
//! A member that shows two histories to two halves of the club looks honest to each half. So with every pull a peer is
//! asked which heads it knows, and each is compared with the copy held here: at the same size or below by the own tiles,
//! above it by the peer's. A head of this member's own log that is not held here shows that the folder is an old copy.

use std::collections::BTreeMap;

use didymium_log::Hash;
use didymium_log::evidence::{Evidence, Finding};
use didymium_log::note::SignedNote;
use didymium_statement::Member;
use serde::{Deserialize, Serialize};

use super::client::Answer;
use super::extension::Divergence;
use super::{Federation, PeerStatus};
use crate::blocking::blocking;
use crate::charter::{is_doubtful, log_keys};
use crate::held::HeldLog;
use crate::shown::{Compared, SignedHead, compare_below};
use crate::{NodeResult, NodeState, evidence, fencing, shown};

/// Largest list of heads taken, bytes: two notes of 64 members with a few signatures each.
const HEADS_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The heads that a node knows of: what its witness cosigned last, and what its copies stand at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownHeads {
    /// Signed notes, by log.
    pub heads: Vec<KnownHead>,
    /// Evidence that logs contradict themselves (`split-view/v1`), one a log. Told here as well as in the own log: a member
    /// whose log must not sign could not say it otherwise.
    #[serde(default)]
    pub evidence: Vec<String>,
}

/// One head as a node knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownHead {
    /// Code of the member whose log it is.
    pub member: String,
    /// Entries that are held of it.
    pub copied: u64,
    /// The checkpoints: that of the copy, and that cosigned last where it is another.
    pub notes: Vec<String>,
}

/// The heads that this node knows of. Blocking.
///
/// # Errors
/// [`crate::NodeError::Store`].
pub fn known_heads(state: &NodeState) -> NodeResult<KnownHeads> {
    let mut heads = Vec::new();
    let mut evidence = Vec::new();
    for member in &state.charter().charter().members {
        let held = state.store().head(member.origin())?;
        let copied = held.as_ref().map_or(0, |head| head.size);
        let mut notes: Vec<String> = held
            .and_then(|head| String::from_utf8(head.checkpoint?).ok())
            .into_iter()
            .collect();
        let cosigned = state.store().cosigned(member.origin())?;
        if let Some(note) = cosigned.and_then(|cosigned| cosigned.note)
            && !notes.contains(&note)
        {
            notes.push(note);
        }
        let against = crate::evidence::to_tell(state, member)?;
        evidence.extend(against.and_then(|bytes| String::from_utf8(bytes).ok()));
        if !notes.is_empty() {
            heads.push(KnownHead {
                member: member.member.clone(),
                copied,
                notes,
            });
        }
    }
    Ok(KnownHeads { heads, evidence })
}

/// What is remembered of a peer's gossip between two pulls.
#[derive(Debug, Default)]
pub(super) struct Heard {
    etag: Option<String>,
    /// Logs that the peer knows to be longer than the copy here, with the size of that copy.
    behind: BTreeMap<String, u64>,
}

impl Federation {
    /// Asks a peer which heads it knows, and holds them against the copies here.
    pub(super) async fn gossip(&self, peer: &PeerStatus, heard: &mut Heard) -> NodeResult<()> {
        let url = format!("{}/witness/heads", peer.address);
        let (bytes, etag) = match self
            .client
            .get(&url, HEADS_BYTES_MAX, heard.etag.as_deref())
            .await?
        {
            Answer::Body { bytes, etag } => (bytes, etag),
            // An older node does not gossip.
            Answer::NotFound => return Ok(()),
            Answer::NotModified if heard.behind.is_empty() => return Ok(()),
            // It said the same before, and some of it could not be judged then: it is read again.
            Answer::NotModified => match self.client.get(&url, HEADS_BYTES_MAX, None).await? {
                Answer::Body { bytes, etag } => (bytes, etag),
                _ => return Ok(()),
            },
        };
        let Ok(known) = serde_json::from_slice::<KnownHeads>(&bytes) else {
            tracing::debug!(peer = peer.member, "gossip that cannot be read");
            return Ok(());
        };
        self.take_evidence(known.evidence).await?;
        let mut behind = BTreeMap::new();
        let mut copies = BTreeMap::new();
        for head in known.heads {
            let Some(member) = self.state.charter().charter().member(&head.member).cloned() else {
                continue;
            };
            copies.insert(member.member.clone(), head.copied);
            for note in &head.notes {
                let stuck_at = heard.behind.get(&member.member).copied();
                match self.judge(peer, &member, note, stuck_at).await {
                    Ok(Some(size)) => {
                        behind.insert(member.member.clone(), size);
                    }
                    Ok(None) => {}
                    Err(error) => {
                        tracing::debug!(
                            peer = peer.member,
                            log = member.member,
                            error = error.in_words(),
                            "a head that a peer knows could not be judged"
                        );
                    }
                }
            }
        }
        heard.etag = etag;
        heard.behind = behind;
        self.state
            .update_peer(&peer.member, |status| status.copies = copies);
        Ok(())
    }

    /// Keeps what a peer has against logs, as far as it verifies.
    async fn take_evidence(&self, told: Vec<String>) -> NodeResult<()> {
        let state = self.state.clone();
        let keeping = tokio::task::spawn_blocking(move || {
            for text in told {
                // What does not verify accuses nobody.
                let kept = Evidence::parse(text.as_bytes())
                    .map_err(crate::NodeError::from)
                    .and_then(|found| evidence::keep(&state, &found));
                if let Err(error) = kept {
                    tracing::debug!(error = error.in_words(), "evidence that proves nothing");
                }
            }
        });
        Ok(keeping.await?)
    }

    /// Holds one head against the copy here; answers the copy's size if it is too short to tell.
    async fn judge(
        &self,
        peer: &PeerStatus,
        member: &Member,
        note: &str,
        stuck_at: Option<u64>,
    ) -> NodeResult<Option<u64>> {
        let keys = log_keys::ever(self.state.charters(), &member.member)?;
        let witnesses = evidence::witness_keys(&self.state);
        let shown = SignedHead::open(note.as_bytes(), &keys, &witnesses)?;
        // What was signed with a stolen key was settled when that was revoked: it proves nothing against its owner.
        if is_doubtful(self.state.charters(), &member.member, note.as_bytes()) {
            return Ok(None);
        }
        let own = member.member == self.state.member().member;
        let held = self.state.log_of(&member.member)?;
        let judged = blocking({
            let (state, held, shown) = (self.state.clone(), held.clone(), shown.clone());
            move || compare_below(&state, &held, &shown, &keys)
        });
        match judged.await? {
            Compared::Agrees => Ok(None),
            Compared::Differs(finding) => {
                let (state, member) = (self.state.clone(), member.member.clone());
                let kept = tokio::task::spawn_blocking(move || {
                    evidence::take_finding(&state, &member, &Finding::Proven(finding));
                });
                kept.await?;
                Ok(None)
            }
            // A key that was revoked says nothing of a log beyond its last good state: whoever stole it would shut its owner out.
            Compared::Above { .. } if own && !self.counts(&shown, member) => Ok(None),
            Compared::Above { held: size } if own => {
                let reason = format!(
                    "{} shows a checkpoint of this log with {} entries, {size} are held here: this folder is an old copy",
                    peer.member,
                    shown.signed().size
                );
                fencing::shut(&self.state, &reason);
                Ok(None)
            }
            Compared::Above { held: size } => {
                // Whoever is a moment behind catches up; who is still behind at the next pull may be shown another history.
                // And the peer may forget what it knows before the copy here is as long.
                let (state, code, waits) = (self.state.clone(), member.member.clone(), shown.clone());
                blocking(move || shown::remember(&state, &code, &waits)).await?;
                if stuck_at == Some(size) && size > 0 {
                    self.judge_above(peer, member, &held, &shown).await?;
                }
                Ok(Some(size))
            }
        }
    }

    /// Whether the key that signed a head counts for a log of that size.
    fn counts(&self, shown: &SignedHead, member: &Member) -> bool {
        let note = shown.note().to_string();
        log_keys::open_shown(self.state.charters(), &member.member, note.as_bytes(), &[]).is_ok()
    }

    /// Holds a longer head against the copy here, by the tiles of whoever knows it.
    async fn judge_above(
        &self,
        peer: &PeerStatus,
        member: &Member,
        held: &HeldLog,
        shown: &SignedHead,
    ) -> NodeResult<()> {
        let signed = shown.signed();
        let reading = held.clone();
        let Some(head) = tokio::task::spawn_blocking(move || reading.head()).await?? else {
            return Ok(());
        };
        if head.size >= signed.size {
            return Ok(());
        }
        let tiles = format!("{}/mirror/{}", peer.address, member.member);
        let Divergence { root, path } = self.signed_root_at(&tiles, head.size, signed).await?;
        if root.0 == head.root {
            return Ok(());
        }
        // Where the charter vouches for the copy alone, the log has not contradicted itself but the charter.
        let Some(note) = &head.checkpoint else {
            return Ok(());
        };
        let smaller = SignedNote::parse(note)?;
        self.rewritten(member, &smaller, shown.note(), root, &path).await
    }

    /// Keeps the evidence that a longer head does not begin with the tree of a smaller one that was shown here.
    pub(super) async fn rewritten(
        &self,
        member: &Member,
        smaller: &SignedNote,
        larger: &SignedNote,
        root: Hash,
        path: &[Hash],
    ) -> NodeResult<()> {
        let keys = log_keys::ever(self.state.charters(), &member.member)?;
        let witnesses = evidence::witness_keys(&self.state);
        let found = Evidence::rewritten(smaller, larger, root, path, &keys, &witnesses)?;
        let state = self.state.clone();
        tokio::task::spawn_blocking(move || evidence::keep(&state, &found)).await??;
        Ok(())
    }
}

impl Federation {
    /// Keeps the evidence that a log signed two trees of one size.
    pub(super) async fn two_of_a_size(
        &self,
        member: &Member,
        one: &SignedNote,
        other: &SignedNote,
    ) -> NodeResult<()> {
        let keys = log_keys::ever(self.state.charters(), &member.member)?;
        let found = Evidence::same_size(one, other, &keys, &evidence::witness_keys(&self.state))?;
        let state = self.state.clone();
        tokio::task::spawn_blocking(move || evidence::keep(&state, &found)).await??;
        Ok(())
    }
}
