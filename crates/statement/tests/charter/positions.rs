//! What counted where: by the position in a log, never by a date.

use didymium_statement::{KeyPurpose, KeyTerm, LogHead, Retirement, Revocation, Role, StatementError};

use crate::club::{adopt, club, head, next, rotate, signer, statement_key, vkey};

fn spans(terms: &[KeyTerm]) -> Vec<(u64, Option<u64>)> {
    terms.iter().map(|term| (term.from, term.until)).collect()
}

#[test]
fn old_statements_stand_under_the_charter_of_their_time() {
    let mut log = club(4);
    let mut second = next(&log, 10);
    second.charter.rules = "R2".into();
    rotate(&mut second, 0, 21, Some(15));
    adopt(&mut log, &second, &[1, 21, 2, 3]);
    let rules = |index| log.version_at("AUS", index).unwrap().charter().rules.as_str();
    assert_eq!(
        [rules(0), rules(9), rules(10), rules(1_000)],
        ["R1", "R1", "R2", "R2"]
    );
    let (old, new) = (signer(1).public().id(), signer(21).public().id());
    let counts = |index, key| log.statement_key_at("AUS", index, key).is_ok();
    assert_eq!(
        [9, 10, 14, 15].map(|index| counts(index, &old)),
        [true, true, true, false]
    );
    assert_eq!(
        [9, 10, 14, 15].map(|index| counts(index, &new)),
        [false, true, true, true]
    );
    assert_eq!(
        log.statement_keys_at("AUS", 12).len(),
        2,
        "both, while the log goes over"
    );
    let late = log.statement_key_at("AUS", 15, &old).unwrap_err();
    assert!(
        matches!(
            late,
            StatementError::KeyEnded {
                until: 15,
                how: "retired",
                ..
            }
        ),
        "{late}"
    );
    let early = log.statement_key_at("AUS", 9, &new).unwrap_err().to_string();
    assert!(early.contains("counts from entry 10 on"), "{early}");
    assert!(matches!(
        log.statement_key_at("BRA", 0, &old),
        Err(StatementError::UnknownKey { .. })
    ));
}

#[test]
fn a_revoked_key_counts_up_to_the_last_good_entry_whatever_was_said_before() {
    let mut log = club(4);
    let mut second = next(&log, 10);
    rotate(&mut second, 0, 21, Some(40));
    adopt(&mut log, &second, &[1, 21, 2, 3]);
    let mut third = next(&log, 20);
    let revocation = |size| Revocation {
        member: "AUS".into(),
        purpose: KeyPurpose::Statement,
        key: statement_key(1),
        last_good: vec![head("AUS", size)],
        reason: "Found on sale.".into(),
    };
    third.succession.as_mut().unwrap().revoked = vec![revocation(12)];
    adopt(&mut log, &third, &[2, 3, 4]);
    let terms = log.key_terms("AUS", KeyPurpose::Statement);
    assert_eq!(spans(&terms), [(0, Some(12)), (10, None)]);
    assert_eq!([terms[0].revoked, terms[1].revoked], [true, false]);
    // It turns out to have been stolen earlier, and then later: the earliest holds.
    for (size, version) in [(5, 30), (9, 40)] {
        let mut next = next(&log, version);
        next.succession.as_mut().unwrap().revoked = vec![revocation(size)];
        adopt(&mut log, &next, &[2, 3, 4]);
        assert_eq!(
            spans(&log.key_terms("AUS", KeyPurpose::Statement))[0],
            (0, Some(5))
        );
    }
    let refused = log
        .statement_key_at("AUS", 5, &signer(1).public().id())
        .unwrap_err();
    assert!(refused.to_string().contains("revoked"), "{refused}");
}

#[test]
fn a_retired_key_ends_with_its_member() {
    let mut log = club(4);
    let mut second = next(&log, 10);
    rotate(&mut second, 0, 21, Some(40));
    adopt(&mut log, &second, &[1, 21, 2, 3]);
    let mut third = next(&log, 20);
    third.charter.members.remove(0);
    adopt(&mut log, &third, &[2, 3, 4]);
    let terms = log.key_terms("AUS", KeyPurpose::Statement);
    assert_eq!(spans(&terms), [(0, Some(20)), (10, Some(20))]);
}

