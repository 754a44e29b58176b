//! After a change of the charter everything that verifies goes by the charter of its time: audits, receipts, statements.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use didymium_log::tile::{bundles_in_tree, tiles_in_tree};
use didymium_node::NodeFolder;
use didymium_node::clock::SystemClock;
use didymium_node::club::{ClubSpec, MemberSpec, found, member_dir};
use didymium_statement::{Digest, Draft, Kind, KindVersion, Visibility};
use didymium_store::{SqliteStore, Store as _, StoreOptions};
use serde_json::Value;

use crate::common::{Answer, Desk, Serving, free_port, http, long_table, run, twin};
use crate::shelf::{Shelf, fill};

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
pub fn statements(dir: &Path) -> Vec<String> {
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
        run(&[
            "receipt",
            "verify",
            &file,
            "--logged-is-enough",
            "--charter",
            &chain,
        ])
        .ends(0);
        // The chain that was fetched stands beside it.
        run(&["receipt", "verify", &file, "--logged-is-enough"]).ends(0);
        // The head is signed with a key that the first version does not know.
        run(&[
            "receipt",
            "verify",
            &file,
            "--logged-is-enough",
            "--charter",
            &charter,
        ])
        .ends(4);
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
    let stranger = Path::new(&other).join("charter.cose");
    assert!(stranger.exists());
    let told = audit(&node, &["--charter", &stranger.display().to_string()]);
    assert!(
        !matches!(told.code, Some(0 | 2)),
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
        for id in ids {
            let file = desk
                .path(&format!("{id}.{code}.tlog-proof"))
                .display()
                .to_string();
            // The revocation stands beside the receipts from the first fetch on.
            run(&["receipt", "fetch", "--url", &serving.url, id, "--out", &file]).ends(code);
            let written = if code == 0 {
                file
            } else {
                format!("{file}.refused")
            };
            let receipt = run(&["receipt", "verify", &written, "--logged-is-enough"]);
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

/// Downloads the log of a node as any tool does that mirrors tlog-tiles, with the chain of the charter beside it.
fn download(url: &str, to: &Path) -> String {
    let get = |path: &str| {
        let (status, body) = http(url, "GET", path, b"");
        assert_eq!(status, 200, "{path}");
        body
    };
    let checkpoint = get("/log/checkpoint");
    let text = String::from_utf8(checkpoint.clone()).unwrap();
    let size = text.lines().nth(1).unwrap().parse().unwrap();
    let tiles = tiles_in_tree(size).map(|id| id.path());
    let bundles = bundles_in_tree(size).map(|id| id.path());
    let mut files: BTreeMap<String, Vec<u8>> = tiles
        .chain(bundles)
        .map(|path| (path.clone(), get(&format!("/log/{path}"))))
        .collect();
    files.insert("checkpoint".into(), checkpoint);
    files.insert("charter.chain".into(), get("/charter/chain"));
    Shelf(files).write(to)
}

#[test]
fn a_downloaded_log_is_audited_under_the_chain_beside_it() {
    let desk = Desk::new();
    let node = rotated(&desk);
    fill(&node, "many", 300);
    let first = desk.path("first.cose").display().to_string();
    std::fs::copy(desk.path("node/charter.cose"), &first).unwrap();
    let serving = Serving::start(&node);
    let folder = download(&serving.url, &desk.path("downloaded"));
    serving.stop();

    let report = audit(&folder, &[]).ends(0).json();
    assert!(report["size"].as_u64().unwrap() > 300);
    for (brought, answer) in [(&[][..], "open"), (&["--charter", &first], "yes")] {
        let report = audit(&folder, brought).ends(0).json();
        assert_eq!(check(&report, "charter")["answer"], answer, "{report}");
        let said = check(&report, "charter")["said"].as_str().unwrap();
        assert!(said.contains("2 versions that follow"), "{said}");
        for name in [
            "checkpoint",
            "statements",
            "anchors",
            "genesis",
            "entries",
            "tiles",
        ] {
            assert_eq!(check(&report, name)["answer"], "yes", "{name}: {report}");
        }
    }
    let kept = |change: &dyn Fn(&Path)| {
        let copied = desk.path("changed");
        let _ = std::fs::remove_dir_all(&copied);
        copy(Path::new(&folder), &copied);
        change(&copied);
        audit(&copied.display().to_string(), &["--charter", &first])
    };
    // Under the first version alone nobody knows the key that signs now; nor under a chain that is cut or another club's.
    let told = kept(&|dir| std::fs::remove_file(dir.join("charter.chain")).unwrap())
        .ends(4)
        .json();
    assert_eq!(check(&told, "checkpoint")["answer"], "no", "{told}");
    let cut = kept(&|dir| {
        let path = dir.join("charter.chain");
        let chain = std::fs::read(&path).unwrap();
        std::fs::write(&path, &chain[..chain.len() - 1]).unwrap();
    });
    assert_ne!(cut.code, Some(0), "{cut:?}");
    let other = desk.init("other");
    propose(&other, &["--rotate", "log"]);
    let foreign = kept(&|dir| {
        std::fs::copy(Path::new(&other).join("charter.chain"), dir.join("charter.chain")).unwrap();
    });
    assert_ne!(foreign.code, Some(0), "{foreign:?}");
}

#[test]
fn a_member_that_is_alone_revokes_its_statement_key() {
    let desk = Desk::new();
    let node = desk.node();
    desk.import(&node, "before.csv", &long_table(2)).ends(0);
    let before = statements(&desk.path("node"));
    let stolen = desk.path("stolen");
    copy(&desk.path("node"), &stolen);
    // Whoever has the key uses it between the cut of the version and its adoption.
    let file = desk.path("revoke.cose").display().to_string();
    let revoked = ["--revoke", "CAN:statement", "--reason", "the key was stolen"];
    propose(&node, &[&revoked[..], &["--out", &file]].concat());
    desk.import(&node, "between.csv", &long_table(40)).ends(0);
    let between = statements(&desk.path("node"));
    let signed = run(&["charter", "sign", "--dir", &node, &file]).ends(0);
    assert!(
        signed.out.contains("version 2 of the charter is in force"),
        "{signed:?}"
    );
    assert_eq!(
        twin(&node)["observations"],
        2,
        "what the key signed beyond the cut does not count"
    );
    desk.import(&node, "after.csv", &long_table(5)).ends(0);
    let all = statements(&desk.path("node"));
    assert_eq!(twin(&node)["observations"], 5);

    let chain = desk.path("node/charter.chain").display().to_string();
    let serving = Serving::start(&node);
    for (id, code) in [
        (&before[1], 0),
        (between.last().unwrap(), 4),
        (all.last().unwrap(), 0),
    ] {
        let receipt = desk.path(&format!("{id}.tlog-proof")).display().to_string();
        let at = ["--url", &serving.url, "--charter", &chain];
        let verified = run(&[&["statement", "verify"], &at[..], &[id]].concat());
        assert_eq!(verified.code, Some(code), "{verified:?}");
        run(&["receipt", "fetch", "--url", &serving.url, id, "--out", &receipt]).ends(code);
        // What does not stand is kept under another name.
        let written = if code == 0 {
            receipt
        } else {
            format!("{receipt}.refused")
        };
        let verified = run(&[
            "receipt",
            "verify",
            &written,
            "--logged-is-enough",
            "--charter",
            &chain,
        ]);
        assert_eq!(verified.code, Some(code), "{verified:?}");
    }
    let report = audit(&serving.url, &["--charter", &chain]).ends(0).json();
    let ended = check(&report, "ended");
    assert_eq!(ended["answer"], "open", "{report}");
    assert_eq!(check(&report, "statements")["answer"], "yes", "{report}");

    // The node takes in nothing more under it.
    let thief = NodeFolder::open(&stolen).unwrap();
    let member = thief.charter().charter().members[0].clone();
    let draft = Draft {
        issuer: member.did,
        subject: format!("https://{}/returns/1", member.domain),
        kind: KindVersion::v1(Kind::Return),
        valid: None,
        visibility: Visibility::Public,
        payload: b"{}".to_vec(),
    };
    let forged = draft.sign(&thief.keys().statement).unwrap().0;
    let (status, told) = http(&serving.url, "POST", "/entries", forged.bytes());
    let told = String::from_utf8_lossy(&told);
    assert!(status == 400 && told.contains("key"), "{status} {told}");
    serving.stop();
    run(&["log", "fsck", "--dir", &node, "--signatures"]).ends(0);
}

#[test]
fn a_member_among_others_revokes_its_key_with_the_new_one_alone() {
    let dir = tempfile::tempdir().unwrap();
    let local = |code: &str| {
        let listen = ([127, 0, 0, 1], free_port()).into();
        MemberSpec::local(code, &format!("{}.club.example", code.to_lowercase()), listen)
    };
    let spec = ClubSpec {
        club: "Three".into(),
        members: ["CAN", "DEU", "FRA"].map(local).into(),
    };
    let club = dir.path().join("club");
    found(&club, &spec, Arc::new(SystemClock)).unwrap();
    let folder = member_dir(&club, "CAN").display().to_string();
    let file = dir.path().join("revoke.cose").display().to_string();
    let revoke = [
        "charter",
        "propose",
        "--dir",
        &folder,
        "--revoke",
        "CAN:statement",
        "--reason",
        "lost",
    ];
    let told = run(&revoke).ends(0);
    assert!(
        told.out.contains("no vote on its revocation") && told.out.contains("--out FILE"),
        "{told:?}"
    );
    run(&[&revoke[..], &["--out", &file]].concat()).ends(0);
    // Nobody but the member itself has its log here, so that nobody signs blindly for where it ended.
    let other = member_dir(&club, "DEU").display().to_string();
    let refused = run(&["charter", "sign", "--dir", &other, &file]).ends(4);
    assert!(refused.err.contains("not signed"), "{refused:?}");
}

#[test]
fn a_revocation_names_the_last_good_size_and_heads_beyond_it_do_not_count() {
    let desk = Desk::new();
    let node = desk.node();
    // Two receipts, under heads of 2 and 3 entries; whoever has the log key may have signed the second.
    let filed = |name: &str, rows: usize| {
        let table = desk.file(&format!("{name}.csv"), &long_table(rows));
        let place = desk.path(name).display().to_string();
        let args = [
            "import",
            "--dir",
            &node,
            "--kind",
            "statistic",
            &table,
            "--receipt",
            &place,
        ];
        run(&args).ends(0);
        let mut files = std::fs::read_dir(desk.path(name)).unwrap();
        let is_receipt = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "cose");
        files
            .find_map(|entry| Some(entry.unwrap().path()).filter(is_receipt))
            .unwrap()
    };
    let (good, stolen) = (filed("good", 2), filed("stolen", 5));
    let revoke = |more: &[&str]| {
        let lost = ["charter", "propose", "--dir", &node, "--revoke"];
        run(&[&lost[..], more].concat())
    };
    let key = ["CAN:log", "--reason", "stolen with a laptop"];
    let name = |place: &'static str| revoke(&[&key[..], &["--last-good", place]].concat());
    let ahead = name("CAN:4").ends(5);
    assert!(ahead.err.contains("not held here up to 4"), "{ahead:?}");
    name("CAN").ends(2);
    name("CAN:two").ends(2);
    let other = name("DEU:2").ends(2);
    assert!(other.err.contains("the log of CAN alone"), "{other:?}");
    let witness = ["CAN:witness", "--reason", "lost", "--last-good", "CAN:2"];
    assert!(revoke(&witness).ends(2).err.contains("the logs of the others"));
    let tls = ["CAN:tls", "--reason", "lost", "--last-good", "CAN:2"];
    assert!(revoke(&tls).ends(2).err.contains("no meaning"));
    let none = ["charter", "propose", "--dir", &node, "--threshold", "1"];
    run(&[&none[..], &["--last-good", "CAN:2"]].concat()).ends(2);

    let charters =
        ["charter.cose", "charter.chain"].map(|name| desk.path("node").join(name).display().to_string());
    let verify = |file: &Path, charter: &str| {
        let file = file.display().to_string();
        run(&[
            "receipt",
            "verify",
            &file,
            "--logged-is-enough",
            "--charter",
            charter,
        ])
    };
    for file in [&good, &stolen] {
        verify(file, &charters[0]).ends(0);
    }
    let done = name("CAN:2").ends(0);
    let told = done.err.contains("is revoked") && done.err.contains("2 entries");
    assert!(told, "{done:?}");
    verify(&good, &charters[1]).ends(0);
    let refused = verify(&stolen, &charters[1]).ends(4);
    assert!(
        refused.err.contains("does not count for a tree of 3"),
        "{refused:?}"
    );
    // The log goes on under its new key, over all that it holds.
    desk.import(&node, "again.csv", &long_table(6)).ends(0);
    run(&["audit", &node, "--charter", &charters[1]]).ends(0);
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
