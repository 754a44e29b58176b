//! `GET /api/v1/indicators`.

use axum::http::StatusCode;
use serde_json::Value;

use crate::{ask, ask_with};

fn cells(answer: &Value) -> &Vec<Value> {
    answer["cells"].as_array().unwrap()
}

#[test]
fn every_cell_has_a_value_with_an_error_or_a_cause_in_words() {
    let answer = ask("/api/v1/indicators?commodity=nickel&limit=2000");
    let total = answer["total"].as_u64().unwrap();
    assert!(total > 1_000, "{total}");
    let keys: Vec<&Value> = answer["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| &note["key"])
        .collect();
    let (mut valued, mut missing) = (0, 0);
    for cell in cells(&answer) {
        let cause = cell["missing"].as_str().unwrap();
        if cell["value"].is_null() {
            assert!(keys.contains(&&cell["missing"]), "{cell}");
            missing += 1;
        } else {
            assert!(cause.is_empty() && cell["deviation"].is_string(), "{cell}");
            assert!(cell["inputs"].as_u64().unwrap() > 0, "{cell}");
            assert!(!cell["rests_on"].as_array().unwrap().is_empty(), "{cell}");
            assert!(
                cell["takes"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|key| keys.contains(&key))
            );
            valued += 1;
        }
    }
    assert!(
        valued > 100 && missing > 100,
        "{valued} with, {missing} without a value"
    );
    let formulas = answer["formulas"].as_array().unwrap();
    assert!(formulas.iter().all(|formula| {
        ["en", "fr"].iter().all(|language| {
            let words = |field: &str| {
                formula[field][language]
                    .as_str()
                    .is_some_and(|text| !text.is_empty())
            };
            words("name") && words("words")
        })
    }));
}

#[test]
fn a_year_is_told_of_every_importer_and_all_years_of_the_members() {
    let one_year = ask(
        "/api/v1/indicators?commodity=nickel&stage=refining&year=2022&quantity=geopolrisk&area=all&limit=2000",
    );
    let importers = cells(&one_year).len();
    assert!(importers > 80, "{importers}");
    let all_years = ask("/api/v1/indicators?commodity=nickel&stage=refining&quantity=geopolrisk&limit=2000");
    // The member of this club, the Union, and the club.
    let years: std::collections::BTreeSet<&str> = cells(&all_years)
        .iter()
        .map(|cell| cell["period"].as_str().unwrap())
        .collect();
    assert!(years.len() > 20 && cells(&all_years).len() == 3 * years.len());
    // What a stage offers has a value: no trade is scored before governance is at hand.
    let offered = all_years["stages"].as_array().unwrap();
    let refining = offered.iter().find(|one| one["stage"] == "refining").unwrap();
    assert!(
        refining["quantities"]
            .as_array()
            .unwrap()
            .contains(&"geopolrisk".into())
    );
    let importer =
        ask("/api/v1/indicators?commodity=nickel&stage=refining&year=2022&quantity=geopolrisk&area=JPN");
    let of_japan = cells(&one_year)
        .iter()
        .find(|cell| cell["area"] == "JPN")
        .unwrap();
    assert_eq!(&cells(&importer)[0], of_japan);
}

#[test]
fn pages_of_indicators_fit_together() {
    let path = "/api/v1/indicators?commodity=cobalt&year=2022";
    let whole = ask(&format!("{path}&limit=2000"));
    let mut pieced = Vec::new();
    for offset in (0..whole["total"].as_u64().unwrap()).step_by(97) {
        let part = ask(&format!("{path}&limit=97&offset={offset}"));
        // Places in `series` are those of the page.
        pieced.extend(cells(&part).iter().map(|cell| cell["value"].clone()));
    }
    let values: Vec<Value> = cells(&whole).iter().map(|cell| cell["value"].clone()).collect();
    assert_eq!(values, pieced);
}

#[test]
fn control_is_told_by_owner_and_by_place() {
    let answer = ask("/api/v1/indicators?commodity=rare_earths&stage=separation");
    let control = answer["control"].as_array().unwrap();
    assert!(!control.is_empty());
    let counted = |one: &&Value| one["counted"].as_u64() > Some(0);
    for one in control.iter().filter(counted) {
        assert!(one["counted"].as_u64() <= one["sites"].as_u64());
        let part = |held: &Value| -> f64 {
            let shares = held.as_array().unwrap().iter();
            shares
                .map(|one| {
                    one["share"]["value"]["value"]
                        .as_str()
                        .unwrap()
                        .parse::<f64>()
                        .unwrap()
                })
                .sum()
        };
        assert!((part(&one["by_place"]) - 100.0).abs() < 0.1, "{one}");
        let known: f64 = one["known"]["value"]["value"].as_str().unwrap().parse().unwrap();
        assert!((part(&one["by_owner"]) - known).abs() < 0.1, "{one}");
    }
}

#[test]
fn a_stage_without_published_capacity_says_so() {
    let answer = ask("/api/v1/indicators?commodity=germanium");
    for one in answer["control"].as_array().unwrap() {
        let missing = one["missing"].as_str().unwrap();
        assert_eq!(one["hhi_by_owner"].is_null(), !missing.is_empty(), "{one}");
    }
}

#[test]
fn wrong_questions_about_indicators_are_told() {
    for (path, parameter) in [
        ("quantity=risk", "quantity"),
        ("year=2022-01", "year"),
        ("stage=moon", "stage"),
        ("area=XYZ", "area"),
        ("limit=2001", "limit"),
    ] {
        let answered = ask_with(&format!("/api/v1/indicators?{path}"), &[]);
        assert_eq!(answered.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(answered.json()["parameter"], parameter);
    }
    let unknown = ask_with("/api/v1/indicators?commodity=moonstone", &[]);
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
