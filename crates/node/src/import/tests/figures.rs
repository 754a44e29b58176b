//! Figures that contradict what was told before in another table, and wholes that are less than their parts.

use super::*;

const TABLE: TableKind = TableKind::Statistic;

/// A bench on which USA has logged a table `a`.
fn told(rows: &str) -> (Bench, String) {
    let mut bench = Bench::new();
    let csv = format!("{STATISTIC}{rows}");
    let first = bench.read_table("USA", TABLE, "a", &csv, None).unwrap();
    bench.log("USA", &first);
    let id = first.statements[0].id().to_string();
    (bench, id)
}

fn refused(bench: &Bench, rows: &str, supersede: Option<&str>) -> Vec<Problem> {
    match bench.read_table("USA", TABLE, "b", &format!("{STATISTIC}{rows}"), supersede) {
        Err(ImportError::Refused(refusal)) => refusal.problems,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn another_value_of_the_same_key_in_another_table_names_the_statement_that_says_otherwise() {
    let japan = CHINA.replace("CHN", "JPN");
    let (bench, id) = told(CHINA);
    let problems = refused(
        &bench,
        &format!("{japan}{}", CHINA.replace("255000", "250000")),
        None,
    );
    let found = &problems[0];
    assert_eq!(
        (
            problems.len(),
            found.line,
            found.column.as_deref(),
            found.value.as_str()
        ),
        (1, 3, Some("value"), "250000 t")
    );
    for word in [id.as_str(), "table `a`", "255000 t", "--supersede"] {
        assert!(found.reason.contains(word), "{found}");
    }
}

#[test]
fn what_means_the_same_contradicts_nothing() {
    let (bench, _) = told(CHINA);
    for same in [
        CHINA.replace("255000", "255000.0"),
        CHINA.replace("255000,,t", "255,,kt"),
        CHINA.replace("2023", "2022"),
        CHINA.replace("255000", "1").replace(
            "usgs-mcs-2025,US-PD,2025-06-01",
            "bgs-wmp-2024,OGL-UK-3.0,2025-06-02",
        ),
    ] {
        let csv = format!("{STATISTIC}{same}");
        let read = bench.read_table("USA", TABLE, "b", &csv, None).unwrap();
        assert_eq!((read.statements.len(), read.warnings.len()), (1, 0), "{same}");
    }
    let again = bench
        .read_table("USA", TABLE, "a", &format!("{STATISTIC}{CHINA}"), None)
        .unwrap();
    assert_eq!((again.statements.len(), again.unchanged), (0, 1));
}

#[test]
fn an_earlier_statement_is_superseded_if_all_that_it_said_is_said_anew() {
    let japan = CHINA.replace("CHN", "JPN");
    let corrected = CHINA.replace("255000", "250000");
    let (mut bench, id) = told(&format!("{CHINA}{japan}"));
    let problems = refused(&bench, &corrected, Some("a slip"));
    assert!(
        problems[0].reason.contains("would withdraw 1 figures"),
        "{}",
        problems[0]
    );
    let csv = format!("{STATISTIC}{corrected}{japan}");
    let read = bench.read_table("USA", TABLE, "b", &csv, Some("a slip")).unwrap();
    let [new, supersede] = &read.statements[..] else {
        panic!("{:?}", read.statements)
    };
    let PayloadRef::Inline(payload) = &supersede.payload else {
        panic!("a blob")
    };
    let said = didymium_statement::payload::Supersede::parse(payload).unwrap();
    assert_eq!((said.target.to_string(), said.replacement), (id, new.id()));
    bench.log("USA", &read);
    let again = bench.read_table("USA", TABLE, "b", &csv, None).unwrap();
    assert_eq!((again.statements.len(), again.unchanged), (0, 1), "it is settled");
}

#[test]
fn what_the_log_holds_already_is_left_as_it_is() {
    let (mut bench, _) = told(CHINA);
    // As software that did not look at other tables has logged it.
    let other = format!("{STATISTIC}{}", CHINA.replace("255000", "250000"));
    let blind = Bench {
        registered: Registered::default(),
        ..Bench::new()
    };
    bench.log("USA", &blind.read_table("USA", TABLE, "b", &other, None).unwrap());
    let again = bench.read_table("USA", TABLE, "b", &other, None).unwrap();
    assert_eq!((again.statements.len(), again.unchanged), (0, 1));
}

#[test]
fn another_members_figure_is_no_reason_to_be_silent_but_to_be_warned() {
    let (bench, id) = told(CHINA);
    let csv = format!("{STATISTIC}{}", CHINA.replace("255000", "250000"));
    let read = bench.read_table("CAN", TABLE, "a", &csv, None).unwrap();
    assert_eq!((read.statements.len(), read.warnings.len()), (1, 1));
    let warning = read.warnings[0].to_string();
    for word in ["line 2", "250000 t", &id, "of USA", "255000 t", "both are kept"] {
        assert!(warning.contains(word), "{warning}");
    }
}

#[test]
fn a_world_total_that_is_less_than_a_country_is_told() {
    let bench = Bench::new();
    let world = CHINA.replace("CHN", "WLD").replace("255000,,t", "200,,kt");
    let warnings = |rows: String| {
        let read = bench.read(TABLE, &format!("{STATISTIC}{rows}")).unwrap();
        read.warnings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let japan = CHINA.replace("CHN", "JPN").replace("255000", "240000");
    let found = warnings(format!("{CHINA}{japan}{world}"));
    assert_eq!(found.len(), 1, "{found:?}");
    for word in [
        "line 4",
        "usgs-mcs-2025",
        "2023",
        "200 kt",
        "255000 t of CHN",
        "line 2",
    ] {
        assert!(found[0].contains(word), "{found:?}");
    }
    let other_year = world.replace("2023", "2022");
    let at_least = world.replace("200,,kt", "200,at_least,kt");
    let enough = world.replace("200,,kt", "255,,kt");
    for harmless in [other_year, at_least, enough] {
        assert!(warnings(format!("{CHINA}{harmless}")).is_empty(), "{harmless}");
    }
}
