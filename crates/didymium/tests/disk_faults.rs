//! A disk that fails under a running node: the real binary, with errors put into its system calls by `strace`.
//!
//! Where `strace` is missing, or may not attach to a process, the tests say so and are skipped; with DIDYMIUM_DISK_FAULTS
//! set they must run.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be; its helpers too"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use didymium_node::NodeFolder;
use didymium_statement::{Draft, Kind, KindVersion, Visibility};

/// Longest wait for anything.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// A node of a club of one, and `strace` on it where it is under a fault. Both are killed whatever happens.
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
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
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

/// Files one statement, then another under a fault; nothing where the fault cannot be put in.
fn under(calls: &str, error: &str) -> Option<(tempfile::TempDir, Node, Vec<u8>, Option<u16>)> {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("node");
    init(&folder);
    let mut node = Node::start(&folder);
    assert_eq!(node.file(&statement(&folder, 1)), Some(201));
    if let Err(reason) = node.inject(calls, error) {
        assert!(
            std::env::var_os("DIDYMIUM_DISK_FAULTS").is_none(),
            "DIDYMIUM_DISK_FAULTS asks that this test run: {reason}"
        );
        println!("skipped: no fault can be put into a running process here: {reason}");
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
    assert!(said.contains("the log has stopped"), "{code:?}: {said}");
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
