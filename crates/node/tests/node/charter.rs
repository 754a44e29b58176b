//! The charter at work: proposed, signed by the threshold, adopted by all; joining, leaving, keys that change.

use std::collections::BTreeMap;

use didymium_node::api::{self, types::ChangeKind};
use didymium_node::charter::{self, ProposalsView};
use didymium_node::club::MemberSpec;
use didymium_node::folder::prepare_next_key;
use didymium_node::{Node, NodeError, NodeFolder, joining};
use didymium_statement::{CharterEvent, CharterVersion, KeyPurpose, LogHead, Proposal, Role};

use crate::common;
use crate::common::{Running, TestClub, clock, domain, eventually, report, said};

pub const FOUR: [&str; 4] = ["CAN", "DEU", "FRA", "GBR"];

pub async fn all_running(club: &mut TestClub, codes: &[&str]) -> Vec<Running> {
    let mut nodes = Vec::new();
    for code in codes {
        nodes.push(club.start(code).await);
    }
    nodes
}

/// A proposal to follow the version in force at a node, with what `change` writes into it.
pub fn propose(node: &Running, change: impl FnOnce(&mut CharterVersion)) -> Proposal {
    let state = node.now();
    let log = charter::current(&state);
    let mut draft = log.successor(charter::cut_of_store(&state, &log).unwrap());
    change(&mut draft);
    log.propose(draft).unwrap()
}

pub fn sign(club: &TestClub, code: &str, proposal: &mut Proposal) {
    let folder = NodeFolder::open(&club.folder(code)).unwrap();
    proposal.sign(&folder.keys().statement).unwrap();
}

