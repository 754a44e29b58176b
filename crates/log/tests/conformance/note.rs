//! Published vectors of notes, keys and signatures: C2SP, golang.org/x/mod, transparency-dev/formats, CCTV,
//! Wycheproof.

use crate::shared::{counted, json, not_applicable, vectors};
use didymium_log::LogError;
use didymium_log::checkpoint::open_cosigned;
use didymium_log::cosignature::unix_seconds;
use didymium_log::note::{KeyType, Signer, Verifier, check_charter_key, open, sign};
use serde::Deserialize;

#[derive(Deserialize)]
struct NoteCase {
    name: String,
    vkeys: Vec<String>,
    msg: String,
    ok: bool,
    verified: Option<usize>,
    unverified: Option<usize>,
}

#[test]
fn signed_note_cases() {
    #[derive(Deserialize)]
    struct Cases {
        open: Vec<NoteCase>,
        sign: SignCase,
    }
    #[derive(Deserialize)]
    struct SignCase {
        skey: String,
        text: String,
        want: String,
    }
    let Some(folder) = vectors("signed-note") else {
        return;
    };
    let cases: Cases = json(folder.join("note-cases.json"));
    for case in &cases.open {
        let verifiers: Vec<Verifier> = case.vkeys.iter().map(|vkey| vkey.parse().unwrap()).collect();
        let note = open(&case.msg, &verifiers);
        assert_eq!(note.is_ok(), case.ok, "{}: {note:?}", case.name);
        if let Ok(note) = note {
            assert_eq!(
                (Some(note.verified.len()), Some(note.unverified.len())),
                (case.verified, case.unverified)
            );
        }
    }
    counted("signed-note/note-cases.json open", cases.open.len(), 7);
    let signer: Signer = cases.sign.skey.parse().unwrap();
    assert_eq!(sign(&cases.sign.text, &[&signer]).unwrap(), cases.sign.want);
    counted("signed-note/note-cases.json sign", 1, 1);
}

#[test]
fn signed_note_example_of_the_specification() {
    #[derive(Deserialize)]
    struct Example {
        vkey: String,
        note: String,
        ok: bool,
    }
    let Some(folder) = vectors("signed-note") else {
        return;
    };
    let examples: Vec<Example> = json(folder.join("c2sp-example.json"));
    for example in &examples {
        let verifier: Verifier = example.vkey.parse().unwrap();
        assert_eq!(verifier.vkey(), example.vkey);
        assert_eq!(open(&example.note, &[verifier]).is_ok(), example.ok);
    }
    counted("signed-note/c2sp-example.json", examples.len(), 1);
}

#[test]
fn vkeys() {
    #[derive(Deserialize)]
    struct Vkeys {
        good: Vec<String>,
        bad: Vec<String>,
    }
    let Some(folder) = vectors("cosignature") else {
        return;
    };
    let vkeys: Vkeys = json(folder.join("vkeys.json"));
    let good: Vec<Verifier> = vkeys.good.iter().map(|vkey| vkey.parse().unwrap()).collect();
    for (verifier, vkey) in good.iter().zip(&vkeys.good) {
        assert_eq!(&verifier.vkey(), vkey);
    }
    assert_eq!(
        [good[0].key_type(), good[1].key_type()],
        [KeyType::Ed25519, KeyType::CosignatureEd25519]
    );
    // The first is to be converted to a cosigner's key: another id, the same bytes.
    let converted = Verifier::new(good[0].name(), KeyType::CosignatureEd25519, good[0].public_key()).unwrap();
    assert_ne!(converted.key_id(), good[0].key_id());
    assert_eq!(converted.vkey().parse(), Ok(converted));
    for vkey in &vkeys.bad {
        assert!(vkey.parse::<Verifier>().is_err(), "{vkey} was accepted");
    }
    counted("cosignature/vkeys.json", vkeys.good.len() + vkeys.bad.len(), 5);
}

