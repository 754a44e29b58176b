//! `/api/v1` on the real public tables: published figures come out, every number explains itself, wrong questions are
//! told what is wrong, and the document that describes it all is the one that is checked in.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking; its helpers too"
)]

mod as_of;
mod balance_files;
mod credits;
mod downloads;
mod exercise;
mod governed;
mod indicators;
mod last_good;
mod left_out;
mod robust;
mod statements;
mod unreported;
mod view_files;
mod what_if;
mod windows;

use std::sync::{Arc, LazyLock};

use axum::http::{StatusCode, header};
use didymium_node::clock::SystemClock;
use didymium_node::import::{DataSource, Manifest, Progress};
use didymium_node::{api, rebuild_twin};
use serde_json::Value;

use exercise::{Answered, Exercise};

struct Quiet;
impl Progress for Quiet {
    fn rows(&mut self, _: u64, _: u64) {}
}

/// One node with all public tables in its own log.
static FIXTURE: LazyLock<Exercise> = LazyLock::new(|| {
    let mut exercise = Exercise::found(Arc::new(SystemClock));
    let data = DataSource::Embedded;
    let manifest = Manifest::read(
        "tables.csv",
        data.open("tables.csv").unwrap().0,
        exercise.state.vocabulary(),
    )
    .unwrap();
    for table in &manifest.tables {
        let name = table.file.trim_end_matches(".csv");
        let text = data.open(&table.file).unwrap().0;
        exercise.load(table.kind, (name, &table.file), text, None);
    }
    rebuild_twin(&exercise.state).unwrap();
    exercise
});

fn ask_with(path: &str, headers: &[(header::HeaderName, &str)]) -> Answered {
    FIXTURE.ask(path, headers)
}

fn ask(path: &str) -> Value {
    let answered = ask_with(path, &[]);
    assert_eq!(
        answered.status,
        StatusCode::OK,
        "{path}: {}",
        String::from_utf8_lossy(&answered.body)
    );
    answered.json()
}

/// Percent-encodes a parameter's value.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

const MINED: &str = "measure=production&commodity=rare_earths&stage=mine";

