//! After a start a log signs nothing before the others have said what they know of it.

use didymium_node::NodeError;
use didymium_node::gate::Passage;
use didymium_store::Grade;

use crate::common::{TestClub, backup, eventually, report, said};

const FOUR: [&str; 4] = ["CAN", "DEU", "FRA", "GBR"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_copy_of_a_log_never_signs_again() {
    let mut club = TestClub::found(&FOUR);
    let old = club.dir.path().join("CAN-old");
    let can = club.start("CAN").await;
    report(&can.state, 0, 5);
    backup(&club.folder("CAN"), &old);
    let mut others = Vec::new();
    for code in &FOUR[1..] {
        others.push(club.start(code).await);
    }
    report(&can.state, 5, 5);
    let origin = can.state.member().origin().to_owned();
    let cosigned = || can.state.store().published(&origin, Grade::Cosigned).unwrap();
    eventually("the others know of 11 entries", || {
        cosigned().is_some_and(|note| note.size == 11 && note.note.contains("gbr.club.example/witness"))
    })
    .await;
    can.stop().await;

    let restored = club.start_from("CAN", &old).await;
    eventually("the others speak", || {
        matches!(restored.state.ledger().gate().passage(), Passage::Shut { .. })
    })
    .await;
    let (statement, blob) = said("CAN", restored.state.signer(), 77, 10);
    let submitted = restored.state.intake().unwrap();
    let refused = submitted
        .submit(&restored.state, statement, blob)
        .await
        .unwrap_err();
    assert!(matches!(refused, NodeError::LogShut { .. }), "{refused}");
    assert!(refused.in_words().contains("11"), "{refused}");
    assert_eq!(restored.state.ledger().log().size().unwrap(), 6);
    restored.stop().await;
    for node in others {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_starts_alone_waits_and_goes_on_when_enough_have_spoken() {
    let mut club = TestClub::found(&FOUR);
    let can = club.start("CAN").await;
    report(&can.state, 0, 5);
    can.stop().await;
    let can = club.start("CAN").await;
    let gate = can.state.ledger().gate();
    eventually("it waits", || gate.pass().is_err()).await;
    let (statement, blob) = said("CAN", can.state.signer(), 77, 10);
    let submit = || {
        let (state, statement, blob) = (can.state.clone(), statement.clone(), blob.clone());
        async move { state.intake().unwrap().submit(&state, statement, blob).await }
    };
    let waits = submit().await.unwrap_err();
    assert!(
        matches!(waits, NodeError::LogWaits { heard: 0, needed: 1 }),
        "{waits}"
    );
    let gbr = club.start("GBR").await;
    eventually("the gate opens", || gate.pass().is_ok()).await;
    assert_eq!(submit().await.unwrap().index, 6);
    gbr.stop().await;
    can.stop().await;
}
