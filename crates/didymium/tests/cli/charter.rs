//! `didymium charter` and `didymium init --join`: from a club of one to a club of two.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use std::time::{Duration, Instant};

use didymium_store::{SqliteStore, Store as _, StoreOptions};

use crate::club::Club;
use crate::common::{Desk, Serving, free_port, long_table, run};

/// Founds the club of CAN on a port of its own.
fn found(desk: &Desk) -> String {
    let dir = desk.path("can").display().to_string();
    let listen = format!("127.0.0.1:{}", free_port());
    run(&["init", "--dir", &dir, "--member", "CAN", "--listen", &listen]).ends(0);
    dir
}

#[test]
fn a_version_vouches_for_as_much_of_a_log_as_is_named() {
    let desk = Desk::new();
    let dir = found(&desk);
    desk.import(&dir, "a.csv", &long_table(2)).ends(0);
    let rotate = |cut: &str| {
        run(&[
            "charter", "propose", "--dir", &dir, "--rotate", "log", "--cut", cut,
        ])
    };
    rotate("CAN").ends(2);
    assert!(rotate("CAN:9").ends(5).err.contains("not held here up to 9"));
    rotate("DEU:1").ends(2);
    rotate("CAN:1").ends(0);
    let shown = run(&["charter", "show", "--dir", &dir, "--json"]).ends(0).json();
    assert_eq!(shown["version"], 2);
    // What stands beyond it was vouched for by nobody but the log itself, and a later version may not go back.
    let back = run(&[
        "charter", "propose", "--dir", &dir, "--rotate", "log", "--cut", "CAN:0",
    ]);
    assert_ne!(back.code, Some(0));
    assert!(back.err.contains("smaller log"), "{back:?}");
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
        assert!(begun.elapsed() < Duration::from_mins(2), "the two never agree");
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

/// Looks until the answer is as it should be, at most a minute.
#[track_caller]
pub fn eventually(what: &str, mut answered: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !answered() {
        assert!(begun.elapsed() < Duration::from_secs(60), "never came: {what}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Seals a figure as a member whose node runs; answers the statement's id and its index.
fn seal(desk: &Desk, node: &str, subject: &str) -> (String, u64) {
    let vault = desk.path("vault").display().to_string();
    if !desk.path("vault").exists() {
        run(&["sealed", "init", "--vault", &vault]).ends(0);
    }
    let payload = desk.file("return.json", r#"{"tonnes":"1"}"#);
    let file = [
        "sealed", "file", "--json", "--vault", &vault, "--dir", node, "--kind", "return",
    ];
    let filed = run(&[&file[..], &["--subject", subject, &payload]].concat())
        .ends(0)
        .json();
    let id = filed["statement"].as_str().unwrap().to_owned();
    (id, filed["index"].as_u64().unwrap())
}

/// The version of the charter that a node shows.
fn version(url: &str) -> u64 {
    let shown = run(&["charter", "show", "--json", "--url", url]).ends(0).json();
    shown["version"].as_u64().unwrap()
}

/// Members sign at their own nodes, each as soon as the proposal has come there.
fn signed_by(club: &Club, id: &str, codes: &[&str]) {
    for code in codes {
        eventually("the proposal", || {
            run(&["charter", "sign", "--dir", &club.folder(code), id]).code == Some(0)
        });
    }
}

#[test]
fn what_a_thief_logged_after_the_last_good_size_does_not_count_anywhere() {
    let desk = Desk::new();
    let club = Club::start(&desk.path("demo"));
    let can = club.folder("CAN");
    let (good, index) = seal(&desk, &can, "https://can.example/1");
    let (stolen, _) = seal(&desk, &can, "https://can.example/2");
    let deu = club.url("DEU");
    let verified = |id: &str| run(&["statement", "verify", "--url", &deu, id]).code;
    for id in [&good, &stolen] {
        eventually("the statement", || verified(id) == Some(0));
    }
    let last_good = format!("CAN:{}", index + 1);
    let change = [
        "--revoke",
        "CAN:statement",
        "--reason",
        "stolen",
        "--last-good",
        &last_good,
    ];
    // The key that was stolen signs nothing more: the new one has, and a member takes the file up.
    let file = desk.path("revocation.cose").display().to_string();
    let propose = ["charter", "propose", "--json", "--dir", &can, "--out", &file];
    let proposed = run(&[&propose[..], &change[..]].concat()).ends(0).json();
    let id = proposed["id"].as_str().unwrap();
    run(&["charter", "sign", "--dir", &club.folder("DEU"), &file]).ends(0);
    signed_by(&club, id, &["FRA", "GBR", "ITA", "JPN"]);
    for member in ["CAN", "DEU"] {
        eventually("the version", || version(&club.url(member)) == 2);
    }
    eventually("the verdicts", || {
        (verified(&good), verified(&stolen)) == (Some(0), Some(4))
    });
    // The member goes on with its new key.
    let (after, _) = seal(&desk, &can, "https://can.example/3");
    eventually("the statement", || verified(&after) == Some(0));
    club.stop();
}

/// Proposes at the node of CAN and lets others sign until it is in force at all of `codes`.
fn adopt(club: &Club, change: &[&str], signers: &[&str], codes: &[&str], wanted: u64) {
    let propose = ["charter", "propose", "--json", "--dir", &club.folder("CAN")];
    let proposed = run(&[&propose[..], change].concat()).ends(0).json();
    assert_eq!(proposed["outcome"], "open", "{proposed}");
    signed_by(club, proposed["id"].as_str().unwrap(), signers);
    for code in codes {
        eventually("the version", || version(&club.url(code)) == wanted);
    }
}

#[test]
fn an_associate_states_and_is_witnessed_and_neither_votes_nor_witnesses() {
    const ALL: [&str; 7] = ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"];
    let desk = Desk::new();
    let club = Club::start(&desk.path("demo"));
    let (can, ita) = (club.folder("CAN"), club.folder("ITA"));
    let propose =
        |dir: &str, role: &str| run(&["charter", "propose", "--json", "--dir", dir, "--role", role]);
    propose(&can, "ITA:observer").ends(2);
    propose(&can, "ITA").ends(2);
    assert!(propose(&can, "ITA:member").ends(2).err.contains("already"));
    propose(&can, "XXX:associate").ends(2);
    // Five of seven: ITA itself is not asked.
    adopt(
        &club,
        &["--role", "ITA:associate"],
        &["DEU", "FRA", "GBR", "JPN"],
        &ALL,
        2,
    );
    let shown = run(&["charter", "show", "--json", "--url", &club.url("DEU")])
        .ends(0)
        .json();
    assert_eq!((&shown["voters"], &shown["threshold"]), (&6.into(), &4.into()));
    assert_eq!(
        (&shown["members"][4]["member"], &shown["members"][4]["role"]),
        (&"ITA".into(), &"associate".into())
    );
    let said = shown["versions"][1]["changes"][0].as_str().unwrap();
    assert_eq!(said, "ITA becomes associate member; it was full member.");

    // It states, the others have it, and they witness it: five of the six, none of them itself.
    let receipt = |node: &str, url: &str, name: &str| {
        let (id, _) = seal(&desk, node, &format!("https://{name}.example/1"));
        let out = desk.path(&format!("{name}.tlog-proof")).display().to_string();
        let fetch = [
            "receipt", "fetch", "--json", "--url", url, &id, "--out", &out, "--wait", "60",
        ];
        let told = run(&fetch).ends(0).json();
        run(&["receipt", "verify", &out]).ends(0);
        (id, told)
    };
    let (stated, told) = receipt(&ita, &club.url("ITA"), "ita");
    assert_eq!(
        (&told["grade"], &told["needed"], &told["charter_version"]),
        (&"witnessed".into(), &5.into(), &2.into())
    );
    eventually("what the associate states", || {
        run(&["statement", "verify", "--url", &club.url("DEU"), &stated]).code == Some(0)
    });
    // It witnesses nobody: of the five others of CAN, four are enough, and ITA is never among them.
    let (_, told) = receipt(&can, &club.url("CAN"), "can");
    assert_eq!(
        (&told["grade"], &told["needed"]),
        (&"witnessed".into(), &4.into())
    );
    let by = told["cosigned_by"].as_array().unwrap();
    assert!(by.iter().all(|code| code != "ITA"), "{by:?}");

    // The policy says so to other verifiers, by CLI and over HTTP alike; that of the first version still counts it.
    let policy = |more: &[&str]| {
        let show = ["charter", "show", "--url", &club.url("DEU"), "--policy", "CAN"];
        run(&[&show[..], more].concat()).ends(0)
    };
    let now = policy(&[]).out;
    assert!(now.contains("\ngroup members 4 DEU FRA GBR JPN USA\n"), "{now}");
    let before = policy(&["--version", "1", "--json"]).json();
    assert_eq!((&before["needed"], &before["version"]), (&5.into(), &1.into()));
    assert!(
        before["policy"].as_str().unwrap().contains("witness ITA "),
        "{before}"
    );
    run(&["charter", "show", "--dir", &can, "--policy", "XXX"]).ends(2);

    // It may ask for a change, and nobody passes it on; its signature on another's counts for nothing.
    let asked = propose(&ita, "ITA:member").ends(0).json();
    assert_eq!(asked["outcome"], "requested", "{asked}");
    let back = run(&[
        "charter",
        "propose",
        "--json",
        "--dir",
        &can,
        "--role",
        "ITA:member",
    ])
    .ends(0)
    .json();
    let id = back["id"].as_str().unwrap();
    signed_by(&club, id, &["ITA", "DEU", "FRA"]);
    let counts = |url: &str| {
        let shown = run(&["charter", "show", "--json", "--url", url]).ends(0).json();
        let found = shown["proposals"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["id"] == id)
            .cloned();
        found.map(|one| one["before"]["signed"].as_array().unwrap().len())
    };
    eventually("three votes and not four", || counts(&club.url("FRA")) == Some(3));
    assert_eq!(version(&club.url("FRA")), 2);
    // A fourth vote under the old version; under the new one ITA votes, and five of seven have signed.
    signed_by(&club, id, &["GBR"]);
    for code in ALL {
        eventually("the version", || version(&club.url(code)) == 3);
    }
    club.stop();
}

#[test]
fn a_nation_joins_the_running_demo_club() {
    const FOUNDERS: [&str; 7] = ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"];
    let desk = Desk::new();
    let club = Club::start(&desk.path("demo"));
    let aus = desk.path("aus").display().to_string();
    let listen = format!("127.0.0.1:{}", free_port());
    let url = club.url("USA");
    let known = run(&["charter", "show", "--json", "--dir", &club.folder("CAN")])
        .ends(0)
        .json();
    let join = ["init", "--join", &url, "--dir", &aus];
    let who = [
        "--member",
        "AUS",
        "--listen",
        &listen,
        "--json",
        "--charter-id",
        known["club"].as_str().unwrap(),
    ];
    let asked = run(&[&join[..], &who].concat()).ends(0);
    assert!(!asked.err.contains("not checked"), "{asked:?}");
    let asked = asked.json();
    assert_eq!(
        (&asked["outcome"], &asked["trusted"]),
        (&"requested".into(), &true.into())
    );
    let id = asked["request"].as_str().unwrap();
    // The member that was asked takes it up; from then on it travels. Five of seven sign, each at its own node.
    signed_by(&club, id, &["USA", "CAN", "DEU", "FRA"]);
    let waits = run(&[&join[..], &["--finish"]].concat()).ends(5);
    assert!(
        waits.err.contains("not signed yet") && waits.err.contains("of 5 needed"),
        "{waits:?}"
    );
    signed_by(&club, id, &["GBR"]);
    let joined = run(&[&join[..], &["--finish", "--wait", "60", "--json"]].concat())
        .ends(0)
        .json();
    assert_eq!(joined["version"], 2, "{joined}");
    let newcomer = Serving::start(&aus);

    for code in FOUNDERS {
        eventually("the version", || version(&club.url(code)) == 2);
    }
    let shown = run(&["charter", "show", "--json", "--url", &newcomer.url])
        .ends(0)
        .json();
    assert_eq!((&shown["version"], &shown["voters"]), (&2.into(), &8.into()));
    assert_eq!(shown["club"], known["club"]);

    // Everybody has every log, the newcomer's too, and makes the same twin of them.
    let (stated, _) = seal(&desk, &aus, "https://aus.example/1");
    let urls: Vec<String> = FOUNDERS
        .iter()
        .map(|code| club.url(code))
        .chain([newcomer.url.clone()])
        .collect();
    let digest = |url: &String| {
        let answer = run(&["twin", "digest", "--json", "--url", url]);
        (answer.code == Some(0)).then(|| answer.json())
    };
    eventually("all eight agree", || {
        let first = digest(&urls[0]);
        let has_all = first.as_ref().is_some_and(|one| one.to_string().contains("AUS"));
        has_all && urls[1..].iter().all(|url| digest(url) == first)
    });
    for url in [&urls[0], &urls[3]] {
        let verified = || run(&["statement", "verify", "--url", url, &stated]).code;
        eventually("the newcomer's statement", || verified() == Some(0));
    }
    let copied = run(&[
        "log",
        "inspect",
        "--json",
        "--url",
        &newcomer.url,
        "--member",
        "CAN",
    ])
    .ends(0)
    .json();
    assert_eq!(copied["member"], "CAN", "{copied}");
    // Its log is witnessed like any other: five of seven others.
    let out = desk.path("aus.tlog-proof").display().to_string();
    let fetch = [
        "receipt",
        "fetch",
        "--json",
        "--url",
        &newcomer.url,
        &stated,
        "--out",
        &out,
        "--wait",
        "60",
    ];
    let told = run(&fetch).ends(0).json();
    assert_eq!(
        (&told["grade"], &told["needed"], &told["charter_version"]),
        (&"witnessed".into(), &5.into(), &2.into()),
        "{told}"
    );
    run(&["receipt", "verify", &out]).ends(0);
    newcomer.stop();
    club.stop();
}
