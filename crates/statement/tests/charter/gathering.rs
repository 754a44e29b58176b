//! Signatures come one by one, from any side and in any order; proposals grow old; charters fork.

use coset::{CoseSign, TaggedCborSerializable as _};
use didymium_statement::{
    CharterAction, CharterEvent, CharterLog, CharterSignature, Proposal, StatementError, limits,
};
use proptest::prelude::*;

use crate::club::{adopt, club, founding, next, proposal, rotate, signer};

fn version(proposal: &Proposal) -> CharterEvent {
    CharterEvent::Version(proposal.bytes().unwrap())
}

#[test]
fn one_signature_short_is_short() {
    let mut log = club(7);
    let next = next(&log, 10);
    let short = proposal(&log, &next, &[1, 2, 3, 4]);
    let refused = log.step(version(&short)).unwrap_err();
    assert!(
        matches!(refused, StatementError::CharterBelowThreshold { version: 1, signed: 4, needed: 5, ref unsigned } if unsigned == "EST, FRA, GBR"),
        "{refused}"
    );
    assert_eq!(short.tally().missing(), 1);
    adopt(&mut log, &next, &[1, 2, 3, 4, 7]);
}

#[test]
fn a_proposal_is_kept_until_it_counts() {
    let mut log = club(4);
    let mut open = proposal(&log, &next(&log, 10), &[1]);
    let id = open.id();
    let first = open.bytes().unwrap();
    let actions = log.step(CharterEvent::Propose(first.clone())).unwrap();
    assert!(matches!(actions[..], [CharterAction::Keep(kept)] if kept == id));
    assert!(
        log.step(CharterEvent::Propose(first.clone())).unwrap().is_empty(),
        "seen before"
    );
    let second = open.sign(&signer(2)).unwrap();
    assert!(matches!(
        log.step(CharterEvent::Signed(second.clone())).unwrap()[..],
        [CharterAction::Keep(_)]
    ));
    assert!(
        log.step(CharterEvent::Signed(second)).unwrap().is_empty(),
        "seen before"
    );
    assert_eq!(log.proposal(&id).unwrap().tally().missing(), 1);
    let rival = proposal(&log, &next(&log, 11), &[4]);
    log.step(CharterEvent::Propose(rival.bytes().unwrap())).unwrap();
    assert_eq!(log.proposals().count(), 2);
    let third = open.sign(&signer(3)).unwrap();
    let actions = log.step(CharterEvent::Signed(third)).unwrap();
    assert!(
        matches!(actions[..], [CharterAction::Adopt(adopted), CharterAction::Drop(dropped)] if adopted == id && dropped == rival.id())
    );
    assert_eq!((log.head().id(), log.proposals().count()), (id, 0));
    let late = open.sign(&signer(4)).unwrap();
    assert!(
        log.step(CharterEvent::Signed(late)).unwrap().is_empty(),
        "late, and no harm"
    );
    assert!(
        log.step(CharterEvent::Propose(first)).unwrap().is_empty(),
        "it counts already"
    );
}

#[test]
fn an_old_proposal_is_not_replayed() {
    let mut log = club(4);
    let old = proposal(&log, &next(&log, 10), &[1, 2]);
    let adopted = next(&log, 11);
    adopt(&mut log, &adopted, &[1, 2, 3]);
    for event in [CharterEvent::Propose(old.bytes().unwrap()), version(&old)] {
        let refused = log.step(event).unwrap_err();
        assert!(
            matches!(
                refused,
                StatementError::CharterNotSuccessor {
                    version: 2,
                    head_version: 2,
                    ..
                }
            ),
            "{refused}"
        );
    }
    let signature = proposal(&club(4), &next(&club(4), 10), &[])
        .sign(&signer(3))
        .unwrap();
    assert!(matches!(
        log.step(CharterEvent::Signed(signature)),
        Err(StatementError::CharterProposalUnknown { .. })
    ));
}

#[test]
fn a_later_version_waits_for_the_one_before_it() {
    let mut ahead = club(4);
    let second = proposal(&ahead, &next(&ahead, 10), &[1, 2, 3]);
    ahead.step(version(&second)).unwrap();
    let third = proposal(&ahead, &next(&ahead, 20), &[1, 2, 3]);
    let mut behind = club(4);
    assert!(matches!(
        behind.step(version(&third)),
        Err(StatementError::CharterNotSuccessor { .. })
    ));
    behind.step(version(&second)).unwrap();
    behind.step(version(&third)).unwrap();
    assert_eq!(behind.head().charter().version, 3);
    assert!(behind.step(version(&second)).unwrap().is_empty(), "known");
    assert!(
        behind
            .step(CharterEvent::Version(founding(4).bytes().to_vec()))
            .unwrap()
            .is_empty()
    );
    assert!(matches!(
        behind.step(CharterEvent::Version(founding(3).bytes().to_vec())),
        Err(StatementError::CharterOfOtherClub { .. })
    ));
}

