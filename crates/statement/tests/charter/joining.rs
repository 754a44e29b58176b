//! Founding, joining, leaving and returning; who must sign, and whose signature counts.

use didymium_statement::{CharterLog, CharterVersion, Proposal, Role, SignedCharter, StatementError, limits};

use crate::club::{adopt, charter, club, founding, head, nation, next, proposal, signer};

#[test]
fn a_first_version_has_the_bytes_that_it_always_had() {
    let signed = founding(3);
    let bare = serde_json::to_vec(&charter(3)).unwrap();
    assert_eq!(signed.id(), didymium_statement::Digest::of(&bare));
    assert_eq!(serde_json::to_vec(signed.version()).unwrap(), bare);
    let read: CharterVersion = serde_json::from_slice(&bare).unwrap();
    assert_eq!(
        (&read.charter, read.threshold, read.succession),
        (&charter(3), None, None)
    );
    let unknown = String::from_utf8(bare).unwrap().replacen('{', "{\"more\":1,", 1);
    assert!(serde_json::from_str::<CharterVersion>(&unknown).is_err());
}

#[test]
fn two_thirds_rounded_up_sign_unless_the_charter_says_otherwise() {
    for (members, threshold) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (8, 6)] {
        assert_eq!(CharterVersion::from(charter(members)).threshold(), threshold);
    }
    let mut with_associate = charter(4);
    with_associate.members[3].role = Role::Associate;
    assert_eq!(CharterVersion::from(with_associate).threshold(), 2);
}

#[test]
fn a_threshold_is_more_than_half_and_not_more_than_all() {
    for (threshold, right) in [
        (0, false),
        (2, false),
        (3, true),
        (4, true),
        (5, false),
        (u32::MAX, false),
    ] {
        let version = CharterVersion {
            threshold: Some(threshold),
            ..CharterVersion::from(charter(4))
        };
        match Proposal::to_found(version) {
            Ok(_) => assert!(right, "{threshold}"),
            Err(refused) => {
                assert!(!right, "{threshold}");
                assert!(
                    matches!(
                        refused,
                        StatementError::CharterThreshold {
                            least: 3,
                            voters: 4,
                            ..
                        }
                    ),
                    "{refused}"
                );
            }
        }
    }
}

#[test]
fn a_club_is_founded_when_its_last_member_has_signed() {
    let mut proposal = Proposal::to_found(CharterVersion::from(charter(3))).unwrap();
    for seed in [2, 3] {
        proposal.sign(&signer(seed)).unwrap();
    }
    let tally = proposal.tally();
    assert_eq!(
        (tally.before, tally.after.signed),
        (None, vec!["BRA".into(), "CAN".into()])
    );
    assert_eq!(tally.unconsenting, ["AUS"]);
    assert!(matches!(
        proposal.finish(),
        Err(StatementError::CharterUnsigned { ref member }) if member == "AUS"
    ));
    let mut elsewhere = Proposal::parse_founding(&proposal.bytes().unwrap()).unwrap();
    elsewhere.sign(&signer(1)).unwrap();
    assert!(!proposal.counts());
    assert_eq!(proposal.merge(&elsewhere).unwrap(), 1);
    let signed = proposal.finish().unwrap();
    assert_eq!(
        SignedCharter::parse(signed.bytes()).unwrap().id(),
        founding(3).id()
    );
    assert_eq!(CharterLog::found(signed).unwrap().club(), founding(3).id());
}

#[test]
fn associates_alone_found_no_club() {
    let mut associates = charter(2);
    for member in &mut associates.members {
        member.role = Role::Associate;
    }
    let signed = SignedCharter::sign(&associates, &[signer(1), signer(2)]).unwrap();
    assert!(matches!(
        CharterLog::found(signed),
        Err(StatementError::CharterNoVoter { version: 1 })
    ));
}

#[test]
fn a_nation_joins_with_the_old_members_votes_and_its_own() {
    let mut log = club(3);
    let mut version = next(&log, 10);
    version.charter.members.push(nation(3));
    let unasked = proposal(&log, &version, &[1, 2, 3]);
    assert_eq!(unasked.tally().unconsenting, ["DEU"]);
    assert!(!unasked.counts(), "nobody is made a member unasked");
    let uninvited = proposal(&log, &version, &[4, 1]);
    assert_eq!(uninvited.tally().before.unwrap().missing(), 1);
    let still_short = proposal(&log, &version, &[4, 1, 2]).tally();
    assert_eq!(
        (
            still_short.before.as_ref().unwrap().missing(),
            still_short.missing()
        ),
        (0, 0)
    );
    adopt(&mut log, &version, &[4, 1, 2]);
    assert_eq!(
        (log.head().charter().version, log.head().charter().members.len()),
        (2, 4)
    );
    assert!(log.member_in(1, "DEU").is_none() && log.member_in(2, "DEU").is_some());
}

