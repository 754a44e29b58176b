//! `didymium log`: what people see of a log, and what a check of the folder finds.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::path::Path;

use crate::common::{Answer, Desk, HEADER, ROW, Serving, long_table, run};
use crate::shelf::{copy_folder, fill};

fn fsck(node: &str) -> Answer {
    run(&["log", "fsck", "--json", "--signatures", "--dir", node])
}

/// The answer to one check.
fn answer(report: &serde_json::Value, check: &str) -> String {
    let checks = report["checks"].as_array().unwrap();
    let found = checks.iter().find(|found| found["check"] == check);
    found.map_or("not there".into(), |found| {
        found["answer"].as_str().unwrap().to_owned()
    })
}

#[test]
fn a_log_is_inspected_beside_a_running_node_and_over_http() {
    let desk = Desk::new();
    fill(&desk.node(), "a", 20);
    let idle = run(&["log", "inspect", "--json", "--dir", &desk.node()])
        .ends(0)
        .json();
    assert_eq!((&idle["size"], &idle["member"]), (&21.into(), &"CAN".into()));
    let entries = idle["entries"].as_array().unwrap();
    assert_eq!((entries.len(), &entries[9]["index"]), (10, &20.into()));
    assert_eq!(entries[9]["kind"], "return v1");
    let node = Serving::start(&desk.node());
    let beside = run(&["log", "inspect", "--json", "--dir", &desk.node()])
        .ends(0)
        .json();
    let served = run(&[
        "log", "inspect", "--json", "--url", &node.url, "--from", "0", "--limit", "2",
    ])
    .ends(0)
    .json();
    for seen in [&beside, &served] {
        assert_eq!((&seen["root"], &seen["size"]), (&idle["root"], &idle["size"]));
    }
    assert_eq!(beside["entries"], idle["entries"]);
    let first = &served["entries"][0];
    assert_eq!(
        (&first["index"], &first["kind"]),
        (&0.into(), &"genesis v1".into())
    );
    assert!(first["recorded"].as_str().unwrap().ends_with('Z'), "{first}");
    let text = run(&["log", "inspect", "--url", &node.url]).ends(0).out;
    assert!(
        text.contains("size       21") && text.contains("return v1"),
        "{text}"
    );
    node.stop();
}

#[test]
fn an_entry_is_looked_up_by_index_and_by_id_and_its_place_is_proven() {
    let desk = Desk::new();
    fill(&desk.node(), "a", 300);
    let by_index = run(&["log", "lookup", "--json", "--dir", &desk.node(), "299"])
        .ends(0)
        .json();
    assert_eq!(
        (&by_index["index"], &by_index["size"]),
        (&299.into(), &301.into())
    );
    assert_eq!(by_index["entry"]["payload"]["number"], 298);
    let id = by_index["entry"]["statement"].as_str().unwrap();
    let by_id = run(&["log", "lookup", "--json", "--dir", &desk.node(), id])
        .ends(0)
        .json();
    assert_eq!(by_id, by_index);
    let node = Serving::start(&desk.node());
    let served = run(&["log", "lookup", "--json", "--url", &node.url, id])
        .ends(0)
        .json();
    assert_eq!(
        (&served["path"], &served["root"]),
        (&by_index["path"], &by_index["root"])
    );
    run(&["log", "lookup", "--url", &node.url, "301"]).ends(4);
    node.stop();
    run(&["log", "lookup", "--dir", &desk.node(), &"x".repeat(64)]).ends(2);
    run(&["log", "lookup", "--dir", &desk.node(), &"ab".repeat(32)]).ends(4);
    run(&["log", "inspect", "--dir", &desk.node(), "--member", "XXX"]).ends(2);
    run(&["log", "inspect", "--dir", "no/such/folder"]).ends(2);
}

#[test]
fn a_sound_folder_is_sound_also_beside_its_running_node() {
    let desk = Desk::new();
    desk.import(&desk.node(), "long.csv", &long_table(2_000)).ends(0);
    fill(&desk.node(), "a", 600);
    let report = fsck(&desk.node()).ends(0).json();
    for check in [
        "checkpoint",
        "head",
        "entries",
        "tiles",
        "genesis",
        "statements",
        "once",
        "index",
        "payloads",
    ] {
        assert_eq!(answer(&report, check), "yes", "{check}: {report}");
    }
    let node = Serving::start(&desk.node());
    fsck(&desk.node()).ends(0);
    let quick = run(&["log", "fsck", "--dir", &desk.node()]).ends(0).out;
    assert!(
        quick.contains("--signatures checks them") && quick.contains("yes: nothing speaks against"),
        "{quick}"
    );
    node.stop();
    run(&["log", "fsck", "--dir", &desk.path("").display().to_string()]).ends(2);
}

