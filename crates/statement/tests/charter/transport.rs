//! Keys between nodes: optional for old charters, of one use, changed and revoked like the others.

use didymium_statement::{
    Change, CharterVersion, KeyPurpose, LogHead, Proposal, Retirement, Revocation, SignedCharter,
    StatementError, changes,
};

use crate::club::{
    adopt, charter, club, head, next, proposal, signer, statement_key, tls_key, transport_key,
};

fn founded(change: impl FnOnce(&mut CharterVersion)) -> Result<Proposal, StatementError> {
    let mut version = CharterVersion {
        charter: charter(3),
        threshold: None,
        succession: None,
    };
    change(&mut version);
    Proposal::to_found(version)
}

fn retired(purpose: KeyPurpose, key: String) -> Retirement {
    Retirement {
        member: "AUS".into(),
        purpose,
        key,
        until: None,
    }
}

#[test]
fn a_charter_without_them_keeps_its_bytes_and_takes_them_in_later() {
    let mut old = charter(3);
    for member in &mut old.members {
        (member.keys.transport, member.keys.tls) = (None, None);
    }
    let signed = SignedCharter::sign(&old, &[1, 2, 3].map(signer)).unwrap();
    let text = String::from_utf8_lossy(signed.bytes()).into_owned();
    assert!(text.contains("mirror") && !text.contains("transport") && !text.contains("tls"));
    let read = SignedCharter::parse(signed.bytes()).unwrap();
    assert_eq!((read.id(), read.charter()), (signed.id(), &old));

    let mut log = didymium_statement::CharterLog::found(read).unwrap();
    let mut version = next(&log, 10);
    version.charter.members[0].keys.transport = Some(transport_key(1));
    version.charter.members[0].keys.tls = Some(tls_key(1));
    let said = changes(log.head().version(), &version);
    assert!(
        matches!(said.as_slice(), [Change::KeyAdded { purpose: KeyPurpose::Transport, .. },
            Change::KeyAdded { purpose: KeyPurpose::Tls, key, .. }] if *key == tls_key(1)),
        "{said:?}"
    );
    assert_eq!(
        proposal(&log, &version, &[2, 3]).tally().unconsenting,
        ["AUS"],
        "nobody else can give a member keys"
    );
    adopt(&mut log, &version, &[1, 2, 3]);
}

#[test]
fn what_is_no_key_is_refused() {
    for transport in ["", "00", &"0".repeat(64), &"g".repeat(64)] {
        let refused = founded(|version| version.charter.members[0].keys.transport = Some(transport.into()));
        assert!(
            matches!(refused, Err(StatementError::BadKey { .. })),
            "{transport}"
        );
    }
    for tls in ["", "00", &"A".repeat(64), &"g".repeat(64)] {
        let refused = founded(|version| version.charter.members[0].keys.tls = Some(tls.into()));
        assert!(matches!(refused, Err(StatementError::BadKey { .. })), "{tls}");
    }
}

#[test]
fn neither_is_any_other_key_of_anybody() {
    let reused = |change: &dyn Fn(&mut CharterVersion)| {
        let refused = founded(change);
        assert!(
            matches!(refused, Err(StatementError::CharterKeyReused { .. })),
            "{refused:?}"
        );
    };
    reused(&|version| version.charter.members[0].keys.transport = Some(statement_key(2)));
    reused(&|version| version.charter.members[0].keys.transport = Some(transport_key(2)));
    reused(&|version| version.charter.members[0].keys.tls = Some(tls_key(2)));
    // The pin of a key that signs requests, or statements: the same key in another dress.
    let pin = |key: &str| {
        let key = didymium_statement::TransportKey::from_hex(key).unwrap();
        let spki = didymium_statement::ed25519_spki(&key.to_bytes());
        didymium_statement::tls_pin(&spki).to_string()
    };
    reused(&|version| version.charter.members[0].keys.tls = Some(pin(&transport_key(1))));
    reused(&|version| version.charter.members[0].keys.tls = Some(pin(&statement_key(3))));
}

#[test]
fn they_are_changed_in_good_order_and_do_not_come_back() {
    let mut log = club(3);
    let mut version = next(&log, 10);
    version.charter.members[0].keys.transport = Some(transport_key(21));
    assert!(
        matches!(
            log.propose(version.clone()),
            Err(StatementError::CharterKeyDropped { .. })
        ),
        "no key goes without a word"
    );
    let succession = version.succession.as_mut().unwrap();
    let mut end = retired(KeyPurpose::Transport, transport_key(1));
    end.until = Some(20);
    succession.retired = vec![end];
    assert!(
        matches!(
            log.propose(version.clone()),
            Err(StatementError::CharterKeyEnd { .. })
        ),
        "it signs nothing in a log, so no size ends it"
    );
    version.succession.as_mut().unwrap().retired[0].until = None;
    adopt(&mut log, &version, &[1, 2, 3]);
    let mut back = next(&log, 20);
    back.charter.members[0].keys.transport = Some(transport_key(1));
    let succession = back.succession.as_mut().unwrap();
    succession.retired = vec![retired(KeyPurpose::Transport, transport_key(21))];
    assert!(matches!(
        log.propose(back),
        Err(StatementError::CharterKeyReused { .. })
    ));
}

#[test]
fn a_revoked_one_is_gone_at_once_and_needs_no_good_head() {
    let mut log = club(3);
    let revoke = |last_good: &[LogHead]| Revocation {
        member: "AUS".into(),
        purpose: KeyPurpose::Tls,
        key: tls_key(1),
        last_good: last_good.to_vec(),
        reason: "The machine was stolen.".into(),
    };
    let mut version = next(&log, 10);
    version.succession.as_mut().unwrap().revoked = vec![revoke(&[])];
    assert!(
        matches!(
            log.propose(version.clone()),
            Err(StatementError::CharterKeyEnd { .. })
        ),
        "revoked and still listed"
    );
    version.charter.members[0].keys.tls = None;
    version.succession.as_mut().unwrap().revoked = vec![revoke(&[head("BRA", 10)])];
    assert!(matches!(
        log.propose(version.clone()),
        Err(StatementError::CharterKeyEnd { .. })
    ));
    version.succession.as_mut().unwrap().revoked = vec![revoke(&[])];
    adopt(&mut log, &version, &[2, 3]);
}
