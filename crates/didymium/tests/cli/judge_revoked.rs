//! The independent judge where a member's log or statement key was revoked: who votes on that, and what the keys still show.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be; its helpers too"
)]

use didymium_log::checkpoint::sign_checkpoint;
use didymium_log::cosignature::Cosigner;
use didymium_log::hash::leaf_hash;
use didymium_log::note::{SignedNote, Signer};
use didymium_log::tile::{TILE_WIDTH, decode_bundle};
use didymium_log::tlog_proof::TlogProof;
use didymium_log::tree::{Rebuilt, inclusion_proof};
use didymium_node::charter::revoke_key;
use didymium_statement::{CharterLog, CharterVersion, KeyPurpose};

use crate::judge::judge;
use crate::judge_charter::{Five, head, says};
use crate::shelf::Shelf;

/// The statement key of a member is revoked from the cut on, and another takes its place.
fn revoked(draft: &mut CharterVersion, place: usize, new: &str) {
    let member = draft.charter.members[place].clone();
    let old = &member.keys.statement[0];
    let purpose = KeyPurpose::Statement;
    revoke_key(draft, &member.member, purpose, old, Some(new), &[], "stolen").unwrap();
}

/// Both say the same of a chain: the node, and the judge of the log that it is about.
fn agree(five: &Five, chain: &[u8], code: i32, part: &str) -> bool {
    let Some(judged) = five.judged(&five.late, chain, &five.next.log, &[]) else {
        return false;
    };
    says(judged, code, part);
    assert_eq!(CharterLog::brought(chain).is_ok(), code == 0, "{part}");
    true
}

#[test]
fn a_revoked_statement_key_has_no_vote_where_the_others_are_enough() {
    let five = Five::found();
    let new = &five.next.statement;
    let draft = five.draft(|draft| revoked(draft, 0, &five.next.public().statement[0]));
    // All but CAN, and who joins.
    let others = five.signers(5).split_off(1);
    // The threshold is four of five; CAN is spoken for by its new key.
    let right = five.chain(draft.clone(), &[others.clone(), vec![new]].concat());
    if !agree(&five, &right, 0, "10 entries stand beyond the end of their key") {
        return;
    }
    let without_new = five.chain(draft.clone(), &others);
    agree(&five, &without_new, 4, "CAN has not signed it");
    let one_short = five.chain(draft, &[&others[1..], &[new]].concat());
    // Under its own keys the new version is signed by four, under those of the one before by three.
    agree(
        &five,
        &one_short,
        4,
        "3 members of version 1 have signed it, 4 must",
    );
}

#[test]
fn a_revoked_statement_key_votes_where_the_others_are_too_few() {
    let five = Five::found();
    let more = didymium_node::folder::Seeds::random()
        .unwrap()
        .keys("deu.club.example")
        .unwrap();
    let draft = five.draft(|draft| {
        revoked(draft, 0, &five.next.public().statement[0]);
        revoked(draft, 1, &more.public().statement[0]);
    });
    let new = [&five.next.statement, &more.statement];
    let signers = |members: usize| [five.signers(members), new.to_vec()].concat();
    // Three others are left, and four must sign: the keys that end speak once more, beside those that come.
    let right = five.chain(draft.clone(), &signers(5));
    if !agree(&five, &right, 0, "10 entries stand beyond the end of their key") {
        return;
    }
    let short = five.chain(draft, &signers(3));
    agree(&five, &short, 4, "3 members of version 1 have signed it, 4 must");
}

/// A proof that entry 1 of a log is in its first `size` entries, under a head that `key` signs.
fn proof(shelf: &Shelf, size: u64, key: &Signer, cosigners: &[&Cosigner]) -> String {
    let bundle = format!("tile/entries/000.p/{}", head(shelf).size);
    let width = u16::try_from(head(shelf).size).unwrap();
    assert!(width < TILE_WIDTH);
    let entries = decode_bundle(&shelf.0[&bundle], width).unwrap();
    let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let first = leaves[..usize::try_from(size).unwrap()].to_vec();
    let mut checkpoint = head(shelf);
    checkpoint.size = size;
    checkpoint.root = Rebuilt::new(Vec::new(), first.clone()).unwrap().root();
    let read = |_: u8, _: u64, _: u16| Ok::<_, didymium_log::LogError>(first.clone());
    let mut note = SignedNote::parse(sign_checkpoint(&checkpoint, key).unwrap().as_bytes()).unwrap();
    for cosigner in cosigners {
        note.signatures
            .push(cosigner.cosign(&checkpoint.text(), 1_760_000_000));
    }
    let proof = TlogProof {
        extra: Some(entries[1].to_vec()),
        index: 1,
        path: inclusion_proof(1, size, read).unwrap(),
        checkpoint: note.to_string(),
    };
    proof.to_string()
}

#[test]
fn a_revoked_log_key_shows_what_the_charter_names_and_nothing_more() {
    let five = Five::found();
    let draft = five.draft(|draft| {
        let old = five.folders[0].keys().public().log;
        // The draft gives the old key up in good order: here it is taken away.
        draft.succession.as_mut().unwrap().retired.clear();
        let new = five.next.public().log;
        revoke_key(draft, "CAN", KeyPurpose::Log, &old, Some(&new), &[], "stolen").unwrap();
    });
    let chain = five.chain(draft, &five.signers(5));
    CharterLog::brought(&chain).unwrap();
    let (old, new) = (five.log_key(), &five.next.log);
    let Some(right) = five.judged(&five.late, &chain, new, &[]) else {
        return;
    };
    says(right, 0, "right: everything");
    says(
        five.judged(&five.early, &chain, old, &[]).unwrap(),
        0,
        "right: everything",
    );
    says(
        five.judged(&five.late, &chain, old, &[]).unwrap(),
        4,
        "a key that does not count at size 31",
    );

    let folder = five.desk.path("proofs");
    std::fs::create_dir(&folder).unwrap();
    let named = |name: &str| folder.join(name).display().to_string();
    std::fs::write(named("charter.chain"), &chain).unwrap();
    let both = |size: u64, key: &Signer, cosigners: &[&Cosigner], code: i32, part: &str| {
        let file = named(&format!("{size}.tlog-proof"));
        std::fs::write(&file, proof(&five.late, size, key, cosigners)).unwrap();
        let judged = judge(&["proof", &file, "--charter", &named("charter.chain")]);
        says(judged.unwrap(), code, part);
        let own = crate::common::run(&["receipt", "verify", "--logged-is-enough", &file]);
        assert_eq!(own.code, Some(code), "{size}: {own:?}");
    };
    let [deu, fra, gbr] = ["DEU", "FRA", "GBR"].map(|code| five.witness(code));
    both(21, old, &[], 0, "size 21");
    both(20, old, &[], 4, "its key was revoked");
    both(20, old, &[deu, fra], 4, "its key was revoked");
    // A quorum of witnesses does not hang on the log's key.
    both(20, old, &[deu, fra, gbr], 0, "witnessed");
    both(31, new, &[], 0, "size 31");
}
