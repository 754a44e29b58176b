//! A node with little room on its disk stops growing, and goes on with everything else.

use didymium_log::sequencer::Refusal;
use didymium_node::{NodeError, NodeFolder};
use didymium_statement::PayloadRef;
use didymium_store::Grade;

use crate::common::{Running, TestClub, client, eventually, report, said};

/// Limits the database of a member's node; 0 lets it grow.
fn limit(club: &TestClub, code: &str, pages: u32) {
    let mut folder = NodeFolder::open(&club.folder(code)).unwrap();
    let mut config = folder.config().clone();
    config.overrides.database_pages_max = pages;
    folder.set_config(config).unwrap();
}

async fn paused(node: &Running, peer: &str) {
    let found = || node.state.peer(peer).unwrap();
    eventually("following is paused", || found().disk_full).await;
    let trouble = found().trouble.unwrap();
    assert!(trouble.contains("own disk is nearly full"), "{trouble}");
    assert!(!found().frozen);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_with_little_room_follows_nobody_and_goes_on_serving_and_cosigning() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    limit(&club, "DEU", 400);
    let (can, deu) = (club.start("CAN").await, club.start("DEU").await);
    report(&can.state, 0, 2);
    let held = || deu.state.log_of("CAN").unwrap().size().unwrap();
    eventually("there is room", || held() == 3).await;

    // A blob for which the reserve would be needed stays where it is; its entry has room.
    let (large, blob) = said("CAN", can.state.signer(), 9, 700_000);
    let PayloadRef::Blob(digest) = large.payload else {
        panic!("a large payload goes by digest")
    };
    can.state.submit(vec![(large, blob)]).unwrap();
    paused(&deu, "CAN").await;
    assert_eq!(held(), 4);
    assert_eq!(deu.state.store().blob(digest.as_bytes()).unwrap(), None);

    // What it is told itself is taken in up to the reserve.
    let intake = deu.state.intake().unwrap();
    let mut own = 0;
    let refused = loop {
        let (statement, blob) = said("DEU", deu.state.signer(), own, 20_000);
        match intake.submit(&deu.state, statement, blob).await {
            Ok(_) => own += 1,
            Err(error) => break error,
        }
    };
    assert!(
        matches!(refused, NodeError::NotLogged(Refusal::NoRoom)) && own > 3,
        "{refused} after {own}"
    );
    report(&can.state, 20, 3);
    let origin = can.state.member().origin();
    eventually("its witness cosigns on", || {
        let head = can.state.store().published(origin, Grade::Cosigned).unwrap();
        head.is_some_and(|head| head.size == 7 && head.note.contains("deu.club.example/witness"))
    })
    .await;
    paused(&deu, "CAN").await;
    assert_eq!(held(), 4, "what is followed does not grow");
    eventually("others follow it", || {
        can.state.log_of("DEU").unwrap().size().unwrap() == own + 1
    })
    .await;
    let served = client().get(format!("{}/log/checkpoint", deu.base)).send().await;
    assert_eq!(served.unwrap().status(), 200);
    deu.stop().await;

    limit(&club, "DEU", 0);
    let deu = club.start("DEU").await;
    eventually("with room it catches up", || {
        deu.state.log_of("CAN").unwrap().size().unwrap() == 7
            && deu.state.store().blob(digest.as_bytes()).unwrap().is_some()
    })
    .await;
    eventually("nothing is said of the disk any more", || {
        let peer = deu.state.peer("CAN").unwrap();
        !peer.disk_full && peer.trouble.is_none()
    })
    .await;
    deu.stop().await;
    can.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_say_does_not_take_the_room_of_what_the_member_says() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    limit(&club, "DEU", 400);
    let (can, deu) = (club.start("CAN").await, club.start("DEU").await);
    for number in 0..80 {
        let large = said("CAN", can.state.signer(), number, 20_000);
        can.state.submit(vec![large]).unwrap();
    }
    paused(&deu, "CAN").await;
    assert!(deu.state.log_of("CAN").unwrap().size().unwrap() < 81);
    let intake = deu.state.intake().unwrap();
    for number in 0..5 {
        let (statement, blob) = said("DEU", deu.state.signer(), number, 20_000);
        intake.submit(&deu.state, statement, blob).await.unwrap();
    }
    deu.stop().await;
    can.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_finds_no_room_ends_the_node_whoever_wrote() {
    let mut club = TestClub::found(&["CAN"]);
    limit(&club, "CAN", 60);
    let can = club.start("CAN").await;
    // Neither the intake nor a peer: anybody.
    let blob = vec![7; 400_000];
    assert!(can.state.store().put_blob(&[7; 32], &blob).is_err());
    let ended = can.ended().await.unwrap_err();
    assert!(matches!(ended, NodeError::DiskFilled), "{ended}");
    let again = club.start("CAN").await;
    report(&again.state, 0, 1);
    again.stop().await;
}