#[test]
fn strangers_and_forgers_are_refused() {
    let log = club(4);
    let mut open = proposal(&log, &next(&log, 10), &[1]);
    assert!(matches!(
        open.sign(&signer(99)),
        Err(StatementError::CharterStranger { .. })
    ));
    let mut forged = open.sign(&signer(2)).unwrap();
    forged.key = signer(3).public().id();
    assert!(matches!(
        open.add(forged.clone()),
        Err(StatementError::BadSignature { .. })
    ));
    forged.signature.truncate(10);
    assert!(open.add(forged).is_err());
    let elsewhere = proposal(&log, &next(&log, 11), &[]).sign(&signer(3)).unwrap();
    assert!(matches!(
        open.add(elsewhere.clone()),
        Err(StatementError::CharterProposalUnknown { .. })
    ));
    let moved = CharterSignature {
        charter: open.id(),
        ..elsewhere
    };
    assert!(matches!(
        open.add(moved),
        Err(StatementError::BadSignature { .. })
    ));
    assert_eq!(open.tally().before.unwrap().signed, ["AUS", "BRA"]);
}

/// The proposal's bytes with its signatures rearranged.
fn rearranged(proposal: &Proposal, rearrange: impl FnOnce(&mut Vec<coset::CoseSignature>)) -> Vec<u8> {
    let mut sign = CoseSign::from_tagged_slice(&proposal.bytes().unwrap()).unwrap();
    rearrange(&mut sign.signatures);
    sign.to_tagged_vec().unwrap()
}

#[test]
fn one_member_counts_once_however_often_it_signs() {
    let mut log = club(4);
    let next = next(&log, 10);
    let twice = rearranged(&proposal(&log, &next, &[1, 2]), |signatures| {
        signatures.extend(signatures.clone());
    });
    let read = log.read_proposal(&twice).unwrap();
    assert_eq!(
        (
            read.signatures().count(),
            read.tally().before.unwrap().signed.len()
        ),
        (2, 2)
    );
    assert!(log.step(CharterEvent::Version(twice)).is_err());
    let mut rotated = next;
    rotate(&mut rotated, 0, 21, None);
    let with_both_keys = proposal(&log, &rotated, &[1, 21, 2]);
    assert_eq!(with_both_keys.tally().after.signed, ["AUS", "BRA"]);
    assert!(!with_both_keys.counts());
}

#[test]
fn a_crowd_of_signatures_or_proposals_is_refused() {
    let mut log = club(4);
    let crowd = rearranged(&proposal(&log, &next(&log, 10), &[1]), |signatures| {
        *signatures = vec![signatures[0].clone(); limits::CHARTER_SIGNATURES_MAX + 1];
    });
    assert!(matches!(
        log.step(CharterEvent::Propose(crowd)),
        Err(StatementError::TooMany {
            what: "signatures of a charter",
            ..
        })
    ));
    let unsigned = proposal(&log, &next(&log, 10), &[]);
    assert!(
        log.step(CharterEvent::Propose(unsigned.bytes().unwrap()))
            .is_err()
    );
    for size in 0..=limits::CHARTER_PROPOSALS_MAX {
        let open = proposal(&log, &next(&log, 10 + u64::try_from(size).unwrap()), &[1]);
        let kept = log.step(CharterEvent::Propose(open.bytes().unwrap()));
        assert_eq!(kept.is_ok(), size < limits::CHARTER_PROPOSALS_MAX);
    }
    let some = log.proposals().next().unwrap().id();
    assert!(log.forget(&some).is_some());
    let again = proposal(&log, &next(&log, 99), &[1]);
    assert!(log.step(CharterEvent::Propose(again.bytes().unwrap())).is_ok());
}

#[test]
fn a_proposal_that_only_outsiders_signed_is_not_kept() {
    let mut log = club(4);
    let mut version = next(&log, 10);
    version.charter.members.push(crate::club::nation(5));
    let unasked = proposal(&log, &version, &[6]);
    assert!(matches!(
        log.step(CharterEvent::Propose(unasked.bytes().unwrap())),
        Err(StatementError::CharterUnsponsored { .. })
    ));
}

