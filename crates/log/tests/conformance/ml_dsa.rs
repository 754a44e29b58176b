//! Published vectors of ML-DSA-44: the reference of this project over the exact message of C2SP, and
//! Wycheproof for the library below it.

use crate::shared::{counted, json, vectors};
use didymium_log::checkpoint::open_cosigned;
use didymium_log::cosignature::{CheckpointCosigner as _, MlDsaCosigner, unix_seconds};
use didymium_log::note::Verifier;
use ml_dsa::{EncodedVerifyingKey, MlDsa44, Signature, VerifyingKey};
use serde::Deserialize;

#[test]
fn own_reference_cosignatures() {
    #[derive(Deserialize)]
    struct Reference {
        checkpoints: Vec<Signed>,
        log_vkey: String,
        witness_mldsa44_vkey: String,
        witness_mldsa44_skey: String,
    }
    #[derive(Deserialize)]
    struct Signed {
        checkpoint: String,
    }
    let Some(folder) = vectors("own-reference") else {
        return;
    };
    let reference: Reference = json(folder.join("cosignatures.json"));
    let log: Verifier = reference.log_vkey.parse().unwrap();
    let witness: Verifier = reference.witness_mldsa44_vkey.parse().unwrap();
    assert_eq!(witness.vkey(), reference.witness_mldsa44_vkey);
    let cosigner: MlDsaCosigner = reference.witness_mldsa44_skey.parse().unwrap();
    assert_eq!(cosigner.verifier(), witness);
    for signed in &reference.checkpoints {
        let (_, note) = open_cosigned(&signed.checkpoint, &log, std::slice::from_ref(&witness)).unwrap();
        assert_eq!((note.verified.len(), note.unverified.len()), (2, 1));
        let time = unix_seconds(&note.verified[1]).unwrap();
        // Ours verifies under their key as theirs does.
        let ours = cosigner.cosign_checkpoint(&note.text, time).unwrap();
        witness.verify(note.text.as_bytes(), &ours.bytes).unwrap();
    }
    counted(
        "own-reference/cosignatures.json (ML-DSA-44 lines)",
        reference.checkpoints.len(),
        5,
    );
}

#[test]
fn wycheproof_ml_dsa_44() {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct File {
        test_groups: Vec<Group>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Group {
        public_key: String,
        tests: Vec<Case>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Case {
        tc_id: u32,
        comment: String,
        msg: String,
        ctx: Option<String>,
        sig: String,
        result: String,
    }
    let Some(folder) = vectors("wycheproof") else {
        return;
    };
    let file: File = json(folder.join("mldsa_44_verify_test.json"));
    let (mut valid, mut checked) = (0, 0);
    for group in &file.test_groups {
        let key = hex::decode(&group.public_key).unwrap();
        let key = EncodedVerifyingKey::<MlDsa44>::try_from(key.as_slice()).ok();
        let key = key.map(|key| VerifyingKey::<MlDsa44>::decode(&key));
        for case in &group.tests {
            let [message, context, signature] =
                [&case.msg, case.ctx.as_ref().unwrap_or(&String::new()), &case.sig]
                    .map(|text| hex::decode(text).unwrap());
            let signature = Signature::<MlDsa44>::try_from(signature.as_slice());
            let good = match (&key, signature) {
                (Some(key), Ok(signature)) => key.verify_with_context(&message, &context, &signature),
                _ => false,
            };
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
    assert_eq!(valid, 39);
    counted("wycheproof/mldsa_44_verify_test.json", checked, 90);
}
