//! A disk that fails under a running node: the real binary, with errors put into its system calls by `strace`.
//!
//! Where `strace` is missing, or may not attach to a process, the tests are skipped and say so where nothing captures it;
//! with DIDYMIUM_DISK_FAULTS set, as in CI, they must run.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be; its helpers too"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use didymium_node::clock::SystemClock;
use didymium_node::club::{ClubSpec, MemberSpec, found, member_dir};
use didymium_node::{NodeFolder, NodeState};
use didymium_statement::{Draft, Kind, KindVersion, Statement, Visibility};
use didymium_store::{SqliteStore, Store as _};

/// Longest wait for anything.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// A node, and `strace` on it where it is under a fault. Both are killed whatever happens.
struct Node {
    process: Child,
    address: String,
    fault: Option<Child>,
}

impl Node {
    fn start(dir: &Path) -> Self {
        let mut process = binary()
            .arg("serve")
            .arg("--dir")
            .arg(dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.split("http://").nth(1).unwrap();
        let address = address.split_whitespace().next().unwrap().to_owned();
        Self {
            process,
            address,
            fault: None,
        }
    }

    /// From now on those system calls of the node fail; what keeps `strace` from it if it may not.
    fn inject(&mut self, calls: &str, error: &str) -> Result<(), String> {
        let mut strace = Command::new("strace")
            .args(["-f", "-q", "-o", "/dev/null", "-e", &format!("trace={calls}")])
            .args(["-e", &format!("inject={calls}:error={error}")])
            .args(["-p", &self.process.id().to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("strace: {error}"))?;
        let status = format!("/proc/{}/status", self.process.id());
        let begun = Instant::now();
        loop {
            let traced = std::fs::read_to_string(&status).unwrap();
            if traced.contains(&format!("TracerPid:\t{}\n", strace.id())) {
                self.fault = Some(strace);
                return Ok(());
            }
            if strace.try_wait().unwrap().is_some() || begun.elapsed() > WAIT_MAX {
                let mut said = String::new();
                let _ = strace.kill();
                strace.stderr.take().unwrap().read_to_string(&mut said).unwrap();
                return Err(said);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn heal(&mut self) {
        if let Some(mut strace) = self.fault.take() {
            // Told to end it lets go of the node; killed it would leave it stopped.
            Command::new("kill")
                .arg(strace.id().to_string())
                .status()
                .unwrap();
            strace.wait().unwrap();
        }
    }

    /// Files a statement: the status of the answer, none where the connection ends without one.
    fn file(&self, statement: &[u8]) -> Option<u16> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(WAIT_MAX)).unwrap();
        let head = format!(
            "POST /entries HTTP/1.1\r\nhost: {}\r\ncontent-type: application/cose\r\nprefer: return=minimal\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            self.address,
            statement.len()
        );
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(statement).ok()?;
        // The body of a refusal is CBOR, as what was filed.
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        answer.split(' ').nth(1)?.parse().ok()
    }

    /// Waits until the node has ended by itself; its exit code and what it said.
    fn ended(&mut self) -> (Option<i32>, String) {
        let begun = Instant::now();
        let code = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status.code();
            }
            assert!(
                begun.elapsed() < WAIT_MAX,
                "the node goes on after a disk that fails"
            );
            std::thread::sleep(Duration::from_millis(50));
        };
        let mut said = String::new();
        self.process
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        (code, said)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if let Some(mut strace) = self.fault.take() {
            let _ = strace.kill();
            let _ = strace.wait();
        }
    }
}

fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_didymium"));
    command.env_remove("DIDYMIUM_LOG").env("NO_COLOR", "1");
    command
}

fn init(dir: &Path) {
    let made = binary()
        .args(["init", "--member", "CAN", "--listen", "127.0.0.1:0", "--dir"])
        .arg(dir)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
}