#[test]
fn published_world_production_comes_out_as_published() {
    let balance = ask(&format!("/api/v1/balance?{MINED}&period=2023"));
    assert_eq!(balance["world"]["value"], "376000");
    assert_eq!(balance["sources"][0]["source"], "usgs-mcs-2025");
    let china = balance["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["area"] == "CHN")
        .unwrap();
    assert_eq!(china["chosen"]["value"], "255000");
    assert_eq!(china["share"]["value"], "67.8191");
}

#[test]
fn editions_that_revise_each_other_stand_side_by_side() {
    let balance = ask(&format!("/api/v1/balance?{MINED}&period=2024"));
    assert_eq!(balance["world"]["value"], "380000");
    assert_eq!(balance["sources"][0]["source"], "usgs-mcs-2026");
    let australia = balance["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["area"] == "AUS")
        .unwrap();
    assert_eq!(australia["chosen"]["value"], "29000");
    assert_eq!(australia["by_source"][1]["value"], "13000");
}

#[test]
fn the_overview_names_every_stage_of_every_family() {
    for family in [
        "rare_earths",
        "lithium",
        "cobalt",
        "nickel",
        "graphite_natural",
        "graphite_synthetic",
        "gallium",
        "germanium",
    ] {
        let overview = ask(&format!("/api/v1/overview?commodity={family}"));
        let stages = overview["stages"].as_array().unwrap();
        assert!(stages.len() >= 4, "{family}");
        assert!(
            stages.iter().any(|line| line["world"]["value"].is_string()),
            "{family} shows nothing"
        );
        for line in stages.iter().filter(|line| line["world"].is_object()) {
            assert!(!line["top"].as_array().unwrap().is_empty(), "{family}: {line}");
        }
    }
}

#[test]
fn malformed_parameters_are_named_with_what_was_given_and_what_is_allowed() {
    let long = format!("/api/v1/sites?text={}&limit=1", "x".repeat(2_000));
    for (path, parameter, told) in [
        (
            "/api/v1/sites?limit=-1",
            "limit",
            "must be a whole number from 1 to 500, not `-1`",
        ),
        (
            "/api/v1/sites?limit=abc",
            "limit",
            "must be a whole number from 1 to 500, not `abc`",
        ),
        (
            "/api/v1/notices?limit=",
            "limit",
            "must be a whole number from 1 to 500, not ``",
        ),
        (
            "/api/v1/members?limit=501",
            "limit",
            "must be a whole number from 1 to 500, not `501`",
        ),
        (
            "/api/v1/observations?limit=201",
            "limit",
            "must be a whole number from 1 to 200, not `201`",
        ),
        (
            "/api/v1/statements?offset=1e3",
            "offset",
            "from 0 to 1099511627776, not `1e3`",
        ),
        (
            "/api/v1/sources?offset=18446744073709551616",
            "offset",
            "from 0 to 1099511627776",
        ),
        (
            "/api/v1/observations?chosen=maybe",
            "chosen",
            "must be `true` or `false`, not `maybe`",
        ),
        (
            "/api/v1/countries?year=x",
            "year",
            "is no parameter of this address, which takes `offset`, `limit`",
        ),
        ("/api/v1/countries?limit=1&limit=2", "limit", "is given twice"),
        ("/api/v1/map", "stage", "must be given: Stage key"),
        ("/api/v1/flows?period=x", "period", "`x` is no period"),
        (
            "/api/v1/countries?limit=%1B%5B31m%E2%80%AEred",
            "limit",
            "not `\\u{1b}[31m\\u{202e}red`",
        ),
        ("/api/v1/countries?%1B=1", "\\u{1b}", "is no parameter"),
        (
            &long,
            "text",
            "the query has 2013 bytes, at most 1200 are allowed",
        ),
    ] {
        let answered = ask_with(path, &[]);
        assert_eq!(answered.status, StatusCode::BAD_REQUEST, "{path}");
        let problem = answered.json();
        assert_eq!(problem["type"], "/problems/bad-parameter", "{path}");
        assert_eq!(problem["parameter"], parameter, "{path}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains(told) && !detail.contains("eserialize"),
            "{path}: {detail}"
        );
        assert!(detail.chars().count() <= 500, "{path}");
    }
}

/// Collects the `figure` of every number in an answer, with the number.
fn figures(value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(address)) = fields.get("figure") {
                found.push((address.clone(), fields["value"].to_string()));
            }
            fields.values().for_each(|value| figures(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| figures(value, found)),
        _ => {}
    }
}

#[test]
fn every_number_of_every_page_explains_itself() {
    let pages = [
        "/api/v1/overview?commodity=rare_earths".to_owned(),
        "/api/v1/overview?commodity=cobalt".to_owned(),
        format!("/api/v1/balance?{MINED}&period=2010"),
        format!("/api/v1/balance?{MINED}&period=2022"),
        "/api/v1/map?commodity=rare_earths&stage=mine".to_owned(),
        "/api/v1/countries/CHN".to_owned(),
        "/api/v1/countries/USA".to_owned(),
        "/api/v1/flows?commodity=rare_earths&period=2022".to_owned(),
        "/api/v1/composition?commodity=rare_earths".to_owned(),
        "/api/v1/sites?commodity=rare_earths&limit=500".to_owned(),
        "/api/v1/prices?commodity=rare_earths".to_owned(),
        "/api/v1/countries?limit=100".to_owned(),
        "/api/v1/indicators?commodity=nickel&year=2022&area=JPN".to_owned(),
        "/api/v1/indicators?commodity=cobalt&year=2022&area=USA".to_owned(),
        "/api/v1/indicators?commodity=rare_earths&year=2021&area=CLUB".to_owned(),
        format!("/api/v1/series?{MINED}"),
        format!("/api/v1/vintages?{MINED}&area=CHN"),
        format!("/api/v1/vintages?{MINED}&area=WLD"),
    ];
    let mut checked = 0;
    for page in pages {
        let mut found = Vec::new();
        let answer = ask(&page);
        figures(&answer, &mut found);
        let named: Vec<&Value> = answer["sources"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|source| &source["source"])
            .collect();
        assert!(!found.is_empty(), "{page} has no numbers");
        found.sort();
        found.dedup();
        for (address, value) in found {
            let explained = ask(&format!("/api/v1/provenance?figure={}", encoded(&address)));
            assert_eq!(
                explained["value"]["value"].to_string(),
                value,
                "{page}: {address}"
            );
            let inputs = explained["inputs"].as_array().unwrap();
            let sites = explained["sites"].as_array().unwrap();
            let nothing = address.starts_with("sites|") && value == "\"0\"";
            assert!(
                nothing || inputs.len() + sites.len() > 0,
                "{page}: {address} rests on nothing"
            );
            assert!(
                inputs
                    .iter()
                    .map(|input| &input["statements"][0])
                    .chain(sites.iter().map(|site| &site["statement"]))
                    .all(|statement| statement["statement"].is_string()),
                "{address}"
            );
            // An answer names the edition of each of its figures (a site names its own).
            if !answer["sources"].is_null()
                && !["capacity|", "owner|", "control|"]
                    .iter()
                    .any(|of_site| address.starts_with(of_site))
            {
                for input in inputs {
                    let source = &input["source"]["source"];
                    assert!(named.contains(&source), "{page}: {address} rests on {source}");
                }
            }
            assert!(
                explained["explanation"]["fr"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty())
            );
            checked += 1;
        }
    }
    println!("{checked} figures explained");
    assert!(checked > 500, "{checked}");
}

#[test]
fn a_figure_explains_itself_as_the_number_that_was_shown() {
    // The one member of this club, Canada, mines nickel.
    let overview = ask("/api/v1/overview?commodity=nickel");
    let mine = &overview["stages"][0];
    for shown in [
        &mine["world"],
        &mine["hhi"],
        &mine["n_minus_1"],
        &mine["club"]["value"],
        &mine["club"]["share"],
        &mine["top"][0]["share"],
    ] {
        let address = shown["figure"].as_str().unwrap();
        let explained = ask(&format!("/api/v1/provenance?figure={}", encoded(address)));
        assert_eq!(explained["value"]["value"], shown["value"], "{address}");
    }
}

#[test]
fn every_figure_names_the_edition_that_gives_it() {
    let overview = ask("/api/v1/overview?commodity=gallium");
    let key = &overview["stages"][0]["series"];
    let text = |name: &str| key[name].as_str().unwrap().to_owned();
    let query = ["measure", "commodity", "stage", "form", "substance", "subject"]
        .map(|name| format!("{name}={}", encoded(&text(name))))
        .join("&");
    let series = ask(&format!("/api/v1/series?{query}"));
    let mut seen = std::collections::BTreeSet::new();
    for (place, edition) in series["editions"].as_array().unwrap().iter().enumerate() {
        let lines = series["areas"].as_array().unwrap().iter();
        let figures = lines
            .map(|line| &line["figures"][place])
            .chain([&series["world"][place]]);
        for figure in figures.filter(|figure| !figure.is_null()) {
            assert_eq!(figure["source"], *edition, "{figure}");
            seen.insert(edition.to_string());
        }
    }
    assert!(
        seen.len() > 1,
        "one edition cannot tell a row's own from the whole's: {seen:?}"
    );
    let first = &overview["stages"][0];
    assert_eq!(
        first["top"][0]["share"]["source"],
        first["top"][0]["value"]["source"]
    );
    assert_eq!(
        first["sites"]["total"]["source"], "",
        "sites are counted, not published"
    );
    let balance = ask(&format!("/api/v1/balance?{query}"));
    for row in balance["rows"].as_array().unwrap() {
        for (figure, source) in row["by_source"]
            .as_array()
            .unwrap()
            .iter()
            .zip(balance["sources"].as_array().unwrap())
        {
            assert!(
                figure.is_null() || figure["source"] == source["source"],
                "{figure}"
            );
        }
    }
}

#[test]
fn what_a_reader_has_is_not_sent_again() {
    let first = ask_with("/api/v1/overview?commodity=nickel", &[]);
    let tag = first.headers[header::ETAG].to_str().unwrap();
    let again = ask_with(
        "/api/v1/overview?commodity=nickel",
        &[(header::IF_NONE_MATCH, tag)],
    );
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let other = ask_with(
        "/api/v1/overview?commodity=cobalt",
        &[(header::IF_NONE_MATCH, tag)],
    );
    assert_eq!(other.status, StatusCode::OK);
    for encoding in ["gzip", "br"] {
        let packed = ask_with("/api/v1/sites?limit=500", &[(header::ACCEPT_ENCODING, encoding)]);
        assert_eq!(packed.headers[header::CONTENT_ENCODING], encoding);
    }
}

#[test]
fn wrong_questions_are_told_what_is_wrong() {
    let cases = [
        ("/api/v1/sites?limit=501", StatusCode::BAD_REQUEST, "limit"),
        ("/api/v1/sites?limit=0", StatusCode::BAD_REQUEST, "limit"),
        ("/api/v1/sites?offset=-1", StatusCode::BAD_REQUEST, "offset"),
        ("/api/v1/sites?colour=red", StatusCode::BAD_REQUEST, "colour"),
        (
            "/api/v1/balance?measure=production&period=2023-14",
            StatusCode::BAD_REQUEST,
            "period",
        ),
        ("/api/v1/balance?measure=nothing", StatusCode::NOT_FOUND, "series"),
        (
            "/api/v1/provenance?figure=rubbish",
            StatusCode::BAD_REQUEST,
            "figure",
        ),
        ("/api/v1/provenance", StatusCode::BAD_REQUEST, "figure"),
        (
            "/api/v1/overview?commodity=unobtainium",
            StatusCode::NOT_FOUND,
            "unobtainium",
        ),
        (
            "/api/v1/sites/no-such-site",
            StatusCode::NOT_FOUND,
            "no-such-site",
        ),
        ("/api/v1/countries/XYZ", StatusCode::NOT_FOUND, "XYZ"),
        ("/api/v1/statements/xyz", StatusCode::BAD_REQUEST, "xyz"),
        (
            "/api/v1/twin/digest?cut=CAN:999999",
            StatusCode::BAD_REQUEST,
            "holds",
        ),
        ("/api/v1/twin/digest?cut=XYZ:1", StatusCode::BAD_REQUEST, "member"),
        ("/api/v1/nothing", StatusCode::NOT_FOUND, ""),
    ];
    for (path, status, told) in cases {
        let answered = ask_with(path, &[]);
        assert_eq!(answered.status, status, "{path}");
        assert_eq!(
            answered.headers[header::CONTENT_TYPE],
            "application/problem+json",
            "{path}"
        );
        let problem = answered.json();
        assert!(problem.to_string().contains(told), "{path}: {problem}");
        assert_eq!(problem["status"], status.as_u16());
    }
}

#[test]
fn pages_of_a_list_fit_together() {
    for list in [
        "sites",
        "notices",
        "countries",
        "sources",
        "statements",
        "observations?measure=trade",
        "observations?measure=production&chosen=true",
    ] {
        let joined = if list.contains('?') { '&' } else { '?' };
        let whole = ask(&format!("/api/v1/{list}{joined}limit=200"));
        let total = whole["total"].as_u64().unwrap();
        let mut pieced = Vec::new();
        for offset in (0..total.min(200)).step_by(37) {
            let limit = 37.min(200 - offset);
            pieced.extend(
                ask(&format!("/api/v1/{list}{joined}offset={offset}&limit={limit}"))["items"]
                    .as_array()
                    .unwrap()
                    .clone(),
            );
        }
        assert_eq!(whole["items"], Value::Array(pieced), "{list}");
        let beyond = ask(&format!("/api/v1/{list}{joined}offset={}", total + 5));
        assert_eq!(beyond["items"], Value::Array(vec![]), "{list}");
    }
}

#[test]
fn the_openapi_document_is_the_one_that_is_checked_in() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let now = api::openapi();
    if std::env::var_os("DIDYMIUM_BLESS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        now == checked_in,
        "the API has changed: look at the difference, then run the test with DIDYMIUM_BLESS=1"
    );
    let document: Value = serde_json::from_str(&now).unwrap();
    assert!(document["paths"].as_object().unwrap().len() >= 24);
}
