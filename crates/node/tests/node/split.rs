//! What the charter decides of a log that contradicts itself.

use std::collections::BTreeSet;

use didymium_node::audit::Answer;
use didymium_node::charter::{self, Demand};
use didymium_node::federation::known_heads;
use didymium_statement::Role;

use crate::charter::{all_agree, all_at, post, propose, sign};
use crate::common::{TestClub, client, eventually};
use crate::copying::checked;
use crate::evidence::{after_two_histories, say_it};

/// One half of the club holds another history than the other, so no version can vouch for what either holds: it vouches for
/// what both have alike, the log ends there, and all twins agree again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_of_two_histories_ends_where_all_members_hold_it_alike() {
    let (club, honest) = after_two_histories(7, 9).await;
    let states: Vec<_> = honest.iter().map(|node| &node.state).collect();
    eventually("evidence in every honest log", || {
        say_it(&states, "CAN").len() == 3
    })
    .await;
    // Whoever audits it anywhere hears of it.
    let found = checked(&club, "DEU", "CAN");
    let forked = found.checks.iter().find(|check| check.check == "forked").unwrap();
    assert_eq!(forked.answer, Answer::No, "{found:?}");
    for (member, status) in [("CAN", 200), ("FRA", 404)] {
        let url = format!("{}/mirror/{member}/evidence", honest[0].base);
        assert_eq!(
            client().get(url).send().await.unwrap().status(),
            status,
            "{member}"
        );
    }
    let log = charter::current(states[0]);
    let told = known_heads(states[0]).unwrap().evidence;
    assert_eq!(
        charter::contradicting(&log, &told),
        BTreeSet::from(["CAN".to_owned()])
    );
    assert_eq!(
        charter::contradicting(&log, [b"split-view/v1\nnonsense".as_slice()]),
        BTreeSet::new()
    );

    // What DEU holds is not what FRA holds.
    let blind = propose(&honest[0], |draft| charter::remove(draft, "CAN").unwrap());
    let objects = |state, proposal: &didymium_statement::Proposal| {
        charter::objection(state, proposal.version(), Demand::Everything).unwrap()
    };
    assert_eq!(objects(states[0], &blind), None);
    assert!(objects(states[1], &blind).unwrap().contains("the log of CAN"));

    let alike = charter::head_at(states[0].store(), &log, "CAN", 1)
        .unwrap()
        .unwrap();
    let mut decided = propose(&honest[0], |draft| {
        let succession = draft.succession.as_mut().unwrap();
        let line = succession.cut.iter_mut().find(|head| head.member == "CAN");
        *line.unwrap() = alike;
        charter::remove(draft, "CAN").unwrap();
    });
    for (state, code) in states.iter().zip(["DEU", "FRA", "GBR"]) {
        eventually("what it names of the other logs has come", || {
            objects(state, &decided).is_none()
        })
        .await;
        sign(&club, code, &mut decided);
    }
    assert!(post(&honest[0], &decided).await.1.contains("adopted"));
    all_at(&honest, 2).await;
    // Both copies are longer than that, of two histories; what counts of them is one.
    all_agree(&honest, "CAN", 1).await;
    let found = checked(&club, "DEU", "CAN");
    let told = found
        .checks
        .iter()
        .find(|check| check.check == "checkpoint")
        .unwrap();
    assert_eq!((told.answer, found.size), (Answer::Open, Some(1)), "{found:?}");
    let wrong = found.checks.iter().filter(|check| check.answer == Answer::No);
    assert_eq!(wrong.count(), 0, "{found:?}");
    for node in &honest {
        assert!(node.now().peer("CAN").is_none());
        eventually("the own log goes on", || {
            node.now().ledger().gate().pass().is_ok()
        })
        .await;
    }
    for node in honest {
        node.stop().await;
    }
}

/// An associate asks to be raised, at its own node alone; another member proposes the very same. The signature of who asked
/// counts, though it stood in the request only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asked_for_a_change_has_signed_it_when_others_propose_the_same() {
    let codes = ["CAN", "DEU", "FRA", "GBR"];
    let mut club = TestClub::found_with(&codes, &["GBR"]);
    let mut nodes = Vec::new();
    for code in codes {
        nodes.push(club.start(code).await);
    }
    let proposed = propose(&nodes[0], |draft| {
        charter::set_role(draft, "GBR", Role::Member).unwrap();
    });
    let mut asked = proposed.clone();
    sign(&club, "GBR", &mut asked);
    assert!(post(&nodes[3], &asked).await.1.contains("requested"));
    let mut sponsored = proposed;
    for code in &codes[..3] {
        sign(&club, code, &mut sponsored);
    }
    assert!(
        !post(&nodes[0], &sponsored).await.1.contains("adopted"),
        "GBR must consent"
    );
    all_at(&nodes, 2).await;
    for node in nodes {
        node.stop().await;
    }
}