#[test]
fn a_fork_is_seen_and_the_members_who_signed_both_are_named() {
    let mut log = club(7);
    let ours = proposal(&log, &next(&log, 10), &[1, 2, 3, 4, 5]);
    let theirs = proposal(&log, &next(&log, 11), &[3, 4, 5, 6, 7]);
    log.step(version(&ours)).unwrap();
    let actions = log.step(version(&theirs)).unwrap();
    let [CharterAction::Alarm(fork)] = actions.as_slice() else {
        panic!("{actions:?}")
    };
    assert_eq!((fork.ours.id(), fork.theirs.id()), (ours.id(), theirs.id()));
    assert_eq!(fork.signed_both, ["CAN", "DEU", "EST"]);
    assert_eq!(
        (log.head().id(), log.fork().unwrap().theirs.id()),
        (ours.id(), theirs.id())
    );
    let more = proposal(&log, &next(&log, 20), &[1, 2, 3, 4, 5]);
    let refused = log.step(version(&more)).unwrap_err();
    assert!(refused.to_string().contains("CAN, DEU, EST"), "{refused}");
    assert!(
        log.step(version(&ours)).unwrap().is_empty(),
        "what is known is known"
    );
    // Seen the other way round, the same members are named.
    let mut other = club(7);
    other.step(version(&theirs)).unwrap();
    other.step(version(&ours)).unwrap();
    assert_eq!(other.fork().unwrap().signed_both, ["CAN", "DEU", "EST"]);
}

#[test]
fn a_fork_is_seen_long_afterwards() {
    let mut log = club(4);
    let theirs = proposal(&log, &next(&log, 11), &[2, 3, 4]);
    for size in [10, 20, 30] {
        let version = next(&log, size);
        adopt(&mut log, &version, &[1, 2, 3]);
    }
    log.step(CharterEvent::Propose(theirs.bytes().unwrap())).unwrap();
    let fork = log.fork().unwrap();
    assert_eq!(
        (fork.ours.charter().version, fork.signed_both.as_slice()),
        (2, &["BRA".to_owned(), "CAN".to_owned()][..])
    );
}

/// A version of a club of seven that rotates a key, and everybody who signs it.
fn signatures(log: &CharterLog) -> (Proposal, Vec<CharterSignature>) {
    let mut version = next(log, 10);
    rotate(&mut version, 0, 21, Some(12));
    let mut open = proposal(log, &version, &[2]);
    let all = [1, 21, 3, 4, 5, 6, 7].map(|seed| open.clone().sign(&signer(seed)).unwrap());
    open = proposal(log, &version, &[2]);
    (open, all.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_signatures_leaves_no_trace(
        order in Just((0..7_usize).collect::<Vec<_>>()).prop_shuffle(),
        repeated in prop::collection::vec(0..7_usize, 0..5),
    ) {
        let mut log = club(7);
        let (open, all) = signatures(&log);
        log.step(CharterEvent::Propose(open.bytes().unwrap())).unwrap();
        let mut whole = open.clone();
        for place in repeated.iter().chain(&order) {
            whole.add(all[*place].clone()).unwrap();
            log.step(CharterEvent::Signed(all[*place].clone())).unwrap();
        }
        prop_assert_eq!(log.head().id(), open.id());
        let mut sorted = open;
        for signature in all {
            sorted.add(signature).unwrap();
        }
        prop_assert_eq!(whole.bytes().unwrap(), sorted.bytes().unwrap());
    }

    #[test]
    fn what_counts_has_both_thresholds_and_all_consents(signed in prop::collection::btree_set(0..8_usize, 0..8)) {
        let log = club(7);
        let mut version = next(&log, 10);
        rotate(&mut version, 0, 21, Some(12));
        let seeds: Vec<u8> = signed.iter().map(|place| [1, 2, 3, 4, 5, 6, 7, 21][*place]).collect();
        let has = |seed| seeds.contains(&seed);
        let old = seeds.iter().filter(|seed| **seed < 21).count();
        let expected = old >= 5 && has(1) && has(21);
        let proposal = proposal(&log, &version, &seeds);
        prop_assert_eq!(proposal.counts(), expected);
        prop_assert_eq!(proposal.finish().is_ok(), expected);
        let read = log.read_proposal(&proposal.bytes().unwrap()).unwrap();
        prop_assert_eq!(read.tally(), proposal.tally());
    }
}
