//! Receipts that are taken home: proven before they are called anything, hidden where the statement is, and under the charter
//! that counts when they come.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::mpsc::channel;

use crate::charter::eventually;
use crate::common::{Desk, HEADER, ROW, Serving, edit, free_port, run};
use crate::history::statements;
use crate::relay::relay;
use crate::shelf::copy_folder;

const SEALED: [&str; 7] = [
    "sealed",
    "file",
    "--json",
    "--kind",
    "return",
    "--subject",
    "https://can.example/1",
];

fn vault(desk: &Desk) -> String {
    let vault = desk.path("vault").display().to_string();
    run(&["sealed", "init", "--vault", &vault]).ends(0);
    vault
}

#[test]
fn a_receipt_that_the_own_node_gives_is_proven_before_it_is_written() {
    let desk = Desk::new();
    let node = desk.node();
    desk.import(&node, "one.csv", &format!("{HEADER}{ROW}")).ends(0);
    let other = statements(Path::new(&node)).remove(1);
    let copy = copy_folder(&node, &desk.path("copy"));
    let serving = Serving::start(&node);
    // It answers for every statement's receipt with that of the first.
    let lying = relay(&serving.url, move |path| match path.strip_prefix("/entries/") {
        Some(_) => format!("/entries/{other}"),
        None => path.to_owned(),
    });
    let at = lying.strip_prefix("http://").unwrap().to_owned();
    edit(&desk.path("copy/node.toml"), |text| {
        let line = |line: &str| match line.starts_with("listen =") {
            true => format!("listen = \"{at}\"\n"),
            false => format!("{line}\n"),
        };
        text.lines().map(line).collect()
    });
    let payload = desk.file("return.json", r#"{"tonnes":"4711"}"#);
    let (vault, out) = (vault(&desk), desk.path("kept/mine.cose"));
    let named = out.display().to_string();
    let where_to = ["--vault", &vault, "--dir", &copy, "--receipt", &named, &payload];
    let told = run(&[&SEALED[..], &where_to].concat()).ends(4);
    serving.stop();
    for words in ["is entered, but", "was not written", "receipt fetch"] {
        assert!(told.err.contains(words), "{words}: {told:?}");
    }
    assert!(!told.err.contains("(logged)"), "{told:?}");
    assert!(!out.exists());
}

fn mode(file: &Path) -> u32 {
    std::fs::metadata(file).unwrap().permissions().mode() & 0o777
}

#[test]
fn receipts_of_what_is_not_public_are_for_their_owner_alone() {
    let desk = Desk::new();
    let node = desk.node();
    let payload = desk.file("return.json", r#"{"tonnes":"4711"}"#);
    let (vault, out) = (vault(&desk), desk.path("kept/mine.cose"));
    let named = out.display().to_string();
    let where_to = ["--vault", &vault, "--dir", &node, "--receipt", &named, &payload];
    let filed = run(&[&SEALED[..], &where_to].concat()).ends(0).json();
    assert_eq!(mode(&out), 0o600);

    let table = desk.file("one.csv", &format!("{HEADER}{ROW}"));
    let place = desk.path("public").display().to_string();
    let import = [
        "import",
        "--dir",
        &node,
        "--kind",
        "statistic",
        &table,
        "--receipt",
        &place,
    ];
    run(&import).ends(0);
    let public = statements(Path::new(&node)).remove(2);
    assert_eq!(
        mode(&desk.path(&format!("public/{public}.transparent.cose"))) & 0o644,
        0o644
    );

    let serving = Serving::start(&node);
    for (id, expected) in [(filed["statement"].as_str().unwrap(), 0o600), (&public, 0o644)] {
        let file = desk.path(&format!("kept/{id}.tlog-proof"));
        let out = file.display().to_string();
        run(&["receipt", "fetch", "--url", &serving.url, id, "--out", &out]).ends(0);
        assert_eq!(mode(&file), expected, "{id}");
    }
    serving.stop();
}

#[test]
fn a_charter_that_changes_while_one_waits_is_read_again() {
    let desk = Desk::new();
    // A port of its own: who proposes finds the running node there.
    let node = desk.path("running").display().to_string();
    let listen = format!("127.0.0.1:{}", free_port());
    run(&["init", "--dir", &node, "--member", "CAN", "--listen", &listen]).ends(0);
    desk.import(&node, "one.csv", &format!("{HEADER}{ROW}")).ends(0);
    let id = statements(Path::new(&node)).remove(1);
    let serving = Serving::start(&node);
    let (told, first_look) = channel();
    let between = relay(&serving.url, move |path| {
        if path.ends_with("/proof") {
            let _ = told.send(());
        }
        path.to_owned()
    });
    let out = desk.path("taken/one.tlog-proof");
    std::fs::create_dir(desk.path("taken")).unwrap();
    let waiting = std::thread::spawn({
        let (id, out) = (id.clone(), out.display().to_string());
        move || {
            run(&[
                "receipt", "fetch", "--json", "--url", &between, &id, "--out", &out, "--wait", "8",
            ])
        }
    });
    first_look.recv().unwrap();
    run(&["charter", "propose", "--dir", &node, "--rotate", "log"]).ends(0);
    // The node opens itself again; then its head is one that the new key alone has signed.
    let payload = desk.file("return.json", r#"{"tonnes":"4711"}"#);
    let vault = vault(&desk);
    let where_to = ["--vault", &vault, "--dir", &node, &payload];
    eventually("the node again", || {
        run(&[&SEALED[..], &where_to].concat()).code == Some(0)
    });
    let fetched = waiting.join().unwrap().ends(0).json();
    serving.stop();
    assert_eq!(fetched["newest_version"], 2, "{fetched}");
    let file = out.display().to_string();
    run(&["receipt", "verify", &file, "--logged-is-enough"]).ends(0);
}
