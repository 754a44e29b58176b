//! Sealed statements from the owner's side: bound in the log, read by those who may, and erased.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use std::net::TcpListener;

use crate::common::{Desk, Serving, run};

/// The figure is so long that keys, hashes and times do not hold its digits by chance.
const PAYLOAD: &str = r#"{"tonnes":"4711081512345678.9","buyer":"nobody must know"}"#;

/// A vault; answers its folder and its public key.
fn vault(desk: &Desk, name: &str) -> (String, String) {
    let dir = desk.path(name).display().to_string();
    let made = run(&["sealed", "init", "--json", "--vault", &dir]).ends(0).json();
    (dir, made["key"].as_str().unwrap().to_owned())
}

fn seal(desk: &Desk, node: &str, vault: &str) -> String {
    let payload = desk.file("return.json", PAYLOAD);
    let subject = "https://can.example/returns/2026-10";
    let args = [
        "sealed",
        "file",
        "--json",
        "--vault",
        vault,
        "--dir",
        node,
        "--kind",
        "return",
        "--subject",
        subject,
    ];
    let filed = run(&[
        args.as_slice(),
        &["--first", "2026-10-01", "--last", "2026-10-31", &payload],
    ]
    .concat());
    filed.ends(0).json()["statement"].as_str().unwrap().to_owned()
}

/// Whether any file of a folder holds these bytes.
fn holds(dir: &std::path::Path, text: &[u8]) -> bool {
    std::fs::read_dir(dir).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, text);
        }
        std::fs::read(&path)
            .unwrap()
            .windows(text.len())
            .any(|window| window == text)
    })
}

#[test]
fn what_is_sealed_is_read_by_its_owner_and_whom_it_is_granted_and_by_nobody_once_erased() {
    let desk = Desk::new();
    let node = desk.node();
    let (owner, _) = vault(&desk, "owner");
    let (customs, key) = vault(&desk, "customs");
    let id = seal(&desk, &node, &owner);

    let shown = run(&["statement", "show", "--json", "--dir", &node, &id])
        .ends(0)
        .json();
    assert_eq!(
        (&shown["visibility"], &shown["payload"]),
        (&"sealed".into(), &serde_json::Value::Null)
    );
    run(&["statement", "verify", "--dir", &node, &id]).ends(0);
    for secret in [b"4711081512345678".as_slice(), b"nobody must know"] {
        assert!(!holds(&desk.path("node"), secret) && !holds(&desk.path("owner"), secret));
    }
    let read = run(&["sealed", "show", "--json", "--vault", &owner, &id[..8]])
        .ends(0)
        .json();
    assert_eq!(read["payload"]["tonnes"], "4711081512345678.9");
    let foreign = run(&["sealed", "show", "--vault", &customs, &id]).ends(4);
    assert!(foreign.err.contains("holds nothing"), "{}", foreign.err);

    let letter = desk.path("lot7.letter").display().to_string();
    let grant = |to: &str| {
        let what = [
            "sealed", "grant", "--json", "--vault", &owner, "--dir", &node, "--to", to,
        ];
        let whom = [
            "--recipient",
            "Customs",
            "--purpose",
            "origin of lot 7",
            "--out",
            &letter,
            &id,
        ];
        run(&[what.as_slice(), &whom].concat())
    };
    let given = grant(&key).ends(0).json();
    assert!(grant(&key).ends(2).err.contains("there already"));
    let release = run(&[
        "statement",
        "show",
        "--json",
        "--dir",
        &node,
        given["release"].as_str().unwrap(),
    ])
    .ends(0)
    .json();
    assert_eq!(
        (&release["payload"]["target"], &release["payload"]["recipient"]),
        (&id.clone().into(), &"Customs".into())
    );
    let opened = run(&["sealed", "show", "--json", "--vault", &customs, &letter])
        .ends(0)
        .json();
    assert_eq!(
        opened["payload"],
        serde_json::from_str::<serde_json::Value>(PAYLOAD).unwrap()
    );
    let foreign = run(&["sealed", "show", "--vault", &owner, &letter]).ends(4);
    assert!(foreign.err.contains("for the holder of key"), "{}", foreign.err);
    let spoilt =
        std::fs::read_to_string(&letter)
            .unwrap()
            .replacen("\"sealed\": \"", "\"sealed\": \"AAAA", 1);
    let spoilt = run(&[
        "sealed",
        "show",
        "--vault",
        &customs,
        &desk.file("spoilt.letter", &spoilt),
    ])
    .ends(3);
    assert!(spoilt.err.contains("no letter"), "{}", spoilt.err);

    run(&["sealed", "erase", "--vault", &owner, &id]).ends(2);
    run(&["sealed", "show", "--vault", &owner, &id]).ends(0);
    run(&["sealed", "erase", "--yes", "--vault", &owner, &id]).ends(0);
    assert!(
        run(&["sealed", "show", "--vault", &owner, &id])
            .ends(5)
            .err
            .contains("was erased on")
    );
    run(&["sealed", "erase", "--yes", "--vault", &owner, &id]).ends(5);
    let list = run(&["sealed", "list", "--json", "--vault", &owner])
        .ends(0)
        .json();
    assert_eq!(list["statements"][0]["state"], "erased");
    run(&["statement", "verify", "--dir", &node, &id]).ends(0);
    run(&["log", "fsck", "--dir", &node, "--signatures"]).ends(0);
}

#[test]
fn a_running_node_takes_a_sealed_statement() {
    let desk = Desk::new();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let node = desk.path("running").display().to_string();
    run(&[
        "init",
        "--dir",
        &node,
        "--member",
        "CAN",
        "--listen",
        &format!("127.0.0.1:{port}"),
    ])
    .ends(0);
    let serving = Serving::start(&node);
    let (owner, _) = vault(&desk, "owner");
    let id = seal(&desk, &node, &owner);
    run(&["statement", "verify", "--url", &serving.url, &id]).ends(0);
    serving.stop();
}

#[test]
fn what_cannot_be_sealed_is_refused_with_the_reason() {
    let desk = Desk::new();
    let node = desk.node();
    let (owner, _) = vault(&desk, "owner");
    assert!(
        run(&["sealed", "init", "--vault", &owner])
            .ends(2)
            .err
            .contains("a vault already")
    );
    let payload = desk.file("return.json", PAYLOAD);
    let file = |vault: &str, kind: &str, payload: &str| {
        let args = ["sealed", "file", "--vault", vault, "--dir", &node, "--kind", kind];
        run(&[args.as_slice(), &["--subject", "https://can.example/x", payload]].concat())
    };
    assert!(
        file(&node, "return", &payload)
            .ends(2)
            .err
            .contains("is no vault")
    );
    assert!(file(&owner, "site", &payload).ends(3).err.contains("schema"));
    assert!(
        file(&owner, "return", &desk.file("broken.json", "{"))
            .ends(3)
            .err
            .contains("no JSON")
    );
    let release = r#"{"target":"","recipient":"a","key":"","purpose":"b"}"#;
    file(&owner, "release", &desk.file("release.json", release)).ends(3);
    let retract = format!(r#"{{"target":"{}","reason":"hidden"}}"#, "0".repeat(64));
    let refused = file(&owner, "retract", &desk.file("retract.json", &retract)).ends(3);
    assert!(refused.err.contains("may not be sealed"), "{}", refused.err);
}
