//! Statements that come in over TLS, at the door for other machines (SCRAPI): the member's signature under the statement is
//! the permission, and the request needs none.

use didymium_log::receipt::{Receipt, attach, parse_key_set, verify_statement};
use didymium_statement::{Statement, StatementSigner, Visibility};
use reqwest::{Response, StatusCode};
use zeroize::Zeroizing;

use crate::common::{draft, said};
use crate::transport::{TlsClub, Up, answered, client, now_s};

const COSE: &str = "application/cose";
const CONCISE: &str = "application/concise-problem-details+cbor";
/// The largest body that is taken where the operator set no other limit.
const BODY_BYTES_MAX: usize = 64 * 1024;

async fn file(node: &Up, bytes: &[u8], kind: &str) -> Response {
    let request = client().post(format!("{}/entries", node.nodes));
    let request = request.header("content-type", kind).body(bytes.to_vec());
    for _ in 0..20 {
        match request.try_clone().unwrap().send().await {
            // What is refused before all of it was sent may find the connection closed before the answer was read.
            Err(error) if error.is_request() => {}
            answered => return answered.unwrap(),
        }
    }
    panic!("the connection is closed each time, and nobody says why")
}

/// The status of a refusal, and its words: who sends COSE is told in CBOR.
async fn refused(node: &Up, bytes: &[u8], kind: &str) -> (u16, String) {
    let answer = file(node, bytes, kind).await;
    let status = answer.status().as_u16();
    let told = answer.headers()["content-type"].to_str().unwrap().to_owned();
    let body = answer.bytes().await.unwrap();
    if kind == COSE {
        assert_eq!(told, CONCISE);
        let problem: ciborium::Value = ciborium::from_reader(&*body).unwrap();
        let entries = problem.into_map().unwrap();
        let [(title, named), (detail, words)] = entries.as_slice() else {
            panic!("{entries:?}")
        };
        assert_eq!((title, detail), (&(-1).into(), &(-2).into()));
        assert!(!named.as_text().unwrap().is_empty());
        return (status, words.as_text().unwrap().to_owned());
    }
    assert_eq!(told, "application/problem+json");
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
    (status, problem["detail"].as_str().unwrap().to_owned())
}

fn place(statement: &Statement) -> String {
    format!("/entries/{}", statement.id())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_member_has_signed_is_filed_over_tls_and_receipted() {
    let club = TlsClub::found(&["CAN", "DEU"]);
    let can = club.start("CAN");
    let (open, _) = said("CAN", can.state.signer(), 1, 300);
    assert_eq!(open.visibility, Visibility::Public);
    let first = file(&can, open.bytes(), COSE).await;
    assert_eq!(first.status(), StatusCode::CREATED);
    assert_eq!(first.headers()["location"], place(&open));
    let receipt = first.bytes().await.unwrap();
    let keys = client().get(format!("{}/.well-known/scitt-keys", can.nodes));
    let keys = keys.send().await.unwrap().bytes().await.unwrap();
    let keys = parse_key_set(&keys, can.state.member().origin()).unwrap();
    let carried = attach(open.bytes(), &[receipt]).unwrap();
    let proven = verify_statement(&carried, &keys).unwrap();
    assert_eq!((proven.index, proven.size), (1, 2));
    let again = file(&can, open.bytes(), COSE).await;
    assert_eq!(again.status(), StatusCode::OK, "sent twice, logged once");

    // Who files has the receipt; who asks later without being a member has it of what is public alone.
    let mut kept = draft("CAN", 2, 300);
    kept.visibility = Visibility::Club;
    let (kept, _) = kept.sign(can.state.signer()).unwrap();
    let filed = file(&can, kept.bytes(), COSE).await;
    assert_eq!(filed.status(), StatusCode::CREATED);
    assert!(Receipt::parse(&filed.bytes().await.unwrap()).is_ok());
    let unsigned = |statement: &Statement| client().get(format!("{}{}", can.nodes, place(statement)));
    assert_eq!(answered(unsigned(&open)).await.0, 200);
    assert_eq!(answered(unsigned(&kept)).await, (401, "for-members".into()));
    let signed = can.asks(&club.signer("DEU"), &place(&kept), now_s(&can.state), 1);
    assert_eq!(answered(signed).await.0, 200);
    assert_eq!(can.state.ledger().log().size().unwrap(), 3);
    can.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_member_has_not_signed_is_refused_with_words() {
    let club = TlsClub::found(&["CAN", "DEU"]);
    let (can, deu) = (club.start("CAN"), club.start("DEU"));
    let (theirs, _) = said("DEU", deu.state.signer(), 1, 300);
    let stranger = StatementSigner::from_seed(&Zeroizing::new([9; 32]));
    let (posed, _) = said("CAN", &stranger, 2, 300);
    let (own, _) = said("CAN", can.state.signer(), 3, 300);
    let mut forged = own.bytes().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    for (bytes, of) in [
        (theirs.bytes(), "another member's"),
        (posed.bytes(), "a stranger's"),
        (&forged, "a forged one"),
        (b"nonsense", "no statement"),
    ] {
        let (status, words) = refused(&can, bytes, COSE).await;
        assert_eq!(status, 400, "{of}: {words}");
        assert!(words.len() > 20, "{of}: {words}");
    }
    let (_, words) = refused(&can, theirs.bytes(), COSE).await;
    assert!(
        words.contains("may not write to the log of did:web:can"),
        "{words}"
    );
    assert_eq!(refused(&can, own.bytes(), "text/plain").await.0, 415);
    let large = vec![0; BODY_BYTES_MAX + 1];
    assert_eq!(refused(&can, &large, COSE).await.0, 413);
    // Who asks for JSON has it; who asks for a receipt and takes COSE has CBOR.
    let as_json = client().post(format!("{}/entries", can.nodes));
    let as_json = as_json
        .header("content-type", COSE)
        .header("accept", "application/json");
    let as_json = as_json.body(b"nonsense".to_vec()).send().await.unwrap();
    assert_eq!(as_json.headers()["content-type"], "application/problem+json");
    for (accept, told) in [(COSE, CONCISE), ("*/*", "application/problem+json")] {
        let ask = client()
            .get(format!("{}{}", can.own, place(&own)))
            .header("accept", accept);
        let missing = ask.send().await.unwrap();
        assert_eq!(missing.status(), StatusCode::NOT_FOUND);
        assert_eq!(missing.headers()["content-type"], told, "{accept}");
    }
    // A request that is signed must be signed well.
    let badly = client()
        .post(format!("{}/entries", can.nodes))
        .header("content-type", COSE);
    let badly = badly.header("accept", "application/json");
    let badly = badly.header("signature", "x=:AA==:").body(own.bytes().to_vec());
    assert_eq!(answered(badly).await, (401, "header-count".into()));
    assert_eq!(can.state.ledger().log().size().unwrap(), 1);
    can.stop().await;
    deu.stop().await;
}
