//! After a start a log signs nothing before the others have said what they know of it.

use didymium_node::gate::Passage;
use didymium_node::{NodeError, NodeFolder, NodeState, ask_before_signing, charter};
use didymium_store::Grade;

use crate::charter::{all_at, post, propose, sign};
use crate::common::{self, Running, TestClub, backup, copy_dir, eventually, report, said};

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

    // Nor does it when the charter changes and the node opens itself again: the key is the same.
    let mut proposal = propose(&others[0], |draft| {
        let deu = others[0].now();
        let known = charter::head_at(deu.store(), &charter::current(&deu), "CAN", 6).unwrap();
        let cut = &mut draft.succession.as_mut().unwrap().cut;
        let of_can = cut.iter_mut().find(|head| head.member == "CAN").unwrap();
        *of_can = known.unwrap();
        draft.threshold = Some(4);
    });
    for code in &FOUR {
        sign(&club, code, &mut proposal);
    }
    assert!(post(&others[0], &proposal).await.1.contains("adopted"));
    others.push(restored);
    all_at(&others, 2).await;
    let restored = others.pop().unwrap();
    // The others are asked again, if they are: they say the same.
    for _ in 0..10 {
        let passage = restored.now().ledger().gate().passage();
        assert!(matches!(passage, Passage::Shut { .. }), "{passage:?}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let now = restored.now();
    let (statement, blob) = said("CAN", now.signer(), 78, 10);
    let refused = now.submit(vec![(statement, blob)]).unwrap_err();
    assert!(matches!(refused, NodeError::LogShut { .. }), "{refused}");
    restored.stop().await;
    for node in others {
        node.stop().await;
    }
}

/// Associates come first in the order of codes, and none of them witnesses: what they do not know opens no gate.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn associates_have_no_say_in_whether_an_old_copy_may_sign() {
    let codes = ["ARG", "AUS", "BRA", "CAN", "DEU", "FRA", "GBR"];
    let mut club = TestClub::found_with(&codes, &codes[..3]);
    club.let_go();
    let old = club.dir.path().join("CAN-old");
    let can = club.start("CAN").await;
    report(&can.state, 0, 5);
    backup(&club.folder("CAN"), &old);
    let gbr = club.start("GBR").await;
    report(&can.state, 5, 5);
    let origin = can.state.member().origin().to_owned();
    let cosigned = || can.state.store().published(&origin, Grade::Cosigned).unwrap();
    eventually("GBR knows of 11 entries", || {
        cosigned().is_some_and(|note| note.size == 11)
    })
    .await;
    can.stop().await;
    gbr.stop().await;

    let mut associates = Vec::new();
    for code in &codes[..3] {
        associates.push(club.start(code).await);
    }
    let restored = club.start_from("CAN", &old).await;
    let passage = || restored.state.ledger().gate().passage();
    eventually("it waits", || matches!(passage(), Passage::Waiting { .. })).await;
    // Three associates that say *none known*, round after round, are no answer at all.
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    assert!(
        matches!(passage(), Passage::Waiting { heard: 0, .. }),
        "{:?}",
        passage()
    );
    let gbr = club.start("GBR").await;
    eventually("GBR speaks", || matches!(passage(), Passage::Shut { .. })).await;
    restored.stop().await;
    gbr.stop().await;
    for node in associates {
        node.stop().await;
    }
}

/// What a mirror holds of a log may be ahead of what anybody cosigned: it counts as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_nobody_cosigned_shuts_out_an_old_copy_too() {
    let mut club = TestClub::found(&FOUR);
    club.let_go();
    let old = club.dir.path().join("CAN-old");
    let can = club.start("CAN").await;
    report(&can.state, 0, 5);
    backup(&club.folder("CAN"), &old);
    report(&can.state, 5, 5);
    let gbr = club.serve("GBR");
    gbr.federation.pull_once("CAN").await.unwrap();
    let origin = can.state.member().origin().to_owned();
    assert_eq!(gbr.state.store().head(&origin).unwrap().unwrap().size, 11);
    can.stop().await;
    let forget = rusqlite::Connection::open(club.folder("GBR").join("node.db")).unwrap();
    forget.execute("DELETE FROM cosigned", []).unwrap();
    drop(forget);
    let restored = club.start_from("CAN", &old).await;
    let passage = || restored.state.ledger().gate().passage();
    eventually("it waits", || passage() != Passage::Open).await;
    // Gossip would shut it too, after it was open for a moment.
    eventually("GBR speaks", || {
        assert_ne!(passage(), Passage::Open);
        matches!(passage(), Passage::Shut { .. })
    })
    .await;
    restored.stop().await;
    gbr.stop().await;
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

