//! Single statements from many submitters at once.

use std::collections::BTreeSet;

use didymium_log::sequencer::Refusal;
use didymium_node::NodeError;

use crate::common::{TestClub, said};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_submitters_get_distinct_places_in_few_commits() {
    let club = TestClub::found(&["CAN"]);
    let node = club.open("CAN");
    let state = node.state().clone();
    let mut heard = state.changed().listen();
    heard.mark_unchanged();
    let before = *heard.borrow();
    let tasks: Vec<_> = (0..400)
        .map(|n| {
            let (state, entry) = (state.clone(), said("CAN", state.signer(), n, 300));
            tokio::spawn(async move {
                let (statement, blob) = entry;
                let id = statement.id();
                let place = state
                    .intake()
                    .unwrap()
                    .submit(&state, statement, blob)
                    .await
                    .unwrap();
                (id, place)
            })
        })
        .collect();
    let mut indices = BTreeSet::new();
    for task in tasks {
        let (id, place) = task.await.unwrap();
        assert!(place.fresh);
        assert_eq!(state.ledger().log().find(&id).unwrap(), Some(place.index));
        assert!(indices.insert(place.index));
    }
    // The genesis stands at 0.
    assert_eq!(indices, (1..=400).collect());
    let commits = *heard.borrow() - before;
    assert!(commits < 200, "{commits} commits for 400 statements");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_submitted_again_has_its_first_place() {
    let club = TestClub::found(&["CAN"]);
    let node = club.open("CAN");
    let state = node.state().clone();
    let intake = state.intake().unwrap();
    let entry = said("CAN", state.signer(), 1, 300);
    let submit = || intake.submit(&state, entry.0.clone(), entry.1.clone());
    let (first, second, third) = tokio::join!(submit(), submit(), submit());
    let places = [first.unwrap(), second.unwrap(), third.unwrap()];
    assert!(places.iter().all(|place| place.index == 1));
    assert_eq!(places.iter().filter(|place| place.fresh).count(), 1);
    let later = submit().await.unwrap();
    assert_eq!((later.index, later.fresh), (1, false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_admission_refuses_never_reaches_the_writer() {
    let club = TestClub::found(&["CAN", "DEU"]);
    let (can, deu) = (club.open("CAN"), club.open("DEU"));
    let state = can.state().clone();
    let (foreign, blob) = said("DEU", deu.state().signer(), 1, 300);
    let refused = state
        .intake()
        .unwrap()
        .submit(&state, foreign, blob)
        .await
        .unwrap_err();
    assert!(matches!(refused, NodeError::Refused { .. }), "{refused}");
    assert_eq!(state.ledger().log().size().unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_nearly_full_refuses_and_room_lets_it_pass() {
    let club = TestClub::found(&["CAN"]);
    let mut folder = didymium_node::NodeFolder::open(&club.folder("CAN")).unwrap();
    let mut config = folder.config().clone();
    config.overrides.database_pages_max = 40;
    folder.set_config(config).unwrap();
    let node = club.open("CAN");
    let state = node.state().clone();
    let intake = state.intake().unwrap();
    let mut refused = None;
    for n in 0..400 {
        let (statement, blob) = said("CAN", state.signer(), n, 2_000);
        match intake.submit(&state, statement, blob).await {
            Ok(place) => assert_eq!(place.index, n + 1),
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
    }
    let refused = refused.unwrap();
    assert!(
        matches!(refused, NodeError::NotLogged(Refusal::NoRoom)),
        "{refused}"
    );
    // The reserve is left for all else.
    state.store().put_blob(&[1; 32], &[1; 10_000]).unwrap();
    drop((state, intake, node));
    let mut folder = didymium_node::NodeFolder::open(&club.folder("CAN")).unwrap();
    let mut config = folder.config().clone();
    config.overrides.database_pages_max = 0;
    folder.set_config(config).unwrap();
    drop(folder);
    let node = club.open("CAN");
    let state = node.state().clone();
    let size = state.ledger().log().size().unwrap();
    let (statement, blob) = said("CAN", state.signer(), 9_999, 2_000);
    let place = state
        .intake()
        .unwrap()
        .submit(&state, statement, blob)
        .await
        .unwrap();
    assert_eq!(place.index, size);
}
