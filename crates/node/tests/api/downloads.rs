//! Views as files: the same figures as in JSON, with units, editions and quality, in CSV and in Parquet.

use std::collections::BTreeMap;

use axum::http::{StatusCode, header};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;

use crate::exercise::Answered;
use crate::{MINED, ask, ask_with};

pub type Row = BTreeMap<String, String>;

fn file(path: &str, media_type: &str) -> Answered {
    let answered = ask_with(path, &[]);
    let told = String::from_utf8_lossy(&answered.body);
    assert_eq!(answered.status, StatusCode::OK, "{path}: {told}");
    assert_eq!(answered.headers[header::CONTENT_TYPE], media_type, "{path}");
    answered
}

pub fn csv(path: &str) -> Vec<Row> {
    let answered = file(&in_form(path, "csv"), "text/csv; charset=utf-8; header=present");
    rows_of_csv(&answered.body)
}

fn in_form(path: &str, format: &str) -> String {
    let joined = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joined}format={format}")
}

pub fn rows_of_csv(bytes: &[u8]) -> Vec<Row> {
    assert!(bytes.ends_with(b"\r\n"));
    let mut reader = csv::Reader::from_reader(bytes);
    let rows: Result<Vec<Row>, _> = reader.deserialize().collect();
    rows.unwrap()
}

/// Rows of Parquet as CSV has them: the exact decimals in place of the doubles.
pub fn parquet(path: &str) -> Vec<Row> {
    let path = in_form(path, "parquet");
    let bytes = file(&path, "application/vnd.apache.parquet").body;
    let reader = SerializedFileReader::new(axum::body::Bytes::from(bytes)).unwrap();
    let about = reader.metadata().file_metadata().key_value_metadata().unwrap();
    assert!(about.iter().any(|pair| pair.key == "didymium.cut"));
    let rows = reader.get_row_iter(None).unwrap().map(|row| {
        let row = row.unwrap();
        let fields: BTreeMap<&String, &Field> = row.get_column_iter().collect();
        let mut read = Row::new();
        for (name, field) in &fields {
            let exact = format!("{name}_exact");
            match (field, fields.get(&exact)) {
                (Field::Double(double), Some(Field::Str(text))) => {
                    assert_eq!(*double, text.parse::<f64>().unwrap(), "{name}");
                    read.insert((*name).clone(), text.clone());
                }
                (Field::Null, _) => {
                    read.insert((*name).clone(), String::new());
                }
                (Field::Str(text), _) if !name.ends_with("_exact") => {
                    read.insert((*name).clone(), text.clone());
                }
                (Field::Long(number), _) => {
                    read.insert((*name).clone(), number.to_string());
                }
                (Field::Bool(flag), _) => {
                    read.insert((*name).clone(), flag.to_string());
                }
                _ => {}
            }
        }
        read.retain(|name, _| !name.ends_with("_exact"));
        read
    });
    rows.collect()
}

#[test]
fn csv_and_parquet_of_every_view_hold_the_same() {
    for path in [
        format!("/api/v1/observations?{MINED}"),
        format!("/api/v1/balance?{MINED}&period=2024"),
        format!("/api/v1/series?{MINED}"),
        format!("/api/v1/vintages?{MINED}&area=CHN"),
        "/api/v1/sites?commodity=rare_earths".to_owned(),
    ] {
        let (csv, parquet) = (csv(&path), parquet(&path));
        assert!(csv.len() > 5, "{path}");
        assert_eq!(csv, parquet, "{path}");
        for row in &csv {
            for column in ["source", "publisher", "published", "licence", "basis"] {
                // A site of which nobody knows a process has no basis.
                assert!(
                    !row[column].is_empty() || (column == "basis" && row["stage"].is_empty()),
                    "{path}: {column}: {row:?}"
                );
            }
        }
    }
}

#[test]
fn a_balance_as_a_file_has_the_figures_of_the_page() {
    let path = format!("/api/v1/balance?{MINED}&period=2024");
    let (told, rows) = (ask(&path), csv(&path));
    let cells = told["rows"].as_array().unwrap().iter();
    let cells = cells.flat_map(|row| row["by_source"].as_array().unwrap().iter().map(move |f| (row, f)));
    let cells: Vec<(&Value, &Value)> = cells.filter(|(_, figure)| figure.is_object()).collect();
    let whole = [
        ("world", &told["world"]),
        ("hhi", &told["hhi"]),
        ("n-1", &told["n_minus_1"]),
        ("club", &told["club"]["value"]),
    ];
    let whole: Vec<_> = whole.iter().filter(|(_, figure)| figure.is_object()).collect();
    assert_eq!(rows.len(), cells.len() + whole.len());
    assert!(whole.len() > 2, "{whole:?}");
    for (quantity, figure) in whole {
        let line = rows.iter().find(|line| line["quantity"] == *quantity).unwrap();
        for field in ["value", "unit", "basis", "figure", "source"] {
            assert_eq!(figure[field], line[field], "{quantity}: {field}");
        }
        let share = told["club"]["share"]["value"]
            .as_str()
            .filter(|_| *quantity == "club");
        assert_eq!(line["share_percent"], share.unwrap_or_default());
    }
    for (row, figure) in cells {
        let line = rows
            .iter()
            .filter(|line| line["quantity"] == "cell")
            .find(|line| row["area"] == line["area"] && figure["source"] == line["source"])
            .unwrap();
        for field in ["value", "unit", "substance", "basis", "figure"] {
            assert_eq!(figure[field], line[field], "{field}");
        }
        let chosen = row["chosen"]["source"] == figure["source"];
        assert_eq!(line["chosen"], chosen.to_string());
        let share = row["share"]["value"].as_str().filter(|_| chosen);
        assert_eq!(line["share_percent"], share.unwrap_or_default());
    }
    let world = rows.iter().find(|row| row["quantity"] == "world").unwrap();
    assert_eq!(
        (world["value"].as_str(), world["mass_basis"].as_str()),
        ("380000", "contained")
    );
}

