//! What is computed as files: the balance and what contradicts it, indices of supply risk, which series were revised.

use axum::http::{StatusCode, header};
use serde_json::Value;

use crate::downloads::{Row, csv, parquet};
use crate::{ask, ask_with};

/// A family with few figures, some of which contradict each other.
const FAMILY: &str = "graphite_natural";

const FAMILIES: [&str; 8] = [
    "rare_earths",
    "lithium",
    "cobalt",
    "nickel",
    "graphite_natural",
    "graphite_synthetic",
    "gallium",
    "germanium",
];

fn list<'v>(answer: &'v Value, name: &str) -> &'v Vec<Value> {
    answer[name].as_array().unwrap()
}

fn same(row: &Row, told: &Value, fields: &[&str]) {
    for field in fields {
        let value = match &told[*field] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert_eq!(row[*field], value, "{field}: {row:?}");
    }
}

#[test]
fn what_is_computed_is_the_same_as_csv_and_as_parquet() {
    for path in [
        format!("/api/v1/contradictions?commodity={FAMILY}"),
        format!("/api/v1/reconciled?commodity={FAMILY}"),
        format!("/api/v1/reconciled/line?commodity={FAMILY}&stage=mine&place=CHN"),
        "/api/v1/indicators?commodity=gallium&area=all".to_owned(),
        "/api/v1/vintages/series?commodity=rare_earths".to_owned(),
    ] {
        let (csv, parquet) = (csv(&path), parquet(&path));
        assert!(csv.len() > 3, "{path}: {}", csv.len());
        assert_eq!(csv, parquet, "{path}");
        let has_unit =
            |row: &Row| !row["unit"].is_empty() || row.get("missing").is_some_and(|why| !why.is_empty());
        assert!(csv.iter().all(has_unit), "{path}");
    }
}

#[test]
fn contradictions_as_a_file_hold_every_report_and_what_could_not_be_one() {
    let path = format!("/api/v1/contradictions?commodity={FAMILY}");
    let (told, rows) = (ask(&format!("{path}&limit=500")), csv(&path));
    let of = |state: &str| {
        rows.iter()
            .filter(|row| row["state"] == state)
            .collect::<Vec<&Row>>()
    };
    let (tested, unchecked, unused) = (of("tested"), of("unchecked"), of("unused"));
    assert_eq!(tested.len() as u64, told["tested"].as_u64().unwrap());
    assert_eq!(unchecked.len() as u64, told["unchecked"].as_u64().unwrap());
    assert_eq!(unused.len() as u64, told["findings_total"].as_u64().unwrap());
    assert_eq!(rows.len(), tested.len() + unchecked.len() + unused.len());
    assert!(!tested.is_empty() && !unchecked.is_empty());
    let flagged = tested.iter().filter(|row| row["flagged"] == "true").count();
    assert_eq!(flagged as u64, told["flagged"].as_u64().unwrap());
    for (row, report) in tested.iter().zip(list(&told, "reports")) {
        let fields = [
            "number",
            "kind",
            "voice",
            "stage",
            "place",
            "period",
            "line",
            "said",
            "deviation",
            "expected",
            "expected_deviation",
            "fits_low",
            "fits_high",
            "z",
            "p",
            "flagged",
            "detectability",
            "adjustability",
            "noticed",
        ];
        same(row, report, &fields);
        assert_eq!(row["query_en"], report["query"]["en"]);
        assert_eq!(row["query_fr"], report["query"]["fr"]);
        let said = list(report, "observations");
        assert_eq!(row["facts"].split("; ").count().min(12), said.len());
        let address = said[0]["observation"]["value"]["figure"].as_str().unwrap();
        assert!(row["facts"].contains(address), "{row:?}");
        let statement = said[0]["statements"][0]["statement"].as_str().unwrap();
        assert!(row["statements"].contains(statement), "{row:?}");
    }
    for row in tested.iter().chain(&unchecked) {
        for column in [
            "said",
            "deviation",
            "unit",
            "layer",
            "source",
            "publisher",
            "published",
            "licence",
            "facts",
            "statements",
        ] {
            assert!(!row[column].is_empty(), "{column}: {row:?}");
        }
        // What a report measures alone is an estimate, with its quality.
        assert_eq!(row["grade"].is_empty(), row["figure"].is_empty(), "{row:?}");
    }
    let graded = tested.iter().find(|row| !row["figure"].is_empty()).unwrap();
    let trace = ask(&format!(
        "/api/v1/reconciled/figure?figure={}",
        crate::encoded(&graded["figure"])
    ));
    assert_eq!(graded["grade"], trace["estimate"]["grade"]);
    assert_eq!(graded["estimate"], trace["estimate"]["value"]);
    assert!(
        unused
            .iter()
            .all(|row| !row["reason_en"].is_empty() && !row["reason_fr"].is_empty())
    );
}

