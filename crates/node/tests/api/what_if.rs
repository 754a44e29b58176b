//! What would be if a report said otherwise: asked, not stored.

use axum::http::StatusCode;
use serde_json::Value;

use crate::{ask, ask_with};

const FAMILY: &str = "graphite_natural";

fn asked(more: &str) -> String {
    format!("/api/v1/contradictions/what-if?commodity={FAMILY}{more}")
}

fn number(text: &Value) -> f64 {
    text.as_str().unwrap().parse().unwrap()
}

#[test]
fn a_report_that_says_what_would_fit_moves_its_figure_there_and_nothing_is_stored() {
    let path = format!("/api/v1/contradictions?commodity={FAMILY}&limit=500");
    let told = ask(&path);
    let reports = told["reports"].as_array().unwrap();
    let report = reports.iter().find(|report| report["flagged"] == true).unwrap();
    let fits = (number(&report["fits_low"]), number(&report["fits_high"]));
    let fit = number(&report["said"]).clamp(fits.0, fits.1);
    let of = told["cut"].as_str().unwrap();
    let found = ask(&asked(&format!(
        "&report={}&said={fit}&of={of}",
        report["number"]
    )));
    for same in ["number", "voice", "stage", "place", "period", "line", "said"] {
        assert_eq!(found[same], report[same], "{same}");
    }
    let moved = found["moved"].as_array().unwrap();
    assert!(!moved.is_empty() && found["moved_total"].as_u64().unwrap() >= moved.len() as u64);
    // Every figure of now is the balance's own.
    let first = &moved[0];
    let figure = first["figure"].as_str().unwrap().replace('|', "%7C");
    let estimate = ask(&format!("/api/v1/reconciled/figure?figure={figure}"));
    assert_eq!(first["before"], estimate["estimate"]["value"]);
    assert_ne!(first["before"], first["after"]);
    // What it says already moves nothing, and withdrawn it leaves less known.
    let same = ask(&asked(&format!(
        "&report={}&said={}",
        report["number"],
        report["said"].as_str().unwrap()
    )));
    assert_eq!(same["moved_total"], 0, "{same}");
    let withdrawn = ask(&asked(&format!("&report={}", report["number"])));
    assert_eq!(withdrawn["instead"], Value::Null);
    let surer =
        |moved: &Value| number(&moved["after_deviation"]) < 0.999 * number(&moved["before_deviation"]);
    assert!(
        withdrawn["moved"]
            .as_array()
            .unwrap()
            .iter()
            .all(|moved| !surer(moved))
    );
    assert_eq!(ask(&path), told);
}

#[test]
fn a_file_has_every_figure_that_would_move_and_an_answer_the_furthest() {
    let told = ask(&format!("/api/v1/contradictions?commodity={FAMILY}&limit=500"));
    let withdrawn = |report: &Value| asked(&format!("&report={}", report["number"]));
    let reports = told["reports"].as_array().unwrap().iter();
    // Nobody makes as much: every figure beside it moves.
    let too_much = |report: &Value| format!("{}&said=90000000", withdrawn(report));
    let more = |path: &String| ask(path)["moved_total"].as_u64() > Some(60);
    let path = reports.map(too_much).find(more).unwrap();
    let answer = ask(&path);
    let (moved, rows) = (answer["moved"].as_array().unwrap(), crate::downloads::csv(&path));
    assert_eq!(moved.len(), 60);
    assert_eq!(rows.len() as u64, answer["moved_total"].as_u64().unwrap());
    for (row, moved) in rows.iter().zip(moved) {
        assert_eq!(row["figure"], moved["figure"].as_str().unwrap());
        assert_eq!(row["after"], moved["after"].as_str().unwrap_or_default());
    }
}

#[test]
fn everything_that_an_estimate_is_made_of_can_be_asked_for() {
    // One that is made of more than is sent at once.
    let made_of_many = |year: &i32| {
        let figure = format!("estimate%7C{FAMILY}%7C{FAMILY}%7Cmine%7CWLD%7C{year}%7Cproduced");
        let told = ask(&format!("/api/v1/reconciled/figure?figure={figure}"));
        (told["weights_total"].as_u64().unwrap() > 60).then_some(figure)
    };
    let figure = (1996..=2024).rev().find_map(|year| made_of_many(&year)).unwrap();
    let of = |more: &str| ask(&format!("/api/v1/reconciled/figure?figure={figure}{more}"));
    let (first, all) = (of(""), of("&limit=2000"));
    let total = all["weights_total"].as_u64().unwrap();
    let weights = |answer: &Value| answer["weights"].as_array().unwrap().clone();
    assert_eq!(weights(&first).len(), 60);
    assert_eq!(weights(&all).len() as u64, total);
    assert_eq!(weights(&all)[..60], weights(&first)[..]);
    assert_eq!(weights(&of("&offset=60&limit=5")), weights(&all)[60..65]);
    let parts = weights(&all)
        .iter()
        .map(|weight| number(&weight["part"]))
        .sum::<f64>();
    // Each is rounded to a tenth.
    assert!((parts - 100.0).abs() < 0.05 * total as f64, "{parts}");
    let rows = crate::downloads::csv(&format!("/api/v1/reconciled/figure?figure={figure}"));
    assert_eq!(rows.len() as u64, total);
    for (row, weight) in rows.iter().zip(weights(&all)) {
        assert_eq!(row["kind"], weight["kind"].as_str().unwrap());
        assert_eq!(row["part_percent"], weight["part"].as_str().unwrap());
        assert_eq!(
            row["facts"].is_empty(),
            weight["observations"].as_array().unwrap().is_empty()
        );
        // What a site is registered with is the register's.
        assert_eq!(
            row["licence"].is_empty(),
            row["facts"].is_empty() && row["site"].is_empty()
        );
    }
    let wrong = ask_with(
        &format!("/api/v1/reconciled/figure?figure={figure}&limit=2001"),
        &[],
    );
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[test]
fn what_cannot_be_asked_is_told_so() {
    let told = ask(&format!("/api/v1/contradictions?commodity={FAMILY}"));
    let reports = told["reports"].as_array().unwrap();
    let number = &reports.iter().find(|report| report["kind"] == "fact").unwrap()["number"];
    for (more, status, told) in [
        ("", 400, "report"),
        ("&report=-1", 400, "whole number"),
        ("&report=99999999", 404, "99999999"),
        ("&report=NUMBER&said=-1", 400, "zero or more"),
        ("&report=NUMBER&said=NaN", 400, "zero or more"),
        ("&report=NUMBER&said=1e300", 400, "zero or more"),
        ("&report=NUMBER&said=a%20lot", 400, "must be tonnes"),
        ("&report=0&of=another", 400, "load the contradictions again"),
        ("&report=0&format=xlsx", 400, "format"),
        ("&report=99999999&format=csv", 404, "99999999"),
        ("&report=NUMBER&said=-1&format=csv", 400, "zero or more"),
    ] {
        let more = more.replace("NUMBER", &number.to_string());
        let answered = ask_with(&asked(&more), &[]);
        let text = String::from_utf8_lossy(&answered.body).into_owned();
        assert_eq!(
            answered.status,
            StatusCode::from_u16(status).unwrap(),
            "{more}: {text}"
        );
        assert!(text.contains(told), "{more}: {text}");
    }
}
