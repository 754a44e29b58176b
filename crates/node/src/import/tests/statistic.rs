//! Tables of observations: refusals with their places, chunks, editions.

use didymium_statement::payload::StatisticTable;

use super::*;

fn table_of(bench: &Bench, statement: &Statement) -> (usize, String) {
    let bytes = match &statement.payload {
        PayloadRef::Inline(bytes) => bytes.clone(),
        PayloadRef::Blob(digest) => bench.store.blob(digest.as_bytes()).unwrap().unwrap(),
        PayloadRef::Sealed(_) => Vec::new(),
    };
    let table = StatisticTable::parse(&bytes).unwrap();
    (table.len(), table.source.source)
}

#[test]
fn a_bad_row_is_refused_with_line_column_value_and_reason() {
    let bench = Bench::new();
    let row =
        |change: fn(&str) -> String| format!("{STATISTIC}{}{}", change(CHINA), CHINA.replace("CHN", "USA"));
    for (csv, column, value, reason) in [
        (
            row(|r| r.replace(",t,", ",usd,")),
            Some("unit"),
            "usd",
            "is not a unit of mass",
        ),
        (row(|r| r.replace("CHN", "XXX")), Some("area"), "XXX", "unknown"),
        (
            row(|r| r.replace(",ore,", ",magnet,")),
            Some("form"),
            "magnet",
            "does not belong to stage `mine` of `rare_earths`: what belongs there is `ore`, `concentrate`, `mixed_compound`",
        ),
        (
            row(|r| r.replace("255000", "-1")),
            Some("value"),
            "-1",
            "is negative",
        ),
        (
            row(|r| r.replace("255000", "255,000")),
            None,
            "",
            "the row has 19 cells",
        ),
        (row(|r| r.replace("255000", "")), Some("value"), "", ""),
        (
            row(|r| r.replace("2023", "2023-13")),
            Some("period"),
            "2023-13",
            "",
        ),
        (
            row(|r| r.replace("usgs-mcs-2025", "usgs-mcs-1899")),
            Some("source"),
            "usgs-mcs-1899",
            "is not in sources.csv",
        ),
        (
            row(|r| r.replace("US-PD", "CC-BY-4.0")),
            Some("licence"),
            "CC-BY-4.0",
            "is not the licence of",
        ),
        (
            row(|r| r.replace("2025-06-01", "2025-06-02")),
            Some("retrieved"),
            "2025-06-02",
            "is not the day of retrieval",
        ),
        (
            row(|r| r.replace("reported,,", "reported,\"odd\"note,")),
            Some("note"),
            "odd",
            "has text after its closing quote",
        ),
    ] {
        let problems = bench.problems(TableKind::Statistic, &csv);
        assert_eq!(problems.len(), 1, "{problems:?}");
        let found = &problems[0];
        assert_eq!(
            (found.line, found.column.as_deref(), found.value.as_str()),
            (2, column, value),
            "{found}"
        );
        assert!(found.reason.contains(reason), "{found}");
    }
}

#[test]
fn a_bad_row_of_a_site_is_refused_by_its_site() {
    let bench = Bench::new();
    for nonsense in ["NaN", "inf", "1e5", ""] {
        let row = CHINA
            .replace("CHN,,,", "CHN,,site:bayan-obo,")
            .replace("255000", nonsense);
        let problems = bench.problems(TableKind::Statistic, &format!("{STATISTIC}{row}"));
        let told = problems[0].to_string();
        assert!(
            told.starts_with("line 2 (production rare_earths mine site:bayan-obo CHN 2023), column `value`"),
            "{nonsense}: {told}"
        );
    }
}

#[test]
fn the_header_is_checked_and_every_fault_of_it_named() {
    let bench = Bench::new();
    let csv = format!("{}colour,measure\n", STATISTIC.trim_end().replace("unit,", ""));
    let csv = csv.replace("retrievedcolour", "retrieved,colour");
    let faults: Vec<_> = bench
        .problems(TableKind::Statistic, &csv)
        .iter()
        .map(|p| (p.line, p.column.clone().unwrap(), p.reason.clone()))
        .collect();
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults[0].1 == "colour" && faults[0].2.starts_with("is no column"));
    assert!(faults[1].1 == "measure" && faults[1].2.starts_with("stands twice"));
    assert!(faults[2].1 == "unit" && faults[2].2.starts_with("is missing"));
    assert!(
        bench.problems(TableKind::Statistic, "")[0]
            .reason
            .starts_with("the file is empty")
    );
}

#[test]
fn a_table_without_rows_is_refused() {
    let bench = Bench::new();
    for kind in TableKind::ALL {
        let header = match kind {
            TableKind::Statistic => STATISTIC,
            TableKind::Site => SITE,
            TableKind::Notice => NOTICE,
        };
        let problems = bench.problems(kind, header);
        assert_eq!((problems.len(), problems[0].line), (1, 1), "{problems:?}");
        assert!(
            problems[0].reason.contains("a header and no rows"),
            "{}",
            problems[0]
        );
    }
}