#[test]
fn a_file_holds_all_that_match_and_says_so_in_its_name() {
    let path = "/api/v1/observations?measure=production";
    let total = ask(path)["total"].as_u64().unwrap();
    let answered = file(
        &format!("{path}&format=csv"),
        "text/csv; charset=utf-8; header=present",
    );
    assert_eq!(rows_of_csv(&answered.body).len() as u64, total);
    assert!(total > 200, "more than a page");
    let disposition = answered.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    let cut = ask("/api/v1/twin/digest")["cut"]["id"].as_str().unwrap()[..8].to_owned();
    assert_eq!(
        disposition,
        format!("attachment; filename=\"didymium-observations-production-cut-{cut}.csv\"")
    );
    let tag = answered.headers[header::ETAG].to_str().unwrap();
    let again = ask_with(&format!("{path}&format=csv"), &[(header::IF_NONE_MATCH, tag)]);
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let then = file(
        "/api/v1/series?measure=production&commodity=rare_earths&format=parquet&published_by=2025-06-30",
        "application/vnd.apache.parquet",
    );
    let disposition = then.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(
        disposition.contains("-published-by-2025-06-30-cut-"),
        "{disposition}"
    );
}

#[test]
fn what_is_no_file_is_refused_with_the_parameter() {
    for (path, parameter, told) in [
        ("/api/v1/sites?format=xlsx", "format", "`csv` or `parquet`"),
        ("/api/v1/sites?format=csv&limit=5", "limit", "all that match"),
        (
            "/api/v1/observations?format=csv&offset=5",
            "offset",
            "all that match",
        ),
        ("/api/v1/overview?format=xlsx", "format", "`csv` or `parquet`"),
        (
            "/api/v1/countries/CHN?format=xlsx",
            "format",
            "`csv` or `parquet`",
        ),
        ("/api/v1/prices?format=csv&limit=5", "limit", "all that match"),
        (
            "/api/v1/composition?format=csv&offset=0",
            "offset",
            "all that match",
        ),
        ("/api/v1/countries?format=csv&limit=5", "limit", "all that match"),
        ("/api/v1/notices?format=csv&offset=5", "offset", "all that match"),
        ("/api/v1/sources?format=csv&limit=5", "limit", "all that match"),
        ("/api/v1/statements?format=csv&limit=5", "limit", "all that match"),
        ("/api/v1/members?format=csv", "format", "no parameter"),
    ] {
        let answered = ask_with(path, &[]);
        assert_eq!(answered.status, StatusCode::BAD_REQUEST, "{path}");
        let problem = answered.json();
        assert_eq!(problem["parameter"], parameter, "{path}");
        assert!(
            problem["detail"].as_str().unwrap().contains(told),
            "{path}: {problem}"
        );
    }
    for path in [
        &format!("/api/v1/balance?{MINED}&period=1800"),
        "/api/v1/overview?commodity=unobtainium",
        "/api/v1/composition?commodity=unobtainium",
        "/api/v1/flows?commodity=rare_earths&period=1800",
        "/api/v1/map?commodity=rare_earths&stage=nowhere",
        "/api/v1/countries/XYZ",
        "/api/v1/sites/no-such-site",
        "/api/v1/provenance?figure=sites%7Cunobtainium%7C%7C%7C",
        "/api/v1/statements?member=XYZ",
    ] {
        let (told, nothing) = (ask_with(path, &[]), ask_with(&in_form(path, "csv"), &[]));
        assert_eq!(nothing.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(nothing.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(told.status, nothing.status, "{path}");
    }
}

#[test]
fn a_note_that_looks_like_a_formula_is_text_to_a_spreadsheet() {
    let path = format!("/api/v1/observations?{MINED}&format=csv");
    let rows = rows_of_csv(&crate::as_of::answer(&path, &[]).body);
    assert_eq!(rows.len(), 6);
    assert!(rows.iter().all(|row| row["note"] == "'=after the exercise"));
}