#[test]
fn estimates_as_a_file_are_those_of_what_is_named() {
    let path = format!("/api/v1/reconciled?commodity={FAMILY}");
    let whole = csv(&path);
    let chosen = |wanted: &dyn Fn(&Row) -> bool| -> Vec<Row> {
        whole.iter().filter(|row| wanted(row)).cloned().collect()
    };
    let of_china = |row: &Row| row["place"] == "CHN" || row["place"].starts_with("CHN/");
    for (more, expected) in [
        ("&period=2022", chosen(&|row| row["period"] == "2022")),
        ("&place=CHN", chosen(&of_china)),
        (
            "&place=CHN&period=2022",
            chosen(&|row| of_china(row) && row["period"] == "2022"),
        ),
        ("&layer=graphite_natural", whole.clone()),
    ] {
        assert!(!expected.is_empty(), "{more}");
        assert_eq!(csv(&format!("{path}{more}")), expected, "{more}");
    }
    let rows = csv("/api/v1/reconciled?commodity=rare_earths&layer=neodymium&period=2022");
    assert!(!rows.is_empty() && rows.iter().all(|row| row["layer"] == "neodymium"));

    // What the answer tells is in the file, of a month in which only the year is told too.
    for more in ["&place=CHN&period=2022", "&period=2022-03"] {
        let rows = csv(&format!("{path}{more}"));
        let told = ask(&format!("{path}{more}"));
        for stage in list(&told, "stages") {
            let places = list(stage, "parts").iter().chain([&stage["whole"]]);
            for estimate in places.flat_map(|place| list(place, "lines")) {
                let row = rows.iter().find(|row| estimate["figure"] == row["figure"]);
                same(row.unwrap(), estimate, &["value", "deviation", "grade"]);
            }
        }
    }
    for (wrong, status) in [
        ("layer=neodymium", 400),
        ("period=spring", 400),
        ("period=1800", 404),
        ("place=VAT", 404),
    ] {
        let (told, file) = (
            ask_with(&format!("{path}&{wrong}"), &[]),
            ask_with(&format!("{path}&{wrong}&format=csv"), &[]),
        );
        assert_eq!(file.status, StatusCode::from_u16(status).unwrap(), "{wrong}");
        assert_eq!(told.json(), file.json(), "{wrong}");
    }
    assert!(
        named(&format!("{path}&place=CHN&period=2022"))
            .starts_with(&format!("didymium-reconciled-{FAMILY}-CHN-2022-cut-"))
    );
}

/// What the file of a view is called.
fn named(path: &str) -> String {
    let answered = ask_with(&format!("{path}&format=csv"), &[]);
    let disposition = answered.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    let name = disposition.strip_prefix("attachment; filename=\"");
    name.unwrap().to_owned()
}

#[test]
fn the_name_of_a_file_says_what_was_asked() {
    let figure = crate::encoded(&format!("estimate|{FAMILY}|{FAMILY}|mine|CHN|2022|produced"));
    let what_if = format!("/api/v1/contradictions/what-if?commodity={FAMILY}&report=0");
    for (path, expected) in [
        (
            format!("/api/v1/reconciled/draws?commodity={FAMILY}&stage=mine&period=2022&count=3&seed=7"),
            format!("didymium-draws-{FAMILY}-{FAMILY}-mine-2022-produced-3-draws-seed-7-cut-"),
        ),
        (
            what_if.clone(),
            format!("didymium-what-if-{FAMILY}-report-0-withdrawn-cut-"),
        ),
        (
            format!("{what_if}&said=1200.5"),
            format!("didymium-what-if-{FAMILY}-report-0-said-1200.5-cut-"),
        ),
        (
            format!("/api/v1/reconciled/figure?figure={figure}"),
            format!("didymium-weights-{FAMILY}-{FAMILY}-mine-CHN-2022-produced-cut-"),
        ),
        (
            "/api/v1/indicators?commodity=gallium&area=JPN&year=2022&quantity=geopolrisk".to_owned(),
            "didymium-indicators-gallium-JPN-2022-geopolrisk-cut-".to_owned(),
        ),
    ] {
        let name = named(&path);
        assert!(name.starts_with(&expected), "{name}");
    }
}

