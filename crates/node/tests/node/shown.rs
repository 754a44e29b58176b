//! Heads that a log signed and showed are judged as soon as the copy of that log is long enough.

use didymium_log::Hash;
use didymium_log::note::SignedNote;
use didymium_log::witness::AddCheckpoint;
use didymium_node::shown::waiting;
use didymium_node::witness::add_checkpoint;
use didymium_node::{NodeState, evidence};

use crate::common::{Served, TestClub, copy_dir, log_signer, report, signed};
use crate::evidence::say_it;

/// What the witness of a node answers to a head.
fn show(state: &NodeState, old: u64, proof: Vec<Hash>, note: SignedNote) -> u16 {
    let request = AddCheckpoint::new(old, proof, note).unwrap().to_string();
    add_checkpoint(state, request.as_bytes()).unwrap().status
}

/// The head of a node's own log.
fn own_head(state: &NodeState) -> SignedNote {
    let head = state.ledger().log().head().unwrap().unwrap();
    SignedNote::parse(&head.checkpoint.unwrap()).unwrap()
}

async fn pull(node: &Served, member: &str) -> u64 {
    node.federation.pull_once(member).await.unwrap().size
}

fn garbage() -> Vec<Hash> {
    vec![Hash([7; 32]); 3]
}

/// CAN and DEU, where CAN has copied four entries of DEU and cosigned them.
async fn club_of_two() -> (TestClub, Served, Served) {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let (can, deu) = (club.serve("CAN"), club.serve("DEU"));
    report(&deu.state, 0, 3);
    assert_eq!(pull(&can, "DEU").await, 4);
    assert_eq!(show(&can.state, 0, vec![], own_head(&deu.state)), 200);
    (club, can, deu)
}

fn assert_innocent(state: &NodeState, member: &str) {
    let peer = state.peer(member).unwrap();
    assert!(!peer.frozen, "{peer:?}");
    assert_eq!(evidence::against(state, member).unwrap(), []);
}

