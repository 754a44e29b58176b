//! What the layers answer when a handler panics, is slow, or refuses: on faces made for that.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::routing::post;
use tower::ServiceExt as _;

use super::*;
use crate::NodeFolder;
use crate::clock::SystemClock;
use crate::club::{ClubSpec, MemberSpec, found};

/// A node that takes one request at a time and gives up on it after 1.5 seconds.
fn state(dir: &std::path::Path) -> NodeState {
    let member = MemberSpec::local("CAN", "can.club.example", "127.0.0.1:4801".parse().unwrap());
    let spec = ClubSpec {
        club: "Club".into(),
        members: vec![member],
    };
    found(&dir.join("club"), &spec, Arc::new(SystemClock)).unwrap();
    let mut folder = NodeFolder::open(&dir.join("club/CAN")).unwrap();
    let mut config = folder.config().clone();
    config.overrides.request_ms_max = 1_500;
    config.overrides.concurrent_requests_max = 1;
    folder.set_config(config).unwrap();
    NodeState::open(folder, Arc::new(SystemClock)).unwrap()
}

async fn never() {
    std::future::pending::<()>().await;
}

async fn panics() {
    panic!("secret words");
}

async fn fails() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "secret words").into_response()
}

async fn takes(Json(_): Json<serde_json::Value>) -> &'static str {
    "taken"
}

fn faces() -> Router {
    Router::new()
        .route("/never", get(never))
        .route("/panics", get(panics))
        .route("/fails", get(fails))
        .route("/takes", post(takes))
}

async fn ask(app: &Router, request: axum::http::request::Builder, body: Body) -> (u16, serde_json::Value) {
    let request = request.header(header::HOST, "127.0.0.1:4801").body(body).unwrap();
    let answer = app.clone().oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let bytes = to_bytes(answer.into_body(), 100_000).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

#[tokio::test]
async fn panics_and_failures_tell_nothing_of_the_inside() {
    let dir = tempfile::tempdir().unwrap();
    let app = guarded(faces(), state(dir.path()));
    for path in ["/panics", "/fails"] {
        let (status, body) = ask(&app, Request::get(path), Body::empty()).await;
        assert_eq!(
            (status, &body["type"]),
            (500, &"/problems/internal".into()),
            "{path}"
        );
        assert!(!body.to_string().contains("secret"), "{body}");
    }
}

#[tokio::test]
async fn slow_answers_end_and_more_requests_than_places_are_turned_away() {
    let dir = tempfile::tempdir().unwrap();
    let app = guarded(faces(), state(dir.path()));
    let slow = ask(&app, Request::get("/never"), Body::empty());
    let next = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        ask(&app, Request::get("/fails"), Body::empty()).await
    };
    let (slow, next) = futures_util::future::join(slow, next).await;
    assert_eq!((slow.0, &slow.1["type"]), (504, &"/problems/timeout".into()));
    assert_eq!((next.0, &next.1["type"]), (503, &"/problems/overloaded".into()));
    assert_eq!(
        ask(&app, Request::get("/fails"), Body::empty()).await.0,
        500,
        "the place is free again"
    );
}

#[tokio::test]
async fn refused_bodies_say_why() {
    let dir = tempfile::tempdir().unwrap();
    let app = guarded(faces(), state(dir.path()));
    let json = || Request::post("/takes").header(header::CONTENT_TYPE, "application/json");
    assert_eq!(ask(&app, json(), Body::from("{}")).await.0, 200);
    let (status, body) = ask(&app, Request::post("/takes"), Body::from("{}")).await;
    assert_eq!(
        (status, &body["type"]),
        (415, &"/problems/unsupported-media-type".into())
    );
    let (status, body) = ask(&app, json(), Body::from("{")).await;
    assert_eq!((status, &body["type"]), (400, &"/problems/bad-request".into()));
    assert!(body["detail"].as_str().unwrap().contains("line 1"), "{body}");
    // A body that does not say how long it is.
    let endless = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 4_096]));
    let (status, body) = ask(&app, json(), Body::from_stream(endless)).await;
    assert_eq!((status, &body["type"]), (413, &"/problems/body-too-large".into()));
}
