//! The demo club: seven real nodes over HTTP, from the real binary.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::path::Path;

use crate::charter::eventually;
use crate::club::Club;
use crate::common::{Answer, Desk, HEADER, ROW, SITE, SITE_HEADER, SOURCES, Serving, long_table, run, twin};
use didymium_statement::{PayloadRef, Statement};
use didymium_store::{SqliteStore, Store as _, StoreOptions};

fn demo(club: &Path, data: Option<&Path>) -> Answer {
    let mut args = vec!["demo", "--once", "--port", "0", "--dir", club.to_str().unwrap()];
    if let Some(data) = data {
        args.extend(["--data", data.to_str().unwrap()]);
    }
    run(&args)
}

#[test]
fn the_demo_club_agrees_on_the_published_figures() {
    let dir = tempfile::tempdir().unwrap();
    let club = dir.path().join("club");
    let answer = demo(&club, None).ends(0).json();
    let nodes = answer["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 7);
    for node in nodes {
        assert_eq!(
            (&node["digest"], &node["state"]),
            (&answer["digest"], &"complete".into()),
            "{node}"
        );
        assert_eq!(node["cut"], answer["cut"]["id"]);
    }
    let figure = &answer["rare_earth_mine_production_2023"];
    assert_eq!(
        (
            &figure["world"]["value"],
            &figure["world"]["unit"],
            &figure["world"]["substance"]
        ),
        (&"376000".into(), &"t".into(), &"REO".into())
    );
    assert_eq!(figure["china"]["chosen"]["value"], "255000");
    assert!(
        figure["china"]["share"]["value"]
            .as_str()
            .unwrap()
            .starts_with("67.8")
    );
    let milliseconds = answer["milliseconds"]["total"].as_u64().unwrap();
    println!("first run: {}", answer["milliseconds"]);
    if !cfg!(debug_assertions) {
        assert!(milliseconds < 30_000, "{milliseconds} ms");
    }

    let again = demo(&club, None).ends(0).json();
    println!("second run: {}", again["milliseconds"]);
    assert_eq!(
        (&again["digest"], &again["cut"], &again["founded"]),
        (&answer["digest"], &answer["cut"], &false.into())
    );
    let asked = [
        "twin",
        "balance",
        "--json",
        "rare_earths",
        "--stage",
        "mine",
        "--period",
        "2023",
        "--dir",
    ];
    let balance = run(&[&asked[..], &[club.join("ITA").to_str().unwrap()]].concat())
        .ends(0)
        .json();
    assert_eq!(balance["world"]["value"], "376000");
    indicators_are_told(&club.join("ITA"));
}

/// A folder tells supply risk: every cell has a value or a cause, and the text names the causes.
fn indicators_are_told(node: &Path) {
    let asked = [
        "twin",
        "indicators",
        "nickel",
        "--stage",
        "refining",
        "--year",
        "2022",
        "--dir",
    ];
    let asked = [&asked[..], &[node.to_str().unwrap()]].concat();
    let told = run(&[&asked[..], &["--json"]].concat()).ends(0).json();
    let cells = told["cells"].as_array().unwrap();
    assert_eq!(told["total"], cells.len());
    assert!(
        cells
            .iter()
            .all(|cell| cell["value"].is_null() != (cell["missing"] == ""))
    );
    let gain = cells
        .iter()
        .find(|cell| cell["quantity"] == "membership" && cell["area"] == "DEU");
    assert!(gain.unwrap()["deviation"].is_string());
    let text = run(&asked).ends(0).out;
    for words in [
        "geopolrisk",
        "CLUB",
        "≤ ",
        "Nobody published stocks",
        "control of refining capacity",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let above = run(&[&asked[..], &["--area", "USA"]].concat()).ends(0).out;
    assert!(
        above.contains("Net imports exceed the published consumption"),
        "{above}"
    );
    let wrong = run(&[&asked[..], &["--area", "XYZ"]].concat()).ends(2).err;
    assert!(wrong.contains("--area"), "{wrong}");
}

/// A small data folder: three tables of three issuers, one of them large enough to travel as a blob.
fn small_data(dir: &Path) {
    std::fs::create_dir_all(dir).unwrap();
    let tables = "file,kind,issuer,title_en,title_fr\nlong.csv,statistic,USA,L,L\none.csv,statistic,CAN,O,O\nsites.csv,site,JPN,S,S\n";
    let files = [
        ("tables.csv", tables.to_owned()),
        ("sources.csv", SOURCES.to_owned()),
        ("long.csv", long_table(2_000)),
        ("one.csv", format!("{HEADER}{ROW}")),
        ("sites.csv", format!("{SITE_HEADER}{SITE}")),
    ];
    for (name, text) in files {
        std::fs::write(dir.join(name), text).unwrap();
    }
}

#[test]
fn a_withheld_blob_makes_incomplete_and_never_another_digest() {
    let dir = tempfile::tempdir().unwrap();
    let (club, data) = (dir.path().join("club"), dir.path().join("data"));
    small_data(&data);
    let digest = demo(&club, Some(&data)).ends(0).json()["digest"].clone();
    assert!(digest.is_string());

    let node = club.join("DEU");
    let store = SqliteStore::open(&node, StoreOptions::default()).unwrap();
    let named = store
        .heads()
        .unwrap()
        .into_iter()
        .flat_map(|head| store.entries(&head.origin, 0, 100).unwrap())
        .find_map(|entry| entry.blob);
    store.delete_blob(&named.unwrap()).unwrap();
    drop(store);
    let answer = run(&["twin", "digest", "--json", "--dir", node.to_str().unwrap()])
        .ends(5)
        .json();
    assert_eq!(
        (&answer["state"], &answer["digest"]),
        (&"incomplete".into(), &serde_json::Value::Null)
    );
    assert_eq!(answer["missing"].as_array().unwrap().len(), 1);

    let healed = demo(&club, Some(&data)).ends(0).json();
    assert_eq!(healed["digest"], digest);

    for member in ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"] {
        SqliteStore::open(&club.join(member), StoreOptions::default())
            .unwrap()
            .delete_blob(&named.unwrap())
            .unwrap();
    }
    let lost = run(&[
        "demo",
        "--once",
        "--wait",
        "3",
        "--port",
        "0",
        "--dir",
        club.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
    ])
    .ends(5)
    .json();
    assert!(
        lost["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .all(|node| node["state"] == "incomplete" && node["digest"].is_null()),
        "{lost}"
    );
}

#[test]
fn a_member_with_a_full_disk_is_told_and_goes_on_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let (club, data) = (dir.path().join("club"), dir.path().join("data"));
    small_data(&data);
    demo(&club, Some(&data)).ends(0);
    let config = club.join("FRA/node.toml");
    let roomy = std::fs::read_to_string(&config).unwrap();
    std::fs::write(
        &config,
        format!("{roomy}\n[overrides]\ndatabase_pages_max = 80\n"),
    )
    .unwrap();
    std::fs::write(data.join("long.csv"), long_table(15_000)).unwrap();
    let answer = demo(&club, Some(&data)).ends(7);
    assert!(answer.err.contains("FRA could not keep"), "{}", answer.err);
    std::fs::write(&config, roomy).unwrap();
    demo(&club, Some(&data)).ends(0);
}

#[test]
fn the_charter_of_the_demo_names_the_ports_that_are_served() {
    let dir = tempfile::tempdir().unwrap();
    let (club, data) = (dir.path().join("club"), dir.path().join("data"));
    small_data(&data);
    let first = demo(&club, Some(&data)).ends(0);
    assert!(!first.err.contains("the charter says"), "{}", first.err);
    let open = || ["CAN", "USA"].map(|code| didymium_node::NodeFolder::open(&club.join(code)).unwrap());
    for folder in open() {
        let charter = folder.charter().charter();
        let own = charter.member(&folder.config().member).unwrap();
        assert_eq!(own.address, format!("http://{}", folder.config().listen));
        assert!(folder.config().peers.is_empty(), "the charter says it all");
    }
    // Other ports: the charter is signed and stays, the run says so, and the nodes find each other.
    let second = demo(&club, Some(&data)).ends(0);
    assert!(
        second.err.contains("the charter says") && second.err.contains("[peers]"),
        "{}",
        second.err
    );
    let [can, usa] = open();
    assert_eq!(
        can.config().peers["USA"],
        format!("http://{}", usa.config().listen)
    );
}

#[test]
fn a_club_that_a_member_has_left_starts_again_without_it() {
    let desk = Desk::new();
    let running = Club::start(&desk.path("demo"));
    let remove = ["charter", "propose", "--json", "--dir", &running.folder("CAN")];
    let proposed = run(&[&remove[..], &["--remove", "GBR"]].concat()).ends(0).json();
    let id = proposed["id"].as_str().unwrap();
    // Two thirds of seven: the proposer and these four.
    for code in ["DEU", "FRA", "ITA", "JPN"] {
        let sign = || run(&["charter", "sign", "--dir", &running.folder(code), id]);
        eventually("the proposal", || sign().code == Some(0));
    }
    for code in ["CAN", "DEU", "FRA", "ITA", "JPN", "USA"] {
        // A node that opens itself again answers nothing for a moment.
        eventually("the version", || {
            let answer = run(&["charter", "show", "--json", "--url", &running.url(code)]);
            answer.code == Some(0) && answer.json()["version"] == 2
        });
    }
    running.stop();

    // A table of who has left is no table of a stranger.
    let data = desk.path("demo/data");
    let tables =
        "file,kind,issuer,title_en,title_fr\none.csv,statistic,CAN,O,O\nleft.csv,statistic,GBR,L,L\n";
    std::fs::write(data.join("tables.csv"), tables).unwrap();
    std::fs::write(data.join("left.csv"), format!("{HEADER}{ROW}")).unwrap();
    let club = desk.path("demo/club");
    let again = || {
        let answer = demo(&club, Some(&data)).ends(0);
        let told: Vec<_> = answer
            .err
            .lines()
            .filter(|line| line.contains("has left"))
            .collect();
        let [told] = told.as_slice() else {
            panic!("{}", answer.err)
        };
        for words in ["GBR has left the club", "version 2", "its node is not started"] {
            assert!(told.contains(words), "{told}");
        }
        let answer = answer.json();
        assert!(answer["digest"].is_string(), "{answer}");
        let nodes = answer["nodes"].as_array().unwrap().clone();
        nodes
            .iter()
            .map(|node| node["member"].clone())
            .collect::<Vec<_>>()
    };
    let those_in = ["CAN", "DEU", "FRA", "ITA", "JPN", "USA"];
    assert_eq!(again(), those_in);
    // Nobody needs its folder any more, and what it never heard of keeps nobody from starting.
    // It may have been stopped before it heard: then it has no chain.
    let _ = std::fs::remove_file(club.join("GBR/charter.chain"));
    assert_eq!(again(), those_in);
    std::fs::remove_dir_all(club.join("GBR")).unwrap();
    assert_eq!(again(), those_in);
}

#[test]
fn a_newer_edition_of_a_table_supersedes_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let (club, data) = (dir.path().join("club"), dir.path().join("data"));
    small_data(&data);
    let before = demo(&club, Some(&data)).ends(0).json();
    crate::common::edit(&data.join("one.csv"), |text| text.replace("255000", "255001"));
    let after = demo(&club, Some(&data)).ends(0).json();
    assert_ne!(before["digest"], after["digest"]);
    assert_eq!(
        after["rare_earth_mine_production_2023"]["china"]["chosen"]["value"],
        "255001"
    );
}

