//! What a thief of a log key, and what its owner, can still prove with it after it was revoked.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use std::path::{Path, PathBuf};

use didymium_log::checkpoint::{Checkpoint, sign_checkpoint};
use didymium_log::hash::leaf_hash;
use didymium_log::note::Signer;
use didymium_log::receipt::{attach, issue_inclusion, registered_bytes};
use didymium_log::tile::encode_bundle;
use didymium_log::tlog_proof::TlogProof;
use didymium_log::tree::Rebuilt;
use didymium_node::NodeFolder;
use didymium_statement::Statement;

use crate::common::{Answer, Desk, Serving, long_table, run};
use crate::history::statements;

fn verify(file: &Path) -> Answer {
    let file = file.display().to_string();
    run(&["receipt", "verify", &file, "--logged-is-enough"])
}

/// A tree of two statements that never were beside each other, proven in both forms with the log's real key.
fn forged(key: &Signer, entries: [&[u8]; 2]) -> (Vec<u8>, String) {
    let leaves = entries.map(leaf_hash);
    let head = Checkpoint {
        origin: key.name().to_owned(),
        size: 2,
        root: Rebuilt::new(Vec::new(), leaves.to_vec()).unwrap().root(),
    };
    let about = Statement::parse(entries[1]).unwrap().subject;
    let receipt = issue_inclusion(key, &head, leaves[1], 1, &leaves[..1], &about).unwrap();
    let proof = TlogProof {
        extra: Some(entries[1].to_vec()),
        index: 1,
        path: leaves[..1].to_vec(),
        checkpoint: sign_checkpoint(&head, key).unwrap(),
    };
    (attach(entries[1], &[receipt]).unwrap(), proof.to_string())
}

/// A node whose log key is revoked at three entries, and what was signed before: by it and by a thief.
struct Robbed {
    desk: Desk,
    /// Receipts of the second and third entry, under heads of two and three entries.
    early: PathBuf,
    anchored: PathBuf,
    /// Two forms of the proof that the third entry is the second of two.
    forged: [PathBuf; 2],
    ids: Vec<String>,
}

impl Robbed {
    fn new() -> Self {
        let desk = Desk::new();
        let node = desk.node();
        let receipts = desk.path("receipts");
        let place = receipts.display().to_string();
        for (name, rows) in [("one.csv", 2), ("two.csv", 3)] {
            let table = desk.file(name, &long_table(rows));
            let what = ["import", "--dir", &node, "--kind", "statistic", &table];
            run(&[&what[..], &["--receipt", &place]].concat()).ends(0);
        }
        let ids = statements(&desk.path("node"));
        let of = |id: &String| receipts.join(format!("{id}.transparent.cose"));
        let (early, anchored) = (of(&ids[1]), of(&ids[2]));
        let bytes = |file: &PathBuf| registered_bytes(&std::fs::read(file).unwrap()).unwrap();
        let key = NodeFolder::open(Path::new(&node)).unwrap();
        let (cose, proof) = forged(&key.keys().log, [&bytes(&early), &bytes(&anchored)]);
        let forged = ["forged.cose", "forged.tlog-proof"].map(|name| receipts.join(name));
        std::fs::write(&forged[0], cose).unwrap();
        std::fs::write(&forged[1], proof).unwrap();
        Self {
            desk,
            early,
            anchored,
            forged,
            ids,
        }
    }

    fn revoke(&self, last_good: &str) {
        let node = self.desk.node();
        let what = ["charter", "propose", "--dir", &node, "--revoke", "CAN:log"];
        let why = ["--reason", "stolen", "--last-good", last_good];
        run(&[&what[..], &why].concat()).ends(0);
        self.take_chain_home();
    }

    fn take_chain_home(&self) {
        let chain = self.desk.path("node/charter.chain");
        std::fs::copy(chain, self.desk.path("receipts/charter.chain")).unwrap();
    }
}

#[test]
fn a_thief_of_a_revoked_log_key_proves_nothing_with_a_head_of_its_own() {
    let robbed = Robbed::new();
    for file in robbed.forged.iter().chain([&robbed.early, &robbed.anchored]) {
        verify(file).ends(0);
    }
    robbed.revoke("CAN:3");
    for file in &robbed.forged {
        let told = verify(file).ends(4);
        for words in ["of 2 entries", "was revoked", "first 3 entries", "new receipt"] {
            assert!(told.err.contains(words), "{words}: {told:?}");
        }
    }
    // The charter names this head, and not the smaller one, true as it is.
    verify(&robbed.anchored).ends(0);
    verify(&robbed.early).ends(4);

    // What the refusal says to do helps.
    let serving = Serving::start(&robbed.desk.node());
    let fresh = robbed.desk.path("receipts/fresh.tlog-proof");
    let out = fresh.display().to_string();
    run(&[
        "receipt",
        "fetch",
        "--url",
        &serving.url,
        &robbed.ids[1],
        "--out",
        &out,
    ])
    .ends(0);
    serving.stop();
    verify(&fresh).ends(0);
}

