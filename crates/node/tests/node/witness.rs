//! Members cosign each other's logs.

use std::time::{Duration, Instant};

use didymium_log::note::Signer;
use didymium_log::witness::AddCheckpoint;
use didymium_node::witness::add_checkpoint;
use didymium_node::witnessing::policy_of;
use didymium_store::Grade;

use crate::common::{TestClub, client, eventually, log_signer, report, signed};

/// How long the client of a node waits for an answer that does not come.
const SILENCE_MAX: Duration = Duration::from_secs(10);

const SEVEN: [&str; 7] = ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_becomes_witnessed_when_five_of_six_others_have_cosigned_it() {
    let mut club = TestClub::found(&SEVEN);
    let can = club.start("CAN").await;
    report(&can.state, 0, 3);
    let mut others = Vec::new();
    for code in &SEVEN[1..5] {
        others.push(club.start(code).await);
    }
    let origin = can.state.member().origin().to_owned();
    let published = |grade| can.state.store().published(&origin, grade).unwrap();
    let (policy, quorum) = policy_of(&can.state, "CAN").unwrap();
    assert_eq!((quorum.needed(), quorum.others()), (Some(5), 6));
    let counted = |note: &str| {
        let log = can.state.member().keys.log.parse().unwrap();
        policy.judge_of_log(note, &log).unwrap().1.counted.len()
    };
    eventually("four cosignatures", || {
        published(Grade::Cosigned).is_some_and(|note| (note.size, counted(&note.note)) == (4, 4))
    })
    .await;
    assert!(published(Grade::Witnessed).is_none(), "four are not five");

    others.push(club.start("JPN").await);
    // A request of the first round may have waited for it, and be answered first.
    eventually("five cosignatures", || {
        published(Grade::Witnessed).is_some_and(|note| (note.size, counted(&note.note)) == (4, 5))
    })
    .await;

    // It is served so, and the copies at the others carry the cosignatures too.
    let served = client()
        .get(format!("{}/log/checkpoint", can.base))
        .send()
        .await
        .unwrap();
    assert_eq!(counted(&served.text().await.unwrap()), 5);
    let deu = &others[0];
    eventually("a copy with cosignatures", || {
        let head = deu.state.log_of("CAN").unwrap().head().unwrap();
        let note = head.and_then(|head| head.checkpoint);
        note.is_some_and(|note| counted(std::str::from_utf8(&note).unwrap()) == 5)
    })
    .await;
    for node in others {
        node.stop().await;
    }
    can.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_that_is_silent_holds_up_nobody() {
    let mut club = TestClub::found(&SEVEN);
    let mut nodes = Vec::new();
    // At the port of the last one somebody listens and never answers.
    for code in &SEVEN[..6] {
        nodes.push(club.start(code).await);
    }
    let can = &nodes[0].state;
    let origin = can.member().origin().to_owned();
    let mut rounds = Vec::new();
    for size in 2..5 {
        report(can, size, 1);
        let begun = Instant::now();
        eventually("five cosignatures", || {
            let witnessed = can.store().published(&origin, Grade::Witnessed).unwrap();
            witnessed.is_some_and(|head| head.size == size)
        })
        .await;
        rounds.push(begun.elapsed());
    }
    // Whoever waits for the silent one waits as long as the client waits for it, in every round. A machine under load is
    // slow too, but it hardly takes as long over five signatures, and not most of the times.
    rounds.sort_unstable();
    assert!(rounds[rounds.len() / 2] < SILENCE_MAX, "{rounds:?}");
    for node in nodes {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_alone_goes_on_accepting() {
    let mut club = TestClub::found(&SEVEN);
    let can = club.start("CAN").await;
    report(&can.state, 0, 3);
    tokio::time::sleep(Duration::from_millis(500)).await;
    report(&can.state, 3, 2);
    assert_eq!(can.state.ledger().log().size().unwrap(), 6);
    assert!(
        can.state
            .store()
            .published(can.state.member().origin(), Grade::Witnessed)
            .unwrap()
            .is_none()
    );
    can.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_shows_two_histories_is_caught_and_frozen() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let can = club.serve("CAN");
    let signer = log_signer(&club, "DEU");
    let ask = |note| AddCheckpoint::new(0, vec![], note).unwrap().to_string();
    let post = |body: String| {
        let url = format!("{}/witness/add-checkpoint", can.base);
        async move { client().post(url).body(body).send().await.unwrap() }
    };
    let first = post(ask(signed(&signer, 5, 1))).await;
    assert_eq!(first.status(), 200);
    assert!(
        first
            .text()
            .await
            .unwrap()
            .starts_with("\u{2014} can.club.example/witness ")
    );
    // The specification's own answers: conflict with the size, then another root at that size.
    let conflict = post(ask(signed(&signer, 6, 2))).await;
    assert_eq!(conflict.status(), 409);
    assert_eq!(conflict.headers()["content-type"], "text/x.tlog.size");
    assert_eq!(conflict.text().await.unwrap(), "5\n");
    let fork = AddCheckpoint::new(5, vec![], signed(&signer, 5, 9))
        .unwrap()
        .to_string();
    assert_eq!(post(fork).await.status(), 422);
    let peer = can.state.peer("DEU").unwrap();
    assert!(peer.frozen, "{peer:?}");
    assert!(peer.trouble.unwrap().contains("deu.club.example/log"));
    // Nothing of a frozen log is cosigned any more.
    let again = AddCheckpoint::new(5, vec![], signed(&signer, 5, 1))
        .unwrap()
        .to_string();
    assert_eq!(post(again).await.status(), 403);
    assert_eq!(post("nonsense".to_owned()).await.status(), 400);
    let stranger = Signer::from_seed("else.example/log", &[7; 32]).unwrap();
    assert_eq!(post(ask(signed(&stranger, 5, 1))).await.status(), 404);
    can.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_at_the_same_time_never_cosign_two_histories() {
    let club = TestClub::found(&["CAN", "DEU"]);
    let can = club.open("CAN");
    let signer = log_signer(&club, "DEU");
    let tasks: Vec<_> = (0..16u8)
        .map(|root| {
            let body = AddCheckpoint::new(0, vec![], signed(&signer, 5, root))
                .unwrap()
                .to_string();
            let state = can.state().clone();
            tokio::task::spawn_blocking(move || add_checkpoint(&state, body.as_bytes()).unwrap().status)
        })
        .collect();
    let mut cosigned = 0;
    for task in tasks {
        cosigned += u32::from(task.await.unwrap() == 200);
    }
    assert_eq!(cosigned, 1);
}