#[test]
fn what_was_changed_in_the_database_is_found() {
    let desk = Desk::new();
    desk.import(
        &desk.node(),
        "long.csv",
        &format!("{HEADER}{ROW}{}", long_table(2_000).replace(HEADER, "")),
    )
    .ends(0);
    fill(&desk.node(), "a", 300);
    let older = copy_folder(&desk.node(), &desk.path("older"));
    fill(&desk.node(), "b", 300);
    let sound = fsck(&desk.node()).ends(0).json();
    assert!(
        answer(&sound, "payloads") == "yes" && sound["size"].as_u64().unwrap() > 600,
        "{sound}"
    );
    let swap = format!(
        "ATTACH '{older}/node.db' AS older; UPDATE log SET checkpoint = (SELECT checkpoint FROM older.log)"
    );
    let cut = format!("{swap}, size = (SELECT size FROM older.log), root = (SELECT root FROM older.log)");
    for (change, check, reason, code) in [
        (
            "UPDATE entry SET bytes = CAST(bytes || x'00' AS BLOB) WHERE idx = 400",
            "entries",
            "it is the entries",
            4,
        ),
        (
            "UPDATE entry SET bytes = (SELECT bytes FROM entry WHERE idx = 401) WHERE idx = 400",
            "once",
            "entry 401 is the same statement as entry 400",
            4,
        ),
        (
            "DELETE FROM entry WHERE idx = 400",
            "entries",
            "entries 400 to 511 are not there",
            4,
        ),
        (
            "DELETE FROM tile WHERE level = 0 AND idx = 1",
            "tiles",
            "tile/0/001 is not there",
            4,
        ),
        (
            "UPDATE tile SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE level = 1",
            "tiles",
            "hash 0 of tile/1/000.p/2",
            4,
        ),
        (
            "UPDATE entry SET statement = zeroblob(32) WHERE idx = 7",
            "index",
            "entry 7 is statement",
            4,
        ),
        ("DROP INDEX entry_statement", "index", "is not there", 4),
        (
            "UPDATE entry SET blob = NULL WHERE blob IS NOT NULL",
            "index",
            "another blob",
            4,
        ),
        ("UPDATE blob SET bytes = x'7b7d'", "payloads", "which entry", 4),
        ("DELETE FROM blob", "payloads", "which is not here", 5),
        ("UPDATE log SET root = zeroblob(32)", "head", "stands size", 4),
        (
            "UPDATE log SET checkpoint = CAST(replace(CAST(checkpoint AS TEXT), 'can.club', 'cab.club') AS BLOB)",
            "checkpoint",
            "not one that the log of CAN has signed",
            4,
        ),
        (&swap, "head", "beside the checkpoint of size", 4),
        (&cut, "index", "lies beyond the head", 4),
    ] {
        let changed = copy_folder(&desk.node(), &desk.path("changed"));
        let db = rusqlite::Connection::open(Path::new(&changed).join("node.db")).unwrap();
        db.execute_batch(change).unwrap();
        drop(db);
        let found = fsck(&changed).ends(code);
        let report = found.json();
        let expected = if code == 4 { "no" } else { "missing" };
        assert_eq!(answer(&report, check), expected, "{change}: {report}");
        assert!(found.out.contains(reason), "{change}: {reason}\n{}", found.out);
        std::fs::remove_dir_all(changed).unwrap();
    }
}

#[test]
fn a_database_that_is_cut_short_ends_with_7() {
    let desk = Desk::new();
    fill(&desk.node(), "a", 300);
    let path = desk.path("node").join("node.db");
    let length = std::fs::metadata(&path).unwrap().len();
    std::fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(length / 2)
        .unwrap();
    let found = fsck(&desk.node());
    assert!(matches!(found.code, Some(4 | 7)), "{found:?}");
}
