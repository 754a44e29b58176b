//! What every part of a running node shares.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

use didymium_log::cosignature::CheckpointCosigner;
use didymium_statement::{
    CharterId, CharterLog, Member, PayloadRef, SignedCharter, Statement, StatementSigner, TransportSigner,
};
use didymium_store::{Fault, SqliteStore, Store, StoreOptions};
use didymium_twin::{Scope, Twin};
use didymium_vocabulary::Vocabulary;
use tokio::sync::watch;

use crate::admission::{Admission, Signatory};
use crate::charter::{Desk, log_keys};
use crate::clock::Clock;
use crate::federation::PeerStatus;
use crate::folder::{BoxedCosigner, KEYS_DIR, NodeConfig, NodeFolder, require_member};
use crate::held::HeldLog;
use crate::ledger::{Appended, Entry};
use crate::server::Metrics;
use crate::shown::Waiting;
use crate::transport::{Nonces, RequestSigner};
use crate::twin_job::Reading;
use crate::{Changed, Intake, Ledger, NodeError, NodeResult, fencing, retraction};

/// A node's shared state. Cheap to clone.
#[derive(Clone)]
pub struct NodeState(Arc<Inner>);

struct Inner {
    dir: PathBuf,
    config: NodeConfig,
    /// All versions as they were when the node was opened.
    charters: CharterLog,
    /// The charter log as it goes on.
    desk: Desk,
    /// The version in force. Whoever writes what others logged holds it from the check against the charter to the write;
    /// whoever adopts a version, from the check against what is held to the write of the chain.
    in_force: RwLock<CharterId>,
    member: Signatory,
    vocabulary: &'static Vocabulary,
    clock: Arc<dyn Clock>,
    store: Arc<dyn Store>,
    ledger: Ledger,
    signer: StatementSigner,
    /// The cosigners in force, and those that are to take their place.
    witness: Vec<BoxedCosigner>,
    /// Signs requests to other nodes, if the charter gives the member a key for that.
    requests: Option<RequestSigner>,
    /// The key of TLS, if the charter pins one.
    tls: Option<Arc<TransportSigner>>,
    /// Which requests of members were seen.
    nonces: Mutex<Nonces>,
    changed: Changed,
    twin: watch::Sender<Option<Arc<Twin>>>,
    /// What the twin was read from.
    reading: Mutex<Option<Reading>>,
    peers: Mutex<BTreeMap<String, PeerStatus>>,
    /// Heads that wait for the copies here to grow past them.
    shown: Mutex<Waiting>,
    metrics: Metrics,
    intake: OnceLock<Intake>,
    /// Why the node must end, once it must.
    ending: watch::Sender<Option<Ending>>,
}

/// Why a node ends by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nobody knows what the last commit left on the disk: a new start looks.
    LogStopped,
    /// The disk is full, though there seemed to be room, or it failed: somebody must look at it.
    Disk(Fault),
    /// A new version of the charter is in force.
    CharterChanged,
}

/// A node's state that does not keep the node.
#[derive(Clone)]
pub(crate) struct WeakState(Weak<Inner>);

impl WeakState {
    /// The state, if the node is still there.
    pub(crate) fn upgrade(&self) -> Option<NodeState> {
        self.0.upgrade().map(NodeState)
    }
}

impl NodeState {
    /// Opens the store and the ledger of a folder.
    ///
    /// # Errors
    /// [`NodeError::Store`] if the folder is in use or its database damaged; [`NodeError::StoredLog`] if the log
    /// contradicts itself; [`NodeError::Genesis`] if it is not the log of this member under this charter.
    pub fn open(folder: NodeFolder, clock: Arc<dyn Clock>) -> NodeResult<Self> {
        let store = store_of(&folder)?;
        Self::over(folder, clock, store)
    }

    /// Opens the ledger of a folder over its store, which may have served the same folder under an earlier version of the
    /// charter.
    pub(crate) fn over(folder: NodeFolder, clock: Arc<dyn Clock>, store: Arc<dyn Store>) -> NodeResult<Self> {
        Self::assembled(folder, clock, store, OwnLog::Begun)
    }

    /// Opens a folder whose own log may be lost, for bringing it back and for nothing else. What was left of an earlier attempt is
    /// dropped.
    ///
    /// # Errors
    /// Those of [`Self::open`], but for an empty log.
    pub(crate) fn open_to_restore(folder: NodeFolder, clock: Arc<dyn Clock>) -> NodeResult<Self> {
        let store = store_of(&folder)?;
        let member = require_member(folder.charters().head(), &folder.config().member)?;
        store.unstage(member.origin())?;
        Self::assembled(folder, clock, store, OwnLog::MayBeLost)
    }