#[test]
fn a_line_as_a_file_has_the_estimates_of_the_answer() {
    let path = format!("/api/v1/reconciled/line?commodity={FAMILY}&stage=mine&place=CHN&line=produced");
    let (told, rows) = (ask(&path), csv(&path));
    let points = list(&told, "points");
    assert_eq!(rows.len(), points.len());
    for (row, point) in rows.iter().zip(points) {
        assert_eq!(row["period"], point["period"]);
        let fields = [
            "line",
            "value",
            "deviation",
            "low",
            "high",
            "told",
            "grade",
            "figure",
        ];
        same(row, &point["estimate"], &fields);
        assert_eq!((row["unit"].as_str(), row["place"].as_str()), ("t", "CHN"));
    }
    let named = ask_with(&format!("{path}&format=csv"), &[]);
    let disposition = named.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(
        disposition.contains(&format!(
            "didymium-reconciled-line-{FAMILY}-{FAMILY}-mine-CHN-produced-cut-"
        )),
        "{disposition}"
    );
    let whole = csv(&format!("/api/v1/reconciled?commodity={FAMILY}"));
    for row in rows {
        assert!(whole.contains(&row), "{row:?}");
    }
}

#[test]
fn no_two_rows_of_indicators_are_about_the_same() {
    const KEY: [&str; 12] = [
        "quantity",
        "commodity",
        "stage",
        "measure",
        "form",
        "subject",
        "substance",
        "mass_basis",
        "area",
        "partner",
        "holder",
        "period",
    ];
    for family in FAMILIES {
        let rows = csv(&format!("/api/v1/indicators?commodity={family}"));
        let mut seen = std::collections::BTreeSet::new();
        for row in &rows {
            assert!(seen.insert(KEY.map(|column| &row[column])), "{family}: {row:?}");
        }
    }
    // Two kinds of stocks of one country and year.
    let path = "/api/v1/indicators?commodity=cobalt&area=USA&year=2022&quantity=days-of-cover";
    let subjects: std::collections::BTreeSet<String> =
        csv(path).iter().map(|row| row["subject"].clone()).collect();
    assert!(subjects.len() > 1, "{subjects:?}");
}

#[test]
fn indicators_as_a_file_hold_every_cell_with_its_error_or_its_cause() {
    let path = "/api/v1/indicators?commodity=gallium";
    let (told, rows) = (ask(&format!("{path}&limit=2000")), csv(path));
    let cells = list(&told, "cells");
    assert_eq!(told["total"].as_u64().unwrap(), cells.len() as u64, "one page");
    let (control, panel): (Vec<&Row>, Vec<&Row>) = rows
        .iter()
        .partition(|row| row["quantity"].starts_with("control-"));
    assert_eq!(panel.len(), cells.len());
    let note = |key: &Value| {
        list(&told, "notes")
            .iter()
            .find(|note| note["key"] == *key)
            .unwrap()["text"]
            .clone()
    };
    let (mut valued, mut missing) = (0, 0);
    for (row, cell) in panel.iter().zip(cells) {
        let fields = [
            "quantity",
            "commodity",
            "stage",
            "area",
            "partner",
            "period",
            "projected",
            "deviation",
            "bound",
            "missing",
            "caveat",
            "decides",
        ];
        same(row, cell, &fields);
        if cell["value"].is_null() {
            missing += 1;
            let words = note(&cell["missing"]);
            assert_eq!(
                (&row["missing_en"], &row["missing_fr"]),
                (
                    &words["en"].as_str().unwrap().to_owned(),
                    &words["fr"].as_str().unwrap().to_owned()
                )
            );
        } else {
            valued += 1;
            same(
                row,
                &cell["value"],
                &["value", "unit", "basis", "qualifier", "figure"],
            );
            for column in ["source", "publisher", "published", "licence"] {
                assert!(!row[column].is_empty(), "{column}: {row:?}");
            }
        }
    }
    assert!(
        valued > 50 && missing > 50,
        "{valued} with, {missing} without a value"
    );
    assert!(!control.is_empty());
    for stage in list(&told, "control") {
        for holding in list(stage, "by_place") {
            let row = control
                .iter()
                .find(|row| {
                    row["quantity"] == "control-place"
                        && holding["holder"] == row["holder"]
                        && stage["stage"] == row["stage"]
                        && stage["substance"] == row["substance"]
                })
                .unwrap();
            same(row, &holding["share"]["value"], &["value", "unit", "figure"]);
            assert!(!row["licence"].is_empty(), "{row:?}");
        }
    }
    // Every importer, which is more than a page of the answer holds.
    let all = "/api/v1/indicators?commodity=cobalt&area=all";
    let total = ask(&format!("{all}&limit=1"))["total"].as_u64().unwrap();
    let every = csv(all);
    let of_importers = every
        .iter()
        .filter(|row| !row["quantity"].starts_with("control-"));
    assert_eq!(of_importers.count() as u64, total);
    assert!(total > 2_000, "{total}");
}

