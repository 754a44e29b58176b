//! A node that is killed again and again under load loses no acknowledged statement, and takes none in twice.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of a test stop at the first thing that is wrong"
)]

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use didymium_node::NodeFolder;
use didymium_statement::{Draft, Kind, KindVersion, Statement, StatementId, Visibility};
use didymium_store::{SqliteStore, Store as _, StoreOptions};

use crate::common::{Desk, Serving};

/// Rounds in the default run; `DIDYMIUM_KILLS` asks for more.
const ROUNDS: u64 = 6;
/// Clients that submit at the same time.
const CLIENTS: u64 = 8;

fn statement(folder: &NodeFolder, name: &str) -> Statement {
    let member = &folder.charter().charter().members[0];
    let draft = Draft {
        issuer: member.did.clone(),
        subject: format!("https://{}/returns/{name}", member.domain),
        kind: KindVersion::v1(Kind::Return),
        valid: None,
        visibility: Visibility::Public,
        payload: format!("{{\"exercise\":\"{name}\"}}").into_bytes(),
    };
    draft.sign(&folder.keys().statement).unwrap().0
}

/// Submits one statement; answers its index, or nothing if the node died before it answered.
fn submit(stream: &mut TcpStream, statement: &Statement) -> Option<u64> {
    let head = format!(
        "POST /entries HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/cose\r\nprefer: return=minimal\r\ncontent-length: {}\r\n\r\n",
        statement.bytes().len()
    );
    stream
        .write_all(&[head.as_bytes(), statement.bytes()].concat())
        .ok()?;
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        answer.push(byte[0]);
    }
    let text = String::from_utf8(answer).unwrap();
    assert!(
        text.starts_with("HTTP/1.1 201") || text.starts_with("HTTP/1.1 200"),
        "{text}"
    );
    assert!(text.contains("content-length: 0"), "{text}");
    let index = text
        .lines()
        .find_map(|line| line.strip_prefix("didymium-index: "))
        .unwrap();
    Some(index.trim().parse().unwrap())
}

/// One client of one round: what it was told, and the statement whose answer never came.
fn client(
    folder: &NodeFolder,
    host: &str,
    name: &str,
    left: Option<Statement>,
    stop: &AtomicBool,
) -> (Vec<(StatementId, u64)>, Option<Statement>) {
    let Ok(mut stream) = TcpStream::connect(host) else {
        return (Vec::new(), left);
    };
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut told = Vec::new();
    let mut next = left;
    for number in 0_u64.. {
        let submitted = next
            .take()
            .unwrap_or_else(|| statement(folder, &format!("{name}-{number}")));
        match submit(&mut stream, &submitted) {
            Some(index) => told.push((submitted.id(), index)),
            None => return (told, Some(submitted)),
        }
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    (told, None)
}

#[test]
fn a_node_killed_under_load_keeps_what_it_acknowledged() {
    let rounds: u64 = std::env::var("DIDYMIUM_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(ROUNDS);
    let desk = Desk::new();
    let folder = NodeFolder::open(&desk.path("node")).unwrap();
    let mut told: HashMap<StatementId, u64> = HashMap::new();
    let mut left: Vec<Option<Statement>> = (0..CLIENTS).map(|_| None).collect();
    let mut unanswered = 0;
    for round in 0..rounds {
        let mut node = Serving::start(&desk.node());
        let host = node.url.trim_start_matches("http://").to_owned();
        let stop = AtomicBool::new(false);
        let results = std::thread::scope(|scope| {
            let running: Vec<_> = left
                .drain(..)
                .enumerate()
                .map(|(number, left)| {
                    let (folder, host, stop) = (&folder, &host, &stop);
                    scope.spawn(move || client(folder, host, &format!("{round}-{number}"), left, stop))
                })
                .collect();
            // Sometimes in the first commits, sometimes in the midst of many.
            std::thread::sleep(Duration::from_millis(20 + round * 37 % 400));
            node.kill();
            stop.store(true, Ordering::Relaxed);
            running
                .into_iter()
                .map(|client| client.join().unwrap())
                .collect::<Vec<_>>()
        });
        for (some, unsaid) in results {
            for (statement, index) in some {
                let before = told.insert(statement, index);
                assert!(before.is_none_or(|before| before == index));
            }
            unanswered += u64::from(unsaid.is_some());
            left.push(unsaid);
        }
    }
    // A last start takes in what had no answer, and ends well.
    let node = Serving::start(&desk.node());
    let host = node.url.trim_start_matches("http://").to_owned();
    for statement in left.into_iter().flatten() {
        let index = submit(&mut TcpStream::connect(&host).unwrap(), &statement).unwrap();
        assert!(told.insert(statement.id(), index).is_none());
    }
    node.stop();

    let store = SqliteStore::open(&desk.path("node"), StoreOptions::default()).unwrap();
    for (statement, index) in &told {
        let places = store.find(statement.as_bytes()).unwrap();
        assert_eq!(places.len(), 1, "{statement} has one place");
        assert_eq!(places[0].index, *index, "{statement} stands where it was told");
    }
    let size = store.head("can.club.example/log").unwrap().unwrap().size;
    assert_eq!(size, told.len() as u64 + 1, "and nothing else is there");
    println!(
        "{rounds} kills: {} acknowledged, {unanswered} cut off before their answer",
        told.len()
    );
    assert!(
        unanswered > 0,
        "no kill came amid a submission: the test shows nothing"
    );
}
