//! A second, post-quantum witness key: with the feature `ml-dsa` a member cosigns with both; without it everybody reads such
//! a charter, hands it on, and counts the first key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use didymium_log::note::{SignedNote, Verifier};
use didymium_node::charter::{self, policies_at};
use didymium_node::folder::prepare_next_key;
use didymium_node::witnessing::policy_of;
use didymium_node::{ML_DSA, NodeError, NodeFolder, api};
use didymium_statement::KeyPurpose;
use didymium_store::Grade;

use crate::charter::{all_at, post, propose, sign};
use crate::common::{Running, TestClub, client, domain, eventually, report};

/// A quorum is three of the four others.
const FIVE: [&str; 5] = ["CAN", "DEU", "FRA", "GBR", "ITA"];

const SECOND: KeyPurpose = KeyPurpose::WitnessMlDsa;

/// A verifier key of the right form, which no node has.
fn key_of_nobody(code: &str) -> String {
    let name = format!("{}/witness", domain(code));
    let typed = [vec![6_u8], vec![0x5a; 1312]].concat();
    let id = didymium_statement::Digest::of(&[name.as_bytes(), b"\n", &typed].concat());
    format!("{name}+{}+{}", &id.to_string()[..8], STANDARD.encode(typed))
}

/// The head of CAN's log that is witnessed, once it has that size.
async fn witnessed(can: &Running, size: u64) -> SignedNote {
    let origin = can.now().member().origin().to_owned();
    let published = || can.now().store().published(&origin, Grade::Witnessed).unwrap();
    eventually("a witnessed head", || {
        published().is_some_and(|head| head.size == size)
    })
    .await;
    SignedNote::parse(published().unwrap().note.as_bytes()).unwrap()
}