#[test]
fn two_members_who_contradict_each_other_are_both_shown() {
    let dir = tempfile::tempdir().unwrap();
    let (club, data) = (dir.path().join("club"), dir.path().join("data"));
    small_data(&data);
    let tables =
        "file,kind,issuer,title_en,title_fr\none.csv,statistic,CAN,O,O\nother.csv,statistic,DEU,P,P\n";
    std::fs::write(data.join("tables.csv"), tables).unwrap();
    let other = format!("{HEADER}{}", ROW.replace("255000", "250000"));
    std::fs::write(data.join("other.csv"), other).unwrap();
    demo(&club, Some(&data)).ends(0);
    let node = club.join("ITA").display().to_string();
    let asked = ["twin", "balance", "rare_earths", "--dir", &node];
    let balance = run(&[&asked[..], &["--json"]].concat()).ends(0).json();
    let found = &balance["contradictions"][0];
    assert_eq!(
        (&found["area"], &found["source"]),
        (&"CHN".into(), &"usgs-mcs-2025".into())
    );
    let figures = found["figures"].as_array().unwrap();
    assert_eq!(
        figures[0]["figure"]["figure"],
        balance["rows"][0]["by_source"][0]["figure"]
    );
    let mut said: Vec<_> = figures
        .iter()
        .map(|said| {
            (
                said["figure"]["value"].as_str().unwrap(),
                said["members"][0].as_str().unwrap(),
            )
        })
        .collect();
    said.sort_unstable();
    assert_eq!(said, [("250000", "DEU"), ("255000", "CAN")]);
    let text = run(&asked).ends(0).out;
    for word in [
        "contradiction: CHN usgs-mcs-2025",
        "250000 t REO (said by DEU)",
        "255000 t REO (said by CAN)",
    ] {
        assert!(text.contains(word), "{text}");
    }
}

