//! A member's log as static files, to be read, changed and served by a test.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be; its helpers too"
)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use didymium_log::tile::{bundles_in_tree, tiles_in_tree};
use didymium_node::NodeState;
use didymium_node::clock::SystemClock;
use didymium_node::folder::NodeFolder;
use didymium_statement::payload::Evidence;
use didymium_statement::{Draft, Kind, KindVersion, Visibility};

/// Adds so many entries to the log of a node that is not running.
pub fn fill(node: &str, word: &str, count: usize) {
    let state = NodeState::open(NodeFolder::open(Path::new(node)).unwrap(), Arc::new(SystemClock)).unwrap();
    let draft = |number: usize| Draft {
        issuer: state.member().did.clone(),
        subject: format!("https://{}/returns/{word}-{number}", state.member().domain),
        kind: KindVersion::v1(Kind::Return),
        valid: None,
        visibility: Visibility::Public,
        payload: format!("{{\"number\":{number}}}").into_bytes(),
    };
    let entries = (0..count).map(|number| draft(number).sign(state.signer()).unwrap());
    state.submit(entries.collect()).unwrap();
}

/// Has a member say in its own log that this very log contradicts itself.
pub fn accuse(node: &str, split_view: &str) {
    let state = NodeState::open(NodeFolder::open(Path::new(node)).unwrap(), Arc::new(SystemClock)).unwrap();
    let payload = Evidence {
        member: state.member().member.clone(),
        origin: state.member().origin().to_owned(),
        split_view: split_view.to_owned(),
    };
    let draft = Draft {
        issuer: state.member().did.clone(),
        subject: format!("https://{}/evidence", state.member().domain),
        kind: KindVersion::v1(Kind::Evidence),
        valid: None,
        visibility: Visibility::Public,
        payload: serde_json::to_vec(&payload).unwrap(),
    };
    state.submit(vec![draft.sign(state.signer()).unwrap()]).unwrap();
}

/// Files by their paths: `checkpoint`, `tile/…`, `charter.cose`.
#[derive(Debug, Clone)]
pub struct Shelf(pub BTreeMap<String, Vec<u8>>);

impl Shelf {
    /// The own log of a node that is not running.
    pub fn of(node: &str) -> Self {
        let state =
            NodeState::open(NodeFolder::open(Path::new(node)).unwrap(), Arc::new(SystemClock)).unwrap();
        let log = state.ledger().log();
        let head = log.head().unwrap().unwrap();
        let mut files = BTreeMap::from([
            ("checkpoint".to_owned(), head.checkpoint.unwrap()),
            ("charter.cose".to_owned(), state.charter().bytes().to_vec()),
        ]);
        for tile in tiles_in_tree(head.size) {
            files.insert(tile.path(), log.tile(tile).unwrap().unwrap());
        }
        for bundle in bundles_in_tree(head.size) {
            files.insert(bundle.path(), log.bundle(bundle).unwrap().unwrap());
        }
        Self(files)
    }

    /// The same with a change.
    pub fn with(&self, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> Self {
        let mut files = self.0.clone();
        change(&mut files);
        Self(files)
    }

    /// Writes it as a folder, in place of what was there.
    pub fn write(&self, dir: &Path) -> String {
        if dir.exists() {
            std::fs::remove_dir_all(dir).unwrap();
        }
        for (path, bytes) in &self.0 {
            let path = dir.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        dir.display().to_string()
    }

    /// Serves it as a node serves its own log, until the test ends; what is served can be changed meanwhile.
    pub fn serve(self) -> (String, Arc<Mutex<Self>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shelf = Arc::new(Mutex::new(self));
        let served = Arc::clone(&shelf);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let Some(Ok(first)) = lines.next() else { continue };
                // The rest of the request is read, so that closing does not reset what is answered.
                let _ = lines
                    .by_ref()
                    .map_while(Result::ok)
                    .take_while(|line| !line.is_empty())
                    .count();
                let asked = first.split(' ').nth(1).unwrap_or_default();
                let path = match asked {
                    "/charter" => "charter.cose",
                    other => other.strip_prefix("/log/").unwrap_or_default(),
                };
                let body = served.lock().unwrap().0.get(path).cloned();
                let status = if body.is_some() { "200 OK" } else { "404 Not Found" };
                let body = body.unwrap_or_default();
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(&[head.as_bytes(), &body].concat());
            }
        });
        (address, shelf)
    }
}

/// Copies a node's folder.
pub fn copy_folder(from: &str, to: &Path) -> String {
    let done = std::process::Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(to)
        .status()
        .unwrap();
    assert!(done.success());
    to.display().to_string()
}
