//! Bad input is refused with its place and a reason, and nothing is lost.

use crate::common::{Desk, HEADER, ROW, SITE, SITE_HEADER, Serving, edit, long_table, run, twin};
use didymium_statement::{Draft, Kind, KindVersion, StatementSigner, Visibility};
use didymium_store::{SqliteStore, Store as _, StoreOptions};
use zeroize::Zeroizing;

#[test]
fn bad_rows_are_refused_with_their_place_and_nothing_is_loaded() {
    let desk = Desk::new();
    let node = desk.node();
    for (change, column, reason) in [
        (ROW.replace(",t,", ",usd,"), "unit", "not a unit of mass"),
        (ROW.replace("CHN", "XYZ"), "area", "XYZ"),
        (
            ROW.replace(",ore,", ",magnet,"),
            "form",
            "does not belong to stage `mine` of `rare_earths`: what belongs there is `ore`",
        ),
        (ROW.replace("255000", "-255000"), "value", "negative"),
        (ROW.replace(",2023,", ",2099,"), "period", "after the publication"),
        (
            ROW.replace("reported,,", "reported,\u{202e}note,"),
            "note",
            "control character",
        ),
        (
            ROW.replace("reported,,", "reported,\"open,"),
            "note",
            "never closed",
        ),
    ] {
        let good = ROW.replace("2023", "2022");
        let answer = desk
            .import(&node, "t.csv", &format!("{HEADER}{good}{change}"))
            .ends(3);
        let problem = &answer.json()["problems"][0];
        assert_eq!(
            (problem["line"].as_u64(), problem["column"].as_str()),
            (Some(3), Some(column)),
            "{problem}"
        );
        assert!(
            answer.err.contains(reason) && answer.err.contains("t.csv: line 3"),
            "{}",
            answer.err
        );
        assert_eq!(twin(&node)["observations"], 0);
    }
}

#[test]
fn a_table_without_rows_is_no_success() {
    let desk = Desk::new();
    for (kind, header) in [("statistic", HEADER), ("site", SITE_HEADER)] {
        let answer = desk.import_as(&desk.node(), kind, "t.csv", header).ends(3);
        assert!(
            answer.err.contains("t.csv: line 1") && answer.err.contains("a header and no rows"),
            "{}",
            answer.err
        );
    }
}

#[test]
fn a_folder_in_place_of_a_table_is_named() {
    let desk = Desk::new();
    let node = desk.node();
    let answer = run(&["import", "--dir", &node, "--kind", "statistic", &node]).ends(2);
    assert!(answer.err.contains("is a directory"), "{}", answer.err);
}

#[test]
fn a_figure_that_contradicts_another_table_names_the_statement_and_how_to_replace_it() {
    let desk = Desk::new();
    let node = desk.node();
    let first = format!("{HEADER}{ROW}");
    desk.import(&node, "a.csv", &first).ends(0);
    let again = desk.import(&node, "a.csv", &first).ends(0).json();
    assert_eq!((&again["logged"], &again["unchanged"]), (&0.into(), &1.into()));
    let other = format!("{HEADER}{}", ROW.replace("255000", "250000"));
    let answer = desk.import(&node, "b.csv", &other).ends(3);
    let problem = &answer.json()["problems"][0];
    assert_eq!(
        (&problem["line"], &problem["column"]),
        (&2.into(), &"value".into())
    );
    for word in [
        "contradicts statement",
        "table `a`",
        "255000 t",
        "--supersede REASON",
    ] {
        assert!(answer.err.contains(word), "{}", answer.err);
    }
    assert_eq!(twin(&node)["observations"], 1);
    let file = desk.path("b.csv").display().to_string();
    let args = [
        "import",
        "--dir",
        &node,
        "--kind",
        "statistic",
        &file,
        "--supersede",
        "a slip",
    ];
    run(&args).ends(0);
    assert_eq!(twin(&node)["observations"], 1, "the first is withdrawn");
    let asked = run(&["twin", "balance", "--json", "--dir", &node, "rare_earths"]).ends(0);
    assert_eq!(asked.json()["rows"][0]["chosen"]["value"], "250000");
}

