//! `didymium audit`: yes for a log that is as it was signed, no with the reason for every one that is not.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use crate::common::{Answer, Desk, Serving, run};
use crate::shelf::{Shelf, accuse, copy_folder, fill};

fn audit(args: &[&str]) -> Answer {
    run(&[&["audit", "--json"], args].concat())
}

fn answer(report: &serde_json::Value, check: &str) -> String {
    let checks = report["checks"].as_array().unwrap();
    let found = checks.iter().find(|found| found["check"] == check);
    found.map_or("not there".into(), |found| {
        found["answer"].as_str().unwrap().to_owned()
    })
}

fn said(answer: &Answer, check: &str, verdict: &str, reason: &str) {
    let report = answer.json();
    assert_eq!(self::answer(&report, check), verdict, "{check}: {report}");
    assert!(answer.out.contains(reason), "{reason}\n{}", answer.out);
}

/// A minister reads who it is and what is wrong before sizes and roots.
fn names_the_country_first(answer: &Answer) {
    let report = answer.json();
    let said = report["evidence"][0]["said"].as_str().unwrap();
    assert!(
        said.starts_with("Canada: this country\u{2019}s log exists in two versions"),
        "{said}"
    );
}

#[test]
fn an_honest_log_is_audited_over_http_in_its_folder_and_as_static_files() {
    let desk = Desk::new();
    fill(&desk.node(), "a", 600);
    let files = Shelf::of(&desk.node()).write(&desk.path("files"));
    let charter = desk.path("node/charter.cose").display().to_string();
    let node = Serving::start(&desk.node());
    for place in [&node.url, &desk.node(), &files] {
        let report = audit(&[place, "--payloads"]).ends(0).json();
        for check in [
            "checkpoint",
            "entries",
            "tiles",
            "genesis",
            "statements",
            "once",
            "evidence",
            "payloads",
        ] {
            assert_eq!(answer(&report, check), "yes", "{place}: {report}");
        }
        assert_eq!(
            (&report["size"], &report["verdict"]),
            (&601.into(), &"open".into())
        );
        // A club of one has no quorum, and keys found beside the log are trusted on first use.
        assert_eq!(
            (answer(&report, "cosignatures"), answer(&report, "charter")),
            ("open".into(), "open".into())
        );
        let brought = audit(&[place, "--charter", &charter]).ends(0).json();
        assert_eq!(answer(&brought, "charter"), "yes");
        audit(&[place, "--witnessed"]).ends(4);
    }
    let text = run(&["audit", &node.url]).ends(0).out;
    assert!(text.contains("yes: nothing speaks against this log"), "{text}");
    node.stop();
    run(&["audit", &desk.path("").display().to_string()]).ends(2);
    run(&["audit", "http://127.0.0.1:1"]).ends(8);
}

