//! What may be logged: forged, altered and foreign statements are refused, unknown ones are kept.

use crate::common::{TestClub, draft, said};
use didymium_node::admission::{Payload, Signatory};
use didymium_node::vault::salt;
use didymium_node::{NodeError, NodeState};
use didymium_statement::{Draft, Kind, KindVersion, Statement, StatementError, Visibility};

fn reason(state: &NodeState, statement: &Statement) -> StatementError {
    match state
        .admission()
        .own(&Signatory::of(state.member()), statement, None)
    {
        Err(NodeError::Refused { source, .. }) => *source,
        other => panic!("{other:?}"),
    }
}

#[test]
fn wrong_member_wrong_key_and_altered_bytes_are_refused() {
    let club = TestClub::found(&["CAN", "DEU"]);
    let (can, deu) = (club.open("CAN"), club.open("DEU"));
    let state = can.state();
    let (foreign, _) = said("DEU", deu.state().signer(), 1, 10);
    assert!(matches!(
        reason(state, &foreign),
        StatementError::WrongIssuer { .. }
    ));
    let (forged, _) = said("CAN", deu.state().signer(), 1, 10);
    assert!(matches!(
        reason(state, &forged),
        StatementError::UnknownKey { .. }
    ));

    let (good, _) = said("CAN", state.signer(), 1, 10);
    let mut bytes = good.bytes().to_vec();
    let place = bytes
        .windows(9)
        .position(|window| window == b"\"number\":")
        .unwrap()
        + 9;
    bytes[place] = b'7';
    let altered = Statement::parse(&bytes).unwrap();
    assert!(matches!(
        reason(state, &altered),
        StatementError::BadSignature { .. }
    ));
    assert!(state.submit(vec![(good.clone(), None), (altered, None)]).is_err());
    assert_eq!(
        state.ledger().log().size().unwrap(),
        1,
        "nothing is logged if one is refused"
    );
    assert!(state.submit(vec![(good, None)]).is_ok());
}

#[test]
fn payloads_of_known_kinds_must_parse_and_unknown_kinds_are_kept() {
    let club = TestClub::found(&["CAN"]);
    let node = club.open("CAN");
    let state = node.state();
    let sign = |draft: Draft| draft.sign(state.signer()).unwrap().0;
    let of = |kind| Draft {
        kind: KindVersion::v1(kind),
        ..draft("CAN", 1, 10)
    };
    assert!(matches!(
        reason(state, &sign(of(Kind::Site))),
        StatementError::Payload { .. }
    ));
    assert!(matches!(
        reason(state, &sign(of(Kind::Statistic))),
        StatementError::Payload { .. }
    ));
    let newer = Draft {
        kind: KindVersion {
            kind: Kind::Site,
            version: 2,
        },
        ..draft("CAN", 1, 10)
    };
    for kept in [
        sign(newer),
        sign(of(Kind::Other("telemetry".into()))),
        sign(of(Kind::Vote)),
    ] {
        let outcome = state
            .admission()
            .own(&Signatory::of(state.member()), &kept, None)
            .unwrap();
        assert!(matches!(outcome, Payload::UnknownKind(_)), "{outcome:?}");
    }
    // Another member's faulty payload is its word: kept, and shown as not interpreted.
    let faulty = sign(of(Kind::Site));
    assert!(
        state
            .admission()
            .log_of(state.member())
            .admit(1, faulty.bytes())
            .is_ok()
    );
    assert!(matches!(
        state.admission().payload(&faulty, None),
        Payload::Faulty(_)
    ));
}

#[test]
fn readers_that_cannot_be_kept_out_and_second_geneses_are_refused() {
    let club = TestClub::found(&["CAN"]);
    let node = club.open("CAN");
    let state = node.state();
    for visibility in [Visibility::Home, Visibility::Parties] {
        let (statement, _) = Draft {
            visibility,
            ..draft("CAN", 1, 10)
        }
        .sign(state.signer())
        .unwrap();
        let refused = state.submit(vec![(statement, None)]).unwrap_err();
        assert!(
            matches!(refused, NodeError::VisibilityNotKept { .. }),
            "{refused}"
        );
    }
    let (sealed, _) = draft("CAN", 1, 10).seal(state.signer(), salt().unwrap()).unwrap();
    state.submit(vec![(sealed.clone(), None)]).unwrap();
    let blob = Some(b"not what is sealed".to_vec());
    let refused = state.submit(vec![(sealed, blob)]).unwrap_err();
    assert!(matches!(refused, NodeError::BlobUncalled { .. }), "{refused}");
    let retraction = Draft {
        kind: KindVersion::v1(Kind::Retract),
        ..draft("CAN", 1, 10)
    };
    let (hidden, _) = retraction.seal(state.signer(), salt().unwrap()).unwrap();
    let refused = state.submit(vec![(hidden, None)]).unwrap_err().in_words();
    assert!(refused.contains("may not be sealed"), "{refused}");
    let first = state.ledger().log().entry(0).unwrap().unwrap();
    let genesis = Statement::parse(&first.bytes).unwrap();
    let admission = state.admission();
    assert!(matches!(
        admission.own(&Signatory::of(state.member()), &genesis, None),
        Err(NodeError::Genesis { .. })
    ));
    assert!(admission.log_of(state.member()).admit(0, &first.bytes).is_ok());
    assert!(matches!(
        admission.log_of(state.member()).admit(1, &first.bytes),
        Err(NodeError::Genesis { index: 1, .. })
    ));
    let (other, _) = said("CAN", state.signer(), 1, 10);
    assert!(matches!(
        admission.log_of(state.member()).admit(0, other.bytes()),
        Err(NodeError::Genesis { index: 0, .. })
    ));
}
