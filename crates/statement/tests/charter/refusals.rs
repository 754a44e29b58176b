//! Rules of change, one refusal each.

use didymium_statement::{CharterVersion, Digest, KeyPurpose, LogHead, Member, StatementError};

use crate::club::{
    adopt, club, head, member, ml_dsa_key, nation, next, signer, statement_key, tls_key, transport_key, vkey,
};

/// Which name is spoiled, and how.
type Spoil = (&'static str, fn(&mut Member));

/// What the next version of a club of four is refused for, after `spoil`.
fn refused(spoil: impl FnOnce(&mut CharterVersion)) -> StatementError {
    let log = club(4);
    let mut version = next(&log, 10);
    spoil(&mut version);
    log.propose(version).unwrap_err()
}

#[test]
fn a_version_follows_by_one_and_names_the_one_before() {
    for number in [1_u32, 2, 4, u32::MAX] {
        let log = club(4);
        let mut version = next(&log, 10);
        version.charter.version = number;
        assert_eq!(log.propose(version).is_ok(), number == 2, "{number}");
    }
    assert!(matches!(
        refused(|version| version.charter.version = 3),
        StatementError::CharterVersionNumber {
            found: 3,
            expected: 2
        }
    ));
    assert!(matches!(
        refused(|version| version.succession = None),
        StatementError::CharterSuccession { version: 2 }
    ));
    assert!(matches!(
        refused(|version| version.succession.as_mut().unwrap().previous = Digest::of(b"other")),
        StatementError::CharterNotSuccessor { head_version: 1, .. }
    ));
    assert!(matches!(
        refused(|version| version.charter.version = 0),
        StatementError::CharterVersionNumber { found: 0, .. }
    ));
}

#[test]
fn a_club_keeps_its_name_and_a_voter() {
    assert!(matches!(
        refused(|version| version.charter.club = "Another".into()),
        StatementError::CharterClub { .. }
    ));
    assert!(matches!(
        refused(|version| version.charter.members.clear()),
        StatementError::CharterNoVoter { version: 2 }
    ));
    assert!(matches!(
        refused(|version| version.threshold = Some(2)),
        StatementError::CharterThreshold { .. }
    ));
}

#[test]
fn a_member_keeps_its_names() {
    let spoils: [Spoil; 3] = [
        ("DID", |member| member.did = "did:web:new.example".into()),
        ("domain", |member| member.domain = "new.example".into()),
        ("log origin", |member| {
            member.keys.log = vkey("NEW", KeyPurpose::Log, 50);
        }),
    ];
    for (named, spoil) in spoils {
        let refused = refused(|version| spoil(&mut version.charter.members[1]));
        assert!(
            matches!(refused, StatementError::CharterNameChanged { what, ref member, .. } if what == named && member == "BRA"),
            "{refused}"
        );
    }
}

#[test]
fn names_never_change_hands_not_even_those_of_former_members() {
    let mut log = club(4);
    let mut version = next(&log, 10);
    version.charter.members.remove(3);
    adopt(&mut log, &version, &[1, 2, 3]);
    let spoils: [Spoil; 3] = [
        ("DID", |member| member.did = "did:web:deu.example".into()),
        ("domain", |member| member.domain = "deu.example".into()),
        ("log origin", |member| {
            member.keys.log = vkey("DEU", KeyPurpose::Log, 40);
        }),
    ];
    for (named, spoil) in spoils {
        let mut version = next(&log, 20);
        let mut newcomer = nation(4);
        spoil(&mut newcomer);
        version.charter.members.push(newcomer);
        let refused = log.propose(version).unwrap_err();
        assert!(
            matches!(refused, StatementError::CharterChangesHands { what, ref owner, .. } if what == named && owner == "DEU"),
            "{refused}"
        );
    }
    let mut version = next(&log, 20);
    version.charter.members.push(Member {
        did: "did:web:other.example".into(),
        ..member("DEU", 41)
    });
    assert!(
        matches!(
            log.propose(version),
            Err(StatementError::CharterNameChanged { .. })
        ),
        "a code stays with the nation that had it"
    );
}

#[test]
fn keys_never_have_a_second_use() {
    let with_key_of = |purpose: KeyPurpose, seed: u8| {
        let text = match purpose {
            KeyPurpose::Statement => statement_key(seed),
            KeyPurpose::Transport => transport_key(seed),
            KeyPurpose::Tls => tls_key(seed),
            KeyPurpose::WitnessMlDsa => ml_dsa_key("EST", seed),
            KeyPurpose::Log | KeyPurpose::Witness | KeyPurpose::Mirror => vkey("EST", purpose, seed),
        };
        refused(move |version| {
            let mut newcomer = nation(4);
            match purpose {
                KeyPurpose::Statement => newcomer.keys.statement = vec![text],
                KeyPurpose::Log => newcomer.keys.log = text,
                KeyPurpose::Witness => newcomer.keys.witness = text,
                // Nobody has one yet: the first member takes it in the same version.
                KeyPurpose::WitnessMlDsa => {
                    newcomer.keys.witness_ml_dsa = Some(text);
                    version.charter.members[0].keys.witness_ml_dsa = Some(ml_dsa_key("AUS", seed));
                }
                KeyPurpose::Mirror => newcomer.keys.mirror = text,
                KeyPurpose::Transport => newcomer.keys.transport = Some(text),
                KeyPurpose::Tls => newcomer.keys.tls = Some(text),
            }
            version.charter.members.push(newcomer);
        })
    };
    for purpose in KeyPurpose::ALL {
        let refused = with_key_of(purpose, 1);
        let seen = matches!(
            refused,
            StatementError::CharterKeyReused { .. } | StatementError::CharterRepeats { .. }
        );
        assert!(seen, "{purpose}: {refused}");
    }
    // The same key bytes under another purpose and name.
    let refused = refused(|version| {
        use base64::Engine as _;
        let mut typed = vec![4_u8];
        typed.extend(signer(1).public().to_bytes());
        let typed = base64::engine::general_purpose::STANDARD.encode(typed);
        let mut newcomer = nation(4);
        newcomer.keys.mirror = format!("est.example/mirror+00000001+{typed}");
        version.charter.members.push(newcomer);
    });
    assert!(
        matches!(refused, StatementError::CharterKeyReused { .. }),
        "{refused}"
    );
}

#[test]
fn a_former_members_key_and_a_retired_one_never_come_back() {
    let mut log = club(4);
    let mut version = next(&log, 10);
    version.charter.members.remove(3);
    crate::club::rotate(&mut version, 0, 21, None);
    adopt(&mut log, &version, &[1, 21, 2, 3]);
    let mut heir = next(&log, 20);
    heir.charter.members.push(Member {
        keys: didymium_statement::MemberKeys {
            statement: vec![statement_key(4)],
            ..nation(4).keys
        },
        ..nation(4)
    });
    assert!(matches!(
        log.propose(heir),
        Err(StatementError::CharterKeyReused { .. })
    ));
    let mut back = next(&log, 20);
    back.charter.members[0].keys.statement.push(statement_key(1));
    let refused = log.propose(back).unwrap_err();
    assert!(
        refused.to_string().contains("a key that version 2 ended"),
        "{refused}"
    );
}

#[test]
fn the_cut_names_every_log_once_and_no_log_shrinks() {
    let cut = |edit: fn(&mut Vec<LogHead>)| {
        refused(|version| edit(&mut version.succession.as_mut().unwrap().cut)).to_string()
    };
    for (refused, says) in [
        (cut(|cut| drop(cut.pop())), "is not in the cut"),
        (cut(|cut| cut.push(cut[0].clone())), "stands twice"),
        (cut(|cut| cut.push(head("EST", 1))), "has no log yet"),
        (cut(|cut| cut[0].size = 0), "not the empty tree's"),
    ] {
        assert!(refused.contains(says), "`{refused}` does not say `{says}`");
    }
    let mut log = club(4);
    let version = next(&log, 10);
    adopt(&mut log, &version, &[1, 2, 3]);
    let smaller = log.propose(next(&log, 9)).unwrap_err().to_string();
    assert!(smaller.contains("smaller log"), "{smaller}");
    let mut rewritten = next(&log, 10);
    rewritten.succession.as_mut().unwrap().cut[0].root = Digest::of(b"rewritten");
    let rewritten = log.propose(rewritten).unwrap_err().to_string();
    assert!(rewritten.contains("another root"), "{rewritten}");
    assert!(
        log.propose(next(&log, 10)).is_ok(),
        "an idle club may change its charter"
    );
}