#[test]
fn the_series_that_can_be_asked_for_are_a_file_too() {
    let path = "/api/v1/vintages/series?commodity=rare_earths";
    let (told, rows) = (ask(path), csv(path));
    assert_eq!(rows.len() as u64, told["total"].as_u64().unwrap());
    for (row, series) in rows.iter().zip(list(&told, "items")) {
        let fields = [
            "measure",
            "commodity",
            "stage",
            "form",
            "substance",
            "mass_basis",
            "subject",
        ];
        same(row, &series["key"], &fields);
        same(row, series, &["unit", "revised"]);
        let areas: Vec<&str> = list(series, "areas")
            .iter()
            .map(|area| area.as_str().unwrap())
            .collect();
        assert_eq!(row["areas"], areas.len().to_string());
        assert_eq!(row["area_keys"], areas.join("; "));
    }
}

#[test]
fn what_cannot_be_a_file_is_told_as_the_answer_would_tell_it() {
    for (path, status, told) in [
        (
            "/api/v1/contradictions?commodity=neodymium",
            404,
            "balance of family `neodymium`",
        ),
        (
            "/api/v1/reconciled?commodity=unobtainium",
            404,
            "balance of family `unobtainium`",
        ),
        (
            "/api/v1/reconciled/line?commodity=unobtainium&stage=mine",
            404,
            "balance of family",
        ),
        (
            "/api/v1/reconciled/line?commodity=graphite_natural&stage=mine&place=VAT",
            404,
            "nothing is known of that",
        ),
        (
            "/api/v1/reconciled/line?commodity=graphite_natural&stage=nowhere",
            400,
            "no stage of the chain",
        ),
        (
            "/api/v1/contradictions?commodity=graphite_natural&as_of=1999-01-01",
            404,
            "nobody has reported a mass of `graphite_natural`",
        ),
        ("/api/v1/contradictions?limit=5", 400, "all that match"),
        (
            "/api/v1/indicators?commodity=unobtainium",
            404,
            "commodity `unobtainium`",
        ),
        ("/api/v1/indicators?offset=5", 400, "all that match"),
        ("/api/v1/vintages/series?limit=5", 400, "all that match"),
    ] {
        let glue = if path.contains('?') { '&' } else { '?' };
        let answered = ask_with(&format!("{path}{glue}format=csv"), &[]);
        let text = String::from_utf8_lossy(&answered.body);
        assert_eq!(
            answered.status,
            StatusCode::from_u16(status).unwrap(),
            "{path}: {text}"
        );
        assert_eq!(
            answered.headers[header::CONTENT_TYPE],
            "application/problem+json",
            "{path}"
        );
        let detail = answered.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(told), "{path}: {detail}");
    }
}

