//! After a change of the charter everything that verifies goes by the charter of its time: audits, receipts, statements.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use std::path::Path;

use didymium_statement::Digest;
use didymium_store::{SqliteStore, Store as _, StoreOptions};
use serde_json::Value;

use crate::common::{Answer, Desk, Serving, long_table, run};

/// The statements in the only log of a folder.
fn entries(dir: &Path) -> Vec<Vec<u8>> {
    let store = SqliteStore::open(dir, StoreOptions::default()).unwrap();
    let head = store.heads().unwrap().remove(0);
    let entries = store
        .entries(&head.origin, 0, u32::try_from(head.size).unwrap())
        .unwrap();
    entries.into_iter().map(|entry| entry.bytes).collect()
}

/// Their ids.
fn statements(dir: &Path) -> Vec<String> {
    let entries = entries(dir);
    entries
        .iter()
        .map(|bytes| Digest::of(bytes).to_string())
        .collect()
}

fn audit(place: &str, more: &[&str]) -> Answer {
    run(&[&["audit", "--json", place], more].concat())
}

fn check<'a>(report: &'a Value, name: &str) -> &'a Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|check| check["check"] == name).unwrap()
}

fn propose(node: &str, change: &[&str]) {
    run(&[&["charter", "propose", "--dir", node], change].concat()).ends(0);
}

/// A log whose statement key and log key have both been rotated, with statements under each.
fn rotated(desk: &Desk) -> String {
    let node = desk.node();
    desk.import(&node, "old.csv", &long_table(2)).ends(0);
    propose(&node, &["--rotate", "statement"]);
    desk.import(&node, "new.csv", &long_table(3)).ends(0);
    propose(&node, &["--rotate", "log"]);
    desk.import(&node, "newest.csv", &long_table(4)).ends(0);
    node
}

#[test]
fn old_and_new_statements_verify_after_keys_were_rotated() {
    let desk = Desk::new();
    let node = rotated(&desk);
    let (all, bytes) = (statements(&desk.path("node")), entries(&desk.path("node")));
    let (first, last) = (&all[1], &all[all.len() - 1]);
    let charter = desk.path("node/charter.cose").display().to_string();
    let chain = desk.path("node/charter.chain").display().to_string();
    run(&["log", "fsck", "--dir", &node, "--signatures"]).ends(0);
    let serving = Serving::start(&node);
    for place in [&node, &serving.url] {
        for (brought, answer) in [
            (&[][..], "open"),
            (&["--charter", &charter], "yes"),
            (&["--charter", &chain], "yes"),
        ] {
            let report = audit(place, brought).ends(0).json();
            assert_eq!(check(&report, "charter")["answer"], answer, "{report}");
            let said = check(&report, "charter")["said"].as_str().unwrap();
            assert!(said.contains("2 versions that follow"), "{said}");
            for name in ["checkpoint", "statements", "anchors", "genesis"] {
                assert_eq!(check(&report, name)["answer"], "yes", "{name}: {report}");
            }
        }
    }
    for (number, id) in [first, last].into_iter().enumerate() {
        for brought in [&charter, &chain] {
            let verified = run(&[
                "statement",
                "verify",
                "--url",
                &serving.url,
                "--charter",
                brought,
                id,
                "--json",
            ]);
            assert_eq!(verified.ends(0).json()["keys_from"], "charter");
        }
        let file = desk.path(&format!("{number}.tlog-proof")).display().to_string();
        run(&["receipt", "fetch", "--url", &serving.url, id, "--out", &file]).ends(0);
        run(&["receipt", "verify", &file, "--charter", &chain]).ends(0);
        // The head is signed with a key that the first version does not know.
        run(&["receipt", "verify", &file, "--charter", &charter]).ends(4);
    }
    // A statement by itself, offline: the old one under the first version too, the new one under the chain alone.
    for (bytes, alone) in [(&bytes[1], 0), (&bytes[all.len() - 1], 4)] {
        let file = desk.path("one.cose");
        std::fs::write(&file, bytes).unwrap();
        let file = file.display().to_string();
        run(&["statement", "verify", &file, "--charter", &chain]).ends(0);
        let told = run(&["statement", "verify", &file, "--charter", &charter]).ends(alone);
        assert_eq!(told.err.contains("/charter/chain"), alone != 0, "{told:?}");
    }
    serving.stop();
    let other = desk.init("other");
    let stranger = Path::new(&other).join("charter.chain").display().to_string();
    let told = audit(&node, &["--charter", &stranger]);
    assert_ne!(
        told.code,
        Some(0),
        "another club's charter is no anchor: {told:?}"
    );
}

#[test]
fn what_a_revoked_key_signs_beyond_the_last_good_size_does_not_verify() {
    let desk = Desk::new();
    let node = rotated(&desk);
    let good = statements(&desk.path("node"));
    // Who stole the folder goes on signing; the member revokes what was stolen.
    let stolen = desk.path("stolen");
    copy(&desk.path("node"), &stolen);
    let thief = stolen.display().to_string();
    desk.import(&thief, "stolen.csv", &long_table(5)).ends(0);
    let bad = statements(&stolen).pop().unwrap();
    propose(
        &node,
        &["--revoke", "CAN:log", "--reason", "the folder was stolen"],
    );
    desk.import(&node, "again.csv", &long_table(6)).ends(0);
    let chain = desk.path("node/charter.chain").display().to_string();
    run(&["audit", &node, "--charter", &chain]).ends(0);

    let shown = audit(&thief, &["--charter", &chain]).ends(4).json();
    assert_eq!(check(&shown, "checkpoint")["answer"], "no", "{shown}");
    for (folder, ids, code) in [
        (&node, [&good[1], &good[good.len() - 1]], 0),
        (&thief, [&good[1], &bad], 4),
    ] {
        let serving = Serving::start(folder);
        let file = desk.path("receipt.tlog-proof").display().to_string();
        for id in ids {
            run(&["receipt", "fetch", "--url", &serving.url, id, "--out", &file]).ends(0);
            let receipt = run(&["receipt", "verify", &file, "--charter", &chain]);
            let statement = run(&[
                "statement",
                "verify",
                "--url",
                &serving.url,
                "--charter",
                &chain,
                id,
            ]);
            assert_eq!(
                (receipt.code, statement.code),
                (Some(code), Some(code)),
                "{receipt:?} {statement:?}"
            );
        }
        serving.stop();
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