/// Starts a demo, waits until it says `until` on standard error, sends it a signal, and gives its exit code and the rest.
fn interrupted(club: &Path, once: bool, until: &str, signal: &str) -> (Option<i32>, String) {
    use std::io::{BufRead as _, BufReader, Read as _};
    let mut args = vec!["demo", "--port", "0", "--dir", club.to_str().unwrap()];
    args.extend(once.then_some("--once"));
    let mut demo = crate::common::binary()
        .args(&args)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(demo.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains(until) {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "it never says `{until}`");
    }
    let told = std::process::Command::new("kill")
        .args([signal, &demo.id().to_string()])
        .status()
        .unwrap();
    assert!(told.success());
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    (demo.wait().unwrap().code(), rest)
}

#[test]
fn an_interrupt_at_the_very_beginning_is_heard_and_answered() {
    let dir = tempfile::tempdir().unwrap();
    let club = dir.path().join("club");
    // The first line is said before the club is founded, the other while its tables are loaded.
    for (until, signal) in [("club folder", "-INT"), ("rows in", "-TERM")] {
        let (code, said) = interrupted(&club, false, until, signal);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("stopped before the club was up"), "{said}");
    }
    let (code, said) = interrupted(&club, true, "club folder", "-INT");
    assert_eq!(code, Some(5), "{said}");
    assert!(said.contains("told to stop before the nodes agreed"), "{said}");
    demo(&club, None).ends(0);
}