#[test]
fn draws_spread_as_the_estimates_do_and_are_the_same_for_one_seed() {
    let of = |more: &str| format!("/api/v1/reconciled/draws?commodity={FAMILY}&stage=mine&period=2022{more}");
    let rows = csv(&of("&count=400"));
    let places = rows.iter().filter(|row| row["draw"] == "0").count();
    assert_eq!(rows.len(), 400 * places);
    let told = ask(&format!(
        "/api/v1/reconciled/line?commodity={FAMILY}&stage=mine&place=CHN"
    ));
    let points = list(&told, "points");
    let estimate = &points.iter().find(|point| point["period"] == "2022").unwrap()["estimate"];
    let number = |text: &str| text.parse::<f64>().unwrap();
    let (value, deviation) = (
        number(estimate["value"].as_str().unwrap()),
        number(estimate["deviation"].as_str().unwrap()),
    );
    let drawn: Vec<f64> = rows
        .iter()
        .filter(|row| row["place"] == "CHN")
        .map(|row| number(&row["value"]))
        .collect();
    let mean = drawn.iter().sum::<f64>() / 400.0;
    let spread = (drawn.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / 399.0).sqrt();
    // Five deviations of a mean, and of a spread, of so many draws.
    assert!(
        (mean - value).abs() < 0.25 * deviation,
        "{mean} {value} {deviation}"
    );
    assert!((spread / deviation - 1.0).abs() < 0.18, "{spread} {deviation}");
    // Every draw adds up: the world is its countries.
    for draw in ["0", "399"] {
        let of_draw = || rows.iter().filter(|row| row["draw"] == draw);
        let world = number(&of_draw().find(|row| row["place"] == "WLD").unwrap()["value"]);
        let parts: f64 = of_draw()
            .filter(|row| row["place"] == "OTH" || row["place"].len() == 3 && row["place"] != "WLD")
            .map(|row| number(&row["value"]))
            .sum();
        assert!((parts - world).abs() < 1e-4 * world.abs(), "{parts} {world}");
    }
    assert_eq!(csv(&of("&count=400")), rows);
    assert_ne!(csv(&of("&count=400&seed=1")), rows);
    assert_eq!(csv(&of("&count=3")), rows[..3 * places]);
    for (wrong, told) in [
        ("&format=json", "csv` or `parquet`: draws are a file alone"),
        ("&format=xlsx", "csv` or `parquet`: draws are a file alone"),
        ("&seed=x", "from 0 to 1099511627776"),
        ("&seed=1099511627777", "from 0 to 1099511627776"),
        ("&count=0", "1 to 1000"),
        ("&count=1001", "1 to 1000"),
        ("&layer=neodymium", "none of graphite_natural"),
        ("&line=eaten", "none of"),
    ] {
        let answered = ask_with(&of(wrong), &[]);
        let text = String::from_utf8_lossy(&answered.body).into_owned();
        assert_eq!(answered.status, StatusCode::BAD_REQUEST, "{wrong}: {text}");
        assert!(text.contains(told), "{wrong}: {text}");
    }
}

#[test]
fn a_reliance_above_all_that_is_used_has_its_caveat_beside_it() {
    let path =
        "/api/v1/indicators?commodity=nickel&area=USA&stage=refining&year=2022&quantity=import-reliance";
    let (told, rows) = (ask(path), csv(path));
    let above = |cell: &&Value| {
        let value = cell["value"]["value"].as_str();
        value.is_some_and(|value| value.parse::<f64>().unwrap() > 100.0)
    };
    let cells = list(&told, "cells");
    assert!(cells.iter().any(|cell| above(&cell)), "{told:#}");
    for (cell, row) in cells.iter().zip(&rows) {
        let caveat = if above(&cell) {
            "net_imports_above_consumption"
        } else {
            ""
        };
        assert_eq!(cell["caveat"], caveat, "{cell}");
        assert_eq!(row["caveat"], caveat);
        assert_eq!(row["caveat_en"].is_empty(), caveat.is_empty());
        if caveat.is_empty() {
            continue;
        }
        assert!(list(cell, "takes").contains(&cell["caveat"]));
        let notes = list(&told, "notes");
        let note = notes.iter().find(|note| note["key"] == caveat).unwrap();
        assert_eq!(row["caveat_en"], note["text"]["en"]);
        assert_eq!(row["caveat_fr"], note["text"]["fr"]);
    }
}