/// Who counts on a head of CAN's log by the charter of its time, and whether that is enough.
fn judged(can: &Running, note: &SignedNote, size: u64) -> (Vec<String>, bool) {
    let state = can.now();
    let log: Verifier = state.member().keys.log.parse().unwrap();
    let policies = policies_at(state.charters(), "CAN", &log, note, size).unwrap();
    let [at] = policies.as_slice() else {
        panic!("{} policies", policies.len());
    };
    let (_, judgement) = at.policy.judge_of_log(note.to_string(), &log).unwrap();
    let counted = judgement.counted.into_iter().map(|by| by.witness);
    (counted.collect(), judgement.met)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_build_reads_such_a_charter_and_counts_the_first_key() {
    let mut club = TestClub::found(&FIVE);
    let mut nodes = Vec::new();
    for code in ["CAN", "FRA", "GBR", "ITA"] {
        nodes.push(club.start(code).await);
    }
    let second = key_of_nobody("DEU");
    let mut proposal = propose(&nodes[0], |draft| {
        charter::replace_key(draft, "DEU", SECOND, None, &second).unwrap();
    });
    for code in ["CAN", "DEU", "FRA", "GBR"] {
        sign(&club, code, &mut proposal);
    }
    assert!(post(&nodes[0], &proposal).await.1.contains("adopted"));
    all_at(&nodes, 2).await;
    let can = &nodes[0];
    report(&can.now(), 0, 2);
    let note = witnessed(can, 3).await;
    assert_eq!(
        judged(can, &note, 3),
        (["FRA", "GBR", "ITA"].map(String::from).to_vec(), true)
    );

    // The policy names both keys in every build, so that whoever can verify with the second does.
    let policy = client()
        .get(format!("{}/log/policy", can.base))
        .send()
        .await
        .unwrap();
    let text = policy.text().await.unwrap();
    assert!(text.contains(&format!(
        "witness DEU-other-key {second}\ngroup DEU-either 1 DEU DEU-other-key\n"
    )));
    assert!(text.ends_with("group members 3 DEU-either FRA GBR ITA\nquorum members\n"));
    assert_eq!(policy_of(&can.now(), "CAN").unwrap().0.to_string(), text);

    let told = api::governance_of(&nodes[3].now(), (0, 10)).unwrap();
    let deu = told.members.iter().find(|member| member.member == "DEU").unwrap();
    let shown = deu.keys.iter().find(|key| key.key == second).unwrap();
    assert_eq!(
        (shown.purpose, shown.id.as_str()),
        (
            api::types::KeyUse::WitnessMlDsa,
            &second[..second.rfind('+').unwrap()]
        )
    );
    for node in nodes {
        node.stop().await;
    }

    // Its own node cosigns with both keys or, in a build that cannot, with the first; it does not start with another one.
    let folder = club.folder("DEU");
    std::fs::copy(
        club.folder("CAN").join("charter.chain"),
        folder.join("charter.chain"),
    )
    .unwrap();
    let opened = NodeFolder::open(&folder);
    let refused = matches!(
        opened,
        Err(NodeError::KeyNotInCharter {
            role: "witness_ml_dsa",
            ..
        })
    );
    assert_eq!((opened.is_ok(), refused), (!ML_DSA, ML_DSA));
}

#[test]
fn only_a_build_with_the_feature_makes_such_a_key() {
    let club = TestClub::found(&["CAN"]);
    let folder = NodeFolder::open(&club.folder("CAN")).unwrap();
    assert!(
        folder.charter().charter().members[0].keys.of(SECOND).is_empty(),
        "nobody asked for one"
    );
    let keys = club.folder("CAN").join("keys");
    let made = prepare_next_key(&keys, &folder.charter().charter().members[0], SECOND);
    let file = keys.join("witness_ml_dsa.next.key");
    match made {
        Ok(next) => {
            use std::os::unix::fs::PermissionsExt as _;
            assert!(ML_DSA && next.public.len() > 1312);
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            let waiting = NodeFolder::open(&club.folder("CAN")).unwrap();
            assert!(
                !format!("{:?}", waiting.keys()).contains(std::fs::read_to_string(&file).unwrap().trim())
            );
        }
        Err(error) => assert!(
            !ML_DSA && matches!(error, NodeError::WithoutMlDsa) && !file.exists(),
            "{error}"
        ),
    }
}

/// The note with the lines of CAN's log and those that are kept of the others.
#[cfg(feature = "ml-dsa")]
fn with_lines(note: &SignedNote, keep: impl Fn(&didymium_log::note::NoteSignature) -> bool) -> SignedNote {
    let mut kept = note.clone();
    kept.signatures
        .retain(|line| line.name.ends_with("/log") || keep(line));
    kept
}

#[cfg(feature = "ml-dsa")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_cosign_with_both_keys_and_either_makes_a_receipt_witnessed() {
    use didymium_log::cosignature::ML_DSA_COSIGNATURE_BYTES;
    use didymium_log::tlog_proof::TlogProof;
    use didymium_node::audit::{cosigners, open_head};

    let mut club = TestClub::found(&FIVE);
    let mut nodes = Vec::new();
    for code in &FIVE {
        nodes.push(club.start(code).await);
    }
    // Three of the four others take a second key each, as they would change one; the fourth has none.
    let asked = ["DEU", "FRA", "GBR"];
    let mut proposal = propose(&nodes[0], |draft| {
        for code in asked {
            let member = draft
                .charter
                .members
                .iter()
                .find(|member| member.member == code)
                .unwrap();
            let next = prepare_next_key(&club.folder(code).join("keys"), member, SECOND).unwrap();
            charter::replace_key(draft, code, SECOND, None, &next.public).unwrap();
        }
    });
    for code in &FIVE[..4] {
        sign(&club, code, &mut proposal);
    }
    witnessed(&nodes[0], 1).await;
    assert!(post(&nodes[0], &proposal).await.1.contains("adopted"));
    all_at(&nodes, 2).await;

    let can = &nodes[0];
    let origin = can.now().member().origin().to_owned();
    // A log that stands still gets the cosignatures of the new keys on the head that it has.
    eventually("the head of before, cosigned with the new keys too", || {
        let head = can.now().store().published(&origin, Grade::Cosigned).unwrap();
        let note = head.map(|head| SignedNote::parse(head.note.as_bytes()).unwrap());
        note.is_some_and(|note| note.signatures.len() == 1 + 4 + 3)
    })
    .await;
    report(&can.now(), 0, 2);
    let is_long = |line: &didymium_log::note::NoteSignature| line.bytes.len() == ML_DSA_COSIGNATURE_BYTES;
    let all = || {
        let head = can.now().store().published(&origin, Grade::Witnessed).unwrap()?;
        let note = SignedNote::parse(head.note.as_bytes()).unwrap();
        (head.size == 3 && note.signatures.len() == 1 + 4 + 3).then_some(note)
    };
    eventually("four cosignatures, and three of second keys", || all().is_some()).await;
    let note = all().unwrap();
    assert!(
        note.signatures[5..].iter().all(is_long),
        "the long ones come last"
    );

    let everybody: Vec<String> = FIVE[1..].iter().map(|code| (*code).to_owned()).collect();
    assert_eq!(judged(can, &note, 3), (everybody, true), "each once");
    let both = note
        .signatures
        .iter()
        .filter(|line| line.name == format!("{}/witness", domain("DEU")));
    assert_eq!(both.count(), 2);

    // Either key speaks for its member.
    let second_alone = with_lines(&note, is_long);
    let asked = asked.map(String::from).to_vec();
    assert_eq!(judged(can, &second_alone, 3), (asked.clone(), true));
    let mixed = with_lines(&note, |line| is_long(line) == line.name.starts_with("deu"));
    assert_eq!(judged(can, &mixed, 3).0.len(), 4);
    let one = with_lines(&note, |line| line.name.starts_with("deu"));
    assert_eq!(
        judged(can, &one, 3),
        (vec!["DEU".to_owned()], false),
        "two keys of one member are one voice"
    );

    // A receipt that is taken home, and what others show and audit.
    let state = can.now();
    let genesis = state.ledger().log().entry(0).unwrap().unwrap().bytes;
    let id = didymium_statement::Statement::parse(&genesis).unwrap().id();
    let proof = client()
        .get(format!("{}/entries/{id}/proof", can.base))
        .send()
        .await
        .unwrap();
    let proof: TlogProof = proof.text().await.unwrap().parse().unwrap();
    let log: Verifier = state.member().keys.log.parse().unwrap();
    for lines in [note.clone(), second_alone.clone()] {
        let mut receipt = proof.clone();
        receipt.checkpoint = lines.to_string();
        let receipt: TlogProof = receipt.to_string().parse().unwrap();
        let policies = policies_at(state.charters(), "CAN", &log, &lines, 3).unwrap();
        let proven = receipt.verify(&genesis, &log, Some(&policies[0].policy)).unwrap();
        assert!(proven.grade.is_witnessed());
        let member = state.member();
        let head = open_head(lines.to_string().as_bytes(), state.charters(), member).unwrap();
        assert!(cosigners(&head, state.charters(), member).unwrap().witnessed);
    }
    let mut forged = second_alone.clone();
    forged.signatures[1].bytes[100] ^= 1;
    let policies = policies_at(state.charters(), "CAN", &log, &forged, 3).unwrap();
    assert!(policies[0].policy.judge_of_log(forged.to_string(), &log).is_err());

    let served = client()
        .get(format!("{}/log/checkpoint", can.base))
        .send()
        .await
        .unwrap();
    let served = served.text().await.unwrap();
    assert_eq!(SignedNote::parse(served.as_bytes()).unwrap().signatures.len(), 8);
    eventually("copies carry both", || {
        nodes[1..].iter().all(|node| {
            let head = node.now().log_of("CAN").unwrap().head().unwrap();
            let note = head.and_then(|head| head.checkpoint);
            note.is_some_and(|note| SignedNote::parse(&note).unwrap().signatures.len() == 8)
        })
    })
    .await;
    for node in nodes {
        node.stop().await;
    }

    // After a start the key is in force from the file in which it waited, and the folder says so.
    let again = NodeFolder::open(&club.folder("DEU")).unwrap();
    assert_eq!(
        again.keys().public().of(SECOND),
        again.charter().charter().member("DEU").unwrap().keys.of(SECOND)
    );
}