pub async fn post(node: &Running, proposal: &Proposal) -> (u16, String) {
    let sent = common::client()
        .post(format!("{}/charter/proposals", node.base))
        .body(proposal.bytes().unwrap())
        .send();
    let answer = sent.await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn shown(node: &Running) -> ProposalsView {
    let url = format!("{}/charter/proposals", node.base);
    let answer = common::client().get(url).send().await.unwrap();
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

fn version(node: &Running) -> u32 {
    node.now().charter().charter().version
}

pub async fn all_at(nodes: &[Running], wanted: u32) {
    eventually("all adopt the version", || {
        nodes.iter().all(|node| version(node) == wanted)
    })
    .await;
}

/// All twins have the same cut, with that many entries of the member's log, and the same digest.
pub async fn all_agree(nodes: &[Running], member: &str, size: u64) {
    let digests = || {
        let twins = nodes.iter().map(|node| node.now().twin());
        let told = twins.map(|twin| {
            let twin = twin.filter(|twin| twin.cut().sizes.get(member) == Some(&size))?;
            Some((twin.cut().id(), twin.digest()?))
        });
        told.collect::<Vec<_>>()
    };
    eventually("all twins agree", || {
        let found = digests();
        found.iter().all(|one| one.is_some() && *one == found[0])
    })
    .await;
}

pub async fn stop_all(nodes: Vec<Running>) {
    for node in nodes {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_counts_when_the_threshold_has_signed_and_not_before() {
    let mut club = TestClub::found(&FOUR);
    let nodes = all_running(&mut club, &FOUR).await;
    let mut proposal = propose(&nodes[0], |draft| draft.threshold = Some(4));
    let (status, told) = post(&nodes[1], &proposal).await;
    assert!(status == 400 && told.contains("sign"), "{status} {told}");
    sign(&club, "CAN", &mut proposal);
    assert_eq!(post(&nodes[0], &proposal).await.0, 201);
    let id = proposal.id().to_string();
    eventually("the proposal travels", || {
        nodes
            .iter()
            .all(|node| charter::current(&node.now()).proposal(&proposal.id()).is_some())
    })
    .await;
    // Another member signs at its own node: signatures gather from all sides.
    let mut copy = proposal.clone();
    sign(&club, "DEU", &mut copy);
    assert_eq!(post(&nodes[1], &copy).await.0, 201);
    eventually("both signatures are known everywhere", || {
        nodes.iter().all(|node| {
            let log = charter::current(&node.now());
            log.proposal(&proposal.id())
                .is_some_and(|open| open.signatures().count() == 2)
        })
    })
    .await;
    assert!(
        nodes.iter().all(|node| version(node) == 1),
        "two of four are below the threshold"
    );
    let view = shown(&nodes[3]).await;
    let before = view.proposals[0].before.clone().unwrap();
    assert_eq!((view.proposals[0].id.clone(), before.needed), (id, 3));
    assert_eq!(before.signed, ["CAN", "DEU"]);
    assert!(view.proposals[0].english[0].contains("4 of 4"), "{view:?}");

    let told = api::governance_of(&nodes[3].now(), (0, 10)).unwrap();
    let open = &told.proposals[0];
    assert_eq!((told.version, open.requested, open.signed.len()), (1, false, 2));
    assert_eq!(open.changes[0].change, ChangeKind::ThresholdChanged);
    assert_eq!(open.changes[0].threshold.map(|to| to.needed), Some(4));
    assert_eq!(open.after.unsigned, ["FRA", "GBR"]);
    assert_eq!((told.threshold.needed, told.quorum.needed), (3, None));
    assert_eq!(told.members[2].keys.len(), 6);

    // Three are enough under the version in force, and not under this one, which asks for four.
    sign(&club, "FRA", &mut copy);
    assert!(post(&nodes[2], &copy).await.1.contains("open"));
    sign(&club, "GBR", &mut copy);
    let (_, told) = post(&nodes[2], &copy).await;
    assert!(told.contains("adopted"), "{told}");
    all_at(&nodes, 2).await;
    assert!(shown(&nodes[0]).await.proposals.is_empty());
    let told = api::governance_of(&nodes[0].now(), (0, 1)).unwrap();
    assert_eq!((told.versions.total, told.versions.items.len()), (2, 1));
    let newest = &told.versions.items[0];
    assert_eq!((newest.version, newest.signed.len()), (2, 4));
    assert!(
        newest.known_since.is_some(),
        "when it was adopted here is written down"
    );
    assert_eq!(newest.before.as_ref().map(|votes| votes.needed), Some(3));
    let first = &api::governance_of(&nodes[0].now(), (1, 1))
        .unwrap()
        .versions
        .items[0];
    assert_eq!(
        (first.version, first.changes.len(), first.members.len()),
        (1, 0, 4)
    );
    report(&nodes[0].now(), 50, 3);
    all_agree(&nodes, "CAN", 4).await;
    stop_all(nodes).await;

    let again = club.open("GBR");
    assert_eq!(again.state().charter().charter().version, 2, "it is on disk");
    assert_eq!(again.state().charters().versions().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_joins_asks_is_signed_for_and_its_statements_are_everybodys() {
    let mut club = TestClub::found(&FOUR);
    let mut nodes = all_running(&mut club, &FOUR).await;
    report(&nodes[1].state, 0, 3);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dir = club.dir.path().join("JPN");
    let log = charter::current(&nodes[0].now());
    let spec = MemberSpec::local("JPN", &domain("JPN"), listener.local_addr().unwrap());
    let member = joining::prepare(&dir, &spec, Role::Member, &log).unwrap();
    let cut = charter::cut_of_store(&nodes[0].now(), &log).unwrap();
    let mut request = joining::request(&dir, &member, &log, cut).unwrap();
    let (status, told) = post(&nodes[0], &request).await;
    assert!(status == 202 && told.contains("requested"), "{status} {told}");
    let view = shown(&nodes[0]).await;
    assert!(view.proposals.is_empty() && view.requests[0].english[0].contains("JPN joins"));
    assert!(matches!(
        joining::finish(&dir, &log, BTreeMap::new(), clock()),
        Err(NodeError::NotAMember { .. })
    ));
    for code in &FOUR {
        sign(&club, code, &mut request);
    }
    assert_eq!(post(&nodes[2], &request).await.0, 201);
    all_at(&nodes, 2).await;

    let log = charter::current(&nodes[0].now());
    joining::finish(&dir, &log, BTreeMap::new(), clock()).unwrap();
    assert!(joining::pending(&dir).unwrap().is_none());
    nodes.push(Running::start(
        Node::open(&dir).unwrap().begun_here().unwrap(),
        listener,
    ));
    report(&nodes[4].state, 0, 2);
    all_agree(&nodes, "JPN", 3).await;
    let sizes = &nodes[0].now().twin().unwrap().cut().sizes.clone();
    assert_eq!((sizes["JPN"], sizes["DEU"]), (3, 4), "{sizes:?}");
    stop_all(nodes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_change_and_what_the_old_ones_signed_still_stands() {
    let mut club = TestClub::found(&FOUR);
    let nodes = all_running(&mut club, &FOUR).await;
    report(&nodes[0].state, 0, 2);
    let (old_signed, _) = said("CAN", nodes[0].state.signer(), 99, 10);
    all_agree(&nodes, "CAN", 3).await;
    let member = nodes[0].state.member().clone();
    let mut proofs = Vec::new();
    let mut proposal = propose(&nodes[0], |draft| {
        for purpose in [KeyPurpose::Statement, KeyPurpose::Log, KeyPurpose::Witness] {
            let keys_dir = club.folder("CAN").join("keys");
            let next = prepare_next_key(&keys_dir, &member, purpose).unwrap();
            let again = prepare_next_key(&keys_dir, &member, purpose).unwrap();
            assert_eq!(next.public, again.public, "a key that waits is not made twice");
            let old = member.keys.of(purpose)[0].clone();
            charter::replace_key(draft, "CAN", purpose, Some(&old), &next.public).unwrap();
            proofs.extend(next.signer);
        }
    });
    for code in &FOUR[..3] {
        sign(&club, code, &mut proposal);
    }
    post(&nodes[0], &proposal).await;
    assert!(
        nodes.iter().all(|node| version(node) == 1),
        "the new key has not signed"
    );
    for proof in &proofs {
        proposal.sign(proof).unwrap();
    }
    assert!(post(&nodes[0], &proposal).await.1.contains("adopted"));
    all_at(&nodes, 2).await;

    let can = nodes[0].now();
    assert_ne!(can.member().keys, member.keys);
    let refused = can.submit(vec![(old_signed, None)]).unwrap_err();
    assert!(matches!(refused, NodeError::Refused { .. }), "{refused}");
    report(&can, 10, 2);
    all_agree(&nodes, "CAN", 5).await;
    let twin = nodes[3].now().twin().unwrap();
    assert_eq!(twin.cut().sizes["CAN"], 5);
    assert_eq!(twin.statements()["CAN"], 5, "old and new statements count");
    assert!(nodes[3].now().peer("CAN").unwrap().trouble.is_none());
    drop(can);
    stop_all(nodes).await;
    let again = club.open("CAN");
    assert_eq!(again.state().ledger().log().size().unwrap(), 5);
}

/// Whoever files statements while the charter changes is told to come again in a second, or is answered; nothing is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_that_come_while_the_charter_changes_are_logged_or_told_when_to_come_again() {
    let mut club = TestClub::found(&["CAN"]);
    let can = club.start("CAN").await;
    let before = can.state.clone();
    let url = format!("{}/entries", can.base);
    let folder = NodeFolder::open(&club.folder("CAN")).unwrap();
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let filing = tokio::spawn(async move {
        let (mut filed, mut told) = (0, 0);
        let client = common::client();
        while stopped.try_recv().is_err() {
            let (statement, _) = said("CAN", &folder.keys().statement, filed, 10);
            let sent = client.post(&url).header("content-type", "application/cose");
            let answer = sent.body(statement.bytes().to_vec()).send().await;
            // A connection may be closed between two charters; the statement has one place at most.
            let Ok(answer) = answer else { continue };
            match answer.status().as_u16() {
                200 | 201 => filed += 1,
                503 => {
                    told += 1;
                    assert_eq!(answer.headers()["retry-after"], "1", "{answer:?}");
                }
                other => panic!("{other}"),
            }
        }
        (filed, told)
    });
    for wanted in 2..5 {
        let mut proposal = propose(&can, |draft| draft.threshold = (wanted % 2 == 0).then_some(1));
        sign(&club, "CAN", &mut proposal);
        let taken = {
            let state = can.now();
            let bytes = proposal.bytes().unwrap();
            tokio::task::spawn_blocking(move || charter::take(&state, CharterEvent::Propose(bytes)))
        };
        taken.await.unwrap().unwrap();
        all_at(std::slice::from_ref(&can), wanted).await;
    }
    stop.send(()).unwrap();
    let (filed, told) = filing.await.unwrap();
    assert!(filed > 0, "{filed} filed, {told} told to come again");
    assert_eq!(can.now().ledger().log().size().unwrap(), filed + 1);
    // The node as it was says the same to whoever still holds it.
    let (statement, blob) = said("CAN", before.signer(), 99_999, 10);
    let late = before
        .intake()
        .unwrap()
        .submit(&before, statement, blob)
        .await
        .unwrap_err();
    assert!(matches!(late, NodeError::LogReopens), "{late}");
    drop(before);
    can.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_revoked_key_signed_beyond_the_last_good_head_does_not_count() {
    let mut club = TestClub::found(&FOUR);
    let nodes = all_running(&mut club, &FOUR).await;
    report(&nodes[0].state, 0, 1);
    all_agree(&nodes, "CAN", 2).await;
    let member = nodes[0].state.member().clone();
    let old = member.keys.statement[0].clone();
    let keys_dir = club.folder("CAN").join("keys");
    let next = prepare_next_key(&keys_dir, &member, KeyPurpose::Statement).unwrap();
    let mut proposal = propose(&nodes[1], |draft| {
        let reason = "the key was lost";
        charter::revoke_key(
            draft,
            "CAN",
            KeyPurpose::Statement,
            &old,
            Some(&next.public),
            &[],
            reason,
        )
        .unwrap();
    });
    // Whoever has the key goes on while signatures are gathered.
    report(&nodes[0].state, 5, 3);
    all_agree(&nodes, "CAN", 5).await;
    for code in &FOUR[1..] {
        sign(&club, code, &mut proposal);
    }
    proposal.sign(&next.signer.unwrap()).unwrap();
    assert!(post(&nodes[1], &proposal).await.1.contains("adopted"));
    all_at(&nodes, 2).await;
    report(&nodes[0].now(), 20, 1);
    all_agree(&nodes, "CAN", 6).await;
    for node in &nodes {
        let twin = node.now().twin().unwrap();
        assert_eq!(twin.cut().sizes["CAN"], 6);
        assert_eq!(twin.statements()["CAN"], 3, "genesis, one before, one after");
        list_has_all_and_says_which_count(node, 6, &[2, 3, 4]).await;
    }
    stop_all(nodes).await;
}

/// The list of CAN's statements is that of its entries, its total with it, whatever the page; those whose key does not count
/// there are told apart when one looks at them.
async fn list_has_all_and_says_which_count(node: &Running, total: u64, not_counting: &[u64]) {
    let ask = |path: String| async move {
        let answer = common::client()
            .get(format!("{}/api/v1/statements{path}", node.base))
            .send();
        let bytes = answer.await.unwrap().bytes().await.unwrap();
        serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
    };
    let mut listed = Vec::new();
    for offset in 0..=total {
        let page = ask(format!("?member=CAN&limit=1&offset={offset}")).await;
        assert_eq!(page["total"], total, "{page}");
        listed.extend(page["items"].as_array().unwrap().iter().cloned());
    }
    assert_eq!(listed.len() as u64, total);
    for (item, index) in listed.iter().zip(0..) {
        assert_eq!(item["index"], index, "{item}");
        let one = ask(format!("/{}", item["statement"].as_str().unwrap())).await;
        let status = one["status"].as_str().unwrap();
        let refused = status.contains("key that does not count");
        assert_eq!(refused, not_counting.contains(&index), "{index}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revocation_may_name_a_good_head_before_what_a_thief_has_logged() {
    let mut club = TestClub::found(&FOUR);
    let nodes = all_running(&mut club, &FOUR).await;
    report(&nodes[0].state, 0, 1);
    all_agree(&nodes, "CAN", 2).await;
    // The thief logs three more, and every copy has them before anybody notices.
    report(&nodes[0].state, 5, 3);
    all_agree(&nodes, "CAN", 5).await;
    let member = nodes[0].state.member().clone();
    let keys_dir = club.folder("CAN").join("keys");
    let next = prepare_next_key(&keys_dir, &member, KeyPurpose::Statement).unwrap();
    let deu = nodes[1].now();
    let log = charter::current(&deu);
    let good = charter::head_at(deu.store(), &log, "CAN", 2).unwrap().unwrap();
    let own = nodes[0].now();
    assert_eq!(
        charter::head_at(own.store(), &log, "CAN", 2).unwrap().unwrap(),
        good
    );
    assert!(charter::head_at(deu.store(), &log, "CAN", 6).unwrap().is_none());
    assert!(charter::head_at(deu.store(), &log, "XXX", 1).is_err());
    let draft = |last_good: &[LogHead]| {
        let mut draft = log.successor(charter::cut_of_store(&deu, &log).unwrap());
        let (purpose, old) = (KeyPurpose::Statement, &member.keys.statement[0]);
        charter::revoke_key(
            &mut draft,
            "CAN",
            purpose,
            old,
            Some(&next.public),
            last_good,
            "stolen",
        )
        .unwrap();
        log.propose(draft)
    };
    let beyond = LogHead {
        size: 6,
        ..good.clone()
    };
    let refused = draft(&[beyond]).unwrap_err().to_string();
    assert!(refused.contains("beyond the cut"), "{refused}");
    let other = charter::head_at(deu.store(), &log, "FRA", 1).unwrap().unwrap();
    assert!(draft(&[other]).is_err(), "a statement key signs in its own log");

    let mut proposal = draft(&[good]).unwrap();
    for code in &FOUR[1..] {
        sign(&club, code, &mut proposal);
    }
    proposal.sign(&next.signer.unwrap()).unwrap();
    assert!(post(&nodes[1], &proposal).await.1.contains("adopted"));
    all_at(&nodes, 2).await;
    report(&nodes[0].now(), 20, 1);
    all_agree(&nodes, "CAN", 6).await;
    for node in &nodes {
        let twin = node.now().twin().unwrap();
        assert_eq!(
            twin.statements()["CAN"],
            3,
            "genesis, one before the theft, one under the new key"
        );
    }
    stop_all(nodes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_is_kept_as_evidence_and_nothing_more_is_adopted() {
    let mut club = TestClub::found(&FOUR);
    let can = club.start("CAN").await;
    let mut one = propose(&can, |draft| draft.threshold = Some(4));
    let mut other = propose(&can, |draft| charter::remove(draft, "GBR").unwrap());
    for code in &FOUR {
        sign(&club, code, &mut one);
    }
    for code in &FOUR[..3] {
        sign(&club, code, &mut other);
    }
    assert!(post(&can, &one).await.1.contains("adopted"));
    eventually("it is adopted", || version(&can) == 2).await;
    assert!(post(&can, &other).await.1.contains("forked"));
    let fork = shown(&can).await.fork.unwrap();
    assert_eq!(fork.signed_both, ["CAN", "DEU", "FRA"]);
    let mut third = propose(&can, |draft| draft.threshold = Some(3));
    for code in &FOUR {
        sign(&club, code, &mut third);
    }
    let (status, told) = post(&can, &third).await;
    assert!(
        status == 400 && told.contains("nothing more is adopted"),
        "{status} {told}"
    );
    can.stop().await;
    let can = club.start("CAN").await;
    assert!(shown(&can).await.fork.is_some(), "it is remembered");
    can.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_that_contradicts_the_copies_here_is_not_adopted() {
    let mut club = TestClub::found(&FOUR);
    let can = club.start("CAN").await;
    let mut proposal = propose(&can, |draft| {
        let succession = draft.succession.as_mut().unwrap();
        let own = succession
            .cut
            .iter_mut()
            .find(|head| head.member == "CAN")
            .unwrap();
        own.root = didymium_statement::Digest::of(b"another history");
    });
    let view = charter::proposal_view(can.state.charter().version(), &proposal).unwrap();
    assert!(view.objection.is_none());
    for code in &FOUR[..2] {
        sign(&club, code, &mut proposal);
    }
    assert_eq!(post(&can, &proposal).await.0, 201);
    let objected = charter::proposal(&can.state, &proposal.id()).unwrap().unwrap();
    assert!(objected.objection.unwrap().contains("CAN"));
    sign(&club, "FRA", &mut proposal);
    let (status, told) = post(&can, &proposal).await;
    assert!(status == 400 && told.contains("root"), "{told}");
    assert_eq!(version(&can), 1);
    assert_eq!(shown(&can).await.refused.unwrap().version, 2);
    can.stop().await;
}

#[test]
fn what_was_adopted_before_a_crash_is_in_force_after_it_and_proposals_are_kept() {
    let club = TestClub::found(&FOUR);
    let node = club.open("CAN");
    let state = node.state();
    let log = charter::current(state);
    let draft = |threshold| {
        let mut draft = log.successor(charter::cut_of_store(state, &log).unwrap());
        draft.threshold = Some(threshold);
        log.propose(draft).unwrap()
    };
    let (mut one, mut other) = (draft(3), draft(4));
    sign(&club, "CAN", &mut one);
    sign(&club, "CAN", &mut other);
    for proposal in [&one, &other] {
        charter::take(state, CharterEvent::Propose(proposal.bytes().unwrap())).unwrap();
    }
    drop(node);
    let node = club.open("CAN");
    assert_eq!(
        charter::current(node.state()).proposals().count(),
        2,
        "kept over a restart"
    );
    for code in &FOUR[1..] {
        sign(&club, code, &mut other);
    }
    charter::take(node.state(), CharterEvent::Propose(other.bytes().unwrap())).unwrap();
    // The process ends before the node has opened itself again; a file of a proposal is left behind.
    let left = club.folder("CAN").join(format!("proposals/{}.cose", one.id()));
    std::fs::write(&left, one.bytes().unwrap()).unwrap();
    drop(node);
    let node = club.open("CAN");
    assert_eq!(node.state().charter().id(), other.id());
    assert_eq!(charter::current(node.state()).proposals().count(), 0);
    assert!(!left.exists());
    let genesis = node.state().ledger().log().entry(0).unwrap().unwrap();
    let admission = node.state().admission();
    assert!(
        admission
            .log_of(node.state().member())
            .admit(0, &genesis.bytes)
            .is_ok()
    );
}
