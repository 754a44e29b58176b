//! After a stolen log key is revoked: whoever followed the thief, or cosigned for him, goes on with the owner.

use didymium_log::evidence::Evidence;
use didymium_log::note::{Signer, Verifier};
use didymium_log::witness::AddCheckpoint;
use didymium_node::audit::Answer;
use didymium_node::folder::prepare_next_key;
use didymium_node::witness::add_checkpoint;
use didymium_node::{charter, evidence};
use didymium_statement::{KeyPurpose, LogHead, Proposal, StatementSigner};
use didymium_store::Grade;

use crate::charter::{all_agree, all_at, post, propose, sign};
use crate::common::{
    Running, TestClub, client, copied, copy_dir, eventually, log_signer, report, said, signed,
};
use crate::copying::checked;

const FIVE: [&str; 5] = ["CAN", "DEU", "FRA", "GBR", "JPN"];

/// Size of the log of CAN that a node holds, and that its witness cosigned.
fn known(node: &Running) -> (u64, u64) {
    let state = node.now();
    let log = state.log_of("CAN").unwrap();
    let cosigned = state.store().cosigned(log.origin()).unwrap();
    (log.size().unwrap(), cosigned.map_or(0, |cosigned| cosigned.size))
}

/// How long a witnessed head of its own log a node has.
fn witnessed(node: &Running) -> u64 {
    let state = node.now();
    let origin = state.ledger().log().origin().to_owned();
    let published = state.store().published(&origin, Grade::Witnessed).unwrap();
    published.map_or(0, |published| published.size)
}

/// The club with CAN's log of 3 entries, of which a thief of its folder has shown the others 7; CAN is back and waits.
async fn robbed(club: &mut TestClub) -> (Vec<Running>, Running, Signer) {
    let can = club.start("CAN").await;
    let mut nodes = Vec::new();
    for code in &FIVE[1..] {
        nodes.push(club.start(code).await);
    }
    report(&can.state, 0, 2);
    all_agree(&nodes, "CAN", 3).await;
    can.stop().await;
    let stolen = club.dir.path().join("stolen");
    copy_dir(&club.folder("CAN"), &stolen);
    let thief = club.start_from("CAN", &stolen).await;
    // The gate is open for a moment until the fence is raised.
    eventually("the thief signs", || {
        let entries = (10..14).map(|number| said("CAN", thief.state.signer(), number, 10));
        thief.state.submit(entries.collect()).is_ok()
    })
    .await;
    // The others have no way to know: they follow and cosign.
    all_agree(&nodes, "CAN", 7).await;
    eventually("all cosign what the thief shows", || {
        nodes.iter().all(|node| known(node) == (7, 7))
    })
    .await;
    thief.stop().await;
    let key = log_signer(club, "CAN");
    let folder = club.folder("CAN");
    // The owner may not sign: the others know more of its log than it does.
    let can = club.start_from("CAN", &folder).await;
    (nodes, can, key)
}

/// The last state of the log of CAN that its owner knows.
fn good(node: &Running) -> Option<LogHead> {
    let state = node.now();
    charter::head_at(state.store(), &charter::current(&state), "CAN", 3).unwrap()
}

/// A version that the four others sign, and whoever else; all adopt it.
async fn adopted(
    club: &TestClub,
    nodes: &[Running],
    mut proposal: Proposal,
    proofs: &[StatementSigner],
    version: u32,
) {
    for code in &FIVE[1..] {
        sign(club, code, &mut proposal);
    }
    for proof in proofs {
        proposal.sign(proof).unwrap();
    }
    let (status, told) = post(&nodes[0], &proposal).await;
    assert!(told.contains("adopted"), "{status} {told}");
    all_at(nodes, version).await;
}

