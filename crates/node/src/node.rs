//! A node as a whole: opened from its folder, run until it is told to stop.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::clock::{Clock, SystemClock};
use crate::federation::Federation;
use crate::folder::NodeFolder;
use crate::shutdown::shutdown_switch;
use crate::{NodeError, NodeResult, NodeState, evidence, fencing, jobs, server, witnessing};

/// How long requests under way may take to end after the node is told to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// A node: its state, its federation, ready to run.
#[derive(Debug)]
pub struct Node {
    state: NodeState,
    federation: Federation,
    /// Whether the log was there before this start, so that it waits for the others when the node runs.
    fenced: bool,
}

impl Node {
    /// Opens a node from its folder with the system's clock. Nothing runs yet. Blocking.
    ///
    /// # Errors
    /// Those of [`NodeFolder::open`] and [`NodeState::open`].
    pub fn open(dir: &Path) -> NodeResult<Self> {
        Self::from_folder(NodeFolder::open(dir)?, Arc::new(SystemClock))
    }

    /// Opens a node from a folder that was read, with a clock. Blocking.
    ///
    /// # Errors
    /// Those of [`NodeState::open`]; [`NodeError::Client`].
    pub fn from_folder(folder: NodeFolder, clock: Arc<dyn Clock>) -> NodeResult<Self> {
        let state = NodeState::open(folder, clock)?;
        let federation = Federation::new(state.clone())?;
        Ok(Self {
            fenced: fencing::is_needed(&state)?,
            state,
            federation,
        })
    }

    /// What the parts of the node share.
    pub const fn state(&self) -> &NodeState {
        &self.state
    }

    /// Following the peers' logs.
    pub const fn federation(&self) -> &Federation {
        &self.federation
    }

    /// Serves on `listener`, follows the peers and keeps the twin up to date until `shutdown` completes; then ends
    /// requests under way, five seconds at most.
    ///
    /// # Errors
    /// [`NodeError::Serve`], [`NodeError::Random`]; [`NodeError::LogStopped`] if what is on disk became unknown.
    pub async fn run(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> NodeResult<()> {
        let mut seed = [0; 8];
        getrandom::fill(&mut seed).map_err(NodeError::Random)?;
        let (switch, stopping) = shutdown_switch();
        let app = server::app(self.state.clone());
        let member = self.state.member().member.clone();
        let address = listener.local_addr().map_err(NodeError::Serve)?;
        tracing::info!(member, %address, "node is up");
        let fence = if self.fenced {
            let state = self.state.clone();
            tokio::task::spawn_blocking(move || fencing::raise(&state)).await??
        } else {
            None
        };
        let mut jobs = vec![
            tokio::spawn(jobs::keep_twin(self.state.clone(), stopping.clone())),
            tokio::spawn(witnessing::keep_witnessed(self.state.clone(), stopping.clone())),
            tokio::spawn(evidence::keep_reading(self.state.clone(), stopping.clone())),
            tokio::spawn(self.federation.run(u64::from_le_bytes(seed), stopping.clone())),
        ];
        if let Some(fence) = fence {
            let fencing = fencing::keep_fence(self.state.clone(), fence, stopping.clone());
            jobs.push(tokio::spawn(fencing));
        }
        let mut serving = tokio::spawn(server::serve(listener, app, stopping));
        let mut failure = None;
        let early = tokio::select! {
            () = shutdown => None,
            ended = &mut serving => Some(ended),
            reason = self.state.failed() => {
                failure = Some(NodeError::LogStopped { reason });
                None
            }
        };
        switch.stop();
        let ended = match early {
            Some(ended) => Ok(ended),
            None => tokio::time::timeout(DRAIN, &mut serving).await,
        };
        for job in jobs {
            if tokio::time::timeout(DRAIN, job).await.is_err() {
                tracing::warn!(member, "a job did not end in time");
            }
        }
        tracing::info!(member, "node has stopped");
        if let Some(failure) = failure {
            return Err(failure);
        }
        match ended {
            Ok(served) => served?,
            Err(_) => {
                serving.abort();
                tracing::warn!(member, "requests that did not end in time were cut off");
                Ok(())
            }
        }
    }
}
