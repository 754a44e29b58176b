//! Rotation, revocation, proof of possession.

use didymium_statement::{KeyPurpose, LogHead, Retirement, Revocation, StatementError};

use crate::club::{adopt, club, head, next, proposal, rotate, signer, statement_key, vkey};

fn revocation(place: u8, last_good: &[LogHead]) -> Revocation {
    Revocation {
        member: crate::club::CODES[usize::from(place)].into(),
        purpose: KeyPurpose::Statement,
        key: statement_key(place + 1),
        last_good: last_good.to_vec(),
        reason: "The key was on a machine that was broken into.".into(),
    }
}

#[test]
fn a_rotated_key_is_signed_for_with_the_old_and_the_new() {
    let mut log = club(4);
    let mut version = next(&log, 10);
    rotate(&mut version, 0, 21, Some(15));
    let without_new = proposal(&log, &version, &[1, 2, 3, 4]);
    assert_eq!(
        without_new.tally().unproved,
        [("AUS".to_owned(), signer(21).public().id())]
    );
    assert!(matches!(
        without_new.finish(),
        Err(StatementError::CharterKeyUnproved { .. })
    ));
    let without_old = proposal(&log, &version, &[21, 2, 3, 4]);
    assert_eq!(
        without_old.tally().unconsenting,
        ["AUS"],
        "others cannot give a member keys"
    );
    adopt(&mut log, &version, &[1, 21, 2, 3]);
    let mut after = next(&log, 20);
    after.charter.rules = "R2".into();
    assert!(matches!(
        log.propose(after.clone()).unwrap().sign(&signer(1)),
        Err(StatementError::CharterStranger { .. })
    ));
    adopt(&mut log, &after, &[21, 2, 3]);
}

#[test]
fn a_lost_key_is_revoked_by_the_others_alone() {
    let mut log = club(4);
    let mut version = next(&log, 10);
    version.charter.members[0].keys.statement.clear();
    version.succession.as_mut().unwrap().revoked = vec![revocation(0, &[head("AUS", 7)])];
    let mut open = proposal(&log, &version, &[2, 3]);
    assert!(
        matches!(open.sign(&signer(1)), Err(StatementError::CharterStranger { .. })),
        "whoever has the stolen key does not vote on its revocation"
    );
    adopt(&mut log, &version, &[2, 3, 4]);
    assert!(log.statement_keys_at("AUS", 7).is_empty());
    let mut again = next(&log, 20);
    again.charter.members[0].keys.statement = vec![statement_key(22)];
    assert!(
        !proposal(&log, &again, &[2, 3, 4]).counts(),
        "the new key must be had"
    );
    adopt(&mut log, &again, &[2, 3, 4, 22]);
}

#[test]
fn a_stolen_key_is_replaced_in_the_version_that_revokes_it() {
    let mut log = club(4);
    let mut version = next(&log, 10);
    version.charter.members[0].keys.statement = vec![statement_key(21)];
    version.succession.as_mut().unwrap().revoked = vec![revocation(0, &[head("AUS", 7)])];
    let tally = proposal(&log, &version, &[2, 3, 4]).tally();
    assert_eq!((tally.unconsenting.len(), tally.unproved.len()), (1, 1));
    adopt(&mut log, &version, &[2, 3, 4, 21]);
}

#[test]
fn who_is_alone_revokes_its_key_with_that_key_and_the_new_one() {
    let mut log = club(1);
    let mut version = next(&log, 10);
    version.charter.members[0].keys.statement = vec![statement_key(21)];
    version.succession.as_mut().unwrap().revoked = vec![revocation(0, &[head("AUS", 7)])];
    let without_old = proposal(&log, &version, &[21]);
    assert!(
        matches!(
            without_old.finish(),
            Err(StatementError::CharterBelowThreshold {
                version: 1,
                signed: 0,
                needed: 1,
                ..
            })
        ),
        "a new key alone is anybody's"
    );
    let without_new = proposal(&log, &version, &[1]);
    assert_eq!(without_new.tally().unproved.len(), 1);
    adopt(&mut log, &version, &[1, 21]);
    let counts_at = |index, seed| {
        let keys = log.statement_keys_at("AUS", index);
        keys.iter().any(|key| key.id() == signer(seed).public().id())
    };
    assert!(counts_at(6, 1), "what it signed before stands");
    assert!(!counts_at(7, 1) && counts_at(10, 21) && !counts_at(10, 1));
}

#[test]
fn whom_the_others_cannot_do_without_votes_with_the_key_that_is_revoked() {
    let mut log = club(4);
    let mut all = next(&log, 5);
    all.threshold = Some(4);
    adopt(&mut log, &all, &[1, 2, 3, 4]);
    let mut version = next(&log, 10);
    version.charter.members[0].keys.statement = vec![statement_key(21)];
    version.succession.as_mut().unwrap().revoked = vec![revocation(0, &[head("AUS", 7)])];
    let without = proposal(&log, &version, &[21, 2, 3, 4]);
    assert!(!without.counts(), "three of four");
    adopt(&mut log, &version, &[1, 21, 2, 3, 4]);
}

