//! A member's own node: the running one where it runs, else its folder. What a member says goes in through here.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use didymium_log::receipt::attach;
use didymium_node::clock::SystemClock;
use didymium_node::receipt::transparent_statement;
use didymium_node::{NodeFolder, NodeState, ask_before_signing, charter};
use didymium_statement::{CharterLog, Member, Statement, StatementSigner};

use crate::error::{CliError, CliResult, not_verified};
use crate::http::Remote;

/// Where a member's node is found.
pub enum Home {
    /// It runs and is asked; its folder gives the keys.
    Node {
        /// The node.
        remote: Remote,
        /// Its folder.
        folder: Box<NodeFolder>,
    },
    /// It does not run; its folder is held.
    Folder(Box<NodeState>),
}

impl Home {
    /// The node of a folder.
    pub async fn open(dir: &Path) -> CliResult<Self> {
        let folder = NodeFolder::open(dir)?;
        let remote = Remote::new(&format!("http://{}", reached_at(folder.config().listen)))?;
        let runs = match remote.json::<serde_json::Value>("/healthz", &[]).await {
            Ok(health) => health["member"] == folder.config().member.as_str(),
            Err(CliError::Unreachable { .. } | CliError::NotFound(_) | CliError::Answer { .. }) => false,
            Err(error) => return Err(error),
        };
        Ok(if runs {
            let folder = Box::new(folder);
            Self::Node { remote, folder }
        } else {
            Self::Folder(Box::new(NodeState::open(folder, Arc::new(SystemClock))?))
        })
    }

    /// Code of the member.
    pub fn code(&self) -> &str {
        match self {
            Self::Node { folder, .. } => &folder.config().member,
            Self::Folder(state) => &state.member().member,
        }
    }

    /// The member as the version of the charter in the folder has it.
    pub fn member(&self) -> CliResult<&Member> {
        match self {
            Self::Node { folder, .. } => {
                let member = folder.charter().charter().member(self.code());
                member.ok_or_else(|| CliError::NotFound(format!("{} is no member any more", self.code())))
            }
            Self::Folder(state) => Ok(state.member()),
        }
    }

    /// The member's statement key.
    pub fn signer(&self) -> &StatementSigner {
        match self {
            Self::Node { folder, .. } => &folder.keys().statement,
            Self::Folder(state) => state.signer(),
        }
    }

    /// All versions of the charter: those of the folder, and what the node has adopted since it was opened.
    pub async fn charters(&self) -> CliResult<CharterLog> {
        match self {
            Self::Node { remote, folder } => {
                let chain = remote.bytes("/charter/chain", &[]).await?;
                Ok(folder.charters().extended(&chain)?)
            }
            Self::Folder(state) => Ok(charter::current(state)),
        }
    }

    /// A statement that was entered, with its receipt in it.
    pub async fn receipt(&self, statement: &Statement) -> CliResult<Vec<u8>> {
        let id = statement.id();
        match self {
            Self::Node { remote, .. } => {
                let receipt = remote.bytes(&format!("/entries/{id}"), &[]).await?;
                attach(statement.bytes(), &[receipt]).map_err(not_verified("the receipt that the node gave"))
            }
            Self::Folder(state) => Ok(transparent_statement(state, &id)?),
        }
    }

    /// Makes sure that the log may sign before anything else is written: in a folder whose node does not run, the others are asked.
    pub async fn require_passage(&self) -> CliResult<()> {
        match self {
            Self::Node { .. } => Ok(()),
            Self::Folder(state) => Ok(ask_before_signing(state).await?),
        }
    }

    /// Enters a statement of the member in its log; answers its index there.
    pub async fn submit(&self, statement: &Statement) -> CliResult<u64> {
        match self {
            Self::Node { remote, .. } => remote.submit(statement.bytes()).await,
            Self::Folder(state) => {
                self.require_passage().await?;
                let appended = state.submit(vec![(statement.clone(), None)])?;
                let place = appended.first().map(|place| place.index);
                place.ok_or_else(|| CliError::NotFound("the log took nothing".to_owned()))
            }
        }
    }
}

/// Where a node that listens there is reached from this machine.
fn reached_at(listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        return SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), listen.port());
    }
    listen
}
