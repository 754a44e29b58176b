//! A log that contradicts itself is proven to every honest member, in every honest member's own log.

use didymium_node::api::types::{Audit, Standing};
use didymium_node::{NodeState, evidence};
use didymium_statement::{Kind, Statement};

use crate::common::{Running, TestClub, client, copy_dir, eventually, report};

/// Members whose own log says that the log of `accused` contradicts itself.
pub fn say_it(states: &[&NodeState], accused: &str) -> Vec<String> {
    let says = |state: &NodeState| {
        let entries = state.ledger().log().entries(0, 1_000).unwrap();
        let evidence: Vec<_> = entries
            .iter()
            .map(|entry| Statement::parse(&entry.bytes).unwrap())
            .filter(|statement| statement.kind.kind == Kind::Evidence)
            .collect();
        let proven = evidence::against(state, accused).unwrap();
        assert!(evidence.len() <= proven.len().max(1));
        evidence
            .iter()
            .any(|statement| proven.iter().any(|proof| proof.statement == statement.id()))
    };
    states
        .iter()
        .filter(|state| says(state))
        .map(|state| state.member().member.clone())
        .collect()
}

/// CAN shows one history to DEU and, while DEU is away, another to FRA and GBR; then it is gone.
pub async fn after_two_histories(first: u64, second: u64) -> (TestClub, Vec<Running>) {
    let mut club = TestClub::found(&["CAN", "DEU", "FRA", "GBR"]);
    let again = club.dir.path().join("CAN-again");
    copy_dir(&club.folder("CAN"), &again);
    // Nobody listens there yet: a request that waited in the queue would show them the first history later.
    for (_, _, held) in &mut club.ports[2..] {
        *held = None;
    }
    let (can, deu) = (club.start("CAN").await, club.start("DEU").await);
    report(&can.state, 0, first);
    eventually("DEU has the first history", || {
        deu.state.log_of("CAN").unwrap().size().unwrap() == first + 1
    })
    .await;
    can.stop().await;
    deu.stop().await;

    let can = club.start_as_new("CAN", &again);
    let (fra, gbr) = (club.start("FRA").await, club.start("GBR").await);
    report(&can.state, 100_000, second);
    for node in [&fra, &gbr] {
        eventually("the second history", || {
            node.state.log_of("CAN").unwrap().size().unwrap() == second + 1
        })
        .await;
    }
    can.stop().await;
    let deu = club.start("DEU").await;
    (club, vec![deu, fra, gbr])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_histories_shown_to_two_halves_are_proven_to_all() {
    for (first, second) in [(7, 7), (3, 300), (300, 3)] {
        let (_club, honest) = after_two_histories(first, second).await;
        let states: Vec<_> = honest.iter().map(|node| &node.state).collect();
        eventually("evidence in every honest log", || {
            say_it(&states, "CAN").len() == 3
        })
        .await;
        for state in &states {
            let peer = state.peer("CAN").unwrap();
            assert!(peer.frozen, "{peer:?}");
            assert!(
                peer.trouble.is_some_and(
                    |said| said.starts_with("Canada: ") && said.contains("both signatures are its own")
                ),
                "the words name who it is and what was proven"
            );
        }
        for node in honest {
            let audit = client().get(format!("{}/api/v1/audit", node.base));
            let audit = audit.send().await.unwrap().bytes().await.unwrap();
            let audit: Audit = serde_json::from_slice(&audit).unwrap();
            let accused = &audit.logs[0];
            assert_eq!(
                (accused.member.as_str(), accused.standing),
                ("CAN", Standing::Frozen)
            );
            // The country first, in plain words; whose log and which roots after.
            let said = &accused.evidence[0];
            let english = "Canada: this country’s log exists in two versions that contradict each other, and both bear its signature. ";
            let french = "Canada : le journal de ce pays existe en deux versions qui se contredisent, ";
            assert!(said.english.starts_with(english), "{accused:?}");
            assert!(
                said.french.starts_with(french) && said.french.contains("les deux signatures"),
                "{accused:?}"
            );
            let own = audit.logs.iter().find(|log| log.member == audit.member).unwrap();
            assert_eq!(own.standing, Standing::Followed);
            node.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_outlives_a_restart_and_is_said_once() {
    let (mut club, mut honest) = after_two_histories(5, 6).await;
    let states: Vec<_> = honest.iter().map(|node| &node.state).collect();
    eventually("evidence in every honest log", || {
        say_it(&states, "CAN").len() == 3
    })
    .await;
    let before = honest[0].state.ledger().log().size().unwrap();
    honest.remove(0).stop().await;
    let deu = club.start("DEU").await;
    assert!(deu.state.peer("CAN").unwrap().frozen, "from the first moment on");
    eventually("the gate opens", || deu.state.ledger().gate().pass().is_ok()).await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(deu.state.ledger().log().size().unwrap(), before);
    for node in honest {
        node.stop().await;
    }
    deu.stop().await;
}
