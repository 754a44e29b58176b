//! A node as a whole: opened from its folder, run until it is told to stop.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use didymium_store::Fault;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::clock::{Clock, SystemClock};
use crate::federation::Federation;
use crate::folder::NodeFolder;
use crate::gate::Passage;
use crate::shutdown::shutdown_switch;
use crate::state::Ending;
use crate::{NodeError, NodeResult, NodeState, evidence, fencing, jobs, server, transport, witnessing};

/// How long requests under way may take to end after the node is told to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// A node: its state, its federation, ready to run.
#[derive(Debug)]
pub struct Node {
    state: NodeState,
    federation: Federation,
    /// Whether others may know more of the log than is here, so that it waits for them when the node runs.
    fenced: bool,
    /// The state of this node now: another one after each change of the charter.
    states: watch::Sender<NodeState>,
}

/// The doors of a node: where this machine asks, and where nodes on other machines do.
#[derive(Debug)]
pub struct Doors {
    /// This machine's, on loopback.
    pub own: TcpListener,
    /// That of nodes on other machines, over TLS.
    pub nodes: Option<TcpListener>,
}

impl From<TcpListener> for Doors {
    fn from(own: TcpListener) -> Self {
        Self { own, nodes: None }
    }
}

/// The sockets of the doors, which outlast a change of the charter.
#[derive(Debug)]
struct Sockets {
    own: std::net::TcpListener,
    nodes: Option<std::net::TcpListener>,
}

impl Sockets {
    fn of(doors: Doors) -> std::io::Result<Self> {
        Ok(Self {
            own: doors.own.into_std()?,
            nodes: doors.nodes.map(TcpListener::into_std).transpose()?,
        })
    }

    fn doors(&self) -> std::io::Result<Doors> {
        let open = |socket: &std::net::TcpListener| socket.try_clone().and_then(TcpListener::from_std);
        Ok(Doors {
            own: open(&self.own)?,
            nodes: self.nodes.as_ref().map(open).transpose()?,
        })
    }
}

/// How a stretch of running ended.
enum Ended {
    /// The node was told to stop.
    Told,
    /// The charter has changed; the sockets are still there.
    CharterChanged(Sockets),
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
            fenced: true,
            states: watch::Sender::new(state.clone()),
            state,
            federation,
        })
    }

    /// The same node, where this process has just founded its club or begun its log: nobody can know more of the log than it
    /// does, so that it need not ask the others before it signs. For any other folder this would be how a log forks. Blocking.
    ///
    /// # Errors
    /// [`NodeError::Store`].
    pub fn begun_here(self) -> NodeResult<Self> {
        Ok(Self {
            fenced: fencing::may_be_known(&self.state)?,
            ..self
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

    /// Serves at its doors, follows the peers and keeps the twin up to date until `shutdown` completes; then ends
    /// requests under way, five seconds at most. When a version of the charter is adopted, it does the same, opens the
    /// folder again under that version, and goes on; who connects meanwhile waits.
    ///
    /// # Errors
    /// [`NodeError::NoKeyBetweenNodes`] for a door for nodes without the keys for it; [`NodeError::Serve`],
    /// [`NodeError::Random`]; [`NodeError::LogStopped`], [`NodeError::DiskFilled`] or [`NodeError::DiskFailed`] if what is on
    /// disk became unknown, or nothing more can be written to it, whoever wrote;
    /// [`NodeError::NoLongerAMember`] when the charter no longer names the member, and whatever keeps the folder from being
    /// opened again.
    pub async fn run(
        self,
        doors: impl Into<Doors>,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> NodeResult<()> {
        tokio::pin!(shutdown);
        let mut node = self;
        let mut sockets = Sockets::of(doors.into()).map_err(NodeError::Serve)?;
        loop {
            match node.run_under_one_charter(sockets, shutdown.as_mut()).await? {
                Ended::Told => return Ok(()),
                Ended::CharterChanged(kept) => sockets = kept,
            }
            node = tokio::task::spawn_blocking(move || node.open_again()).await??;
        }
    }

    /// Opens the folder again over the same store. The writer before has ended: what it acknowledged is on disk. Blocking.
    fn open_again(self) -> NodeResult<Self> {
        let Self { state, states, .. } = self;
        // Within one run nobody can have put an old copy in the folder's place.
        let passage = state.ledger().gate().passage();
        let fenced = passage != Passage::Open;
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
        let same_key = state.member().keys.log == next.member().keys.log;
        match passage {
            Passage::Open => {}
            // It contradicts what its key signed before, whatever the charter has become; under another key people have decided.
            Passage::Shut { .. } if same_key => {
                next.ledger().gate().set(passage);
            }
            _ => {
                next.ledger().gate().set(Passage::Waiting { heard: 0, needed: 1 });
            }
        }
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

    /// Whether the member has both keys that a door for nodes needs.
    ///
    /// # Errors
    /// [`NodeError::NoKeyBetweenNodes`], [`NodeError::Tls`].
    pub fn check_door_for_nodes(&self) -> NodeResult<()> {
        self.tls().map(|_| ())
    }

    /// What the door for nodes speaks with; the member has both keys that it needs.
    fn tls(&self) -> NodeResult<Arc<rustls::ServerConfig>> {
        let member = self.state.member();
        let missing = |key| NodeError::NoKeyBetweenNodes {
            member: member.member.clone(),
            key,
        };
        self.state.request_signer().ok_or_else(|| missing("transport"))?;
        let key = self.state.tls_key().ok_or_else(|| missing("tls"))?;
        transport::server_config(Arc::clone(key), &member.domain)
    }

    async fn run_under_one_charter(
        &self,
        kept: Sockets,
        shutdown: impl Future<Output = ()>,
    ) -> NodeResult<Ended> {
        let Doors { own, nodes } = kept.doors().map_err(NodeError::Serve)?;
        let tls = nodes.is_some().then(|| self.tls()).transpose()?;
        let mut seed = [0; 8];
        getrandom::fill(&mut seed).map_err(NodeError::Random)?;
        let (switch, stopping) = shutdown_switch();
        let app = server::app(self.state.clone());
        let member = self.state.member().member.clone();
        let address = own.local_addr().map_err(NodeError::Serve)?;
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
        let own = server::serve(own, None, app, stopping.clone());
        let others = nodes.map(|nodes| {
            let app = server::nodes_app(self.state.clone());
            server::serve(nodes, tls, app, stopping)
        });
        let mut serving = tokio::spawn(async move {
            match others {
                // Both end when the node stops; if one fails, the node does.
                Some(others) => tokio::try_join!(own, others).map(|_| ()),
                None => own.await,
            }
        });
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
                    Ending::LogStopped => failure = Some(NodeError::LogStopped),
                    Ending::Disk(Fault::Full) => failure = Some(NodeError::DiskFilled),
                    Ending::Disk(Fault::Failed { reason }) => failure = Some(NodeError::DiskFailed { reason }),
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