fn nobody_is_accused(nodes: &[Running]) {
    for node in nodes {
        let state = node.now();
        assert!(evidence::against(&state, "CAN").unwrap().is_empty());
        assert!(
            state.peers().iter().all(|peer| !peer.frozen),
            "{:?}",
            state.peers()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_followed_the_thief_of_a_log_key_goes_on_with_the_owner_when_it_is_revoked() {
    let mut club = TestClub::found(&FIVE);
    let (mut nodes, can, _) = robbed(&mut club).await;
    let folder = club.folder("CAN");
    let member = can.state.member().clone();
    let keys_dir = folder.join("keys");
    let mut proofs = Vec::new();
    let proposal = propose(&nodes[0], |draft| {
        let good = good(&nodes[0]);
        for purpose in [KeyPurpose::Log, KeyPurpose::Statement] {
            let next = prepare_next_key(&keys_dir, &member, purpose).unwrap();
            let (old, new) = (&member.keys.of(purpose)[0], Some(next.public.as_str()));
            charter::revoke_key(draft, "CAN", purpose, old, new, good.as_slice(), "stolen").unwrap();
            proofs.extend(next.signer);
        }
        charter::cut_at_last_good(&charter::current(&nodes[0].now()), draft);
        let named = draft.head_of("CAN").unwrap();
        assert_eq!(
            named.size, 3,
            "the version names the owner's log, not the thief's"
        );
    });
    nodes.push(can);
    adopted(&club, &nodes, proposal, &proofs, 2).await;
    // What the thief said is gone from every twin, and what came before is there, though nobody has signed it again yet.
    all_agree(&nodes, "CAN", 3).await;
    let can = nodes.pop().unwrap();
    eventually("the owner may sign", || can.now().ledger().gate().pass().is_ok()).await;
    // Another history, past the thief's.
    report(&can.now(), 20, 6);
    nodes.push(can);
    all_agree(&nodes, "CAN", 9).await;
    let can = nodes.last().unwrap();
    for node in &nodes {
        assert_eq!(copied(&node.now(), "CAN"), copied(&can.now(), "CAN"));
    }
    nobody_is_accused(&nodes);
    eventually("the witnesses cosign what the owner signs", || {
        witnessed(can) == 9
    })
    .await;
    for node in nodes {
        node.stop().await;
    }
}

/// A version by which the others revoke the log key of CAN, and give it no other.
fn without_successor(node: &Running) -> Proposal {
    let old = node
        .now()
        .charter()
        .charter()
        .member("CAN")
        .unwrap()
        .keys
        .log
        .clone();
    propose(node, |draft| {
        let good = good(node);
        charter::revoke_key(
            draft,
            "CAN",
            KeyPurpose::Log,
            &old,
            None,
            good.as_slice(),
            "stolen",
        )
        .unwrap();
        charter::cut_at_last_good(&charter::current(&node.now()), draft);
    })
}

/// Nobody signs CAN's log any more, and CAN is away. Who comes late had cosigned a small head for the thief, and nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_late_has_what_is_left_of_a_log_that_nobody_signs() {
    let mut club = TestClub::found(&["CAN", "DEU", "FRA", "GBR", "JPN", "USA"]);
    let usa = club.serve("USA");
    let forged = signed(&log_signer(&club, "CAN"), 2, 9);
    let request = AddCheckpoint::new(0, Vec::new(), forged).unwrap().to_string();
    assert_eq!(
        add_checkpoint(&usa.state, request.as_bytes()).unwrap().status,
        200
    );
    usa.stop().await;
    let (mut nodes, can, _) = robbed(&mut club).await;
    let member = can.state.member().clone();
    can.stop().await;
    let proposal = without_successor(&nodes[0]);
    adopted(&club, &nodes, proposal, &[], 2).await;
    all_agree(&nodes, "CAN", 3).await;
    let found = checked(&club, "DEU", "CAN");
    let answer = |name: &str| {
        found
            .checks
            .iter()
            .find(|check| check.check == name)
            .map(|check| check.answer)
    };
    assert_eq!(answer("checkpoint"), Some(Answer::Open), "{found:?}");
    assert_eq!(answer("head"), Some(Answer::Yes), "{found:?}");
    assert_eq!(answer("entries"), Some(Answer::Yes), "{found:?}");

    nodes.push(club.start("USA").await);
    all_at(&nodes, 2).await;
    all_agree(&nodes, "CAN", 3).await;
    assert_eq!(
        known(&nodes[4]),
        (3, 0),
        "what it cosigned for the thief is forgotten"
    );
    let head = nodes[4].now().log_of("CAN").unwrap().head().unwrap().unwrap();
    assert_eq!(head.checkpoint, None);
    assert_eq!(copied(&nodes[4].now(), "CAN"), copied(&nodes[0].now(), "CAN"));

    let folder = club.folder("CAN");
    let next = prepare_next_key(&folder.join("keys"), &member, KeyPurpose::Log).unwrap();
    let mut proposal = propose(&nodes[0], |draft| {
        charter::replace_key(draft, "CAN", KeyPurpose::Log, None, &next.public).unwrap();
        charter::cut_at_last_good(&charter::current(&nodes[0].now()), draft);
    });
    sign(&club, "CAN", &mut proposal);
    nodes.push(club.start_from("CAN", &folder).await);
    adopted(&club, &nodes, proposal, &[], 3).await;
    eventually("all have the owner's signature, and have cosigned it", || {
        nodes[..5].iter().all(|node| {
            let head = node.now().log_of("CAN").unwrap().head().unwrap().unwrap();
            head.checkpoint.is_some() && known(node) == (3, 3)
        })
    })
    .await;
    nobody_is_accused(&nodes);
    for node in nodes {
        node.stop().await;
    }
}

/// The others revoke the key and there is no other yet; the thief goes on signing; the owner comes with another key at last, and
/// has nothing to say.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_club_goes_on_while_a_revoked_log_key_has_no_successor() {
    let mut club = TestClub::found(&FIVE);
    let (mut nodes, can, key) = robbed(&mut club).await;
    nodes.push(can);
    let member = nodes[4].now().member().clone();
    let proposal = without_successor(&nodes[0]);
    adopted(&club, &nodes, proposal, &[], 2).await;
    all_agree(&nodes, "CAN", 3).await;
    let refused = nodes[4].now().ledger().gate().pass().unwrap_err().to_string();
    assert!(
        refused.contains("revoked") && refused.contains("--rotate log"),
        "{refused}"
    );

    // The thief signs what it likes, of any size, and shows it to whoever asks or does not.
    let deu = nodes[0].now();
    let witnesses: Vec<Verifier> = Vec::new();
    for size in [2, 3, 200] {
        let (one, other) = (signed(&key, size, 1), signed(&key, size, 2));
        let request = AddCheckpoint::new(0, Vec::new(), one.clone())
            .unwrap()
            .to_string();
        assert_ne!(add_checkpoint(&deu, request.as_bytes()).unwrap().status, 200);
        let split = Evidence::same_size(&one, &other, &[key.verifier()], &witnesses).unwrap();
        assert!(!evidence::keep(&deu, &split).unwrap(), "{size}");
    }
    nobody_is_accused(&nodes);

    // Any of them proposes as before, by what its node knows of heads.
    for node in &nodes {
        let state = node.now();
        let log = charter::current(&state);
        let known = didymium_node::federation::known_heads(&state).unwrap();
        let cut = charter::cut_of_heads(&known, &log).unwrap();
        log.propose(log.successor(cut)).unwrap();
    }
    let proposal = propose(&nodes[1], |draft| {
        draft.threshold = Some(4);
        charter::cut_at_last_good(&charter::current(&nodes[1].now()), draft);
    });
    adopted(&club, &nodes, proposal, &[], 3).await;

    let keys_dir = club.folder("CAN").join("keys");
    let next = prepare_next_key(&keys_dir, &member, KeyPurpose::Log).unwrap();
    let mut proposal = propose(&nodes[4], |draft| {
        charter::replace_key(draft, "CAN", KeyPurpose::Log, None, &next.public).unwrap();
        charter::cut_at_last_good(&charter::current(&nodes[4].now()), draft);
    });
    sign(&club, "CAN", &mut proposal);
    adopted(&club, &nodes, proposal, &[], 4).await;
    // Its head is the one that they hold, signed with the new key: it is copied, witnessed, and on every page.
    eventually("all have the owner's signature", || {
        nodes.iter().all(|node| {
            let head = node.now().log_of("CAN").unwrap().head().unwrap().unwrap();
            head.size == 3 && head.checkpoint.is_some()
        })
    })
    .await;
    for node in &nodes {
        let page = client()
            .get(format!("{}/api/v1/audit", node.base))
            .send()
            .await
            .unwrap();
        assert_eq!(page.status(), 200);
    }
    eventually("the owner may sign", || {
        nodes[4].now().ledger().gate().pass().is_ok()
    })
    .await;
    eventually("its head is witnessed", || witnessed(&nodes[4]) == 3).await;
    nobody_is_accused(&nodes);
    for node in nodes {
        node.stop().await;
    }
}

/// The copies were cut back, so nobody has a signed head of the log to show: what keeps an old folder from signing with the revoked
/// key is the version of the charter that it has not seen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_from_before_the_revocation_signs_nothing() {
    let mut club = TestClub::found(&FIVE);
    let old = club.dir.path().join("old");
    copy_dir(&club.folder("CAN"), &old);
    let (nodes, can, _) = robbed(&mut club).await;
    can.stop().await;
    let proposal = without_successor(&nodes[0]);
    adopted(&club, &nodes, proposal, &[], 2).await;
    all_agree(&nodes, "CAN", 3).await;
    let can = club.start_from("CAN", &old).await;
    eventually("it is shut", || {
        let passed = can.now().ledger().gate().pass();
        passed.is_err_and(|refused| refused.to_string().contains("this folder is an old copy"))
    })
    .await;
    can.stop().await;
    for node in nodes {
        node.stop().await;
    }
}