fn assert_convicted(state: &NodeState, member: &str) {
    let peer = state.peer(member).unwrap();
    assert!(peer.frozen, "{peer:?}");
    assert_eq!(evidence::against(state, member).unwrap().len(), 1);
    assert_eq!(say_it(&[state], member), [state.member().member.clone()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_head_whose_proof_failed_is_proven_when_the_copy_grows_past_it() {
    let (club, can, deu) = club_of_two().await;
    let forged = signed(&log_signer(&club, "DEU"), 7, 9);
    assert_eq!(show(&can.state, 4, garbage(), forged), 422);
    // A failed proof alone proves nothing; the head waits, that cosigned last agrees.
    assert_innocent(&can.state, "DEU");
    assert_eq!(waiting(&can.state, "DEU").unwrap(), 1);
    report(&deu.state, 3, 2);
    assert_eq!(pull(&can, "DEU").await, 6);
    assert_innocent(&can.state, "DEU");
    assert_eq!(waiting(&can.state, "DEU").unwrap(), 1);

    report(&deu.state, 5, 4);
    assert_eq!(pull(&can, "DEU").await, 10);
    assert_convicted(&can.state, "DEU");
    let proven = &evidence::against(&can.state, "DEU").unwrap()[0].split_view;
    assert_eq!((proven.smaller.size, proven.larger.size), (7, 10));
    assert_eq!(waiting(&can.state, "DEU").unwrap(), 0);
    for node in [can, deu] {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_true_head_with_somebody_elses_garbage_is_cleared() {
    let (_club, can, deu) = club_of_two().await;
    report(&deu.state, 3, 4);
    let shown = own_head(&deu.state);
    assert_eq!(show(&can.state, 4, garbage(), shown.clone()), 422);
    assert_eq!(waiting(&can.state, "DEU").unwrap(), 1);
    report(&deu.state, 7, 4);
    assert_eq!(pull(&can, "DEU").await, 12);
    assert_innocent(&can.state, "DEU");
    assert_eq!(
        waiting(&can.state, "DEU").unwrap(),
        0,
        "it is of the history held"
    );
    // The same again, of what is held by now: decided on the spot.
    assert_eq!(show(&can.state, 4, garbage(), shown), 422);
    assert_eq!(waiting(&can.state, "DEU").unwrap(), 0);
    assert_innocent(&can.state, "DEU");
    for node in [can, deu] {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_head_that_the_own_witness_cosigned_is_held_against_the_copy_that_followed() {
    // In one club the copy comes past the cosigned head; in the other the witness is asked when the copy is longer.
    for copied_first in [false, true] {
        let mut club = TestClub::found(&["CAN", "DEU"]);
        let (can, deu) = (club.serve("CAN"), club.serve("DEU"));
        let fork = signed(&log_signer(&club, "DEU"), 5, 9);
        if copied_first {
            report(&deu.state, 0, 7);
            assert_eq!(pull(&can, "DEU").await, 8);
        }
        assert_eq!(show(&can.state, 0, vec![], fork), 200);
        if !copied_first {
            report(&deu.state, 0, 3);
            assert_eq!(pull(&can, "DEU").await, 4);
            assert_innocent(&can.state, "DEU");
            report(&deu.state, 3, 4);
        }
        assert_eq!(pull(&can, "DEU").await, 8);
        assert_convicted(&can.state, "DEU");
        for node in [can, deu] {
            node.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_smaller_head_of_a_suspicion_may_be_the_fork() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let (can, deu) = (club.serve("CAN"), club.serve("DEU"));
    report(&deu.state, 0, 7);
    assert_eq!(
        show(&can.state, 0, vec![], signed(&log_signer(&club, "DEU"), 5, 9)),
        200
    );
    let honest = own_head(&deu.state);
    assert_eq!(show(&can.state, 5, garbage(), honest), 422);
    assert_eq!(waiting(&can.state, "DEU").unwrap(), 2, "both wait");
    assert_innocent(&can.state, "DEU");
    assert_eq!(pull(&can, "DEU").await, 8);
    assert_convicted(&can.state, "DEU");
    for node in [can, deu] {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_heads_of_one_size_need_no_copy() {
    let (club, can, deu) = club_of_two().await;
    let signer = log_signer(&club, "DEU");
    assert_eq!(show(&can.state, 4, garbage(), signed(&signer, 70, 8)), 422);
    assert_innocent(&can.state, "DEU");
    assert_eq!(show(&can.state, 4, garbage(), signed(&signer, 70, 9)), 422);
    assert_convicted(&can.state, "DEU");
    for node in [can, deu] {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_heads_do_not_drive_out_the_one_that_is_decided_first() {
    let (club, can, deu) = club_of_two().await;
    let signer = log_signer(&club, "DEU");
    assert_eq!(show(&can.state, 4, garbage(), signed(&signer, 7, 9)), 422);
    for size in (1_000..1_100).rev().chain(2_000..2_100) {
        assert_eq!(show(&can.state, 4, garbage(), signed(&signer, size, 9)), 422);
        assert!(waiting(&can.state, "DEU").unwrap() <= 64);
    }
    assert_eq!(waiting(&can.state, "DEU").unwrap(), 64);
    assert_innocent(&can.state, "DEU");
    report(&deu.state, 3, 4);
    assert_eq!(pull(&can, "DEU").await, 8);
    assert_convicted(&can.state, "DEU");
    for node in [can, deu] {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_the_log_showed_and_whose_tree_it_withholds_is_remembered() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let again = club.dir.path().join("DEU-again");
    copy_dir(&club.folder("DEU"), &again);
    let can = club.serve("CAN");
    // It shows the head of one history, and nothing of its tree.
    let deu = club.serve_through("DEU", &again, |app| {
        app.layer(axum::middleware::from_fn(
            |request: axum::extract::Request, next: axum::middleware::Next| async move {
                use axum::response::IntoResponse as _;
                if request.uri().path().starts_with("/log/tile/") {
                    return axum::http::StatusCode::NOT_FOUND.into_response();
                }
                next.run(request).await
            },
        ))
    });
    report(&deu.state, 100_000, 5);
    assert!(can.federation.pull_once("DEU").await.is_err());
    assert_eq!(waiting(&can.state, "DEU").unwrap(), 1);
    deu.stop().await;
    let deu = club.serve("DEU");
    report(&deu.state, 0, 9);
    assert_eq!(pull(&can, "DEU").await, 10);
    assert_convicted(&can.state, "DEU");
    for node in [can, deu] {
        node.stop().await;
    }
}
