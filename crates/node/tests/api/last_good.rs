//! The last balance that could be made stays served when a member says more than can be balanced, and the answer says so.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use didymium_node::clock::SystemClock;
use didymium_node::club::{self, ClubSpec, MemberSpec};
use didymium_node::import::{DataSource, Registered, Sources, TableJob, TableKind};
use didymium_node::{NodeFolder, NodeState, rebuild_twin, server};
use didymium_vocabulary::Vocabulary;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::Quiet;

const HEADER: &str = "measure,commodity,stage,form,substance,mass_basis,area,partner,subject,period,value,qualifier,unit,basis,note,source,licence,retrieved\n";

fn mined(area: &str, period: &str) -> String {
    format!(
        "production,rare_earths,mine,ore,REO,contained,{area},,,{period},1000,,t,reported,,usgs-mcs-2026,Public domain (US Government work),2026-11-22\n"
    )
}

async fn ask(app: &Router, path: &str) -> (StatusCode, Value) {
    let request = Request::get(path).header(header::HOST, "127.0.0.1:7410");
    let response = app
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 24).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// What is said while a balance is being solved.
const SOLVING: &str = "is being balanced";

/// The answer when nothing is being solved any more.
async fn settled(app: &Router, path: &str) -> (StatusCode, Value) {
    for _ in 0..600 {
        let (status, served) = ask(app, path).await;
        if !served["stale"].as_str().is_some_and(|why| why.contains(SOLVING)) {
            return (status, served);
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it is being solved for half a minute")
}

#[test]
fn a_flood_of_places_and_months_leaves_the_last_good_balance_served() {
    let dir = tempfile::tempdir().unwrap();
    let club = dir.path().join("club");
    let member = MemberSpec::local("CAN", "can.exercise.example", "127.0.0.1:7410".parse().unwrap());
    let spec = ClubSpec {
        club: "Exercise club".into(),
        members: vec![member],
    };
    club::found(&club, &spec, Arc::new(SystemClock)).unwrap();
    let mut folder = NodeFolder::open(&club::member_dir(&club, "CAN")).unwrap();
    let mut config = folder.config().clone();
    config.overrides.balance_patience_ms = 0;
    folder.set_config(config).unwrap();
    let state = NodeState::open(folder, Arc::new(SystemClock)).unwrap();
    let app = server::app(state.clone());
    let sources = Sources::read("sources.csv", DataSource::Embedded.open("sources.csv").unwrap().0).unwrap();
    let mut registered = Registered::scan(&**state.store(), state.charter().charter()).unwrap();
    let mut load = |table: &str, text: &str| {
        let job = TableJob {
            kind: TableKind::Statistic,
            table,
            file: "exercise.csv",
            sources: &sources,
            supersede: None,
        };
        job.load(&state, &mut registered, text.as_bytes(), &mut Quiet)
            .unwrap();
        rebuild_twin(&state).unwrap();
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let balance = "/api/v1/reconciled?commodity=rare_earths&period=2023";

    let good = format!("{HEADER}{}{}", mined("CHN", "2023"), mined("AUS", "2023"));
    load("good", &good);
    let (status, before) = runtime.block_on(ask(&app, balance));
    assert_eq!((status, &before["stale"]), (StatusCode::OK, &Value::Null));

    // More that can be balanced: what was known before is shown until it is.
    let mut more = HEADER.to_owned();
    for country in Vocabulary::embedded().countries() {
        more.push_str(&mined(&country.iso3, "2023"));
        more.push_str(&mined(&country.iso3, "2021"));
    }
    load("more", &more.replace("-2026,", "-2025,"));
    let (status, meanwhile) = runtime.block_on(ask(&app, balance));
    assert_eq!(
        (status, &meanwhile["cut"]),
        (StatusCode::OK, &before["cut"]),
        "{meanwhile}"
    );
    assert!(
        meanwhile["stale"].as_str().unwrap().contains(SOLVING),
        "{meanwhile}"
    );
    let (_, before) = runtime.block_on(settled(&app, balance));
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
    load("flood", &flood);
    for path in [balance, "/api/v1/contradictions?commodity=rare_earths"] {
        let (status, served) = runtime.block_on(settled(&app, path));
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
    let (status, refused) = runtime.block_on(ask(&app, &format!("{balance}&format=csv")));
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{refused}");
    let (_, served) = runtime.block_on(ask(&app, balance));
    assert_eq!(served["stages"], before["stages"]);

    // A node that never had a good one has none to serve, and says why.
    let fresh = server::app(state);
    let (status, refused) = runtime.block_on(ask(&fresh, balance));
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{refused}");
    assert!(refused.to_string().contains("too large"), "{refused}");
}
