//! A statement goes in over HTTP, a receipt comes out that verifies without the node.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use didymium_log::note::Verifier;
use didymium_log::receipt::{Receipt, attach, key_in_address, parse_key_set, verify_statement};
use didymium_log::tlog_proof::TlogProof;
use didymium_node::receipt::receipt_keys;
use didymium_node::witnessing::policy_of;
use didymium_store::Grade;

use crate::common::{TestClub, client, eventually, said};

const COSE: &str = "application/cose";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_is_registered_and_its_receipt_verifies_offline() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let can = club.serve("CAN");
    let (statement, _) = said("CAN", can.state.signer(), 1, 300);
    let post = |bytes: Vec<u8>, kind: &'static str| {
        let url = format!("{}/entries", can.base);
        async move {
            client()
                .post(url)
                .header("content-type", kind)
                .body(bytes)
                .send()
                .await
                .unwrap()
        }
    };
    let first = post(statement.bytes().to_vec(), COSE).await;
    assert_eq!(first.status(), 201);
    let place = first.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(place, format!("/entries/{}", statement.id()));
    let receipt = first.bytes().await.unwrap();

    let keys = client()
        .get(format!("{}/.well-known/scitt-keys", can.base))
        .send()
        .await
        .unwrap();
    let keys = parse_key_set(&keys.bytes().await.unwrap(), can.state.member().origin()).unwrap();
    let carried = attach(statement.bytes(), &[&receipt]).unwrap();
    let proven = verify_statement(&carried, &keys).unwrap();
    assert_eq!((proven.index, proven.size), (1, 2));
    let stranger: Verifier = club.open("DEU").state().member().keys.log.parse().unwrap();
    assert!(verify_statement(&carried, &[stranger]).is_err());

    let again = post(
        statement.bytes().to_vec(),
        "application/cose; cose-type=\"cose-sign1\"",
    )
    .await;
    assert_eq!(again.status(), 200, "submitted twice, logged once");
    let later = client().get(format!("{}{place}", can.base)).send().await.unwrap();
    assert!(Receipt::parse(&later.bytes().await.unwrap()).is_ok());

    assert_eq!(post(statement.bytes().to_vec(), "text/plain").await.status(), 415);
    assert_eq!(post(b"nonsense".to_vec(), COSE).await.status(), 400);
    let (foreign, _) = said("DEU", can.state.signer(), 2, 300);
    assert_eq!(post(foreign.bytes().to_vec(), COSE).await.status(), 400);
    let mut forged = statement.bytes().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(post(forged, COSE).await.status(), 400);
    assert_eq!(can.state.ledger().log().size().unwrap(), 2);
    let nowhere = format!("{}/entries/{}", can.base, "0".repeat(64));
    assert_eq!(client().get(nowhere).send().await.unwrap().status(), 404);
    can.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_that_a_receipt_names_is_had_by_its_name() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let can = club.serve("CAN");
    let (statement, _) = said("CAN", can.state.signer(), 1, 300);
    let filed = client()
        .post(format!("{}/entries", can.base))
        .header("content-type", COSE)
        .body(statement.bytes().to_vec());
    let receipt = filed.send().await.unwrap().bytes().await.unwrap();
    let asked = |name: String| {
        let ask = client().get(format!("{}/.well-known/scitt-keys/{name}", can.base));
        async move { ask.header("accept", "application/cbor").send().await.unwrap() }
    };
    let kid = Receipt::parse(&receipt).unwrap().key_id().to_vec();
    let named = URL_SAFE_NO_PAD.encode(&kid);
    let found = asked(named.clone()).await;
    assert_eq!(found.status(), 200);
    assert_eq!(found.headers()["content-type"], "application/cbor");
    let key = found.bytes().await.unwrap();
    let member = can.state.member();
    let alone = [&[0x81], &key[..]].concat();
    let own: Verifier = member.keys.log.parse().unwrap();
    assert_eq!(parse_key_set(&alone, member.origin()).unwrap(), [own]);

    let stranger: Verifier = club.open("DEU").state().member().keys.log.parse().unwrap();
    for name in [
        key_in_address(&stranger),
        format!("{named}="),
        named.to_ascii_lowercase(),
        "x".to_owned(),
    ] {
        let absent = asked(name.clone()).await;
        assert_eq!(absent.status(), 404, "{name}");
        let told = &absent.headers()["content-type"];
        assert_eq!(told, "application/concise-problem-details+cbor", "{name}");
    }
    can.stop().await;
}