/// The first backup of all: the folder as it was founded. It looks like a new log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_with_its_genesis_alone_is_no_new_log() {
    let mut club = TestClub::found(&FOUR);
    let first = club.dir.path().join("CAN-first");
    copy_dir(&club.folder("CAN"), &first);
    let can = club.start("CAN").await;
    let deu = club.start("DEU").await;
    report(&can.state, 0, 5);
    let origin = can.state.member().origin().to_owned();
    let known = || deu.state.store().cosigned(&origin).unwrap();
    eventually("another has cosigned 6 entries", || {
        known().is_some_and(|head| head.size == 6)
    })
    .await;
    can.stop().await;
    deu.stop().await;

    // Nobody can be asked: it waits, for as long as it takes.
    let restored = club.start_from("CAN", &first).await;
    eventually("it waits for the others", || {
        restored.state.ledger().gate().pass().is_err()
    })
    .await;
    let submit = || {
        let state = restored.state.clone();
        let (statement, blob) = said("CAN", state.signer(), 77, 10);
        async move { state.intake().unwrap().submit(&state, statement, blob).await }
    };
    let waits = submit().await.unwrap_err();
    assert!(matches!(waits, NodeError::LogWaits { .. }), "{waits}");
    let deu = club.start("DEU").await;
    eventually("who knows more speaks", || {
        matches!(restored.state.ledger().gate().passage(), Passage::Shut { .. })
    })
    .await;
    let refused = submit().await.unwrap_err();
    assert!(matches!(refused, NodeError::LogShut { .. }), "{refused}");
    let head = restored.state.ledger().log().head().unwrap().unwrap();
    assert_eq!(head.size, 1, "nothing was signed");
    restored.stop().await;
    deu.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_club_signs_when_its_members_have_spoken_and_who_is_alone_at_once() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let (can_dir, deu_dir) = (club.folder("CAN"), club.folder("DEU"));
    let can = club.start_from("CAN", &can_dir).await;
    let gate = can.state.ledger().gate();
    eventually("it asks", || gate.pass().is_err()).await;
    let deu = club.start_from("DEU", &deu_dir).await;
    eventually("it signs", || gate.pass().is_ok()).await;
    report(&can.state, 0, 1);
    can.stop().await;
    deu.stop().await;

    let mut alone = TestClub::found(&["CAN"]);
    let dir = alone.folder("CAN");
    let can = alone.start_from("CAN", &dir).await;
    let (statement, blob) = said("CAN", can.state.signer(), 1, 10);
    can.state
        .intake()
        .unwrap()
        .submit(&can.state, statement, blob)
        .await
        .unwrap();
    can.stop().await;
}

/// What is said while the node does not run would be a second history as well: the others are asked first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_copy_signs_nothing_while_its_node_does_not_run() {
    let mut club = TestClub::found(&FOUR);
    club.let_go();
    let old = club.dir.path().join("CAN-old");
    let can = club.start("CAN").await;
    report(&can.state, 0, 5);
    backup(&club.folder("CAN"), &old);
    let mut others = Vec::new();
    for code in &FOUR[1..] {
        others.push(club.start(code).await);
    }
    report(&can.state, 5, 5);
    eventually("all hold it", || {
        let held = |node: &Running| node.now().log_of("CAN").unwrap().size().unwrap();
        others.iter().all(|node| held(node) == 11)
    })
    .await;
    can.stop().await;
    let asked = |folder: std::path::PathBuf| async move {
        let clock = common::clock();
        let state = NodeState::open(NodeFolder::open(&folder).unwrap(), clock).unwrap();
        let asked = ask_before_signing(&state).await;
        (state, asked)
    };
    let (state, refused) = asked(old.clone()).await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, NodeError::LogShut { .. }), "{refused}");
    assert!(refused.to_string().contains("didymium log restore"), "{refused}");
    let (statement, blob) = said("CAN", state.signer(), 78, 10);
    assert!(state.submit(vec![(statement, blob)]).is_err());
    drop(state);
    let (state, asked_whole) = asked(club.folder("CAN")).await;
    asked_whole.unwrap();
    report(&state, 10, 1);
    drop(state);
    for node in others {
        node.stop().await;
    }
    club.let_go();
    let (_, alone) = asked(old).await;
    assert!(
        matches!(alone, Err(NodeError::LogWaits { heard: 0, .. })),
        "{alone:?}"
    );
}