/// A downloaded log under a head that the thief has signed, of `size` entries at most two of which are there.
fn forged_log(robbed: &Robbed, size: u64) -> (String, String) {
    let entries = [&robbed.early, &robbed.anchored]
        .map(|file| registered_bytes(&std::fs::read(file).unwrap()).unwrap());
    let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let key = NodeFolder::open(Path::new(&robbed.desk.node())).unwrap();
    let head = Checkpoint {
        origin: key.keys().log.name().to_owned(),
        size,
        root: Rebuilt::new(Vec::new(), leaves.clone()).unwrap().root(),
    };
    let dir = robbed.desk.path(&format!("forged-{size}"));
    std::fs::create_dir_all(dir.join("tile/0/000.p")).unwrap();
    std::fs::create_dir_all(dir.join("tile/entries/000.p")).unwrap();
    let hashes: Vec<u8> = leaves.iter().flat_map(|leaf| *leaf.as_bytes()).collect();
    std::fs::write(dir.join("tile/0/000.p/2"), hashes).unwrap();
    std::fs::write(dir.join("tile/entries/000.p/2"), encode_bundle(&entries).unwrap()).unwrap();
    let note = dir.join("checkpoint");
    std::fs::write(&note, sign_checkpoint(&head, &key.keys().log).unwrap()).unwrap();
    std::fs::copy(robbed.desk.path("node/charter.cose"), dir.join("charter.cose")).unwrap();
    (dir.display().to_string(), note.display().to_string())
}

/// Neither an audit nor a look into the log believes such a head, and it accuses nobody.
#[test]
fn a_thief_of_a_revoked_log_key_shows_nothing_in_an_audit_and_convicts_nobody() {
    let robbed = Robbed::new();
    let (forged, note) = forged_log(&robbed, 2);
    let before = run(&["audit", &forged]).ends(4).out;
    assert!(before.contains("the log of CAN has signed size 2"), "{before}");
    robbed.revoke("CAN:3");
    let chain = Path::new(&forged).join("charter.chain");
    std::fs::copy(robbed.desk.path("node/charter.chain"), chain).unwrap();
    let told = run(&["audit", &forged]).ends(4).out;
    assert!(told.contains("signed with a key that was revoked"), "{told}");
    for what in ["lookup", "inspect"] {
        let entry = if what == "lookup" { &["1"][..] } else { &[] };
        let told = run(&[&["log", what, "--dir", &forged], entry].concat()).ends(4);
        assert!(told.err.contains("was revoked"), "{what}: {told:?}");
    }
    let kept = run(&["audit", "--json", &robbed.desk.node(), "--since", &note])
        .ends(5)
        .json();
    assert_eq!(kept["evidence"].as_array().unwrap().len(), 0, "{kept}");
    let checks = kept["checks"].as_array().unwrap();
    let since = checks.iter().find(|check| check["check"] == "since").unwrap();
    assert!(
        since["said"].as_str().unwrap().contains("for or against"),
        "{since}"
    );
}

/// A signed size may be anything: the answer does not wait until that much was looked for.
#[test]
fn a_log_that_signs_more_than_there_is_is_refused_at_once() {
    let robbed = Robbed::new();
    let (absurd, _) = forged_log(&robbed, 1 << 40);
    let begun = std::time::Instant::now();
    let told = run(&["audit", &absurd]).ends(4).out;
    assert!(told.contains("are not there"), "{told}");
    assert!(begun.elapsed() < std::time::Duration::from_mins(1));
}

#[test]
fn another_head_of_the_last_good_size_is_refused_too() {
    let robbed = Robbed::new();
    robbed.revoke("CAN:2");
    for file in &robbed.forged {
        let told = verify(file).ends(4);
        assert!(told.err.contains("another root"), "{told:?}");
    }
    verify(&robbed.early).ends(0);
    // It is of three entries, beyond the last good ones.
    verify(&robbed.anchored).ends(4);
}

#[test]
fn a_key_that_was_given_up_in_good_order_can_be_stolen_later() {
    let robbed = Robbed::new();
    let node = robbed.desk.node();
    run(&["charter", "propose", "--dir", &node, "--rotate", "log"]).ends(0);
    robbed.take_chain_home();
    verify(&robbed.forged[1]).ends(0);
    robbed.desk.import(&node, "four.csv", &long_table(4)).ends(0);
    let folder = NodeFolder::open(Path::new(&node)).unwrap();
    let first = folder.charters().versions()[0].charter().members[0]
        .keys
        .log
        .clone();
    let mut draft = folder.charters().successor(Vec::new());
    let state = didymium_node::NodeState::open(
        NodeFolder::open(Path::new(&node)).unwrap(),
        std::sync::Arc::new(didymium_node::clock::SystemClock),
    )
    .unwrap();
    let cut = didymium_node::charter::cut_of_store(&state, folder.charters()).unwrap();
    draft.succession.as_mut().unwrap().cut = cut;
    let purpose = didymium_statement::KeyPurpose::Log;
    didymium_node::charter::revoke_key(&mut draft, "CAN", purpose, &first, None, &[], "stolen").unwrap();
    let mut log = folder.charters().clone();
    let mut proposal = log.propose(draft).unwrap();
    proposal.sign(&folder.keys().statement).unwrap();
    let bytes = proposal.bytes().unwrap();
    log.step(didymium_statement::CharterEvent::Version(bytes))
        .unwrap();
    std::fs::write(
        robbed.desk.path("receipts/charter.chain"),
        log.to_bytes().unwrap(),
    )
    .unwrap();
    for file in &robbed.forged {
        let told = verify(file).ends(4);
        assert!(told.err.contains("was revoked"), "{told:?}");
    }
    // The cut at which it was given up names three entries.
    verify(&robbed.anchored).ends(0);
}