/// RFC 9942 asks for at least one hash on a path, and the only entry of a tree has none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_alone_in_its_log_waits_for_its_receipt_and_has_its_proof() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let can = club.serve("CAN");
    let log = can.state.ledger().log().clone();
    assert_eq!(log.size().unwrap(), 1, "the genesis");
    let genesis = log.entry(0).unwrap().unwrap();
    let url = format!("{}/entries/{}", can.base, hex::encode(genesis.statement));
    let get = |url: String| client().get(url).send();
    let early = get(url.clone()).await.unwrap();
    assert_eq!(early.status(), 503);
    let wait: u64 = early.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=3_600).contains(&wait), "{wait}");
    let problem: serde_json::Value = serde_json::from_slice(&early.bytes().await.unwrap()).unwrap();
    assert_eq!(problem["type"], "/problems/not-ready");
    assert!(
        problem["detail"].as_str().unwrap().contains("only entry"),
        "{problem}"
    );
    let again = client()
        .post(format!("{}/entries", can.base))
        .header("content-type", COSE);
    let again = again.body(genesis.bytes.clone()).send().await.unwrap();
    assert!(
        !again.status().is_server_error() || again.status() == 503,
        "{}",
        again.status()
    );
    // The other wrapping of the same proof may be empty.
    let proof = get(format!("{url}/proof")).await.unwrap();
    assert_eq!(proof.status(), 200);
    let proof: TlogProof = proof.text().await.unwrap().parse().unwrap();
    let key: Verifier = can.state.member().keys.log.parse().unwrap();
    assert_eq!(proof.verify(&genesis.bytes, &key, None).unwrap().index, 0);

    crate::common::report(&can.state, 0, 1);
    let later = get(url).await.unwrap();
    assert_eq!(later.status(), 200);
    let keys = receipt_keys(&can.state).unwrap();
    let keys = parse_key_set(&keys, can.state.member().origin()).unwrap();
    let carried = attach(&genesis.bytes, &[later.bytes().await.unwrap()]).unwrap();
    assert_eq!(verify_statement(&carried, &keys).unwrap().index, 0);
    can.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_proof_that_is_taken_home_is_witnessed_when_the_quorum_is_there() {
    let codes = ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"];
    let mut club = TestClub::found(&codes);
    let can = club.start("CAN").await;
    let (statement, _) = said("CAN", can.state.signer(), 1, 300);
    let place = can
        .state
        .intake()
        .unwrap()
        .submit(&can.state, statement.clone(), None)
        .await
        .unwrap();
    let log: Verifier = can.state.member().keys.log.parse().unwrap();
    let (policy, _) = policy_of(&can.state, "CAN").unwrap();
    let url = format!("{}/entries/{}/proof", can.base, statement.id());
    let proof = || async {
        let text = client()
            .get(url.clone())
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        text.parse::<TlogProof>().unwrap()
    };
    let early = proof().await;
    assert_eq!(early.extra.as_deref(), Some(statement.bytes()));
    let proven = early.verify(statement.bytes(), &log, Some(&policy)).unwrap();
    assert_eq!(proven.index, place.index);
    assert!(!proven.grade.is_witnessed());

    let mut others = Vec::new();
    for code in &codes[1..] {
        others.push(club.start(code).await);
    }
    eventually("a witnessed checkpoint", || {
        can.state
            .store()
            .published(log.name(), Grade::Witnessed)
            .unwrap()
            .is_some_and(|witnessed| witnessed.size > place.index)
    })
    .await;
    let late = proof()
        .await
        .verify(statement.bytes(), &log, Some(&policy))
        .unwrap();
    assert!(late.grade.is_witnessed());
    for node in others {
        node.stop().await;
    }
    can.stop().await;
}