#[test]
fn a_world_total_below_a_countrys_figure_is_loaded_with_a_warning() {
    let desk = Desk::new();
    let world = ROW.replace("CHN", "WLD").replace("255000", "200000");
    let answer = desk
        .import(&desk.node(), "t.csv", &format!("{HEADER}{ROW}{world}"))
        .ends(0);
    assert_eq!(answer.json()["warnings"][0]["line"], 3);
    for word in [
        "warning: ",
        "t.csv: line 3",
        "usgs-mcs-2025",
        "2023",
        "200000 t",
        "255000 t of CHN",
    ] {
        assert!(answer.err.contains(word), "{}", answer.err);
    }
}

#[test]
fn a_duplicate_site_names_the_statement_that_is_there() {
    let desk = Desk::new();
    let node = desk.node();
    desk.import_as(&node, "site", "s.csv", &format!("{SITE_HEADER}{SITE}"))
        .ends(0);
    let again = desk
        .import_as(&node, "site", "s.csv", &format!("{SITE_HEADER}{SITE}"))
        .ends(0);
    assert_eq!(
        (
            again.json()["logged"].as_u64(),
            again.json()["unchanged"].as_u64()
        ),
        (Some(0), Some(1))
    );
    let other = format!("{SITE_HEADER}{}", SITE.replace("45000", "46000"));
    let answer = desk.import_as(&node, "site", "s.csv", &other).ends(3);
    assert!(
        answer.err.contains("is a duplicate") && answer.err.contains("--supersede"),
        "{}",
        answer.err
    );
    let file = desk.file("s.csv", &other);
    run(&[
        "import",
        "--dir",
        &node,
        "--kind",
        "site",
        &file,
        "--supersede",
        "new nameplate",
    ])
    .ends(0);
    assert_eq!(twin(&node)["sites"], 1);
}

#[test]
fn forged_and_foreign_statements_are_not_verified() {
    let desk = Desk::new();
    let node = desk.node();
    desk.import_as(&node, "site", "s.csv", &format!("{SITE_HEADER}{SITE}"))
        .ends(0);
    let store = SqliteStore::open(&desk.path("node"), StoreOptions::default()).unwrap();
    let origin = store.heads().unwrap()[0].origin.clone();
    let bytes = store.entries(&origin, 1, 1).unwrap()[0].bytes.clone();
    drop(store);
    let charter = desk.path("node/charter.cose").display().to_string();
    let verify = |name: &str, bytes: &[u8], charter: &str| {
        std::fs::write(desk.path(name), bytes).unwrap();
        run(&[
            "statement",
            "verify",
            &desk.path(name).display().to_string(),
            "--charter",
            charter,
        ])
    };
    verify("good", &bytes, &charter).ends(0);
    let file = desk.path("good").display().to_string();
    let placed = run(&["statement", "verify", &file, "--dir", &node]).ends(0);
    assert!(placed.out.contains("proof checked"), "{}", placed.out);

    let mut forged = bytes.clone();
    *forged.last_mut().unwrap() ^= 1;
    let answer = verify("forged", &forged, &charter).ends(4);
    run(&[
        "statement",
        "verify",
        &desk.path("forged").display().to_string(),
        "--dir",
        &node,
    ])
    .ends(4);
    assert!(answer.err.contains("does not verify"), "{}", answer.err);

    let draft = Draft {
        issuer: "did:web:can.club.example".into(),
        subject: "https://can.club.example/sites/x".into(),
        kind: KindVersion::v1(Kind::Site),
        valid: None,
        visibility: Visibility::Public,
        payload: b"{}".to_vec(),
    };
    let (wrong_key, _) = draft
        .sign(&StatementSigner::from_seed(&Zeroizing::new([9; 32])))
        .unwrap();
    let answer = verify("wrong", wrong_key.bytes(), &charter).ends(4);
    assert!(answer.err.contains("is not a statement key of"), "{}", answer.err);

    desk.init("other");
    let other = desk.path("other/charter.cose").display().to_string();
    verify("good", &bytes, &other).ends(4);
    let id = didymium_statement::Statement::parse(&bytes)
        .unwrap()
        .id()
        .to_string();
    run(&["statement", "verify", "--dir", &node, &id]).ends(0);
    run(&[
        "statement",
        "verify",
        "--dir",
        &node,
        &id.chars().rev().collect::<String>(),
    ])
    .ends(4);
}

