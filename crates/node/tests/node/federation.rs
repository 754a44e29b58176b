//! Nodes that follow each other over HTTP: they converge, catch up, and refuse what breaks the rules.

use crate::common;
use crate::common::{Served, TestClub, copied, eventually, report, said};
use didymium_node::{NodeError, NodeState};
use didymium_statement::PayloadRef;

fn sizes(state: &NodeState) -> Vec<u64> {
    let members = &state.charter().charter().members;
    members
        .iter()
        .map(|member| state.log_of(&member.member).unwrap().size().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_converge_and_serve_each_others_bytes() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let (can, deu) = (club.start("CAN").await, club.start("DEU").await);
    report(&can.state, 0, 3);
    let (large, blob) = said("DEU", deu.state.signer(), 9, 50_000);
    let PayloadRef::Blob(digest) = large.payload else {
        panic!("a large payload goes by digest")
    };
    deu.state.submit(vec![(large, blob.clone())]).unwrap();
    eventually("both hold all", || {
        sizes(&can.state) == [4, 2] && sizes(&deu.state) == [4, 2]
    })
    .await;
    eventually("the blob has come", || {
        can.state.store().blob(digest.as_bytes()).unwrap() == blob
    })
    .await;
    for member in ["CAN", "DEU"] {
        assert_eq!(copied(&can.state, member), copied(&deu.state, member));
    }
    let get = async |url: String| {
        common::client()
            .get(url)
            .send()
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap()
    };
    // The head is the same; cosignatures of it may still be on their way.
    let head = |note: axum::body::Bytes| {
        let text = String::from_utf8(note.to_vec()).unwrap();
        text.lines().take(5).map(str::to_owned).collect::<Vec<_>>()
    };
    let (own, copy) = (
        get(format!("{}/log/checkpoint", can.base)).await,
        get(format!("{}/mirror/CAN/checkpoint", deu.base)).await,
    );
    assert_eq!(head(own), head(copy));
    for what in ["tile/0/000.p/4", "tile/entries/000.p/4", "tile/entries/000.p/2"] {
        let (own, copy) = (
            format!("{}/log/{what}", can.base),
            format!("{}/mirror/CAN/{what}", deu.base),
        );
        assert_eq!(get(own).await, get(copy).await, "{what}");
    }
    assert_eq!(
        get(format!("{}/mirror/DEU/blob/{digest}", can.base)).await,
        blob.unwrap()
    );
    let peer = can.state.peer("DEU").unwrap();
    assert!(peer.trouble.is_none() && peer.last_seen_ms.is_some(), "{peer:?}");
    can.stop().await;
    deu.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seven_nodes_converge_and_one_that_was_away_catches_up() {
    let codes = ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"];
    let mut club = TestClub::found(&codes);
    let away = club.start("USA").await;
    away.stop().await;
    let mut nodes = Vec::new();
    for code in &codes[..6] {
        let node = club.start(code).await;
        report(&node.state, 0, 5);
        nodes.push(node);
    }
    let six = [6, 6, 6, 6, 6, 6, 0];
    eventually("six agree", || {
        nodes.iter().all(|node| sizes(&node.state)[..6] == six[..6])
    })
    .await;
    eventually("the seventh is missed", || {
        nodes
            .iter()
            .all(|node| node.state.peer("USA").unwrap().trouble.is_some())
    })
    .await;
    let back = club.start("USA").await;
    report(&back.state, 0, 1);
    nodes.push(back);
    eventually("seven agree", || {
        nodes
            .iter()
            .all(|node| sizes(&node.state) == [6, 6, 6, 6, 6, 6, 2])
    })
    .await;
    eventually("no trouble is left", || {
        nodes
            .iter()
            .all(|node| node.state.peers().iter().all(|peer| peer.trouble.is_none()))
    })
    .await;
    let digest = |state: &NodeState| {
        state
            .twin()
            .and_then(|twin| Some((twin.cut().id(), twin.digest()?)))
    };
    let first = nodes[0].state.clone();
    eventually("one digest", || {
        let one = digest(&first);
        one.is_some() && nodes.iter().all(|node| digest(&node.state) == one)
    })
    .await;
    for node in nodes {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn six_hundred_entries_come_in_partial_and_full_bundles() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let (can, deu) = (club.serve("CAN"), club.serve("DEU"));
    report(&can.state, 0, 99);
    assert_eq!(deu.federation.pull_once("CAN").await.unwrap().entries, 100);
    report(&can.state, 99, 500);
    let pulled = deu.federation.pull_once("CAN").await.unwrap();
    assert_eq!((pulled.size, pulled.entries), (600, 500));
    assert_eq!(copied(&can.state, "CAN"), copied(&deu.state, "CAN"));
    let log = deu.state.log_of("CAN").unwrap();
    let root = log.root(600).unwrap();
    let proof = log.inclusion(257, None).unwrap();
    didymium_log::proof::verify_inclusion(proof.leaf, 257, 600, &proof.path, root).unwrap();
    assert_eq!(deu.federation.pull_once("CAN").await.unwrap().entries, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withheld_blob_is_missing_until_somebody_has_it() {
    let mut club = TestClub::found(&["CAN", "DEU", "FRA"]);
    let (can, deu, fra) = (club.serve("CAN"), club.serve("DEU"), club.serve("FRA"));
    let (large, blob) = said("CAN", can.state.signer(), 1, 50_000);
    let PayloadRef::Blob(digest) = large.payload else {
        panic!("a large payload goes by digest")
    };
    can.state.submit(vec![(large, blob.clone())]).unwrap();
    can.state.store().delete_blob(digest.as_bytes()).unwrap();

    let pulled = deu.federation.pull_once("CAN").await.unwrap();
    assert_eq!((pulled.entries, pulled.blobs, pulled.missing_blobs), (2, 0, 1));
    assert_eq!(
        deu.state.store().missing_blobs(None, 10).unwrap()[0].0,
        *digest.as_bytes()
    );
    didymium_node::rebuild_twin(&deu.state).unwrap();
    let twin = deu.state.twin().unwrap();
    assert!(twin.digest().is_none(), "a twin that lacks a blob has no digest");

    fra.federation.pull_once("CAN").await.unwrap();
    fra.state
        .store()
        .put_blob(digest.as_bytes(), &blob.unwrap())
        .unwrap();
    let pulled = deu.federation.pull_once("CAN").await.unwrap();
    assert_eq!((pulled.blobs, pulled.missing_blobs), (1, 0), "FRA had it");
    assert!(deu.state.store().missing_blobs(None, 10).unwrap().is_empty());
}

/// What nobody has of one log neither stands in the way of another's, nor counts as missing of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blobs_of_one_log_that_nobody_has_keep_no_other_from_being_fetched() {
    let mut club = TestClub::found(&["CAN", "DEU", "FRA"]);
    let (can, deu, fra) = (club.serve("CAN"), club.serve("DEU"), club.serve("FRA"));
    let large = |node: &Served, number: u64| {
        let code = node.state.member().member.clone();
        let (statement, blob) = said(&code, node.state.signer(), number, 50_000);
        let PayloadRef::Blob(digest) = statement.payload else {
            panic!("a large payload goes by digest")
        };
        node.state.submit(vec![(statement, blob)]).unwrap();
        digest
    };
    let lost: Vec<_> = (1..=6).map(|number| large(&can, number)).collect();
    for digest in &lost {
        can.state.store().delete_blob(digest.as_bytes()).unwrap();
    }
    let kept = large(&deu, 7);
    let pulled = fra.federation.pull_once("CAN").await.unwrap();
    assert_eq!((pulled.blobs, pulled.missing_blobs), (0, 6));
    let pulled = fra.federation.pull_once("DEU").await.unwrap();
    assert_eq!(
        (pulled.blobs, pulled.missing_blobs),
        (1, 0),
        "of DEU nothing is missing"
    );
    assert!(fra.state.store().blob(kept.as_bytes()).unwrap().is_some());
    assert_eq!(fra.state.store().missing_blobs(None, 10).unwrap().len(), 6);
    // The next round asks for what is missing of its own log alone, too.
    assert_eq!(fra.federation.pull_once("DEU").await.unwrap().missing_blobs, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blob_of_other_bytes_is_not_taken() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let (can, deu) = (club.serve("CAN"), club.serve("DEU"));
    let (large, blob) = said("CAN", can.state.signer(), 1, 50_000);
    let PayloadRef::Blob(digest) = large.payload else {
        panic!("a large payload goes by digest")
    };
    can.state.submit(vec![(large, blob)]).unwrap();
    can.state.store().delete_blob(digest.as_bytes()).unwrap();
    can.state
        .store()
        .put_blob(digest.as_bytes(), b"something else")
        .unwrap();
    assert_eq!(deu.federation.pull_once("CAN").await.unwrap().missing_blobs, 1);
    assert_eq!(deu.state.store().blob(digest.as_bytes()).unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_or_checkpoints_of_others_are_refused() {
    // DEU asks for CAN's log and is served FRA's: another key signed the checkpoint.
    let mut club = TestClub::found(&["CAN", "DEU", "FRA"]);
    let fra = club.serve("FRA");
    {
        let mut folder = didymium_node::NodeFolder::open(&club.folder("DEU")).unwrap();
        let mut config = folder.config().clone();
        config.peers.insert("CAN".into(), fra.base.clone());
        folder.set_config(config).unwrap();
    }
    let deu = club.serve("DEU");
    assert!(matches!(
        deu.federation.pull_once("CAN").await,
        Err(NodeError::Log(_))
    ));
    assert_eq!(deu.state.log_of("CAN").unwrap().head().unwrap(), None);

    // CAN logs what FRA wrote: its own signature on the checkpoint does not help.
    let can = club.serve("CAN");
    let foreign = said("FRA", fra.state.signer(), 1, 10);
    can.state.ledger().append(vec![foreign]).unwrap();
    let refused = fra.federation.pull_once("CAN").await.unwrap_err();
    assert!(matches!(refused, NodeError::Refused { .. }), "{refused}");
    assert!(
        fra.state
            .peer("CAN")
            .unwrap()
            .trouble
            .unwrap()
            .contains("may not write to the log of")
    );
    assert_eq!(fra.state.log_of("CAN").unwrap().size().unwrap(), 0);
    assert!(matches!(
        fra.federation.pull_once("XXX").await,
        Err(NodeError::NotAMember { .. })
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_bytes_are_asked_for_again_and_endless_ones_are_cut_off() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let can = club.serve("CAN");
    let deu = club.serve("DEU");
    report(&can.state, 0, 20);
    let db = rusqlite::Connection::open(club.folder("CAN").join("node.db")).unwrap();
    let (idx, bytes): (i64, Vec<u8>) = db
        .query_row("SELECT idx, bytes FROM entry WHERE idx = 7", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    db.execute("UPDATE entry SET bytes = x'0102' WHERE idx = 7", [])
        .unwrap();
    let broken = deu.federation.pull_once("CAN").await.unwrap_err();
    assert!(matches!(broken, NodeError::LogBroken { .. }), "{broken}");
    assert!(!deu.state.peer("CAN").unwrap().frozen);
    db.execute(
        "UPDATE entry SET bytes = ?1 WHERE idx = ?2",
        rusqlite::params![bytes, idx],
    )
    .unwrap();
    assert_eq!(deu.federation.pull_once("CAN").await.unwrap().entries, 21);
    assert_eq!(deu.state.peer("CAN").unwrap().trouble, None);

    // A checkpoint that never ends.
    can.stop().await;
    let listener = club.listen("CAN");
    tokio::spawn(async move {
        let body = || {
            axum::body::Body::from_stream(futures_util::stream::repeat_with(|| {
                Ok::<_, std::io::Error>(vec![b'x'; 8_192])
            }))
        };
        let app = axum::Router::new().fallback(move || async move { body() });
        axum::serve(listener, app).await.unwrap();
    });
    let endless = deu.federation.pull_once("CAN").await.unwrap_err();
    assert!(
        matches!(endless, NodeError::PeerAnswerTooLarge { max: 65_536, .. }),
        "{}",
        endless.in_words()
    );
}
