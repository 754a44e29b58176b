//! What the HTTP server answers: headers, problem details, caches, limits.

use crate::common;
use crate::common::{Served, TestClub, client, report};
use didymium_node::server::{CONTENT_SECURITY_POLICY, ProblemType};
use reqwest::{Method, Response, StatusCode, header};

pub fn served() -> (TestClub, Served) {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let can = club.serve("CAN");
    (club, can)
}

pub async fn get(node: &Served, path: &str) -> Response {
    client().get(format!("{}{path}", node.base)).send().await.unwrap()
}

pub fn text<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

pub async fn problem(response: Response, status: u16, name: &str) {
    assert_eq!(response.status().as_u16(), status);
    assert_eq!(text(&response, "content-type"), "application/problem+json");
    assert_eq!(
        text(&response, "content-security-policy"),
        CONTENT_SECURITY_POLICY
    );
    assert!(!text(&response, "x-request-id").is_empty());
    let body: serde_json::Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert_eq!(body["type"], format!("/problems/{name}"), "{body}");
    assert_eq!(body["status"], status);
    assert!(
        body["title"].is_string() && !body["detail"].as_str().unwrap().is_empty(),
        "{body}"
    );
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let (_club, node) = served();
    assert_eq!(
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    for path in [
        "/",
        "/healthz",
        "/metrics",
        "/log/checkpoint",
        "/log/blob/00",
        "/nowhere.js",
        "/schemas/site/v1",
    ] {
        let response = get(&node, path).await;
        for (name, value) in [
            ("content-security-policy", CONTENT_SECURITY_POLICY),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(text(&response, name), value, "{path} {name}");
        }
        assert!(
            text(&response, "permissions-policy").contains("geolocation=()"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn errors_are_problem_details_and_each_type_is_described() {
    let (_club, node) = served();
    problem(get(&node, "/api/v1/nothing").await, 404, "not-found").await;
    problem(get(&node, "/log/tile/0/xyz").await, 404, "not-found").await;
    problem(get(&node, "/mirror/XXX/checkpoint").await, 404, "not-found").await;
    problem(get(&node, "/assets/nothing.js").await, 404, "not-found").await;
    let send = |method: Method, path: &str| client().request(method, format!("{}{path}", node.base));
    let refused = send(Method::POST, "/log/checkpoint").send().await.unwrap();
    assert_eq!(text(&refused, "allow"), "GET,HEAD");
    problem(refused, 405, "method-not-allowed").await;
    problem(
        send(Method::DELETE, "/some/page").send().await.unwrap(),
        405,
        "method-not-allowed",
    )
    .await;
    for kind in ProblemType::ALL {
        let described = get(&node, &format!("/problems/{}", kind.name())).await;
        assert_eq!(described.status(), StatusCode::OK);
        assert!(described.text().await.unwrap().contains(kind.title()));
    }
    problem(get(&node, "/problems/none").await, 404, "not-found").await;
}

#[tokio::test]
async fn bodies_are_bounded_and_hosts_are_checked() {
    let (_club, node) = served();
    let post = |bytes: usize| {
        client()
            .post(format!("{}/log/checkpoint", node.base))
            .body(vec![b'x'; bytes])
            .send()
    };
    problem(post(64 * 1024 + 1).await.unwrap(), 413, "body-too-large").await;
    problem(post(64 * 1024).await.unwrap(), 405, "method-not-allowed").await;
    let host = |name: &str| {
        client()
            .get(format!("{}/healthz", node.base))
            .header(header::HOST, name)
            .send()
    };
    problem(host("evil.example").await.unwrap(), 421, "wrong-host").await;
    problem(
        host("127.0.0.1.evil.example:4801").await.unwrap(),
        421,
        "wrong-host",
    )
    .await;
    for own in ["localhost:4801", "[::1]:1", "127.0.0.1"] {
        assert_eq!(host(own).await.unwrap().status(), StatusCode::OK, "{own}");
    }
    // A target that names another host is another's, whatever the header says.
    let address = node.base.trim_start_matches("http://").to_owned();
    let asked =
        format!("GET http://evil.example/healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    let mut socket = tokio::net::TcpStream::connect(&address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut socket, asked.as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut socket, &mut answer)
        .await
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 421"), "{answer}");
}

#[tokio::test]
async fn schemas_health_and_metrics_are_served() {
    let (_club, node) = served();
    for kind in didymium_statement::published_kinds() {
        let response = get(&node, &format!("/schemas/{}/v{}", kind.kind, kind.version)).await;
        assert_eq!(text(&response, "content-type"), "application/schema+json");
        assert!(text(&response, "etag").starts_with("W/\""));
        let schema: serde_json::Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert!(schema["properties"].is_object(), "{kind}");
    }
    for absent in [
        "/schemas/site/v2",
        "/schemas/site/1",
        "/schemas/vote/v1",
        "/schemas/site/v01x",
    ] {
        problem(get(&node, absent).await, 404, "not-found").await;
    }
    let health: serde_json::Value =
        serde_json::from_slice(&get(&node, "/healthz").await.bytes().await.unwrap()).unwrap();
    assert_eq!(
        (&health["status"], &health["member"], &health["entries"]),
        (&"ok".into(), &"CAN".into(), &1.into())
    );
    let response = get(&node, "/metrics").await;
    assert!(text(&response, "content-type").starts_with("application/openmetrics-text"));
    let metrics = response.text().await.unwrap();
    for line in [
        "didymium_http_requests_total{route=\"/healthz\",status=\"200\"} 1",
        "didymium_log_entries{member=\"CAN\"} 1",
        "didymium_log_entries{member=\"DEU\"} 0",
        "didymium_twin_state{state=\"building\"} 1",
        "# EOF",
    ] {
        assert!(metrics.contains(line), "{line} in\n{metrics}");
    }
}

#[tokio::test]
async fn answers_are_compressed_when_asked_and_pages_fall_back_to_the_one_page() {
    let (_club, node) = served();
    for encoding in ["gzip", "br"] {
        let asked = client()
            .get(format!("{}/schemas/site/v1", node.base))
            .header(header::ACCEPT_ENCODING, encoding);
        assert_eq!(text(&asked.send().await.unwrap(), "content-encoding"), encoding);
    }
    let page = get(&node, "/mineral/rare_earths?year=2023").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert_eq!(text(&page, "content-type"), "text/html; charset=utf-8");
    assert_eq!(text(&page, "cache-control"), "no-cache");
    let etag = text(&page, "etag").to_owned();
    assert_eq!(
        page.text().await.unwrap(),
        get(&node, "/").await.text().await.unwrap()
    );
    let again = client()
        .get(&node.base)
        .header(header::IF_NONE_MATCH, etag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    // An address that leads nowhere shows the page that says so, with the status that says so.
    let nowhere = get(&node, "/minerals/rare-earths").await;
    assert_eq!(nowhere.status(), StatusCode::NOT_FOUND);
    assert_eq!(text(&nowhere, "content-type"), "text/html; charset=utf-8");
    for outside in [
        "/%2e%2e/Cargo.toml",
        "/..%2fCargo.toml",
        "/.git/config",
        "/assets/../../../Cargo.toml",
    ] {
        let response = get(&node, outside).await;
        assert!(!response.text().await.unwrap().contains("[package]"), "{outside}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_node_shows_its_twin_and_stops_cleanly() {
    let mut club = TestClub::found(&["CAN"]);
    let node = club.start("CAN").await;
    let state = node.state.clone();
    common::eventually("the first twin", || state.twin().is_some()).await;
    let first = state.twin().unwrap().cut().id();
    report(&state, 0, 1);
    common::eventually("a twin of the new entry", || {
        state.twin().unwrap().cut().id() != first
    })
    .await;
    let base = node.base.clone();
    assert_eq!(
        client()
            .get(format!("{base}/healthz"))
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::OK
    );
    node.stop().await;
    assert!(client().get(format!("{base}/healthz")).send().await.is_err());
    drop(state);
    common::eventually("the folder is free", || {
        didymium_node::Node::open(&club.folder("CAN")).is_ok()
    })
    .await;
}
