//! Logs and blobs as C2SP tlog-tiles asks for them to be served.

use didymium_statement::PayloadRef;
use reqwest::{StatusCode, header};

use crate::common::{TestClub, client, report, said};
use crate::server::{get, problem, served, text};

#[tokio::test]
async fn the_log_face_keeps_to_tlog_tiles() {
    let (_club, node) = served();
    report(&node.state, 0, 299);
    let checkpoint = get(&node, "/log/checkpoint").await;
    assert_eq!(text(&checkpoint, "content-type"), "text/plain; charset=utf-8");
    assert_eq!(text(&checkpoint, "cache-control"), "no-cache");
    let etag = text(&checkpoint, "etag").to_owned();
    let again = client()
        .get(format!("{}/log/checkpoint", node.base))
        .header(header::IF_NONE_MATCH, &etag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    report(&node.state, 1_000, 1);
    let moved = client()
        .get(format!("{}/log/checkpoint", node.base))
        .header(header::IF_NONE_MATCH, &etag)
        .send()
        .await
        .unwrap();
    assert_eq!(moved.status(), StatusCode::OK);

    for (path, bytes) in [
        ("0/000", 8_192),
        ("0/001.p/45", 1_440),
        ("0/001.p/1", 32),
        ("0/000.p/255", 8_160),
        ("1/000.p/1", 32),
    ] {
        let tile = get(&node, &format!("/log/tile/{path}")).await;
        assert_eq!(tile.status(), StatusCode::OK, "{path}");
        assert_eq!(text(&tile, "content-type"), "application/octet-stream");
        assert!(text(&tile, "cache-control").contains("immutable"));
        assert_eq!(tile.bytes().await.unwrap().len(), bytes, "{path}");
    }
    let bundle = get(&node, "/log/tile/entries/001.p/45")
        .await
        .bytes()
        .await
        .unwrap();
    assert_eq!(didymium_log::tile::decode_bundle(&bundle, 45).unwrap().len(), 45);
    for absent in [
        "0/001",
        "0/001.p/46",
        "0/002.p/1",
        "1/000",
        "1/000.p/0",
        "0/000.p/256",
        "0/1",
        "entries/001",
        "entries/000.p/0",
        "64/000",
    ] {
        problem(get(&node, &format!("/log/tile/{absent}")).await, 404, "not-found").await;
    }
    problem(get(&node, "/mirror/DEU/checkpoint").await, 404, "not-found").await;
    assert_eq!(
        get(&node, "/mirror/CAN/checkpoint").await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn blobs_are_served_by_digest_for_ever() {
    let (_club, node) = served();
    let (large, blob) = said("CAN", node.state.signer(), 1, 50_000);
    let PayloadRef::Blob(digest) = large.payload else {
        panic!("a large payload goes by digest")
    };
    node.state.submit(vec![(large, blob.clone())]).unwrap();
    let response = get(&node, &format!("/log/blob/{digest}")).await;
    assert!(text(&response, "cache-control").contains("immutable"));
    assert_eq!(response.bytes().await.unwrap(), blob.unwrap());
    for absent in ["0".repeat(64), "0".repeat(63), digest.to_string().to_uppercase()] {
        problem(get(&node, &format!("/log/blob/{absent}")).await, 404, "not-found").await;
    }
}

#[tokio::test]
async fn the_policy_of_every_log_is_served_as_a_text_that_verifiers_read() {
    let codes = ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"];
    let mut club = TestClub::found(&codes);
    let node = club.serve("CAN");
    for (path, code) in [
        ("/log/policy", "CAN"),
        ("/mirror/DEU/policy", "DEU"),
        ("/mirror/CAN/policy", "CAN"),
    ] {
        let policy = get(&node, path).await;
        assert_eq!(policy.status(), StatusCode::OK, "{path}");
        assert_eq!(text(&policy, "content-type"), "text/plain; charset=utf-8");
        assert_eq!(text(&policy, "cache-control"), "no-cache");
        let etag = text(&policy, "etag").to_owned();
        let again = client()
            .get(format!("{}{path}", node.base))
            .header(header::IF_NONE_MATCH, &etag);
        assert_eq!(again.send().await.unwrap().status(), StatusCode::NOT_MODIFIED);
        let served = policy.text().await.unwrap();
        let (wanted, quorum) = didymium_node::witnessing::policy_of(&node.state, code).unwrap();
        assert_eq!(served.parse::<didymium_log::policy::Policy>().unwrap(), wanted);
        assert_eq!(quorum.needed(), Some(5));
        assert!(
            served.contains("\nquorum members\n") && served.contains("\ngroup members 5 "),
            "{served}"
        );
        assert!(
            !served.contains(&format!("witness {code} ")),
            "no log is its own witness: {served}"
        );
    }
    problem(get(&node, "/mirror/XXX/policy").await, 404, "not-found").await;
    node.stop().await;
}
