//! A second, post-quantum witness key: optional, of one form, and under the rules of every other key. It is the same in
//! every build: nothing here verifies with it.

use didymium_statement::{
    Change, CharterVersion, KeyPurpose, Proposal, Retirement, Revocation, SignedCharter, StatementError,
    changes,
};

use crate::club::{adopt, charter, club, head, ml_dsa_key, next, proposal, signer};

fn founded(key: String) -> Result<Proposal, StatementError> {
    let mut version = CharterVersion::from(charter(3));
    version.charter.members[0].keys.witness_ml_dsa = Some(key);
    Proposal::to_found(version)
}

#[test]
fn a_charter_without_one_keeps_its_bytes_and_takes_one_in_later() {
    let old = charter(3);
    let signed = SignedCharter::sign(&old, &[1, 2, 3].map(signer)).unwrap();
    assert!(!String::from_utf8_lossy(signed.bytes()).contains("ml_dsa"));
    let read = SignedCharter::parse(signed.bytes()).unwrap();
    assert_eq!((read.id(), read.charter()), (signed.id(), &old));

    let mut log = didymium_statement::CharterLog::found(read).unwrap();
    let mut version = next(&log, 10);
    version.charter.members[0].keys.witness_ml_dsa = Some(ml_dsa_key("AUS", 1));
    let said = changes(log.head().version(), &version);
    assert_eq!(said.len(), 1);
    assert!(matches!(
        &said[0],
        Change::KeyAdded { purpose: KeyPurpose::WitnessMlDsa, key, .. } if key.len() < 60
    ));
    assert!(
        said[0]
            .english()
            .starts_with("AUS adds the post-quantum witness key aus.example/witness+")
    );
    assert!(
        said[0]
            .french()
            .starts_with("AUS ajoute la clé de témoin post-quantique")
    );
    assert_eq!(
        proposal(&log, &version, &[2, 3]).tally().unconsenting,
        ["AUS"],
        "nobody else can give a member keys"
    );
    adopt(&mut log, &version, &[1, 2, 3]);
    let again = didymium_statement::CharterLog::parse(&log.to_bytes().unwrap(), &log.club()).unwrap();
    assert_eq!(again.head().id(), log.head().id());
    assert_eq!(again.head().charter(), log.head().charter());
    let counted = |log_of: &str| log.cosigners_at(KeyPurpose::WitnessMlDsa, log_of, 10);
    assert_eq!(counted("BRA"), [("AUS".to_owned(), ml_dsa_key("AUS", 1))]);
    assert!(counted("AUS").is_empty(), "nobody witnesses their own log");
    assert!(
        log.cosigners_at(KeyPurpose::WitnessMlDsa, "BRA", 9).is_empty(),
        "it counts from the cut on"
    );
}

#[test]
fn what_is_no_such_key_is_refused() {
    let good = ml_dsa_key("AUS", 1);
    assert!(founded(good.clone()).is_ok());
    let id = good.split('+').nth(1).unwrap();
    for wrong in [
        String::new(),
        "aus.example/witness".to_owned(),
        charter(3).members[0].keys.mirror.clone(),
        charter(3).members[0].keys.witness.clone(),
        ml_dsa_key("BRA", 1),
        good.replace(id, "00000000"),
        good.replace(id, &id.to_uppercase()),
        good[..good.len() - 4].to_owned(),
        format!("{good}="),
    ] {
        let refused = founded(wrong.clone());
        assert!(
            matches!(
                refused,
                Err(StatementError::BadWitnessKey { ref member, .. }) if member == "AUS"
            ),
            "{wrong}: {refused:?}"
        );
    }
}

#[test]
fn it_is_changed_revoked_and_given_up_like_other_keys() {
    let mut log = club(3);
    let [one, two] = [1, 21].map(|seed| ml_dsa_key("AUS", seed));
    let mut version = next(&log, 10);
    version.charter.members[0].keys.witness_ml_dsa = Some(one.clone());
    adopt(&mut log, &version, &[1, 2, 3]);

    let mut version = next(&log, 20);
    version.charter.members[0].keys.witness_ml_dsa = Some(two.clone());
    assert!(
        matches!(
            log.propose(version.clone()),
            Err(StatementError::CharterKeyDropped { .. })
        ),
        "no key goes without a word"
    );
    version.succession.as_mut().unwrap().retired = vec![Retirement {
        member: "AUS".into(),
        purpose: KeyPurpose::WitnessMlDsa,
        key: one.clone(),
        until: None,
    }];
    adopt(&mut log, &version, &[1, 2, 3]);
    let at = |log: &didymium_statement::CharterLog, size| -> Vec<String> {
        let keys = log.cosigners_at(KeyPurpose::WitnessMlDsa, "BRA", size);
        keys.into_iter().map(|(_, key)| key).collect()
    };
    assert_eq!(at(&log, 15), std::slice::from_ref(&one));
    assert_eq!(at(&log, 20), [one, two.clone()], "both at the size of the change");

    let mut version = next(&log, 30);
    let revoked = Revocation {
        member: "AUS".into(),
        purpose: KeyPurpose::WitnessMlDsa,
        key: two.clone(),
        last_good: vec![head("BRA", 30)],
        reason: "The machine was stolen.".into(),
    };
    version.succession.as_mut().unwrap().revoked = vec![revoked];
    assert!(
        matches!(
            log.propose(version.clone()),
            Err(StatementError::CharterKeyEnd { .. })
        ),
        "revoked and still listed"
    );
    version.charter.members[0].keys.witness_ml_dsa = None;
    adopt(&mut log, &version, &[2, 3]);
    assert_eq!(at(&log, 30), [two]);
    assert!(at(&log, 31).is_empty());
    assert_eq!(
        log.head().charter().members[0].keys.of(KeyPurpose::WitnessMlDsa),
        [""; 0]
    );
}
