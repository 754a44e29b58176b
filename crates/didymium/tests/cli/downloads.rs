//! Answers as files.

use crate::common::{Desk, HEADER, ROW, SITE, SITE_HEADER, Serving, run};

/// Lines of each file: a header; the figure; world, HHI, N-1 and largest share where they are told; both axes of time; the report.
const LINES: [usize; 7] = [5, 5, 2, 2, 3, 2, 2];
const QUESTIONS: [&[&str]; 7] = [
    &["twin", "balance", "rare_earths", "--period", "2023"],
    &["twin", "series", "rare_earths", "--stage", "mine"],
    &["twin", "observations", "--area", "CHN", "--period", "2023"],
    &[
        "twin",
        "observations",
        "rare_earths",
        "--published-by",
        "2025-12-31",
    ],
    &["twin", "vintages", "rare_earths", "--area", "CHN"],
    &["sites", "--commodity", "rare_earths"],
    &["twin", "contradictions", "rare_earths"],
];

#[test]
fn a_folder_and_a_running_node_write_the_same_files() {
    let desk = Desk::new();
    let node = desk.node();
    desk.import(&node, "a.csv", &format!("{HEADER}{ROW}")).ends(0);
    desk.import_as(&node, "site", "s.csv", &format!("{SITE_HEADER}{SITE}"))
        .ends(0);
    let file = desk.path("answer").display().to_string();
    let written = |place: [&str; 2], question: &[&str], form: &str| {
        run(&[question, &place, &[form, &file]].concat()).ends(0);
        std::fs::read(&file).unwrap()
    };
    let forms = ["--csv", "--parquet"];
    let all = |place: [&str; 2]| -> Vec<Vec<u8>> {
        let files = QUESTIONS
            .iter()
            .flat_map(|question| forms.map(|form| written(place, question, form)));
        files.collect()
    };
    let from_folder = all(["--dir", &node]);
    for (pair, lines) in from_folder.chunks(2).zip(LINES) {
        let text = String::from_utf8(pair[0].clone()).unwrap();
        assert_eq!(text.lines().count(), lines, "{text}");
        assert!(text.contains("usgs-mcs-2025") && text.contains("US-PD"), "{text}");
        assert!(pair[1].starts_with(b"PAR1") && pair[1].ends_with(b"PAR1"));
    }
    let computed: [&[&str]; 3] = [
        &["twin", "chain", "rare_earths"],
        &[
            "twin",
            "chain",
            "rare_earths",
            "--place",
            "CHN",
            "--period",
            "2023",
        ],
        &["twin", "indicators", "rare_earths", "--area", "all"],
    ];
    let computed_by = |place: [&str; 2]| {
        computed.map(|question| {
            let text = String::from_utf8(written(place, question, "--csv")).unwrap();
            assert!(text.lines().count() > 2, "{text}");
            text
        })
    };
    let computed_here = computed_by(["--dir", &node]);
    let serving = Serving::start(&node);
    assert_eq!(all(["--url", &serving.url]), from_folder);
    assert_eq!(computed_by(["--url", &serving.url]), computed_here);
    let none = [
        "twin",
        "balance",
        "lithium",
        "--csv",
        &file,
        "--url",
        &serving.url,
    ];
    run(&none).ends(4);
    serving.stop();
    let none = ["twin", "balance", "lithium", "--csv", &file, "--dir", &node];
    run(&none).ends(4);
    // Why there is no balance is told with the file as without it.
    for question in ["chain", "contradictions"] {
        let saved = ["twin", question, "lithium", "--csv", &file, "--dir", &node];
        let answer = run(&saved).ends(4);
        assert!(
            answer.err.contains("nobody has reported a mass of `lithium`"),
            "{}",
            answer.err
        );
    }
    for wrong in [
        vec!["twin", "observations", "--dir", &node],
        vec![
            "twin",
            "series",
            "rare_earths",
            "--area",
            "CHN",
            "--csv",
            &file,
            "--dir",
            &node,
        ],
        vec!["sites", "--csv", &file, "--parquet", &file, "--dir", &node],
        vec!["sites", "--csv", "no/such/folder/x.csv", "--dir", &node],
    ] {
        run(&wrong).ends(2);
    }
}
