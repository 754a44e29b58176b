//! What can go wrong in a node.

use std::net::SocketAddr;
use std::path::PathBuf;

use didymium_log::sequencer::Refusal;
use didymium_log::{Hash, LogError};
use didymium_statement::{Digest, StatementError, StatementId, Visibility};
use didymium_store::StoreError;

use crate::words::{in_words, refusal_in_words};

/// Result of an operation of the node.
pub type NodeResult<T> = Result<T, NodeError>;

/// One variant a cause, with what is wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NodeError {
    /// A file or folder cannot be used.
    #[error("cannot use `{}`", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A club is to be founded where something is already.
    #[error("folder `{}` is not empty: name another, or start the club that is in it", dir.display())]
    FolderNotEmpty {
        /// The folder.
        dir: PathBuf,
    },
    /// A folder lacks what makes it a node's.
    #[error("folder `{}` is not a node's: it has no `{missing}`; found a club with `didymium init`, or name the right folder", dir.display())]
    NotANodeFolder {
        /// The folder.
        dir: PathBuf,
        /// The file that is missing.
        missing: &'static str,
    },
    /// `node.toml` cannot be read.
    #[error("`{}`: {reason}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line where the parser knows it.
        reason: String,
    },
    /// A secret key can be read by others than its owner.
    #[error("key `{}` can be read by others (mode {mode:03o}): run `chmod 600 '{}'`, and replace the key if others may have read it", path.display(), path.display())]
    KeyExposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A key file does not hold a key.
    #[error("key `{}` must hold 64 hexadecimal digits (a 32-byte seed) on one line", path.display())]
    KeyMalformed {
        /// The file.
        path: PathBuf,
    },
    /// A key of a type that this build does not have.
    #[error(
        "this didymium was built without the feature `ml-dsa`: it makes no ML-DSA-44 key; build it with `--features ml-dsa`"
    )]
    WithoutMlDsa,
    /// There is a vault already.
    #[error("`{}` is a vault already", dir.display())]
    VaultExists {
        /// The folder.
        dir: PathBuf,
    },
    /// A folder that is no vault.
    #[error("`{}` is no vault: it has no vault.key (make one with `didymium sealed init`)", dir.display())]
    NotAVault {
        /// The folder.
        dir: PathBuf,
    },
    /// A statement of which the vault knows nothing.
    #[error("the vault `{}` holds nothing of statement {statement}", dir.display())]
    NotInVault {
        /// The folder.
        dir: PathBuf,
        /// The statement.
        statement: StatementId,
    },
    /// The opening is no more.
    #[error(
        "the opening of statement {statement} was erased on {erased}: nobody can read it from here again"
    )]
    Erased {
        /// The statement.
        statement: StatementId,
        /// When, RFC 3339.
        erased: String,
    },
    /// A twin that is private to one member was to be served.
    #[error(
        "a member's overlay ({opened} sealed statements opened) is private to who holds its vault: no node serves it"
    )]
    OverlayNotServed {
        /// How many sealed statements are in it.
        opened: u64,
    },
    /// A letter that cannot be read.
    #[error("this is no letter with the opening of a sealed statement, or it was changed: {reason}")]
    LetterMalformed {
        /// Why.
        reason: String,
    },
    /// A letter that is encrypted to another key.
    #[error("this letter is for the holder of key {to}; the key of this vault is {own}")]
    LetterForAnother {
        /// Whom it is for.
        to: Digest,
        /// The vault's key.
        own: Digest,
    },
    /// A public key that nothing can be encrypted to.
    #[error("nothing can be encrypted to {to}: it is no X25519 public key")]
    Sealing {
        /// What was given as one.
        to: Digest,
    },
    /// A key of the folder is not the one in the charter.
    #[error("the {role} key in `{}` is not the one the charter gives {member}: this folder belongs to another club or member", dir.display())]
    KeyNotInCharter {
        /// `statement`, `log`, `witness` or `mirror`.
        role: &'static str,
        /// The folder.
        dir: PathBuf,
        /// Member code.
        member: String,
    },
    /// The chain of the charter's versions, or what contradicts it, does not stand.
    #[error("`{}` does not hold what this club's charter became: bring it back from a backup, or remove it and let the node ask the others", path.display())]
    CharterFile {
        /// The file.
        path: PathBuf,
        /// The rule that is broken.
        source: Box<StatementError>,
    },
    /// A file is larger than it can be.
    #[error("`{}` is larger than the {max} bytes that such a file can have", path.display())]
    FileTooLarge {
        /// The file.
        path: PathBuf,
        /// The limit, bytes.
        max: usize,
    },
    /// A version of the charter that counts contradicts the logs that are held here.
    #[error("version {version} of the charter is not adopted: {reason}")]
    CharterRefused {
        /// Its number.
        version: u32,
        /// What contradicts it.
        reason: String,
    },
    /// The member whose node this is has left the club.
    #[error(
        "version {version} of the charter no longer names {member}: its node ends; what its log holds goes on counting"
    )]
    NoLongerAMember {
        /// Member code.
        member: String,
        /// The version.
        version: u32,
    },
    /// A key that signs checkpoints where it does not count.
    #[error(
        "the checkpoint of size {size} of log `{origin}` is signed with {key}, which under the charter does not count there"
    )]
    LogKeyElsewhere {
        /// The log.
        origin: String,
        /// Size of the checkpoint.
        size: u64,
        /// Name and id of the key.
        key: String,
    },
    /// A log does not lead to a state that the charter names.
    #[error(
        "the first {size} entries of log `{origin}` have root {found}, the charter says {anchored}: it was rewritten, and is followed no further"
    )]
    LogOffCharter {
        /// The log.
        origin: String,
        /// Size that the charter names.
        size: u64,
        /// Root of what it serves.
        found: Hash,
        /// Root in the charter.
        anchored: Digest,
    },
    /// A code that the charter does not have.
    #[error("`{member}` is no member under the charter of this club (members: {known})")]
    NotAMember {
        /// The code.
        member: String,
        /// The codes that it has.
        known: String,
    },
    /// What a club is to be founded from is wrong.
    #[error("no club can be founded: {reason}")]
    ClubSpec {
        /// Why.
        reason: String,
    },
    /// The system gave no random bytes.
    #[error("the system gives no random bytes for keys: {0}")]
    Random(getrandom::Error),
    /// Something cannot be written down.
    #[error("cannot encode {what}: {reason}")]
    Encode {
        /// What.
        what: &'static str,
        /// What the encoder said.
        reason: String,
    },

    /// A statement, charter or key breaks a rule.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// A statement is refused.
    #[error("statement {statement} is refused")]
    Refused {
        /// Its name.
        statement: StatementId,
        /// The rule it breaks.
        source: Box<StatementError>,
    },
    /// A statement asks for readers that this version cannot keep to.
    #[error("statement {statement} is for `{}` readers: this version serves what it logs to every reader of the node, so only public and club statements are taken", visibility.as_str())]
    VisibilityNotKept {
        /// Its name.
        statement: StatementId,
        /// Its class.
        visibility: Visibility,
    },
    /// A statement names a blob that is not here.
    #[error("statement {statement} names blob {blob}, which is not here: hand it over with the statement")]
    BlobAbsent {
        /// The statement.
        statement: StatementId,
        /// The blob.
        blob: Digest,
    },
    /// A blob is given for a statement that carries its payload inside.
    #[error("statement {statement} carries its payload inside and names no blob")]
    BlobUncalled {
        /// The statement.
        statement: StatementId,
    },
    /// The first entry of a log is not the genesis of that member under this charter, or a genesis stands elsewhere.
    #[error("entry {index} of log `{origin}`: {reason}")]
    Genesis {
        /// The log.
        origin: String,
        /// Index of the entry.
        index: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// More entries at once than allowed.
    #[error("{count} entries at once, at most {max} are taken: split them")]
    TooManyEntries {
        /// How many.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// What is stored of a log contradicts itself.
    #[error(
        "log `{origin}` as stored contradicts itself ({reason}): nothing was signed; restore it from a backup or a mirror"
    )]
    StoredLog {
        /// The log.
        origin: String,
        /// What does not fit.
        reason: String,
    },
    /// A statement that the own log does not hold.
    #[error("statement {statement} is not in the log of this member")]
    NoSuchStatement {
        /// The statement.
        statement: StatementId,
    },
    /// A COSE receipt has at least one hash on its path (RFC 9942); the only entry of a log has none.
    #[error(
        "statement `{statement}` is the only entry of its log, and a receipt under RFC 9942 proves an entry among others: \
         ask again when the next statement is logged, or take its `/entries/{statement}/proof` now"
    )]
    NoReceiptYet {
        /// The statement.
        statement: StatementId,
    },
    /// A log that is not held here.
    #[error("no log `{origin}` is held here")]
    NoSuchLog {
        /// The log.
        origin: String,
    },
    /// Tree, tile, note or checkpoint.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] StoreError),

    /// The port is taken.
    #[error("port {} on {} is in use by another program: stop it, or set another `listen` address in node.toml", address.port(), address.ip())]
    PortTaken {
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// Without TLS a node speaks to its own machine alone.
    #[error(
        "{address} is beyond this machine, and what is said at `listen` (node.toml, --listen) is neither encrypted nor signed: let it be one of loopback, such as 127.0.0.1:{}, and give other nodes a way in with --listen-nodes, or `[transport] listen = \"{address}\"` in node.toml; for browsers elsewhere put a proxy with TLS and a login before it",
        address.port()
    )]
    PlainBeyondLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// A member is to be reached from other machines, and the charter has no keys for that.
    #[error(
        "the charter gives {member} no {key} key, so its node cannot speak with nodes on other machines: run `didymium charter propose --rotate {key}`, and start it when the members have signed"
    )]
    NoKeyBetweenNodes {
        /// Code of the member.
        member: String,
        /// Which: `transport` or `tls`.
        key: &'static str,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {reason}")]
    Tls {
        /// What the library said.
        reason: String,
    },
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
    /// Serving ended with an error.
    #[error("the HTTP server stopped")]
    Serve(#[source] std::io::Error),
    /// A thread cannot be started.
    #[error("the system gives no thread for the log's writer")]
    Thread(#[source] std::io::Error),
    /// A statement was not logged.
    #[error("the statement was not logged: {}", refusal_in_words(*.0))]
    NotLogged(Refusal),
    /// The log has started and too few members have said what they know of it.
    #[error(
        "the log signs nothing yet: after a start {needed} other members must first say what they know of it, {heard} have; try again when more of them run"
    )]
    LogWaits {
        /// Members that have answered.
        heard: usize,
        /// Members that must.
        needed: usize,
    },
    /// A version of the charter is adopted, and the node opens itself again under it.
    #[error("the node opens itself again under a new version of the charter; submit it again in a moment")]
    LogReopens,
    /// A version of the charter was adopted while something was checked against the one before.
    #[error("the charter has changed: what came is checked again under its new version")]
    CharterChanged,
    /// What the log signed before is not what is held here, or its key was revoked.
    #[error("the log signs nothing more: {reason}")]
    LogShut {
        /// Why.
        reason: String,
    },
    /// What is on disk became unknown, so the node ended itself.
    #[error(
        "the log has stopped: what is on disk is unknown until the next start; start the node again, it checks what is there"
    )]
    LogStopped,
    /// A write met a full disk although there seemed to be room, so the node ended itself.
    #[error(
        "the node has stopped: the disk was full in the middle of a write, which was taken back; nothing that was \
         acknowledged is lost; free some room and start the node again"
    )]
    DiskFilled,
    /// The disk failed under the node, which ended itself.
    #[error(
        "the node has stopped: its disk failed ({reason}); what was acknowledged was on the disk before, what was under way is \
         unknown until the next start; look at the disk and start the node again, it checks what is there"
    )]
    DiskFailed {
        /// What the system or the database said.
        reason: String,
    },
    /// There is too little room to take in what others say.
    #[error(
        "this node's own disk is nearly full: less than {} MiB are free, and nothing more is taken in until there is more; \
         free some room",
        .needed.div_ceil(1024 * 1024)
    )]
    NoRoom {
        /// Free bytes that there must be.
        needed: u64,
    },
    /// Too many requests about one log came at the same time.
    #[error("the witness of log `{origin}` is busy: ask again")]
    WitnessBusy {
        /// Origin of the log.
        origin: String,
    },
    /// A task was cancelled or panicked.
    #[error("a task of the node ended early")]
    Task(#[from] tokio::task::JoinError),

    /// A peer does not answer.
    #[error("no answer from {url}")]
    PeerSilent {
        /// What was asked for.
        url: String,
        /// What the client said.
        source: reqwest::Error,
    },
    /// A peer answers with a status that is no help.
    #[error("{url} answers with status {status}")]
    PeerStatus {
        /// What was asked for.
        url: String,
        /// The status.
        status: u16,
    },
    /// A member's node beyond this machine cannot be asked, or is not who answers.
    #[error("{url} is not asked: {reason}")]
    PeerBeyond {
        /// What was asked for.
        url: String,
        /// Why, and what to do.
        reason: String,
    },
    /// A peer does not take this node's signature.
    #[error("{url} refuses the request: {reason}")]
    PeerRefuses {
        /// What was asked for.
        url: String,
        /// In the words of the peer.
        reason: String,
    },
    /// A peer's answer is larger than what was asked for can be.
    #[error("{url} answers with more than {max} bytes")]
    PeerAnswerTooLarge {
        /// What was asked for.
        url: String,
        /// The limit, bytes.
        max: usize,
    },
    /// A peer serves a log so slowly that another is asked.
    #[error("{url} is slow: {bytes} bytes in {seconds} s; what came is kept, and another is asked")]
    PeerSlow {
        /// What was asked for, by its beginning.
        url: String,
        /// Bytes that came.
        bytes: u64,
        /// How long they were waited for, seconds.
        seconds: u64,
    },
    /// No other member could say what it holds of a log that is to be brought back.
    #[error("nobody who answers has a copy of the log of {member} ({asked}): try again when others run")]
    NoCopies {
        /// Whose log.
        member: String,
        /// Who was asked, each with what came of it.
        asked: String,
    },
    /// An address that is none.
    #[error("`{address}` is no base address such as http://127.0.0.1:7410")]
    Address {
        /// What was given.
        address: String,
    },
    /// An audit has reached a bound.
    #[error("the audit was stopped: {reason}")]
    AuditStopped {
        /// Which.
        reason: String,
    },
    /// A peer's log shows fewer entries than it showed before.
    #[error(
        "log `{origin}` shows {found} entries, {held} were seen before: it was cut or restored from an old backup; what is held here stays"
    )]
    LogShrunk {
        /// The log.
        origin: String,
        /// Size held here.
        held: u64,
        /// Size that it shows.
        found: u64,
    },
    /// A peer's log no longer begins with what it was.
    #[error(
        "log `{origin}` was rewritten: its first {size} entries had root {held}, the checkpoint of size {found} that it signed now says {now}; what is held here stays and the log is followed no further"
    )]
    LogRewritten {
        /// The log.
        origin: String,
        /// Size at which the two histories are compared.
        size: u64,
        /// Root held here.
        held: Hash,
        /// Size of the checkpoint that contradicts it.
        found: u64,
        /// Root that this checkpoint gives for the same entries.
        now: Hash,
    },
    /// A head is signed with a key of its log that was revoked, and nothing else speaks for it.
    #[error("{reason}")]
    HeadShowsNothing {
        /// Why, in words.
        reason: String,
    },
    /// What a peer serves does not lead to the root that it signed.
    #[error(
        "what log `{origin}` serves does not lead to the root it signed for size {size} ({reason}): asked again later"
    )]
    LogBroken {
        /// The log.
        origin: String,
        /// Size signed.
        size: u64,
        /// What does not fit.
        reason: String,
    },
    /// A statement stands twice in a peer's log.
    #[error("statement {statement} stands twice in log `{origin}`, again at index {index}")]
    StatementTwice {
        /// The log.
        origin: String,
        /// The statement.
        statement: StatementId,
        /// Its second place.
        index: u64,
    },
    /// A log was proven to contradict itself while it was being copied.
    #[error("log `{origin}` contradicts itself: it is followed no further until the charter decides")]
    LogFrozen {
        /// The log.
        origin: String,
    },
}

impl NodeError {
    /// An I/O error at a path.
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }

    /// What the TLS library says of a configuration.
    pub(crate) fn tls(error: impl std::fmt::Display) -> Self {
        Self::Tls {
            reason: error.to_string(),
        }
    }

    /// A charter's file that does not stand.
    pub(crate) fn charter_file(path: impl Into<PathBuf>) -> impl FnOnce(StatementError) -> Self {
        let path = path.into();
        move |source| Self::CharterFile {
            path,
            source: Box::new(source),
        }
    }

    /// A statement's refusal.
    pub(crate) fn refused(statement: StatementId) -> impl FnOnce(StatementError) -> Self {
        move |source| Self::Refused {
            statement,
            source: Box::new(source),
        }
    }

    /// The error with all its causes on one line, for logs and pages.
    pub fn in_words(&self) -> String {
        in_words(self)
    }
}
