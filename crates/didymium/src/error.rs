//! What can go wrong, and with which exit code the program ends.

use std::error::Error;
use std::io::ErrorKind;
use std::path::PathBuf;

use didymium_log::LogError;
use didymium_node::NodeError;
use didymium_node::api::download::DownloadError;
use didymium_node::import::ImportError;
use didymium_statement::StatementError;
use didymium_store::StoreError;
use didymium_twin::mirror::MirrorError;

/// Result of a command.
pub type CliResult<T> = Result<T, CliError>;

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The command line is wrong in a way that clap cannot see.
    #[error("{0}")]
    Usage(String),
    /// A table was not imported.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The node.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// Too few others could be asked whether a folder is the newest of its log.
    #[error(
        "{source} (start them with `didymium serve --dir …`); or say --newest, if you know that this folder is no old backup"
    )]
    Unasked {
        /// What the node says.
        source: NodeError,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A statement or charter.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// A file.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A table of trade.
    #[error("{}: {source}", path.display())]
    Mirror {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: MirrorError,
    },
    /// A view that cannot be written as a file.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// A file that is no JSON document.
    #[error("{} is no JSON document: {reason}", path.display())]
    NotJson {
        /// The file.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// A file that is named as the charter, or stands in its place, and cannot be one.
    #[error("{} cannot be used as the charter (a node serves its club's at /charter/chain)", path.display())]
    NotACharter {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<StatementError>,
    },
    /// A node does not answer.
    #[error(
        "no node answers at {url}: is it running? (`didymium serve --dir FOLDER` starts it; --dir reads its folder while it is not)"
    )]
    Unreachable {
        /// The address.
        url: String,
        /// What the client said.
        source: reqwest::Error,
    },
    /// A node answers with an error.
    #[error("{url} answers {status}: {detail}")]
    Answer {
        /// The address.
        url: String,
        /// HTTP status.
        status: u16,
        /// What it says.
        detail: String,
    },
    /// A port of the demo club is taken.
    #[error(
        "port {port} is in use by another program (perhaps another demo): stop it, or take other ports with `didymium demo --port {other}`; nothing was changed"
    )]
    DemoPort {
        /// The port.
        port: u16,
        /// Another first port to try.
        other: u16,
    },
    /// What was asked for is not there.
    #[error("{0}")]
    NotFound(String),
    /// A statement does not stand.
    #[error("not verified: {reason}")]
    NotVerified {
        /// Why.
        reason: String,
        /// What said so.
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// Nodes have different digests for the same cut.
    #[error("the nodes disagree on the same cut: {0}")]
    Disagree(String),
    /// Something the answer needs is missing.
    #[error("incomplete: {0}")]
    Incomplete(String),
    /// Nodes of the demo club have no room for what the others say.
    #[error(
        "the disk is full: {members} could not keep what the other members say; nothing is lost, free some room and start again"
    )]
    DiskFull {
        /// Their codes.
        members: String,
    },
    /// Standard output is closed or full.
    #[error("cannot write the answer")]
    Output(#[source] std::io::Error),
    /// The runtime cannot start.
    #[error("the program cannot start")]
    Runtime(#[source] std::io::Error),
    /// A value cannot be written as, or read from, JSON.
    #[error("unexpected JSON")]
    Json(#[from] serde_json::Error),
    /// A task of the program ended early.
    #[error("a task ended early")]
    Task(#[from] tokio::task::JoinError),
}

/// Exit codes; `docs/exit-codes.md` explains them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// An error of the program or the system.
    Internal = 1,
    /// The command line, a folder or a configuration is wrong.
    Usage = 2,
    /// Input was refused.
    Refused = 3,
    /// The answer is no.
    No = 4,
    /// Something is missing.
    Incomplete = 5,
    /// A folder or port is in use.
    InUse = 6,
    /// The disk is full or the database damaged.
    Storage = 7,
    /// A node cannot be reached.
    Unreachable = 8,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl CliError {
    /// A file error at a path.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// A table of trade that is wrong.
    pub fn mirror(path: impl Into<PathBuf>) -> impl FnOnce(MirrorError) -> Self {
        let path = path.into();
        move |source| Self::Mirror { path, source }
    }

    /// The exit code. What the storage or the system says, however deep, decides before what was being done.
    pub fn exit(&self) -> Exit {
        let mut cause: Option<&(dyn Error + 'static)> = Some(self);
        while let Some(error) = cause {
            if let Some(exit) = exit_of_cause(error) {
                return exit;
            }
            cause = error.source();
        }
        match self {
            Self::Usage(_) | Self::NotACharter { .. } => Exit::Usage,
            Self::Download(
                DownloadError::TooLong { .. }
                | DownloadError::Format
                | DownloadError::NotInBalance { .. }
                | DownloadError::Draws
                | DownloadError::TooManyDraws { .. },
            ) => Exit::Usage,
            Self::Download(
                DownloadError::Nothing
                | DownloadError::NoCommodity(_)
                | DownloadError::NotHere { .. }
                | DownloadError::Balance(_),
            ) => Exit::No,
            Self::Import(error) => exit_of_import(error),
            Self::Node(error) => exit_of_node(error),
            Self::Statement(_) | Self::NotJson { .. } | Self::Mirror { .. } => Exit::Refused,
            Self::File { source, .. }
                if matches!(source.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) =>
            {
                Exit::Usage
            }
            Self::DemoPort { .. } => Exit::InUse,
            Self::Unreachable { .. } | Self::Answer { .. } | Self::Unasked { .. } => Exit::Unreachable,
            Self::NotFound(_) | Self::NotVerified { .. } | Self::Disagree(_) => Exit::No,
            Self::Incomplete(_) => Exit::Incomplete,
            Self::DiskFull { .. } => Exit::Storage,
            _ => Exit::Internal,
        }
    }
}

fn exit_of_cause(error: &(dyn Error + 'static)) -> Option<Exit> {
    if let Some(store) = error.downcast_ref::<StoreError>() {
        return Some(exit_of_store(store));
    }
    // `#[error(transparent)]` hides the store's error from the chain, so it is looked for in its wrappers.
    match error.downcast_ref::<NodeError>() {
        Some(NodeError::Store(store)) => return Some(exit_of_store(store)),
        Some(NodeError::PortTaken { .. }) => return Some(Exit::InUse),
        Some(NodeError::StoredLog { .. } | NodeError::Genesis { .. } | NodeError::CharterFile { .. }) => {
            return Some(Exit::Storage);
        }
        _ => {}
    }
    match error.downcast_ref::<CliError>() {
        Some(CliError::Store(store)) | Some(CliError::Node(NodeError::Store(store))) => {
            return Some(exit_of_store(store));
        }
        Some(CliError::Import(ImportError::Store(store))) => return Some(exit_of_store(store)),
        Some(CliError::Node(NodeError::PortTaken { .. })) => return Some(Exit::InUse),
        Some(CliError::Node(NodeError::StoredLog { .. } | NodeError::Genesis { .. })) => {
            return Some(Exit::Storage);
        }
        _ => {}
    }
    let system = error.downcast_ref::<std::io::Error>()?;
    match system.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::ReadOnlyFilesystem => {
            Some(Exit::Storage)
        }
        ErrorKind::AddrInUse => Some(Exit::InUse),
        _ => None,
    }
}

const fn exit_of_store(error: &StoreError) -> Exit {
    match error {
        StoreError::FolderInUse { .. } => Exit::InUse,
        StoreError::NoDatabase { .. } => Exit::Usage,
        _ => Exit::Storage,
    }
}

const fn exit_of_import(error: &ImportError) -> Exit {
    match error {
        ImportError::TableName { .. } | ImportError::NoFile { .. } | ImportError::Read { .. } => Exit::Usage,
        _ => Exit::Refused,
    }
}

const fn exit_of_node(error: &NodeError) -> Exit {
    match error {
        NodeError::FolderNotEmpty { .. }
        | NodeError::NotANodeFolder { .. }
        | NodeError::Config { .. }
        | NodeError::KeyExposed { .. }
        | NodeError::KeyMalformed { .. }
        | NodeError::KeyNotInCharter { .. }
        | NodeError::WithoutMlDsa
        | NodeError::NotAMember { .. }
        | NodeError::ClubSpec { .. }
        | NodeError::Address { .. }
        | NodeError::PlainBeyondLoopback { .. }
        | NodeError::NoLongerAMember { .. }
        | NodeError::NotAVault { .. }
        | NodeError::VaultExists { .. }
        | NodeError::Sealing { .. } => Exit::Usage,
        NodeError::NotInVault { .. }
        | NodeError::LetterForAnother { .. }
        | NodeError::LogRewritten { .. }
        | NodeError::LogOffCharter { .. }
        | NodeError::LogBroken { .. }
        | NodeError::HeadShowsNothing { .. }
        | NodeError::LogShut { .. } => Exit::No,
        NodeError::Erased { .. } => Exit::Incomplete,
        NodeError::LetterMalformed { .. } => Exit::Refused,
        NodeError::PeerSilent { .. }
        | NodeError::PeerStatus { .. }
        | NodeError::NoCopies { .. }
        | NodeError::LogWaits { .. }
        | NodeError::PeerAnswerTooLarge { .. } => Exit::Unreachable,
        NodeError::AuditStopped { .. } => Exit::Incomplete,
        NodeError::LogStopped
        | NodeError::DiskFilled
        | NodeError::DiskFailed { .. }
        | NodeError::NoRoom { .. } => Exit::Storage,
        NodeError::Statement(_) | NodeError::Refused { .. } | NodeError::BlobAbsent { .. } => Exit::Refused,
        _ => Exit::Internal,
    }
}

/// A log error as the reason why a statement is not verified.
pub fn not_verified(reason: impl Into<String>) -> impl FnOnce(LogError) -> CliError {
    let reason = reason.into();
    move |error| CliError::NotVerified {
        reason,
        source: Some(Box::new(error)),
    }
}