/// A statement of the member, another one for each number.
fn statement(dir: &Path, number: usize) -> Vec<u8> {
    let folder = NodeFolder::open(dir).unwrap();
    let member = folder.charter().charter().members[0].clone();
    let draft = Draft {
        issuer: member.did,
        subject: format!("https://{}/returns/{number}", member.domain),
        kind: KindVersion::v1(Kind::Return),
        valid: None,
        visibility: Visibility::Public,
        payload: format!(r#"{{"exercise":{number}}}"#).into_bytes(),
    };
    draft.sign(&folder.keys().statement).unwrap().0.bytes().to_vec()
}

/// Puts a fault in; false where that cannot be done and need not.
fn injected(node: &mut Node, calls: &str, error: &str) -> bool {
    let Err(reason) = node.inject(calls, error) else {
        return true;
    };
    assert!(
        std::env::var_os("DIDYMIUM_DISK_FAULTS").is_none(),
        "DIDYMIUM_DISK_FAULTS asks that this test run: {reason}"
    );
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: a disk that fails ({calls}): no fault can be put into a running process here: {reason}"
    );
    false
}

/// Files one statement, then another under a fault; nothing where the fault cannot be put in.
fn under(calls: &str, error: &str) -> Option<(tempfile::TempDir, Node, Vec<u8>, Option<u16>)> {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("node");
    init(&folder);
    let mut node = Node::start(&folder);
    assert_eq!(node.file(&statement(&folder, 1)), Some(201));
    if !injected(&mut node, calls, error) {
        return None;
    }
    let second = statement(&folder, 2);
    let told = node.file(&second);
    Some((dir, node, second, told))
}

/// After a restart what was acknowledged is there, the folder is whole, and a statement that was not acknowledged is taken.
fn starts_cleanly(folder: &Path, second: &[u8]) {
    let node = Node::start(folder);
    assert_eq!(
        node.file(&statement(folder, 1)),
        Some(200),
        "acknowledged before, and still there"
    );
    assert!(matches!(node.file(second), Some(200 | 201)));
    drop(node);
    let checked = binary()
        .args(["log", "fsck", "--signatures", "--dir"])
        .arg(folder)
        .output()
        .unwrap();
    assert!(checked.status.success(), "{checked:?}");
}

#[test]
fn a_disk_that_fails_to_sync_stops_the_node_which_starts_again_cleanly() {
    let Some((dir, mut node, second, told)) = under("fdatasync,fsync", "EIO") else {
        return;
    };
    assert!(
        told.is_none_or(|status| status >= 500),
        "nothing is acknowledged: {told:?}"
    );
    let (code, said) = node.ended();
    assert_eq!(code, Some(7), "{said}");
    assert!(
        said.contains("the node has stopped: its disk failed") && said.contains("start the node again"),
        "{said}"
    );
    node.heal();
    drop(node);
    starts_cleanly(&dir.path().join("node"), &second);
}

#[test]
fn a_disk_that_is_full_stops_the_node_which_starts_again_cleanly() {
    let Some((dir, mut node, second, told)) = under("pwrite64,ftruncate,fallocate", "ENOSPC") else {
        return;
    };
    // The database is written by these calls, the answer by others: it arrives and says that nothing was kept.
    assert!(told.is_some_and(|status| status >= 500), "{told:?}");
    let (code, said) = node.ended();
    assert_eq!(code, Some(7), "{said}");
    assert!(
        said.contains("the disk was full") && said.contains("free some room"),
        "{said}"
    );
    node.heal();
    drop(node);
    starts_cleanly(&dir.path().join("node"), &second);
}

/// What the second member of a club of two does when the first files a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Cosigns it, and follows nobody after its start for as long as the test lasts.
    Witness,
    /// Follows the first, which does not know where it is.
    Follower,
}

