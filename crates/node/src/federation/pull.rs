//! One pull of one peer's log: from the peer itself, or, where that fails, from the copies that others hold.

use didymium_log::checkpoint::Checkpoint;
use didymium_log::note::SignedNote;
use didymium_statement::Member;
use didymium_store::Head;

use super::charter::CharterHeard;
use super::client::Answer;
use super::copying::{Copied, off_charter};
use super::gossip::Heard;
use super::part::Target;
use super::source::{Source, is_of_source};
use super::{Federation, PeerStatus};
use crate::blocking::blocking;
use crate::charter::{doubt_about, log_keys};
use crate::held::HeldLog;
use crate::shown::{SignedHead, contradiction};
use crate::witnessing::policy_of;
use crate::{NodeError, NodeResult, evidence, shown};

/// Largest checkpoint taken, bytes: room for 64 signatures and more.
pub(super) const CHECKPOINT_BYTES_MAX: usize = 64 * 1024;

/// A checkpoint whose signature by its log was verified.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// What it says.
    pub(super) signed: Checkpoint,
    /// The lines that were verified: the log's own and those of the club's witnesses.
    pub(super) note: SignedNote,
}

impl Shown {
    /// The note with the lines that the log itself has signed.
    pub(super) fn own_lines(&self, member: &Member) -> SignedNote {
        let lines = self.note.signatures.iter();
        SignedNote {
            text: self.note.text.clone(),
            signatures: lines
                .filter(|line| line.name == member.origin())
                .cloned()
                .collect(),
        }
    }
}

/// How far the following of one peer has come: kept between pulls, lost without harm when the node stops.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Entity tag of the last checkpoint that was taken over.
    etag: Option<String>,
    /// How often others were asked for their copies: each time it is another's turn to be the first.
    turns: usize,
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
}

/// What following a log came to.
pub(super) struct Followed {
    /// Entries that are held now.
    pub(super) size: u64,
    /// Entries that came.
    pub(super) entries: u64,
    /// Why the peer itself could not serve them, though others may have.
    pub(super) trouble: Option<NodeError>,
}

impl Federation {
    /// Brings the copy of a peer's log up to the checkpoint that the peer shows or, where the peer is silent, withholds or
    /// serves what does not belong, to that of a longer copy elsewhere.
    ///
    /// # Errors
    /// What no source can help with: the log contradicts itself or breaks a rule, or the disk fails.
    pub(super) async fn pull_entries(
        &self,
        peer: &PeerStatus,
        progress: &mut Progress,
    ) -> NodeResult<Followed> {
        let held = self.state.log_of(&peer.member)?;
        let before = size_of(&held).await?;
        if peer.frozen {
            return Ok(Followed {
                size: before,
                entries: 0,
                trouble: None,
            });
        }
        let member = crate::folder::require_member(self.state.charter(), &peer.member)?.clone();
        let trouble = match self.pull_from_origin(peer, &member, &held, progress).await {
            Ok(trouble) => trouble,
            Err(error) if is_of_source(&error) => {
                self.pull_from_mirrors(&member, &held, progress).await?;
                Some(error)
            }
            Err(error) => return Err(error),
        };
        let size = size_of(&held).await?;
        Ok(Followed {
            size,
            entries: size.saturating_sub(before),
            trouble,
        })
    }

    /// Follows the checkpoint that the peer shows; answers what kept the peer from serving the entries too, if others did.
    async fn pull_from_origin(
        &self,
        peer: &PeerStatus,
        member: &Member,
        held: &HeldLog,
        progress: &mut Progress,
    ) -> NodeResult<Option<NodeError>> {
        let origin = Source {
            member: peer.member.clone(),
            base: format!("{}/log", peer.address),
        };
        let Some((shown, etag)) = self.shown_at(member, &origin, progress.etag.as_deref()).await? else {
            return Ok(None);
        };
        let head = head_of(held).await?;
        if let Some(head) = &head {
            self.compare(held, head, &shown).await?;
        }
        let size = head.as_ref().map_or(0, |head| head.size);
        let mut trouble = None;
        if shown.signed.size > size {
            let mut sources = vec![origin];
            sources.extend(self.mirrors(member, size, progress));
            let copied = self.copy_or_remember(member, &shown, &sources).await?;
            self.took_over(member, &copied);
            trouble = copied.trouble;
        }
        let note = shown.note.to_string().into_bytes();
        let other = |head: &Head| head.size == shown.signed.size && head.checkpoint.as_ref() != Some(&note);
        if let Some(head) = head.filter(other) {
            let state = self.state.clone();
            blocking(move || {
                let store = state.store();
                store.refresh_checkpoint(&head.origin, head.size, &head.root, &note)?;
                Ok::<_, NodeError>(())
            })
            .await?;
        }
        progress.etag = etag;
        Ok(trouble)
    }