#[test]
fn the_log_must_extend_what_was_kept_from_last_time() {
    let desk = Desk::new();
    let kept = desk.path("kept").display().to_string();
    audit(&[&desk.node(), "--since", &kept]).ends(2);
    fill(&desk.node(), "a", 10);
    let fork = copy_folder(&desk.node(), &desk.path("fork"));
    fill(&desk.node(), "b", 400);
    audit(&[&desk.node(), "--keep", &kept]).ends(0);
    fill(&desk.node(), "c", 5);
    let later = audit(&[&desk.node(), "--since", &kept, "--keep", &kept]).ends(0);
    said(
        &later,
        "since",
        "yes",
        "the 411 entries of the checkpoint that you kept are the first of these 416",
    );

    said(
        &audit(&[&fork, "--since", &kept]).ends(4),
        "since",
        "no",
        "shows 11 entries, you kept a checkpoint of 416",
    );
    fill(&fork, "other", 405);
    let before = std::fs::read(&kept).unwrap();
    let same_size = audit(&[&fork, "--since", &kept, "--keep", &kept]).ends(4);
    said(
        &same_size,
        "since",
        "no",
        "signed two different logs of 416 entries",
    );
    assert_eq!(
        std::fs::read(&kept).unwrap(),
        before,
        "a head is kept only where the answer is not no"
    );
    fill(&fork, "more", 5);
    let rewritten = audit(&[&fork, "--since", &kept]).ends(4);
    said(
        &rewritten,
        "since",
        "no",
        "it changed or removed records that it had signed",
    );
    let evidence = rewritten.json()["evidence"][0]["evidence"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(evidence.starts_with("split-view/v1\n"), "{evidence}");
    names_the_country_first(&rewritten);

    let node = Serving::start(&desk.node());
    let against = audit(&[&fork, "--against", &node.url]).ends(4);
    said(&against, "against", "no", "signed");
    // The fork was copied at so many entries, and both grew since: that is what a version of the charter can vouch for.
    said(
        &against,
        "alike",
        "open",
        "the first 11 entries are the same in both",
    );
    said(
        &audit(&[&desk.node(), "--against", &node.url]).ends(0),
        "against",
        "yes",
        "shows the same history",
    );
    node.stop();
}

#[test]
fn a_log_that_was_changed_cut_or_is_another_is_no() {
    let desk = Desk::new();
    fill(&desk.node(), "a", 600);
    let honest = Shelf::of(&desk.node());
    let other = desk.init("other");
    let foreign = Shelf::of(&other);
    let flip = |path: &'static str, at: usize| honest.with(|files| files.get_mut(path).unwrap()[at] ^= 1);
    let without = |path: &'static str| honest.with(|files| drop(files.remove(path).unwrap()));
    for (lying, check, reason) in [
        (flip("tile/entries/001", 300), "entries", "it is the entries"),
        (flip("tile/0/001", 32), "tiles", "entry 257 hashes to"),
        (flip("tile/1/000.p/2", 0), "tiles", "hash 0 of tile/1/000.p/2"),
        (flip("tile/entries/000", 0), "entries", "tile/entries/000"),
        (
            without("tile/entries/002.p/89"),
            "entries",
            "entries 512 to 600 are not there",
        ),
        (without("tile/0/001"), "tiles", "tile/0/001 is not there"),
        (
            honest.with(|files| files.get_mut("tile/entries/001").unwrap().truncate(1_000)),
            "entries",
            "tile/entries/001",
        ),
        (
            honest.with(|files| drop(files.insert("checkpoint".into(), foreign.0["checkpoint"].clone()))),
            "checkpoint",
            "is not one that the log of CAN has signed",
        ),
        (
            honest.with(|files| files.get_mut("checkpoint").unwrap()[40] ^= 1),
            "checkpoint",
            "is not one that the log of CAN has signed",
        ),
        (
            foreign.with(|files| drop(files.insert("charter.cose".into(), honest.0["charter.cose"].clone()))),
            "checkpoint",
            "is not one that the log of CAN has signed",
        ),
    ] {
        let folder = lying.write(&desk.path("lying"));
        said(&audit(&[&folder, "--member", "CAN"]).ends(4), check, "no", reason);
        let (url, _) = lying.serve();
        let charter = desk.path("node/charter.cose").display().to_string();
        let served = audit(&[&url, "--charter", &charter]).ends(4);
        // Whose log it claims to be cannot always be read: that ends with no before there is a report.
        if !served.out.is_empty() {
            said(&served, check, "no", reason);
        }
    }
}

#[test]
fn an_audit_is_bounded_in_bytes_and_in_time() {
    let desk = Desk::new();
    fill(&desk.node(), "a", 600);
    let files = Shelf::of(&desk.node());
    // A server that goes on for ever is cut off too.
    let huge = files.with(|files| drop(files.insert("tile/entries/000".into(), vec![0; 20_000_000])));
    let (url, _) = huge.serve();
    run(&["audit", &url]).ends(8);
    let folder = files.write(&desk.path("files"));
    for bound in [["--mib-max", "0"], ["--seconds-max", "0"]] {
        let stopped = audit(&[&[folder.as_str()], &bound[..]].concat());
        assert_eq!(stopped.code, Some(5), "{stopped:?}");
    }
}

#[test]
fn an_accusation_in_the_entries_is_told_if_it_is_proven_and_a_no_if_not() {
    let desk = Desk::new();
    let kept = desk.path("kept").display().to_string();
    let fork = copy_folder(&desk.node(), &desk.path("fork"));
    fill(&desk.node(), "a", 3);
    fill(&fork, "b", 3);
    audit(&[&desk.node(), "--keep", &kept]).ends(0);
    let found = audit(&[&fork, "--since", &kept]).ends(4).json();
    let evidence = found["evidence"][0]["evidence"].as_str().unwrap();

    let honest = copy_folder(&desk.node(), &desk.path("honest"));
    accuse(&honest, evidence);
    let told = audit(&[&honest]).ends(0);
    said(
        &told,
        "evidence",
        "yes",
        "every accusation in the entries is proven",
    );
    assert_eq!(told.json()["evidence"][0]["index"], 4);
    names_the_country_first(&told);

    let turned = evidence.replacen("can.club.example", "usa.club.example", 2);
    accuse(&desk.node(), &turned);
    let slander = audit(&[&desk.node()]).ends(4);
    said(&slander, "evidence", "no", "accuses logs without proof");
}

/// Where two histories part decides where the charter ends the log: nobody moves that by tiles of another tree.
#[test]
fn where_two_histories_part_is_proven_from_both_signed_heads() {
    let desk = Desk::new();
    fill(&desk.node(), "a", 10);
    let fork = copy_folder(&desk.node(), &desk.path("fork"));
    fill(&desk.node(), "b", 300);
    fill(&fork, "c", 600);
    let shelf = Shelf::of(&desk.node());
    let audited = |shelf: &Shelf| audit(&[&fork, "--against", &shelf.clone().serve().0]).ends(4);
    let right = audited(&shelf);
    said(
        &right,
        "alike",
        "open",
        "the first 11 entries are the same in both",
    );
    // Another leaf below the fork, and one above it.
    for leaf in [5, 20] {
        let lying = shelf.with(|files| files.get_mut("tile/0/000").unwrap()[leaf * 32] ^= 1);
        let told = audited(&lying);
        said(&told, "alike", "missing", "do not lead to the head that it shows");
        assert!(!told.out.contains("--cut"), "{told:?}");
    }
    // The leaves of the fork in the place of the own ones: it looks as if more were alike.
    let theirs = Shelf::of(&fork).0["tile/0/000"].clone();
    let lying = shelf.with(|files| drop(files.insert("tile/0/000".into(), theirs)));
    said(
        &audited(&lying),
        "alike",
        "missing",
        "do not lead to the head that it shows",
    );
}
