//! The envelope and the charter through their public face: what is signed is what is read, and nothing else passes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use didymium_statement::{
    Charter, Digest, Draft, Kind, KindVersion, Member, MemberKeys, PayloadRef, Role, SignedCharter,
    Statement, StatementError, StatementSigner, ValidTime, Visibility, json_schema, limits, published_kinds,
};
use proptest::prelude::*;
use zeroize::Zeroizing;

fn signer(seed: u8) -> StatementSigner {
    StatementSigner::from_seed(&Zeroizing::new([seed; 32]))
}

fn draft(payload: &[u8]) -> Draft {
    Draft {
        issuer: "did:web:can.example".into(),
        subject: "https://can.example/notices/n1".into(),
        kind: KindVersion::v1(Kind::Notice),
        valid: Some(ValidTime {
            first: "2025-04-04".parse().unwrap(),
            last: "2025-04-04".parse().unwrap(),
        }),
        visibility: Visibility::Club,
        payload: payload.to_vec(),
    }
}

#[test]
fn what_was_signed_is_read_back() {
    let (statement, blob) = draft(b"{}").sign(&signer(1)).unwrap();
    assert!(blob.is_none());
    let read = Statement::parse(statement.bytes()).unwrap();
    assert_eq!(read.id(), Digest::of(statement.bytes()));
    assert_eq!(
        (read.issuer.as_str(), read.subject.as_str()),
        ("did:web:can.example", "https://can.example/notices/n1")
    );
    assert_eq!(
        (read.kind.clone(), read.visibility),
        (KindVersion::v1(Kind::Notice), Visibility::Club)
    );
    assert_eq!(read.valid.unwrap().first.to_string(), "2025-04-04");
    assert_eq!(read.payload, PayloadRef::Inline(b"{}".to_vec()));
    read.verify(&signer(1).public()).unwrap();
    assert!(matches!(
        read.verify(&signer(2).public()),
        Err(StatementError::BadSignature { .. })
    ));
}

#[test]
fn a_large_payload_travels_as_a_blob_that_is_checked() {
    let payload = vec![b' '; limits::INLINE_PAYLOAD_BYTES_MAX + 1];
    let (statement, blob) = draft(&payload).sign(&signer(1)).unwrap();
    let blob = blob.unwrap();
    assert_eq!(statement.payload, PayloadRef::Blob(Digest::of(&payload)));
    assert!(statement.bytes().len() < 1_000);
    assert_eq!(
        statement.payload_bytes(Some(&blob)).unwrap(),
        Some(payload.as_slice())
    );
    assert_eq!(statement.payload_bytes(None).unwrap(), None);
    assert!(matches!(
        statement.payload_bytes(Some(b"other")),
        Err(StatementError::WrongBlob { .. })
    ));
    statement.verify(&signer(1).public()).unwrap();
}

#[test]
fn the_envelope_is_the_one_that_the_standards_describe() {
    let (statement, _) = draft(b"{}").sign(&signer(1)).unwrap();
    let value: ciborium::Value = ciborium::from_reader(statement.bytes()).unwrap();
    let ciborium::Value::Tag(18, inner) = value else {
        panic!("not a tagged COSE_Sign1")
    };
    let parts = inner.into_array().unwrap();
    let protected: ciborium::Value = ciborium::from_reader(parts[0].as_bytes().unwrap().as_slice()).unwrap();
    let header = protected.into_map().unwrap();
    let find = |label: i64| {
        header
            .iter()
            .find(|(key, _)| key.as_integer() == Some(label.into()))
            .map(|(_, value)| value.clone())
    };
    assert_eq!(find(1), Some((-8).into()));
    assert_eq!(
        find(3),
        Some("application/vnd.didymium.notice+json; version=1".into())
    );
    assert!(find(15).unwrap().is_map() && find(258).is_none());
    assert_eq!(parts[1], ciborium::Value::Map(vec![]));
    assert_eq!(parts[3].as_bytes().unwrap().len(), 64);
}

#[test]
fn every_flipped_bit_is_refused_or_fails_to_verify() {
    let (statement, _) = draft(b"{\"a\":1}").sign(&signer(1)).unwrap();
    for place in 0..statement.bytes().len() {
        for bit in 0..8 {
            let mut bytes = statement.bytes().to_vec();
            bytes[place] ^= 1 << bit;
            if let Ok(read) = Statement::parse(&bytes) {
                assert!(
                    read.verify(&signer(1).public()).is_err(),
                    "byte {place} bit {bit}"
                );
            }
        }
    }
}

