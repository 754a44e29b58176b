//! `didymium receipt`, and the receipts that filing commands write: what they prove, and what they are not taken for.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use std::path::{Path, PathBuf};

use didymium_log::receipt::{receipts_of, registered_bytes};

use crate::club::Club;
use crate::common::{Answer, Desk, HEADER, ROW, Serving, long_table, run};
use crate::history::statements;
use crate::relay::relay;

fn verify(file: &Path, more: &[&str]) -> Answer {
    let file = file.display().to_string();
    run(&[&["receipt", "verify", &file], more].concat())
}

/// The files of a folder that end so.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().ends_with(ending))
        .collect();
    found.sort();
    found
}

/// Imports a row with receipts; answers the folder of the receipts and the one that is there.
fn imported(desk: &Desk) -> (PathBuf, PathBuf) {
    let table = desk.file("one.csv", &format!("{HEADER}{ROW}"));
    let folder = desk.path("receipts");
    let place = folder.display().to_string();
    let node = desk.node();
    let args = [
        "import",
        "--json",
        "--dir",
        &node,
        "--kind",
        "statistic",
        &table,
        "--receipt",
        &place,
    ];
    let answer = run(&args).ends(0).json();
    assert_eq!(answer["receipts"]["receipts"], place.as_str(), "{answer}");
    let found = files(&folder, ".transparent.cose");
    assert_eq!(found.len(), 1, "{found:?}");
    (folder, found[0].clone())
}