#[test]
fn the_digest_depends_on_the_facts_alone() {
    let desk = Desk::new();
    let (first, second, third) = (desk.node(), desk.init("second"), desk.init("third"));
    let production = format!(
        "{HEADER}{ROW}{}",
        ROW.replace("CHN", "USA").replace("255000", "41600")
    );
    let reserves = format!("{HEADER}{}", ROW.replace("production", "reserves"));
    desk.import(&first, "production.csv", &production).ends(0);
    desk.import(&first, "reserves.csv", &reserves).ends(0);
    let turned: String = [HEADER]
        .into_iter()
        .chain(production.lines().skip(1).collect::<Vec<_>>().into_iter().rev())
        .map(|line| format!("{}\n", line.trim_end()))
        .collect();
    desk.import(&second, "reserves.csv", &reserves).ends(0);
    desk.import(&second, "production.csv", &turned).ends(0);
    desk.import(&third, "reserves.csv", &reserves).ends(0);
    desk.import(&third, "production.csv", &production.replace("41600", "41601"))
        .ends(0);
    let digest = |node: &str| twin(node)["digest"].as_str().unwrap().to_owned();
    assert_eq!(
        digest(&first),
        digest(&second),
        "order, keys and signatures do not enter the digest"
    );
    assert_ne!(digest(&first), digest(&third), "one digit does");
}

