//! Jobs beside the server: keeping the twin up to date.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use didymium_statement::Digest;
use didymium_twin::{Completeness, Twin};

use crate::shutdown::Shutdown;
use crate::twin_job::Reading;
use crate::{NodeResult, NodeState};

/// How long the node gathers changes before it builds the twin anew, at least.
const GATHER: Duration = Duration::from_millis(150);
/// It gathers for so many times as long as the last twin took, so that a busy log leaves the machine to who files.
const GATHER_TIMES: u32 = 3;
/// How long it gathers at most.
const GATHER_MAX: Duration = Duration::from_secs(3);

/// How long the node waits after a build that failed.
const RETRY: Duration = Duration::from_secs(2);

/// Builds the twin, and again after changes, until the node stops. Changes that come during a build lead to one more.
pub(crate) async fn keep_twin(state: NodeState, shutdown: Shutdown) {
    let mut changes = state.changed().listen();
    changes.mark_changed();
    let stopping = shutdown.wait();
    tokio::pin!(stopping);
    let mut gather = GATHER;
    loop {
        tokio::select! {
            () = &mut stopping => return,
            changed = changes.changed() => if changed.is_err() { return },
        }
        if state.twin().is_some() {
            tokio::select! {
                () = &mut stopping => return,
                () = tokio::time::sleep(gather) => {}
            }
        }
        changes.mark_unchanged();
        let building = state.clone();
        let begun = Instant::now();
        let built = tokio::task::spawn_blocking(move || rebuild_twin(&building)).await;
        gather = (begun.elapsed() * GATHER_TIMES).clamp(GATHER, GATHER_MAX);
        match built.map_err(crate::NodeError::from).and_then(|built| built) {
            Ok(cut) => tracing::debug!(%cut, "twin is up to date"),
            Err(error) => {
                tracing::error!(error = error.in_words(), "the twin could not be built");
                tokio::time::sleep(RETRY).await;
                changes.mark_changed();
            }
        }
    }
}

/// Builds the twin of what is held now and shows it; answers the id of its cut. Blocking.
///
/// # Errors
/// What [`Reading::twin`] and [`NodeState::set_twin`] say.
pub fn rebuild_twin(state: &NodeState) -> NodeResult<Digest> {
    let mut reading = state.reading().lock().unwrap_or_else(PoisonError::into_inner);
    let store = &**state.store();
    let twin = Reading::twin(&mut reading, store, state.charters(), state.vocabulary())?;
    let id = twin.cut().id();
    forget_damaged_blobs(state, &twin)?;
    state.set_twin(Arc::new(twin))?;
    Ok(id)
}

/// A blob that is here and yet missing has other bytes than its statement names: it is removed, so that it is fetched again.
fn forget_damaged_blobs(state: &NodeState, twin: &Twin) -> NodeResult<()> {
    let Completeness::Incomplete { missing } = twin.completeness() else {
        return Ok(());
    };
    for blob in missing {
        // It may have come since the twin was built: only what has other bytes than its name is damaged.
        let held = state.store().blob(blob.blob.as_bytes())?;
        if held.is_some_and(|bytes| Digest::of(&bytes) != blob.blob) {
            tracing::error!(blob = %blob.blob, statement = %blob.statement.id, "a blob is damaged on the disk and is fetched again");
            state.store().delete_blob(blob.blob.as_bytes())?;
        }
    }
    Ok(())
}
