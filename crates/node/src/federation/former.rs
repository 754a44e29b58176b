//! The logs of members that have left: whoever lacks some of one gets it from the copies of the others, up to the end that
//! the charter names. The charter's root vouches for what comes.

use didymium_log::note::SignedNote;
use didymium_statement::LogHead;

use super::client::Answer;
use super::pull::{CHECKPOINT_BYTES_MAX, Progress, blocking, take_over};
use super::{Federation, PeerStatus};
use crate::charter::log_keys;
use crate::held::HeldLog;
use crate::{NodeResult, evidence};

impl Federation {
    /// Asks a peer for what is missing of the logs of former members.
    pub(super) async fn pull_former(&self, peer: &PeerStatus) -> NodeResult<()> {
        for log in self.state.charters().origins() {
            let Some(end) = &log.end else {
                continue;
            };
            let held = self.state.log_of(&log.member)?;
            if blocking(&held, HeldLog::size).await? < end.size {
                self.pull_copy(peer, &held, end).await?;
            }
            let member = self.state.member_ever(&log.member)?;
            self.pull_blobs(&PeerStatus::unheard(&member.member, &member.address))
                .await?;
        }
        Ok(())
    }

    /// Takes over a peer's copy of a former member's log, if it reaches the log's end.
    async fn pull_copy(&self, peer: &PeerStatus, held: &HeldLog, end: &LogHead) -> NodeResult<()> {
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
        let mut progress = Progress::default();
        let size = blocking(held, HeldLog::size).await?;
        self.gather(&base, &signed, size, &mut progress).await?;
        let (state, gathered) = (self.state.clone(), progress.into_gathered());
        let member = self.state.member_ever(&end.member)?.clone();
        let from = size;
        let to = signed.size;
        tokio::task::spawn_blocking(move || {
            take_over(&state, &member, &signed, note.to_string().as_bytes(), &gathered)
        })
        .await??;
        self.state.changed().tell();
        tracing::info!(
            peer = peer.member,
            log = end.member,
            from,
            to,
            "took over the log of a former member"
        );
        Ok(())
    }
}
