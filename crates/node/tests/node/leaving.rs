//! A member leaves: its log ends, and what it said goes on counting.

use didymium_node::audit::Answer;
use didymium_node::{NodeError, charter};

use crate::charter::{FOUR, all_agree, all_at, all_running, post, propose, sign, stop_all};
use crate::common;
use crate::common::{TestClub, eventually, report};
use crate::copying::checked;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_ends_and_what_it_said_goes_on_counting() {
    let mut club = TestClub::found(&FOUR);
    let mut nodes = all_running(&mut club, &FOUR).await;
    all_agree(&nodes, "GBR", 1).await;
    // FRA is away and will not hear GBR itself again.
    nodes.remove(2).stop().await;
    report(&nodes[2].state, 0, 2);
    all_agree(&nodes, "GBR", 3).await;
    let mut proposal = propose(&nodes[0], |draft| charter::remove(draft, "GBR").unwrap());
    for code in &FOUR[..3] {
        sign(&club, code, &mut proposal);
    }
    assert!(post(&nodes[0], &proposal).await.1.contains("adopted"));
    let gone = nodes.pop().unwrap();
    let ended = gone.ended().await.unwrap_err();
    assert!(
        matches!(ended, NodeError::NoLongerAMember { version: 2, .. }),
        "{ended}"
    );
    nodes.push(club.start("FRA").await);
    all_at(&nodes, 2).await;
    report(&nodes[0].now(), 0, 1);
    all_agree(&nodes, "CAN", 2).await;
    let twin = nodes[1].now().twin().unwrap();
    assert_eq!((twin.cut().sizes["GBR"], twin.cut().sizes["CAN"]), (3, 2));
    let url = format!("{}/mirror/GBR/checkpoint", nodes[1].base);
    let served = common::client().get(url).send().await.unwrap();
    assert!(served.status().is_success(), "its log is still served");
    // A copy that lost its signature, as one has that was taken of such a copy: the charter stands for it, and a peer's is had.
    nodes.pop().unwrap().stop().await;
    let db = rusqlite::Connection::open(club.folder("FRA").join("node.db")).unwrap();
    let blank = "UPDATE log SET checkpoint = x'' WHERE origin = 'gbr.club.example/log'";
    assert_eq!(db.execute(blank, []).unwrap(), 1);
    drop(db);
    let found = checked(&club, "FRA", "GBR");
    let told = found
        .checks
        .iter()
        .find(|check| check.check == "checkpoint")
        .unwrap();
    assert_eq!(told.answer, Answer::Open, "{found:?}");
    assert!(told.said.contains("GBR has left the club"), "{found:?}");
    let fra = club.start("FRA").await;
    eventually("the signature comes from a peer", || {
        let head = fra.now().log_of("GBR").unwrap().head().unwrap();
        head.is_some_and(|head| head.size == 3 && head.checkpoint.is_some())
    })
    .await;
    nodes.push(fra);
    stop_all(nodes).await;
}