    fn assembled(
        folder: NodeFolder,
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
        own_log: OwnLog,
    ) -> NodeResult<Self> {
        let (dir, config, charters, keys) = folder.into_parts();
        let charter = charters.head();
        let member = require_member(charter, &config.member)?.clone();
        let changed = Changed::default();
        let ledger = Ledger::open(
            Arc::clone(&store),
            keys.log,
            &log_keys::ever(&charters, &member.member)?,
            Arc::clone(&clock),
            changed.clone(),
        )?;
        let vocabulary = Vocabulary::embedded();
        if own_log == OwnLog::Begun || ledger.log().size()? > 0 {
            check_genesis(&ledger, &Admission::new(&charters, vocabulary), &member)?;
        }
        let witness = keys.witness.into_cosigners(&dir.join(KEYS_DIR), &member)?;
        let named = &member.keys;
        let requests = keys.transport.filter(|_| named.transport.is_some());
        let requests = requests.map(|key| RequestSigner::new(&member.member, key));
        let tls = keys.tls.filter(|_| named.tls.is_some());
        let nonces = Nonces::since(clock.now_ms().div_euclid(1_000));
        if charter.charter().vocabulary.as_bytes() != &vocabulary.digest() {
            tracing::warn!(
                charter = %charter.charter().vocabulary,
                software = vocabulary.digest_hex(),
                "the charter names another vocabulary than this software reads statements with"
            );
        }
        let others = charter
            .charter()
            .members
            .iter()
            .filter(|other| other.member != member.member);
        let peers = others.map(|other| {
            let address = config.peers.get(&other.member).unwrap_or(&other.address);
            (other.member.clone(), PeerStatus::unheard(&other.member, address))
        });
        let state = Self(Arc::new(Inner {
            peers: Mutex::new(peers.collect()),
            desk: Desk::open(dir.clone(), charters.clone())?,
            in_force: RwLock::new(charters.head().id()),
            dir,
            config,
            charters,
            member: Signatory::of(&member),
            vocabulary,
            clock,
            store,
            ledger,
            signer: keys.statement,
            witness,
            requests,
            tls: tls.map(Arc::new),
            nonces: Mutex::new(nonces),
            changed,
            twin: watch::Sender::new(None),
            reading: Mutex::new(None),
            shown: Mutex::default(),
            metrics: Metrics::new(),
            intake: OnceLock::new(),
            ending: watch::Sender::new(None),
        }));
        retraction::take_back(&state);
        fencing::shut_if_revoked(&state);
        crate::evidence::take_up(&state)?;
        // From here on: a disk that is full already keeps no node from serving what it holds.
        let listening = state.weak();
        state.store().on_fault(Box::new(move |fault| {
            if let Some(state) = listening.upgrade() {
                state.fail(Ending::Disk(fault));
            }
        }));
        Ok(state)
    }

    /// The node's folder.
    pub fn dir(&self) -> &Path {
        &self.0.dir
    }

    /// The node's configuration.
    pub fn config(&self) -> &NodeConfig {
        &self.0.config
    }

    /// The version of the charter that was in force when the node was opened.
    pub fn charter(&self) -> &SignedCharter {
        self.0.charters.head()
    }

    /// All versions of the charter up to that one: what counted where.
    pub fn charters(&self) -> &CharterLog {
        &self.0.charters
    }

