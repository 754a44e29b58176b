//! Fetching blobs that entries name and that are not here.

use didymium_statement::Digest;
use didymium_statement::limits::BLOB_BYTES_MAX;
use futures_util::{StreamExt as _, stream};

use super::client::Answer;
use super::{Federation, PeerStatus};
use crate::room::Taker;
use crate::{NodeError, NodeResult, room};

/// Most missing blobs that one pull looks at.
const MISSING_MAX: u32 = 10_000;
/// Blobs asked for at the same time.
const BLOBS_AT_ONCE: usize = 4;

/// What one round brought.
#[derive(Debug, Default)]
pub(super) struct Blobs {
    pub(super) came: u64,
    pub(super) missing: u64,
}

impl Federation {
    /// Fetches what is missing of one member's log, from its origin or else from whoever has it.
    pub(super) async fn pull_blobs(&self, peer: &PeerStatus) -> NodeResult<Blobs> {
        let missing = self.missing_of(&peer.member).await?;
        let count = missing.len() as u64;
        let fetched = stream::iter(missing).map(|blob| async move { self.pull_blob(peer, blob).await });
        let mut fetched = std::pin::pin!(fetched.buffer_unordered(BLOBS_AT_ONCE));
        let mut came = 0;
        let mut failed = None;
        while let Some(outcome) = fetched.next().await {
            match outcome {
                Ok(true) => {
                    came += 1;
                    self.state.changed().tell();
                }
                Ok(false) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(
            Ok(Blobs {
                came,
                missing: count - came,
            }),
            Err,
        )
    }

    async fn missing_of(&self, member: &str) -> NodeResult<Vec<Digest>> {
        let log = self.state.log_of(member)?;
        let store = std::sync::Arc::clone(self.state.store());
        // Of this log alone: one that names what nobody has must not stand before all others.
        let missing =
            tokio::task::spawn_blocking(move || store.missing_blobs(Some(log.origin()), MISSING_MAX))
                .await??;
        let mut blobs: Vec<Digest> = missing
            .into_iter()
            .map(|(blob, _)| Digest::from_bytes(blob))
            .collect();
        blobs.sort_unstable();
        blobs.dedup();
        Ok(blobs)
    }

    /// Whether the blob came. A peer that has not got it, is silent or serves other bytes is passed over; only storage
    /// can fail.
    async fn pull_blob(&self, origin: &PeerStatus, blob: Digest) -> NodeResult<bool> {
        let others = self
            .state
            .peers()
            .into_iter()
            .filter(|other| other.member != origin.member);
        let urls = std::iter::once(format!("{}/log/blob/{blob}", origin.address))
            .chain(others.map(|other| format!("{}/mirror/{}/blob/{blob}", other.address, origin.member)));
        for url in urls {
            match self.client.get(&url, BLOB_BYTES_MAX, None).await {
                Ok(Answer::Body { bytes, .. }) if Digest::of(&bytes) == blob => {
                    let state = self.state.clone();
                    let kept = tokio::task::spawn_blocking(move || -> NodeResult<()> {
                        room::require(&state, Taker::Copies, bytes.len() as u64)?;
                        Ok(state.store().put_blob(blob.as_bytes(), &bytes)?)
                    });
                    kept.await??;
                    return Ok(true);
                }
                Ok(Answer::Body { .. }) => {
                    tracing::warn!(url, "what is served is not the blob of that digest");
                }
                Ok(_) => {}
                Err(error) => tracing::debug!(
                    url,
                    error = NodeError::in_words(&error),
                    "a blob could not be fetched"
                ),
            }
        }
        Ok(false)
    }
}