#[test]
fn other_encodings_of_the_same_content_are_refused() {
    let (statement, _) = draft(b"{}").sign(&signer(1)).unwrap();
    let bytes = statement.bytes();
    let untagged = &bytes[1..];
    assert!(Statement::parse(untagged).is_err());
    let mut trailing = bytes.to_vec();
    trailing.push(0);
    assert!(Statement::parse(&trailing).is_err());
    // The array of four with an indefinite length (0x9f … 0xff) in place of 0x84.
    let mut indefinite = bytes.to_vec();
    assert_eq!(indefinite[1], 0x84);
    indefinite[1] = 0x9f;
    indefinite.push(0xff);
    assert!(matches!(
        Statement::parse(&indefinite),
        Err(StatementError::NotCanonical)
    ));
    assert!(matches!(
        Statement::parse(&vec![0; limits::STATEMENT_BYTES_MAX + 1]),
        Err(StatementError::TooLarge { .. })
    ));
}

fn member(code: &str, seed: u8) -> Member {
    let lower = code.to_lowercase();
    let vkey = |role: &str| format!("{lower}.example/{role}+00000000+AA");
    Member {
        member: code.into(),
        did: format!("did:web:{lower}.example"),
        domain: format!("{lower}.example"),
        address: "http://127.0.0.1:1".into(),
        role: Role::Member,
        keys: MemberKeys {
            statement: vec![hex::encode(signer(seed).public().to_bytes())],
            log: vkey("log"),
            witness: vkey("witness"),
            witness_ml_dsa: None,
            mirror: vkey("mirror"),
            transport: None,
            tls: None,
        },
    }
}

fn charter() -> Charter {
    Charter {
        version: 1,
        club: "Exercise club".into(),
        members: vec![member("CAN", 1), member("DEU", 2)],
        vocabulary: Digest::of(b"vocabulary"),
        rules: "R1".into(),
        schemas: didymium_statement::schemas_digest(),
    }
}

#[test]
fn a_charter_counts_only_with_every_members_signature() {
    let signed = SignedCharter::sign(&charter(), &[signer(2), signer(1)]).unwrap();
    let read = SignedCharter::parse(signed.bytes()).unwrap();
    assert_eq!((read.id(), read.charter()), (signed.id(), &charter()));
    let other_order = SignedCharter::sign(&charter(), &[signer(1), signer(2)]).unwrap();
    assert_eq!(
        other_order.id(),
        signed.id(),
        "the id does not depend on the signatures"
    );
    let lacking = SignedCharter::sign(&charter(), &[signer(1), signer(9)]).unwrap_err();
    assert!(
        matches!(lacking, StatementError::CharterUnsigned { ref member } if member == "DEU"),
        "{lacking}"
    );
    for place in 0..signed.bytes().len() {
        let mut bytes = signed.bytes().to_vec();
        bytes[place] ^= 0x10;
        if let Ok(read) = SignedCharter::parse(&bytes) {
            panic!("byte {place} may change: {:?}", read.id());
        }
    }
}

#[test]
fn a_charter_that_names_a_thing_twice_is_refused() {
    let mut twice = charter();
    twice.members[1].keys.log = twice.members[0].keys.log.clone();
    assert!(matches!(
        SignedCharter::sign(&twice, &[signer(1), signer(2)]),
        Err(StatementError::CharterRepeats { .. })
    ));
    let mut shared = charter();
    shared.members[1].keys.statement = shared.members[0].keys.statement.clone();
    assert!(matches!(
        SignedCharter::sign(&shared, &[signer(1)]),
        Err(StatementError::CharterRepeats { .. })
    ));
}

#[test]
fn every_published_kind_has_a_schema_and_reserved_ones_have_none() {
    for kind in published_kinds() {
        let schema = json_schema(kind.kind.as_str(), kind.version).unwrap();
        assert!(
            schema["properties"]
                .as_object()
                .is_some_and(|fields| !fields.is_empty()),
            "{kind}"
        );
    }
    assert!(json_schema("charter", 1).is_some());
    for (name, version) in [("vote", 1), ("return", 1), ("site", 2), ("", 1)] {
        assert!(json_schema(name, version).is_none(), "{name}");
    }
}

proptest! {
    #[test]
    fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Statement::parse(&bytes);
        let _ = SignedCharter::parse(&bytes);
    }

    #[test]
    fn mutated_statements_never_verify(place in any::<prop::sample::Index>(), with in prop::collection::vec(any::<u8>(), 1..12)) {
        let (statement, _) = draft(b"{\"a\":1}").sign(&signer(1)).unwrap();
        let mut bytes = statement.bytes().to_vec();
        let at = place.index(bytes.len());
        bytes.splice(at..(at + with.len()).min(statement.bytes().len()), with);
        if bytes != statement.bytes() && let Ok(read) = Statement::parse(&bytes) {
            prop_assert!(read.verify(&signer(1).public()).is_err());
        }
    }
}