    /// The charter log as it goes on.
    pub(crate) fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// Keeps the version of the charter that the node was opened under in force for as long as the guard is held, so that what was
    /// checked against it may be written. Blocking.
    ///
    /// # Errors
    /// [`NodeError::CharterChanged`] if another has come: what was checked counts no more.
    pub(crate) fn under_this_charter(&self) -> NodeResult<RwLockReadGuard<'_, CharterId>> {
        let in_force = self.0.in_force.read().unwrap_or_else(PoisonError::into_inner);
        if *in_force == self.0.charters.head().id() {
            Ok(in_force)
        } else {
            Err(NodeError::CharterChanged)
        }
    }

    /// Waits until nothing is being written under the version in force, and lets nobody begin, so that another may be
    /// adopted. Blocking.
    pub(crate) fn adopting(&self) -> RwLockWriteGuard<'_, CharterId> {
        self.0.in_force.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The member whose node this is.
    pub fn member(&self) -> &Member {
        self.0.member.member()
    }

    /// The vocabulary that statements are read with.
    pub fn vocabulary(&self) -> &'static Vocabulary {
        self.0.vocabulary
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// The clock, to be shared.
    pub(crate) fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    /// The store. Blocking.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.0.store
    }

    /// The member's own log. Blocking.
    pub fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    /// Signs the member's own statements.
    pub fn signer(&self) -> &StatementSigner {
        &self.0.signer
    }

    /// Signs requests to other nodes; none where the charter gives the member no key for that.
    pub(crate) fn request_signer(&self) -> Option<&RequestSigner> {
        self.0.requests.as_ref()
    }

    /// The key of TLS; none where the charter pins none.
    pub(crate) fn tls_key(&self) -> Option<&Arc<TransportSigner>> {
        self.0.tls.as_ref()
    }

    /// Which requests of members were seen since the node was opened.
    pub(crate) fn nonces(&self) -> &Mutex<Nonces> {
        &self.0.nonces
    }

    /// The state without keeping the node.
    pub(crate) fn weak(&self) -> WeakState {
        WeakState(Arc::downgrade(&self.0))
    }

    /// Cosign the heads of the other members' logs: the keys in force, and those that are to take their place.
    pub(crate) fn witness_keys(&self) -> Vec<&dyn CheckpointCosigner> {
        let keys = self.0.witness.iter();
        keys.map(|key| &**key as &dyn CheckpointCosigner).collect()
    }

    /// The signal that entries or blobs have come.
    pub fn changed(&self) -> &Changed {
        &self.0.changed
    }

    /// A member of that code as the newest version that names it has it, though it may have left.
    ///
    /// # Errors
    /// [`NodeError::NotAMember`].
    pub fn member_ever(&self, member: &str) -> NodeResult<&Member> {
        match self.0.charters.member_ever(member) {
            Some(member) => Ok(member),
            None => require_member(self.charter(), member),
        }
    }

    /// The log of a member as it is held here, own or copy; also of one that has left.
    ///
    /// # Errors
    /// [`NodeError::NotAMember`].
    pub fn log_of(&self, member: &str) -> NodeResult<HeldLog> {
        let member = self.member_ever(member)?;
        Ok(HeldLog::new(Arc::clone(&self.0.store), member.origin()))
    }

    /// The member whose log has this origin, though it may have left.
    ///
    /// # Errors
    /// [`NodeError::NoSuchLog`].
    pub fn member_of_log(&self, origin: &str) -> NodeResult<&Member> {
        let logs = self.0.charters.origins();
        let found = logs.iter().find(|log| log.origin == origin);
        found
            .and_then(|log| self.0.charters.member_ever(&log.member))
            .ok_or_else(|| NodeError::NoSuchLog {
                origin: origin.to_owned(),
            })
    }

    /// The rule of what may be logged.
    pub fn admission(&self) -> Admission<'_> {
        Admission::new(&self.0.charters, self.0.vocabulary)
    }

    /// Admits statements to the member's own log and appends them, at most 1,024 a commit. Nothing is appended if one of
    /// them is refused. Blocking.
    ///
    /// # Errors
    /// Those of [`Admission::own`] and [`Ledger::append`].
    pub fn submit(&self, entries: Vec<Entry>) -> NodeResult<Vec<Appended>> {
        self.admit(&entries)?;
        self.0.ledger.append(entries)
    }

    /// Admits statements to the member's own log and appends all of them in one commit, or none. Blocking.
    ///
    /// # Errors
    /// Those of [`Admission::own`] and [`Ledger::append_all_or_nothing`].
    pub fn submit_all_or_nothing(&self, entries: &[Entry]) -> NodeResult<Vec<Appended>> {
        self.admit(entries)?;
        self.0.ledger.append_all_or_nothing(entries)
    }

    /// The way in for single statements; its writer starts when it is first asked for.
    ///
    /// # Errors
    /// [`NodeError::Thread`].
    pub fn intake(&self) -> NodeResult<Intake> {
        if let Some(intake) = self.0.intake.get() {
            return Ok(intake.clone());
        }
        let started = Intake::start(self.weak())?;
        // Where two ask first, the second's writer ends for want of a sender.
        Ok(self.0.intake.get_or_init(|| started).clone())
    }

    /// Another way in for single statements, before anybody has asked for one.
    #[cfg(test)]
    pub(crate) fn set_intake(&self, intake: Intake) {
        assert!(self.0.intake.set(intake).is_ok());
    }

    /// Says that the node must end, and why. The first reason stands: others follow from it.
    pub(crate) fn fail(&self, ending: Ending) {
        self.0.ending.send_if_modified(|stands| {
            let changes = stands
                .as_ref()
                .is_none_or(|stands| *stands == Ending::CharterChanged);
            if changes {
                tracing::error!(?ending, "the node must end");
                *stands = Some(ending);
            }
            changes
        });
    }

    /// Says that the node must end where the error of a file beside the database tells of a disk that fails.
    pub(crate) fn fail_on_file(&self, error: &std::io::Error) {
        if let Some(fault) = Fault::of_file(error) {
            self.fail(Ending::Disk(fault));
        }
    }

    /// Says that the node must open itself again, unless it must end.
    pub(crate) fn open_again(&self) {
        self.0.ending.send_if_modified(|ending| {
            let changes = ending.is_none();
            if changes {
                *ending = Some(Ending::CharterChanged);
            }
            changes
        });
    }

    /// Waits until the node must end; answers why.
    pub(crate) async fn ends(&self) -> Ending {
        let mut ending = self.0.ending.subscribe();
        loop {
            let reason = ending.borrow_and_update().clone();
            if let Some(reason) = reason {
                return reason;
            }
            if ending.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    pub(crate) fn admit_one(&self, entry: &Entry) -> NodeResult<()> {
        self.admit(std::slice::from_ref(entry))
    }

    fn admit(&self, entries: &[Entry]) -> NodeResult<()> {
        let admission = self.admission();
        for (statement, blob) in entries {
            let kept = match (&statement.payload, blob) {
                (PayloadRef::Blob(digest), None) => self.0.store.blob(digest.as_bytes())?,
                _ => None,
            };
            admission.own(&self.0.member, statement, blob.as_deref().or(kept.as_deref()))?;
        }
        Ok(())
    }

    /// What is known of the peers, by member code.
    pub fn peers(&self) -> Vec<PeerStatus> {
        self.0
            .peers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect()
    }

    /// What is known of one peer.
    pub fn peer(&self, member: &str) -> Option<PeerStatus> {
        self.0
            .peers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(member)
            .cloned()
    }

    pub(crate) fn update_peer(&self, member: &str, update: impl FnOnce(&mut PeerStatus)) {
        if let Some(status) = self
            .0
            .peers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_mut(member)
        {
            update(status);
        }
    }

    /// The latest twin; absent until the first one is built.
    pub fn twin(&self) -> Option<Arc<Twin>> {
        self.0.twin.borrow().clone()
    }

    /// What was read for the twin so far. Whoever builds one holds it.
    pub(crate) fn reading(&self) -> &Mutex<Option<Reading>> {
        &self.0.reading
    }

    /// Heads that were shown and wait to be judged.
    pub(crate) fn shown(&self) -> &Mutex<Waiting> {
        &self.0.shown
    }

    /// Shows a new twin to every reader: the one place where a node takes one to serve.
    ///
    /// # Errors
    /// [`NodeError::OverlayNotServed`] for a twin that is one member's alone.
    pub fn set_twin(&self, twin: Arc<Twin>) -> NodeResult<()> {
        if let Scope::Overlay { opened } = twin.scope() {
            return Err(NodeError::OverlayNotServed { opened });
        }
        self.0.twin.send_replace(Some(twin));
        Ok(())
    }

    /// Follows the twin: `changed().await` returns after each new one.
    pub fn watch_twin(&self) -> watch::Receiver<Option<Arc<Twin>>> {
        self.0.twin.subscribe()
    }

    /// The node's counters.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }
}

/// What a folder must hold of its own log to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OwnLog {
    /// At least its first entry.
    Begun,
    /// Nothing: it is about to be brought back.
    MayBeLost,
}

fn store_of(folder: &NodeFolder) -> NodeResult<Arc<dyn Store>> {
    let pages = folder.config().overrides.database_pages_max;
    let options = StoreOptions {
        size_pages_max: (pages > 0).then_some(pages),
        ..StoreOptions::default()
    };
    Ok(Arc::new(SqliteStore::open(folder.dir(), options)?))
}

/// The log begins with the genesis of this member under this charter.
fn check_genesis(ledger: &Ledger, admission: &Admission<'_>, member: &Member) -> NodeResult<()> {
    let origin = || member.origin().to_owned();
    let first = ledger.log().entry(0)?;
    let Some(first) = first else {
        return Err(NodeError::Genesis {
            origin: origin(),
            index: 0,
            reason: "the log is empty: its database was removed; put node.db back from a backup, or bring the log back from other members: didymium log restore --dir FOLDER",
        });
    };
    let statement = Statement::parse(&first.bytes).map_err(|error| NodeError::StoredLog {
        origin: origin(),
        reason: error.to_string(),
    })?;
    admission.genesis(member, 0, &statement)
}

impl std::fmt::Debug for NodeState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NodeState")
            .field("member", &self.member().member)
            .field("dir", &self.0.dir)
            .finish_non_exhaustive()
    }
}
