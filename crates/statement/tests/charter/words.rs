//! Changes in words.

use didymium_statement::{Change, CharterVersion, Digest, KeyPurpose, Retirement, Revocation, Role, changes};

use crate::club::{CODES, adopt, club, head, nation, next, rotate, statement_key, vkey};

/// A club and a version after it that changes everything that can change.
fn before_and_after() -> (CharterVersion, CharterVersion) {
    let log = club(7);
    let mut after = next(&log, 10);
    rotate(&mut after, 0, 21, Some(15));
    after.charter.members[1].role = Role::Associate;
    after.charter.members[2].address = "https://new.example".into();
    after.charter.members[3].keys.statement.push(statement_key(24));
    after.charter.members[4].keys.witness = vkey("EST", KeyPurpose::Witness, 35);
    let succession = after.succession.as_mut().unwrap();
    succession.retired.push(Retirement {
        member: "EST".into(),
        purpose: KeyPurpose::Witness,
        key: vkey("EST", KeyPurpose::Witness, 5),
        until: None,
    });
    succession.revoked.push(Revocation {
        member: "FRA".into(),
        purpose: KeyPurpose::Statement,
        key: statement_key(6),
        last_good: vec![head("FRA", 7)],
        reason: "Lost on a journey.".into(),
    });
    after.charter.members[5].keys.statement.clear();
    after.charter.members.remove(6);
    after.charter.members.push(nation(7));
    after.charter.vocabulary = Digest::of(b"more");
    after.charter.rules = "R2".into();
    after.charter.schemas = Digest::of(b"newer");
    log.propose(after.clone()).unwrap();
    (log.head().version().clone(), after)
}

#[test]
fn every_change_is_named_once() {
    let (before, after) = before_and_after();
    let found = changes(&before, &after);
    let names: Vec<String> = found
        .iter()
        .map(|change| {
            let json = serde_json::to_value(change).unwrap();
            let member = json
                .get("member")
                .and_then(|member| member.as_str())
                .unwrap_or("-");
            format!("{} {member}", json["change"].as_str().unwrap())
        })
        .collect();
    let expected = [
        "key_rotated AUS",
        "role_changed BRA",
        "address_changed CAN",
        "key_added DEU",
        "key_rotated EST",
        "member_joined HUN",
        "member_left GBR",
        "key_revoked FRA",
        "threshold_changed -",
        "vocabulary_changed -",
        "rules_changed -",
        "schemas_changed -",
    ];
    assert_eq!(names, expected);
    assert!(
        changes(&after, &after)
            .iter()
            .all(|change| matches!(change, Change::KeyRevoked { .. }))
    );
}

#[test]
fn each_change_is_a_sentence_in_both_languages() {
    let (before, after) = before_and_after();
    for change in changes(&before, &after) {
        for text in [change.english(), change.french()] {
            assert!(text.ends_with('.') && text.len() > 20, "{text}");
        }
        assert_ne!(change.english(), change.french());
        assert!(
            !change.french().contains(" ;"),
            "a no-break space stands before a semicolon"
        );
    }
}

#[test]
fn sentences_say_what_people_compare() {
    let (before, after) = before_and_after();
    let found = changes(&before, &after);
    let english: Vec<String> = found.iter().map(Change::english).collect();
    let french: Vec<String> = found.iter().map(Change::french).collect();
    let root = head("FRA", 7).root;
    let id = crate::club::signer(6).public().id();
    assert_eq!(
        english[7],
        format!(
            "The statement key {id} of FRA is revoked; it counts for the first 7 entries of the log of FRA (root {root}). \
             Reason given: Lost on a journey."
        )
    );
    assert_eq!(
        english[8],
        "The next version needs the signatures of 4 of 6 voting members; it was 5 of 7."
    );
    assert_eq!(
        english[4],
        "EST changes its witness key from est.example/witness+00000005 to est.example/witness+00000023; the old key counts \
         up to this version's cut."
    );
    assert_eq!(english[1], "BRA becomes associate member; it was full member.");
    assert_eq!(
        french[1],
        "BRA devient membre associé, après avoir été membre à part entière."
    );
    assert_eq!(french[5], "HUN adhère au club comme membre à part entière.");
    assert_eq!(
        french[8],
        "La prochaine version demande la signature de 4 des 6 membres votants, contre 5 sur 7 auparavant."
    );
}

#[test]
fn a_return_is_told_from_a_first_joining() {
    let mut log = club(4);
    let mut without = next(&log, 10);
    without.charter.members.remove(3);
    adopt(&mut log, &without, &[1, 2, 3]);
    let mut back = next(&log, 20);
    back.charter.members.push(nation(3));
    back.succession.as_mut().unwrap().cut.push(head(CODES[3], 12));
    let found = changes(log.head().version(), &back);
    assert!(
        matches!(found[0], Change::MemberReturned { ref member, size: 12, .. } if member == "DEU"),
        "{found:?}"
    );
    let mut more_keys = next(&log, 20);
    more_keys.charter.members[0].keys.statement = vec![statement_key(30), statement_key(31)];
    let found = changes(log.head().version(), &more_keys);
    assert_eq!(found.len(), 3);
    assert!(matches!(found[2], Change::KeyRetired { until: None, .. }));
}
