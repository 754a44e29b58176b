//! Sites of which nobody reports: nobody can know, and that is told.

use axum::http::StatusCode;
use serde_json::Value;

use crate::downloads::csv;
use crate::{ask, ask_with};

#[test]
fn the_line_of_a_site_of_which_nobody_reports_is_the_same_as_answer_and_as_file() {
    let family = "graphite_natural";
    let whole = ask(&format!("/api/v1/reconciled?commodity={family}"));
    let sites = whole["unreported"].as_array().unwrap();
    assert!(
        !sites.is_empty(),
        "a family whose sites are all reported shows nothing"
    );
    let stages: Vec<&str> = whole["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| stage["stage"].as_str().unwrap())
        .collect();
    let mut told_of = 0;
    for site in sites {
        for stage in &stages {
            let site = crate::encoded(site.as_str().unwrap());
            let path = format!("/api/v1/reconciled/line?commodity={family}&stage={stage}&place={site}");
            let answered = ask_with(&path, &[]);
            if answered.status == StatusCode::NOT_FOUND {
                // No process of it is registered at the stage.
                let file = ask_with(&format!("{path}&format=csv"), &[]);
                assert_eq!(file.status, StatusCode::NOT_FOUND, "{path}");
                continue;
            }
            let told = answered.json();
            let points = told["points"].as_array().unwrap();
            let rows = csv(&path);
            assert_eq!(rows.len(), points.len(), "{path}");
            for (row, point) in rows.iter().zip(points) {
                assert_eq!(row["period"], point["period"]);
                assert_eq!(row["grade"], point["estimate"]["grade"]);
                assert_eq!(row["figure"], point["estimate"]["figure"]);
                assert_eq!(
                    (&row["value"], &point["estimate"]["value"]),
                    (&String::new(), &Value::Null)
                );
                assert_eq!(row["grade"], "X");
                told_of += 1;
            }
        }
    }
    assert!(told_of > 0);
}
