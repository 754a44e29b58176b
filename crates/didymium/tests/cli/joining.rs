//! `didymium init --join https://…`: two processes that meet as nodes on other machines do, by TLS with keys that the charter
//! pins, and requests that are signed.

use std::time::{Duration, Instant};

use didymium_node::NodeFolder;

use crate::common::{Answer, Desk, Serving, free_port, run};

/// Longest wait for two nodes to agree.
const AGREE_MAX: Duration = Duration::from_secs(60);

/// The node of CAN with a door for other nodes: its folder, what `init` said of it, the address of that door.
fn found(desk: &Desk) -> (String, serde_json::Value, String) {
    let dir = desk.path("can").display().to_string();
    let [listen, nodes] = [free_port(), free_port()].map(|port| format!("127.0.0.1:{port}"));
    let asked = [
        "init",
        "--dir",
        &dir,
        "--member",
        "CAN",
        "--listen",
        &listen,
        "--listen-nodes",
        &nodes,
        "--json",
    ];
    let founded = run(&asked).ends(0).json();
    (dir, founded, format!("https://{nodes}"))
}

fn joined(url: &str, dir: &str, more: &[&str]) -> Answer {
    run(&[&["init", "--join", url, "--dir", dir, "--json"], more].concat())
}

#[test]
fn a_nation_joins_over_tls_and_both_follow_each_other_there() {
    let desk = Desk::new();
    let (can, founded, door) = found(&desk);
    let charter = founded["charter"].as_str().unwrap();
    let running = Serving::start(&can);
    let deu = desk.path("deu").display().to_string();
    let [listen, nodes] = [free_port(), free_port()].map(|port| format!("127.0.0.1:{port}"));
    let as_deu = ["--member", "DEU", "--listen", &listen, "--listen-nodes", &nodes];

    // An invitation to another club than the one that answers there makes no folder.
    let other = "0".repeat(64);
    let wrong = joined(&door, &deu, &[&as_deu[..], &["--charter-id", &other]].concat()).ends(3);
    assert!(wrong.err.contains("charter"), "{wrong:?}");
    assert!(!desk.path("deu").exists());

    let asked = joined(&door, &deu, &[&as_deu[..], &["--charter-id", charter]].concat()).ends(0);
    assert!(!asked.err.contains("not checked"), "{asked:?}");
    let request = asked.json();
    assert_eq!(
        (&request["outcome"], &request["trusted"]),
        (&"requested".into(), &true.into())
    );
    // To ask again is no harm.
    assert_eq!(
        joined(&door, &deu, &[]).ends(0).json()["request"],
        request["request"]
    );
    let waits = joined(&door, &deu, &["--finish"]).ends(5);
    assert!(waits.err.contains("under version 1: 0 of 1"), "{waits:?}");

    let id = request["request"].as_str().unwrap();
    let signed = run(&["charter", "sign", "--dir", &can, id]).ends(0);
    assert!(
        signed.out.contains("version 2 of the charter is in force"),
        "{signed:?}"
    );
    joined(&door, &deu, &["--finish", "--wait", "20"]).ends(0);
    // Nothing but the charter says where and with which keys they meet.
    let folder = NodeFolder::open(&desk.path("deu")).unwrap();
    assert!(folder.config().peers.is_empty());
    let members = &folder.charter().charter().members;
    let addresses: Vec<_> = members.iter().map(|member| member.address.clone()).collect();
    assert_eq!(addresses, [door, format!("https://{nodes}")]);
    assert!(
        members
            .iter()
            .all(|member| member.keys.tls.is_some() && member.keys.transport.is_some())
    );
    drop(folder);

    let newcomer = Serving::start(&deu);
    let begun = Instant::now();
    loop {
        let digests =
            [&running.url, &newcomer.url].map(|url| run(&["twin", "digest", "--url", url, "--json"]));
        if digests.iter().all(|answer| answer.code == Some(0)) {
            let [ours, theirs] = digests.map(|answer| answer.json());
            if ours == theirs && ours.to_string().contains("DEU") {
                break;
            }
        }
        assert!(begun.elapsed() < AGREE_MAX, "the two never agree");
        std::thread::sleep(Duration::from_millis(200));
    }
    for node in [&running, &newcomer] {
        let audit = run(&["charter", "show", "--url", &node.url, "--json"])
            .ends(0)
            .json();
        assert_eq!((&audit["version"], &audit["voters"]), (&2.into(), &2.into()));
    }
    newcomer.stop();
    running.stop();
}