#[test]
fn a_full_disk_loads_nothing_and_room_lets_it_pass() {
    let desk = Desk::new();
    let node = desk.node();
    let config = desk.path("node/node.toml");
    let before = std::fs::read_to_string(&config).unwrap();
    std::fs::write(
        &config,
        format!("{before}\n[overrides]\ndatabase_pages_max = 40\n"),
    )
    .unwrap();
    let table = long_table(3_000);
    let answer = desk.import(&node, "t.csv", &table).ends(7);
    assert!(answer.err.contains("disk is full"), "{}", answer.err);
    assert_eq!(twin(&node)["observations"], 0);
    std::fs::write(&config, before).unwrap();
    desk.import(&node, "t.csv", &table).ends(0);
    assert_eq!(twin(&node)["observations"], 3_000);
}

#[test]
fn a_database_cut_short_is_told_and_not_written_to() {
    let desk = Desk::new();
    let node = desk.node();
    // Enough that SQLite has moved pages from its journal into the file; the journal is lost with the second half.
    desk.import(&node, "t.csv", &long_table(45_000)).ends(0);
    let path = desk.path("node/node.db");
    let _ = std::fs::remove_file(desk.path("node/node.db-wal"));
    let length = std::fs::metadata(&path).unwrap().len();
    std::fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(length / 2 + 100)
        .unwrap();
    let short = std::fs::read(&path).unwrap();
    let answer = run(&["twin", "digest", "--dir", &node]).ends(7);
    assert!(answer.err.contains("damaged"), "{}", answer.err);
    desk.import(&node, "u.csv", &long_table(10)).ends(7);
    assert_eq!(std::fs::read(&path).unwrap(), short);
}

#[test]
fn two_processes_do_not_share_a_folder() {
    let desk = Desk::new();
    let serving = Serving::start(&desk.node());
    let answer = desk.import(&desk.node(), "t.csv", &format!("{HEADER}{ROW}"));
    run(&["serve", "--dir", &desk.node()]).ends(6);
    serving.stop();
    assert!(answer.ends(6).err.contains("in use by another didymium process"));
}

#[test]
fn a_running_node_gives_the_payload_that_is_a_blob() {
    let desk = Desk::new();
    let node = desk.node();
    desk.import(&node, "t.csv", &long_table(2_000)).ends(0);
    let store = SqliteStore::open(std::path::Path::new(&node), StoreOptions::default()).unwrap();
    let origin = store.heads().unwrap()[0].origin.clone();
    let entries = store.entries(&origin, 0, 10).unwrap();
    let with_blob = entries.iter().find(|entry| entry.blob.is_some()).unwrap();
    let id = didymium_statement::Digest::of(&with_blob.bytes).to_string();
    drop(store);
    let serving = Serving::start(&node);
    let shown = run(&["statement", "show", "--json", "--url", &serving.url, &id]);
    let rows = shown.ends(0).json()["payload"]["rows"].as_array().unwrap().len();
    assert_eq!(rows, 2_000);
    run(&["statement", "verify", "--url", &serving.url, &id]).ends(0);
    serving.stop();
}

#[test]
fn a_port_that_is_taken_leaves_nothing_half_done() {
    let desk = Desk::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    edit(&desk.path("node/node.toml"), |text| {
        text.replace("127.0.0.1:0", &format!("127.0.0.1:{port}"))
    });
    let answer = run(&["serve", "--dir", &desk.node()]).ends(6);
    assert!(answer.err.contains(&format!("port {port}")), "{}", answer.err);
    let club = desk.path("club");
    let answer = run(&[
        "demo",
        "--once",
        "--dir",
        &club.display().to_string(),
        "--port",
        &port.to_string(),
    ])
    .ends(6);
    assert!(
        answer.err.contains(&format!("port {port}")) && answer.err.contains("--port"),
        "{}",
        answer.err
    );
    assert!(!club.exists());
}
