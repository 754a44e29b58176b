//! What the layers answer when a handler panics, is slow, or refuses: on faces made for that.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::routing::post;
use tower::ServiceExt as _;

use didymium_statement::{Draft, Kind, KindVersion, Statement, Visibility};

use super::*;
use crate::clock::SystemClock;
use crate::club::{ClubSpec, MemberSpec, found};
use crate::gate::Passage;
use crate::{Intake, NodeFolder};

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

async fn answer(app: &Router, request: axum::http::request::Builder, body: Body) -> Response {
    let request = request.header(header::HOST, "127.0.0.1:4801").body(body).unwrap();
    app.clone().oneshot(request).await.unwrap()
}

async fn ask(app: &Router, request: axum::http::request::Builder, body: Body) -> (u16, serde_json::Value) {
    let answer = answer(app, request, body).await;
    let status = answer.status().as_u16();
    (status, said(answer).await)
}

async fn said(answer: Response) -> serde_json::Value {
    let bytes = to_bytes(answer.into_body(), 100_000).await.unwrap();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// A statement of the member, and the request that submits it.
fn statement(state: &NodeState) -> Statement {
    let draft = Draft {
        issuer: state.member().did.clone(),
        subject: "https://can.club.example/returns/1".into(),
        kind: KindVersion::v1(Kind::Return),
        valid: None,
        visibility: Visibility::Public,
        payload: b"{}".to_vec(),
    };
    draft.sign(state.signer()).unwrap().0
}

fn submission() -> axum::http::request::Builder {
    Request::post("/entries")
        .header(header::CONTENT_TYPE, "application/cose")
        .header(header::ACCEPT, "application/problem+json")
}

/// A submitter is told to come again, after so many seconds, and why.
async fn turned_away(answer: Response, seconds: &str, why: &str) {
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()[header::RETRY_AFTER], seconds, "{why}");
    let said = said(answer).await;
    assert_eq!(said["type"], "/problems/overloaded", "{said}");
    assert!(said["detail"].as_str().unwrap().contains(why), "{said}");
}

#[tokio::test]
async fn a_log_that_waits_behind_its_fence_or_is_shut_says_when_to_come_again() {
    let dir = tempfile::tempdir().unwrap();
    let state = state(dir.path());
    let app = app(state.clone());
    let bytes = statement(&state).bytes().to_vec();
    let submit = || answer(&app, submission(), Body::from(bytes.clone()));
    state
        .ledger()
        .gate()
        .set(Passage::Waiting { heard: 1, needed: 3 });
    turned_away(submit().await, "2", "3 other members must first say").await;
    state.ledger().gate().set(Passage::Open);
    assert_eq!(submit().await.status(), StatusCode::CREATED, "then it is taken");
    let reason = "the folder is an old copy".to_owned();
    state.ledger().gate().set(Passage::Shut { reason });
    turned_away(submit().await, "3600", "an old copy").await;
}

#[tokio::test]
async fn a_full_pool_says_when_to_come_again() {
    let dir = tempfile::tempdir().unwrap();
    let state = state(dir.path());
    let app = app(state.clone());
    let statement = statement(&state);
    let (intake, held) = Intake::full((statement.clone(), None));
    state.set_intake(intake);
    let full = answer(&app, submission(), Body::from(statement.bytes().to_vec())).await;
    turned_away(full, "1", "too many wait").await;
    assert_eq!(state.ledger().log().size().unwrap(), 1, "nothing was logged");
    drop(held);
}

#[tokio::test]
async fn a_submission_beyond_the_requests_under_way_is_told_to_come_again() {
    let dir = tempfile::tempdir().unwrap();
    let state = state(dir.path());
    let app = app(state.clone());
    // One whose body never comes holds the only place.
    let endless = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let slow = answer(&app, submission(), Body::from_stream(endless));
    let next = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let bytes = statement(&state).bytes().to_vec();
        let refused = answer(&app, submission(), Body::from(bytes.clone())).await;
        turned_away(refused, "1", "under way").await;
        bytes
    };
    let (slow, bytes) = futures_util::future::join(slow, next).await;
    assert_eq!(slow.status(), StatusCode::GATEWAY_TIMEOUT);
    let again = answer(&app, submission(), Body::from(bytes)).await;
    assert_eq!(again.status(), StatusCode::CREATED, "the place is free again");
}