#[test]
fn every_table_stands_in_its_issuers_log_only() {
    let dir = tempfile::tempdir().unwrap();
    let (club, data) = (dir.path().join("club"), dir.path().join("data"));
    small_data(&data);
    demo(&club, Some(&data)).ends(0);
    for (member, kinds) in [
        ("USA", vec!["genesis", "statistic"]),
        ("JPN", vec!["genesis", "site"]),
        ("FRA", vec!["genesis"]),
    ] {
        let store = SqliteStore::open(&club.join("GBR"), StoreOptions::default()).unwrap();
        let entries = store
            .entries(&format!("{}.g7.example/log", member.to_lowercase()), 0, 10)
            .unwrap();
        let found: Vec<String> = entries
            .iter()
            .map(|entry| {
                let statement = Statement::parse(&entry.bytes).unwrap();
                if let PayloadRef::Blob(digest) = statement.payload {
                    assert!(store.blob(digest.as_bytes()).unwrap().is_some());
                }
                statement.kind.kind.to_string()
            })
            .collect();
        assert_eq!(found, kinds, "{member}");
    }
}

#[test]
fn a_receipt_is_taken_home_and_verified_without_a_node() {
    let dir = tempfile::tempdir().unwrap();
    let club = dir.path().join("club");
    let data = dir.path().join("data");
    small_data(&data);
    demo(&club, Some(&data)).ends(0);
    let node = club.join("CAN");
    let store = SqliteStore::open(&node, StoreOptions::default()).unwrap();
    let origin = store.heads().unwrap()[0].origin.clone();
    assert!(origin.starts_with("can."), "{origin}");
    let entry = store.entries(&origin, 1, 1).unwrap().remove(0);
    drop(store);
    let id = didymium_statement::Digest::of(&entry.bytes).to_string();
    let file = dir.path().join("receipt.tlog-proof");
    let (file, charter) = (file.to_str().unwrap(), node.join("charter.cose"));
    let charter = charter.to_str().unwrap();
    let serving = Serving::start(node.to_str().unwrap());
    run(&["receipt", "fetch", "--url", &serving.url, &id, "--out", file]).ends(0);
    run(&["receipt", "fetch", "--url", &serving.url, &"0".repeat(64)]).ends(4);
    serving.stop();

    // The charter that the node served stands beside it, and is the folder's.
    run(&["receipt", "verify", file, "--logged-is-enough"]).ends(0);
    let verify = |more: &[&str]| {
        let args = [&["receipt", "verify", "--json", file, "--charter", charter], more].concat();
        run(&args)
    };
    let stands = verify(&["--logged-is-enough"]).ends(0).json();
    assert_eq!(
        (&stands["statement"], &stands["member"]),
        (&id.into(), &"CAN".into())
    );
    // How many members had cosigned when the demo ended is a matter of time; what is claimed is what is counted.
    let cosigned = stands["cosigned_by"].as_array().unwrap().len();
    let witnessed = stands["grade"] == "witnessed";
    assert_eq!(witnessed, cosigned >= 5, "{stands}");
    verify(&[]).ends(if witnessed { 0 } else { 4 });

    crate::common::edit(std::path::Path::new(file), |text| {
        text.replacen("index 1", "index 2", 1)
    });
    verify(&["--logged-is-enough"]).ends(4);
}
