//! The robust balance: asked for by name, told apart from the plain one, and walked back to how much each report counts.

use axum::http::StatusCode;
use didymium_node::api::views::{BalanceLens, Lens, estimate_trace, reconciled};
use didymium_twin::balance::{Balance, Options, Spot};
use didymium_twin::reconcile::Huber;
use serde_json::Value;

use crate::downloads::csv;
use crate::{FIXTURE, ask, ask_with};

/// A family with few figures, some of which contradict each other.
const FAMILY: &str = "graphite_natural";

fn number(text: &Value) -> f64 {
    text.as_str().unwrap().parse().unwrap()
}

#[test]
fn the_robust_balance_is_asked_for_by_name_and_says_how_many_reports_count_less() {
    let (plain, robust) = (
        ask(&format!("/api/v1/reconciled?commodity={FAMILY}")),
        ask(&format!("/api/v1/reconciled?commodity={FAMILY}&robust=true")),
    );
    assert_eq!(plain["counted_less"], Value::Null);
    assert!(robust["counted_less"].as_u64().unwrap() > 0);
    assert_eq!(
        (&plain["settled"], &plain["rounds"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(robust["settled"], true);
    assert!((2..100).contains(&robust["rounds"].as_u64().unwrap()));
    assert_eq!(
        plain,
        ask(&format!("/api/v1/reconciled?commodity={FAMILY}&robust=false"))
    );
    // What does not fit is told of the reports as they are.
    for same in ["flagged", "findings", "test", "voices", "cut"] {
        assert_eq!(plain[same], robust[same], "{same}");
    }
    assert_ne!(plain["stages"], robust["stages"]);
    let wrong = ask_with(&format!("/api/v1/reconciled?commodity={FAMILY}&robust=yes"), &[]);
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[test]
fn a_robust_estimate_has_an_address_of_its_own_that_leads_to_what_counts_less() {
    let rows = csv(&format!("/api/v1/reconciled?commodity={FAMILY}&robust=true"));
    assert!(rows.iter().all(|row| row["figure"].starts_with("robust|")));
    let mut less = 0;
    let world = rows
        .iter()
        .filter(|row| row["place"] == "WLD" && row["line"] == "produced" && !row["value"].is_empty());
    for row in world {
        let figure = row["figure"].replace('|', "%7C");
        let told = ask(&format!("/api/v1/reconciled/figure?figure={figure}&limit=2000"));
        assert_eq!(told["estimate"]["value"].as_str().unwrap(), row["value"]);
        assert_eq!(told["estimate"]["figure"].as_str().unwrap(), row["figure"]);
        for weight in told["weights"].as_array().unwrap() {
            let is_report = !matches!(
                weight["kind"].as_str().unwrap(),
                "capacity" | "recipe" | "returns" | "alloy" | "assumption" | "no_process"
            );
            assert_eq!(is_report, weight["counts"].is_string(), "{weight}");
            if is_report {
                assert!((0.0..=100.0).contains(&number(&weight["counts"])));
                less += usize::from(number(&weight["counts"]) < 99.5);
            }
        }
    }
    assert!(less > 0);
    let line = ask(&format!(
        "/api/v1/reconciled/line?commodity={FAMILY}&stage=mine&robust=true"
    ));
    let point = &line["points"].as_array().unwrap()[0]["estimate"]["figure"];
    assert!(point.as_str().unwrap().starts_with("robust|"));
}

#[test]
fn a_robust_balance_that_did_not_settle_says_so_with_the_balance_and_each_figure() {
    let twin = FIXTURE.state.twin().unwrap();
    let told = |limit: usize| {
        let options = Options {
            robust: Some(Huber {
                limit,
                ..Huber::default()
            }),
            ..Options::default()
        };
        let balance = Balance::of(&twin, FAMILY, &options).unwrap();
        let of = BalanceLens {
            balance: &balance,
            lens: Lens { twin: &twin },
            stale: None,
        };
        let found = reconciled(of, 0, &Spot::World, None).unwrap();
        let (key, _) = balance.quantities().next().unwrap();
        let words = estimate_trace(of, key, 0, 1).unwrap().words;
        (found.settled, found.rounds, words)
    };
    let (settled, _, words) = told(100);
    assert_eq!(settled, Some(true));
    let (unsettled, rounds, more) = told(1);
    assert_eq!((unsettled, rounds), (Some(false), Some(1)));
    assert!(more.en.contains("did not settle in 1 rounds"), "{}", more.en);
    assert!(more.fr.contains("pas stabilisés en 1 "), "{}", more.fr);
    assert!(!words.en.contains("settle") && !words.fr.contains("stabilisés"));
}