/// CAN, as other machines ask it, with four places; and the signer of its requests, which count as any member's.
fn for_nodes(dir: &std::path::Path) -> (NodeState, crate::transport::RequestSigner) {
    let at = "127.0.0.1:4843".parse().unwrap();
    let member = MemberSpec::local("CAN", "can.club.example", "127.0.0.1:4801".parse().unwrap());
    let spec = ClubSpec {
        club: "Club".into(),
        members: vec![member.reached_by_tls(at)],
    };
    found(&dir.join("club"), &spec, Arc::new(SystemClock)).unwrap();
    let mut folder = NodeFolder::open(&dir.join("club/CAN")).unwrap();
    let mut config = folder.config().clone();
    config.overrides.request_ms_max = 3_000;
    config.overrides.concurrent_requests_max = 4;
    folder.set_config(config).unwrap();
    let seed = std::fs::read_to_string(dir.join("club/CAN/keys/transport.key")).unwrap();
    let seed: [u8; 32] = hex::decode(seed.trim()).unwrap().try_into().unwrap();
    let key = didymium_statement::TransportSigner::from_seed(&zeroize::Zeroizing::new(seed));
    let signer = crate::transport::RequestSigner::new("CAN", key);
    (NodeState::open(folder, Arc::new(SystemClock)).unwrap(), signer)
}

#[tokio::test]
async fn strangers_take_no_place_of_members() {
    let dir = tempfile::tempdir().unwrap();
    let (state, signer) = for_nodes(dir.path());
    let app = nodes_app(state.clone());
    let signed = |method: &str, path: &str, body: &[u8]| {
        let url = reqwest::Url::parse(&format!("https://127.0.0.1:4843{path}")).unwrap();
        let headers = crate::transport::signed_headers(&signer, &SystemClock, method, &url, body).unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:4843");
        request.headers_mut().unwrap().extend(headers);
        request
    };
    let endless = || {
        let pending = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        Body::from_stream(pending)
    };
    let stranger = || {
        let request = submission().header(header::HOST, "127.0.0.1:4843");
        app.clone().oneshot(request.body(endless()).unwrap())
    };
    // The word of a member without its key, and of a member's key for another request.
    let claims = || {
        let mut request = signed("GET", "/healthz", b"").uri("/entries").method("POST");
        let headers = request.headers_mut().unwrap();
        headers.insert(header::CONTENT_TYPE, "application/cose".parse().unwrap());
        app.clone().oneshot(request.body(endless()).unwrap())
    };
    let slow = async {
        let all = [stranger(), stranger(), stranger(), stranger(), stranger()];
        let claiming = [claims(), claims(), claims(), claims()];
        futures_util::future::join(
            futures_util::future::join_all(all),
            futures_util::future::join_all(claiming),
        )
        .await
    };
    let member = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let read = signed("GET", "/witness/heads", b"").body(Body::empty()).unwrap();
        let begun = std::time::Instant::now();
        let read = app.clone().oneshot(read).await.unwrap();
        assert_eq!(read.status(), StatusCode::OK, "strangers are still there");
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        let bytes = statement(&state).bytes().to_vec();
        let submit = signed("POST", "/entries", &bytes)
            .header(header::CONTENT_TYPE, "application/cose")
            .body(Body::from(bytes))
            .unwrap();
        assert_eq!(
            app.clone().oneshot(submit).await.unwrap().status(),
            StatusCode::CREATED
        );
        // Who signs nothing is told to come again.
        let unsigned = Request::get("/healthz").header(header::HOST, "127.0.0.1:4843");
        let unsigned = app
            .clone()
            .oneshot(unsigned.body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(unsigned.status(), StatusCode::SERVICE_UNAVAILABLE);
    };
    let ((strangers, claiming), ()) = futures_util::future::join(slow, member).await;
    let held = strangers
        .iter()
        .chain(&claiming)
        .filter(|answer| answer.as_ref().unwrap().status() == StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(held.count(), 1, "one of four places is theirs");
    // It is free again.
    let unsigned = Request::get("/healthz").header(header::HOST, "127.0.0.1:4843");
    let unsigned = app
        .clone()
        .oneshot(unsigned.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(unsigned.status(), StatusCode::OK);
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