#[test]
fn an_idle_log_may_sign_its_size_with_either_key() {
    let mut log = club(3);
    let mut second = next(&log, 10);
    let [old, new] = [1, 31].map(|seed| vkey("AUS", KeyPurpose::Log, seed));
    second.charter.members[0].keys.log.clone_from(&new);
    second.succession.as_mut().unwrap().retired = vec![Retirement {
        member: "AUS".into(),
        purpose: KeyPurpose::Log,
        key: old.clone(),
        until: None,
    }];
    adopt(&mut log, &second, &[1, 2]);
    assert_eq!(log.log_keys_at("AUS", 9), std::slice::from_ref(&old));
    assert_eq!(log.log_keys_at("AUS", 10), [old, new.clone()]);
    assert_eq!(log.log_keys_at("AUS", 11), [new]);
    assert_eq!(log.head().charter().members[0].origin(), "aus.example/log");
}

#[test]
fn a_witness_counts_on_each_log_from_cut_to_cut() {
    let mut log = club(4);
    let cut = vec![head("AUS", 5), head("BRA", 100), head("CAN", 7), head("DEU", 9)];
    let mut second = log.successor(cut);
    let [old, new] = [1, 31].map(|seed| vkey("AUS", KeyPurpose::Witness, seed));
    second.charter.members[0].keys.witness.clone_from(&new);
    second.succession.as_mut().unwrap().retired = vec![Retirement {
        member: "AUS".into(),
        purpose: KeyPurpose::Witness,
        key: old.clone(),
        until: None,
    }];
    adopt(&mut log, &second, &[1, 2, 3]);
    let of_aus = |log_of: &str, size| -> Vec<String> {
        let cosigners = log.cosigners_at(KeyPurpose::Witness, log_of, size).into_iter();
        cosigners
            .filter(|(member, _)| member == "AUS")
            .map(|(_, key)| key)
            .collect()
    };
    assert_eq!(of_aus("BRA", 99), std::slice::from_ref(&old));
    assert_eq!(of_aus("BRA", 100), [old.clone(), new.clone()]);
    assert_eq!(of_aus("CAN", 8), std::slice::from_ref(&new));
    assert!(of_aus("AUS", 3).is_empty(), "nobody witnesses its own log");
    assert_eq!(log.cosigners_at(KeyPurpose::Witness, "BRA", 50).len(), 3);
    assert!(log.cosigners_at(KeyPurpose::Log, "BRA", 50).is_empty());

    let mut third = next(&log, 200);
    third.succession.as_mut().unwrap().revoked = vec![Revocation {
        member: "AUS".into(),
        purpose: KeyPurpose::Witness,
        key: old.clone(),
        last_good: vec![head("BRA", 60)],
        reason: "Cosigned two histories.".into(),
    }];
    adopt(&mut log, &third, &[1, 2, 3]);
    let terms = |log_of: &str| spans(&log.cosigner_terms("AUS", KeyPurpose::Witness, log_of));
    assert_eq!(terms("BRA"), [(0, Some(60)), (100, None)]);
    assert_eq!(
        terms("CAN"),
        [(7, None)],
        "nothing counts on logs that are not named"
    );
}

#[test]
fn an_associate_does_not_witness() {
    let mut log = club(4);
    let mut second = next(&log, 10);
    second.charter.members[0].role = Role::Associate;
    adopt(&mut log, &second, &[2, 3, 4]);
    let witnesses = |size| log.cosigners_at(KeyPurpose::Witness, "BRA", size).len();
    assert_eq!([witnesses(9), witnesses(10), witnesses(11)], [3, 3, 2]);
    assert_eq!(log.statement_keys_at("AUS", 11).len(), 1, "it goes on stating");
}

#[test]
fn each_cut_is_an_anchor() {
    let mut log = club(3);
    for size in [10, 20] {
        let version = next(&log, size);
        adopt(&mut log, &version, &[1, 2]);
    }
    let anchors: Vec<&LogHead> = log.anchors("BRA").collect();
    assert_eq!(anchors, [&head("BRA", 10), &head("BRA", 20)]);
    assert_eq!(log.anchors("XXX").count(), 0);
}
