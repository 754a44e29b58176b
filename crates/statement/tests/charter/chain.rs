//! The chain as a file: what was written is read back, verified from the first version, and nothing else passes.

use didymium_statement::{
    CharterEvent, CharterLog, CharterVersion, Digest, Proposal, SignedCharter, StatementError,
};
use proptest::prelude::*;

use crate::club::{adopt, club, founding, nation, next, proposal, rotate};

/// A club of two that has grown, and changed a key.
fn grown() -> CharterLog {
    let mut log = club(2);
    let mut second = next(&log, 10);
    second.charter.members.push(nation(2));
    adopt(&mut log, &second, &[1, 2, 3]);
    let mut third = next(&log, 20);
    rotate(&mut third, 0, 21, Some(25));
    adopt(&mut log, &third, &[1, 21, 3]);
    log
}

fn ids(log: &CharterLog) -> Vec<Digest> {
    log.versions().iter().map(SignedCharter::id).collect()
}

#[test]
fn a_chain_is_read_back_and_goes_on() {
    let log = grown();
    let bytes = log.to_bytes().unwrap();
    let mut read = CharterLog::parse(&bytes, &log.club()).unwrap();
    assert_eq!((ids(&read), read.to_bytes().unwrap()), (ids(&log), bytes));
    assert_eq!(read.version(3).unwrap().version(), log.head().version());
    assert_eq!(read.by_id(&ids(&log)[1]).unwrap().charter().version, 2);
    assert!(read.version(0).is_none() && read.version(4).is_none());
    let fourth = next(&read, 30);
    adopt(&mut read, &fourth, &[2, 3]);
}

#[test]
fn a_later_version_is_nothing_by_itself() {
    let log = grown();
    let alone = log.head().bytes();
    assert!(matches!(
        SignedCharter::parse(alone),
        Err(StatementError::CharterNeedsChain { version: 3 })
    ));
    assert!(matches!(
        Proposal::parse_founding(alone),
        Err(StatementError::CharterNeedsChain { version: 3 })
    ));
}

fn chain_of(versions: &[&[u8]]) -> Vec<u8> {
    let versions = versions
        .iter()
        .map(|bytes| ciborium::Value::Bytes(bytes.to_vec()));
    let mut bytes = Vec::new();
    ciborium::into_writer(&ciborium::Value::Array(versions.collect()), &mut bytes).unwrap();
    bytes
}

#[test]
fn a_chain_with_a_gap_a_repeat_or_another_beginning_is_refused() {
    let log = grown();
    let [first, second, third] = [1, 2, 3].map(|number| log.version(number).unwrap().bytes());
    let read = |versions: &[&[u8]]| CharterLog::parse(&chain_of(versions), &log.club());
    assert!(read(&[first, second, third]).is_ok());
    for wrong in [
        &[][..],
        &[second],
        &[first, third],
        &[first, third, second],
        &[first, first],
        &[first, second, second],
        &[first, b""],
    ] {
        assert!(read(wrong).is_err());
    }
    let rival = club(2);
    let rival = proposal(&rival, &next(&rival, 11), &[1, 2]).finish().unwrap();
    assert!(matches!(
        read(&[first, second, rival.bytes()]),
        Err(StatementError::NotAChain)
    ));
    assert!(matches!(
        CharterLog::parse(&chain_of(&[founding(3).bytes()]), &log.club()),
        Err(StatementError::CharterOfOtherClub { .. })
    ));
    let mut longer = chain_of(&[first]);
    longer.push(0);
    assert!(CharterLog::parse(&longer, &log.club()).is_err());
}

#[test]
fn every_flipped_bit_of_a_chain_is_refused() {
    let log = grown();
    let bytes = log.to_bytes().unwrap();
    for place in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (place % 8);
        assert!(CharterLog::parse(&flipped, &log.club()).is_err(), "byte {place}");
    }
}

#[test]
fn every_flipped_bit_of_a_version_is_refused() {
    let log = club(2);
    let version = proposal(&log, &next(&log, 10), &[1, 2]).bytes().unwrap();
    for place in 0..version.len() {
        for bit in 0..8 {
            let mut flipped = version.clone();
            flipped[place] ^= 1 << bit;
            let mut log = log.clone();
            assert!(
                log.step(CharterEvent::Version(flipped.clone())).is_err(),
                "byte {place} bit {bit}"
            );
            // As a proposal it may lack signatures, but not have wrong ones.
            assert!(
                log.step(CharterEvent::Propose(flipped)).is_err(),
                "byte {place} bit {bit}"
            );
            assert_eq!(log.versions().len(), 1);
        }
    }
}

#[test]
fn unprotected_headers_and_other_encodings_are_refused() {
    use coset::TaggedCborSerializable as _;
    let signed = founding(2);
    let mut sign = coset::CoseSign::from_tagged_slice(signed.bytes()).unwrap();
    sign.signatures[0].unprotected.key_id = b"x".to_vec();
    assert!(matches!(
        SignedCharter::parse(&sign.to_tagged_vec().unwrap()),
        Err(StatementError::NotCanonical)
    ));
    let mut stray = proposal(&club(2), &next(&club(2), 10), &[1, 2]).bytes().unwrap();
    stray.push(0);
    assert!(club(2).step(CharterEvent::Version(stray)).is_err());
}

#[test]
fn a_payload_says_each_thing_once() {
    let bare = serde_json::to_string(founding(2).version()).unwrap();
    let twice = bare.replacen('{', "{\"version\":1,", 1);
    assert!(serde_json::from_str::<CharterVersion>(&twice).is_err());
}

proptest! {
    #[test]
    fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut log = club(1);
        let _ = CharterLog::parse(&bytes, &log.club());
        let _ = Proposal::parse_founding(&bytes);
        let _ = log.read_proposal(&bytes);
        prop_assert!(log.step(CharterEvent::Propose(bytes.clone())).is_err());
        prop_assert!(log.step(CharterEvent::Version(bytes)).is_err());
    }

    #[test]
    fn a_mangled_chain_never_passes(place in any::<prop::sample::Index>(), with in prop::collection::vec(any::<u8>(), 1..12)) {
        let log = club(1);
        let bytes = log.to_bytes().unwrap();
        let mut mangled = bytes.clone();
        let at = place.index(bytes.len());
        mangled.splice(at..(at + with.len()).min(bytes.len()), with);
        if mangled != bytes {
            prop_assert!(CharterLog::parse(&mangled, &log.club()).is_err());
        }
    }
}

#[test]
fn lengths_that_lie_cost_nothing() {
    for hostile in [
        &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..],
        &[0x81, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x81; 10_000],
    ] {
        assert!(CharterLog::parse(hostile, &Digest::of(b"")).is_err());
        assert!(SignedCharter::parse(hostile).is_err());
    }
}
