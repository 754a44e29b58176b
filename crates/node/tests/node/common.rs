//! Clubs on loopback ports for tests.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use didymium_log::Hash;
use didymium_log::checkpoint::{Checkpoint, sign_checkpoint};
use didymium_log::note::{SignedNote, Signer};
use didymium_node::clock::{ManualClock, SystemClock};
use didymium_node::club::{ClubSpec, MemberSpec, found, member_dir};
use didymium_node::folder::NodeFolder;
use didymium_node::{Federation, Node, NodeError, NodeState};
use didymium_statement::{Draft, Kind, KindVersion, Statement, StatementSigner, Visibility};
use didymium_store::StoreError;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// A founded club whose ports are held until its nodes start.
pub struct TestClub {
    pub dir: tempfile::TempDir,
    pub ports: Vec<(String, SocketAddr, Option<TcpListener>)>,
    /// Members whose nodes have been started.
    started: BTreeSet<String>,
}

impl TestClub {
    pub fn found(codes: &[&str]) -> Self {
        Self::found_with(codes, &[])
    }

    /// A club of these members, of whom some are associates.
    pub fn found_with(codes: &[&str], associates: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ports: Vec<_> = codes
            .iter()
            .map(|code| {
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                listener.set_nonblocking(true).unwrap();
                ((*code).to_owned(), listener.local_addr().unwrap(), Some(listener))
            })
            .collect();
        let spec = ClubSpec {
            club: "Test club".into(),
            members: ports
                .iter()
                .map(|(code, address, _)| {
                    let spec = MemberSpec::local(code, &domain(code), *address);
                    match associates.contains(&code.as_str()) {
                        true => spec.as_associate(),
                        false => spec,
                    }
                })
                .collect(),
        };
        found(
            &dir.path().join("club"),
            &spec,
            Arc::new(ManualClock::at(1_743_759_000_000)),
        )
        .unwrap();
        let club = Self {
            dir,
            ports,
            started: BTreeSet::new(),
        };
        for code in codes {
            let mut folder = NodeFolder::open(&club.folder(code)).unwrap();
            let mut config = folder.config().clone();
            config.overrides.pull_pause_ms_min = 30;
            config.overrides.pull_pause_ms_max = 80;
            folder.set_config(config).unwrap();
        }
        club
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("club")
    }

    pub fn folder(&self, code: &str) -> PathBuf {
        member_dir(&self.path(), code)
    }

    pub fn open(&self, code: &str) -> Node {
        open_when_free(&self.folder(code))
    }

    /// Listens on the member's port: the one held since the founding, or the same again.
    pub fn listen(&mut self, code: &str) -> tokio::net::TcpListener {
        let (_, address, held) = self.ports.iter_mut().find(|(member, ..)| member == code).unwrap();
        let listener = held.take().unwrap_or_else(|| {
            let begun = Instant::now();
            loop {
                match TcpListener::bind(*address) {
                    Ok(listener) => break listener,
                    Err(error) if begun.elapsed() > Duration::from_secs(5) => panic!("{address}: {error}"),
                    Err(_) => std::thread::sleep(Duration::from_millis(20)),
                }
            }
        });
        listener.set_nonblocking(true).unwrap();
        tokio::net::TcpListener::from_std(listener).unwrap()
    }

    /// Lets go of the ports of all nodes that do not run: who asks there is refused, and does not wait.
    pub fn let_go(&mut self) {
        for (_, _, held) in &mut self.ports {
            *held = None;
        }
    }

    /// Starts a node whole: server, federation and twin. At its first start it knows that its log is new.
    pub async fn start(&mut self, code: &str) -> Running {
        let folder = self.folder(code);
        if !self.started.insert(code.to_owned()) {
            return self.start_from(code, &folder).await;
        }
        self.start_as_new(code, &folder)
    }

    /// Starts a node from another folder on the member's port.
    pub async fn start_from(&mut self, code: &str, folder: &Path) -> Running {
        let listener = self.listen(code);
        let node = open_when_free(folder);
        Running::start(node, listener)
    }

    /// Starts a node from another folder whose log it takes for new, whatever it was: as one does that lies.
    pub fn start_as_new(&mut self, code: &str, folder: &Path) -> Running {
        let listener = self.listen(code);
        Running::start(open_when_free(folder).begun_here().unwrap(), listener)
    }

    /// Serves a node without federation: its peers may pull, it pulls when told.
    pub fn serve(&mut self, code: &str) -> Served {
        let folder = self.folder(code);
        self.serve_from(code, &folder)
    }

    pub fn serve_from(&mut self, code: &str, folder: &Path) -> Served {
        self.serve_through(code, folder, |app| app)
    }

    /// Serves a node through something that may change what it answers.
    pub fn serve_through(
        &mut self,
        code: &str,
        folder: &Path,
        change: impl FnOnce(axum::Router) -> axum::Router,
    ) -> Served {
        let listener = self.listen(code);
        let node = open_when_free(folder);
        let app = change(didymium_node::server::app(node.state().clone()));
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (state, federation) = (node.state().clone(), node.federation().clone());
        let task = tokio::spawn(async move {
            let stopping = async { stopped.await.unwrap_or(()) };
            axum::serve(listener, app)
                .with_graceful_shutdown(stopping)
                .await
                .unwrap();
        });
        Served {
            state,
            federation,
            base: format!("http://{address}"),
            stop,
            task,
        }
    }
}