#[test]
fn a_revoked_log_key_stands_until_there_is_another() {
    let mut log = club(4);
    let mut version = next(&log, 10);
    let stolen = vkey("AUS", KeyPurpose::Log, 1);
    version.succession.as_mut().unwrap().revoked = vec![Revocation {
        purpose: KeyPurpose::Log,
        key: stolen.clone(),
        ..revocation(0, &[head("AUS", 8)])
    }];
    // What the thief may have signed is nobody's word: the version must not vouch for it.
    let refused = log.propose(version.clone()).unwrap_err().to_string();
    assert!(refused.contains("nobody vouches for"), "{refused}");
    version.succession.as_mut().unwrap().cut[0] = head("AUS", 8);
    adopt(&mut log, &version, &[2, 3, 4]);
    assert_eq!(log.log_keys_at("AUS", 8), std::slice::from_ref(&stolen));
    assert!(log.log_keys_at("AUS", 9).is_empty());
    let mut replaced = next(&log, 10);
    let fresh = vkey("AUS", KeyPurpose::Log, 31);
    replaced.charter.members[0].keys.log.clone_from(&fresh);
    adopt(&mut log, &replaced, &[1, 2, 3]);
    assert_eq!(log.log_keys_at("AUS", 12), [fresh]);
    let mut back = next(&log, 20);
    back.charter.members[0].keys.log = stolen;
    assert!(matches!(
        log.propose(back),
        Err(StatementError::CharterKeyReused { .. })
    ));
}

#[test]
fn keys_end_only_in_ways_that_can_be_told() {
    let log = club(4);
    let retired = |key: String, until| Retirement {
        member: "AUS".into(),
        purpose: KeyPurpose::Statement,
        key,
        until,
    };
    let refusal = |retired: Vec<Retirement>, revoked: Vec<Revocation>| {
        let mut version = next(&log, 10);
        version.charter.members[0].keys.statement = vec![statement_key(21)];
        let succession = version.succession.as_mut().unwrap();
        (succession.retired, succession.revoked) = (retired, revoked);
        log.propose(version).unwrap_err().to_string()
    };
    let good = || retired(statement_key(1), None);
    let cases = [
        (vec![], vec![], "name it as retired or as revoked"),
        (vec![good(), good()], vec![], "named twice"),
        (
            vec![good(), retired(statement_key(21), None)],
            vec![],
            "not a key of that member",
        ),
        (vec![retired(statement_key(1), Some(9))], vec![], "below the cut"),
        (
            vec![good()],
            vec![revocation(0, &[head("AUS", 7)])],
            "both retired and revoked",
        ),
        (vec![], vec![revocation(0, &[])], "must name the last good"),
        (
            vec![],
            vec![revocation(0, &[head("BRA", 7)])],
            "must name the last good",
        ),
        (vec![], vec![revocation(0, &[head("AUS", 11)])], "beyond the cut"),
        (
            vec![],
            vec![revocation(
                0,
                &[LogHead {
                    root: head("AUS", 9).root,
                    ..head("AUS", 10)
                }],
            )],
            "contradicts the cut",
        ),
        (
            vec![good()],
            vec![revocation(1, &[head("BRA", 7)])],
            "revoked and still listed",
        ),
        (
            vec![good()],
            vec![Revocation {
                key: statement_key(99),
                ..revocation(0, &[head("AUS", 7)])
            }],
            "was never a key",
        ),
        (
            vec![],
            vec![Revocation {
                reason: "  ".into(),
                ..revocation(0, &[head("AUS", 7)])
            }],
            "says why",
        ),
        (
            vec![],
            vec![Revocation {
                reason: "x".repeat(501),
                ..revocation(0, &[head("AUS", 7)])
            }],
            "says why",
        ),
        (
            vec![],
            vec![Revocation {
                reason: "a\u{202e}b".into(),
                ..revocation(0, &[head("AUS", 7)])
            }],
            "control character",
        ),
    ];
    for (retired, revoked, says) in cases {
        let refused = refusal(retired, revoked);
        assert!(refused.contains(says), "`{refused}` does not say `{says}`");
    }
}

#[test]
fn a_cosigners_key_names_no_size_of_its_own() {
    let log = club(4);
    let mut version = next(&log, 10);
    version.charter.members[0].keys.witness = vkey("AUS", KeyPurpose::Witness, 31);
    let retirement = |until| Retirement {
        member: "AUS".into(),
        purpose: KeyPurpose::Witness,
        key: vkey("AUS", KeyPurpose::Witness, 1),
        until,
    };
    version.succession.as_mut().unwrap().retired = vec![retirement(Some(20))];
    assert!(matches!(
        log.propose(version.clone()),
        Err(StatementError::CharterKeyEnd {
            what: "retirement",
            ..
        })
    ));
    version.succession.as_mut().unwrap().retired = vec![retirement(None)];
    assert!(log.propose(version).is_ok());
}
