//! The logs of members that have left: whoever lacks some of one gets it from the copies of the others, up to the end that
//! the charter names. The charter's root vouches for what comes.

use didymium_log::note::SignedNote;
use didymium_statement::LogHead;

use super::client::Answer;
use super::part::Shown;
use super::pull::{CHECKPOINT_BYTES_MAX, size_of};
use super::source::Source;
use super::{Federation, PeerStatus};
use crate::charter::log_keys;
use crate::{NodeResult, evidence};

impl Federation {
    /// Asks a peer for what is missing of the logs of former members.
    pub(super) async fn pull_former(&self, peer: &PeerStatus) -> NodeResult<()> {
        // One at a time: several peers are asked at once, and each has the same.
        let Ok(_alone) = self.former.try_lock() else {
            return Ok(());
        };
        for log in self.state.charters().origins() {
            // The own log has one writer, and it is not this one.
            let Some(end) = log
                .end
                .as_ref()
                .filter(|_| log.member != self.state.member().member)
            else {
                continue;
            };
            let held = self.state.log_of(&log.member)?;
            if size_of(&held).await? < end.size {
                self.pull_copy(peer, end).await?;
            }
            let member = self.state.member_ever(&log.member)?;
            self.pull_blobs(&PeerStatus::unheard(&member.member, &member.address))
                .await?;
        }
        Ok(())
    }

    /// Takes over a peer's copy of a former member's log, if it reaches the log's end.
    async fn pull_copy(&self, peer: &PeerStatus, end: &LogHead) -> NodeResult<()> {
        let base = format!("{}/mirror/{}", peer.address, end.member);
        let url = format!("{base}/checkpoint");
        let Answer::Body { bytes, .. } = self.client.get(&url, CHECKPOINT_BYTES_MAX, None).await? else {
            return Ok(());
        };
        let keys = log_keys::ever(self.state.charters(), &end.member)?;
        let witnesses = evidence::witness_keys(&self.state);
        let (signed, opened, _) = log_keys::open_with(&keys, &bytes, &witnesses)?;
        if signed.size < end.size {
            return Ok(());
        }
        let note = SignedNote {
            text: opened.text,
            signatures: opened.verified,
        };
        let member = self.state.member_ever(&end.member)?.clone();
        let source = Source {
            member: peer.member.clone(),
            base,
        };
        let copied = self.copy(&member, &Shown { signed, note }, &[source]).await?;
        self.took_over(&member, &copied);
        Ok(())
    }
}
