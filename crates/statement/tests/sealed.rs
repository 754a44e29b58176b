//! Sealed statements through their public face: nothing of the payload is in the log, and only what was sealed opens it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; its helpers too")]

use didymium_statement::payload::Release;
use didymium_statement::{
    Digest, Draft, Kind, KindVersion, Opening, PayloadRef, Salt, Statement, StatementError, StatementSigner,
    Visibility, limits,
};
use proptest::prelude::*;
use zeroize::Zeroizing;

const PAYLOAD: &[u8] = br#"{"tonnes":"4711"}"#;

fn signer() -> StatementSigner {
    StatementSigner::from_seed(&Zeroizing::new([1; 32]))
}

fn draft(payload: &[u8]) -> Draft {
    Draft {
        issuer: "did:web:can.example".into(),
        subject: "https://can.example/returns/1".into(),
        kind: KindVersion::v1(Kind::Return),
        valid: None,
        visibility: Visibility::Sealed,
        payload: payload.to_vec(),
    }
}

fn sealed(salt: u8) -> (Statement, Opening) {
    draft(PAYLOAD)
        .seal(&signer(), Salt::from_random([salt; 32]))
        .unwrap()
}

#[test]
fn the_statement_holds_a_commitment_and_nothing_of_the_payload() {
    let (statement, opening) = sealed(7);
    let read = Statement::parse(statement.bytes()).unwrap();
    read.verify(&signer().public()).unwrap();
    assert_eq!(read.payload, PayloadRef::Sealed(opening.commitment()));
    assert_eq!(
        (read.kind.clone(), read.visibility),
        (KindVersion::v1(Kind::Return), Visibility::Sealed)
    );
    assert_eq!((read.blob(), read.payload_bytes(None).unwrap()), (None, None));
    assert!(!read.bytes().windows(4).any(|four| four == b"4711"));
    let long = draft(&vec![b'x'; 1_000_000])
        .seal(&signer(), Salt::from_random([7; 32]))
        .unwrap()
        .0;
    assert_eq!(
        long.bytes().len(),
        read.bytes().len(),
        "the length says nothing either"
    );
    assert_eq!(format!("{opening:?}"), "Opening(secret)");
}

/// HMAC-SHA256 of the payload under the 32 bytes of the salt, computed by another program (Python's `hmac`).
#[test]
fn the_commitment_is_hmac_sha256() {
    let (_, opening) = sealed(7);
    assert_eq!(
        opening.commitment().to_string(),
        "6245fd12069a2e7b5852b954a343667207aaf0b923a6dafd5a379e367e360b0f"
    );
}

#[test]
fn only_what_was_sealed_opens_it() {
    let (statement, opening) = sealed(7);
    let kept = Opening::from_bytes(&opening.to_bytes()).unwrap();
    assert_eq!(statement.unseal(&kept).unwrap(), PAYLOAD);
    let (other, others_opening) = sealed(8);
    assert_ne!(
        statement.payload, other.payload,
        "another salt, another commitment"
    );
    for wrong in [
        others_opening,
        Opening::from_bytes(&[&[7; 32], b"{\"tonnes\":\"4712\"}".as_slice()].concat()).unwrap(),
    ] {
        let refused = statement.unseal(&wrong).unwrap_err();
        assert!(
            matches!(refused, StatementError::WrongOpening { .. }),
            "{refused}"
        );
    }
    let (plain, _) = Draft {
        visibility: Visibility::Club,
        ..draft(PAYLOAD)
    }
    .sign(&signer())
    .unwrap();
    let refused = plain.unseal(&opening).unwrap_err();
    assert!(matches!(refused, StatementError::NotSealed { .. }), "{refused}");
}

#[test]
fn no_sealed_statement_carries_its_payload() {
    let refused = draft(PAYLOAD).sign(&signer()).unwrap_err();
    assert!(matches!(refused, StatementError::SealedInTheClear), "{refused}");
    // Forged by hand: a club's statement whose visibility alone is changed to `sealed`, of the same length.
    let (honest, _) = Draft {
        visibility: Visibility::Public,
        ..draft(PAYLOAD)
    }
    .sign(&signer())
    .unwrap();
    let mut bytes = honest.bytes().to_vec();
    let place = bytes.windows(6).position(|six| six == b"public").unwrap();
    bytes[place..place + 6].copy_from_slice(b"sealed");
    let refused = Statement::parse(&bytes).unwrap_err();
    assert!(refused.to_string().contains("go together"), "{refused}");
    // And a commitment under any other visibility.
    let (statement, _) = sealed(7);
    let mut bytes = statement.bytes().to_vec();
    let place = bytes.windows(6).position(|six| six == b"sealed").unwrap();
    bytes[place..place + 6].copy_from_slice(b"public");
    let refused = Statement::parse(&bytes).unwrap_err();
    assert!(refused.to_string().contains("go together"), "{refused}");
}

#[test]
fn an_opening_is_bounded() {
    for bytes in [0, 31, 32 + limits::BLOB_BYTES_MAX + 1] {
        let refused = Opening::from_bytes(&vec![0; bytes]).unwrap_err();
        assert!(
            matches!(refused, StatementError::NotAnOpening { .. }),
            "{refused}"
        );
    }
    Opening::from_bytes(&[0; 32]).unwrap();
    let too_much = draft(&vec![b' '; limits::BLOB_BYTES_MAX + 1]);
    assert!(too_much.seal(&signer(), Salt::from_random([1; 32])).is_err());
}

#[test]
fn a_release_names_what_to_whom_and_why() {
    let good = format!(
        r#"{{"target":"{}","recipient":"Customs of Canada","key":"{}","purpose":"origin of lot 7"}}"#,
        Digest::of(b"s"),
        Digest::of(b"k")
    );
    Release::parse(good.as_bytes()).unwrap();
    for (from, to) in [
        ("Customs of Canada", ""),
        ("origin of lot 7", "\u{7}"),
        (r#""purpose""#, r#""reason""#),
        (r#""key":""#, r#""key":"zz"#),
    ] {
        let refused = Release::parse(good.replace(from, to).as_bytes());
        assert!(refused.is_err(), "{from} as {to}");
    }
}

proptest! {
    #[test]
    fn sealing_and_opening_go_there_and_back(payload in prop::collection::vec(any::<u8>(), 0..2_000), salt: [u8; 32], flip: prop::sample::Index) {
        let (statement, opening) = draft(&payload).seal(&signer(), Salt::from_random(salt)).unwrap();
        prop_assert_eq!(statement.unseal(&opening).unwrap(), payload.as_slice());
        let mut bytes = opening.to_bytes().to_vec();
        let place = flip.index(bytes.len());
        bytes[place] ^= 1;
        prop_assert!(statement.unseal(&Opening::from_bytes(&bytes).unwrap()).is_err());
    }
}