#[test]
fn columns_may_stand_in_any_order_and_a_mark_may_begin_the_file() {
    let bench = Bench::new();
    let turn = |line: &str| line.trim_end().split(',').rev().collect::<Vec<_>>().join(",") + "\r\n";
    let turned = format!("\u{feff}{}{}", turn(STATISTIC), turn(CHINA));
    let straight = bench
        .read(TableKind::Statistic, &format!("{STATISTIC}{CHINA}"))
        .unwrap();
    let turned = bench.read(TableKind::Statistic, &turned).unwrap();
    assert_eq!(straight.statements[0].id(), turned.statements[0].id());
    assert_eq!(
        straight.statements[0].subject,
        "https://usa.club.example/tables/t/usgs-mcs-2025/0"
    );
    let valid = straight.statements[0].valid.unwrap();
    assert_eq!(
        (valid.first.to_string(), valid.last.to_string()),
        ("2023-01-01".into(), "2023-12-31".into())
    );
}

#[test]
fn a_key_given_twice_is_refused_and_names_the_first_line() {
    let bench = Bench::new();
    let csv = format!(
        "{STATISTIC}{CHINA}{}{}",
        CHINA.replace("2023", "2022"),
        CHINA.replace("255000", "1")
    );
    let problems = bench.problems(TableKind::Statistic, &csv);
    assert_eq!((problems.len(), problems[0].line), (1, 4));
    assert!(problems[0].reason.contains("key of line 2"), "{}", problems[0]);
}

#[test]
fn twenty_problems_are_told_and_no_more() {
    let bench = Bench::new();
    let rows: String = (0..30)
        .map(|n| CHINA.replace("255000", &format!("x{n}")))
        .collect();
    match bench.read(TableKind::Statistic, &format!("{STATISTIC}{rows}")) {
        Err(ImportError::Refused(refusal)) => {
            assert_eq!(refusal.problems.len(), PROBLEMS_MAX);
            assert_eq!(refusal.problems[19].line, 21);
            assert!(refusal.more);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rows_are_gathered_by_source_and_cut_the_same_way_each_time() {
    let bench = Bench::new();
    let mut csv = STATISTIC.to_owned();
    for n in 0..45_000_u32 {
        let row = CHINA.replace(",CHN,,,", &format!(",CHN,,subject {n},"));
        csv += &if n % 3 == 0 {
            row.replace(
                "usgs-mcs-2025,US-PD,2025-06-01",
                "bgs-wmp-2024,OGL-UK-3.0,2025-06-02",
            )
        } else {
            row
        };
    }
    let once = bench.read(TableKind::Statistic, &csv).unwrap();
    let again = bench.read(TableKind::Statistic, &csv).unwrap();
    let ids = |prepared: &Prepared| prepared.statements.iter().map(Statement::id).collect::<Vec<_>>();
    assert_eq!((once.rows, ids(&once)), (45_000, ids(&again)));
    let parts: Vec<_> = once
        .statements
        .iter()
        .map(|statement| table_of(&bench, statement))
        .collect();
    let usgs = || "usgs-mcs-2025".to_owned();
    assert_eq!(
        parts,
        [
            (20_000, usgs()),
            (15_000, "bgs-wmp-2024".to_owned()),
            (10_000, usgs())
        ]
    );
}

#[test]
fn a_refused_file_leaves_no_blob() {
    let bench = Bench::new();
    let mut csv = STATISTIC.to_owned();
    for n in 0..CHUNK_ROWS_MAX + 1 {
        csv += &CHINA.replace(",CHN,,,", &format!(",CHN,,subject {n},"));
    }
    let first = bench.read(TableKind::Statistic, &csv).unwrap();
    let PayloadRef::Blob(digest) = first.statements[0].payload else {
        panic!("not a blob")
    };
    assert!(bench.store.blob(digest.as_bytes()).unwrap().is_some());
    csv += "broken\n";
    let problems = bench.problems(TableKind::Statistic, &csv);
    assert_eq!(problems[0].line, CHUNK_ROWS_MAX as u64 + 3);
    assert!(bench.store.blob(digest.as_bytes()).unwrap().is_none());
}

#[test]
fn a_shorter_edition_of_a_table_retracts_the_rest_when_asked() {
    let mut bench = Bench::new();
    let rows: String = (0..CHUNK_ROWS_MAX + 5)
        .map(|n| CHINA.replace(",CHN,,,", &format!(",CHN,,subject {n},")))
        .collect();
    let long = bench
        .read(TableKind::Statistic, &format!("{STATISTIC}{rows}"))
        .unwrap();
    bench.registered.add("USA", &long.statements);
    let short = format!("{STATISTIC}{CHINA}");
    assert!(
        bench.problems(TableKind::Statistic, &short)[0]
            .reason
            .contains("is a duplicate")
    );
    let shorter = bench
        .read_as("USA", TableKind::Statistic, &short, Some("new edition"))
        .unwrap();
    let kinds: Vec<_> = shorter
        .statements
        .iter()
        .map(|statement| statement.kind.kind.to_string())
        .collect();
    assert_eq!(kinds, ["statistic", "supersede", "retract"]);
}