    /// Goes on with the copies of others that are longer than what is held here. A copy that cannot be had is passed over.
    async fn pull_from_mirrors(
        &self,
        member: &Member,
        held: &HeldLog,
        progress: &mut Progress,
    ) -> NodeResult<()> {
        let size = size_of(held).await?;
        let sources = self.mirrors(member, size, progress);
        for at in 0..sources.len() {
            // Whoever is asked first serves the checkpoint; the others stand by.
            let mut sources = sources.clone();
            sources.rotate_left(at);
            let Some(first) = sources.first() else {
                break;
            };
            match self.pull_from_mirror(member, held, first, &sources).await {
                Ok(Some(copied)) => {
                    self.took_over(member, &copied);
                    return Ok(());
                }
                Ok(None) => {}
                Err(error) if is_of_source(&error) => tracing::debug!(
                    source = first.member,
                    log = member.member,
                    error = error.in_words(),
                    "a copy of a log cannot be had"
                ),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn pull_from_mirror(
        &self,
        member: &Member,
        held: &HeldLog,
        first: &Source,
        sources: &[Source],
    ) -> NodeResult<Option<Copied>> {
        let Some((shown, _)) = self.shown_at(member, first, None).await? else {
            return Ok(None);
        };
        let head = head_of(held).await?;
        if let Some(head) = &head {
            self.compare(held, head, &shown).await?;
        }
        let (state, origin) = (self.state.clone(), shown.signed.origin.clone());
        let staged = blocking(move || Ok::<_, NodeError>(state.store().staged(&origin)?)).await?;
        let ends = staged.map_or(0, |ahead| ahead.next);
        let size = head.map_or(0, |head| head.size);
        if shown.signed.size <= size || shown.signed.size < ends {
            return Ok(None);
        }
        self.copy_or_remember(member, &shown, sources).await.map(Some)
    }

    /// Copies a log up to a head. A head whose tree cannot be had is remembered: the log signed it, and may go on another way.
    async fn copy_or_remember(
        &self,
        member: &Member,
        shown: &Shown,
        sources: &[Source],
    ) -> NodeResult<Copied> {
        let target = Target {
            state: shown.signed.clone(),
            note: Some(shown.note.clone()),
        };
        let copied = self.copy(member, &target, sources).await;
        if copied.is_err() {
            let (state, code, note) = (self.state.clone(), member.member.clone(), shown.note.to_string());
            blocking(move || {
                let keys = log_keys::ever(state.charters(), &code)?;
                let head = SignedHead::open(note.as_bytes(), &keys, &evidence::witness_keys(&state))?;
                shown::remember(&state, &code, &head)
            })
            .await?;
        }
        copied
    }

    /// The others whose copies of a member's log are longer than that here, as they last said; with each call another one
    /// comes first, and not the same one at every node.
    fn mirrors(&self, member: &Member, size: u64, progress: &mut Progress) -> Vec<Source> {
        let longer = |peer: &PeerStatus| {
            peer.member != member.member && peer.copies.get(&member.member).is_some_and(|held| *held > size)
        };
        let mut sources: Vec<Source> = self
            .state
            .peers()
            .into_iter()
            .filter(longer)
            .map(|peer| Source {
                base: format!("{}/mirror/{}", peer.address, member.member),
                member: peer.member,
            })
            .collect();
        if !sources.is_empty() {
            let members = &self.state.charter().charter().members;
            let own = &self.state.member().member;
            let place = members.iter().position(|one| one.member == *own).unwrap_or(0);
            let first = (place + progress.turns) % sources.len();
            sources.rotate_left(first);
            progress.turns = progress.turns.wrapping_add(1);
        }
        sources
    }

    /// The checkpoint that a source shows of a log, signed with a key of the log that counts; absent if it is the one of
    /// the entity tag.
    pub(super) async fn shown_at(
        &self,
        member: &Member,
        source: &Source,
        etag: Option<&str>,
    ) -> NodeResult<Option<(Shown, Option<String>)>> {
        let url = format!("{}/checkpoint", source.base);
        let (note, etag) = match self.client.get(&url, CHECKPOINT_BYTES_MAX, etag).await? {
            Answer::Body { bytes, etag } => (bytes, etag),
            Answer::NotModified => return Ok(None),
            Answer::NotFound => return Err(NodeError::PeerStatus { url, status: 404 }),
        };
        let (policy, _) = policy_of(&self.state, &member.member)?;
        let charters = self.state.charters();
        let (signed, opened) = log_keys::open_shown(charters, &member.member, &note, &policy.witness_keys())?;
        // Whoever has stolen a key that was revoked can sign any head.
        if let Some(reason) = doubt_about(charters, &member.member, &note) {
            return Err(NodeError::HeadShowsNothing { reason });
        }
        // Only lines that were verified are kept: the log's own and those of the club's witnesses.
        let note = SignedNote {
            text: opened.text,
            signatures: opened.verified,
        };
        Ok(Some((Shown { signed, note }, etag)))
    }

    /// Tells everybody here, and the node's own log, that entries came.
    pub(super) fn took_over(&self, member: &Member, copied: &Copied) {
        self.state.changed().tell();
        tracing::info!(
            peer = member.member,
            source = copied.source,
            from = copied.from,
            to = copied.to,
            "took over new entries"
        );
    }

    /// Holds a checkpoint that is not larger against the copy held here.
    async fn compare(&self, held: &HeldLog, head: &Head, shown: &Shown) -> NodeResult<()> {
        let signed = &shown.signed;
        if signed.size > head.size {
            return Ok(());
        }
        let (origin, size) = (signed.origin.clone(), signed.size);
        let reading = held.clone();
        let root = blocking(move || reading.root(size)).await?;
        if root != signed.root && head.checkpoint.is_none() {
            return Err(off_charter(head, signed.root));
        }
        if root != signed.root {
            let (state, held, head, note) =
                (self.state.clone(), held.clone(), head.clone(), shown.note.clone());
            blocking(move || {
                let member = state.member_of_log(held.origin())?;
                let keys = log_keys::ever(state.charters(), &member.member)?;
                let witnesses = evidence::witness_keys(&state);
                let found = contradiction(&held, &head, size, root, &note, &keys, &witnesses)?;
                evidence::keep(&state, &found)
            })
            .await?;
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

pub(super) async fn head_of(held: &HeldLog) -> NodeResult<Option<Head>> {
    let held = held.clone();
    blocking(move || held.head()).await
}

/// Entries under the head of a log.
pub(super) async fn size_of(held: &HeldLog) -> NodeResult<u64> {
    Ok(head_of(held).await?.map_or(0, |head| head.size))
}
