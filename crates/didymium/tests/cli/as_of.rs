//! Earlier states of the twin, from a folder and over HTTP.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use serde_json::Value;

use crate::common::{Desk, HEADER, ROW, SOURCES, Serving, run, twin};

/// A node that recorded two editions, and the states of its twin after each.
fn two_editions() -> (Desk, [Value; 2]) {
    let desk = Desk::new();
    let later = SOURCES.lines().nth(1).unwrap();
    let later = later
        .replace("2025", "2026")
        .replace("2026-01-31", "2026-02-06")
        .replace("2026-06-01", "2026-11-22");
    desk.file("sources.csv", &format!("{SOURCES}{later}\n"));
    let node = desk.node();
    desk.import(&node, "a.csv", &format!("{HEADER}{ROW}")).ends(0);
    let first = twin(&node);
    let revised = ROW
        .replace("usgs-mcs-2025", "usgs-mcs-2026")
        .replace("255000", "260000")
        .replace("2025-06-01", "2026-11-22");
    desk.import(&node, "b.csv", &format!("{HEADER}{revised}")).ends(0);
    let second = twin(&node);
    (desk, [first, second])
}

/// The place where to ask, and what is asked of it.
fn asked(place: [&str; 2], question: &[&str]) -> Vec<String> {
    let words = ["twin"].iter().chain(question).chain(&["--json"]).chain(&place);
    words.map(|word| (*word).to_owned()).collect()
}

fn states_and_figures(place: [&str; 2], [first, second]: &[Value; 2]) {
    let digest = |times: &[&str]| run(&asked(place, &[&["digest"], times].concat())).ends(0).json();
    let size = first["cut"]["sizes"]["CAN"].as_u64().unwrap();
    assert_eq!(digest(&["--cut", &format!("CAN:{size}")]), *first);
    assert_eq!(digest(&["--as-of", "2999-12-31"]), *second);
    let empty = digest(&["--as-of", "2000-01-01T00:00:00Z"]);
    assert_eq!(
        (&empty["cut"]["sizes"]["CAN"], &empty["observations"]),
        (&0.into(), &0.into())
    );
    let view = digest(&["--published-by", "2025-12-31"]);
    assert_eq!((&view["digest"], &view["cut"]), (&Value::Null, &second["cut"]));
    let figure = |times: &[&str]| {
        let balance = ["balance", "rare_earths", "--period", "2023"];
        let told = run(&asked(place, &[&balance, times].concat())).ends(0).json();
        told["rows"][0]["chosen"]["value"].as_str().unwrap().to_owned()
    };
    assert_eq!(figure(&[]), "260000");
    assert_eq!(figure(&["--published-by", "2025-12-31"]), "255000");
    assert_eq!(figure(&["--cut", &format!("CAN:{size}")]), "255000");
    let shares = ["shares", "rare_earths", "--published-by", "2025-12-31"];
    assert_eq!(
        run(&asked(place, &shares)).ends(0).json()["source"],
        "usgs-mcs-2025"
    );
    let none = ["balance", "rare_earths", "--as-of", "2000-01-01"];
    run(&asked(place, &none)).ends(4);
    let vintages = [
        "vintages",
        "rare_earths",
        "--area",
        "CHN",
        "--period",
        "2023",
        "--stage",
        "mine",
    ];
    let told = run(&asked(place, &vintages)).ends(0).json();
    let row = &told["publications"][0]["rows"][0];
    assert_eq!(row["revised"]["absolute"], "5000");
    assert_eq!(told["recordings"].as_array().unwrap().len(), 2);
    let none = ["vintages", "rare_earths", "--area", "FRA"];
    run(&asked(place, &none)).ends(4);
}

#[test]
fn a_folder_and_a_running_node_answer_for_earlier_states_alike() {
    let (desk, states) = two_editions();
    let node = desk.node();
    states_and_figures(["--dir", &node], &states);
    let text = run(&["twin", "vintages", "rare_earths", "--area", "CHN", "--dir", &node]).ends(0);
    for told in [
        "usgs-mcs-2026 (2026-02-06)",
        "+5000 (+1.9608 %)",
        "fewer than three",
        "recorded time",
    ] {
        assert!(text.out.contains(told), "{told}: {}", text.out);
    }
    let serving = Serving::start(&node);
    states_and_figures(["--url", &serving.url], &states);
    serving.stop();
}

#[test]
fn what_names_no_state_is_refused_before_anything_is_opened() {
    for (times, told) in [
        (["--as-of", "yesterday"], "--as-of"),
        (["--published-by", "2025"], "--published-by"),
    ] {
        let digest = [
            "twin",
            "digest",
            "--url",
            "http://127.0.0.1:1",
            times[0],
            times[1],
        ];
        let answer = run(&digest).ends(2);
        assert!(answer.err.contains(told), "{}", answer.err);
    }
    let both = [
        "twin",
        "digest",
        "--dir",
        "x",
        "--as-of",
        "2026-01-01",
        "--cut",
        "CAN:1",
    ];
    run(&both).ends(2);
    let desk = Desk::new();
    let beyond = run(&["twin", "digest", "--dir", &desk.node(), "--cut", "CAN:99"]).ends(2);
    assert!(beyond.err.contains("this node holds"), "{}", beyond.err);
}