/// A club of two, in which the second has that part alone.
fn club(dir: &Path, part: Part) -> [PathBuf; 2] {
    let free = || {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let spec = ClubSpec {
        club: "Two".into(),
        members: vec![
            MemberSpec::local("CAN", "can.club.example", free()),
            MemberSpec::local("DEU", "deu.club.example", free()),
        ],
    };
    let club = dir.join("club");
    found(&club, &spec, Arc::new(SystemClock)).unwrap();
    let dirs = ["CAN", "DEU"].map(|member| member_dir(&club, member));
    for (place, dir) in dirs.iter().enumerate() {
        let mut folder = NodeFolder::open(dir).unwrap();
        let mut config = folder.config().clone();
        let pause = match (part, place) {
            (Part::Witness, 1) => Duration::from_secs(3_600),
            _ => Duration::from_millis(100),
        };
        config.overrides.pull_pause_ms_min = u64::try_from(pause.as_millis()).unwrap();
        config.overrides.pull_pause_ms_max = config.overrides.pull_pause_ms_min;
        if (part, place) == (Part::Follower, 0) {
            config.peers.insert("DEU".into(), format!("http://{}", free()));
        }
        folder.set_config(config).unwrap();
    }
    dirs
}

/// Entries of the log of CAN that a folder holds, and the size of it that its witness cosigned.
fn known(dir: &Path) -> (u64, u64) {
    let store = SqliteStore::open_read_only(dir, 1).unwrap();
    let origin = "can.club.example/log";
    let held = store.head(origin).unwrap().map_or(0, |head| head.size);
    (held, store.cosigned(origin).unwrap().map_or(0, |head| head.size))
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < WAIT_MAX, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A node into which nobody files anything: what it writes for others meets the fault, and ends it all the same.
fn for_others(part: Part, calls: &str, error: &str, words: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    let [can_dir, deu_dir] = club(dir.path(), part);
    let mut can = Node::start(&can_dir);
    let mut deu = Node::start(&deu_dir);
    let has = |size| match (part, known(&deu_dir)) {
        (Part::Witness, (_, cosigned)) => cosigned == size,
        (Part::Follower, (held, cosigned)) => (held, cosigned) == (size, 0),
    };
    eventually("its part is done while the disk is well", || has(1));
    if part == Part::Follower {
        // Who cannot ask the others signs nothing while it runs: the statement is there when it starts again.
        drop(can);
        let state = NodeState::open(NodeFolder::open(&can_dir).unwrap(), Arc::new(SystemClock)).unwrap();
        let signed = Statement::parse(&statement(&can_dir, 1)).unwrap();
        state.submit(vec![(signed, None)]).unwrap();
        drop(state);
        if !injected(&mut deu, calls, error) {
            return;
        }
        can = Node::start(&can_dir);
    } else {
        eventually("it signs", || can.file(&statement(&can_dir, 9)) == Some(201));
        eventually("it is cosigned", || has(2));
        if !injected(&mut deu, calls, error) {
            return;
        }
        assert_eq!(can.file(&statement(&can_dir, 1)), Some(201));
    }
    let (code, said) = deu.ended();
    assert_eq!(code, Some(7), "{said}");
    for words in words {
        assert!(said.contains(words), "{said}");
    }
    deu.heal();
    drop(deu);
    let deu = Node::start(&deu_dir);
    eventually("it goes on", || has(if part == Part::Follower { 2 } else { 3 }));
    drop((can, deu));
    for dir in [&can_dir, &deu_dir] {
        let checked = binary().args(["log", "fsck", "--dir"]).arg(dir).output().unwrap();
        assert!(checked.status.success(), "{checked:?}");
    }
}

const FULL: [&str; 2] = ["the node has stopped: the disk was full", "free some room"];
const FAILED: [&str; 2] = ["the node has stopped: its disk failed", "start the node again"];

#[test]
fn a_witness_whose_disk_is_full_stops() {
    for_others(Part::Witness, "pwrite64,ftruncate,fallocate", "ENOSPC", &FULL);
}

#[test]
fn a_witness_whose_disk_fails_stops() {
    for_others(Part::Witness, "fdatasync,fsync", "EIO", &FAILED);
}

#[test]
fn a_follower_whose_disk_is_full_stops() {
    for_others(Part::Follower, "pwrite64,ftruncate,fallocate", "ENOSPC", &FULL);
}

#[test]
fn a_follower_whose_disk_fails_stops() {
    for_others(Part::Follower, "fdatasync,fsync", "EIO", &FAILED);
}