#[test]
fn an_import_gives_receipts_that_verify_offline_as_logged() {
    let desk = Desk::new();
    let (folder, file) = imported(&desk);
    // The node is gone; the receipt and what stands beside it are all there is.
    std::fs::rename(desk.path("node"), desk.path("gone")).unwrap();
    let refused = verify(&file, &[]).ends(4);
    assert!(
        refused.err.contains("only logged") && refused.err.contains("entry 1 of can."),
        "{refused:?}"
    );
    let stands = verify(&file, &["--logged-is-enough", "--json"]).ends(0).json();
    assert_eq!(
        (
            &stands["grade"],
            &stands["form"],
            &stands["index"],
            &stands["size"]
        ),
        (&"logged".into(), &"cose".into(), &1.into(), &2.into())
    );
    assert_eq!(
        (&stands["charter_version"], &stands["trusted"], &stands["charter"]),
        (&1.into(), &false.into(), &stands["club"])
    );
    let club = stands["club"].as_str().unwrap();
    let said = verify(&file, &["--logged-is-enough"]).ends(0).out;
    for words in [
        club,
        "size 2, root ",
        "under version 1",
        "charter.chain alone",
        "logged: a club of fewer",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let pinned = verify(&file, &["--logged-is-enough", "--charter-id", club])
        .ends(0)
        .out;
    assert!(pinned.contains("the one that --charter-id names"), "{pinned}");
    let wrong = verify(&file, &["--logged-is-enough", "--charter-id", &"0".repeat(64)]).ends(4);
    assert!(wrong.err.contains("of the club"), "{wrong:?}");
    verify(&file, &["--logged-is-enough", "--charter-id", "x"]).ends(2);

    let right = std::fs::read(&file).unwrap();
    let spoilt = folder.join("spoilt.cose");
    for at in (1..right.len()).step_by(right.len() / 40) {
        let mut bytes = right.clone();
        bytes[at] ^= 1;
        std::fs::write(&spoilt, bytes).unwrap();
        let answer = verify(&spoilt, &["--logged-is-enough"]);
        assert_eq!(answer.code, Some(4), "byte {at}: {answer:?}");
    }
    std::fs::remove_file(folder.join("charter.chain")).unwrap();
    let alone = verify(&file, &["--logged-is-enough"]).ends(2);
    assert!(alone.err.contains("/charter/chain"), "{alone:?}");
    let other = desk.init("other");
    let stranger = format!("{other}/charter.cose");
    verify(&file, &["--logged-is-enough", "--charter", &stranger]).ends(4);
    verify(&folder.join("nothing"), &[]).ends(2);
}

#[test]
fn a_file_that_is_no_charter_is_named_and_one_that_is_forged_is_not_believed() {
    let desk = Desk::new();
    let (folder, file) = imported(&desk);
    let right = std::fs::read(folder.join("charter.chain")).unwrap();
    let mut forged = right.clone();
    // The signature stands last.
    *forged.last_mut().unwrap() ^= 1;
    let cases: [(&str, &[u8], i32, &str); 5] = [
        ("words", b"no charter", 2, "words cannot be used as the charter"),
        ("empty", b"", 2, "empty cannot be used as the charter"),
        ("list", &[0x80], 2, "list cannot be used as the charter"),
        (
            "cut",
            &right[..right.len() - 1],
            2,
            "cut cannot be used as the charter",
        ),
        ("forged", &forged, 4, "not verified: the charter in"),
    ];
    for (name, bytes, code, words) in cases {
        std::fs::write(desk.path(name), bytes).unwrap();
        let named = desk.path(name).display().to_string();
        let told = verify(&file, &["--logged-is-enough", "--charter", &named]).ends(code);
        assert!(told.err.contains(words) && told.err.contains(&named), "{told:?}");
    }
    // The same for the file beside the receipt.
    std::fs::write(folder.join("charter.chain"), "no charter").unwrap();
    let told = verify(&file, &["--logged-is-enough"]).ends(2);
    assert!(
        told.err.contains("charter.chain cannot be used as the charter"),
        "{told:?}"
    );
}

#[test]
fn a_cose_receipt_is_checked_beside_its_statement() {
    let desk = Desk::new();
    let (folder, file) = imported(&desk);
    let carried = std::fs::read(&file).unwrap();
    let receipt = receipts_of(&carried).unwrap().remove(0).unwrap();
    let bare = folder.join("mine.receipt.cose");
    std::fs::write(&bare, receipt.to_bytes().unwrap()).unwrap();
    let absent = verify(&bare, &["--logged-is-enough"]).ends(2);
    assert!(
        absent.err.contains("--statement") && absent.err.contains("mine.cose"),
        "{absent:?}"
    );
    let named = file.display().to_string();
    verify(&bare, &["--logged-is-enough", "--statement", &named]).ends(0);
    let statement = registered_bytes(&carried).unwrap();
    std::fs::write(folder.join("mine.cose"), &statement).unwrap();
    verify(&bare, &["--logged-is-enough"]).ends(0);
    // A statement without a receipt, and the receipt of another statement.
    let none = verify(&folder.join("mine.cose"), &["--logged-is-enough"]).ends(4);
    assert!(none.err.contains("no receipt"), "{none:?}");
    let table = desk.file("two.csv", &format!("{HEADER}{}", ROW.replace("255000", "255001")));
    let place = desk.path("more").display().to_string();
    let node = desk.node();
    let more = [
        "import",
        "--dir",
        &node,
        "--kind",
        "statistic",
        "--supersede",
        "better",
        &table,
    ];
    run(&[&more[..], &["--receipt", &place]].concat()).ends(0);
    let other = files(&desk.path("more"), ".transparent.cose").remove(0);
    let other = other.display().to_string();
    verify(&bare, &["--logged-is-enough", "--statement", &other]).ends(4);
}

#[test]
fn receipts_are_not_mixed_and_a_nodes_folder_is_left_alone() {
    let desk = Desk::new();
    let (folder, _) = imported(&desk);
    let other = desk.init("other");
    let table = desk.file("two.csv", &format!("{HEADER}{ROW}"));
    let into = |place: &str| {
        run(&[
            "import",
            "--dir",
            &other,
            "--kind",
            "statistic",
            &table,
            "--receipt",
            place,
        ])
    };
    let mixed = into(&folder.display().to_string()).ends(2);
    assert!(mixed.err.contains("of another club"), "{mixed:?}");
    let nodes = into(&other).ends(2);
    assert!(nodes.err.contains("the folder of a node"), "{nodes:?}");
    // Nothing was logged by either.
    let seen = run(&["log", "inspect", "--json", "--dir", &other]).ends(0).json();
    assert_eq!(seen["size"], 1, "{seen}");
}

#[test]
fn what_is_sealed_and_granted_has_a_receipt_with_the_node_running_or_not() {
    let desk = Desk::new();
    let node = desk.node();
    let vault = desk.path("vault").display().to_string();
    let made = run(&["sealed", "init", "--json", "--vault", &vault])
        .ends(0)
        .json();
    let payload = desk.file("return.json", r#"{"tonnes":"4711"}"#);
    let file = |node: &str, subject: &str, receipt: &str| {
        let what = [
            "sealed", "file", "--json", "--vault", &vault, "--dir", node, "--kind", "return",
        ];
        run(&[&what[..], &["--subject", subject, "--receipt", receipt, &payload]].concat())
    };
    let one = desk.path("kept/one.cose");
    let named = one.display().to_string();
    let filed = file(&node, "https://can.example/1", &named).ends(0).json();
    assert_eq!(filed["receipt"], named.as_str());
    let stands = verify(&one, &["--logged-is-enough", "--json"]).ends(0).json();
    assert_eq!(stands["statement"], filed["statement"]);
    let there = file(&node, "https://can.example/2", &named).ends(2);
    assert!(there.err.contains("there already"), "{there:?}");

    // A node that runs gives the receipt itself; it listens on a port of its own.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let running = desk.path("running").display().to_string();
    let listen = format!("127.0.0.1:{port}");
    run(&["init", "--dir", &running, "--member", "CAN", "--listen", &listen]).ends(0);
    let serving = Serving::start(&running);
    let folder = desk.path("receipts");
    let place = format!("{}/", folder.display());
    let filed = file(&running, "https://can.example/3", &place).ends(0).json();
    let id = filed["statement"].as_str().unwrap();
    let letter = desk.path("letter").display().to_string();
    let key = made["key"].as_str().unwrap();
    let grant = [
        "sealed", "grant", "--json", "--vault", &vault, "--dir", &running, "--to", key,
    ];
    let whom = [
        "--recipient",
        "Customs",
        "--purpose",
        "lot 7",
        "--out",
        &letter,
        "--receipt",
        &place,
        id,
    ];
    let given = run(&[&grant[..], &whom].concat()).ends(0).json();
    serving.stop();
    for answer in [&filed["statement"], &given["release"]] {
        let file = folder.join(format!("{}.transparent.cose", answer.as_str().unwrap()));
        let stands = verify(&file, &["--logged-is-enough", "--json"]).ends(0).json();
        assert_eq!(stands["statement"], *answer);
    }
}

#[test]
fn a_witnessed_receipt_is_taken_home_from_the_running_club_and_verifies_by_itself() {
    let desk = Desk::new();
    let club = Club::start(&desk.path("demo"));
    let can = club.folder("CAN");
    let vault = desk.path("vault").display().to_string();
    run(&["sealed", "init", "--vault", &vault]).ends(0);
    let payload = desk.file("return.json", r#"{"tonnes":"4711"}"#);
    let at_once = desk.path("home/at-once.cose");
    let named = at_once.display().to_string();
    let file = [
        "sealed", "file", "--json", "--vault", &vault, "--dir", &can, "--kind", "return",
    ];
    let about = [
        "--subject",
        "https://can.example/1",
        "--receipt",
        &named,
        &payload,
    ];
    let filed = run(&[&file[..], &about].concat()).ends(0).json();
    let id = filed["statement"].as_str().unwrap();
    let refused = verify(&at_once, &[]).ends(4);
    assert!(
        refused.err.contains("the cosignatures of 5 others"),
        "{refused:?}"
    );
    verify(&at_once, &["--logged-is-enough"]).ends(0);

    let home = desk.path("home/later.tlog-proof");
    let out = home.display().to_string();
    let fetch = [
        "receipt",
        "fetch",
        "--json",
        "--url",
        &club.url("CAN"),
        id,
        "--out",
        &out,
        "--wait",
        "60",
    ];
    let fetched = run(&fetch).ends(0);
    // The charter stood there already, from one's own node: nothing is to be compared.
    assert!(!fetched.err.contains("not checked"), "{fetched:?}");
    assert_eq!(fetched.json()["grade"], "witnessed", "{fetched:?}");
    let elsewhere = desk.path("away/later.tlog-proof");
    std::fs::create_dir_all(desk.path("away")).unwrap();
    let away = elsewhere.display().to_string();
    let fetch = ["receipt", "fetch", "--url", &club.url("CAN"), id, "--out", &away];
    let other = "0".repeat(64);
    let wrong = [&fetch[..], &["--charter-id", &other]].concat();
    assert_ne!(run(&wrong).code, Some(0));
    assert!(!elsewhere.exists());
    assert!(run(&fetch).ends(0).err.contains("not checked"));
    club.stop();
    std::fs::remove_dir_all(desk.path("demo")).unwrap();

    for file in [&home, &elsewhere] {
        let said = verify(file, &[]).ends(0).out;
        for words in [
            id,
            "witnessed: ",
            "have cosigned on 20",
            "5 are enough",
            "under version 1",
            "DEU",
        ] {
            assert!(said.contains(words), "{words}: {said}");
        }
    }
    crate::common::edit(&home, |text| text.replacen("\nindex ", "\nindex 1", 1));
    verify(&home, &[]).ends(4);
}

/// A node that answers questions about one statement with what the real one says of another.
fn impostor(url: &str, asked: &str, instead: &str) -> String {
    let (asked, instead) = (asked.to_owned(), instead.to_owned());
    relay(url, move |path| path.replace(&asked, &instead))
}

#[test]
fn a_receipt_that_is_fetched_is_of_the_statement_asked_for_and_replaces_nothing_else() {
    let desk = Desk::new();
    for (name, rows) in [("one.csv", 1), ("two.csv", 2)] {
        desk.import(&desk.node(), name, &long_table(rows)).ends(0);
    }
    let ids = statements(&desk.path("node"));
    let (one, two) = (&ids[1], &ids[2]);
    let serving = Serving::start(&desk.node());
    let out = desk.path("taken/one.tlog-proof");
    std::fs::create_dir(desk.path("taken")).unwrap();
    let fetch = |url: &str, id: &str, out: &Path| {
        let out = out.display().to_string();
        run(&["receipt", "fetch", "--url", url, id, "--out", &out])
    };
    fetch(&serving.url, one, &out).ends(0);
    let good = std::fs::read(&out).unwrap();

    let lying = impostor(&serving.url, one, two);
    let told = fetch(&lying, one, &out).ends(4);
    assert!(told.err.contains(two.as_str()), "{told:?}");
    run(&["receipt", "fetch", "--url", &lying, one]).ends(4);
    assert_eq!(
        std::fs::read(&out).unwrap(),
        good,
        "what stands is not written over"
    );
    assert!(desk.path("taken/one.tlog-proof.refused").exists());

    // Another statement's receipt, another file, the charter: none is written over.
    fetch(&serving.url, two, &out).ends(2);
    let other = desk.path("taken/notes.txt");
    std::fs::write(&other, "mine").unwrap();
    fetch(&serving.url, one, &other).ends(2);
    fetch(&serving.url, one, &desk.path("taken/charter.chain")).ends(2);
    assert_eq!(std::fs::read(&out).unwrap(), good);
    assert_eq!(std::fs::read(&other).unwrap(), b"mine");
    fetch(&serving.url, one, &out).ends(0);
    serving.stop();
}

#[test]
fn what_is_wrong_with_a_receipt_or_its_place_is_said_as_it_is() {
    let desk = Desk::new();
    desk.import(&desk.node(), "one.csv", &long_table(1)).ends(0);
    let id = statements(&desk.path("node")).remove(1);
    let serving = Serving::start(&desk.node());
    let fetch = |out: &Path| {
        let out = out.display().to_string();
        run(&["receipt", "fetch", "--url", &serving.url, &id, "--out", &out])
    };
    let file = desk.path("one.tlog-proof");
    fetch(&file).ends(0);
    let nowhere = fetch(&desk.path("missing/one.tlog-proof")).ends(2).err;
    let folder = desk.path("missing").display().to_string();
    assert!(
        nowhere.contains(&format!("there is no folder {folder}:")),
        "{nowhere}"
    );
    assert!(!nowhere.contains("charter.chain"), "{nowhere}");
    serving.stop();

    verify(&file, &["--logged-is-enough"]).ends(0);
    let right = std::fs::read_to_string(&file).unwrap();
    let last = right.lines().last().unwrap();
    let twice = format!("{right}{last}\n");
    let (text, _) = right.split_once(last).unwrap();
    for (wrong, words) in [
        (twice.as_str(), "two signatures by"),
        (right.trim_end(), "newline"),
        (text, "newline"),
        (&right.replace("\n2\n", "\n02\n"), "size"),
    ] {
        std::fs::write(&file, wrong).unwrap();
        let told = verify(&file, &["--logged-is-enough"]).ends(4).err;
        assert!(
            told.contains("no checkpoint of a log") && told.contains(words),
            "{told}"
        );
        assert!(!told.contains("no key of the log"), "{told}");
    }
    let inside = desk.path("").display().to_string();
    for folder in ["/", inside.as_str(), "."] {
        let told = verify(Path::new(folder), &[]).ends(2).err;
        assert!(told.contains(&format!("{folder} is a folder")), "{told}");
    }
}
