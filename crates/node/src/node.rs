//! A node as a whole: opened from its folder, run until it is told to stop.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::clock::{Clock, SystemClock};
use crate::federation::Federation;
use crate::folder::NodeFolder;
use crate::gate::Passage;
use crate::shutdown::shutdown_switch;
use crate::state::Ending;
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
    /// The state of this node now: another one after each change of the charter.
    states: watch::Sender<NodeState>,
}

/// How a stretch of running ended.
enum Ended {
    /// The node was told to stop.
    Told,
    /// The charter has changed; the listener is still there.
    CharterChanged(std::net::TcpListener),
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
            states: watch::Sender::new(state.clone()),
            state,
            federation,
        })
    }

    /// Follows the node through changes of the charter: its state now, and after each change the next.
    pub fn states(&self) -> watch::Receiver<NodeState> {
        self.states.subscribe()
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
    /// requests under way, five seconds at most. When a version of the charter is adopted, it does the same, opens the
    /// folder again under that version, and goes on; who connects meanwhile waits.
    ///
    /// # Errors
    /// [`NodeError::Serve`], [`NodeError::Random`]; [`NodeError::LogStopped`] if what is on disk became unknown;
    /// [`NodeError::NoLongerAMember`] when the charter no longer names the member, and whatever keeps the folder from being
    /// opened again.
    pub async fn run(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> NodeResult<()> {
        tokio::pin!(shutdown);
        let mut node = self;
        let mut listener = listener.into_std().map_err(NodeError::Serve)?;
        loop {
            match node.run_under_one_charter(listener, shutdown.as_mut()).await? {
                Ended::Told => return Ok(()),
                Ended::CharterChanged(kept) => listener = kept,
            }
            node = tokio::task::spawn_blocking(move || node.open_again()).await??;
        }
    }

    /// Opens the folder again over the same store. The writer before has ended: what it acknowledged is on disk. Blocking.
    fn open_again(self) -> NodeResult<Self> {
        let Self { state, states, .. } = self;
        // Within one run nobody can have put an old copy in the folder's place.
        let fenced = state.ledger().gate().passage() != Passage::Open;
        state.ledger().retire();
        let head = crate::charter::current(&state);
        let (member, head) = (&state.member().member, head.head().charter());
        if head.member(member).is_none() {
            return Err(NodeError::NoLongerAMember {
                member: member.clone(),
                version: head.version,
            });
        }
        let folder = NodeFolder::open(state.dir())?;
        let next = NodeState::over(folder, state.shared_clock(), Arc::clone(state.store()))?;
        drop(state);
        let federation = Federation::new(next.clone())?;
        states.send_replace(next.clone());
        Ok(Self {
            state: next,
            federation,
            fenced,
            states,
        })
    }

    async fn run_under_one_charter(
        &self,
        kept: std::net::TcpListener,
        shutdown: impl Future<Output = ()>,
    ) -> NodeResult<Ended> {
        let listener = kept.try_clone().and_then(TcpListener::from_std);
        let listener = listener.map_err(NodeError::Serve)?;
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
            tokio::spawn(
                self.federation
                    .clone()
                    .run(u64::from_le_bytes(seed), stopping.clone()),
            ),
        ];
        if let Some(fence) = fence {
            let fencing = fencing::keep_fence(self.state.clone(), fence, stopping.clone());
            jobs.push(tokio::spawn(fencing));
        }
        let mut serving = tokio::spawn(server::serve(listener, app, stopping));
        let mut failure = None;
        let mut kept = Some(kept);
        let early = tokio::select! {
            () = shutdown => {
                kept = None;
                None
            }
            ended = &mut serving => {
                kept = None;
                Some(ended)
            }
            ending = self.state.ends() => {
                match ending {
                    Ending::Failed(reason) => failure = Some(NodeError::LogStopped { reason }),
                    Ending::CharterChanged => {
                        tracing::info!(member, "the node opens itself again under a new version of the charter");
                    }
                }
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
            Ok(served) => served??,
            Err(_) => {
                serving.abort();
                tracing::warn!(member, "requests that did not end in time were cut off");
            }
        }
        Ok(kept.map_or(Ended::Told, Ended::CharterChanged))
    }
}
