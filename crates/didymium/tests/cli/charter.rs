//! `didymium charter` and `didymium init --join`: from a club of one to a club of two.

use std::time::{Duration, Instant};

use didymium_store::{SqliteStore, Store as _, StoreOptions};

use crate::common::{Desk, Serving, run};

/// A port that was free a moment ago.
#[expect(clippy::unwrap_used, reason = "a helper of tests")]
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Founds the club of CAN on a port of its own.
fn found(desk: &Desk) -> String {
    let dir = desk.path("can").display().to_string();
    let listen = format!("127.0.0.1:{}", free_port());
    run(&["init", "--dir", &dir, "--member", "CAN", "--listen", &listen]).ends(0);
    dir
}

#[test]
fn a_club_of_one_changes_its_key_and_shows_how() {
    let desk = Desk::new();
    let dir = found(&desk);
    let before = run(&["charter", "show", "--dir", &dir, "--json"]).ends(0).json();
    assert_eq!((&before["version"], &before["threshold"]), (&1.into(), &1.into()));
    let store = SqliteStore::open(&desk.path("can"), StoreOptions::default()).unwrap();
    let origin = store.heads().unwrap()[0].origin.clone();
    let genesis = didymium_statement::Digest::of(&store.entries(&origin, 0, 1).unwrap()[0].bytes).to_string();
    drop(store);
    let changed = run(&["charter", "propose", "--dir", &dir, "--rotate", "statement"]).ends(0);
    assert!(
        changed.out.contains("version 2 of the charter is in force"),
        "{changed:?}"
    );
    assert!(
        changed.err.contains("CAN changes its statement key"),
        "{changed:?}"
    );
    let after = run(&["charter", "show", "--dir", &dir, "--json"]).ends(0).json();
    assert_eq!(after["club"], before["club"]);
    assert_ne!(after["members"][0]["keys"][0], before["members"][0]["keys"][0]);
    assert!(
        after["versions"][1]["changes"][0]
            .as_str()
            .unwrap()
            .contains("the old key counts")
    );
    let first = run(&["charter", "show", "--dir", &dir, "--version", "1"])
        .ends(0)
        .out;
    assert!(
        first.contains("charter version 1") && first.contains("founded by CAN"),
        "{first}"
    );
    run(&["charter", "show", "--dir", &dir, "--version", "9"]).ends(4);
    run(&["charter", "sign", "--dir", &dir, "00"]).ends(4);
    run(&["charter", "propose", "--dir", &dir, "--threshold", "7"]).ends(3);
    run(&["charter", "propose", "--dir", &dir, "--rotate", "colour"]).ends(2);
    run(&["charter", "propose", "--dir", &dir, "--revoke", "CAN:log"]).ends(2);
    let lost = [
        "charter", "propose", "--dir", &dir, "--revoke", "CAN:log", "--reason", "lost",
    ];
    assert!(run(&lost).ends(0).err.contains("is revoked"));
    // What the changed keys signed is there, and the log goes on.
    run(&["twin", "digest", "--dir", &dir]).ends(0);
    run(&["statement", "verify", "--dir", &dir, &genesis]).ends(0);
}

#[test]
fn a_nation_joins_a_running_club() {
    let desk = Desk::new();
    let can = found(&desk);
    let running = Serving::start(&can);
    let deu = desk.path("deu").display().to_string();
    let listen = format!("127.0.0.1:{}", free_port());
    let join = ["init", "--join", &running.url, "--dir", &deu];
    let asked = run(&[&join[..], &["--member", "DEU", "--listen", &listen, "--json"]].concat()).ends(0);
    assert!(asked.err.contains("not checked"), "{asked:?}");
    let request = asked.json();
    assert_eq!(request["outcome"], "requested");
    let waits = run(&[&join[..], &["--finish"]].concat()).ends(5);
    assert!(waits.err.contains("under version 1: 0 of 1"), "{waits:?}");
    run(&["serve", "--dir", &deu]).ends(2);

    let shown = run(&["charter", "show", "--url", &running.url]).ends(0).out;
    assert!(
        shown.contains("requests:") && shown.contains("DEU joins as full member"),
        "{shown}"
    );
    let id = request["request"].as_str().unwrap();
    let signed = run(&["charter", "sign", "--dir", &can, &id[..10]]).ends(0);
    assert!(
        signed.out.contains("version 2 of the charter is in force"),
        "{signed:?}"
    );
    run(&[&join[..], &["--finish", "--wait", "20"]].concat()).ends(0);
    let joined = Serving::start(&deu);

    let begun = Instant::now();
    loop {
        let digests = [&running.url, &joined.url].map(|url| run(&["twin", "digest", "--url", url, "--json"]));
        if digests.iter().all(|answer| answer.code == Some(0)) {
            let [ours, theirs] = digests.map(|answer| answer.json());
            if ours == theirs && ours.to_string().contains("DEU") {
                break;
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "the two never agree");
        std::thread::sleep(Duration::from_millis(200));
    }
    let shown = run(&["charter", "show", "--url", &joined.url, "--json"])
        .ends(0)
        .json();
    assert_eq!((&shown["version"], &shown["voters"]), (&2.into(), &2.into()));

    let proposed = run(&[
        "charter",
        "propose",
        "--dir",
        &can,
        "--address",
        "http://127.0.0.1:9",
    ])
    .ends(0);
    assert!(proposed.out.contains("it waits for the others"), "{proposed:?}");
    joined.stop();
    running.stop();
}