#[test]
fn own_reference_cosignatures() {
    #[derive(Deserialize)]
    struct Reference {
        checkpoints: Vec<Signed>,
        log_skey: String,
        log_vkey: String,
        witness_ed25519_vkey_type01: String,
        witness_ed25519_cosig_vkey_type04: String,
        witness_mldsa44_vkey: String,
    }
    #[derive(Deserialize)]
    struct Signed {
        checkpoint: String,
        size: u64,
    }
    let Some(folder) = vectors("own-reference") else {
        return;
    };
    let reference: Reference = json(folder.join("cosignatures.json"));
    let log: Verifier = reference.log_vkey.parse().unwrap();
    let witness: Verifier = reference.witness_ed25519_cosig_vkey_type04.parse().unwrap();
    let signer: Signer = reference.log_skey.parse().unwrap();
    assert_eq!(signer.verifier(), log);
    let plain: Verifier = reference.witness_ed25519_vkey_type01.parse().unwrap();
    assert_eq!(
        Verifier::new(plain.name(), KeyType::CosignatureEd25519, plain.public_key()).unwrap(),
        witness
    );
    if cfg!(not(feature = "ml-dsa")) {
        let mldsa = reference.witness_mldsa44_vkey.parse::<Verifier>();
        assert!(matches!(
            mldsa,
            Err(LogError::KeyTypeUnsupported { key_type: 6, .. })
        ));
        not_applicable(
            "own-reference/cosignatures.json (ML-DSA-44 lines) and wycheproof/mldsa_44_verify_test.json",
            "this build is without the feature ml-dsa: run the tests with it as well",
        );
    }

    for signed in &reference.checkpoints {
        let (checkpoint, note) =
            open_cosigned(&signed.checkpoint, &log, std::slice::from_ref(&witness)).unwrap();
        assert_eq!(checkpoint.size, signed.size);
        assert_eq!((note.verified.len(), note.unverified.len()), (2, 1));
        assert!(unix_seconds(&note.verified[1]).is_some_and(|time| time > 0));
        // Ed25519 is deterministic: signing the text again gives the same line.
        assert_eq!(signer.sign_text(&note.text), note.verified[0]);
    }
    counted(
        "own-reference/cosignatures.json (Ed25519 lines)",
        reference.checkpoints.len(),
        5,
    );
}

/// Verifies a raw Ed25519 signature through the public face: a key of type 0x01 signs the text of a note as
/// it is.
fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = <&[u8; 32]>::try_from(key) else {
        return false;
    };
    Verifier::new("vector", KeyType::Ed25519, key)
        .is_ok_and(|verifier| verifier.verify(message, signature).is_ok())
}

#[test]
fn cctv_ed25519() {
    #[derive(Deserialize)]
    struct Case {
        number: u32,
        key: String,
        sig: String,
        msg: String,
        flags: Option<Vec<String>>,
    }
    let Some(folder) = vectors("ed25519") else { return };
    let cases: Vec<Case> = json(folder.join("cctv-ed25519.json"));
    let (mut accepted, mut refused_keys) = (0, 0);
    for case in &cases {
        let has = |flag: &str| case.flags.iter().flatten().any(|found| found == flag);
        let expected = !has("low_order_residue") && !has("non_canonical_R");
        let key = hex::decode(&case.key).unwrap();
        let good = verify(&key, case.msg.as_bytes(), &hex::decode(&case.sig).unwrap());
        assert_eq!(good, expected, "case {} {:?}", case.number, case.flags);
        accepted += usize::from(good);
        // No key that is weak or not canonical may enter a charter, whatever it signs.
        let charter = check_charter_key(key.as_slice().try_into().unwrap());
        assert_eq!(
            charter.is_err(),
            has("low_order_A") || has("non_canonical_A"),
            "case {}",
            case.number
        );
        refused_keys += usize::from(charter.is_err());
    }
    assert!(refused_keys > 0 && refused_keys < cases.len());
    assert_eq!(accepted, 45);
    counted("ed25519/cctv-ed25519.json", cases.len(), 457);
}

#[test]
fn wycheproof_ed25519() {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct File {
        test_groups: Vec<Group>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Group {
        public_key: Key,
        tests: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Key {
        pk: String,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Case {
        tc_id: u32,
        comment: String,
        msg: String,
        sig: String,
        result: String,
    }
    let Some(folder) = vectors("wycheproof") else {
        return;
    };
    let file: File = json(folder.join("ed25519_test.json"));
    let (mut valid, mut checked) = (0, 0);
    for group in &file.test_groups {
        let key = hex::decode(&group.public_key.pk).unwrap();
        assert_eq!(check_charter_key(key.as_slice().try_into().unwrap()), Ok(()));
        for case in &group.tests {
            let good = verify(
                &key,
                &hex::decode(&case.msg).unwrap(),
                &hex::decode(&case.sig).unwrap(),
            );
            assert_eq!(
                good,
                case.result == "valid",
                "test {} ({})",
                case.tc_id,
                case.comment
            );
            valid += usize::from(good);
            checked += 1;
        }
    }
    assert_eq!(valid, 44);
    counted("wycheproof/ed25519_test.json", checked, 75);
}
