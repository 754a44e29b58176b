//! The last balance that could be made stays served when a member says more than can be balanced, and the answer says so.

use std::sync::Arc;

use axum::http::StatusCode;
use didymium_node::clock::SystemClock;
use didymium_node::import::TableKind;
use didymium_node::rebuild_twin;
use didymium_vocabulary::Vocabulary;
use serde_json::Value;

use crate::exercise::Exercise;

const HEADER: &str = "measure,commodity,stage,form,substance,mass_basis,area,partner,subject,period,value,qualifier,unit,basis,note,source,licence,retrieved\n";

fn mined(area: &str, period: &str) -> String {
    format!(
        "production,rare_earths,mine,ore,REO,contained,{area},,,{period},1000,,t,reported,,usgs-mcs-2026,Public domain (US Government work),2026-11-22\n"
    )
}

fn ask(exercise: &Exercise, path: &str) -> (StatusCode, Value) {
    let answered = exercise.ask(path, &[]);
    let told = serde_json::from_slice(&answered.body).unwrap_or(Value::Null);
    (answered.status, told)
}

/// What is said while a balance is being solved.
const SOLVING: &str = "is being balanced";

/// The answer when nothing is being solved any more.
fn settled(exercise: &Exercise, path: &str) -> (StatusCode, Value) {
    for _ in 0..600 {
        let (status, served) = ask(exercise, path);
        if !served["stale"].as_str().is_some_and(|why| why.contains(SOLVING)) {
            return (status, served);
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("it is being solved for half a minute")
}

#[test]
fn a_flood_of_places_and_months_leaves_the_last_good_balance_served() {
    let mut exercise = Exercise::found_with(Arc::new(SystemClock), |folder| {
        let mut config = folder.config().clone();
        config.overrides.balance_patience_ms = 0;
        folder.set_config(config).unwrap();
    });
    let load = |exercise: &mut Exercise, table: &str, text: &str| {
        let named = (table, "exercise.csv");
        exercise.load(TableKind::Statistic, named, text.as_bytes(), None);
        rebuild_twin(&exercise.state).unwrap();
    };
    let balance = "/api/v1/reconciled?commodity=rare_earths&period=2023";

    let good = format!("{HEADER}{}{}", mined("CHN", "2023"), mined("AUS", "2023"));
    load(&mut exercise, "good", &good);
    let (status, before) = ask(&exercise, balance);
    assert_eq!((status, &before["stale"]), (StatusCode::OK, &Value::Null));

    // More that can be balanced: what was known before is shown until it is.
    let mut more = HEADER.to_owned();
    for country in Vocabulary::embedded().countries() {
        more.push_str(&mined(&country.iso3, "2023"));
        more.push_str(&mined(&country.iso3, "2021"));
    }
    load(&mut exercise, "more", &more.replace("-2026,", "-2025,"));
    let (status, meanwhile) = ask(&exercise, balance);
    assert_eq!(
        (status, &meanwhile["cut"]),
        (StatusCode::OK, &before["cut"]),
        "{meanwhile}"
    );
    assert!(
        meanwhile["stale"].as_str().unwrap().contains(SOLVING),
        "{meanwhile}"
    );
    let (_, before) = settled(&exercise, balance);
    assert_eq!(before["stale"], Value::Null);
    assert_ne!(before["cut"], meanwhile["cut"]);

    let mut flood = HEADER.to_owned();
    // Each place by month over 22 years.
    for country in Vocabulary::embedded().countries() {
        flood.push_str(&mined(&country.iso3, "2022"));
    }
    for year in 2000..2022 {
        flood.push_str(&mined("CAN", &format!("{year}-06")));
    }
    load(&mut exercise, "flood", &flood);
    for path in [balance, "/api/v1/contradictions?commodity=rare_earths"] {
        let (status, served) = settled(&exercise, path);
        assert_eq!(status, StatusCode::OK, "{path}: {served}");
        let why = served["stale"].as_str().unwrap();
        assert!(
            why.contains("too large") && why.contains("withdraw or mend"),
            "{why}"
        );
        assert_eq!(
            served["cut"], before["cut"],
            "the state that the figures are of is told"
        );
    }
    for path in [
        balance,
        "/api/v1/contradictions?commodity=rare_earths",
        "/api/v1/reconciled/line?commodity=rare_earths&stage=mine",
    ] {
        let (status, refused) = ask(&exercise, &format!("{path}&format=csv"));
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {refused}");
        assert!(refused.to_string().contains("too large"), "{path}: {refused}");
    }
    let (_, served) = ask(&exercise, balance);
    assert_eq!(served["stages"], before["stages"]);

    // After a start the last good state is balanced again.
    exercise.forget();
    let (status, served) = ask(&exercise, balance);
    assert_eq!(
        (status, &served["cut"]),
        (StatusCode::OK, &before["cut"]),
        "{served}"
    );
    assert_eq!(served["stages"], before["stages"]);
    assert!(
        served["stale"].as_str().unwrap().contains("too large"),
        "{served}"
    );
    let (_, again) = ask(&exercise, balance);
    assert_eq!(again["cut"], before["cut"]);

    // A node that never had a good one has none to serve, and says why.
    std::fs::remove_file(exercise.state.dir().join("last_balances.json")).unwrap();
    exercise.forget();
    let (status, refused) = ask(&exercise, balance);
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{refused}");
    assert!(refused.to_string().contains("too large"), "{refused}");
}
