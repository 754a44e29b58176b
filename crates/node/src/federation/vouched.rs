//! Logs that nobody signs: those of members that have left, and those whose key was revoked while there is no other. Whoever
//! lacks some of one gets it from the copies of the others, up to the state that the charter names. The charter's root vouches
//! for what comes, whether a copy still bears a signature or was cut back to that state.

use didymium_log::Hash;
use didymium_log::checkpoint::Checkpoint;
use didymium_log::note::SignedNote;
use didymium_statement::{CharterLog, KeyPurpose, LogHead, LogOrigin};
use didymium_store::Head;

use super::client::Answer;
use super::part::Target;
use super::pull::{CHECKPOINT_BYTES_MAX, head_of};
use super::source::Source;
use super::{Federation, PeerStatus};
use crate::blocking::blocking;
use crate::charter::{is_doubtful, log_keys};
use crate::{NodeError, NodeResult, evidence};

impl Federation {
    /// Asks a peer for what is missing of the logs that nobody signs.
    pub(super) async fn pull_vouched_for(&self, peer: &PeerStatus) -> NodeResult<()> {
        // One at a time: several peers are asked at once, and each has the same.
        let Ok(_alone) = self.vouched.try_lock() else {
            return Ok(());
        };
        // What is wrong with one of them keeps nobody from the others.
        let mut outcome = Ok(());
        for log in self.state.charters().origins() {
            // The own log has one writer, and it is not this one.
            let others = log.member != self.state.member().member;
            if let Some(end) = vouched_end(self.state.charters(), &log).filter(|_| others)
                && let Err(error) = self.pull_log(peer, &log, end).await
            {
                outcome = outcome.and(Err(error));
            }
        }
        outcome
    }

    /// Asks a peer for what is missing of one of them: entries, a signature over what is held without one, payloads.
    async fn pull_log(&self, peer: &PeerStatus, log: &LogOrigin, end: &LogHead) -> NodeResult<()> {
        let held = self.state.log_of(&log.member)?;
        let head = head_of(&held).await?;
        if head.as_ref().map_or(0, |head| head.size) < end.size {
            self.pull_copy(peer, log, end).await?;
        } else if let Some(unsigned) = head.filter(|head| head.checkpoint.is_none()) {
            self.pull_signature(peer, end, &unsigned).await?;
        }
        let member = self.state.member_ever(&log.member)?;
        self.pull_blobs(&PeerStatus::unheard(&member.member, &member.address))
            .await?;
        Ok(())
    }

    /// A signature over the very state that is held, if the peer's copy bears one.
    async fn pull_signature(&self, peer: &PeerStatus, end: &LogHead, held: &Head) -> NodeResult<()> {
        let Some(signed) = self.signed_copy(&source_at(peer, end), end).await? else {
            return Ok(());
        };
        let same = (signed.state.size, signed.state.root.0) == (held.size, held.root);
        if let Some(note) = signed.note.filter(|_| same) {
            let (state, held, note) = (self.state.clone(), held.clone(), note.to_string());
            blocking(move || {
                let store = state.store();
                store.refresh_checkpoint(&held.origin, held.size, &held.root, note.as_bytes())?;
                Ok::<_, NodeError>(())
            })
            .await?;
        }
        Ok(())
    }

    /// Takes over a peer's copy of a log, if it reaches the state that the charter names.
    async fn pull_copy(&self, peer: &PeerStatus, log: &LogOrigin, end: &LogHead) -> NodeResult<()> {
        let source = source_at(peer, end);
        let vouched = Target {
            state: Checkpoint {
                origin: log.origin.clone(),
                size: end.size,
                root: Hash(*end.root.as_bytes()),
            },
            note: None,
        };
        let target = self.signed_copy(&source, end).await?.unwrap_or(vouched);
        if target.state.size < end.size {
            return Ok(());
        }
        let member = self.state.member_ever(&end.member)?.clone();
        let copied = self.copy(&member, &target, &[source]).await?;
        self.took_over(&member, &copied);
        Ok(())
    }

    /// What a copy elsewhere bears a signature for that still shows something.
    async fn signed_copy(&self, source: &Source, end: &LogHead) -> NodeResult<Option<Target>> {
        let url = format!("{}/checkpoint", source.base);
        let Answer::Body { bytes, .. } = self.client.get(&url, CHECKPOINT_BYTES_MAX, None).await? else {
            return Ok(None);
        };
        if is_doubtful(self.state.charters(), &end.member, &bytes) {
            return Ok(None);
        }
        let keys = log_keys::ever(self.state.charters(), &end.member)?;
        let witnesses = evidence::witness_keys(&self.state);
        let (state, opened, _) = log_keys::open_with(&keys, &bytes, &witnesses)?;
        let note = SignedNote {
            text: opened.text,
            signatures: opened.verified,
        };
        let note = Some(note);
        Ok(Some(Target { state, note }))
    }
}

fn source_at(peer: &PeerStatus, end: &LogHead) -> Source {
    Source {
        member: peer.member.clone(),
        base: format!("{}/mirror/{}", peer.address, end.member),
    }
}

/// The state at which the charter leaves a log that nobody signs; absent for every other log.
fn vouched_end<'a>(charters: &'a CharterLog, log: &'a LogOrigin) -> Option<&'a LogHead> {
    if let Some(end) = &log.end {
        return Some(end);
    }
    let key = &charters.member_ever(&log.member)?.keys.log;
    let left_alone = charters.is_revoked(&log.member, KeyPurpose::Log, key);
    let states = charters.vouched_for(&log.member).filter(|_| left_alone);
    states.max_by_key(|state| state.size)
}