/// A node that runs.
pub struct Running {
    pub state: NodeState,
    states: watch::Receiver<NodeState>,
    pub base: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<didymium_node::NodeResult<()>>,
}

/// Opens a node as soon as its folder is free: reads that were under way when the one before stopped may outlast it for
/// a moment.
fn open_when_free(folder: &Path) -> Node {
    let begun = Instant::now();
    loop {
        match Node::open(folder) {
            Err(NodeError::Store(StoreError::FolderInUse { .. }))
                if begun.elapsed() < Duration::from_secs(5) =>
            {
                std::thread::sleep(Duration::from_millis(20));
            }
            opened => return opened.unwrap(),
        }
    }
}

impl Running {
    pub fn start(node: Node, listener: tokio::net::TcpListener) -> Self {
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (state, states) = (node.state().clone(), node.states());
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(node.run(listener, async { stopped.await.unwrap_or(()) }));
        Self {
            state,
            states,
            base,
            stop,
            task,
        }
    }

    /// Its state now, after changes of the charter too.
    pub fn now(&self) -> NodeState {
        self.states.borrow().clone()
    }

    /// Stops it and lets go of its folder.
    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }

    /// Waits until it ends by itself.
    pub async fn ended(self) -> didymium_node::NodeResult<()> {
        self.task.await.unwrap()
    }
}

/// A node that only serves.
pub struct Served {
    pub state: NodeState,
    pub federation: Federation,
    pub base: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Served {
    /// Stops it and lets go of its folder.
    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }
}

pub fn domain(code: &str) -> String {
    format!("{}.club.example", code.to_lowercase())
}

/// A client that keeps no connection open, so that a node's stop does not wait for it.
pub fn client() -> reqwest::Client {
    didymium_node::transport::local_client()
        .unwrap()
        .pool_max_idle_per_host(0)
        .build()
        .unwrap()
}

pub fn clock() -> Arc<SystemClock> {
    Arc::new(SystemClock)
}

/// A statement of a reserved kind, with a small payload or, from 32 KiB on, a blob.
pub fn draft(code: &str, number: u64, bytes: usize) -> Draft {
    let text = format!("{{\"number\":{number},\"pad\":\"{}\"}}", "x".repeat(bytes));
    Draft {
        issuer: format!("did:web:{}", domain(code)),
        subject: format!("https://{}/returns/{number}", domain(code)),
        kind: KindVersion::v1(Kind::Return),
        valid: None,
        visibility: Visibility::Public,
        payload: text.into_bytes(),
    }
}

pub fn said(code: &str, signer: &StatementSigner, number: u64, bytes: usize) -> (Statement, Option<Vec<u8>>) {
    draft(code, number, bytes).sign(signer).unwrap()
}

/// The signer of a member's log, as a member that cheats has it.
pub fn log_signer(club: &TestClub, code: &str) -> Signer {
    let seed = std::fs::read_to_string(club.folder(code).join("keys/log.key")).unwrap();
    let seed: [u8; 32] = hex::decode(seed.trim()).unwrap().try_into().unwrap();
    Signer::from_seed(&format!("{}.club.example/log", code.to_lowercase()), &seed).unwrap()
}

/// A head that it signs, with that byte for every byte of the root.
pub fn signed(signer: &Signer, size: u64, root: u8) -> SignedNote {
    let head = Checkpoint {
        origin: signer.name().to_owned(),
        size,
        root: Hash([root; 32]),
    };
    SignedNote::parse(sign_checkpoint(&head, signer).unwrap().as_bytes()).unwrap()
}

/// Appends `count` small statements to a node's own log.
pub fn report(state: &NodeState, from: u64, count: u64) {
    let code = state.member().member.clone();
    let entries = (from..from + count)
        .map(|number| said(&code, state.signer(), number, 10))
        .collect();
    state.submit(entries).unwrap();
}

/// Waits until something holds. A machine that has much else to do is slow, and a test that waits longer costs nothing when it
/// passes: a minute at most.
pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_mins(1), "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Copies a folder with its permissions. A database that was just let go takes its journal away when its last connection closes:
/// where a file goes away meanwhile, the copy is begun anew.
pub fn copy_dir(from: &Path, to: &Path) {
    for _ in 0..100 {
        match folder_copied(from, to) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                std::fs::remove_dir_all(to).unwrap();
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            other => return other.unwrap(),
        }
    }
    panic!("files of {} come and go", from.display());
}

fn folder_copied(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            folder_copied(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Size and root.
pub type HeadHeld = (u64, [u8; 32]);

/// What a node holds of a log:
/// size, root and entries, but not the cosignatures of its head, which come and go.
pub fn copied(state: &NodeState, member: &str) -> (Option<HeadHeld>, Vec<Vec<u8>>) {
    let log = state.log_of(member).unwrap();
    let entries = log
        .entries(0, 1_000)
        .unwrap()
        .into_iter()
        .map(|entry| entry.bytes)
        .collect();
    let head = log.head().unwrap().map(|head| (head.size, head.root));
    (head, entries)
}

/// Copies what a backup of a node's folder holds, while the node may run.
pub fn backup(from: &Path, to: &Path) {
    copy_dir(&from.join("keys"), &to.join("keys"));
    for file in ["node.toml", "charter.cose"] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
    let db = rusqlite::Connection::open(from.join("node.db")).unwrap();
    db.backup("main", to.join("node.db"), None::<fn(rusqlite::backup::Progress)>)
        .unwrap();
}