#[test]
fn the_new_version_needs_its_own_threshold_as_well() {
    let log = club(3);
    let mut version = next(&log, 10);
    for place in 3..8 {
        version.charter.members.push(nation(place));
    }
    version.threshold = Some(8);
    let short = proposal(&log, &version, &[1, 2, 4, 5, 6, 7, 8]);
    let tally = short.tally();
    assert_eq!((tally.before.unwrap().missing(), tally.after.missing()), (0, 1));
    assert_eq!(tally.after.unsigned, ["CAN"]);
    assert!(matches!(
        short.finish(),
        Err(StatementError::CharterBelowThreshold {
            version: 2,
            signed: 7,
            needed: 8,
            ..
        })
    ));
}

#[test]
fn an_associate_signs_for_itself_and_does_not_vote() {
    let mut log = club(3);
    let mut version = next(&log, 10);
    let mut associate = nation(3);
    associate.role = Role::Associate;
    version.charter.members.push(associate);
    assert!(!proposal(&log, &version, &[1, 2]).counts());
    adopt(&mut log, &version, &[1, 2, 4]);

    let next_version = next(&log, 20);
    let with_associate = proposal(&log, &next_version, &[1, 4]);
    assert_eq!(with_associate.tally().before.unwrap().signed, ["AUS"]);
    assert!(
        !with_associate.counts(),
        "an associate's signature does not count"
    );
    let head = log.head().charter();
    assert_eq!(head.witnesses("AUS").count(), 2);
    assert_eq!(
        head.witnesses("DEU").count(),
        3,
        "an associate's log is witnessed"
    );

    let mut raised = next(&log, 20);
    raised.charter.members[3].role = Role::Member;
    assert_eq!(proposal(&log, &raised, &[1, 2, 3]).tally().unconsenting, ["DEU"]);
    adopt(&mut log, &raised, &[1, 2, 4]);
}

#[test]
fn a_member_leaves_or_is_excluded_and_its_log_ends_where_the_cut_says() {
    let mut log = club(4);
    let mut version = next(&log, 10);
    version.charter.members.remove(3);
    adopt(&mut log, &version, &[1, 2, 3]);
    assert_eq!(log.end_of("DEU"), Some(&head("DEU", 10)));
    assert_eq!(
        (log.end_of("AUS"), log.member_ever("DEU")),
        (None, Some(&nation(3)))
    );
    assert_eq!(log.version_at("DEU", 9).unwrap().charter().version, 1);
    assert!(log.version_at("DEU", 10).is_none());
    let ended: Vec<_> = log
        .origins()
        .into_iter()
        .filter(|one| one.end.is_some())
        .collect();
    assert_eq!((ended.len(), ended[0].origin.as_str()), (1, "deu.example/log"));
}

#[test]
fn a_former_member_returns_with_its_own_keys_and_log() {
    let mut log = club(4);
    let mut version = next(&log, 10);
    version.charter.members.remove(3);
    adopt(&mut log, &version, &[1, 2, 3]);
    let mut back = next(&log, 20);
    back.charter.members.push(nation(3));
    assert!(
        matches!(log.propose(back.clone()), Err(StatementError::CharterCut { ref member, .. }) if member == "DEU"),
        "where its log goes on must be said"
    );
    back.succession.as_mut().unwrap().cut.push(head("DEU", 15));
    adopt(&mut log, &back, &[1, 2, 4]);
    let at = |index| {
        log.version_at("DEU", index)
            .map(|version| version.charter().version)
    };
    assert_eq!([at(9), at(10), at(14), at(15)], [Some(1), None, None, Some(3)]);
    let terms = log.key_terms("DEU", didymium_statement::KeyPurpose::Statement);
    assert_eq!(
        terms
            .iter()
            .map(|term| (term.from, term.until))
            .collect::<Vec<_>>(),
        [(0, Some(10)), (15, None)]
    );
}

#[test]
fn a_charter_has_a_most_of_members() {
    let mut crowd = charter(1);
    crowd.members = (0..=limits::MEMBERS_MAX)
        .map(|n| crate::club::member(&format!("X{n}"), u8::try_from(n).unwrap() + 1))
        .collect();
    assert!(matches!(
        Proposal::to_found(crowd.into()),
        Err(StatementError::TooMany {
            what: "members",
            count: 65,
            max: 64
        })
    ));
}
